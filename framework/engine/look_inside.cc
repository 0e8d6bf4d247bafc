#include "framework/engine/look_inside.h"

#include "framework/compare/onnx_local_lane.h"
#include "framework/rewrite/composites.h"

namespace conformance::engine {

Result<compare::LocalReport> LookInside(const Toolbox& toolbox, const ports::Backend& backend,
                                        const std::shared_ptr<const weights::Weights>& weights, const MadeArtifact& made,
                                        ports::Session& session, const NamedTensors& inputs, const NamedTensors& bound,
                                        const NamedTensors& outputs, uint64_t seed) {
  const auto nothing = [](const char* why) {
    compare::LocalReport report;
    report.unavailable = why;
    return report;
  };
  const auto program = made.program ? made.program : made.artifact.program;
  if (!program && made.artifact.format == "onnx") {
    const auto interpreter = toolbox.references.Share("onnx-reference");
    if (!interpreter) return nothing("there is no reference 'onnx-reference'");
    if (!backend.Capabilities().intermediates) return nothing("the backend shows no intermediates");
    return compare::JudgeOnnxLocally({.model = made.artifact.path, .session = &session, .inputs = &bound, .outputs = &outputs, .reference = interpreter.get()});
  }
  const auto reference = toolbox.references.Share("program");
  if (!program) return nothing("the artifact was not made of a Program");
  if (!weights) return nothing("the case has no weights");
  if (!reference) return nothing("there is no reference 'program'");
  if (!backend.Capabilities().intermediates) return nothing("the backend shows no intermediates");
  const ports::ValueMap map = made.artifact.value_map.entries.empty() ? compare::IdentityMap(*program) : made.artifact.value_map;
  // Operators are judged one by one, so those that are others put together are written out; values keep their names.
  CONFORMANCE_TRY(const ir::Program written, rewrite::WriteOutComposites(*program));
  compare::LocalRequest request;
  request.program = &written;
  request.weights = weights.get();
  request.inputs = &inputs;
  request.value_map = &map;
  request.session = &session;
  request.bound_inputs = &bound;
  request.outputs = &outputs;
  request.reference = reference.get();
  request.ops = &toolbox.op_table();
  request.draw_seed = seed;
  return compare::JudgeLocally(request);
}

}  // namespace conformance::engine
