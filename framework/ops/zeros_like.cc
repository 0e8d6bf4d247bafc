#include "framework/ops/zeros_like.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& ZerosLikeOp() {
  static const OpDef op = MakeOp(
      "aten::zeros_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      LikeRule);
  return op;
}

Value ZerosLike(OpContext& context, const Value& x, std::optional<DType> dtype) {
  return context.Call(ZerosLikeOp(), {x, TypeArgument(dtype)});
}

}  // namespace conformance::ops
