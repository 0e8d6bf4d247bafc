#include "framework/cases/onnx_case.h"

#include <utility>

#include "framework/cases/file_case.h"
#include "framework/cases/onnx_leaves.h"

namespace conformance::cases {
namespace {

constexpr const char* kFormat = "onnx";

ports::ValueInfo InfoOfValue(const formats::OnnxValueInfo& value) {
  ports::ValueInfo info;
  info.name = value.name;
  info.dtype = formats::DTypeFromOnnx(value.type.elem).value_or(DType::kF32);
  if (!value.type.shape) return info;
  for (size_t axis = 0; axis < value.type.shape->size(); ++axis) {
    const formats::OnnxDim& dim = (*value.type.shape)[axis];
    info.dims.push_back(dim.size ? std::to_string(*dim.size) : dim.symbol.empty() ? "?" : dim.symbol);
  }
  return info;
}

/// What is run from files needs no declared rank: those inputs take whatever the file holds.
Result<LeafPlan> PlanOf(const formats::OnnxModel& model, const FileOptions& options) {
  CONFORMANCE_TRY(LeafPlan plan, LeavesOf(model));
  if (!options.sizes.empty()) CONFORMANCE_RETURN_IF_ERROR(plan.Pin(options.sizes));
  return plan;
}

class LoadedOnnx : public engine::LoadedCase {
 public:
  LoadedOnnx(ports::Artifact artifact, FileOptions options, LeafPlan plan)
      : artifact_(std::move(artifact)), options_(std::move(options)), plan_(std::move(plan)) {}

  Result<ports::Artifact> Artifact(const engine::Variant&, std::string_view) const override {
    return artifact_;
  }
  Result<std::vector<engine::Call>> Calls(const engine::Variant&, uint64_t seed) const override {
    return CallsOf(plan_, options_, seed);
  }

 private:
  const ports::Artifact artifact_;
  const FileOptions options_;
  const LeafPlan plan_;
};

class OnnxCase : public engine::Case {
 public:
  OnnxCase(const std::filesystem::path& file, const FileOptions& options, const std::string& judge)
      : info_(InfoOf(file, options)), options_(options) {
    info_.judge = options.judge.empty() ? judge : options.judge;
    broken_ = Look();
  }

  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override { return {variant_}; }
  engine::Offer Offers(const engine::Variant&) const override {
    return {.formats = {kFormat}, .module = false, .program = false, .source = false, .dtypes = {dtype_}};
  }

  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType) const override {
    CONFORMANCE_RETURN_IF_ERROR(broken_);
    CONFORMANCE_TRY(const formats::OnnxModel model, formats::ReadOnnx(info_.source));
    CONFORMANCE_TRY(LeafPlan plan, PlanOf(model, options_));
    ports::Artifact artifact = OnnxArtifact(info_.source, model);
    if (const Status checked = formats::CheckOnnxFile(info_.source); !checked.ok()) {
      artifact.notes.push_back("onnx::checker refuses the file: " + checked.error().ToString());
    }
    return std::make_shared<const LoadedOnnx>(std::move(artifact), options_, std::move(plan));
  }

 private:
  /// Variant and dtype.
  Status Look() {
    CONFORMANCE_TRY(const formats::OnnxModel model, formats::ReadOnnx(info_.source));
    CONFORMANCE_TRY(const LeafPlan plan, PlanOf(model, options_));
    variant_ = VariantOf(plan);
    std::vector<DType> dtypes;
    for (const Leaf& leaf : plan.leaves) dtypes.push_back(leaf.dtype);
    for (const formats::OnnxValueInfo& output : model.graph.outputs) {
      if (const auto dtype = formats::DTypeFromOnnx(output.type.elem)) dtypes.push_back(*dtype);
    }
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

ports::Artifact OnnxArtifact(const std::filesystem::path& file, const formats::OnnxModel& model) {
  ports::Artifact artifact;
  artifact.format = kFormat;
  artifact.path = file;
  artifact.files = {file};
  artifact.options = Json::MakeObject();
  for (const formats::OnnxValueInfo* input : CallerInputs(model.graph))
    artifact.inputs.push_back(InfoOfValue(*input));
  for (const formats::OnnxValueInfo& output : model.graph.outputs)
    artifact.outputs.push_back(InfoOfValue(output));
  return artifact;
}

Result<std::shared_ptr<const engine::Case>> OpenOnnxCase(const std::filesystem::path& file,
                                                         const FileOptions& options,
                                                         const std::string& judge) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return NotFound("no such file").With("file", file.string());
  return std::shared_ptr<const engine::Case>(std::make_shared<OnnxCase>(file, options, judge));
}

}  // namespace conformance::cases
