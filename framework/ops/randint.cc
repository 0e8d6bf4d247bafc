#include "framework/ops/randint.h"

#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RandintRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, call.sym_ints(1)));
  return IntegerDraws(call, call.dtype(2).value_or(DType::kI64), call.sym_ints(1), 0, call.sym_int(0));
}
Result<RuleResult> RandintLowRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, call.sym_ints(2)));
  return IntegerDraws(call, call.dtype(3).value_or(DType::kI64), call.sym_ints(2), call.sym_int(0), call.sym_int(1));
}
Result<RuleResult> RandintLikeRule(RuleCall& call) {
  return IntegerDraws(call, call.dtype(2).value_or(call.tensor(0).dtype()), call.tensor(0).sizes(), 0, call.sym_int(1));
}
Result<RuleResult> RandintLikeLowRule(RuleCall& call) {
  return IntegerDraws(call, call.dtype(3).value_or(call.tensor(0).dtype()), call.tensor(0).sizes(), call.sym_int(1), call.sym_int(2));
}

Result<RuleResult> RandpermRule(RuleCall& call) {
  const SymInt& n = call.sym_int(0);
  const DType dtype = call.dtype(1).value_or(DType::kI64);
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, std::vector{n}));
  if (dtype == DType::kBool) return TypeError(std::string(call.op()) + ": bool has no order to draw; want numbers");
  if (n.IsConstant() && n.constant() > 0) CONFORMANCE_RETURN_IF_ERROR(IntegerDraws(call, dtype, {}, 0, n).status());
  return One(dtype, {n});
}

}  // namespace

const OpDef& RandintOp() {
  static const OpDef op = MakeOp(
      "aten::randint(SymInt high, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
      "bool? pin_memory=None) -> Tensor",
      RandintRule, kDraws);
  return op;
}

const OpDef& RandintLowOp() {
  static const OpDef op = MakeOp(
      "aten::randint.low(SymInt low, SymInt high, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None) -> Tensor",
      RandintLowRule, kDraws);
  return op;
}

const OpDef& RandintLikeOp() {
  static const OpDef op = MakeOp(
      "aten::randint_like(Tensor self, SymInt high, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
      "bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      RandintLikeRule, kDraws);
  return op;
}

const OpDef& RandintLikeLowOp() {
  static const OpDef op = MakeOp(
      "aten::randint_like.low_dtype(Tensor self, SymInt low, SymInt high, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
      RandintLikeLowRule, kDraws);
  return op;
}

const OpDef& RandpermOp() {
  static const OpDef op = MakeOp(
      "aten::randperm(SymInt n, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) "
      "-> Tensor",
      RandpermRule, kDraws);
  return op;
}

}  // namespace conformance::ops
