#include "framework/ops/split.h"

#include "framework/ops/split_rule.h"

namespace conformance::ops {

const OpDef& SplitOp() {
  static const OpDef op =
      MakeOp("aten::split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]",
             SplitRule, {.view = true});
  return op;
}

const OpDef& SplitSizesOp() {
  static const OpDef op =
      MakeOp("aten::split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]",
             SplitSizesRule, {.view = true});
  return op;
}

std::vector<Value> Split(OpContext& context, const Value& x, SymInt size, int64_t axis) {
  return context.CallMulti(SplitOp(), {x, std::move(size), axis});
}

}  // namespace conformance::ops
