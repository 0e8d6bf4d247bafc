#include "framework/ops/mm.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {

const OpDef& MmOp() {
  static const OpDef op =
      MakeOp("aten::mm(Tensor self, Tensor mat2) -> Tensor", MmRule, {.reduction_arg = 0});
  return op;
}

Value Mm(OpContext& context, const Value& a, const Value& b) { return context.Call(MmOp(), {a, b}); }

}  // namespace conformance::ops
