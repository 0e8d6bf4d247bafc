#include "framework/ops/repeat.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> RepeatRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const auto& repeats = call.sym_ints(1);
  const size_t rank = static_cast<size_t>(x.rank());
  if (repeats.size() < rank)
    return WantShape(call, "self", x, "of at most " + std::to_string(repeats.size()) + " axes");
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, repeats));
  Sizes sizes = repeats;
  for (size_t i = 0; i < rank; ++i) sizes[repeats.size() - rank + i] *= x.sizes()[i];
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& RepeatOp() {
  static const OpDef op = MakeOp("aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", RepeatRule);
  return op;
}

Value Repeat(OpContext& context, const Value& x, std::vector<SymInt> repeats) {
  return context.Call(RepeatOp(), {x, std::move(repeats)});
}

}  // namespace conformance::ops
