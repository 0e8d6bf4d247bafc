#include "framework/ops/index_select.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> IndexSelectRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& index = call.tensor(2);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  if (index.dtype() != DType::kI64 && index.dtype() != DType::kI32)
    return WantType(call, "index", index, "i64 or i32");
  if (index.rank() > 1) return WantShape(call, "index", index, "[k]");
  const SymInt count = index.rank() == 0 ? SymInt(1) : index.sizes()[0];
  Sizes sizes = x.sizes();
  if (!sizes.empty()) {
    sizes[axis] = count;
  } else {
    CONFORMANCE_TRY(const bool one,
                    call.Equal(count, 1, "index_select: one position of a tensor without axes"));
    if (!one) return WantShape(call, "index", index, "[1]");
  }
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& IndexSelectOp() {
  static const OpDef op =
      MakeOp("aten::index_select(Tensor self, int dim, Tensor index) -> Tensor", IndexSelectRule);
  return op;
}

Value IndexSelect(OpContext& context, const Value& x, int64_t axis, const Value& index) {
  return context.Call(IndexSelectOp(), {x, axis, index});
}

}  // namespace conformance::ops
