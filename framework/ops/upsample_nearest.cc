#include "framework/ops/upsample_nearest.h"

#include "framework/ops/upsample_rule.h"

namespace conformance::ops {

const OpDef& UpsampleNearest1dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_nearest1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearest1dOp() {
  static const OpDef op =
      MakeOp("aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor",
             UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearestExact1dVecOp() {
  static const OpDef op = MakeOp(
      "aten::_upsample_nearest_exact1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
      "Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearestExact1dOp() {
  static const OpDef op = MakeOp(
      "aten::_upsample_nearest_exact1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearest2dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_nearest2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearest2dOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? "
      "scales_w=None) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearestExact2dVecOp() {
  static const OpDef op = MakeOp(
      "aten::_upsample_nearest_exact2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
      "Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearestExact2dOp() {
  static const OpDef op = MakeOp(
      "aten::_upsample_nearest_exact2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? "
      "scales_w=None) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearest3dVecOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_nearest3d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearest3dOp() {
  static const OpDef op = MakeOp(
      "aten::upsample_nearest3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? "
      "scales_h=None, float? scales_w=None) -> Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearestExact3dVecOp() {
  static const OpDef op = MakeOp(
      "aten::_upsample_nearest_exact3d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> "
      "Tensor",
      UpsampleNearestRule);
  return op;
}

const OpDef& UpsampleNearestExact3dOp() {
  static const OpDef op = MakeOp(
      "aten::_upsample_nearest_exact3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? "
      "scales_h=None, float? scales_w=None) -> Tensor",
      UpsampleNearestRule);
  return op;
}

Value UpsampleNearest2d(OpContext& context, const Value& x, std::vector<SymInt> output_size) {
  return context.Call(UpsampleNearest2dVecOp(), {x, std::move(output_size), NoneType{}});
}
Value UpsampleNearest2d(OpContext& context, const Value& x, std::vector<double> scale_factors) {
  return context.Call(UpsampleNearest2dVecOp(), {x, NoneType{}, std::move(scale_factors)});
}

}  // namespace conformance::ops
