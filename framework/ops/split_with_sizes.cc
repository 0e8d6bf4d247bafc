#include "framework/ops/split_with_sizes.h"

#include "framework/ops/split_rule.h"

namespace conformance::ops {

const OpDef& SplitWithSizesOp() {
  static const OpDef op =
      MakeOp("aten::split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]",
             SplitSizesRule, {.view = true});
  return op;
}

std::vector<Value> SplitWithSizes(OpContext& context, const Value& x, std::vector<SymInt> sizes,
                                  int64_t axis) {
  const size_t count = sizes.size();
  std::vector<Value> pieces = context.CallMulti(SplitWithSizesOp(), {x, std::move(sizes), axis});
  if (context.failed()) pieces.assign(count, Value::Poisoned());
  return pieces;
}

}  // namespace conformance::ops
