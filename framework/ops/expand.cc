#include "framework/ops/expand.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<Sizes> Expanded(RuleCall& call, const Value& x, const Sizes& wanted) {
  const size_t rank = static_cast<size_t>(x.rank());
  if (wanted.size() < rank)
    return WantShape(call, "self", x, "of at most " + std::to_string(wanted.size()) + " axes");
  const size_t added = wanted.size() - rank;
  Sizes sizes = wanted;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto number = wanted[i].AsInt();
    if (number && *number == -1) {
      if (i < added)
        return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(wanted) +
                          ", want no -1 for a new axis");
      sizes[i] = x.sizes()[i - added];
      continue;
    }
    if (number && *number < 0)
      return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(wanted) + ", want none below -1");
    if (i < added) continue;
    const SymInt& size = x.sizes()[i - added];
    CONFORMANCE_TRY(const bool fits, call.Broadcasts(size, wanted[i]));
    CONFORMANCE_RETURN_IF_ERROR(call.status());
    if (!fits) return WantShape(call, "self", x, "that expands to " + SizesText(wanted));
    if (size.IsConstant() && size.constant() != 1) sizes[i] = size;  // equal: a number is the better answer
  }
  return sizes;
}

Result<RuleResult> ExpandRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, Expanded(call, call.tensor(0), call.sym_ints(1)));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

Result<RuleResult> ExpandAsRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, Expanded(call, call.tensor(0), call.tensor(1).sizes()));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

}  // namespace

const OpDef& ExpandOp() {
  static const OpDef op =
      MakeOp("aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", ExpandRule,
             {.view = true});
  return op;
}

const OpDef& ExpandAsOp() {
  static const OpDef op =
      MakeOp("aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", ExpandAsRule, {.view = true});
  return op;
}

const OpDef& BroadcastToOp() {
  static const OpDef op =
      MakeOp("aten::broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)", ExpandRule, {.view = true});
  return op;
}

Value Expand(OpContext& context, const Value& x, std::vector<SymInt> sizes) {
  return context.Call(ExpandOp(), {x, std::move(sizes)});
}

}  // namespace conformance::ops
