#include "framework/ops/pow.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> PowRule(RuleCall& call) {
  CONFORMANCE_TRY(RuleResult result, call.IsTensor(1) ? BinaryNoBoolsRule(call) : BinaryRule(call));
  const auto* exponent = std::get_if<SymInt>(&call.arg(1));
  if (exponent != nullptr && exponent->IsConstant() && exponent->constant() < 0 &&
      !IsFloating(result.tensors[0].dtype)) {
    return RuleInvalid(call, "exponent is " + exponent->ToString() + ", want one ≥ 0 for integers");
  }
  return result;
}

}  // namespace

const OpDef& PowTensorTensorOp() {
  static const OpDef op =
      MakeOp("aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", PowRule, {.pointwise = true});
  return op;
}

const OpDef& PowTensorScalarOp() {
  static const OpDef op =
      MakeOp("aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", PowRule, {.pointwise = true});
  return op;
}

const OpDef& PowScalarOp() {
  static const OpDef op =
      MakeOp("aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", PowRule, {.pointwise = true});
  return op;
}

Value Pow(OpContext& context, const Value& a, const Value& b) {
  return context.Call(PowTensorTensorOp(), {a, b});
}
Value Pow(OpContext& context, const Value& a, Scalar b) {
  return context.Call(PowTensorScalarOp(), {a, b.argument()});
}
Value Pow(OpContext& context, Scalar a, const Value& b) {
  return context.Call(PowScalarOp(), {a.argument(), b});
}

}  // namespace conformance::ops
