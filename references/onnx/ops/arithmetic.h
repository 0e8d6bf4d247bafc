#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// The second operand as version 1 and 6 of the binary operators have it: without the attribute `broadcast` of the first one's shape; with it,
/// its axes are the first one's from `axis` on (from the end without). Gives it in numpy's form.
Result<Array> LegacyOperand(const Call& call, const Array& a, const Array& b);

}  // namespace conformance::onnx_reference
