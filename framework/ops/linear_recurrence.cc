#include "framework/ops/linear_recurrence.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> LinearRecurrenceRule(RuleCall& call) {
  const Value& gate = call.tensor(0);
  const Value& x = call.tensor(1);
  const Value& initial = call.tensor(2);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "gate", gate, x.dtype()));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "initial", initial, x.dtype()));
  if (x.rank() == 0) return WantShape(call, "input", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 3, x));
  CONFORMANCE_TRY(const bool same,
                  EqualShapes(call, gate.sizes(), x.sizes(), "linear_recurrence: gate and input"));
  if (!same) return WantShape(call, "gate", gate, SizesText(x.sizes()));
  Sizes state = x.sizes();
  state.erase(state.begin() + axis);
  CONFORMANCE_TRY(const bool starts,
                  EqualShapes(call, initial.sizes(), state, "linear_recurrence: initial and one step"));
  if (!starts) return WantShape(call, "initial", initial, SizesText(state));
  return Same(x);
}

}  // namespace

const OpDef& LinearRecurrenceOp() {
  static const OpDef op =
      MakeOp("conformance::linear_recurrence(Tensor gate, Tensor input, Tensor initial, int dim) -> Tensor",
             LinearRecurrenceRule);
  return op;
}

Value LinearRecurrence(OpContext& context, const Value& gate, const Value& x, const Value& initial,
                       int64_t axis) {
  return context.Call(LinearRecurrenceOp(), {gate, x, initial, axis});
}

}  // namespace conformance::ops
