#include "framework/ops/slice.h"

#include "framework/ops/part_rule.h"

namespace conformance::ops {
namespace {

// A position in [0, size]: negative ones count from the end, and what lies outside is clamped. Where the order is not provable it
// is guarded by the hint; where there is none the clamping becomes part of the size.
Result<SymInt> Clamped(RuleCall& call, SymInt position, const SymInt& size) {
  const auto number = position.AsInt();
  if (number && *number == 0) return position;
  if (number && *number == INT64_MAX) return size;
  const bool known = call.Hint(position).has_value() && call.Hint(size).has_value();
  const auto decide = [&](const SymBool& condition) -> Result<std::optional<bool>> {
    if (const auto proved = call.Prove(condition)) return proved;
    if (!known) return std::optional<bool>();
    const bool answer = call.Guard(condition, "slice: a position against the size of its axis");
    CONFORMANCE_RETURN_IF_ERROR(call.status());
    return std::optional(answer);
  };
  CONFORMANCE_TRY(const std::optional<bool> negative, decide(Lt(position, 0)));
  if (negative.value_or(false)) {
    position += size;
    CONFORMANCE_TRY(const std::optional<bool> below, decide(Lt(position, 0)));
    if (!below) return Max(position, 0);
    return *below ? SymInt(0) : position;
  }
  if (SymInt::Same(position, size)) return size;
  CONFORMANCE_TRY(const std::optional<bool> inside, decide(Le(position, size)));
  if (!inside) return Min(position, size);
  return *inside ? position : size;
}

}  // namespace

Result<RuleResult> SlicePart(RuleCall& call, size_t first) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, first, x));
  const SymInt& size = x.sizes()[axis];
  const SymInt& step = call.sym_int(first + 3);
  CONFORMANCE_TRY(const bool forward, call.Holds(Gt(step, 0), "slice: step > 0"));
  if (!forward) return RuleInvalid(call, "step is " + step.ToString() + ", want one above 0");
  CONFORMANCE_TRY(const SymInt start,
                  Clamped(call, call.IsNone(first + 1) ? SymInt(0) : call.sym_int(first + 1), size));
  CONFORMANCE_TRY(const SymInt end,
                  Clamped(call, call.IsNone(first + 2) ? SymInt(INT64_MAX) : call.sym_int(first + 2), size));
  SymInt length = end - start;
  if (!(start.IsConstant() && start.constant() == 0) && !call.Prove(Ge(length, 0)).value_or(false)) {
    if (!call.Hint(length)) {
      length = Max(length, 0);
    } else if (!call.Guard(Ge(length, 0), "slice: the start is not behind the end")) {
      CONFORMANCE_RETURN_IF_ERROR(call.status());
      length = 0;
    }
  }
  Sizes sizes = x.sizes();
  sizes[axis] = step.IsConstant() && step.constant() == 1 ? length : CeilDiv(length, step);
  return One(x.dtype(), std::move(sizes));
}

namespace {

Result<RuleResult> SliceRule(RuleCall& call) { return SlicePart(call, 1); }

}  // namespace

const OpDef& SliceOp() {
  static const OpDef op = MakeOp(
      "aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt "
      "step=1) -> Tensor(a)",
      SliceRule, {.view = true});
  return op;
}

Value Slice(OpContext& context, const Value& x, int64_t axis, SymInt start, SymInt end, SymInt step) {
  return context.Call(SliceOp(), {x, axis, std::move(start), std::move(end), std::move(step)});
}

}  // namespace conformance::ops
