#pragma once

// Not installed: the only header here that shows protobuf, for the .cc files of the onnx format.

#include <string_view>

#include <onnx/onnx_pb.h>
#include <onnx/onnx-data.pb.h>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"
#include "framework/formats/onnx_tensor.h"

namespace conformance::formats {

struct ToProtoOptions {
  /// External initializers become inputs of the main graph: checker and inference then need neither files nor bytes.
  bool external_as_inputs = false;
};

/// Errors: kInvalid for tensors whose bytes do not fit their size, and where two external initializers of one name differ.
Status ToProto(const OnnxModel& model, const ToProtoOptions& options, onnx::ModelProto& proto);

/// Errors: as ParseOnnx.
Result<OnnxModel> FromProto(const onnx::ModelProto& proto, std::string_view file);
Result<OnnxTensor> TensorFromProto(const onnx::TensorProto& proto, std::string_view file);
Result<OnnxValue> ValueFromProto(const onnx::SequenceProto& proto, std::string_view file);
Result<OnnxValue> ValueFromProto(const onnx::OptionalProto& proto, std::string_view file);
Result<OnnxValue> ValueFromProto(const onnx::MapProto& proto, std::string_view file);
Result<OnnxType> TypeFromProto(const onnx::TypeProto& proto, std::string_view file, std::string_view place);
Result<OnnxValueInfo> ValueInfoFromProto(const onnx::ValueInfoProto& proto, std::string_view file);

}  // namespace conformance::formats
