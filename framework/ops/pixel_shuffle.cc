#include "framework/ops/pixel_shuffle.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Status WantPixels(RuleCall& call) {
  const Value& x = call.tensor(0);
  const int64_t r = call.int_value(1);
  if (x.rank() < 3) return WantShape(call, "self", x, "[..., c, h, w]");
  if (r < 1 || r > (int64_t{1} << 20))
    return RuleInvalid(call,
                       std::string(call.name(1)) + " is " + std::to_string(r) + ", want a number above 0");
  return Ok();
}
Status WantMultiple(RuleCall& call, int64_t axis, int64_t of) {
  CONFORMANCE_TRY(const bool fits,
                  call.Equal(Mod(call.tensor(0).size(axis), of), 0, "pixel_shuffle: whole blocks"));
  if (fits) return Ok();
  return WantShape(call, "self", call.tensor(0),
                   "with a multiple of " + std::to_string(of) + " along axis " + std::to_string(axis));
}
Result<RuleResult> PixelShuffleRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantPixels(call));
  const Value& x = call.tensor(0);
  const int64_t r = call.int_value(1);
  CONFORMANCE_RETURN_IF_ERROR(WantMultiple(call, -3, r * r));
  Sizes sizes = x.sizes();
  const size_t last = sizes.size() - 1;
  sizes[last - 2] = FloorDiv(sizes[last - 2], r * r);
  sizes[last - 1] *= r;
  sizes[last] *= r;
  return One(x.dtype(), std::move(sizes));
}
Result<RuleResult> PixelUnshuffleRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantPixels(call));
  const Value& x = call.tensor(0);
  const int64_t r = call.int_value(1);
  for (const int64_t axis : {-2, -1}) CONFORMANCE_RETURN_IF_ERROR(WantMultiple(call, axis, r));
  Sizes sizes = x.sizes();
  const size_t last = sizes.size() - 1;
  sizes[last - 2] *= r * r;
  sizes[last - 1] = FloorDiv(sizes[last - 1], r);
  sizes[last] = FloorDiv(sizes[last], r);
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& PixelShuffleOp() {
  static const OpDef op =
      MakeOp("aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", PixelShuffleRule);
  return op;
}

const OpDef& PixelUnshuffleOp() {
  static const OpDef op =
      MakeOp("aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", PixelUnshuffleRule);
  return op;
}

Value PixelShuffle(OpContext& context, const Value& x, int64_t factor) {
  return context.Call(PixelShuffleOp(), {x, factor});
}

}  // namespace conformance::ops
