#pragma once

#include <string>

#include "framework/formats/onnx_tensor.h"
#include "references/runtimes/onnxruntime_api.h"

/// Values of any ONNX type between the project's structs and the runtime's. Not installed.
namespace conformance::runtimes::ort {

/// A copy in the runtime's memory. Errors, naming input `name`: kUnsupported for what its C API cannot make (maps, optionals without a value, element
/// types that it doesn't know), in its own words where it has some.
Result<Handle<OrtValue>> ToRuntime(const OrtApi& api, const formats::OnnxValue& value, const std::string& name);
/// A copy of an output. Errors: kUnsupported, naming output `name`, for what the structs cannot hold.
Result<formats::OnnxValue> FromRuntime(const OrtApi& api, OrtValue& value, const std::string& name);

}  // namespace conformance::runtimes::ort
