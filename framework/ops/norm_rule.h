#pragma once

#include <initializer_list>

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

/// layer_norm and rms_norm: argument 0 is floating and ends in argument 1, `normalized_shape`; those of `weights` that are given
/// are floating and have just these sizes.
Status WantNormalized(RuleCall& call, std::initializer_list<size_t> weights);

/// group_norm and batch_norm: those of `weights` that are given are floating, of shape [channels].
Status WantChannels(RuleCall& call, std::initializer_list<size_t> weights, const SymInt& channels);

/// eps at `index` is a number ≥ 0.
Status WantEps(const RuleCall& call, size_t index);
/// Type of mean and variance beside the output: that of argument 0, but f32 for halves with weights of f32.
DType StatisticsType(const RuleCall& call, std::initializer_list<size_t> weights);

}  // namespace conformance::ops
