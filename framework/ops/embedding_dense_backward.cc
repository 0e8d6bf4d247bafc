#include "framework/ops/embedding_dense_backward.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> EmbeddingDenseBackwardRule(RuleCall& call) {
  const Value &gradient = call.tensor(0), &indices = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "grad_output", gradient));
  if (indices.dtype() != DType::kI64 && indices.dtype() != DType::kI32) return WantType(call, "indices", indices, "i64 or i32");
  if (gradient.rank() == 0) return WantShape(call, "grad_output", gradient, "[..., d]");
  const SymInt width = gradient.sizes().back();
  CONFORMANCE_TRY(const bool fits, call.Equal(NumElements(gradient.sizes()), NumElements(indices.sizes()) * width,
                                              "embedding_dense_backward: a row for each index"));
  if (!fits) return WantShape(call, "grad_output", gradient, "with a row for each of indices " + Describe(indices.meta()));
  const Sizes sizes = {call.sym_int(2), width};
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, sizes));
  return One(gradient.dtype(), sizes);
}

}  // namespace

const OpDef& EmbeddingDenseBackwardOp() {
  static const OpDef op = MakeOp(
      "aten::embedding_dense_backward(Tensor grad_output, Tensor indices, SymInt num_weights, SymInt padding_idx, bool scale_grad_by_freq) -> "
      "Tensor",
      EmbeddingDenseBackwardRule);
  return op;
}

}  // namespace conformance::ops
