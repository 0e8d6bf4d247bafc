#include "framework/ops/empty_like.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& EmptyLikeOp() {
  static const OpDef op = MakeOp(
      "aten::empty_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      LikeRule);
  return op;
}

Value EmptyLike(OpContext& context, const Value& x, std::optional<DType> dtype) {
  return context.Call(EmptyLikeOp(), {x, TypeArgument(dtype)});
}

}  // namespace conformance::ops
