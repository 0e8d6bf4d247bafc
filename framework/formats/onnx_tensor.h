#pragma once

#include <filesystem>
#include <string_view>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"

namespace conformance::formats {

/// A TensorProto that stands alone, as ONNX's backend tests keep inputs and outputs (input_0.pb). `file` is used in messages only.
/// Errors: as ParseOnnx; kUnsupported for one whose bytes are in another file.
Result<OnnxTensor> ParseOnnxTensor(std::string_view bytes, std::string_view file = {});
Result<OnnxTensor> ReadOnnxTensor(const std::filesystem::path& path);

}  // namespace conformance::formats
