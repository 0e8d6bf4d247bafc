#include "framework/ops/multinomial.h"

#include <utility>

#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> MultinomialRule(RuleCall& call) {
  const Value& weights = call.tensor(0);
  const SymInt& samples = call.sym_int(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "self", weights));
  if (weights.rank() != 1 && weights.rank() != 2) return WantShape(call, "self", weights, "weights [n] or [rows, n]");
  const SymInt count = weights.size(-1);
  CONFORMANCE_RETURN_IF_ERROR(call.Require(Ge(count, 1), std::string(call.op()) + ": no weights to draw by"));
  CONFORMANCE_TRY(const bool some, call.Holds(Ge(samples, 1), "multinomial: num_samples ≥ 1"));
  if (!some) return RuleInvalid(call, "num_samples is " + samples.ToString() + ", want one from 1 on");
  if (!call.boolean(2)) {
    CONFORMANCE_TRY(const bool fits, call.Holds(Le(samples, count), "multinomial: num_samples ≤ n"));
    if (!fits) return RuleInvalid(call, "num_samples is " + samples.ToString() + ", want at most " + count.ToString() + " without replacement");
  }
  Sizes sizes = weights.sizes();
  sizes.back() = samples;
  return One(DType::kI64, std::move(sizes));
}

}  // namespace

const OpDef& MultinomialOp() {
  static const OpDef op = MakeOp("aten::multinomial(Tensor self, SymInt num_samples, bool replacement=False) -> Tensor", MultinomialRule,
                                 kDraws);
  return op;
}

}  // namespace conformance::ops
