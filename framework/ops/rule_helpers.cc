#include "framework/ops/rule_helpers.h"

#include <algorithm>

namespace conformance::ops {

RuleResult One(DType dtype, Sizes sizes) {
  RuleResult result;
  result.tensors.push_back({dtype, std::move(sizes)});
  return result;
}

RuleResult Same(const Value& x) { return One(x.dtype(), x.sizes()); }

Error WantShape(const RuleCall& call, std::string_view name, const Value& found, std::string_view wanted) {
  const std::string argument(name);
  return ShapeError(std::string(call.op()) + ": " + argument + " is " + Describe(found.meta()) + ", want " +
                    argument + " " + std::string(wanted));
}

Error WantType(const RuleCall& call, std::string_view name, const Value& found, std::string_view wanted) {
  const std::string argument(name);
  return TypeError(std::string(call.op()) + ": " + argument + " is " + Describe(found.meta()) + ", want " +
                   argument + " of type " + std::string(wanted));
}

Error RuleInvalid(const RuleCall& call, std::string_view message) {
  return Invalid(std::string(call.op()) + ": " + std::string(message));
}

Status WantFloating(const RuleCall& call, std::string_view name, const Value& value) {
  if (IsFloating(value.dtype())) return Ok();
  return WantType(call, name, value, "f16, bf16, f32 or f64");
}

Status WantNotBool(const RuleCall& call, std::string_view name, const Value& value) {
  if (value.dtype() != DType::kBool) return Ok();
  return WantType(call, name, value, "an integer or a float");
}

Status WantDType(const RuleCall& call, std::string_view name, const Value& value, DType wanted) {
  if (value.dtype() == wanted) return Ok();
  return WantType(call, name, value, ToString(wanted));
}

Result<int64_t> AxisArg(const RuleCall& call, size_t index, const Value& x) {
  return call.Axis(call.int_value(index), x.rank());
}

Result<std::vector<int64_t>> DistinctAxes(const RuleCall& call, std::span<const SymInt> axes, int64_t rank) {
  std::vector<int64_t> result;
  for (const SymInt& axis : axes) {
    CONFORMANCE_TRY(const int64_t place, call.Axis(axis.constant(), rank));
    result.push_back(place);
  }
  std::sort(result.begin(), result.end());
  const auto twice = std::adjacent_find(result.begin(), result.end());
  if (twice != result.end()) {
    return ShapeError(std::string(call.op()) + ": axes are " + SizesText(axes) +
                      ", want each axis once, found " + std::to_string(*twice) + " twice");
  }
  return result;
}

Status WantPieces(const RuleCall& call, int64_t count) {
  if (count <= kMaxPieces) return Ok();
  return RuleInvalid(
      call, "found " + std::to_string(count) + " pieces, want at most " + std::to_string(kMaxPieces));
}

Result<bool> EqualShapes(RuleCall& call, std::span<const SymInt> a, std::span<const SymInt> b,
                         std::string_view why) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    CONFORMANCE_TRY(const bool equal, call.Equal(a[i], b[i], why));
    if (!equal) return false;
  }
  return true;
}

Status WantSizes(RuleCall& call, std::span<const SymInt> sizes) {
  for (const SymInt& size : sizes) {
    if (size.IsConstant() && size.constant() >= 0) continue;
    CONFORMANCE_TRY(const bool fits, call.Holds(Ge(size, 0), "a size is not negative"));
    if (!fits)
      return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(sizes) + ", want none below 0");
  }
  return Ok();
}

Status WantBroadcastTo(RuleCall& call, std::string_view name, const Value& value,
                       std::span<const SymInt> wanted) {
  const auto& sizes = value.sizes();
  bool fits = sizes.size() <= wanted.size();
  for (size_t i = 0; fits && i < sizes.size(); ++i) {
    CONFORMANCE_TRY(fits, call.Broadcasts(sizes[i], wanted[wanted.size() - sizes.size() + i]));
  }
  CONFORMANCE_RETURN_IF_ERROR(call.status());
  if (!fits) return WantShape(call, name, value, "that broadcasts to " + SizesText(wanted));
  return Ok();
}

namespace {

void Join(std::optional<DType>& into, DType dtype) { into = into ? PromoteTypes(*into, dtype) : dtype; }

std::optional<DType> Combine(std::optional<DType> higher, std::optional<DType> lower) {
  if (!higher || !lower) return higher ? higher : lower;
  if (IsComplex(*higher)) return higher;
  if (IsFloating(*higher)) return IsComplex(*lower) ? ComplexOf(*higher).value_or(DType::kC64) : *higher;  // f16 was refused before
  if (*higher == DType::kBool || IsFloating(*lower) || IsComplex(*lower)) return PromoteTypes(*higher, *lower);
  return higher;
}

}  // namespace

DType NumberType(const Argument& number) {
  if (std::holds_alternative<double>(number)) return DType::kF32;
  if (std::holds_alternative<ComplexNumber>(number)) return DType::kC64;
  return std::holds_alternative<bool>(number) ? DType::kBool : DType::kI64;
}

void Promotion::Add(const Value& value) {
  Join(value.rank() > 0 ? with_axes_ : without_axes_, value.dtype());
}

void Promotion::Add(const Argument& argument) {
  if (const auto* value = std::get_if<Value>(&argument)) {
    Add(*value);
  } else {
    Join(number_, NumberType(argument));
  }
}

DType Promotion::Get() const { return *Combine(with_axes_, Combine(without_axes_, number_)); }

Status WantCastable(const RuleCall& call, std::string_view name, const Value& into, const TensorMeta& result) {
  const bool castable = (!IsComplex(result.dtype) || IsComplex(into.dtype())) &&
                        (!IsFloating(result.dtype) || IsFloating(into.dtype()) || IsComplex(into.dtype())) &&
                        (into.dtype() != DType::kBool || result.dtype == DType::kBool);
  if (castable) return Ok();
  return TypeError(std::string(call.op()) + ": the result is " + Describe(result) + ", want one that fits into " +
                   std::string(name) + ", which it is written into: " + Describe(into.meta()));
}

Result<RuleResult> InPlace(RuleCall& call, const Value& self, Result<RuleResult> twin) {
  CONFORMANCE_RETURN_IF_ERROR(twin.status());
  const TensorMeta& meta = twin->tensors.front();
  CONFORMANCE_TRY(const bool same,
                  EqualShapes(call, meta.sizes, self.sizes(), "in place: the sizes of the result"));
  if (!same) {
    return ShapeError(std::string(call.op()) + ": the result is " + Describe(meta) +
                      ", want the sizes of self, which it is written into: " + Describe(self.meta()));
  }
  CONFORMANCE_RETURN_IF_ERROR(WantCastable(call, "self", self, meta));
  return Same(self);
}

}  // namespace conformance::ops
