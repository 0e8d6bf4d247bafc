#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "exporters/onnx/lower/translate.h"
#include "framework/base/strings.h"
#include "framework/rewrite/record_program.h"

// What the tests of this folder share: programs by hand, models as text.
namespace conformance::onnx {

inline std::string TypeText(const formats::OnnxType& type) {
  std::string text;
  if (const auto dtype = formats::DTypeFromOnnx(type.elem)) text += ToString(*dtype);
  text += "[";
  for (size_t i = 0; type.shape && i < type.shape->size(); ++i) {
    const formats::OnnxDim& dim = (*type.shape)[i];
    text += (i ? ", " : "") + (dim.size ? std::to_string(*dim.size) : dim.symbol);
  }
  return text + "]";
}

inline std::string ConstantText(const formats::OnnxTensor& tensor) {
  if (tensor.external) return tensor.name;
  const Result<Tensor> value = formats::TensorOf(tensor);
  if (!value.ok() || value->num_elements() > 16) return tensor.name;
  std::string text = value->rank() == 0 ? "" : "[";
  for (int64_t i = 0; i < value->num_elements(); ++i) {
    text += i ? ", " : "";
    if (value->dtype() == DType::kBool) {
      text += value->IntAt(i) != 0 ? "true" : "false";
    } else if (IsFloating(value->dtype())) {
      char digits[32];
      std::snprintf(digits, sizeof digits, "%g", value->At(i));
      text += digits;
    } else {
      text += std::to_string(value->IntAt(i));
    }
  }
  return text + (value->rank() == 0 ? "" : "]");
}

/// One node a line, "y = Add(x, 2) {axis=1}"; small constants by their values. Inputs, weights and outputs with their types.
inline std::string ModelText(const formats::OnnxModel& model) {
  std::string text;
  std::map<std::string, std::string> shown;
  for (const auto& input : model.graph.inputs) text += "input " + input.name + ": " + TypeText(input.type) + "\n";
  for (const auto& tensor : model.graph.initializers) {
    shown[tensor.name] = ConstantText(tensor);
    if (shown[tensor.name] == tensor.name) text += "weight " + tensor.name + ": " + ShapeText(tensor.dims) + "\n";
  }
  for (const auto& node : model.graph.nodes) {
    for (size_t i = 0; i < node.outputs.size(); ++i) text += (i ? ", " : "") + node.outputs[i];
    text += " = " + node.op_type + "(";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const auto constant = shown.find(node.inputs[i]);
      text += (i ? ", " : "") + (constant == shown.end() ? (node.inputs[i].empty() ? "-" : node.inputs[i]) : constant->second);
    }
    text += ")";
    for (size_t i = 0; i < node.attributes.size(); ++i) {
      const auto& attr = node.attributes[i];
      text += i ? ", " : " {";
      text += attr.name + "=";
      if (attr.kind == formats::OnnxAttribute::Kind::kInt) text += std::to_string(attr.i);
      if (attr.kind == formats::OnnxAttribute::Kind::kString) text += attr.s;
      if (attr.kind == formats::OnnxAttribute::Kind::kInts) text += ShapeText(attr.ints);
      if (attr.kind == formats::OnnxAttribute::Kind::kFloat) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%g", attr.f);
        text += digits;
      }
      if (i + 1 == node.attributes.size()) text += "}";
    }
    text += "\n";
  }
  for (const auto& output : model.graph.outputs) text += "output " + output.name + ": " + TypeText(output.type) + "\n";
  return text;
}

inline const SymInt kBatch = SymInt::Symbol("batch"), kLength = SymInt::Symbol("length");

/// Inputs x, y, z, … with those metas; symbols are kBatch (2) and kLength (9).
inline Result<ir::Program> Recorded(const std::vector<ops::TensorMeta>& inputs,
                                    const std::function<ops::Value(ops::OpContext&, const std::vector<ops::Value>&)>& body) {
  std::vector<rewrite::ProgramInput> named;
  for (size_t i = 0; i < inputs.size(); ++i) named.push_back({std::string(1, static_cast<char>('x' + i)), inputs[i]});
  SymbolValues hints;
  for (const ops::TensorMeta& meta : inputs) {
    for (const SymInt& size : meta.sizes) {
      if (size.Symbols().contains("batch")) hints["batch"] = 2;
      if (size.Symbols().contains("length")) hints["length"] = 9;
    }
  }
  return rewrite::RecordProgram(named, hints, [&](ops::OpContext& c, const std::vector<ops::Value>& values) {
    return std::vector<ops::Value>{body(c, values)};
  });
}

/// Stage 4 alone, as text, or the error.
inline std::string Translated(const Result<ir::Program>& program, int64_t opset = 20) {
  if (!program.ok()) return program.error().ToString();
  const Result<LoweredModel> model = Translate(*program, opset);
  return model.ok() ? ModelText(model->model) : model.error().ToString();
}

}  // namespace conformance::onnx
