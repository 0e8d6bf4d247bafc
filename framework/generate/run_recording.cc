#include "framework/generate/run_recording.h"

#include <memory>

namespace conformance::generate {
namespace {

/// Keeps the outputs of modules by their paths: what diffusers' cases record in place of hidden states.
class BlockOutputs : public ops::ForwardObserver {
 public:
  void OnEnter(std::string_view, std::string_view, const nn::NamedValues&) override {}
  void OnExit(std::string_view path, std::string_view, const nn::NamedValues& outputs) override {
    if (!outputs.empty()) outputs_.emplace_back(path, outputs.front().second);
  }
  const nn::NamedValues& outputs() const { return outputs_; }

 private:
  nn::NamedValues outputs_;
};

/// What a "hidden" recording holds of one forward: outputs by dotted name, or the first output of a module by its path.
Result<NamedTensors> HiddenOf(const nn::Model& model, const load::Recording& recording, const nn::NamedValues& outputs,
                              const BlockOutputs& blocks) {
  nn::NamedValues hidden;
  for (const std::string& name : recording.outputs) {
    ops::Value value = nn::Find(outputs, name);
    if (!value.defined()) value = nn::Find(blocks.outputs(), name);
    if (!value.defined())
      return Unsupported("this class does not give a hidden state that is recorded").With("class", model.class_name()).With("name", name);
    hidden.emplace_back(name, value);
  }
  return nn::TensorsOf(hidden);
}

/// Outputs of one forward by dotted name.
Result<NamedTensors> RunForward(const nn::Model& model, const load::Recording& recording, const ContextFactory& context) {
  CONFORMANCE_TRY(const nn::Tree inputs, nn::TreeFromTensors(recording.inputs));
  CONFORMANCE_TRY(const std::unique_ptr<ops::OpContext> run, context());
  BlockOutputs blocks;
  const bool hidden = recording.name == "hidden";
  if (hidden) run->AddObserver(&blocks);
  const nn::Tree outputs = model.Forward(*run, inputs, recording.kwargs);
  if (run->failed()) return Error(run->status().error());
  if (hidden) return HiddenOf(model, recording, nn::GetLeafTensors(outputs), blocks);
  return nn::TensorsOf(nn::GetLeafTensors(outputs));
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
