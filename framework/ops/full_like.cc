#include "framework/ops/full_like.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& FullLikeOp() {
  static const OpDef op = MakeOp(
      "aten::full_like(Tensor self, Scalar fill_value, *, ScalarType? dtype=None, Layout? "
      "layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) "
      "-> Tensor",
      FullLikeRule);
  return op;
}

Value FullLike(OpContext& context, const Value& x, Scalar value, std::optional<DType> dtype) {
  return context.Call(FullLikeOp(), {x, value.argument(), TypeArgument(dtype)});
}

}  // namespace conformance::ops
