#include "framework/ops/index.h"

#include "framework/ops/index_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> IndexRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, Indexed(call, call.tensor(0), call.tensors(1)));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

}  // namespace

const OpDef& IndexOp() {
  static const OpDef op = MakeOp("aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", IndexRule);
  return op;
}

Value Index(OpContext& context, const Value& x, std::vector<Value> indices) {
  return context.Call(IndexOp(), {x, std::move(indices)});
}

}  // namespace conformance::ops
