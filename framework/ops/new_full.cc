#include "framework/ops/new_full.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& NewFullOp() {
  static const OpDef op = MakeOp(
      "aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, "
      "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
      NewFullRule);
  return op;
}

Value NewFull(OpContext& context, const Value& x, std::vector<SymInt> sizes, Scalar value,
              std::optional<DType> dtype) {
  return context.Call(NewFullOp(), {x, std::move(sizes), value.argument(), TypeArgument(dtype)});
}

}  // namespace conformance::ops
