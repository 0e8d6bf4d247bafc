#include "framework/ops/grid_sampler.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> GridSamplerRule(RuleCall& call) {
  const Value &x = call.tensor(0), &grid = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "grid", grid, x.dtype()));
  if (x.rank() != 4) return WantShape(call, "input", x, "[n, c, h, w]");
  bool fits = grid.rank() == 4;
  if (fits) {
    CONFORMANCE_TRY(fits, call.Equal(grid.sizes()[3], 2, "grid_sampler: places in pairs"));
  }
  if (fits) {
    CONFORMANCE_TRY(fits, call.Equal(grid.sizes()[0], x.sizes()[0], "grid_sampler: a grid for each image"));
  }
  if (!fits) return WantShape(call, "grid", grid, "[" + x.sizes()[0].ToString() + ", h, w, 2]");
  for (const size_t axis : {2, 3}) {
    CONFORMANCE_TRY(const bool some,
                    call.Holds(Gt(x.sizes()[axis], 0), "grid_sampler: an image with elements"));
    if (!some) return WantShape(call, "input", x, "without empty axes behind the channels");
  }
  for (const size_t mode : {2, 3}) {
    if (call.int_value(mode) < 0 || call.int_value(mode) > 2)
      return RuleInvalid(call, std::string(call.name(mode)) + " is " + std::to_string(call.int_value(mode)) +
                                   ", want 0, 1 or 2");
  }
  return One(x.dtype(), {x.sizes()[0], x.sizes()[1], grid.sizes()[1], grid.sizes()[2]});
}

}  // namespace

const OpDef& GridSampler2dOp() {
  static const OpDef op = MakeOp(
      "aten::grid_sampler_2d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
      "align_corners) -> Tensor",
      GridSamplerRule);
  return op;
}

const OpDef& GridSamplerOp() {
  static const OpDef op = MakeOp(
      "aten::grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool "
      "align_corners) -> Tensor",
      GridSamplerRule);
  return op;
}

Value GridSampler(OpContext& context, const Value& x, const Value& grid, int64_t interpolation_mode,
                  int64_t padding_mode, bool align_corners) {
  return context.Call(GridSampler2dOp(), {x, grid, interpolation_mode, padding_mode, align_corners});
}

}  // namespace conformance::ops
