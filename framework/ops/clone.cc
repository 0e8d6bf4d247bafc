#include "framework/ops/clone.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& CloneOp() {
  static const OpDef op =
      MakeOp("aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", AnyUnaryRule);
  return op;
}

Value Clone(OpContext& context, const Value& x) { return context.Call(CloneOp(), {x}); }

}  // namespace conformance::ops
