#include "framework/models/position_grid.h"

#include <cmath>

#include "framework/ops/permute.h"
#include "framework/ops/reshape.h"
#include "framework/ops/upsample_bicubic.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

Value StretchPositions(OpContext& c, const Value& table, int64_t positions, std::pair<int64_t, int64_t> patch, const Value& image) {
  const auto side = static_cast<int64_t>(std::sqrt(static_cast<double>(positions)));
  if (patch.first != patch.second || side * side != positions) {
    c.Fail(Unsupported("interpolate_pos_encoding needs square patches and a square table of positions")
               .With("found", std::to_string(positions) + " positions, patches of " + std::to_string(patch.first) + " by " +
                                  std::to_string(patch.second)));
    return Value::Poisoned();
  }
  const SymInt dim = table.size(2);
  const Value grid = ops::Permute(c, ops::Reshape(c, table, {1, side, side, dim}), {0, 3, 1, 2});
  const Value stretched =
      ops::UpsampleBicubic2d(c, grid, {FloorDiv(image.size(2), patch.first), FloorDiv(image.size(3), patch.second)}, false);
  return ops::Reshape(c, ops::Permute(c, stretched, {0, 2, 3, 1}), {1, -1, dim});
}

}  // namespace conformance::models
