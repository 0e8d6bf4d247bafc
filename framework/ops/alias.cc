#include "framework/ops/alias.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& AliasOp() {
  static const OpDef op =
      MakeOp("aten::alias(Tensor(a) self) -> Tensor(a)", AnyUnaryRule, {.view = true, .no_effect = true});
  return op;
}

Value Alias(OpContext& context, const Value& x) { return context.Call(AliasOp(), {x}); }

}  // namespace conformance::ops
