#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// x repeated along each axis; dims and x's axes are filled up with ones in front.
/// Shapes: x [a, b], dims [s, t] -> y [s * a, t * b].
/// Types:  y has the type of x.
/// Errors: kInvalid for a negative number.
/// Source: torch.tile.
Value Tile(OpContext& context, const Value& x, std::vector<SymInt> dims);

const OpDef& TileOp();  ///< aten.tile.default

}  // namespace conformance::ops
