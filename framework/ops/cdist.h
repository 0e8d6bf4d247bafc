#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Distances (sum |a - b|^p)^(1 / p) of all pairs of rows; pdist of the rows of one matrix, each pair once.
/// Shapes: a [..., n, d], b [..., m, d] -> y [..., n, m]; pdist x [n, d] -> y [n * (n - 1) / 2].
/// Types:  f32 or f64, both of one type.
/// Errors: kShape where sizes do not fit; kType for other types; kInvalid for p below 0.
/// Source: torch.cdist, torch.pdist.
Value Cdist(OpContext& context, const Value& a, const Value& b, double p = 2);

const OpDef& CdistForwardOp();  ///< aten._cdist_forward.default
const OpDef& CdistOp();         ///< aten.cdist.default
const OpDef& PdistForwardOp();  ///< aten._pdist_forward.default

}  // namespace conformance::ops
