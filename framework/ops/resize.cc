#include "framework/ops/resize.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ResizeRule(RuleCall& call) {
  const Sizes& size = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, size));
  if (const auto* format = std::get_if<MemoryFormat>(&call.arg(2))) {
    const bool fits = *format == MemoryFormat::kContiguous || (*format == MemoryFormat::kChannelsLast && size.size() == 4) ||
                      (*format == MemoryFormat::kChannelsLast3d && size.size() == 5);
    if (!fits) return RuleInvalid(call, "memory_format is none that sizes " + SizesText(size) + " can have, want contiguous or channels_last");
  }
  return One(call.tensor(0).dtype(), size);
}

}  // namespace

const OpDef& ResizeOp() {
  static const OpDef op = MakeOp("aten::resize(Tensor self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor", ResizeRule);
  return op;
}

const OpDef& ResizeInPlaceOp() {
  static const OpDef op = MakeOp("aten::resize_(Tensor(a!) self, SymInt[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)", ResizeRule,
                                 {.in_place_of = "aten.resize.default"});
  return op;
}

Value Resize(OpContext& context, const Value& x, std::vector<SymInt> size) { return context.Call(ResizeOp(), {x, std::move(size)}); }

}  // namespace conformance::ops
