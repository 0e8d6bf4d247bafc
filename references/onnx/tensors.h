#pragma once

#include <filesystem>

#include "framework/formats/onnx.h"
#include "framework/formats/onnx_tensor.h"
#include "framework/tensor/tensor.h"
#include "references/onnx/value.h"

/// Between the formats' tensors and arrays.
namespace conformance::onnx_reference {

/// A tensor of a model: shares bytes where it can. External data is read from `folder`. Errors: kCorrupt for bytes that don't fit the sizes;
/// kNotFound, kCorrupt for external data that isn't there, lies outside the folder or ends too early.
Result<Array> ArrayOf(const formats::OnnxTensor& tensor, const std::filesystem::path& folder);
/// A sparse tensor written out. Errors: as ArrayOf; kInvalid for indices out of range; kOutOfMemory beyond `max_bytes`.
Result<Array> DenseOf(const formats::OnnxSparseTensor& tensor, const std::filesystem::path& folder, uint64_t max_bytes);
/// The framework's tensor, shared where contiguous.
Array ArrayOf(const Tensor& tensor);
/// Errors: kUnsupported for element types that the framework has no tensors of.
Result<Tensor> TensorOf(const Array& array);
/// A value that stands in a file of its own.
Result<Value> ValueOf(const formats::OnnxValue& value);
/// The way back: bytes are shared where they lie the same way. Floats come in the type that they are kept in: double where the oracle evaluated.
formats::OnnxTensor OnnxTensorOf(const Array& array);
formats::OnnxValue OnnxValueOf(const Value& value);

}  // namespace conformance::onnx_reference
