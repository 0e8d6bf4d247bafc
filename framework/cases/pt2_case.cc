#include "framework/cases/pt2_case.h"

#include <optional>
#include <utility>

#include "framework/cases/file_case.h"
#include "framework/cases/program_leaves.h"
#include "framework/engine/program_files.h"
#include "framework/ir/pt2.h"
#include "framework/weights/tensor_weights.h"

namespace conformance::cases {
namespace {

constexpr const char* kFormat = "pt2";

Result<LeafPlan> PlanOf(const ir::Program& program, const FileOptions& options) {
  CONFORMANCE_TRY(LeafPlan plan, LeavesOf(program));
  if (!options.sizes.empty()) CONFORMANCE_RETURN_IF_ERROR(plan.Pin(options.sizes));
  return plan;
}

class LoadedPt2 : public engine::LoadedCase {
 public:
  LoadedPt2(std::filesystem::path file, FileOptions options, LeafPlan plan, ir::Program program,
            std::shared_ptr<const weights::Weights> weights)
      : file_(std::move(file)),
        options_(std::move(options)),
        plan_(std::move(plan)),
        program_(std::make_shared<const ir::Program>(std::move(program))),
        weights_(std::move(weights)) {}

  std::shared_ptr<const ir::Program> program() const override { return program_; }
  std::shared_ptr<const weights::Weights> weights() const override { return weights_; }

  Result<ports::Artifact> Artifact(const engine::Variant&, std::string_view) const override {
    ports::Artifact artifact;
    artifact.format = kFormat;
    artifact.path = file_;
    artifact.files = {file_};
    artifact.options = Json::MakeObject();
    artifact.program = program_;
    artifact.weights = weights_;
    CONFORMANCE_RETURN_IF_ERROR(engine::DescribeValues(*program_, artifact));
    return artifact;
  }

  Result<std::vector<engine::Call>> Calls(const engine::Variant&, uint64_t seed) const override {
    return CallsOf(plan_, options_, seed);
  }

 private:
  const std::filesystem::path file_;
  const FileOptions options_;
  const LeafPlan plan_;
  const std::shared_ptr<const ir::Program> program_;
  const std::shared_ptr<const weights::Weights> weights_;
};

class Pt2Case : public engine::Case {
 public:
  Pt2Case(const std::filesystem::path& file, const FileOptions& options)
      : info_(InfoOf(file, options)), options_(options) {
    info_.judge = options.judge.empty() ? "program" : options.judge;
    broken_ = Look();
  }

  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override { return {variant_}; }
  engine::Offer Offers(const engine::Variant&) const override {
    return {.formats = {kFormat}, .module = false, .program = true, .source = false, .dtypes = {dtype_}};
  }

  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType) const override {
    CONFORMANCE_RETURN_IF_ERROR(broken_);
    CONFORMANCE_TRY(ir::Pt2Program read, ir::ReadPt2(info_.source));
    CONFORMANCE_TRY(LeafPlan plan, PlanOf(read.program, options_));
    CONFORMANCE_TRY(auto tensors, read.Weights());
    return std::make_shared<const LoadedPt2>(
        info_.source, options_, std::move(plan), std::move(read.program),
        std::make_shared<const weights::TensorWeights>(std::move(tensors)));
  }

 private:
  /// Variant and dtype.
  Status Look() {
    CONFORMANCE_TRY(const ir::Pt2Program read, ir::ReadPt2(info_.source));
    CONFORMANCE_TRY(const LeafPlan plan, PlanOf(read.program, options_));
    variant_ = VariantOf(plan);
    std::vector<DType> dtypes;
    for (const formats::Pt2Tensor& weight : read.archive.weights()) {
      if (weight.dtype) dtypes.push_back(*weight.dtype);
    }
    for (const Leaf& leaf : plan.leaves) dtypes.push_back(leaf.dtype);
    dtype_ = FloatingOf(dtypes);
    return Ok();
  }

  engine::CaseInfo info_;
  const FileOptions options_;
  engine::Variant variant_ = {.name = "static", .recording = false, .dynamic = false};
  DType dtype_ = DType::kF32;
  Status broken_;
};

}  // namespace

Result<std::shared_ptr<const engine::Case>> OpenPt2Case(const std::filesystem::path& file,
                                                        const FileOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return NotFound("no such file").With("file", file.string());
  return std::shared_ptr<const engine::Case>(std::make_shared<Pt2Case>(file, options));
}

}  // namespace conformance::cases
