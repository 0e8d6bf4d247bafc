#include "framework/ops/reduction_rule.h"

#include <numeric>

namespace conformance::ops {
namespace {

Result<std::vector<int64_t>> AxesArg(const RuleCall& call, std::optional<size_t> index, const Value& x) {
  std::vector<int64_t> axes;
  if (index && !call.IsNone(*index)) {
    if (std::holds_alternative<SymInt>(call.arg(*index))) {
      CONFORMANCE_TRY(const int64_t axis, AxisArg(call, *index, x));
      return std::vector<int64_t>{axis};
    }
    CONFORMANCE_TRY(axes, DistinctAxes(call, call.sym_ints(*index), x.rank()));
    if (!axes.empty()) return axes;
  }
  axes.resize(static_cast<size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

}  // namespace

Result<RuleResult> ReduceOver(RuleCall& call, size_t index, bool keepdim, DType dtype) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const std::vector<int64_t> axes, AxesArg(call, index, x));
  Sizes sizes;
  size_t next = 0;
  for (int64_t i = 0; i < x.rank(); ++i) {
    const bool reduced = next < axes.size() && axes[next] == i;
    if (reduced) ++next;
    if (!reduced) {
      sizes.push_back(x.sizes()[i]);
    } else if (keepdim) {
      sizes.push_back(1);
    }
  }
  return One(dtype, std::move(sizes));
}

bool NamesNoAxis(const RuleCall& call, size_t index) {
  const auto* axes = std::get_if<std::vector<SymInt>>(&call.arg(index));
  return axes != nullptr && axes->empty();
}

Status WantElements(RuleCall& call, std::optional<size_t> index) {
  const Value& x = call.tensor(0);
  CONFORMANCE_TRY(const std::vector<int64_t> axes, AxesArg(call, index, x));
  for (int64_t axis : axes) {
    if (axis >= x.rank()) continue;  // axis 0 of a tensor without axes
    CONFORMANCE_TRY(const bool some, call.Holds(Gt(x.sizes()[axis], 0), "a reduction finds an element"));
    if (!some)
      return WantShape(call, "self", x, "with at least one element along axis " + std::to_string(axis));
  }
  return Ok();
}

}  // namespace conformance::ops
