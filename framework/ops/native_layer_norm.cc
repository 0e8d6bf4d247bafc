#include "framework/ops/native_layer_norm.h"

#include "framework/ops/norm_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> NativeLayerNormRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantEps(call, 4));
  CONFORMANCE_RETURN_IF_ERROR(WantNormalized(call, {2, 3}));
  RuleResult result = Same(x);
  Sizes sizes = x.sizes();
  for (size_t i = sizes.size() - call.sym_ints(1).size(); i < sizes.size(); ++i) sizes[i] = 1;
  for (int i = 0; i < 2; ++i) result.tensors.push_back({StatisticsType(call, {2, 3}), sizes});
  return result;
}

}  // namespace

const OpDef& NativeLayerNormOp() {
  static const OpDef op = MakeOp(
      "aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float "
      "eps) -> (Tensor, Tensor, Tensor)",
      NativeLayerNormRule, {.reduction_arg = 0});
  return op;
}

std::vector<Value> NativeLayerNorm(OpContext& context, const Value& x, std::vector<SymInt> normalized_shape,
                                   const Value& weight, const Value& bias, double eps) {
  return context.CallMulti(NativeLayerNormOp(), {x, std::move(normalized_shape), weight, bias, eps});
}

}  // namespace conformance::ops
