#include "references/onnx/ops/cast.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/small_floats.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {
namespace {

/// Numbers pass through one of three types that hold all of their kind.
enum class Wide : uint8_t { kFloat, kSigned, kUnsigned };

Wide WideOf(Store store) {
  switch (store) {
    case Store::kF64:
    case Store::kF32:
    case Store::kF16:
    case Store::kBF16:
    case Store::kCode: return Wide::kFloat;
    case Store::kU64:
    case Store::kU32:
    case Store::kU16:
    case Store::kU8:
    case Store::kBool: return Wide::kUnsigned;
    default: return Wide::kSigned;
  }
}

template <typename W>
void ReadWide(const Array& x, int64_t start, int64_t count, W* out) {
  const auto copy = [&]<typename T>(const T* from) {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<W>(from[start + i]);
  };
  switch (x.store()) {
    case Store::kF16:
      for (int64_t i = 0; i < count; ++i) out[i] = static_cast<W>(HalfToFloat(x.data<uint16_t>()[start + i]));
      return;
    case Store::kBF16:
      for (int64_t i = 0; i < count; ++i) out[i] = static_cast<W>(BFloat16ToFloat(x.data<uint16_t>()[start + i]));
      return;
    case Store::kCode:
      for (int64_t i = 0; i < count; ++i) out[i] = static_cast<W>(formats::DecodeSmallFloat(x.elem(), x.data<uint8_t>()[start + i]));
      return;
    case Store::kBool: return copy(x.data<bool>());
    default:
      (void)VisitNumbers(x.store(), "", [&]<typename T>(Tag<T>) {
        copy(x.data<T>());
        return Ok();
      });
  }
}

/// Whole numbers: cut towards zero, then what the type's bits hold. NaN and what int64 cannot hold are the lowest int64, as x86 has it.
int64_t Whole(double value) {
  constexpr double kEdge = 9223372036854775808.0;
  return value >= -kEdge && value < kEdge ? static_cast<int64_t>(value) : std::numeric_limits<int64_t>::min();
}
int64_t Whole(int64_t value) { return value; }
int64_t Whole(uint64_t value) { return static_cast<int64_t>(value); }

/// The code of 2^k for float8e8m0.
uint8_t EncodeExponent(double value, const CastOptions& options) {
  constexpr uint8_t kNaN = 0xFF;
  if (std::isnan(value)) return kNaN;
  const double magnitude = std::fabs(value);
  if (std::isinf(magnitude)) return options.saturate ? 0xFE : kNaN;
  if (magnitude == 0) return 0;
  int exponent = 0;
  const double mantissa = std::frexp(magnitude, &exponent);  // in [0.5, 1)
  int power = exponent - 1;
  if (mantissa != 0.5) {
    if (options.round_mode == "up") ++power;
    if (options.round_mode == "nearest" && mantissa >= 0.75) ++power;
  }
  if (power > 127) return options.saturate ? 0xFE : kNaN;
  return static_cast<uint8_t>(std::max(power, -127) + 127);
}

template <typename W>
void WriteWide(const W* values, int64_t start, int64_t count, const CastOptions& options, Array& out) {
  const auto each = [&]<typename T>(T* to, auto convert) {
    for (int64_t i = 0; i < count; ++i) to[start + i] = convert(values[i]);
  };
  const auto whole = [&]<typename T>(T* to) {
    if constexpr (std::is_same_v<W, double>) {
      // Numbers beyond int64 that uint64 holds.
      if constexpr (std::is_same_v<T, uint64_t>) {
        return each(to, [](W v) { return v >= 9223372036854775808.0 && v < 18446744073709551616.0 ? static_cast<uint64_t>(v) : static_cast<uint64_t>(Whole(v)); });
      }
    }
    each(to, [](W v) { return static_cast<T>(Whole(v)); });
  };
  // Two and four bits keep their low ones; signed ones go on with their sign.
  const auto bits = [&](int width, bool extend, auto* to) {
    const int mask = (1 << width) - 1, sign = 1 << (width - 1);
    each(to, [&](W v) {
      int low = static_cast<int>(Whole(v) & mask);
      if (extend && (low & sign) != 0) low -= 1 << width;
      return static_cast<std::remove_pointer_t<decltype(to)>>(low);
    });
  };
  switch (out.elem()) {
    case Elem::kInt4: return bits(4, true, out.mutable_data<int8_t>());
    case Elem::kInt2: return bits(2, true, out.mutable_data<int8_t>());
    case Elem::kUint4: return bits(4, false, out.mutable_data<uint8_t>());
    case Elem::kUint2: return bits(2, false, out.mutable_data<uint8_t>());
    default: break;
  }
  switch (out.store()) {
    case Store::kF64: return each(out.mutable_data<double>(), [](W v) { return static_cast<double>(v); });
    case Store::kF32: return each(out.mutable_data<float>(), [](W v) { return static_cast<float>(v); });
    case Store::kF16: return each(out.mutable_data<uint16_t>(), [](W v) { return DoubleToHalf(static_cast<double>(v)); });
    case Store::kBF16: return each(out.mutable_data<uint16_t>(), [](W v) { return DoubleToBFloat16(static_cast<double>(v)); });
    case Store::kBool: return each(out.mutable_data<bool>(), [](W v) { return v != 0; });
    case Store::kCode:
      if (out.elem() == Elem::kFloat8E8M0) return each(out.mutable_data<uint8_t>(), [&](W v) { return EncodeExponent(static_cast<double>(v), options); });
      return each(out.mutable_data<uint8_t>(), [&](W v) { return formats::EncodeSmallFloat(out.elem(), static_cast<double>(v), options.saturate); });
    default:
      (void)VisitIntegers(out.store(), "", [&]<typename T>(Tag<T>) {
        whole(out.mutable_data<T>());
        return Ok();
      });
  }
}

template <typename W>
void Convert(const Array& x, const CastOptions& options, Array& out) {
  std::array<W, 512> block;
  for (int64_t start = 0; start < x.count(); start += 512) {
    const int64_t count = std::min<int64_t>(512, x.count() - start);
    ReadWide(x, start, count, block.data());
    WriteWide(block.data(), start, count, options, out);
  }
}

/// A number's text: the shortest that reads back, with a point or an exponent; NaN, INF, -INF.
template <typename T>
std::string TextOf(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-INF" : "INF";
  std::array<char, 64> buffer;
  const double magnitude = std::fabs(static_cast<double>(value));
  const bool fixed = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, fixed ? std::chars_format::fixed : std::chars_format::scientific).ptr;
  std::string text(buffer.data(), end);
  if (fixed && text.find('.') == std::string::npos) text += ".0";
  return text;
}

Result<Array> ToText(const Call& call, const Array& x) {
  CONFORMANCE_TRY(Array out, call.New(Elem::kString, x.dims()));
  std::string* to = out.mutable_data<std::string>();
  if (x.store() == Store::kBool) {
    for (int64_t i = 0; i < x.count(); ++i) to[i] = x.data<bool>()[i] ? "True" : "False";
    return out;
  }
  if (WideOf(x.store()) == Wide::kFloat) {
    const std::vector<double> numbers = ToNumbers(x);
    for (size_t i = 0; i < numbers.size(); ++i) to[i] = x.elem() == Elem::kDouble ? TextOf(numbers[i]) : TextOf(static_cast<float>(numbers[i]));
    return out;
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitIntegers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < x.count(); ++i) to[i] = std::to_string(x.data<T>()[i]);
    return Ok();
  }));
  return out;
}

std::optional<double> NumberIn(std::string_view text) {
  text = Trim(text);
  std::string lower;
  for (const char c : text) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  const bool negative = StartsWith(lower, "-");
  const std::string_view body = negative || StartsWith(lower, "+") ? std::string_view(lower).substr(1) : std::string_view(lower);
  if (body == "inf" || body == "infinity") return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (body == "nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), value);
  if (end != body.data() + body.size() || body.empty() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = body.find("e-") != std::string_view::npos ? 0 : std::numeric_limits<double>::infinity();
  return negative ? -value : value;
}

Result<Array> FromText(const Call& call, const Array& x, Elem to, const CastOptions& options) {
  CONFORMANCE_TRY(Array out, call.New(to, x.dims()));
  const auto refuse = [](const std::string& text) {
    return Invalid("a string that is no number").With("found", formats::Quoted(text)).With("wanted", "a number");
  };
  for (int64_t i = 0; i < x.count(); ++i) {
    const std::string& text = x.data<std::string>()[i];
    // Whole numbers keep all their digits.
    if (const auto whole = ParseInt(Trim(text)); whole && WideOf(out.store()) != Wide::kFloat) {
      WriteWide(&*whole, i, 1, options, out);
      continue;
    }
    const auto number = NumberIn(text);
    if (!number) return refuse(text);
    WriteWide(&*number, i, 1, options, out);
  }
  return out;
}

}  // namespace

Result<Array> CastArray(const Call& call, const Array& x, Elem to, const CastOptions& options) {
  if (!kAny.Has(to)) return TypeError("a cast to no type").With("found", std::to_string(static_cast<int>(to)));
  if (x.elem() == to) return x;
  if (to == Elem::kString) return ToText(call, x);
  if (x.store() == Store::kString) return FromText(call, x, to, options);
  const auto is_complex = [](Elem elem) { return kComplex.Has(elem); };
  if (is_complex(x.elem()) || is_complex(to)) return TypeError("a cast of complex numbers").With("found", Describe(x)).With("wanted", "real numbers");
  CONFORMANCE_TRY(Array out, call.New(to, x.dims()));
  switch (WideOf(x.store())) {
    case Wide::kFloat: Convert<double>(x, options, out); break;
    case Wide::kSigned: Convert<int64_t>(x, options, out); break;
    case Wide::kUnsigned: Convert<uint64_t>(x, options, out); break;
  }
  return out;
}

Result<CastOptions> CastOptionsOf(const Call& call) {
  CastOptions options;
  CONFORMANCE_TRY(const int64_t saturate, call.Int("saturate", 1));
  CONFORMANCE_TRY(options.round_mode, call.String("round_mode", "up"));
  options.saturate = saturate != 0;
  return options;
}

namespace kernels {

Outputs Cast(const Call& call) {
  CONFORMANCE_TRY(const int64_t to, call.Int("to"));
  CONFORMANCE_TRY(const CastOptions options, CastOptionsOf(call));
  return CastArray(call, call[0], static_cast<Elem>(to), options);
}

/// Versions before 6 name the type: "FLOAT".
Outputs CastToNamed(const Call& call) {
  CONFORMANCE_TRY(const std::string to, call.String("to"));
  for (int32_t i = 1; i <= static_cast<int32_t>(Elem::kFloat6E3M2); ++i) {
    if (formats::OnnxElemName(static_cast<Elem>(i)) == to) return CastArray(call, call[0], static_cast<Elem>(i), {});
  }
  return Invalid("a cast to no type").With("found", formats::Quoted(to));
}

Outputs CastLike(const Call& call) {
  CONFORMANCE_TRY(const CastOptions options, CastOptionsOf(call));
  return CastArray(call, call[0], call[1].elem(), options);
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
