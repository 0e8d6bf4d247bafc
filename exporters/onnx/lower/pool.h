#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerMaxPool(const Call& call, Graph& g);
Result<Outputs> LowerMaxPoolWithIndices(const Call& call, Graph& g);
Result<Outputs> LowerAvgPool(const Call& call, Graph& g);
Result<Outputs> LowerAdaptiveMaxPool(const Call& call, Graph& g);
Result<Outputs> LowerAdaptiveAvgPool(const Call& call, Graph& g);

}  // namespace conformance::onnx
