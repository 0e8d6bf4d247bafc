#include "framework/ops/full.h"

#include "framework/ops/factory_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> FullRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, call.sym_ints(0)));
  return One(call.dtype(2).value_or(NumberType(call.arg(1))), call.sym_ints(0));
}

}  // namespace

const OpDef& FullOp() {
  static const OpDef op = MakeOp(
      "aten::full(SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? "
      "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
      FullRule);
  return op;
}

Value Full(OpContext& context, std::vector<SymInt> sizes, Scalar value, std::optional<DType> dtype) {
  return context.Call(FullOp(), {std::move(sizes), value.argument(), TypeArgument(dtype)});
}

}  // namespace conformance::ops
