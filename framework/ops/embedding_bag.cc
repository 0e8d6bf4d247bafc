#include "framework/ops/embedding_bag.h"

#include "framework/ops/layout.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

bool IsIndex(const Value& value) { return value.dtype() == DType::kI64 || value.dtype() == DType::kI32; }

Status WantIndices(const RuleCall& call, size_t i) {
  const Value& value = call.tensor(i);
  if (!IsIndex(value)) return WantType(call, call.name(i), value, "i64 or i32");
  return value.rank() == 1 ? Ok() : Status(WantShape(call, call.name(i), value, "of one axis"));
}

// PyTorch sums plain rows without noting which bag each belongs to (is_fast_path_index_select in EmbeddingBag.cpp).
bool NotesNoBags(const RuleCall& call) {
  const Value& weight = call.tensor(0);
  const bool rows = StridesOf(weight)[1].AsInt() == 1;
  const bool factors = call.IsNone(6) || StridesOf(call.tensor(6))[0].AsInt() == 1;
  return call.int_value(4) == 0 && weight.dtype() != DType::kF64 && rows && factors && call.int_value(8) < 0;
}

Result<RuleResult> EmbeddingBagRule(RuleCall& call) {
  const Value &weight = call.tensor(0), &indices = call.tensor(1), &offsets = call.tensor(2);
  const int64_t mode = call.int_value(4);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "weight", weight));
  if (weight.rank() != 2) return WantShape(call, "weight", weight, "[n, d]");
  for (const size_t i : {1, 2}) CONFORMANCE_RETURN_IF_ERROR(WantIndices(call, i));
  if (mode < 0 || mode > 2) return RuleInvalid(call, "mode is " + std::to_string(mode) + ", want 0 (sum), 1 (mean) or 2 (max)");
  if (!call.IsNone(6)) {
    const Value& factors = call.tensor(6);
    if (mode != 0) return RuleInvalid(call, "found per_sample_weights beside mode " + std::to_string(mode) + ", want them with sums alone");
    CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "per_sample_weights", factors, weight.dtype()));
    CONFORMANCE_TRY(const bool fits, EqualShapes(call, factors.sizes(), indices.sizes(), "embedding_bag: a weight for each index"));
    if (!fits) return WantShape(call, "per_sample_weights", factors, SizesText(indices.sizes()));
  }
  SymInt bags = offsets.sizes()[0];
  if (call.boolean(7)) {
    CONFORMANCE_TRY(const bool some, call.Holds(Ge(bags, 1), "embedding_bag: a last offset"));
    if (!some) return WantShape(call, "offsets", offsets, "with at least the last offset");
    bags = bags - 1;
  }
  const DType notes = indices.dtype() == offsets.dtype() ? indices.dtype() : DType::kI64;
  RuleResult result = One(weight.dtype(), {bags, weight.sizes()[1]});
  result.tensors.push_back({notes, {NotesNoBags(call) ? SymInt(0) : indices.sizes()[0]}});
  result.tensors.push_back({notes, {bags}});
  result.tensors.push_back({notes, mode == 2 ? Sizes{bags, weight.sizes()[1]} : Sizes{bags}});
  return result;
}

}  // namespace

const OpDef& EmbeddingBagOp() {
  static const OpDef op = MakeOp(
      "aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? "
      "per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)",
      EmbeddingBagRule);
  return op;
}

}  // namespace conformance::ops
