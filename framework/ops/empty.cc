#include "framework/ops/empty.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {

const OpDef& EmptyOp() {
  static const OpDef op = MakeOp(
      "aten::empty.memory_format(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      FilledRule);
  return op;
}

Value Empty(OpContext& context, std::vector<SymInt> sizes, DType dtype) {
  return context.Call(EmptyOp(), {std::move(sizes), dtype});
}

}  // namespace conformance::ops
