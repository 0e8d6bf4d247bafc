#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// Tensors of one type and shape as one with a new axis in front of `axis`. Of none: an empty tensor of the type and sizes that output `output` of
/// the graph `attribute` declares (0 where a size is open). Errors: kShape and kType where they differ or are no tensors.
Result<Array> Stack(const Call& call, const std::vector<Value>& values, int64_t axis, std::string_view attribute, size_t output);
/// The slice at `index` of an axis, without it.
Result<Array> SliceAt(const Call& call, const Array& array, int64_t axis, int64_t index);

}  // namespace conformance::onnx_reference
