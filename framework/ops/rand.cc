#include "framework/ops/rand.h"

#include "framework/base/strings.h"
#include "framework/ops/random_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RandRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, call.sym_ints(0)));
  return RealDraws(call, call.dtype(1).value_or(DType::kF32), call.sym_ints(0));
}

Result<RuleResult> RandLikeRule(RuleCall& call) {
  return RealDraws(call, call.dtype(1).value_or(call.tensor(0).dtype()), call.tensor(0).sizes());
}

Result<RuleResult> UniformRule(RuleCall& call) {
  const double from = call.number(1), to = call.number(2);
  if (!(from <= to)) return RuleInvalid(call, "[" + DoubleText(from) + ", " + DoubleText(to) + ") is no range");
  return RealDraws(call, call.tensor(0).dtype(), call.tensor(0).sizes());
}

}  // namespace

const OpDef& RandOp() {
  static const OpDef op = MakeOp(
      "aten::rand(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) "
      "-> Tensor",
      RandRule, kDraws);
  return op;
}

const OpDef& RandLikeOp() {
  static const OpDef op = MakeOp(
      "aten::rand_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, "
      "MemoryFormat? memory_format=None) -> Tensor",
      RandLikeRule, kDraws);
  return op;
}

const OpDef& UniformOp() {
  static const OpDef op = MakeOp("aten::uniform(Tensor self, float from=0., float to=1.) -> Tensor", UniformRule, kDraws);
  return op;
}

}  // namespace conformance::ops
