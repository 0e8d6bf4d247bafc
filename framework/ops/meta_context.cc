#include <algorithm>

#include "framework/ops/op_context.h"

namespace conformance::ops {

Result<OpContext::Answer> MetaContext::Execute(const OpDef& op, std::vector<Argument>&,
                                               const RuleResult& rule) {
  const auto symbolic = [](const TensorMeta& meta) { return !AsInts(meta.sizes); };
  if (env_ == nullptr && (std::any_of(rule.tensors.begin(), rule.tensors.end(), symbolic) ||
                          (rule.sym_int && !rule.sym_int->IsConstant()))) {
    return Unsupported(op.target +
                       ": its result's size depends on data, which a run without symbols cannot express");
  }
  Answer answer = FromRule(rule);
  for (const TensorMeta& meta : rule.tensors) answer.values.push_back(Value::Meta(meta));
  return answer;
}

Result<Value> MetaContext::LoadWeight(const WeightInfo& info) { return Value::Meta(info.meta); }

Result<Value> MetaContext::MakeConstant(const Tensor& tensor) {
  return Value::Meta({tensor.dtype(), ToSymInts(tensor.shape())});
}

}  // namespace conformance::ops
