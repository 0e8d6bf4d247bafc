#include "framework/ops/randn.h"

#include "framework/base/strings.h"
#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RandnRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, call.sym_ints(0)));
  return RealDraws(call, call.dtype(1).value_or(DType::kF32), call.sym_ints(0));
}

Result<RuleResult> RandnLikeRule(RuleCall& call) {
  return RealDraws(call, call.dtype(1).value_or(call.tensor(0).dtype()), call.tensor(0).sizes());
}

Result<RuleResult> NormalRule(RuleCall& call) {
  const double std = call.number(2);
  if (!(std >= 0)) return RuleInvalid(call, "std is " + DoubleText(std) + ", want one from 0 on");
  return RealDraws(call, call.tensor(0).dtype(), call.tensor(0).sizes());
}

}  // namespace

const OpDef& RandnOp() {
  static const OpDef op = MakeOp(
      "aten::randn(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) "
      "-> Tensor",
      RandnRule, kDraws);
  return op;
}

const OpDef& RandnLikeOp() {
  static const OpDef op = MakeOp(
      "aten::randn_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, "
      "MemoryFormat? memory_format=None) -> Tensor",
      RandnLikeRule, kDraws);
  return op;
}

const OpDef& NormalFunctionalOp() {
  static const OpDef op = MakeOp("aten::normal_functional(Tensor self, float mean=0., float std=1.) -> Tensor", NormalRule, kDraws);
  return op;
}

const OpDef& NormalInPlaceOp() {
  static const OpDef op = MakeOp("aten::normal_(Tensor(a!) self, float mean=0., float std=1.) -> Tensor(a!)", NormalRule,
                                 {.random = true, .in_place_of = "aten.normal_functional.default"});
  return op;
}

}  // namespace conformance::ops
