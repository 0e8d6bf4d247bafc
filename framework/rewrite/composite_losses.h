#pragma once

#include <vector>

#include "framework/rewrite/composites.h"

namespace conformance::rewrite {

/// Losses of torch.nn.functional, by the formulas of aten/src/ATen/native/Loss.cpp and LossNLL.cpp.
const std::vector<Composite>& LossComposites();

}  // namespace conformance::rewrite
