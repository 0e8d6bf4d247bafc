#pragma once

#include "framework/ops/rule_helpers.h"

// What the rules of gradients share: programs traced with their backward pass hold them as operators.
namespace conformance::ops {

/// Argument 0, the gradient of an answer: of type `dtype` and the sizes of that answer.
Status WantGradient(RuleCall& call, DType dtype, std::span<const SymInt> sizes);

/// Which of the outputs an output_mask at `index` asks for. Error kInvalid unless it has `count` flags.
Result<std::vector<bool>> OutputMask(const RuleCall& call, size_t index, size_t count);
/// The answer with one meta for each flag of `mask`, those without it left out.
RuleResult Masked(const std::vector<bool>& mask, std::vector<TensorMeta> all);

}  // namespace conformance::ops
