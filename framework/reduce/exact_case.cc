#include "framework/reduce/exact_case.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "framework/reduce/exact_part.h"
#include "framework/trace/tree_spec.h"
#include "framework/weights/tensor_weights.h"

namespace conformance::reduce {
namespace {

constexpr uint64_t kSeed = 0;

/// The variant that the part is made of.
std::optional<engine::Variant> StaticOf(const engine::Case& model) {
  for (const engine::Variant& variant : model.Variants()) {
    if (variant.recording) continue;
    const engine::Offer offer = model.Offers(variant);
    if (offer.module || offer.program) return variant;
  }
  return std::nullopt;
}

class LoadedExact : public engine::LoadedCase {
 public:
  explicit LoadedExact(Candidate part)
      : program_(std::make_shared<const ir::Program>(std::move(part.program))),
        weights_(std::make_shared<const weights::TensorWeights>(std::move(part.weights))),
        inputs_(std::move(part.inputs)) {}
  std::shared_ptr<const ir::Program> program() const override { return program_; }
  std::shared_ptr<const weights::Weights> weights() const override { return weights_; }
  Result<std::vector<engine::Call>> Calls(const engine::Variant&, uint64_t) const override {
    engine::Call call;
    call.inputs = {.tensors = inputs_, .kwargs = Json::MakeObject()};
    return std::vector<engine::Call>{std::move(call)};
  }

 private:
  std::shared_ptr<const ir::Program> program_;
  std::shared_ptr<const weights::Weights> weights_;
  NamedTensors inputs_;
};

class ExactCase : public engine::Case {
 public:
  ExactCase(std::shared_ptr<const engine::Case> model, const engine::Toolbox& toolbox) : model_(std::move(model)), toolbox_(toolbox), info_(model_->Info()) {
    if (info_.words.empty() && !info_.source.empty()) info_.words = {info_.source.string()};
    info_.words.push_back("--exact");
    info_.judge = "program";
    info_.exact = true;
  }
  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override { return {{.name = "exact", .recording = false, .dynamic = false}}; }
  engine::Offer Offers(const engine::Variant&) const override {
    const auto variant = StaticOf(*model_);
    return {.formats = {"program"}, .module = false, .program = true, .source = false,
            .dtypes = variant ? model_->Offers(*variant).dtypes : std::vector<DType>()};
  }
  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType dtype) const override {
    const auto evaluator = toolbox_.references.Share("program");
    const auto variant = StaticOf(*model_);
    if (!evaluator || !variant) return Unsupported("the case has no Program of which a part could be exact");
    CONFORMANCE_TRY(const auto loaded, model_->Load(dtype));
    CONFORMANCE_TRY(const Candidate whole, WholeOf(*loaded, *variant));
    CONFORMANCE_TRY(Candidate part, ExactPart(whole, dtype, kSeed, *evaluator));
    return std::shared_ptr<const engine::LoadedCase>(std::make_shared<LoadedExact>(std::move(part)));
  }

 private:
  Result<Candidate> WholeOf(const engine::LoadedCase& loaded, const engine::Variant& variant) const {
    CONFORMANCE_TRY(const auto calls, loaded.Calls(variant, kSeed));
    if (calls.empty() || !loaded.weights()) return Unsupported("the case has no inputs or no weights");
    std::shared_ptr<const ir::Program> program = loaded.program();
    if (!program) {
      ports::TraceRequest request;
      request.inputs = calls.front().inputs;
      CONFORMANCE_TRY(const engine::Traced traced, toolbox_.tracer(*loaded.model(), request));
      program = traced.program;
    }
    Candidate whole;
    whole.program = *program;
    for (const ir::InputSpec& input : program->signature.inputs) {
      const bool weight = input.kind == ir::InputSpec::Kind::kParameter || (input.kind == ir::InputSpec::Kind::kBuffer && input.persistent);
      if (!weight) continue;
      CONFORMANCE_TRY(Tensor tensor, loaded.weights()->Load(input.target));
      whole.weights.emplace(input.target, std::move(tensor));
    }
    CONFORMANCE_TRY(const trace::LeafNames names, trace::LeafNamesOf(*program));
    const std::vector<std::string> inputs = program->UserInputs();
    for (size_t i = 0; i < inputs.size() && i < names.inputs.size(); ++i) {
      const Tensor* tensor = Find(calls.front().inputs.tensors, names.inputs[i]);
      if (tensor == nullptr) return Internal("the call has no tensor for an input of the Program").With("input", names.inputs[i]);
      whole.inputs.emplace_back(inputs[i], *tensor);
    }
    return whole;
  }

  const std::shared_ptr<const engine::Case> model_;
  const engine::Toolbox& toolbox_;
  engine::CaseInfo info_;
};

}  // namespace

std::shared_ptr<const engine::Case> ExactCaseOf(std::shared_ptr<const engine::Case> model, const engine::Toolbox& toolbox) {
  return std::make_shared<ExactCase>(std::move(model), toolbox);
}

bool CanHaveExactPart(const engine::Case& model) { return StaticOf(model).has_value(); }

}  // namespace conformance::reduce
