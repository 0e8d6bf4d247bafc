#include "framework/ops/index_put.h"

#include "framework/ops/index_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> IndexPutRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& values = call.tensor(2);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "values", values, x.dtype()));
  CONFORMANCE_TRY(const Sizes sizes, Indexed(call, x, call.tensors(1)));
  CONFORMANCE_RETURN_IF_ERROR(WantBroadcastTo(call, "values", values, sizes));
  return Same(x);
}

}  // namespace

const OpDef& IndexPutOp() {
  static const OpDef op = MakeOp(
      "aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> "
      "Tensor",
      IndexPutRule);
  return op;
}

const OpDef& IndexPutInPlaceOp() {
  static const OpDef op = MakeOp(
      "aten::index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) "
      "-> Tensor(a!)",
      IndexPutRule, {.in_place_of = "aten.index_put.default"});
  return op;
}

Value IndexPut(OpContext& context, const Value& x, std::vector<Value> indices, const Value& values,
               bool accumulate) {
  return context.Call(IndexPutOp(), {x, std::move(indices), values, accumulate});
}

}  // namespace conformance::ops
