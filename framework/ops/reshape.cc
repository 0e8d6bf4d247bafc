#include "framework/ops/reshape.h"

#include "framework/ops/reshape_rule.h"

namespace conformance::ops {

const OpDef& ReshapeOp() {
  static const OpDef op =
      MakeOp("aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", ReshapeRule, {.view = true});
  return op;
}

Value Reshape(OpContext& context, const Value& x, std::vector<SymInt> shape) {
  return context.Call(ReshapeOp(), {x, std::move(shape)});
}

}  // namespace conformance::ops
