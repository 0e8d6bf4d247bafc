#include "framework/ops/square.h"

#include "framework/ops/pow.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> SquareRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  return One(x.dtype() == DType::kBool ? DType::kI64 : x.dtype(), x.sizes());
}

}  // namespace

const OpDef& SquareOp() {
  static const OpDef op = MakeOp("aten::square(Tensor self) -> Tensor", SquareRule, {.pointwise = true});
  return op;
}

Value Square(OpContext& context, const Value& x) { return Pow(context, x, 2); }

}  // namespace conformance::ops
