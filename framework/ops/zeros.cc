#include "framework/ops/zeros.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& ZerosOp() {
  static const OpDef op = MakeOp(
      "aten::zeros(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None) -> Tensor",
      FilledRule);
  return op;
}

Value Zeros(OpContext& context, std::vector<SymInt> sizes, DType dtype) {
  return context.Call(ZerosOp(), {std::move(sizes), dtype});
}

}  // namespace conformance::ops
