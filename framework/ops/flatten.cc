#include "framework/ops/flatten.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> FlattenRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const int64_t start, AxisArg(call, 1, x));
  CONFORMANCE_TRY(const int64_t end, AxisArg(call, 2, x));
  if (start > end) {
    return ShapeError(std::string(call.op()) + ": start_dim is " + std::to_string(start) +
                      ", want one not behind end_dim " + std::to_string(end));
  }
  if (x.rank() == 0) return One(x.dtype(), {1});
  const auto& from = x.sizes();
  Sizes sizes(from.begin(), from.begin() + start);
  sizes.push_back(NumElements(std::span(from).subspan(start, end - start + 1)));
  sizes.insert(sizes.end(), from.begin() + end + 1, from.end());
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& FlattenOp() {
  static const OpDef op =
      MakeOp("aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)",
             FlattenRule, {.view = true});
  return op;
}

Value Flatten(OpContext& context, const Value& x, int64_t start, int64_t end) {
  return context.Call(FlattenOp(), {x, start, end});
}

}  // namespace conformance::ops
