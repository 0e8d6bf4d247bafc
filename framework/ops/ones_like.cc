#include "framework/ops/ones_like.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& OnesLikeOp() {
  static const OpDef op = MakeOp(
      "aten::ones_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      LikeRule);
  return op;
}

Value OnesLike(OpContext& context, const Value& x, std::optional<DType> dtype) {
  return context.Call(OnesLikeOp(), {x, TypeArgument(dtype)});
}

}  // namespace conformance::ops
