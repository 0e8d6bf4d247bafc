#pragma once

#include <optional>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Root-mean-square normalisation over the last axes: y = x / √(mean(x²) + eps) · weight. Without eps: the
/// machine epsilon of x's type.
/// Shapes: x [..., *normalized_shape], weight [*normalized_shape] or absent -> y as x; sizes may be symbolic.
/// Types:  f16, bf16, f32, f64; y has the promoted type of x and weight; halves are computed in f32.
/// Units:  eps is in squared units of x.
/// Errors: kShape if x does not end in normalized_shape, or weight has other sizes; kType if x is not
///         floating; kInvalid for an empty normalized_shape or a negative eps.
/// Source: Zhang & Sennrich, arXiv:1910.07467, section 4 (eps added by common practice);
///         torch.nn.functional.rms_norm.
Value RmsNorm(OpContext& context, const Value& x, std::vector<SymInt> normalized_shape, const Value& weight,
              std::optional<double> eps);

const OpDef& RmsNormOp();  ///< aten.rms_norm.default

}  // namespace conformance::ops
