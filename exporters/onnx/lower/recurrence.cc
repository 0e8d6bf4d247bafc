#include "exporters/onnx/lower/recurrence.h"

namespace conformance::onnx {
namespace {

// A value of the body: what one step sees has the sizes of the state.
formats::OnnxValueInfo BodyValue(const std::string& name, const Value& state) {
  formats::OnnxValueInfo info;
  info.name = name;
  info.type.elem = formats::OnnxElemOf(state.dtype);
  return info;
}

formats::OnnxNode BodyNode(Graph& g, const char* type, std::vector<std::string> inputs, std::string output) {
  formats::OnnxNode node;
  node.name = g.Fresh(std::string("node_") + type);
  node.op_type = type;
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

// (state, gate, input) -> (next state, the same as this step's answer)
formats::OnnxGraph Body(Graph& g, const Value& state) {
  const std::string before = g.Fresh("state"), gate = g.Fresh("gate"), input = g.Fresh("input");
  const std::string kept = g.Fresh("kept"), after = g.Fresh("next_state"), answer = g.Fresh("answer");
  formats::OnnxGraph body;
  body.name = "step";
  for (const std::string& name : {before, gate, input}) body.inputs.push_back(BodyValue(name, state));
  body.nodes.push_back(BodyNode(g, "Mul", {gate, before}, kept));
  body.nodes.push_back(BodyNode(g, "Add", {kept, input}, after));
  body.nodes.push_back(BodyNode(g, "Identity", {after}, answer));
  for (const std::string& name : {after, answer}) body.outputs.push_back(BodyValue(name, state));
  return body;
}

}  // namespace

Result<Outputs> LowerLinearRecurrence(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const int64_t axis = call.Axis("dim", x.rank());
  const Value state = g.AtLeast(call.Tensor("initial"), DType::kF32);
  auto values =
      g.MultiOp("Scan", {state, g.AtLeast(call.Tensor("gate"), DType::kF32), g.AtLeast(x, DType::kF32)}, 2,
                {{"num_scan_inputs", 2},
                 {"scan_input_axes", std::vector<int64_t>{axis, axis}},
                 {"scan_output_axes", std::vector<int64_t>{axis}}});
  g.nodes().back().attributes.push_back(formats::OnnxAttribute::Graph("body", Body(g, state)));
  return g.Cast(values[1], x.dtype);
}

}  // namespace conformance::onnx
