#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// GroupNorm with its statistics, as it decomposes.
/// Shapes: input [N, C, ...] with HxW elements behind -> y like input, mean and 1 / sqrt(var + eps) [N, group].
/// Types:  as GroupNorm; statistics in the type of input, f32 for halves beside weights of f32.
/// Errors: as GroupNorm; kInvalid where N, C and HxW are not those of input.
/// Source: torch.native_group_norm.
std::vector<Value> NativeGroupNorm(OpContext& context, const Value& x, const Value& weight, const Value& bias,
                                   SymInt batch, SymInt channels, SymInt places, int64_t groups, double eps);

const OpDef& NativeGroupNormOp();  ///< aten.native_group_norm.default

}  // namespace conformance::ops
