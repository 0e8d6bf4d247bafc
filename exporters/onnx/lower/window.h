#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

Result<Outputs> LowerConvTranspose(const Call& call, Graph& g);
Result<Outputs> LowerConvolution(const Call& call, Graph& g);  ///< either, by `transposed`
Result<Outputs> LowerCol2im(const Call& call, Graph& g);
Result<Outputs> LowerIm2col(const Call& call, Graph& g);

/// Interpolation: upsample_* and grid_sampler.
Result<Outputs> LowerUpsampleNearest(const Call& call, Graph& g);
Result<Outputs> LowerUpsampleNearestExact(const Call& call, Graph& g);
Result<Outputs> LowerUpsampleLinear(const Call& call, Graph& g);
Result<Outputs> LowerUpsampleCubic(const Call& call, Graph& g);
Result<Outputs> LowerGridSampler(const Call& call, Graph& g);

}  // namespace conformance::onnx
