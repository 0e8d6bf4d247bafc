#include "framework/ops/linear.h"

#include "framework/ops/matmul_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> LinearRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& weight = call.tensor(1);
  if (x.rank() == 0) return WantShape(call, "input", x, "[..., k]");
  if (weight.rank() != 2 && weight.rank() != 1) return WantShape(call, "weight", weight, "[n, k]");
  CONFORMANCE_RETURN_IF_ERROR(WantFactors(call, "input", x, "weight", weight));
  const SymInt& inner = x.sizes().back();
  CONFORMANCE_TRY(const bool fits, call.Equal(weight.sizes().back(), inner, "linear: inner sizes"));
  if (!fits)
    return WantShape(call, "weight", weight,
                     weight.rank() == 2 ? "[n, " + inner.ToString() + "]" : "[" + inner.ToString() + "]");
  Sizes sizes(x.sizes().begin(), x.sizes().end() - 1);
  if (weight.rank() == 2) sizes.push_back(weight.sizes()[0]);
  if (!call.IsNone(2)) {
    const Value& bias = call.tensor(2);
    CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "bias", bias, x.dtype()));
    const Sizes wanted(weight.sizes().begin(), weight.sizes().end() - 1);
    CONFORMANCE_TRY(const bool bias_fits,
                    EqualShapes(call, bias.sizes(), wanted, "linear: the size of bias"));
    if (!bias_fits) return WantShape(call, "bias", bias, SizesText(wanted));
  }
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& LinearOp() {
  static const OpDef op = MakeOp("aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor",
                                 LinearRule, {.reduction_arg = 0});
  return op;
}

Value Linear(OpContext& context, const Value& x, const Value& weight, const Value& bias) {
  return context.Call(LinearOp(), {x, weight, bias});
}

}  // namespace conformance::ops
