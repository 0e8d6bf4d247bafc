#pragma once

#include "references/onnx/value.h"

/// The same numbers in another store.
namespace conformance::onnx_reference {

/// Floats as f64 (each f16, bf16 and f32); anything else as it is.
Result<Array> Widened(const Array& array);
/// In the declared type's own store: wide floats rounded to nearest.
Result<Array> Declared(const Array& array);
/// Halves as f32; anything else as it is.
Result<Array> HalvesAsFloat(const Array& array);

/// The same of every tensor in a value.
Result<Value> Widened(const Value& value);
Result<Value> Declared(const Value& value);
Result<Value> HalvesAsFloat(const Value& value);

}  // namespace conformance::onnx_reference
