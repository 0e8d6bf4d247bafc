#include "framework/ops/select.h"

#include "framework/ops/part_rule.h"

namespace conformance::ops {

Result<RuleResult> SelectPart(RuleCall& call, size_t first) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, first, x));
  const SymInt& size = x.sizes()[axis];
  const SymInt& position = call.sym_int(first + 1);
  CONFORMANCE_TRY(const bool inside, call.Holds(And(Ge(position, -size), Lt(position, size)),
                                                "select: a position inside its axis"));
  if (!inside) {
    return ShapeError(std::string(call.op()) + ": index is " + position.ToString() +
                      ", want one inside axis " + std::to_string(axis) + " of " + Describe(x.meta()));
  }
  Sizes sizes = x.sizes();
  sizes.erase(sizes.begin() + axis);
  return One(x.dtype(), std::move(sizes));
}

namespace {

Result<RuleResult> SelectRule(RuleCall& call) { return SelectPart(call, 1); }

}  // namespace

const OpDef& SelectOp() {
  static const OpDef op = MakeOp("aten::select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)",
                                 SelectRule, {.view = true});
  return op;
}

Value Select(OpContext& context, const Value& x, int64_t axis, SymInt position) {
  return context.Call(SelectOp(), {x, axis, std::move(position)});
}

}  // namespace conformance::ops
