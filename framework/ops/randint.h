#pragma once

#include "framework/ops/op_def.h"

namespace conformance::ops {

// Integers in [low, high), low being 0 where it is left out. Types: `dtype`. Errors: random_rule.h's IntegerDraws; kShape for a negative size.
// Source: torch.randint, torch.randint_like, torch.randperm; ATen/core/TransformationHelper.h, ATen/native/TensorFactories.cpp.

const OpDef& RandintOp();         ///< aten.randint.default: size -> y [size], i64 by default
const OpDef& RandintLowOp();      ///< aten.randint.low
const OpDef& RandintLikeOp();     ///< aten.randint_like.default: x [...] -> y [...], in the order of x in memory; the type of x by default
const OpDef& RandintLikeLowOp();  ///< aten.randint_like.low_dtype
/// The integers below n in another order: y [n], i64 by default. Errors: kShape for a negative n; kInvalid for one beyond the type.
const OpDef& RandpermOp();  ///< aten.randperm.default

}  // namespace conformance::ops
