// aten._fft_c2c, _fft_r2c and _fft_c2r: one axis after the other.
#include <cmath>
#include <complex>
#include <numeric>

#include "references/eager/complex.h"
#include "references/eager/fourier.h"
#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

template <typename T>
Fourier<T> MakeTransform(const KernelCall& call, int64_t n, bool forward) {
  // Another legal answer of an ensemble: factors the other way round for every second seed, and noise on sines and cosines.
  struct State {
    const KernelCall& call;
    int64_t start = 0;
  } state{call};
  const auto disturb = [](void* given, T* values, int64_t count) {
    auto& of = *static_cast<State*>(given);
    AddNoise(of.call, values, count, of.start);
    of.start += count;
  };
  return Fourier<T>(n, forward, call.numerics().order_seed % 2 == 1, call.numerics().noise_ulp == 0 ? nullptr : +disturb, &state);
}

/// Along one axis of contiguous complex<T>, in place.
template <typename T>
void Along(const KernelCall& call, const Tensor& x, int64_t axis, bool forward) {
  using Complex = std::complex<T>;
  const int64_t n = x.dim(axis), stride = x.strides()[static_cast<size_t>(axis)];
  Fourier<T> transform = MakeTransform<T>(call, n, forward);
  std::vector<Complex> line(static_cast<size_t>(n));
  auto* all = x.mutable_data<Complex>();
  for (int64_t outer = 0; outer < x.num_elements(); outer += n * stride) {
    for (int64_t inner = 0; inner < stride; ++inner) {
      Complex* at = all + outer + inner;
      for (int64_t i = 0; i < n; ++i) line[static_cast<size_t>(i)] = at[i * stride];
      transform(line.data());
      for (int64_t i = 0; i < n; ++i) at[i * stride] = line[static_cast<size_t>(i)];
    }
  }
}

template <typename T>
void Scale(const KernelCall& call, const Tensor& x, int64_t transformed) {
  const int64_t norm = call.integer(2);
  if (norm == 0) return;
  const T factor = static_cast<T>(1 / (norm == 2 ? static_cast<double>(transformed) : std::sqrt(static_cast<double>(transformed))));
  T* values = x.mutable_data<T>();
  const int64_t count = static_cast<int64_t>(x.byte_size() / sizeof(T));
  for (int64_t i = 0; i < count; ++i) values[i] *= factor;
}

std::vector<int64_t> Axes(const KernelCall& call) {
  std::vector<int64_t> axes = call.integers(1);
  for (int64_t& axis : axes) axis = WrapAxis(axis, call.tensor(0).rank());
  return axes;
}

int64_t ProductOver(const Shape& shape, const std::vector<int64_t>& axes) {
  int64_t product = 1;
  for (const int64_t axis : axes) product *= shape[static_cast<size_t>(axis)];
  return product;
}

Outputs Kept(const KernelCall& call, const Tensor& x) { return std::vector<Tensor>{ContiguousAs(call.isa(), x, call.out_store())}; }

}  // namespace

Outputs FftC2c(const KernelCall& call) {
  return WithParts(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Tensor out = Tensor::Empty(*ComplexOf(kDTypeOf<T>), call.out_shape());
    CopyInto(call.isa(), call.tensor(0), out);
    const std::vector<int64_t> axes = Axes(call);
    for (size_t i = axes.size(); i-- > 0;) Along<T>(call, out, axes[i], call.boolean(3));
    Scale<T>(call, out, ProductOver(out.shape(), axes));
    return Kept(call, out);
  });
}

Outputs FftR2c(const KernelCall& call) {
  return WithParts(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Shape shape = call.tensor(0).shape();
    Tensor out = Tensor::Empty(*ComplexOf(kDTypeOf<T>), shape);
    CopyInto(call.isa(), call.tensor(0), out);
    const std::vector<int64_t> axes = Axes(call);
    for (size_t i = axes.size(); i-- > 0;) {
      Along<T>(call, out, axes[i], true);
      const bool halved = call.boolean(3) && i + 1 == axes.size();
      if (halved) out = Narrow(out, axes[i], 0, call.out_shape()[static_cast<size_t>(axes[i])]).Clone();
    }
    Scale<T>(call, out, ProductOver(shape, axes));
    return Kept(call, out);
  });
}

Outputs FftC2r(const KernelCall& call) {
  return WithParts(call.ComputeType(call.declared(0)), [&](auto t) {
    using T = decltype(t);
    using Complex = std::complex<T>;
    const Tensor half = Tensor::Empty(*ComplexOf(kDTypeOf<T>), call.tensor(0).shape());
    CopyInto(call.isa(), call.tensor(0), half);
    const std::vector<int64_t> axes = Axes(call);
    for (size_t i = 0; i + 1 < axes.size(); ++i) Along<T>(call, half, axes[i], false);
    // The other half: conjugates of this one, from the far end.
    const int64_t axis = axes.back(), n = call.out_shape()[static_cast<size_t>(axis)], known = half.dim(axis);
    const int64_t stride = half.strides()[static_cast<size_t>(axis)];
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    Fourier<T> transform = MakeTransform<T>(call, n, false);
    std::vector<Complex> line(static_cast<size_t>(n));
    for (int64_t row = 0; row < half.num_elements() / known; ++row) {
      const int64_t outer = row / stride, inner = row % stride;
      const Complex* from = half.data<Complex>() + outer * known * stride + inner;
      for (int64_t i = 0; i < known; ++i) {
        const Complex value = from[i * stride];
        const bool own = i == 0 || 2 * i == n;  // its own conjugate: real
        line[static_cast<size_t>(i)] = own ? Complex(value.real(), 0) : value;
        if (!own) line[static_cast<size_t>(n - i)] = std::conj(value);
      }
      transform(line.data());
      T* to = out.mutable_data<T>() + outer * n * stride + inner;
      for (int64_t i = 0; i < n; ++i) to[i * stride] = line[static_cast<size_t>(i)].real();
    }
    Scale<T>(call, out, ProductOver(out.shape(), axes));
    return Kept(call, out);
  });
}

}  // namespace conformance::eager
