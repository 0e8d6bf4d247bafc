#include <algorithm>

#include "references/onnx/call.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/stack.h"

namespace conformance::onnx_reference::kernels {
namespace {

struct ScanPlan {
  size_t states = 0, scans = 0, outputs = 0;
  std::vector<int64_t> input_axes, output_axes, input_directions, output_directions;
};

Result<std::vector<int64_t>> Listed(const Call& call, std::string_view name, size_t count) {
  CONFORMANCE_TRY(std::vector<int64_t> values, call.Ints(name, std::vector<int64_t>(count, 0)));
  if (values.size() == count) return values;
  return Invalid("an attribute of another length").With("attribute", std::string(name)).With("found", std::to_string(values.size())).With("wanted", std::to_string(count));
}

Result<ScanPlan> PlanOf(const Call& call, size_t inputs) {
  ScanPlan plan;
  CONFORMANCE_TRY(const int64_t scans, call.Int("num_scan_inputs"));
  CONFORMANCE_TRY(const auto arity, call.GraphArity("body"));
  if (scans < 1 || static_cast<uint64_t>(scans) > inputs || arity.first != inputs || arity.second < inputs - static_cast<size_t>(scans)) {
    return Invalid("a scan whose inputs and body don't fit")
        .With("found", std::to_string(scans) + " scanned of " + std::to_string(inputs) + ", a body of " + std::to_string(arity.first))
        .With("wanted", "a body with as many inputs");
  }
  plan.scans = static_cast<size_t>(scans);
  plan.states = inputs - plan.scans;
  plan.outputs = arity.second - plan.states;
  return plan;
}

/// One sequence: `values` are states and scanned tensors; of these the first `steps` slices, all where it is negative.
Result<Values> ScanOnce(const Call& call, const ScanPlan& plan, Values values, int64_t steps = -1) {
  int64_t length = -1;
  std::vector<int64_t> axes;
  for (size_t i = 0; i < plan.scans; ++i) {
    const Array* array = values[plan.states + i].array();
    if (array == nullptr || array->rank() == 0)
      return TypeError("a scanned input is no tensor with axes").With("found", Describe(values[plan.states + i])).With("wanted", "a tensor");
    CONFORMANCE_TRY(const int64_t axis, NormalAxis(plan.input_axes[i], array->rank()));
    axes.push_back(axis);
    if (length >= 0 && array->dim(axis) != length)
      return ShapeError("scanned inputs of two lengths").With("found", std::to_string(array->dim(axis))).With("wanted", std::to_string(length));
    length = array->dim(axis);
  }
  if (steps > length) return Invalid("a sequence longer than its input").With("found", std::to_string(steps)).With("wanted", "at most " + std::to_string(length));
  if (steps >= 0) length = steps;
  Values state = values;
  std::vector<Values> scanned(plan.outputs);
  for (int64_t step = 0; step < length; ++step) {
    for (size_t i = 0; i < plan.scans; ++i) {
      const int64_t index = plan.input_directions[i] == 0 ? step : length - 1 - step;
      CONFORMANCE_TRY(Array slice, SliceAt(call, *values[plan.states + i].array(), axes[i], index));
      state[plan.states + i] = std::move(slice);
    }
    CONFORMANCE_TRY(Values out, call.RunGraph("body", state));
    for (size_t i = 0; i < plan.states; ++i) state[i] = std::move(out[i]);
    for (size_t i = 0; i < plan.outputs; ++i) scanned[i].push_back(std::move(out[plan.states + i]));
  }
  state.resize(plan.states);
  for (size_t i = 0; i < plan.outputs; ++i) {
    if (plan.output_directions[i] != 0) std::reverse(scanned[i].begin(), scanned[i].end());
    CONFORMANCE_TRY(Array stacked, Stack(call, scanned[i], plan.output_axes[i], "body", plan.states + i));
    state.push_back(std::move(stacked));
  }
  return state;
}

}  // namespace

/// Runs `body` (states…, slices…) -> (states…, slices…) along the scan axes of the last num_scan_inputs inputs; stacks what it gives.
Outputs Scan(const Call& call) {
  CONFORMANCE_TRY(ScanPlan plan, PlanOf(call, call.inputs()));
  CONFORMANCE_TRY(plan.input_axes, Listed(call, "scan_input_axes", plan.scans));
  CONFORMANCE_TRY(plan.output_axes, Listed(call, "scan_output_axes", plan.outputs));
  CONFORMANCE_TRY(plan.input_directions, Listed(call, "scan_input_directions", plan.scans));
  CONFORMANCE_TRY(plan.output_directions, Listed(call, "scan_output_directions", plan.outputs));
  Values values;
  for (size_t i = 0; i < call.inputs(); ++i) values.push_back(call.value(i));
  return ScanOnce(call, plan, std::move(values));
}

/// Version 8: everything has a batch axis in front, sequences run along axis 1, and input 0 may give each one's length. Outputs beyond it are
/// zero.
Outputs BatchScan(const Call& call) {
  CONFORMANCE_TRY(ScanPlan plan, PlanOf(call, call.inputs() - 1));
  CONFORMANCE_TRY(plan.input_directions, Listed(call, "directions", plan.scans));
  plan.input_axes.assign(plan.scans, 0);
  plan.output_axes.assign(plan.outputs, 0);
  plan.output_directions.assign(plan.outputs, 0);
  int64_t batch = -1;
  for (size_t i = 1; i < call.inputs(); ++i) {
    const Array* array = call.Optional(i);
    if (array == nullptr || array->rank() == 0 || (batch >= 0 && array->dim(0) != batch))
      return ShapeError("an input without the batch's axis").With("found", Describe(call.value(i))).With("wanted", "the same first size everywhere");
    batch = array->dim(0);
  }
  std::vector<int64_t> lengths;
  if (const Array* given = call.Optional(0)) {
    CONFORMANCE_TRY(lengths, ToInts(*given, "sequence_lens"));
    if (static_cast<int64_t>(lengths.size()) != batch) return ShapeError("lengths that don't fit the batch").With("found", Describe(*given)).With("wanted", std::to_string(batch));
    for (const int64_t length : lengths) {
      if (length < 0) return Invalid("a length out of range").With("found", std::to_string(length));
    }
  }
  std::vector<Values> all(plan.states + plan.outputs);
  for (int64_t b = 0; b < batch; ++b) {
    Values values;
    for (size_t i = 1; i < call.inputs(); ++i) {
      CONFORMANCE_TRY(Array slice, SliceAt(call, call[i], 0, b));
      values.push_back(std::move(slice));
    }
    const int64_t whole = values.back().array()->rank() == 0 ? 0 : values.back().array()->dim(0);
    CONFORMANCE_TRY(Values out, ScanOnce(call, plan, std::move(values), lengths.empty() ? -1 : lengths[static_cast<size_t>(b)]));
    for (size_t i = plan.states; i < out.size(); ++i) {
      const Array scanned = *out[i].array();
      if (scanned.dim(0) == whole) continue;
      // Beyond a sequence's end there are zeros.
      std::vector<std::vector<int64_t>> picks;
      for (const int64_t size : scanned.dims()) picks.push_back(Everything(size));
      picks[0].resize(static_cast<size_t>(whole), -1);
      CONFORMANCE_TRY(Array padded, Pick(call, scanned, picks));
      out[i] = std::move(padded);
    }
    for (size_t i = 0; i < all.size(); ++i) all[i].push_back(std::move(out[i]));
  }
  Values outputs;
  for (size_t i = 0; i < all.size(); ++i) {
    CONFORMANCE_TRY(Array stacked, Stack(call, all[i], 0, "body", i));
    outputs.push_back(std::move(stacked));
  }
  return outputs;
}

}  // namespace conformance::onnx_reference::kernels
