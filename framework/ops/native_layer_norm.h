#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// LayerNorm with its statistics, as it decomposes.
/// Shapes: input [..., d] -> y [..., d], mean and 1 / sqrt(var + eps) [..., 1].
/// Types:  as LayerNorm; statistics in the type of input, f32 for halves beside weights of f32.
/// Errors: as LayerNorm.
/// Source: torch.native_layer_norm.
std::vector<Value> NativeLayerNorm(OpContext& context, const Value& x, std::vector<SymInt> normalized_shape,
                                   const Value& weight, const Value& bias, double eps);

const OpDef& NativeLayerNormOp();  ///< aten.native_layer_norm.default

}  // namespace conformance::ops
