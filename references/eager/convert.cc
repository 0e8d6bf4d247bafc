#include "references/eager/convert.h"

#include <cstring>
#include <limits>
#include <type_traits>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::eager {
namespace {

template <typename T, typename S>
T FromElement(S value) {
  if constexpr (std::is_same_v<T, int64_t> && std::is_floating_point_v<S>) {
    // Undefined in C++ out of range; like x86 it gives the lowest number.
    return value >= S(-9223372036854775808.0) && value < S(9223372036854775808.0) ? static_cast<int64_t>(value)
                                                                                   : std::numeric_limits<int64_t>::min();
  } else {
    return static_cast<T>(value);
  }
}

template <typename S, typename T>
void LoadAs(const std::byte* in, int64_t stride, int64_t n, T* out) {
  const S* from = reinterpret_cast<const S*>(in);
  if (std::is_same_v<S, T> && stride == 1) {
    std::memcpy(out, from, static_cast<size_t>(n) * sizeof(T));
  } else if (stride == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = FromElement<T>(from[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = FromElement<T>(from[i * stride]);
  }
}

constexpr int64_t kPiece = 512;

/// Halves go through f32, in pieces.
template <typename T>
void LoadHalves(void (*widen)(const uint16_t*, int64_t, float*), const std::byte* in, int64_t stride, int64_t n, T* out) {
  const uint16_t* from = reinterpret_cast<const uint16_t*>(in);
  uint16_t gathered[kPiece];
  float wide[kPiece];
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t count = std::min(kPiece, n - begin);
    const uint16_t* piece = from + begin * stride;
    if (stride != 1) {
      for (int64_t i = 0; i < count; ++i) gathered[i] = piece[i * stride];
      piece = gathered;
    }
    if constexpr (std::is_same_v<T, float>) {
      widen(piece, count, out + begin);
    } else {
      widen(piece, count, wide);
      for (int64_t i = 0; i < count; ++i) out[begin + i] = FromElement<T>(wide[i]);
    }
  }
}

template <typename S, typename T>
void StoreAs(const T* in, int64_t n, std::byte* out) {
  S* to = reinterpret_cast<S*>(out);
  if constexpr (std::is_same_v<S, T>) {
    std::memcpy(to, in, static_cast<size_t>(n) * sizeof(T));
  } else if constexpr (std::is_integral_v<S> && std::is_floating_point_v<T>) {
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<S>(FromElement<int64_t>(in[i]));
  } else {
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<S>(in[i]);
  }
}

}  // namespace

template <typename T>
void LoadRun(const IsaKernels& isa, DType dtype, const std::byte* in, int64_t stride, int64_t n, T* out) {
  switch (dtype) {
    case DType::kF64: return LoadAs<double>(in, stride, n, out);
    case DType::kF32: return LoadAs<float>(in, stride, n, out);
    case DType::kF16: return LoadHalves(isa.half_to_float, in, stride, n, out);
    case DType::kBF16: return LoadHalves(isa.bfloat_to_float, in, stride, n, out);
    case DType::kI64: return LoadAs<int64_t>(in, stride, n, out);
    case DType::kI32: return LoadAs<int32_t>(in, stride, n, out);
    case DType::kI16: return LoadAs<int16_t>(in, stride, n, out);
    case DType::kI8: return LoadAs<int8_t>(in, stride, n, out);
    case DType::kU8:
    case DType::kBool: return LoadAs<uint8_t>(in, stride, n, out);
    case DType::kC64:
    case DType::kC128: CONFORMANCE_CHECK(false, "complex elements are read part by part");
  }
}

template <typename T>
void StoreRun(const IsaKernels& isa, const T* in, int64_t n, DType dtype, std::byte* out) {
  switch (dtype) {
    case DType::kF64: return StoreAs<double>(in, n, out);
    case DType::kF32: return StoreAs<float>(in, n, out);
    case DType::kF16:
    case DType::kBF16: {
      uint16_t* to = reinterpret_cast<uint16_t*>(out);
      if constexpr (std::is_same_v<T, float>) {
        (dtype == DType::kF16 ? isa.float_to_half : isa.float_to_bfloat)(in, n, to);
      } else {  // straight from f64: one rounding, not two
        const auto round = dtype == DType::kF16 ? DoubleToHalf : DoubleToBFloat16;
        for (int64_t i = 0; i < n; ++i) to[i] = round(static_cast<double>(in[i]));
      }
      return;
    }
    case DType::kI64: return StoreAs<int64_t>(in, n, out);
    case DType::kI32: return StoreAs<int32_t>(in, n, out);
    case DType::kI16: return StoreAs<int16_t>(in, n, out);
    case DType::kI8: return StoreAs<int8_t>(in, n, out);
    case DType::kU8: return StoreAs<uint8_t>(in, n, out);
    case DType::kBool: {
      uint8_t* to = reinterpret_cast<uint8_t*>(out);
      for (int64_t i = 0; i < n; ++i) to[i] = in[i] != T(0) ? 1 : 0;
      return;
    }
    case DType::kC64:
    case DType::kC128: CONFORMANCE_CHECK(false, "complex elements are written part by part");
  }
}

template void LoadRun<float>(const IsaKernels&, DType, const std::byte*, int64_t, int64_t, float*);
template void LoadRun<double>(const IsaKernels&, DType, const std::byte*, int64_t, int64_t, double*);
template void LoadRun<int64_t>(const IsaKernels&, DType, const std::byte*, int64_t, int64_t, int64_t*);
template void StoreRun<float>(const IsaKernels&, const float*, int64_t, DType, std::byte*);
template void StoreRun<double>(const IsaKernels&, const double*, int64_t, DType, std::byte*);
template void StoreRun<int64_t>(const IsaKernels&, const int64_t*, int64_t, DType, std::byte*);

}  // namespace conformance::eager
