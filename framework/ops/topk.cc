#include "framework/ops/topk.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TopkRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const SymInt& k = call.sym_int(1);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, x));
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, "self", x));
  const SymInt size = x.rank() == 0 ? SymInt(1) : x.sizes()[axis];
  CONFORMANCE_TRY(const bool fits, call.Holds(And(Ge(k, 0), Le(k, size)), "topk: k inside its axis"));
  if (!fits)
    return WantShape(call, "self", x,
                     "with at least k = " + k.ToString() + " along axis " + std::to_string(axis));
  Sizes sizes = x.sizes();
  if (!sizes.empty()) sizes[axis] = k;
  RuleResult result = One(x.dtype(), sizes);
  result.tensors.push_back({DType::kI64, std::move(sizes)});
  return result;
}

}  // namespace

const OpDef& TopkOp() {
  static const OpDef op = MakeOp(
      "aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> "
      "(Tensor values, Tensor indices)",
      TopkRule);
  return op;
}

TopkResult Topk(OpContext& context, const Value& x, SymInt k, int64_t axis, bool largest, bool sorted) {
  std::vector<Value> values = context.CallMulti(TopkOp(), {x, std::move(k), axis, largest, sorted});
  return {std::move(values[0]), std::move(values[1])};
}

}  // namespace conformance::ops
