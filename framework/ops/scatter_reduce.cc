#include "framework/ops/scatter_reduce.h"

#include "framework/ops/index_rule.h"

namespace conformance::ops {
namespace {

Result<RuleResult> ScatterReduceRule(RuleCall& call) {
  const std::string& reduce = call.string(4);
  if (reduce != "sum" && reduce != "prod" && reduce != "mean" && reduce != "amax" && reduce != "amin")
    return RuleInvalid(call, "reduce is '" + reduce + "', want 'sum', 'prod', 'mean', 'amax' or 'amin'");
  return ScatterSrcRule(call);
}

}  // namespace

const OpDef& ScatterReduceOp() {
  static const OpDef op = MakeOp(
      "aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool "
      "include_self=True) -> Tensor",
      ScatterReduceRule);
  return op;
}

Value ScatterReduce(OpContext& context, const Value& x, int64_t axis, const Value& index, const Value& source,
                    std::string reduce, bool include_self) {
  return context.Call(ScatterReduceOp(), {x, axis, index, source, std::move(reduce), include_self});
}

}  // namespace conformance::ops
