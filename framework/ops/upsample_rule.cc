#include "framework/ops/upsample_rule.h"

#include <cmath>

#include "framework/base/strings.h"

namespace conformance::ops {
namespace {

// How many axes a list argument of the schema has: "int[2] output_size", or by the op's name "upsample_bilinear2d".
size_t AxesOf(const RuleCall& call) {
  const std::string_view op = call.op();
  return static_cast<size_t>(op[op.find("d.") - 1] - '0');
}

Result<SymInt> Scaled(RuleCall& call, const SymInt& size, double factor) {
  if (!(factor > 0) || factor > 0x1p30)
    return RuleInvalid(call, "scale_factors have " + DoubleText(factor) + ", want numbers above 0");
  if (factor == std::floor(factor)) return size * static_cast<int64_t>(factor);
  CONFORMANCE_TRY(const int64_t number, call.Specialise(size, "a size times a fraction"));
  return SymInt(static_cast<int64_t>(static_cast<double>(number) * factor));
}

Result<Sizes> Wanted(RuleCall& call, const Value& x, size_t axes) {
  const size_t last = call.size() - 1;
  const bool vec = call.op().ends_with(".vec");
  if (vec && call.IsNone(1) == call.IsNone(last))
    return RuleInvalid(call, "want one of output_size and scale_factors");
  if (!vec || !call.IsNone(1)) {
    const Sizes& wanted = call.sym_ints(1);
    if (wanted.size() != axes)
      return ShapeError(std::string(call.op()) + ": output_size is " + SizesText(wanted) + ", want " +
                        std::to_string(axes) + " sizes");
    return wanted;
  }
  const auto& factors = std::get<std::vector<double>>(call.arg(last));
  if (factors.size() != axes)
    return RuleInvalid(
        call, "found " + std::to_string(factors.size()) + " scale_factors, want " + std::to_string(axes));
  Sizes sizes;
  for (size_t i = 0; i < axes; ++i) {
    CONFORMANCE_TRY(SymInt size, Scaled(call, x.sizes()[2 + i], factors[i]));
    sizes.push_back(std::move(size));
  }
  return sizes;
}

Result<RuleResult> Interpolated(RuleCall& call) {
  const Value& x = call.tensor(0);
  const size_t axes = AxesOf(call);
  if (static_cast<size_t>(x.rank()) != axes + 2)
    return WantShape(call, call.name(0), x, "of " + std::to_string(axes + 2) + " axes, [n, c, ...]");
  CONFORMANCE_TRY(const Sizes wanted, Wanted(call, x, axes));
  Sizes sizes = x.sizes();
  for (size_t i = 1; i < axes + 2; ++i) {
    if (i > 1) sizes[i] = wanted[i - 2];
    CONFORMANCE_TRY(const bool some,
                    call.Holds(And(Gt(x.sizes()[i], 0), Gt(sizes[i], 0)), "interpolation: sizes above 0"));
    if (!some)
      return WantShape(call, call.name(0), x,
                       "and an output without empty axes but the first, found " + SizesText(wanted));
  }
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

Result<RuleResult> UpsampleNearestRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (!IsFloating(x.dtype()) && x.dtype() != DType::kU8)
    return WantType(call, call.name(0), x, "a float or u8");
  return Interpolated(call);
}

Result<RuleResult> UpsampleRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.dtype() == DType::kU8) {
    return Unsupported(std::string(call.op()) + ": " + std::string(call.name(0)) +
                       " is u8, which PyTorch interpolates in fixed point; want floats");
  }
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, call.name(0), x));
  return Interpolated(call);
}

}  // namespace conformance::ops
