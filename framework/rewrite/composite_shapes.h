#pragma once

#include <vector>

#include "framework/rewrite/composites.h"

namespace conformance::rewrite {

/// What moves, joins, picks or places elements, and products that are others reshaped.
const std::vector<Composite>& ShapeComposites();

}  // namespace conformance::rewrite
