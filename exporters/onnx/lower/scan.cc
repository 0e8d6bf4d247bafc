#include "exporters/onnx/lower/scan.h"

#include <utility>

namespace conformance::onnx {
namespace {

// What one step sees of a value: its sizes follow from the operands.
formats::OnnxValueInfo BodyValue(const std::string& name, DType dtype) {
  formats::OnnxValueInfo info;
  info.name = name;
  info.type.elem = formats::OnnxElemOf(dtype);
  return info;
}

}  // namespace

std::string Scan::State(const Value& initial) {
  initial_.push_back(initial);
  return state_names_.emplace_back(g_.Fresh("state"));
}
std::string Scan::Kept(const Value& value) {
  kept_.push_back(value);
  return kept_names_.emplace_back(g_.Fresh("kept"));
}
std::string Scan::Input(const Value& steps) {
  steps_.push_back(steps);
  return input_names_.emplace_back(g_.Fresh("input"));
}

formats::OnnxNode& Scan::Add(std::string_view type, std::vector<std::string> inputs) {
  formats::OnnxNode& node = body_.nodes.emplace_back();
  node.name = g_.Fresh("node_" + std::string(type));
  node.op_type = std::string(type);
  node.inputs = std::move(inputs);
  return node;
}

std::string Scan::Op(std::string_view type, std::vector<std::string> inputs, std::string_view named) {
  std::string output = g_.Fresh(named.empty() ? type : named);
  Add(type, std::move(inputs)).outputs = {output};
  return output;
}

std::vector<std::string> Scan::Split(const std::string& x, int64_t axis, size_t parts) {
  std::vector<std::string> names;
  for (size_t i = 0; i < parts; ++i) names.push_back(g_.Fresh("part"));
  formats::OnnxNode& node = Add("Split", {x});
  node.outputs = names;
  node.attributes.push_back(formats::OnnxAttribute::Int("axis", axis));
  if (g_.Opset() >= 18) node.attributes.push_back(formats::OnnxAttribute::Int("num_outputs", static_cast<int64_t>(parts)));
  return names;
}

std::vector<Value> Scan::Finish(const std::vector<std::string>& states, const std::string& answer, int64_t axis, bool reverse) {
  body_.name = "step";
  std::vector<Value> inputs = initial_;
  inputs.insert(inputs.end(), kept_.begin(), kept_.end());
  std::vector<std::string> names = state_names_, after = states;
  names.insert(names.end(), kept_names_.begin(), kept_names_.end());
  for (const std::string& name : kept_names_) after.push_back(Op("Identity", {name}, "kept"));
  for (size_t i = 0; i < inputs.size(); ++i) {
    body_.inputs.push_back(BodyValue(names[i], inputs[i].dtype));
    body_.outputs.push_back(BodyValue(after[i], inputs[i].dtype));
  }
  for (size_t i = 0; i < steps_.size(); ++i) body_.inputs.push_back(BodyValue(input_names_[i], steps_[i].dtype));
  // An output of a graph is one only.
  body_.outputs.push_back(BodyValue(Op("Identity", {answer}, "answer"), initial_[0].dtype));
  const auto count = static_cast<int64_t>(steps_.size());
  inputs.insert(inputs.end(), steps_.begin(), steps_.end());
  std::vector<Attr> attrs = {{"num_scan_inputs", count},
                             {"scan_input_axes", std::vector<int64_t>(steps_.size(), axis)},
                             {"scan_output_axes", std::vector<int64_t>{axis}}};
  if (reverse) {
    attrs.emplace_back("scan_input_directions", std::vector<int64_t>(steps_.size(), 1));
    attrs.emplace_back("scan_output_directions", std::vector<int64_t>{1});
  }
  std::vector<Value> values = g_.MultiOp("Scan", std::move(inputs), after.size() + 1, std::move(attrs));
  g_.nodes().back().attributes.push_back(formats::OnnxAttribute::Graph("body", std::move(body_)));
  values.erase(values.begin() + static_cast<int64_t>(states.size()), values.end() - 1);
  return values;
}

}  // namespace conformance::onnx
