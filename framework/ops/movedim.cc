#include "framework/ops/movedim.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

std::vector<SymInt> AxesAt(const RuleCall& call, size_t i) {
  if (std::holds_alternative<SymInt>(call.arg(i))) return {call.sym_int(i)};
  return call.sym_ints(i);
}

// y's axis i is x's axis order[i].
Result<std::vector<int64_t>> OrderOf(const RuleCall& call) {
  const Value& x = call.tensor(0);
  const std::vector<SymInt> from = AxesAt(call, 1), to = AxesAt(call, 2);
  if (from.size() != to.size())
    return RuleInvalid(call, "found " + std::to_string(from.size()) + " axes to move to " +
                                 std::to_string(to.size()) + " places, want as many of both");
  for (const auto* axes : {&from, &to})
    CONFORMANCE_RETURN_IF_ERROR(DistinctAxes(call, *axes, x.rank()).status());
  if (x.rank() == 0) return std::vector<int64_t>{};
  std::vector<int64_t> order(static_cast<size_t>(x.rank()), -1);
  std::vector<bool> moved(order.size(), false);
  for (size_t i = 0; i < from.size(); ++i) {
    CONFORMANCE_TRY(const int64_t source, call.Axis(from[i].constant(), x.rank()));
    CONFORMANCE_TRY(const int64_t target, call.Axis(to[i].constant(), x.rank()));
    order[static_cast<size_t>(target)] = source;
    moved[static_cast<size_t>(source)] = true;
  }
  size_t next = 0;
  for (int64_t& axis : order) {
    if (axis >= 0) continue;
    while (moved[next]) ++next;
    axis = static_cast<int64_t>(next++);
  }
  return order;
}

Result<RuleResult> MovedimRule(RuleCall& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> order, OrderOf(call));
  Sizes sizes;
  for (const int64_t axis : order) sizes.push_back(call.tensor(0).sizes()[static_cast<size_t>(axis)]);
  return One(call.tensor(0).dtype(), std::move(sizes));
}

}  // namespace

const OpDef& MovedimOp() {
  static const OpDef op =
      MakeOp("aten::movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)",
             MovedimRule, {.view = true});
  return op;
}

const OpDef& MovedimIntOp() {
  static const OpDef op =
      MakeOp("aten::movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)", MovedimRule,
             {.view = true});
  return op;
}

Value Movedim(OpContext& context, const Value& x, int64_t source, int64_t destination) {
  return context.Call(MovedimIntOp(), {x, source, destination});
}

}  // namespace conformance::ops
