#include "framework/generate/run_recording.h"

#include <memory>

#include "framework/load/input_plan.h"

namespace conformance::generate {
namespace {

/// Keeps the outputs of modules by their paths and names, and a single one by its path alone: what diffusers' cases record in place of hidden
/// states.
class BlockOutputs : public ops::ForwardObserver {
 public:
  void OnEnter(std::string_view, std::string_view, const nn::NamedValues&) override {}
  void OnExit(std::string_view path, std::string_view, const nn::NamedValues& outputs) override {
    if (outputs.size() == 1) outputs_.emplace_back(path, outputs.front().second);
    for (const auto& [name, value] : outputs) outputs_.emplace_back(std::string(path) + "." + name, value);
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

/// Outputs of one forward, or of each entry point, by dotted name.
Result<NamedTensors> RunForward(const nn::Model& model, const load::Recording& recording, const ContextFactory& context) {
  CONFORMANCE_TRY(const std::unique_ptr<ops::OpContext> run, context());
  BlockOutputs blocks;
  const bool hidden = recording.name == "hidden";
  if (hidden) run->AddObserver(&blocks);
  nn::NamedValues outputs;
  const auto call = [&](const NamedTensors& tensors, const Json& kwargs) -> Status {
    CONFORMANCE_TRY(const nn::Tree inputs, nn::TreeFromTensors(tensors));
    for (auto& leaf : nn::GetLeafTensors(model.Forward(*run, inputs, kwargs))) outputs.push_back(std::move(leaf));
    return run->status();
  };
  if (recording.entries.empty()) CONFORMANCE_RETURN_IF_ERROR(call(recording.inputs, recording.kwargs));
  for (const std::string& entry : recording.entries) {
    CONFORMANCE_TRY(const load::InputPlan plan, load::InputPlan::FromInputs(model, entry, recording.inputs, recording.kwargs));
    CONFORMANCE_TRY(const NamedTensors inputs, plan.Make(plan.traced(), 0));
    CONFORMANCE_RETURN_IF_ERROR(call(inputs, plan.kwargs()));
  }
  if (hidden) return HiddenOf(model, recording, outputs, blocks);
  return nn::TensorsOf(outputs);
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
