#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// The same elements in row-major order under other sizes; shares storage. One size may be -1: what is left.
/// Shapes: x [...] -> y `sizes`. Symbolic sizes: -1 and equality of the counts are proved from structure
///         where possible, so that ordinary model code records no guard.
/// Types:  any.
/// Errors: kShape if the counts differ, more than one -1, or a size below -1. Eagerly also kInvalid where x's
///         strides do not allow a view (use Reshape).
/// Source: torch.Tensor.view.
Value View(OpContext& context, const Value& x, std::vector<SymInt> sizes);

const OpDef& ViewOp();    ///< aten.view.default
const OpDef& ViewAsOp();  ///< aten.view_as.default

}  // namespace conformance::ops
