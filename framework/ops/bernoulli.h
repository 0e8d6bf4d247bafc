#pragma once

#include "framework/ops/op_def.h"

namespace conformance::ops {

// Ones with a probability, else zeros. Source: torch.bernoulli; ATen/native/cpu/DistributionTemplates.h.

/// Shapes: p [...] -> y [...]. Types: floating; y has the type of p. Errors: kType for integers; kInvalid (when run) for a p outside [0, 1].
const OpDef& BernoulliOp();  ///< aten.bernoulli.default
/// Shapes: x [...] -> y [...]. Types: any; y has the type of x. Errors: kInvalid unless 0 ≤ p ≤ 1.
const OpDef& BernoulliPOp();             ///< aten.bernoulli.p
const OpDef& BernoulliFloatInPlaceOp();  ///< aten.bernoulli_.float
/// With probabilities that broadcast to x. Shapes: x [...], p -> y [...], in the order of x in memory. Types: x any, p floating.
/// Errors: kShape, kType; kInvalid (when run) for a p outside [0, 1].
const OpDef& BernoulliTensorOp();  ///< aten.bernoulli.Tensor; in place by the table of twins

}  // namespace conformance::ops
