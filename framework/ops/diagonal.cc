#include "framework/ops/diagonal.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> DiagonalRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() < 2) return WantShape(call, "self", x, "of at least two axes");
  CONFORMANCE_TRY(const int64_t a, AxisArg(call, 2, x));
  CONFORMANCE_TRY(const int64_t b, AxisArg(call, 3, x));
  if (a == b) return RuleInvalid(call, "both axes are " + std::to_string(a) + ", want two different ones");
  const int64_t offset = call.int_value(1);
  SymInt rows = x.sizes()[static_cast<size_t>(a)], cols = x.sizes()[static_cast<size_t>(b)];
  if (offset >= 0) {
    cols = cols - offset;
  } else {
    rows = rows + offset;
  }
  CONFORMANCE_TRY(const bool wide, call.Holds(Le(rows, cols), "diagonal: the shorter of two axes"));
  SymInt length = wide ? rows : cols;
  CONFORMANCE_TRY(const bool some, call.Holds(Ge(length, 0), "diagonal: inside the matrix"));
  if (!some) length = 0;
  Sizes sizes;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (i != a && i != b) sizes.push_back(x.sizes()[static_cast<size_t>(i)]);
  }
  sizes.push_back(std::move(length));
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& DiagonalOp() {
  static const OpDef op =
      MakeOp("aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)",
             DiagonalRule, {.view = true});
  return op;
}

Value Diagonal(OpContext& context, const Value& x, int64_t offset, int64_t axis1, int64_t axis2) {
  return context.Call(DiagonalOp(), {x, offset, axis1, axis2});
}

}  // namespace conformance::ops
