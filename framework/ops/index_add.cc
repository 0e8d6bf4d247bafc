#include "framework/ops/index_add.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> SlicesRule(RuleCall& call) {
  const Value &x = call.tensor(0), &index = call.tensor(2), &source = call.tensor(3);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "source", source, x.dtype()));
  if (index.rank() > 1) return WantShape(call, "index", index, "[k] or []");
  Sizes wanted = x.sizes();
  const SymInt count = index.rank() == 0 ? SymInt(1) : index.sizes()[0];
  if (!wanted.empty()) wanted[static_cast<size_t>(axis)] = count;
  CONFORMANCE_TRY(bool fits, EqualShapes(call, source.sizes(), wanted, "index_add: the sizes of source"));
  if (fits && wanted.empty()) {
    CONFORMANCE_TRY(fits, call.Equal(count, 1, "index_add: one position"));
  }
  if (!fits) return WantShape(call, "source", source, SizesText(wanted));
  return Same(x);
}
Result<RuleResult> IndexAddRule(RuleCall& call) {
  const Value& index = call.tensor(2);
  if (index.dtype() != DType::kI64 && index.dtype() != DType::kI32)
    return WantType(call, "index", index, "i64 or i32");
  CONFORMANCE_RETURN_IF_ERROR(WantAlpha(call, 4, call.tensor(0).dtype()));
  return SlicesRule(call);
}
Result<RuleResult> IndexCopyRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "index", call.tensor(2), DType::kI64));
  return SlicesRule(call);
}

}  // namespace

const OpDef& IndexAddOp() {
  static const OpDef op = MakeOp(
      "aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor",
      IndexAddRule);
  return op;
}

const OpDef& IndexCopyOp() {
  static const OpDef op =
      MakeOp("aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", IndexCopyRule);
  return op;
}

Value IndexAdd(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source) {
  return context.Call(IndexAddOp(), {x, axis, index, source});
}
Value IndexCopy(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source) {
  return context.Call(IndexCopyOp(), {x, axis, index, source});
}

}  // namespace conformance::ops
