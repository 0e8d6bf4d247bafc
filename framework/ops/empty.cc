#include "framework/ops/empty.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> EmptyStridedRule(RuleCall& call) {
  const Sizes &sizes = call.sym_ints(0), &strides = call.sym_ints(1);
  if (sizes.size() != strides.size())
    return RuleInvalid(call, "found sizes " + SizesText(sizes) + " and strides " + SizesText(strides) +
                                 ", want as many of both");
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, sizes));
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, strides));
  return One(call.dtype(2).value_or(DType::kF32), sizes);
}

}  // namespace

const OpDef& EmptyOp() {
  static const OpDef op = MakeOp(
      "aten::empty.memory_format(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      FilledRule);
  return op;
}

const OpDef& EmptyStridedOp() {
  static const OpDef op = MakeOp(
      "aten::empty_strided(SymInt[] size, SymInt[] stride, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None) -> Tensor",
      EmptyStridedRule);
  return op;
}

Value Empty(OpContext& context, std::vector<SymInt> sizes, DType dtype) {
  return context.Call(EmptyOp(), {std::move(sizes), dtype});
}

}  // namespace conformance::ops
