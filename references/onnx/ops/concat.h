#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// One or more tensors after the other along `axis`. Errors: kInvalid for an axis out of range; kShape where types or
/// the other sizes differ.
Result<Array> Concatenate(const Call& call, const std::vector<const Array*>& arrays, int64_t axis);
/// The same along a new axis in front of `axis`, at most behind the last.
Result<Array> ConcatenateAlongNew(const Call& call, const std::vector<const Array*>& arrays, int64_t axis);

}  // namespace conformance::onnx_reference
