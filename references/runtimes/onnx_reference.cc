#include "references/runtimes/onnx_reference.h"

#include <algorithm>
#include <string>
#include <utility>

#include "framework/engine/binding.h"
#include "framework/formats/onnx.h"
#include "references/onnx/interpreter.h"
#include "references/onnx/tensors.h"

namespace conformance::runtimes {
namespace {

using onnx_reference::Interpreter;
using onnx_reference::Value;
using onnx_reference::Values;

Result<Tensor> TensorIn(const Value& value, const std::string& name) {
  if (value.array() == nullptr) {
    return Unsupported("a value that tensors cannot carry").With("value", name).With("found", Describe(value)).With("wanted", "a tensor");
  }
  auto tensor = onnx_reference::TensorOf(*value.array());
  if (!tensor.ok()) return std::move(tensor).error().With("value", name);
  return tensor;
}

/// The graph's outputs, then `values`.
Result<NamedTensors> Evaluate(const Interpreter& interpreter, const NamedTensors& inputs, const std::vector<std::string>& values, bool oracle) {
  const formats::OnnxGraph& graph = interpreter.model().graph;
  Values given;
  for (const formats::OnnxValueInfo& input : graph.inputs) {
    const Tensor* tensor = Find(inputs, input.name);
    given.push_back(tensor == nullptr ? Value() : Value(onnx_reference::ArrayOf(*tensor)));
  }
  std::map<std::string, Value, std::less<>> captured;
  CONFORMANCE_TRY(const Values outputs, interpreter.RunCapturing(given, values, captured, {.oracle = oracle}));
  NamedTensors named;
  for (size_t i = 0; i < outputs.size(); ++i) {
    CONFORMANCE_TRY(Tensor tensor, TensorIn(outputs[i], graph.outputs[i].name));
    named.emplace_back(graph.outputs[i].name, std::move(tensor));
  }
  for (const std::string& name : values) {
    CONFORMANCE_TRY(Tensor tensor, TensorIn(captured.at(name), name));
    named.emplace_back(name, std::move(tensor));
  }
  return named;
}

class OnnxSession : public ports::Session {
 public:
  explicit OnnxSession(Interpreter interpreter) : interpreter_(std::move(interpreter)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return Evaluate(interpreter_, inputs, {}, false); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    return Evaluate(interpreter_, inputs, values, false);
  }
  Result<formats::NamedOnnxValues> RunOnnx(const formats::NamedOnnxValues& inputs) override {
    const formats::OnnxGraph& graph = interpreter_.model().graph;
    Values given(graph.inputs.size());
    for (size_t i = 0; i < given.size(); ++i) {
      const auto it = std::ranges::find(inputs, graph.inputs[i].name, [](const auto& input) { return input.first; });
      if (it == inputs.end()) continue;
      CONFORMANCE_TRY(given[i], onnx_reference::ValueOf(it->second));
    }
    CONFORMANCE_TRY(const Values outputs, interpreter_.Run(given));
    formats::NamedOnnxValues named;
    for (size_t i = 0; i < outputs.size(); ++i) named.emplace_back(graph.outputs[i].name, onnx_reference::OnnxValueOf(outputs[i]));
    return named;
  }

 private:
  const Interpreter interpreter_;
};

}  // namespace

Status OnnxReference::Accepts(const ports::Artifact& artifact) const {
  if (artifact.format != "onnx") return Unsupported("onnx-reference evaluates .onnx files").With("found", artifact.format);
  return Interpreter::Open(artifact.path).status();
}

Result<NamedTensors> OnnxReference::Run(const ports::ReferenceRequest& request) const {
  if (request.inputs == nullptr) return Internal("reference 'onnx-reference' was given no inputs");
  if (request.artifact == nullptr || request.artifact->format != "onnx") {
    return Unsupported("reference 'onnx-reference' evaluates files alone")
        .With("found", request.artifact ? request.artifact->format : "none")
        .With("wanted", "onnx");
  }
  if (request.numerics.order_seed != 0 || request.numerics.noise_ulp != 0 || request.numerics.fused_stores != 0) {
    return Unsupported("reference 'onnx-reference' has one order of summation");
  }
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Open(request.artifact->path));
  std::vector<std::string> unused;
  CONFORMANCE_TRY(const NamedTensors bound, engine::BindInputs(*request.artifact, request.inputs->tensors, unused));
  return Evaluate(interpreter, bound, request.capture, request.numerics.compute == ops::Numerics::Compute::kF64);
}

ports::BackendCapabilities OnnxReferenceBackend::Capabilities() const {
  ports::BackendCapabilities capabilities;
  capabilities.formats = {"onnx"};
  capabilities.intermediates = true;
  capabilities.onnx_values = true;
  return capabilities;
}

Result<std::string> OnnxReferenceBackend::Version() const { return "opset " + std::to_string(formats::MaxOnnxOpset()); }

Result<std::unique_ptr<ports::Session>> OnnxReferenceBackend::Prepare(const ports::Artifact& artifact, const ports::SessionOptions&) const {
  if (artifact.format != "onnx") return Invalid("onnx-reference takes format 'onnx', found '" + artifact.format + "'");
  CONFORMANCE_TRY(Interpreter interpreter, Interpreter::Open(artifact.path));
  return std::unique_ptr<ports::Session>(std::make_unique<OnnxSession>(std::move(interpreter)));
}

}  // namespace conformance::runtimes
