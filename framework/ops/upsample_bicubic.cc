#include "framework/ops/upsample_bicubic.h"

#include "framework/ops/upsample_rule.h"

namespace conformance::ops {

const OpDef& UpsampleBicubic2dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_bicubic2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? "
      "scale_factors) -> Tensor",
      UpsampleRule);
  return op;
}

const OpDef& UpsampleBicubic2dOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_bicubic2d(Tensor self, SymInt[2] output_size, bool align_corners, float? "
      "scales_h=None, float? scales_w=None) -> Tensor",
      UpsampleRule);
  return op;
}

Value UpsampleBicubic2d(OpContext& context, const Value& x, std::vector<SymInt> output_size,
                        bool align_corners) {
  return context.Call(UpsampleBicubic2dVecOp(), {x, std::move(output_size), align_corners, NoneType{}});
}

}  // namespace conformance::ops
