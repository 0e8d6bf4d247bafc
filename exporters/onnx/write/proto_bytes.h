#pragma once

#include <cstdint>
#include <string>

#include "framework/formats/onnx.h"

namespace conformance::onnx {

/// The bytes that come before a tensor's elements in `ModelProto{graph: {initializer: [tensor]}}`, so that the elements can be written
/// straight behind them and end the message. Field numbers are onnx.proto's.
std::string InitializerHeader(const formats::OnnxTensor& tensor, uint64_t data_bytes);

}  // namespace conformance::onnx
