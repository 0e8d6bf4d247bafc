#include "references/runtimes/eager_backend.h"

#include <optional>
#include <string>
#include <utility>

#include "framework/generate/run_recording.h"
#include "framework/load/load.h"
#include "references/eager/isa.h"
#include "references/eager/model.h"

namespace conformance::runtimes {
namespace {

class EagerSession : public ports::Session {
 public:
  EagerSession(load::LoadedModel loaded, load::Recording recording) : loaded_(std::move(loaded)), recording_(std::move(recording)) {}

  Result<NamedTensors> Run(const NamedTensors& inputs) override {
    load::Recording call = recording_;
    call.inputs = inputs;
    return generate::RunRecording(loaded_, call, eager::MakeContexts(*loaded_.weights));
  }

 private:
  const load::LoadedModel loaded_;
  const load::Recording recording_;
};

Result<load::Recording> CallOf(const Json& options) {
  load::Recording call;
  call.name = "forward";
  if (options.IsNull()) return call;
  if (!options.IsObject()) return Invalid("a checkpoint's options are no object but " + std::string(Json::KindName(options.kind())));
  if (options.Has("recording")) {
    CONFORMANCE_TRY(call.name, options.GetString("recording"));
  }
  if (options.Has("module")) {
    CONFORMANCE_TRY(call.module, options.GetString("module"));
  }
  for (const auto& [key, names] : {std::pair{"outputs", &call.outputs}, {"entries", &call.entries}}) {
    const Json* list = options.Find(key);
    if (list == nullptr || !list->IsArray()) continue;
    for (const Json& name : list->AsArray()) {
      if (!name.IsString())
        return TypeError("a name is no string").With("key", key).With("found", std::string(Json::KindName(name.kind())));
      names->push_back(name.AsString());
    }
  }
  if (const Json* kwargs = options.Find("kwargs"); kwargs && !kwargs->IsNull()) call.kwargs = *kwargs;
  return call;
}

Result<std::optional<DType>> DTypeIn(const Json& options) {
  if (!options.IsObject() || !options.Has("dtype")) return std::optional<DType>();
  CONFORMANCE_TRY(const std::string name, options.GetString("dtype"));
  const auto dtype = DTypeFromString(name);
  if (!dtype) return Invalid("unknown dtype in a checkpoint's options").With("found", name);
  return dtype;
}

}  // namespace

ports::BackendCapabilities EagerBackend::Capabilities() const {
  ports::BackendCapabilities capabilities;
  capabilities.formats = {"checkpoint"};
  return capabilities;
}

Result<std::string> EagerBackend::Version() const { return "kernels for " + std::string(eager::IsaName(eager::ActiveIsa())); }

Result<std::unique_ptr<ports::Session>> EagerBackend::Prepare(const ports::Artifact& artifact, const ports::SessionOptions&) const {
  if (artifact.format != "checkpoint") return Invalid("eager takes format 'checkpoint', found '" + artifact.format + "'");
  CONFORMANCE_TRY(load::Recording call, CallOf(artifact.options));
  load::LoadedModel loaded;
  if (artifact.model && artifact.weights) {
    loaded.folder = artifact.path;
    loaded.class_name = artifact.model->class_name();
    loaded.config = artifact.model->config();
    loaded.model = artifact.model;
    loaded.weights = artifact.weights;
    if (const Json* config = artifact.options.Find("generation_config")) loaded.generation_config = *config;
  } else {
    load::LoadOptions options;
    CONFORMANCE_TRY(options.dtype, DTypeIn(artifact.options));
    CONFORMANCE_TRY(loaded, load::LoadModel(artifact.path, models_, options));
  }
  return std::unique_ptr<ports::Session>(std::make_unique<EagerSession>(std::move(loaded), std::move(call)));
}

}  // namespace conformance::runtimes
