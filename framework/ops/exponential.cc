#include "framework/ops/exponential.h"

#include "framework/base/strings.h"
#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ExponentialRule(RuleCall& call) {
  const double rate = call.number(1);
  if (!(rate > 0)) return RuleInvalid(call, "lambd is " + DoubleText(rate) + ", want one above 0");
  return RealDraws(call, call.tensor(0).dtype(), call.tensor(0).sizes());
}

}  // namespace

const OpDef& ExponentialOp() {
  static const OpDef op = MakeOp("aten::exponential(Tensor self, float lambd=1.) -> Tensor", ExponentialRule, kDraws);
  return op;
}

}  // namespace conformance::ops
