#include "framework/cases/program_case.h"

#include <utility>

namespace conformance::cases {
namespace {

class LoadedProgram : public engine::LoadedCase {
 public:
  explicit LoadedProgram(const ProgramCaseParts& parts) : parts_(parts) {}
  std::shared_ptr<const ir::Program> program() const override { return parts_.program; }
  std::shared_ptr<const weights::Weights> weights() const override { return parts_.weights; }
  Result<std::vector<engine::Call>> Calls(const engine::Variant&, uint64_t) const override {
    engine::Call call;
    call.inputs.tensors = parts_.inputs;
    return std::vector<engine::Call>{std::move(call)};
  }

 private:
  const ProgramCaseParts parts_;
};

class ProgramCase : public engine::Case {
 public:
  explicit ProgramCase(ProgramCaseParts parts) : parts_(std::move(parts)) {
    info_.name = parts_.name;
    info_.model_class = parts_.model_class;
    info_.judge = "program";
    info_.words = {parts_.name};
  }
  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override { return {{.name = parts_.variant, .recording = false, .dynamic = !parts_.program->symbols.empty()}}; }
  engine::Offer Offers(const engine::Variant&) const override {
    return {.formats = {"program"}, .module = false, .program = true, .source = false, .dtypes = {parts_.dtype}};
  }
  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType) const override {
    return std::shared_ptr<const engine::LoadedCase>(std::make_shared<LoadedProgram>(parts_));
  }

 private:
  const ProgramCaseParts parts_;
  engine::CaseInfo info_;
};

}  // namespace

std::shared_ptr<const engine::Case> MakeProgramCase(ProgramCaseParts parts) { return std::make_shared<ProgramCase>(std::move(parts)); }

}  // namespace conformance::cases
