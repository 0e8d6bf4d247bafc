#include "framework/ops/scatter_add.h"

#include "framework/ops/index_rule.h"

namespace conformance::ops {

const OpDef& ScatterAddOp() {
  static const OpDef op =
      MakeOp("aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", ScatterSrcRule);
  return op;
}

Value ScatterAdd(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source) {
  return context.Call(ScatterAddOp(), {x, axis, index, source});
}

}  // namespace conformance::ops
