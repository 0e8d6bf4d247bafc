#pragma once

#include <cstddef>
#include <cstdint>

#include "framework/tensor/dtype.h"
#include "references/eager/isa/isa_kernels.h"

namespace conformance::eager {

/// Elements are computed as float, double or int64_t (all integers and bool).
template <typename T>
constexpr DType kDTypeOf = DType::kI64;
template <>
inline constexpr DType kDTypeOf<float> = DType::kF32;
template <>
inline constexpr DType kDTypeOf<double> = DType::kF64;

/// Calls f(T{}) with the type that `compute` is calculated in: double for f64, float for other reals, else int64_t.
template <typename F>
auto WithCompute(DType compute, F&& f) {
  if (compute == DType::kF64) return f(double{});
  if (IsFloating(compute)) return f(float{});
  return f(int64_t{});
}
/// As above for reals only.
template <typename F>
auto WithReal(DType compute, F&& f) {
  if (compute == DType::kF64) return f(double{});
  return f(float{});
}

/// out[i] = element i·stride of `in`, converted as PyTorch's `to` does (reals to integers truncate).
template <typename T>
void LoadRun(const IsaKernels& isa, DType dtype, const std::byte* in, int64_t stride, int64_t n, T* out);

/// Contiguous elements of `dtype` from T, rounded once; integers wrap, bool is != 0.
template <typename T>
void StoreRun(const IsaKernels& isa, const T* in, int64_t n, DType dtype, std::byte* out);

}  // namespace conformance::eager
