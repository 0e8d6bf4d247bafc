#include <algorithm>
#include <new>
#include <stdexcept>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/plan.h"
#include "references/onnx/stores.h"

namespace conformance::onnx_reference {
namespace {

using formats::Quoted;

/// What a store has to be between nodes.
bool IsSettled(const Array& array, bool oracle) {
  return !IsWideFloat(array.elem()) || array.store() == (oracle ? Store::kF64 : StoreOf(array.elem()));
}
Status Settle(Value& value, bool oracle) {
  if (const Array* array = value.array(); value.IsAbsent() || (array != nullptr && IsSettled(*array, oracle))) return Ok();
  CONFORMANCE_TRY(value, oracle ? Widened(value) : Declared(value));
  return Ok();
}

/// Inputs against the letters of the table, and floats as the kernel's mode wants them.
Status Prepare(const Operator& entry, bool oracle, std::vector<Value>& inputs) {
  const Array* first = nullptr;
  size_t at = 0;
  char letter = ' ', suffix = ' ';
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (suffix != '*' && suffix != '+' && at < entry.inputs.size()) {
      letter = entry.inputs[at++];
      suffix = ' ';
      if (at < entry.inputs.size() && std::string_view("?*+").find(entry.inputs[at]) != std::string_view::npos) suffix = entry.inputs[at++];
    }
    Value& value = inputs[i];
    const auto place = [&] { return "input " + std::to_string(i); };
    if (value.IsAbsent()) {
      if (suffix == '?' || suffix == '*' || letter == 'v') continue;
      return Invalid("an input is missing").With("input", place()).With("wanted", "a tensor");
    }
    if (letter != 'v' && value.array() == nullptr)
      return TypeError("an input is no tensor").With("input", place()).With("found", Describe(value)).With("wanted", "a tensor");
    if (letter == 'x') {
      const Array& array = *value.array();
      if (!entry.types.Has(array.elem())) {
        return TypeError("an input of a type that the operator does not take")
            .With("input", place())
            .With("found", Describe(array))
            .With("wanted", entry.types.ToString());
      }
      if (first != nullptr && first->elem() != array.elem()) {
        return TypeError("inputs of two types where the operator wants one")
            .With("input", place())
            .With("found", Describe(array))
            .With("wanted", std::string(NameOf(first->elem())));
      }
      first = &array;
    }
    if (entry.mode == Mode::kCompute && !oracle) {
      if (const Array* array = value.array(); array != nullptr && !IsHalf(array->elem())) continue;
      CONFORMANCE_TRY(value, HalvesAsFloat(value));
    } else if (entry.mode == Mode::kDeclared && oracle) {
      CONFORMANCE_TRY(value, Declared(value));
    }
  }
  return Ok();
}

/// What the standard library throws where there is no memory, as an error.
template <typename F>
Outputs Guarded(F f) {
  try {
    return f();
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::kOutOfMemory, "no memory for a kernel's work");
  } catch (const std::length_error&) {
    return Error(ErrorKind::kOutOfMemory, "no memory for a kernel's work");
  }
}

Result<Values> RunNode(const NodePlan& node, const std::vector<Value>& frame, RunState& run) {
  if (++run.steps > run.limits.max_steps) {
    return Error(ErrorKind::kTimeout, "too many nodes were evaluated").With("wanted", "at most " + std::to_string(run.limits.max_steps) + ", loops counted");
  }
  std::vector<Value> inputs;
  inputs.reserve(node.inputs.size());
  for (const int slot : node.inputs) inputs.push_back(slot < 0 ? Value() : frame[static_cast<size_t>(slot)]);
  if (node.function) {
    inputs.resize(node.function->inputs.size());
    return RunPlan(*node.function, inputs, {}, run, false);
  }
  CONFORMANCE_RETURN_IF_ERROR(Prepare(*node.entry, run.options.oracle, inputs));
  Outputs outputs = Guarded([&] { return node.entry->kernel(Call(node, *node.entry, inputs, frame, run)); });
  if (!outputs.result().ok()) return std::move(outputs.result()).error();
  Values& values = *outputs.result();
  for (size_t i = 0; i < values.size(); ++i) CONFORMANCE_RETURN_IF_ERROR(Settle(values[i], run.options.oracle));
  return std::move(values);
}

}  // namespace

Result<Values> RunPlan(const GraphPlan& plan, std::span<const Value> inputs, std::vector<std::pair<int, Value>> captures, RunState& run,
                       bool outermost) {
  std::vector<Value> frame(plan.slots.size());
  for (const auto& [slot, value] : plan.Constants(run.options.oracle)) frame[static_cast<size_t>(slot)] = value;
  for (auto& [slot, value] : captures) frame[static_cast<size_t>(slot)] = std::move(value);
  for (size_t i = 0; i < plan.inputs.size() && i < inputs.size(); ++i) {
    if (!inputs[i].IsAbsent()) frame[static_cast<size_t>(plan.inputs[i])] = inputs[i];
  }
  const auto capture = [&](int slot) {
    if (!outermost || run.captured == nullptr || slot < 0) return;
    const auto wanted = run.captured->find(plan.slots[static_cast<size_t>(slot)]);
    if (wanted != run.captured->end()) wanted->second = frame[static_cast<size_t>(slot)];
  };
  for (size_t slot = 0; slot < frame.size(); ++slot) {
    if (!frame[slot].IsAbsent()) capture(static_cast<int>(slot));
  }
  for (const NodePlan& node : plan.nodes) {
    const auto place = [&] { return "in node " + Quoted(node.node->name) + " (" + Quoted(node.node->op_type, 40) + ")"; };
    Result<Values> outputs = RunNode(node, frame, run);
    if (!outputs.ok()) return std::move(outputs).error().Trail(place());
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] < 0) continue;
      if (i >= outputs->size() || (*outputs)[i].IsAbsent()) {
        // A function's optional output may be left out by its body; a kernel that gives too little is a limitation of ours.
        if (node.function) continue;
        return Unsupported("an output that the kernel does not give").With("found", "output " + std::to_string(i)).Trail(place());
      }
      frame[static_cast<size_t>(node.outputs[i])] = std::move((*outputs)[i]);
      capture(node.outputs[i]);
    }
    for (const int slot : node.dead) frame[static_cast<size_t>(slot)] = Value();
  }
  Values outputs;
  outputs.reserve(plan.outputs.size());
  for (const int slot : plan.outputs) outputs.push_back(frame[static_cast<size_t>(slot)]);
  return outputs;
}

}  // namespace conformance::onnx_reference
