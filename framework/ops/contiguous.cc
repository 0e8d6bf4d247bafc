#include "framework/ops/contiguous.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& ContiguousOp() {
  static const OpDef op = MakeOp(
      "aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=contiguous_format) -> "
      "Tensor(a)",
      AnyUnaryRule, {.view = true});
  return op;
}

Value Contiguous(OpContext& context, const Value& x) { return context.Call(ContiguousOp(), {x}); }

}  // namespace conformance::ops
