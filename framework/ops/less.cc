#include "framework/ops/less.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

const OpDef& LessTensorOp() {
  static const OpDef op = MakeOp("aten::lt.Tensor(Tensor self, Tensor other) -> Tensor", CompareRule,
                                 {.pointwise = true, .number_arg = 1});
  return op;
}

const OpDef& LessScalarOp() {
  static const OpDef op =
      MakeOp("aten::lt.Scalar(Tensor self, Scalar other) -> Tensor", CompareRule, {.pointwise = true});
  return op;
}

Value Less(OpContext& context, const Value& a, const Value& b) {
  return context.Call(LessTensorOp(), {a, b});
}
Value Less(OpContext& context, const Value& a, Scalar b) {
  return context.Call(LessScalarOp(), {a, b.argument()});
}

}  // namespace conformance::ops
