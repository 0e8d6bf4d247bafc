#include "framework/ops/floor_divide.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& FloorDivideOp() {
  static const OpDef op = MakeOp("aten::floor_divide(Tensor self, Tensor other) -> Tensor", BinaryNoBoolsRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

Value FloorDivide(OpContext& context, const Value& a, const Value& b) {
  return context.Call(FloorDivideOp(), {a, b});
}
Value FloorDivide(OpContext& context, const Value& a, Scalar b) {
  return context.Call(FloorDivideOp(), {a, b.argument()});
}

}  // namespace conformance::ops
