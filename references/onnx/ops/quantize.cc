#include "references/onnx/ops/quantize.h"

#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/stores.h"

namespace conformance::onnx_reference {

double RoundToEven(double value) {
  const double down = std::floor(value), rest = value - down;
  if (rest < 0.5) return down;
  if (rest > 0.5) return down + 1;
  return std::fmod(down, 2) == 0 ? down : down + 1;
}

namespace {

struct Range {
  double low = 0, high = 0;
};
Range RangeOf(Elem elem) {
  switch (elem) {
    case Elem::kInt2: return {-2, 1};
    case Elem::kUint2: return {0, 3};
    case Elem::kInt4: return {-8, 7};
    case Elem::kUint4: return {0, 15};
    case Elem::kInt8: return {-128, 127};
    case Elem::kUint8: return {0, 255};
    case Elem::kInt16: return {-32768, 32767};
    case Elem::kUint16: return {0, 65535};
    default: return {-2147483648.0, 2147483647.0};
  }
}

bool IsQuantizedFloat(Elem elem) { return kSmall.Has(elem) && !kSmallInts.Has(elem); }

}  // namespace

Result<Array> Saturated(const Call& call, const Array& wide, Elem elem, bool saturate) {
  if (IsQuantizedFloat(elem)) return CastArray(call, wide, elem, {.saturate = saturate});
  const Range range = RangeOf(elem);
  CONFORMANCE_TRY(Array held, call.New(Elem::kDouble, Store::kF64, wide.dims()));
  std::transform(wide.data<double>(), wide.data<double>() + wide.count(), held.mutable_data<double>(),
                 [&](double v) { return std::clamp(RoundToEven(v), range.low, range.high); });
  return CastArray(call, held, elem, {});
}

namespace {

/// Which scale an element has.
class Granularity {
 public:
  /// Errors: kShape for scales that are no number for all, for each place of the axis, or for each block along it.
  static Result<Granularity> Of(const Call& call, const Array& x, const Array& scale) {
    Granularity g;
    if (scale.rank() == 0 || (scale.rank() == 1 && scale.count() == 1)) return g;
    CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), x.rank() == 1 ? 0 : 1));
    CONFORMANCE_TRY(const int64_t block, call.Int("block_size", 0));
    g.around_ = AroundAxis(x.dims(), axis);
    const auto refuse = [&](const std::string& wanted) {
      return ShapeError("scales that don't fit the input")
          .With("found", Describe(scale) + " for " + Describe(x))
          .With("wanted", wanted);
    };
    if (scale.rank() == 1 && block == 0) {
      if (scale.count() != g.around_.size) return refuse("one scale, or " + std::to_string(g.around_.size));
      g.by_ = By::kAxis;
      return g;
    }
    if (block < 1)
      return Invalid("a block_size out of range")
          .With("found", std::to_string(block))
          .With("wanted", "1 or more");
    Shape wanted = x.dims();
    wanted[static_cast<size_t>(axis)] = g.around_.size / block + (g.around_.size % block != 0 ? 1 : 0);
    if (scale.dims() != wanted) return refuse(ShapeText(wanted));
    g.by_ = By::kBlock;
    g.block_ = block;
    g.blocks_ = wanted[static_cast<size_t>(axis)];
    return g;
  }

  int64_t At(int64_t i) const {
    if (by_ == By::kAll) return 0;
    const int64_t place = i / around_.inner % around_.size;
    if (by_ == By::kAxis) return place;
    return (i / around_.inner / around_.size * blocks_ + place / block_) * around_.inner + i % around_.inner;
  }

 private:
  enum class By : uint8_t { kAll, kAxis, kBlock };
  By by_ = By::kAll;
  Around around_;
  int64_t block_ = 1, blocks_ = 1;
};

/// The zero points, one for each scale; 0 where none are given.
Result<std::vector<double>> ZeroPoints(const Call& call, const Array& scale) {
  const Array* given = call.Optional(2);
  if (given == nullptr) return std::vector<double>(static_cast<size_t>(scale.count()), 0);
  if (given->count() != scale.count() || (given->rank() > 1 && given->dims() != scale.dims()))
    return ShapeError("zero points that don't fit the scales")
        .With("found", Describe(*given))
        .With("wanted", ShapeText(scale.dims()));
  return NumbersOf(*given, "a zero point");
}

/// An attribute that names a type; `otherwise` where it is missing or 0.
Result<Elem> NamedType(const Call& call, std::string_view attribute, Elem otherwise, Types types) {
  CONFORMANCE_TRY(const int64_t given, call.Int(attribute, 0));
  if (given == 0) return otherwise;
  if (given > 0 && given < 32 && types.Has(static_cast<Elem>(given))) return static_cast<Elem>(given);
  return TypeError("an attribute that names another type")
      .With("attribute", std::string(attribute))
      .With("found", std::to_string(given))
      .With("wanted", types.ToString());
}

/// A quotient as that type has it.
double RoundedTo(Elem elem, double value) {
  switch (elem) {
    case Elem::kFloat: return static_cast<double>(static_cast<float>(value));
    case Elem::kFloat16: return HalfToFloat(DoubleToHalf(value));
    case Elem::kBfloat16: return BFloat16ToFloat(DoubleToBFloat16(value));
    default: return value;
  }
}

}  // namespace

namespace kernels {

/// saturate(round(x / y_scale) + y_zero_point): one scale, one for each place of `axis`, or one for each block of
/// `block_size` along it. The type is
/// that of output_dtype or of the zero point, else uint8; the division is in `precision`, else in the scale's type.
/// Errors: kShape; kType; kInvalid
/// where output_dtype is another type than the zero point's.
Outputs QuantizeLinear(const Call& call) {
  const Array &x = call[0], &scale = call[1];
  CONFORMANCE_TRY(const Granularity granularity, Granularity::Of(call, x, scale));
  CONFORMANCE_TRY(const std::vector<double> zero, ZeroPoints(call, scale));
  const Elem declared = call.Has(2) ? call[2].elem() : Elem::kUint8;
  CONFORMANCE_TRY(const Elem elem, NamedType(call, "output_dtype", declared, kQuantized));
  if (call.Has(2) && elem != declared)
    return TypeError("an output_dtype that isn't the zero point's type")
        .With("found", std::string(NameOf(elem)))
        .With("wanted", std::string(NameOf(declared)));
  if (!kQuantized.Has(elem))
    return TypeError("a zero point of a type that is not quantized to")
        .With("found", std::string(NameOf(elem)))
        .With("wanted", kQuantized.ToString());
  CONFORMANCE_TRY(Elem precision, NamedType(call, "precision", scale.elem(), kFloats));
  if (!kFloats.Has(precision)) precision = x.elem() == Elem::kInt32 ? Elem::kDouble : Elem::kFloat;
  CONFORMANCE_TRY(const int64_t saturate, call.Int("saturate", 1));
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, x.dims()));
  CONFORMANCE_TRY(const std::vector<double> numbers, NumbersOf(x, "the input"));
  CONFORMANCE_TRY(const std::vector<double> scales, NumbersOf(scale, "a scale"));
  const bool rounds = !call.oracle(), whole = !IsQuantizedFloat(elem);
  for (int64_t i = 0; i < x.count(); ++i) {
    const auto at = static_cast<size_t>(granularity.At(i));
    double quotient = numbers[static_cast<size_t>(i)] / scales[at];
    if (rounds) quotient = RoundedTo(precision, quotient);
    wide.mutable_data<double>()[i] = (whole ? RoundToEven(quotient) : quotient) + zero[at];
  }
  return Saturated(call, wide, elem, saturate != 0);
}

/// (x - x_zero_point) · x_scale, of the type that output_dtype says, else of the scale's. Errors: kShape, kType.
Outputs DequantizeLinear(const Call& call) {
  const Array &x = call[0], &scale = call[1];
  CONFORMANCE_TRY(const Granularity granularity, Granularity::Of(call, x, scale));
  CONFORMANCE_TRY(const std::vector<double> zero, ZeroPoints(call, scale));
  if (call.Has(2) && call[2].elem() != x.elem())
    return TypeError("a zero point of another type than the input")
        .With("found", Describe(call[2]))
        .With("wanted", std::string(NameOf(x.elem())));
  CONFORMANCE_TRY(
      const Elem elem,
      NamedType(call, "output_dtype", kFloats.Has(scale.elem()) ? scale.elem() : Elem::kFloat, kFloats));
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, x.dims()));
  CONFORMANCE_TRY(const std::vector<double> numbers, NumbersOf(x, "the input"));
  CONFORMANCE_TRY(const std::vector<double> scales, NumbersOf(scale, "a scale"));
  for (int64_t i = 0; i < x.count(); ++i) {
    const auto at = static_cast<size_t>(granularity.At(i));
    wide.mutable_data<double>()[i] = (numbers[static_cast<size_t>(i)] - zero[at]) * scales[at];
  }
  return CastArray(call, wide, elem, {});
}

/// f32 -> uint8 with the scale and zero point that put the numbers and 0 into [0, 255]: y, y_scale[], y_zero_point[].
Outputs DynamicQuantizeLinear(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, x.dims()));
  double scale = 0, zero = 0;
  const bool narrow = !call.oracle();
  const auto rounded = [&](double v) { return narrow ? RoundedTo(Elem::kFloat, v) : v; };
  const std::vector<double> numbers = ToNumbers(x);
  double low = 0, high = 0;
  for (const double v : numbers) low = std::min(low, v), high = std::max(high, v);
  scale = rounded(rounded(high - low) / 255);
  // Zeros alone have any scale: 1 divides.
  if (scale == 0) scale = 1;
  zero = RoundToEven(std::clamp(rounded(0 - rounded(low / scale)), 0.0, 255.0));
  std::transform(numbers.begin(), numbers.end(), wide.mutable_data<double>(),
                 [&](double v) { return RoundToEven(rounded(v / scale)) + zero; });
  CONFORMANCE_TRY(Array y, Saturated(call, wide, Elem::kUint8));
  CONFORMANCE_TRY(Array y_scale, call.Filled(Elem::kFloat, {}, scale));
  CONFORMANCE_TRY(Array y_zero, call.Filled(Elem::kUint8, {}, zero));
  return Values{std::move(y), std::move(y_scale), std::move(y_zero)};
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
