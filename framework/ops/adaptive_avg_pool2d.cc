#include "framework/ops/adaptive_avg_pool2d.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AdaptiveAvgPool2dRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Sizes& wanted = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", x));
  if (x.rank() != 3 && x.rank() != 4) return WantShape(call, "self", x, "[n, c, h, w] or [c, h, w]");
  if (wanted.size() != 2)
    return ShapeError(std::string(call.op()) + ": output_size is " + SizesText(wanted) + ", want [h, w]");
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, wanted));
  Sizes sizes = x.sizes();
  for (int64_t i : {1, 2}) {
    CONFORMANCE_TRY(const bool some,
                    call.Holds(Gt(x.size(-i), 0), "adaptive_avg_pool2d: something to average"));
    if (!some) return WantShape(call, "self", x, "with sizes above 0 along the last two axes");
    sizes[sizes.size() - i] = wanted[2 - i];
  }
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& AdaptiveAvgPool2dOp() {
  static const OpDef op = MakeOp("aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
                                 AdaptiveAvgPool2dRule);
  return op;
}

Value AdaptiveAvgPool2d(OpContext& context, const Value& x, std::vector<SymInt> output_size) {
  return context.Call(AdaptiveAvgPool2dOp(), {x, std::move(output_size)});
}

}  // namespace conformance::ops
