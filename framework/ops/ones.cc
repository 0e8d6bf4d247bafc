#include "framework/ops/ones.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& OnesOp() {
  static const OpDef op = MakeOp(
      "aten::ones(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None) -> Tensor",
      FilledRule);
  return op;
}

Value Ones(OpContext& context, std::vector<SymInt> sizes, DType dtype) {
  return context.Call(OnesOp(), {std::move(sizes), dtype});
}

}  // namespace conformance::ops
