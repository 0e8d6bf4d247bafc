#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A view with sizes and strides of its own over the storage of x, from storage_offset (none: that of x) on. Meaningful where x lies in
/// memory as the program takes for granted, so for inputs and what no op has rearranged.
/// Shapes: x [...] -> y [size...].
/// Types:  y has the type of x.
/// Errors: kInvalid for negative strides; kShape for negative sizes; kInvalid when run outside the storage.
/// Source: torch.as_strided.
Value AsStrided(OpContext& context, const Value& x, std::vector<SymInt> sizes, std::vector<SymInt> strides);

const OpDef& AsStridedOp();  ///< aten.as_strided.default

}  // namespace conformance::ops
