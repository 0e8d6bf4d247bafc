#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x in another type: floats to integers truncate, anything to bool is != 0. x itself where it has the type.
/// Shapes: x [...] -> y [...].
/// Types:  any -> `dtype`.
/// Source: torch.Tensor.to.
Value To(OpContext& context, const Value& x, DType dtype);

const OpDef& ToDtypeOp();        ///< aten.to.dtype
const OpDef& ToDeviceOp();       ///< aten.to.device
const OpDef& ToDtypeLayoutOp();  ///< aten.to.dtype_layout
const OpDef& ToOtherOp();        ///< aten.to.other
const OpDef& ToCopyOp();         ///< aten._to_copy.default

}  // namespace conformance::ops
