#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// The sequence that input `index` is. Errors: kType for anything else.
Result<const Sequence*> SequenceOf(const Call& call, size_t index);

}  // namespace conformance::onnx_reference
