#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Other sizes over the same elements: the first ones in the order in which they are stored, row by row (or channels_last); where there are
/// more now, zeros follow (PyTorch leaves them undefined). Of the same sizes, without a memory_format, it is x. In place, x's storage is what is kept, beyond x too, and
/// the answer shares it where it has room; who holds x itself still sees its old sizes.
/// Shapes: x any, size -> size.
/// Types:  all; y has the type of x.
/// Errors: kShape for a size below 0; kInvalid for a memory format that keeps x's, or channels_last of other than four axes.
/// Source: torch.Tensor.resize_.
Value Resize(OpContext& context, const Value& x, std::vector<SymInt> size);

const OpDef& ResizeOp();         ///< aten.resize.default
const OpDef& ResizeInPlaceOp();  ///< aten.resize_.default

}  // namespace conformance::ops
