#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "references/onnx/interpreter.h"

/// For tests: a model of one node, evaluated.
namespace conformance::onnx_reference::testing {

struct OneNode {
  std::string op;
  std::vector<formats::OnnxAttribute> attributes = {};
  size_t outputs = 1;
  int64_t opset = 23;
  std::string domain = "";
};

/// Absent inputs are left out of the node.
inline Result<Values> Evaluate(OneNode one, const std::vector<Value>& inputs, Limits limits = {}) {
  formats::OnnxModel model;
  model.ir_version = 10;
  model.opset_imports = {{one.domain, one.opset}};
  if (!one.domain.empty()) model.opset_imports.push_back({"", 23});
  formats::OnnxNode node;
  node.op_type = std::move(one.op);
  node.domain = std::move(one.domain);
  node.attributes = std::move(one.attributes);
  model.graph.name = "g";
  std::vector<Value> given;
  for (size_t i = 0; i < inputs.size(); ++i) {
    node.inputs.push_back(inputs[i].IsAbsent() ? "" : "x" + std::to_string(i));
    if (inputs[i].IsAbsent()) continue;
    formats::OnnxValueInfo info;
    info.name = node.inputs.back();
    model.graph.inputs.push_back(info);
    given.push_back(inputs[i]);
  }
  for (size_t i = 0; i < one.outputs; ++i) {
    node.outputs.push_back("y" + std::to_string(i));
    formats::OnnxValueInfo info;
    info.name = node.outputs.back();
    model.graph.outputs.push_back(info);
  }
  model.graph.nodes = {std::move(node)};
  CONFORMANCE_TRY(
      const Interpreter interpreter,
      Interpreter::Make(std::make_shared<const formats::OnnxModel>(std::move(model)), {}, limits));
  return interpreter.Run(given);
}

/// Output `index` as text of its type and sizes, "float[2]"; the error where there is one.
inline std::string Kind(const Result<Values>& values, size_t index = 0) {
  return values.ok() ? Describe(values->at(index)) : values.error().ToString();
}
/// Output `index` as numbers; none where there is an error or no tensor.
inline std::vector<double> Numbers(const Result<Values>& values, size_t index = 0) {
  const Array* array = values.ok() ? values->at(index).array() : nullptr;
  return array == nullptr ? std::vector<double>() : ToNumbers(*array);
}
/// Output `index` as texts.
inline std::vector<std::string> Texts(const Result<Values>& values, size_t index = 0) {
  const Array* array = values.ok() ? values->at(index).array() : nullptr;
  if (array == nullptr || array->elem() != Elem::kString) return {};
  return {array->data<std::string>(), array->data<std::string>() + array->count()};
}

}  // namespace conformance::onnx_reference::testing
