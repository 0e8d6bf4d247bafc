#include "framework/ops/addmm.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {

const OpDef& AddmmOp() {
  static const OpDef op = MakeOp(
      "aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> "
      "Tensor",
      AddmmRule, {.reduction_arg = 1});
  return op;
}

Value Addmm(OpContext& context, const Value& bias, const Value& a, const Value& b, Scalar beta,
            Scalar alpha) {
  return context.Call(AddmmOp(), {bias, a, b, beta.argument(), alpha.argument()});
}

}  // namespace conformance::ops
