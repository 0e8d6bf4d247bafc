#include "framework/cases/open.h"

#include "framework/cases/adjusted_case.h"
#include "framework/cases/onnx_case.h"
#include "framework/cases/pt2_case.h"
#include "framework/cases/recorded_file_case.h"
#include "framework/engine/checkpoint_case.h"

namespace conformance::cases {

Result<std::shared_ptr<const engine::Case>> OpenCase(const std::filesystem::path& path,
                                                     const FileOptions& options,
                                                     const engine::Toolbox& toolbox) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    if (!options.inputs.empty() || !options.sizes.empty() || !options.expected.empty()) {
      return Invalid(
                 "--inputs, --size and --expected are for files; a checkpoint folder's inputs are its "
                 "inputs.safetensors")
          .With("folder", path.string());
    }
    CONFORMANCE_TRY(auto opened, engine::OpenCheckpointCase(path, toolbox.models));
    return options.judge.empty() ? opened : JudgedBy(std::move(opened), options.judge);
  }
  const std::string format = path.has_extension() ? path.extension().string().substr(1) : "";
  if (format == "pte" || ((format == "pt2" || format == "onnx") && !options.expected.empty())) {
    return OpenRecordedFile(path, format, options);
  }
  if (path.extension() == ".pt2") return OpenPt2Case(path, options);
  if (path.extension() == ".onnx") {
    constexpr const char* kOurs = "onnx-reference";
    ports::Artifact artifact;
    artifact.format = "onnx";
    artifact.path = path;
    const ports::Reference* ours = toolbox.references.Find(kOurs);
    return OpenOnnxCase(path, options, ours != nullptr && ours->Accepts(artifact).ok() ? kOurs : "onnxruntime");
  }
  if (!std::filesystem::exists(path, ignored))
    return NotFound("no such file or folder").With("found", path.string());
  return Invalid("not a model that can be opened")
      .With("found", path.string())
      .With("wanted", "a checkpoint folder, a .pt2, .onnx or .pte file");
}

}  // namespace conformance::cases
