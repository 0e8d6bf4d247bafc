#pragma once

#include <complex>

#include "references/eager/kernel.h"

namespace conformance::eager {

/// Calls f(T{}) with the type of a complex type's parts: float for complex64, double for complex128.
template <typename F>
auto WithParts(DType compute, F&& f) {
  if (compute == DType::kC128) return f(double{});
  return f(float{});
}

/// The real (0) or imaginary (1) parts, as a view.
Tensor PartOf(const Tensor& z, int64_t part);

}  // namespace conformance::eager
