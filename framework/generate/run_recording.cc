#include "framework/generate/run_recording.h"

#include <memory>

namespace conformance::generate {
namespace {

/// Outputs of one forward by dotted name.
Result<NamedTensors> RunForward(const nn::Model& model, const load::Recording& recording, const ContextFactory& context) {
  CONFORMANCE_TRY(const nn::Tree inputs, nn::TreeFromTensors(recording.inputs));
  CONFORMANCE_TRY(const std::unique_ptr<ops::OpContext> run, context());
  const nn::Tree outputs = model.Forward(*run, inputs, recording.kwargs);
  if (run->failed()) return Error(run->status().error());
  if (recording.name != "hidden") return nn::TensorsOf(nn::GetLeafTensors(outputs));
  const nn::Tree* hidden = outputs.Find("hidden_states");
  if (hidden == nullptr) return Unsupported("this class does not give its hidden states").With("class", model.class_name());
  return nn::TensorsOf(nn::GetLeafTensors(nn::Tree::Dict({{"hidden_states", *hidden}})));
}

}  // namespace

Result<NamedTensors> RunRecording(const load::LoadedModel& loaded, const load::Recording& recording, const ContextFactory& context) {
  if (!recording.module.empty())
    return Unsupported("recordings of a submodule are not implemented").With("module", recording.module);
  if (!recording.IsGeneration()) return RunForward(*loaded.model, recording, context);
  const Json& settings = loaded.generation_config.IsNull() ? loaded.config : loaded.generation_config;
  CONFORMANCE_TRY(const GenerateOptions options, GenerateOptions::FromJson(settings, recording.kwargs));
  CONFORMANCE_TRY(Generated generated, Greedy(*loaded.model, recording.inputs, options, context));
  return NamedTensors{{"sequences", std::move(generated.sequences)}};
}

}  // namespace conformance::generate
