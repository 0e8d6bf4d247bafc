#pragma once

#include <vector>

#include "framework/rewrite/composites.h"

namespace conformance::rewrite {

/// Searches in sorted rows and in sets, of tensors and of numbers; norms, of vectors and of matrices; bags of rows by torch.nn.functional's name.
const std::vector<Composite>& SearchComposites();

}  // namespace conformance::rewrite
