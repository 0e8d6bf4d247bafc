#include "framework/cases/recorded_file_case.h"

#include <utility>

#include "framework/cases/file_case.h"
#include "framework/cases/input_files.h"
#include "framework/compare/tolerance.h"

namespace conformance::cases {
namespace {

std::vector<DType> TypesOf(const NamedTensors& tensors) {
  std::vector<DType> dtypes;
  for (const auto& entry : tensors) dtypes.push_back(entry.second.dtype());
  return dtypes;
}

std::vector<ports::ValueInfo> InfosOf(const NamedTensors& tensors) {
  std::vector<ports::ValueInfo> infos;
  for (const auto& [name, tensor] : tensors)
    infos.push_back({.name = name, .dtype = tensor.dtype(), .dims = {}});
  return infos;
}

class LoadedRecordedFile : public engine::LoadedCase {
 public:
  LoadedRecordedFile(ports::Artifact artifact, NamedTensors inputs, NamedTensors expected)
      : artifact_(std::move(artifact)), inputs_(std::move(inputs)), expected_(std::move(expected)) {}

  Result<ports::Artifact> Artifact(const engine::Variant&, std::string_view) const override {
    return artifact_;
  }
  Result<std::vector<engine::Call>> Calls(const engine::Variant&, uint64_t) const override {
    engine::Call call;
    call.inputs.kwargs = Json::MakeObject();
    call.inputs.tensors = inputs_;
    return std::vector<engine::Call>{std::move(call)};
  }
  Result<engine::Recorded> Recall(const engine::Variant&) const override {
    engine::Recorded recorded;
    recorded.inputs.tensors = inputs_;
    recorded.expected = expected_;
    recorded.tolerance = compare::AssertCloseDefaults(FloatingOf(TypesOf(expected_)));
    return recorded;
  }

 private:
  const ports::Artifact artifact_;
  const NamedTensors inputs_, expected_;
};

class RecordedFileCase : public engine::Case {
 public:
  RecordedFileCase(const std::filesystem::path& file, std::string format, const FileOptions& options)
      : info_(InfoOf(file, options)), format_(std::move(format)), options_(options) {
    const bool recorded = !options.expected.empty();
    variant_ = {.name = recorded ? "recorded" : "static", .recording = recorded, .dynamic = false};
    if (const auto inputs = ReadTensors(options.inputs); inputs.ok()) dtype_ = FloatingOf(TypesOf(*inputs));
  }

  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override { return {variant_}; }
  engine::Offer Offers(const engine::Variant&) const override {
    return {.formats = {format_}, .module = false, .program = false, .source = false, .dtypes = {dtype_}};
  }
  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType) const override {
    CONFORMANCE_TRY(NamedTensors inputs, ReadTensors(options_.inputs));
    CONFORMANCE_TRY(NamedTensors expected, ReadTensors(options_.expected));
    ports::Artifact artifact;
    artifact.format = format_;
    artifact.path = info_.source;
    artifact.files = {info_.source};
    artifact.options = Json::MakeObject();
    artifact.inputs = InfosOf(inputs);
    artifact.outputs = InfosOf(expected);
    return std::make_shared<const LoadedRecordedFile>(std::move(artifact), std::move(inputs),
                                                      std::move(expected));
  }

 private:
  engine::CaseInfo info_;
  const std::string format_;
  const FileOptions options_;
  engine::Variant variant_;
  DType dtype_ = DType::kF32;
};

}  // namespace

Result<std::shared_ptr<const engine::Case>> OpenRecordedFile(const std::filesystem::path& file,
                                                             const std::string& format,
                                                             const FileOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return NotFound("no such file").With("file", file.string());
  if (options.inputs.empty()) return Invalid("this file needs --inputs").With("file", file.string());
  if (!options.sizes.empty())
    return Invalid("--size is for inputs that are made, and --inputs gives them").With("file", file.string());
  return std::shared_ptr<const engine::Case>(std::make_shared<RecordedFileCase>(file, format, options));
}

}  // namespace conformance::cases
