#include "framework/ops/narrow.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> NarrowRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  const SymInt& size = x.sizes()[static_cast<size_t>(axis)];
  const SymInt &start = call.sym_int(2), &length = call.sym_int(3);
  CONFORMANCE_TRY(const bool from_end, call.Holds(Lt(start, 0), "narrow: counted from the end"));
  const SymInt first = from_end ? start + size : start;
  CONFORMANCE_TRY(
      const bool inside,
      call.Holds(And(And(Ge(length, 0), Ge(first, 0)), Le(first + length, size)), "narrow: inside its axis"));
  if (!inside)
    return WantShape(call, "self", x,
                     "with [" + first.ToString() + ", " + (first + length).ToString() + ") inside axis " +
                         std::to_string(axis));
  Sizes sizes = x.sizes();
  sizes[static_cast<size_t>(axis)] = length;
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& NarrowOp() {
  static const OpDef op =
      MakeOp("aten::narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)", NarrowRule,
             {.view = true});
  return op;
}

Value Narrow(OpContext& context, const Value& x, int64_t axis, SymInt start, SymInt length) {
  return context.Call(NarrowOp(), {x, axis, std::move(start), std::move(length)});
}

}  // namespace conformance::ops
