#include "framework/ops/lerp.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> LerpRule(RuleCall& call) {
  const Value& a = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", a));
  Sizes sizes = a.sizes();
  for (const size_t i : {1, 2}) {
    if (!call.IsTensor(i)) continue;
    CONFORMANCE_RETURN_IF_ERROR(WantDType(call, call.name(i), call.tensor(i), a.dtype()));
    CONFORMANCE_TRY(sizes, call.Broadcast(sizes, call.tensor(i).sizes()));
  }
  return One(a.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& LerpScalarOp() {
  static const OpDef op = MakeOp("aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor",
                                 LerpRule, {.pointwise = true});
  return op;
}

const OpDef& LerpTensorOp() {
  static const OpDef op = MakeOp("aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor",
                                 LerpRule, {.pointwise = true});
  return op;
}

Value Lerp(OpContext& context, const Value& a, const Value& b, Scalar weight) {
  return context.Call(LerpScalarOp(), {a, b, weight.argument()});
}

}  // namespace conformance::ops
