#include "framework/ops/embedding.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> EmbeddingRule(RuleCall& call) {
  const Value& weight = call.tensor(0);
  const Value& ids = call.tensor(1);
  if (weight.rank() != 2) return WantShape(call, "weight", weight, "[n, d]");
  if (ids.dtype() != DType::kI64 && ids.dtype() != DType::kI32)
    return WantType(call, "indices", ids, "i64 or i32");
  Sizes sizes = ids.sizes();
  sizes.push_back(weight.sizes()[1]);
  return One(weight.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& EmbeddingOp() {
  static const OpDef op = MakeOp(
      "aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool "
      "scale_grad_by_freq=False, bool sparse=False) -> Tensor",
      EmbeddingRule);
  return op;
}

Value Embedding(OpContext& context, const Value& weight, const Value& ids, int64_t padding_idx) {
  return context.Call(EmbeddingOp(), {weight, ids, padding_idx});
}

}  // namespace conformance::ops
