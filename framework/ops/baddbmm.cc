#include "framework/ops/baddbmm.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {

const OpDef& BaddbmmOp() {
  static const OpDef op = MakeOp(
      "aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) "
      "-> Tensor",
      BaddbmmRule, {.reduction_arg = 1});
  return op;
}

Value Baddbmm(OpContext& context, const Value& bias, const Value& a, const Value& b, Scalar beta,
              Scalar alpha) {
  return context.Call(BaddbmmOp(), {bias, a, b, beta.argument(), alpha.argument()});
}

}  // namespace conformance::ops
