#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerIndex(const Call& call, Graph& g);
Result<Outputs> LowerIndexPut(const Call& call, Graph& g);
Result<Outputs> LowerIndexSelect(const Call& call, Graph& g);
Result<Outputs> LowerGather(const Call& call, Graph& g);
Result<Outputs> LowerScatter(const Call& call, Graph& g);       ///< scatter.src
Result<Outputs> LowerScatterValue(const Call& call, Graph& g);  ///< scatter.value
Result<Outputs> LowerWhere(const Call& call, Graph& g);         ///< tensors and numbers
Result<Outputs> LowerMaskedFill(const Call& call, Graph& g);
Result<Outputs> LowerMaskedScatter(const Call& call, Graph& g);
Result<Outputs> LowerEmbedding(const Call& call, Graph& g);
Result<Outputs> LowerOneHot(const Call& call, Graph& g);
Result<Outputs> LowerNonzero(const Call& call, Graph& g);
Result<Outputs> LowerItem(const Call& call, Graph& g);

/// The updates of a scatter: the part of `src` that is as long as the index.
Value ScatterSource(const Call& call, Graph& g);

}  // namespace conformance::onnx
