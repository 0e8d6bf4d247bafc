#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerArange(const Call& call, Graph& g);
Result<Outputs> LowerLinspace(const Call& call, Graph& g);
/// full, ones, zeros, empty and their new_… forms: sizes and a value.
Result<Outputs> LowerFull(const Call& call, Graph& g);
Result<Outputs> LowerOnes(const Call& call, Graph& g);
Result<Outputs> LowerZeros(const Call& call, Graph& g);
/// full_like, ones_like, zeros_like, empty_like.
Result<Outputs> LowerFullLike(const Call& call, Graph& g);
Result<Outputs> LowerOnesLike(const Call& call, Graph& g);
Result<Outputs> LowerZerosLike(const Call& call, Graph& g);
Result<Outputs> LowerScalarTensor(const Call& call, Graph& g);

}  // namespace conformance::onnx
