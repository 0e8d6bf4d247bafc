#pragma once

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

/// The number at `index` fits into `dtype`, as PyTorch asks where it stores one: no finite number beyond the largest, no NaN or fraction
/// below 0 into integers that lack it (whole negative ones wrap). Tensors, sizes with symbols and bool pass.
Status WantFits(const RuleCall& call, size_t index, DType dtype);

}  // namespace conformance::ops
