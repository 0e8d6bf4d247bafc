#include "framework/ops/copy.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> CopyRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantBroadcastTo(call, "src", call.tensor(1), call.tensor(0).sizes()));
  return Same(call.tensor(0));
}

Result<RuleResult> FillRule(RuleCall& call) { return Same(call.tensor(0)); }

}  // namespace

const OpDef& CopyInPlaceOp() {
  static const OpDef op =
      MakeOp("aten::copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)", CopyRule, {.in_place_of = "aten.copy.default"});
  return op;
}

const OpDef& FillScalarInPlaceOp() {
  static const OpDef op = MakeOp("aten::fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)", FillRule, {.in_place_of = "aten.fill.Scalar"});
  return op;
}

const OpDef& CopyOp() {
  static const OpDef op =
      MakeOp("aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", CopyRule);
  return op;
}

Value CopyInPlace(OpContext& context, const Value& x, const Value& source) {
  return context.Call(CopyInPlaceOp(), {x, source});
}

}  // namespace conformance::ops
