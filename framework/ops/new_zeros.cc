#include "framework/ops/new_zeros.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& NewZerosOp() {
  static const OpDef op = MakeOp(
      "aten::new_zeros(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None) -> Tensor",
      NewRule);
  return op;
}

Value NewZeros(OpContext& context, const Value& x, std::vector<SymInt> sizes, std::optional<DType> dtype) {
  return context.Call(NewZerosOp(), {x, std::move(sizes), TypeArgument(dtype)});
}

}  // namespace conformance::ops
