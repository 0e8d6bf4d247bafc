#include "framework/ops/new_ones.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& NewOnesOp() {
  static const OpDef op = MakeOp(
      "aten::new_ones(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None) -> Tensor",
      NewRule);
  return op;
}

Value NewOnes(OpContext& context, const Value& x, std::vector<SymInt> sizes, std::optional<DType> dtype) {
  return context.Call(NewOnesOp(), {x, std::move(sizes), TypeArgument(dtype)});
}

}  // namespace conformance::ops
