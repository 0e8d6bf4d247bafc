#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

// Element by element, of several operators each.
Result<Outputs> LowerExpm1(const Call& call, Graph& g);
Result<Outputs> LowerExp2(const Call& call, Graph& g);
Result<Outputs> LowerLog1p(const Call& call, Graph& g);
Result<Outputs> LowerLog2(const Call& call, Graph& g);
Result<Outputs> LowerLog10(const Call& call, Graph& g);
Result<Outputs> LowerErfc(const Call& call, Graph& g);
Result<Outputs> LowerTrunc(const Call& call, Graph& g);
Result<Outputs> LowerAtan2(const Call& call, Graph& g);
Result<Outputs> LowerFmod(const Call& call, Graph& g);
Result<Outputs> LowerIsfinite(const Call& call, Graph& g);
Result<Outputs> LowerCelu(const Call& call, Graph& g);
Result<Outputs> LowerHardshrink(const Call& call, Graph& g);
Result<Outputs> LowerThreshold(const Call& call, Graph& g);
Result<Outputs> LowerLogSigmoid(const Call& call, Graph& g);
Result<Outputs> LowerNanToNum(const Call& call, Graph& g);
Result<Outputs> LowerPrelu(const Call& call, Graph& g);
Result<Outputs> LowerGlu(const Call& call, Graph& g);
Result<Outputs> LowerLerp(const Call& call, Graph& g);
Result<Outputs> LowerAddcmul(const Call& call, Graph& g);
Result<Outputs> LowerAddcdiv(const Call& call, Graph& g);

// Reductions.
Result<Outputs> LowerLogsumexp(const Call& call, Graph& g);
Result<Outputs> LowerVectorNorm(const Call& call, Graph& g);  ///< linalg_vector_norm and norm

// Rearranged.
Result<Outputs> LowerDiagonal(const Call& call, Graph& g);
Result<Outputs> LowerMovedim(const Call& call, Graph& g);
Result<Outputs> LowerNarrow(const Call& call, Graph& g);
Result<Outputs> LowerTile(const Call& call, Graph& g);
Result<Outputs> LowerUnflatten(const Call& call, Graph& g);
Result<Outputs> LowerFill(const Call& call, Graph& g);
Result<Outputs> LowerCopy(const Call& call, Graph& g);
Result<Outputs> LowerMaskedSelect(const Call& call, Graph& g);
Result<Outputs> LowerPixelShuffle(const Call& call, Graph& g);
Result<Outputs> LowerPixelUnshuffle(const Call& call, Graph& g);
Result<Outputs> LowerAsStrided(const Call& call, Graph& g);
Result<Outputs> LowerSymNumel(const Call& call, Graph& g);

// Products and distances.
Result<Outputs> LowerDot(const Call& call, Graph& g);  ///< dot and mv
Result<Outputs> LowerOuter(const Call& call, Graph& g);
Result<Outputs> LowerCdist(const Call& call, Graph& g);
Result<Outputs> LowerPdist(const Call& call, Graph& g);

// Normalisations with their statistics.
Result<Outputs> LowerNativeLayerNorm(const Call& call, Graph& g);
Result<Outputs> LowerNativeGroupNorm(const Call& call, Graph& g);
Result<Outputs> LowerNativeBatchNorm(const Call& call, Graph& g);  ///< by running statistics
Result<Outputs> LowerBatchStatistics(const Call& call, Graph& g);  ///< by those of the batch
Result<Outputs> LowerInstanceNorm(const Call& call, Graph& g);
Result<Outputs> LowerNativeDropout(const Call& call, Graph& g);

}  // namespace conformance::onnx
