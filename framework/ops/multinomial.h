#pragma once

#include "framework/ops/op_def.h"

namespace conformance::ops {

/// Indices drawn by weights, of each row.
/// Shapes: weights [n] or [rows, n] -> y [num_samples] or [rows, num_samples].
/// Types:  weights floating, finite, not negative, a row's sum above 0 (when run: kInvalid); y i64.
/// Errors: kShape for other ranks or without weights; kInvalid for num_samples below 1, or above n without replacement.
/// Source: torch.multinomial; ATen/native/Distributions.cpp, ATen/native/cpu/MultinomialKernel.cpp.
const OpDef& MultinomialOp();  ///< aten.multinomial.default

}  // namespace conformance::ops
