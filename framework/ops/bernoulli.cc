#include "framework/ops/bernoulli.h"

#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> BernoulliRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", call.tensor(0)));
  return Same(call.tensor(0));
}

Result<RuleResult> BernoulliPRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantProbability(call, 1, "p"));
  return Same(call.tensor(0));
}

Result<RuleResult> BernoulliTensorRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "p", call.tensor(1)));
  CONFORMANCE_RETURN_IF_ERROR(WantBroadcastTo(call, "p", call.tensor(1), call.tensor(0).sizes()));
  return Same(call.tensor(0));
}

}  // namespace

const OpDef& BernoulliOp() {
  static const OpDef op = MakeOp("aten::bernoulli(Tensor self) -> Tensor", BernoulliRule, kDraws);
  return op;
}

const OpDef& BernoulliPOp() {
  static const OpDef op = MakeOp("aten::bernoulli.p(Tensor self, float p) -> Tensor", BernoulliPRule, kDraws);
  return op;
}

const OpDef& BernoulliFloatInPlaceOp() {
  static const OpDef op = MakeOp("aten::bernoulli_.float(Tensor(a!) self, float p=0.5) -> Tensor(a!)", BernoulliPRule,
                                 {.random = true, .in_place_of = "aten.bernoulli.p"});
  return op;
}

const OpDef& BernoulliTensorOp() {
  static const OpDef op = MakeOp("aten::bernoulli.Tensor(Tensor self, Tensor p) -> Tensor", BernoulliTensorRule, kDraws);
  return op;
}

}  // namespace conformance::ops
