#include "framework/ops/one_hot.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> OneHotRule(RuleCall& call) {
  const Value& ids = call.tensor(0);
  const int64_t classes = call.int_value(1);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "self", ids, DType::kI64));
  if (classes == -1)
    return Unsupported(std::string(call.op()) +
                       ": num_classes is -1, which takes it from the data; want a number");
  if (classes <= 0)
    return RuleInvalid(call, "num_classes is " + std::to_string(classes) + ", want one above 0");
  Sizes sizes = ids.sizes();
  sizes.push_back(classes);
  return One(DType::kI64, std::move(sizes));
}

}  // namespace

const OpDef& OneHotOp() {
  static const OpDef op = MakeOp("aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", OneHotRule);
  return op;
}

Value OneHot(OpContext& context, const Value& ids, int64_t classes) {
  return context.Call(OneHotOp(), {ids, classes});
}

}  // namespace conformance::ops
