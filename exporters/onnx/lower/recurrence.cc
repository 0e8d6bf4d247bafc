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

formats::OnnxGraph Body(Graph& g, const Value& state, const std::vector<std::string>& inputs, std::vector<formats::OnnxNode> nodes) {
  const std::string after = nodes.back().outputs[0], answer = g.Fresh("answer");
  formats::OnnxGraph body;
  body.name = "step";
  for (const std::string& name : inputs) body.inputs.push_back(BodyValue(name, state));
  body.nodes = std::move(nodes);
  body.nodes.push_back(BodyNode(g, "Identity", {after}, answer));
  for (const std::string& name : {after, answer}) body.outputs.push_back(BodyValue(name, state));
  return body;
}

// Along `axis`: the state goes through the body, which answers once a step; the answers, put together.
Value Scan(Graph& g, const Value& state, std::vector<Value> steps, int64_t axis, formats::OnnxGraph body) {
  const auto count = static_cast<int64_t>(steps.size());
  steps.insert(steps.begin(), state);
  auto values = g.MultiOp("Scan", std::move(steps), 2,
                          {{"num_scan_inputs", count},
                           {"scan_input_axes", std::vector<int64_t>(static_cast<size_t>(count), axis)},
                           {"scan_output_axes", std::vector<int64_t>{axis}}});
  g.nodes().back().attributes.push_back(formats::OnnxAttribute::Graph("body", std::move(body)));
  return values[1];
}

}  // namespace

Result<Outputs> LowerLinearRecurrence(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const int64_t axis = call.Axis("dim", x.rank());
  const Value state = g.AtLeast(call.Tensor("initial"), DType::kF32);
  const std::string before = g.Fresh("state"), gate = g.Fresh("gate"), input = g.Fresh("input"), kept = g.Fresh("kept");
  // The state first: where its sizes are fixed, OpenVINO 2026.4.1 reads a second operand's state as the first operand after the first step.
  std::vector<formats::OnnxNode> nodes = {BodyNode(g, "Mul", {before, gate}, kept)};
  nodes.push_back(BodyNode(g, "Add", {kept, input}, g.Fresh("next_state")));
  formats::OnnxGraph body = Body(g, state, {before, gate, input}, std::move(nodes));
  return g.Cast(Scan(g, state, {g.AtLeast(call.Tensor("gate"), DType::kF32), g.AtLeast(x, DType::kF32)}, axis, std::move(body)), x.dtype);
}

Result<Outputs> LowerCumprod(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  const Value x = g.AtLeast(g.Cast(call.Tensor("self"), dtype), DType::kF32);
  if (call.Tensor("self").rank() == 0) return g.Cast(x, dtype);
  const int64_t axis = call.Axis("dim", call.Tensor("self").rank());
  std::vector<Size> sizes;  // of the state: all axes but that one
  for (int64_t i = 0; i < call.Tensor("self").rank(); ++i) {
    if (i != axis) sizes.emplace_back(g.Dim(call.Tensor("self"), i));
  }
  const Value one = g.Const(1, x);
  const Value state = sizes.empty() ? one : g.Op("Expand", {one, g.Sizes(sizes)});
  const std::string before = g.Fresh("state"), input = g.Fresh("input");
  std::vector<formats::OnnxNode> nodes = {BodyNode(g, "Mul", {before, input}, g.Fresh("next_state"))};
  formats::OnnxGraph body = Body(g, state, {before, input}, std::move(nodes));
  return g.Cast(Scan(g, state, {x}, axis, std::move(body)), dtype);
}

}  // namespace conformance::onnx
