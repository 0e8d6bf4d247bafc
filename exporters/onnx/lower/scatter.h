#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerScatterAdd(const Call& call, Graph& g);
Result<Outputs> LowerScatterReduce(const Call& call, Graph& g);
Result<Outputs> LowerIndexAdd(const Call& call, Graph& g);
Result<Outputs> LowerIndexCopy(const Call& call, Graph& g);
Result<Outputs> LowerSliceScatter(const Call& call, Graph& g);
Result<Outputs> LowerSelectScatter(const Call& call, Graph& g);

}  // namespace conformance::onnx
