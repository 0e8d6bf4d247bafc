#pragma once

#include <vector>

#include "framework/rewrite/composites.h"

namespace conformance::rewrite {

/// x · log y, 0 where x is 0, NaN where y is.
ops::Value Xlogy(ops::OpContext& context, const ops::Value& x, const ops::Value& y);
/// The p-norm of a − b + eps along the last axis.
ops::Value PairwiseDistance(ops::OpContext& context, const ops::Value& a, const ops::Value& b, double p, double eps, bool keepdim);

/// Distances, layers without weights of their own, functions of elements, and statistics that PyTorch's traces keep whole.
const std::vector<Composite>& NnComposites();

}  // namespace conformance::rewrite
