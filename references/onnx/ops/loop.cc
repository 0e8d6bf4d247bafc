#include "references/onnx/call.h"
#include "references/onnx/ops/stack.h"

namespace conformance::onnx_reference::kernels {

/// Runs `body` (iteration, condition, carried…) -> (condition, carried…, scanned…) up to the trip count and as long as the condition holds.
/// Outputs the carried values, then the scanned ones stacked along a new first axis.
Outputs Loop(const Call& call) {
  int64_t trips = INT64_MAX;
  bool condition = true;
  if (const Array* count = call.Optional(0)) {
    CONFORMANCE_TRY(trips, ToInt(*count, "the trip count"));
  }
  if (const Array* given = call.Optional(1)) {
    CONFORMANCE_TRY(condition, ToBool(*given, "the condition"));
  }
  CONFORMANCE_TRY(const auto arity, call.GraphArity("body"));
  const size_t carried = call.inputs() > 2 ? call.inputs() - 2 : 0;
  if (arity.first != carried + 2 || arity.second < carried + 1) {
    return Invalid("a loop's body with other inputs or outputs")
        .With("found", std::to_string(arity.first) + " and " + std::to_string(arity.second))
        .With("wanted", std::to_string(carried + 2) + " and at least " + std::to_string(carried + 1));
  }
  Values state(arity.first);
  for (size_t i = 0; i < carried; ++i) state[i + 2] = call.value(i + 2);
  std::vector<Values> scanned(arity.second - carried - 1);
  for (int64_t trip = 0; trip < trips && condition; ++trip) {
    state[0] = Array::Of<int64_t>({}, {trip});
    state[1] = Array::Of<bool>({}, {condition});
    CONFORMANCE_TRY(Values out, call.RunGraph("body", state));
    if (out[0].array() == nullptr) return TypeError("a loop's condition is no tensor").With("found", Describe(out[0])).With("wanted", "bool");
    CONFORMANCE_TRY(condition, ToBool(*out[0].array(), "the condition"));
    for (size_t i = 0; i < carried; ++i) state[i + 2] = std::move(out[i + 1]);
    for (size_t i = 0; i < scanned.size(); ++i) scanned[i].push_back(std::move(out[carried + 1 + i]));
  }
  Values outputs(std::make_move_iterator(state.begin() + 2), std::make_move_iterator(state.end()));
  for (size_t i = 0; i < scanned.size(); ++i) {
    CONFORMANCE_TRY(Array stacked, Stack(call, scanned[i], 0, "body", carried + 1 + i));
    outputs.push_back(std::move(stacked));
  }
  return outputs;
}

}  // namespace conformance::onnx_reference::kernels
