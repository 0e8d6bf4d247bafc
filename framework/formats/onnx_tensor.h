#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"

namespace conformance::formats {

/// A TensorProto that stands alone, as ONNX's backend tests keep inputs and outputs (input_0.pb). `file` is used in messages only.
/// Errors: as ParseOnnx; kUnsupported for one whose bytes are in another file.
Result<OnnxTensor> ParseOnnxTensor(std::string_view bytes, std::string_view file = {});
Result<OnnxTensor> ReadOnnxTensor(const std::filesystem::path& path);

/// A value of any type that stands alone: a tensor; a sequence or map of `items`; an optional with one item, or with nothing.
struct OnnxValue {
  enum class Kind : uint8_t { kTensor, kSequence, kOptional, kNone, kMap };
  Kind kind = Kind::kTensor;
  OnnxTensor tensor;  ///< of kTensor; of kMap its keys [n], INT64 or STRING
  std::vector<OnnxValue> items;
};
/// A model's inputs or outputs by name, in its order.
using NamedOnnxValues = std::vector<std::pair<std::string, OnnxValue>>;

/// A TensorProto, SequenceProto, OptionalProto or MapProto, as `type` has it. Errors: as ParseOnnxTensor.
Result<OnnxValue> ParseOnnxValue(std::string_view bytes, const OnnxType& type, std::string_view file = {});
Result<OnnxValue> ReadOnnxValue(const std::filesystem::path& path, const OnnxType& type);

}  // namespace conformance::formats
