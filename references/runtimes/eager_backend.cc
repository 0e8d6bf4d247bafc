#include "references/runtimes/eager_backend.h"

#include <utility>

#include "framework/generate/run_recording.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "references/eager/isa.h"
#include "references/eager/model.h"

namespace conformance::runtimes {
namespace {

class EagerSession : public ports::Session {
 public:
  EagerSession(load::LoadedModel loaded, load::Recording call) : loaded_(std::move(loaded)), call_(std::move(call)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override {
    load::Recording call = call_;
    call.inputs = inputs;
    return generate::RunRecording(loaded_, call, eager::MakeContexts(*loaded_.weights));
  }

 private:
  load::LoadedModel loaded_;
  load::Recording call_;  ///< without inputs
};

const Json* Option(const ports::Artifact& artifact, std::string_view name) {
  const Json* value = artifact.options.Find(name);
  return value == nullptr || value->IsNull() ? nullptr : value;
}

}  // namespace

Result<OpenedCheckpoint> OpenCheckpoint(const ports::Artifact& artifact, const std::filesystem::path& folder, const models::ModelTable& models) {
  if (artifact.model && artifact.weights) return OpenedCheckpoint{artifact.model, artifact.weights};
  load::LoadOptions options;
  if (const Json* dtype = Option(artifact, "dtype")) {
    options.dtype = dtype->IsString() ? DTypeFromString(dtype->AsString()) : std::nullopt;
    if (!options.dtype) return Invalid("the artifact's option dtype is no dtype").With("wanted", "f64, f32, f16, bf16");
  }
  CONFORMANCE_TRY(load::LoadedModel loaded, load::LoadModel(folder, models, options));
  return OpenedCheckpoint{std::move(loaded.model), std::move(loaded.weights)};
}

ports::BackendCapabilities EagerBackend::Capabilities() const { return {.formats = {"checkpoint"}, .dtypes = {}}; }

Result<std::string> EagerBackend::Version() const { return std::string("built in, ") + std::string(eager::IsaName(eager::ActiveIsa())); }

Result<std::unique_ptr<ports::Session>> EagerBackend::Prepare(const ports::Artifact& artifact, const ports::SessionOptions&) const {
  if (artifact.format != "checkpoint") {
    return Unsupported("backend eager runs checkpoints").With("found", artifact.format).With("wanted", "checkpoint");
  }
  CONFORMANCE_TRY(OpenedCheckpoint opened, OpenCheckpoint(artifact, artifact.path, models_));
  load::LoadedModel loaded;
  loaded.folder = artifact.path;
  loaded.class_name = opened.model->class_name();
  loaded.config = opened.model->config();
  if (const Json* settings = Option(artifact, "generation_config")) loaded.generation_config = *settings;
  loaded.model = std::move(opened.model);
  loaded.weights = std::move(opened.weights);
  load::Recording call;
  call.name = "forward";
  if (Option(artifact, "recording") != nullptr) {
    CONFORMANCE_TRY(call.name, artifact.options.GetString("recording"));
  }
  if (Option(artifact, "module") != nullptr) {
    CONFORMANCE_TRY(call.module, artifact.options.GetString("module"));
  }
  if (const Json* kwargs = Option(artifact, "kwargs")) call.kwargs = *kwargs;
  return std::unique_ptr<ports::Session>(std::make_unique<EagerSession>(std::move(loaded), std::move(call)));
}

}  // namespace conformance::runtimes
