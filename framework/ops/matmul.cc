#include "framework/ops/matmul.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {

const OpDef& MatmulOp() {
  static const OpDef op =
      MakeOp("aten::matmul(Tensor self, Tensor other) -> Tensor", MatmulRule, {.reduction_arg = 0});
  return op;
}

Value Matmul(OpContext& context, const Value& a, const Value& b) { return context.Call(MatmulOp(), {a, b}); }

}  // namespace conformance::ops
