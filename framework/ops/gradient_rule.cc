#include "framework/ops/gradient_rule.h"

namespace conformance::ops {

Status WantGradient(RuleCall& call, DType dtype, std::span<const SymInt> sizes) {
  const Value& gradient = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, call.name(0), gradient, dtype));
  CONFORMANCE_TRY(const bool fits, EqualShapes(call, gradient.sizes(), sizes, "gradient: the sizes of the answer"));
  return fits ? Ok() : Status(WantShape(call, call.name(0), gradient, SizesText(sizes)));
}

Result<std::vector<bool>> OutputMask(const RuleCall& call, size_t index, size_t count) {
  const auto* mask = std::get_if<std::vector<bool>>(&call.arg(index));
  if (mask != nullptr && mask->size() == count) return *mask;
  return RuleInvalid(call, std::string(call.name(index)) + " has " + std::to_string(mask == nullptr ? 0 : mask->size()) + " flags, want " +
                               std::to_string(count));
}

RuleResult Masked(const std::vector<bool>& mask, std::vector<TensorMeta> all) {
  RuleResult result;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i]) {
      result.tensors.push_back(std::move(all[i]));
    } else {
      result.absent.push_back(i);
    }
  }
  return result;
}

}  // namespace conformance::ops
