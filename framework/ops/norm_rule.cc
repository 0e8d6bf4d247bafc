#include "framework/ops/norm_rule.h"

#include "framework/base/strings.h"

namespace conformance::ops {
namespace {

Status WantWeight(RuleCall& call, size_t index, const Sizes& wanted) {
  if (call.IsNone(index)) return Ok();
  const Value& weight = call.tensor(index);
  const std::string_view name = call.name(index);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, name, weight));
  CONFORMANCE_TRY(const bool fits,
                  EqualShapes(call, weight.sizes(), wanted, "normalisation: sizes of weight and bias"));
  if (!fits) return WantShape(call, name, weight, SizesText(wanted));
  return Ok();
}

}  // namespace

Status WantNormalized(RuleCall& call, std::initializer_list<size_t> weights) {
  const Value& x = call.tensor(0);
  const Sizes& shape = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (shape.empty()) return RuleInvalid(call, "normalized_shape is [], want at least one axis");
  bool fits = shape.size() <= x.sizes().size();
  if (fits) {
    const auto last = std::span<const SymInt>(x.sizes()).last(shape.size());
    CONFORMANCE_TRY(fits, EqualShapes(call, last, shape, "normalisation: the last axes"));
  }
  if (!fits) return WantShape(call, "input", x, "that ends in " + SizesText(shape));
  for (size_t index : weights) CONFORMANCE_RETURN_IF_ERROR(WantWeight(call, index, shape));
  return Ok();
}

Status WantChannels(RuleCall& call, std::initializer_list<size_t> weights, const SymInt& channels) {
  for (size_t index : weights) CONFORMANCE_RETURN_IF_ERROR(WantWeight(call, index, {channels}));
  return Ok();
}

Status WantEps(const RuleCall& call, size_t index) {
  const double eps = call.number(index);
  if (eps >= 0) return Ok();
  return RuleInvalid(call, "eps is " + DoubleText(eps) + ", want one ≥ 0");
}

DType StatisticsType(const RuleCall& call, std::initializer_list<size_t> weights) {
  DType dtype = call.tensor(0).dtype();
  for (const size_t i : weights) {
    if (!call.IsNone(i)) dtype = PromoteTypes(dtype, call.tensor(i).dtype());
  }
  return dtype;
}

}  // namespace conformance::ops
