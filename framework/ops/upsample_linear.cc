#include "framework/ops/upsample_linear.h"

#include "framework/ops/upsample_rule.h"

namespace conformance::ops {

const OpDef& UpsampleLinear1dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_linear1d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? "
      "scale_factors) -> Tensor",
      UpsampleRule);
  return op;
}

const OpDef& UpsampleLinear1dOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? scales=None) "
      "-> Tensor",
      UpsampleRule);
  return op;
}

const OpDef& UpsampleBilinear2dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_bilinear2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? "
      "scale_factors) -> Tensor",
      UpsampleRule);
  return op;
}

const OpDef& UpsampleBilinear2dOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? "
      "scales_h=None, float? scales_w=None) -> Tensor",
      UpsampleRule);
  return op;
}

const OpDef& UpsampleTrilinear3dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_trilinear3d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? "
      "scale_factors) -> Tensor",
      UpsampleRule);
  return op;
}

const OpDef& UpsampleTrilinear3dOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? "
      "scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor",
      UpsampleRule);
  return op;
}

Value UpsampleBilinear2d(OpContext& context, const Value& x, std::vector<SymInt> output_size,
                         bool align_corners) {
  return context.Call(UpsampleBilinear2dVecOp(), {x, std::move(output_size), align_corners, NoneType{}});
}

}  // namespace conformance::ops
