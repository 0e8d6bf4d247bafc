#include "framework/ops/view.h"

#include "framework/ops/reshape_rule.h"

namespace conformance::ops {

const OpDef& ViewOp() {
  static const OpDef op =
      MakeOp("aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", ReshapeRule, {.view = true});
  return op;
}

const OpDef& ViewAsOp() {
  static const OpDef op =
      MakeOp("aten::view_as(Tensor(a) self, Tensor other) -> Tensor(a)", ReshapeAsRule, {.view = true});
  return op;
}

Value View(OpContext& context, const Value& x, std::vector<SymInt> sizes) {
  return context.Call(ViewOp(), {x, std::move(sizes)});
}

}  // namespace conformance::ops
