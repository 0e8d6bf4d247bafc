#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// BatchNorm with its statistics, as it decomposes. Without running ones those of the batch count, over all axes but the channels'.
/// Shapes: input [n, c, ...] -> y like input; mean and 1 / sqrt(var + eps) [c] of a batch, [0] where running ones were given.
/// Types:  as BatchNorm; statistics in the type of input, f32 for halves beside weights of f32.
/// Errors: as BatchNorm; kUnsupported for training, which writes the running statistics.
/// Source: torch.ops.aten._native_batch_norm_legit.
/// Each channel of each element of the batch normalised by its own statistics; torch.instance_norm.
Value InstanceNorm(OpContext& context, const Value& x, const Value& weight, const Value& bias, double eps);

const OpDef& NativeBatchNormNoTrainingOp();  ///< aten._native_batch_norm_legit_no_training.default
const OpDef& NativeBatchNormLegitOp();       ///< aten._native_batch_norm_legit.default
const OpDef& NativeBatchNormNoStatsOp();     ///< aten._native_batch_norm_legit.no_stats
const OpDef& InstanceNormOp();               ///< aten.instance_norm.default

}  // namespace conformance::ops
