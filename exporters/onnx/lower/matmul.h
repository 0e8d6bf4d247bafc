#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerLinear(const Call& call, Graph& g);
Result<Outputs> LowerMatmul(const Call& call, Graph& g);  ///< matmul, mm, bmm
/// A slice and a product for each group: every row is multiplied once, whatever the routing.
Result<Outputs> LowerGroupedMm(const Call& call, Graph& g);
Result<Outputs> LowerAddmm(const Call& call, Graph& g);
Result<Outputs> LowerBaddbmm(const Call& call, Graph& g);
Result<Outputs> LowerConv(const Call& call, Graph& g);    ///< conv1d and conv2d, padding as numbers or by name

}  // namespace conformance::onnx
