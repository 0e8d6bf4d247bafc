#include "framework/ops/bmm.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {

const OpDef& BmmOp() {
  static const OpDef op =
      MakeOp("aten::bmm(Tensor self, Tensor mat2) -> Tensor", BmmRule, {.reduction_arg = 0});
  return op;
}

Value Bmm(OpContext& context, const Value& a, const Value& b) { return context.Call(BmmOp(), {a, b}); }

}  // namespace conformance::ops
