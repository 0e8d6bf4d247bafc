#include "framework/ops/repeat_interleave.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RepeatInterleaveRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const SymInt& repeats = call.sym_int(1);
  CONFORMANCE_TRY(const bool fits, call.Holds(Ge(repeats, 0), "repeat_interleave: repeats ≥ 0"));
  if (!fits) return RuleInvalid(call, "repeats are " + repeats.ToString() + ", want a number ≥ 0");
  if (call.IsNone(2)) return One(x.dtype(), {NumElements(x.sizes()) * repeats});
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis, as dim is given");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, x));
  Sizes sizes = x.sizes();
  sizes[axis] *= repeats;
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& RepeatInterleaveOp() {
  static const OpDef op = MakeOp(
      "aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? "
      "output_size=None) -> Tensor",
      RepeatInterleaveRule);
  return op;
}

Value RepeatInterleave(OpContext& context, const Value& x, SymInt repeats, std::optional<int64_t> axis) {
  return context.Call(RepeatInterleaveOp(),
                      {x, std::move(repeats), axis ? Argument(SymInt(*axis)) : Argument(NoneType{})});
}

}  // namespace conformance::ops
