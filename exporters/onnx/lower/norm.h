#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerLayerNorm(const Call& call, Graph& g);
Result<Outputs> LowerRmsNorm(const Call& call, Graph& g);
Result<Outputs> LowerBatchNorm(const Call& call, Graph& g);

}  // namespace conformance::onnx
