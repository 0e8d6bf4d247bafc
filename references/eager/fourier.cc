#include "references/eager/fourier.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace conformance::eager {
namespace {

/// Above this a prime factor p costs more as a sum of p terms than a convolution does.
constexpr int64_t kLargestFactor = 64;

/// e^(2πi·k/n), 0 ≤ k < n, by reduction to an eighth of the circle: exact at quarters, symmetric elsewhere.
std::complex<double> Root(int64_t k, int64_t n) {
  const int64_t eight = 8 * k, octant = eight / n;  // k/n·8
  const auto at = [&](int64_t numerator) { return 2 * std::numbers::pi * static_cast<double>(numerator) / (8 * static_cast<double>(n)); };
  switch (octant) {  // sin and cos of angles up to π/4
    case 0: return {std::cos(at(eight)), std::sin(at(eight))};
    case 1: return {std::sin(at(2 * n - eight)), std::cos(at(2 * n - eight))};
    case 2: return {-std::sin(at(eight - 2 * n)), std::cos(at(eight - 2 * n))};
    case 3: return {-std::cos(at(4 * n - eight)), std::sin(at(4 * n - eight))};
    case 4: return {-std::cos(at(eight - 4 * n)), -std::sin(at(eight - 4 * n))};
    case 5: return {-std::sin(at(6 * n - eight)), -std::cos(at(6 * n - eight))};
    case 6: return {std::sin(at(eight - 6 * n)), -std::cos(at(eight - 6 * n))};
    default: return {std::cos(at(8 * n - eight)), -std::sin(at(8 * n - eight))};
  }
}

/// Powers of two as fours, then the odd primes.
std::vector<int64_t> FactorsOf(int64_t n) {
  std::vector<int64_t> factors;
  for (; n % 4 == 0; n /= 4) factors.push_back(4);
  for (int64_t p = 2; p * p <= n; p += p == 2 ? 1 : 2) {
    for (; n % p == 0; n /= p) factors.push_back(p);
  }
  if (n > 1) factors.push_back(n);
  return factors;
}

/// Without the search for infinities that std::complex does.
template <typename T>
std::complex<T> Times(std::complex<T> a, std::complex<T> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

/// Σ x[m]·e^(∓2πi·km/n) as a cyclic convolution with e^(±πi·m²/n), of a length that is a power of two.
template <typename T>
struct Fourier<T>::Convolution {
  Convolution(int64_t length, bool reversed, Disturb disturb, void* state)
      : forward(length, true, reversed, disturb, state), backward(length, false, reversed, disturb, state), work(static_cast<size_t>(length)) {}
  Fourier forward, backward;
  std::vector<Complex> chirp;   ///< e^(∓πi·m²/n)
  std::vector<Complex> kernel;  ///< the transform of its conjugate, divided by the length
  std::vector<Complex> work;
};

template <typename T>
Fourier<T>::Fourier(int64_t n, bool forward, bool reversed, Disturb disturb, void* state) : n_(n) {
  factors_ = FactorsOf(n);
  const auto sign = [&](std::complex<double> root) { return forward ? std::conj(root) : root; };
  const auto disturbed = [&](std::vector<Complex>& values) {
    if (disturb != nullptr) disturb(state, reinterpret_cast<T*>(values.data()), 2 * static_cast<int64_t>(values.size()));
  };
  if (factors_.empty() || *std::ranges::max_element(factors_) <= kLargestFactor) {
    if (reversed) std::ranges::reverse(factors_);
    for (int64_t k = 0; k < n; ++k) roots_.emplace_back(sign(Root(k, n)));
    disturbed(roots_);
    input_.resize(static_cast<size_t>(n));
    part_.resize(static_cast<size_t>(factors_.empty() ? 1 : *std::ranges::max_element(factors_)));
    return;
  }
  factors_.clear();
  const auto length = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(2 * n - 1)));
  convolution_ = std::make_unique<Convolution>(length, reversed, disturb, state);
  auto& [to, back, chirp, kernel, work] = *convolution_;
  // m² mod 2n, step by step: squares of large m do not fit.
  for (int64_t m = 0, square = 0; m < n; square = (square + 2 * m + 1) % (2 * n), ++m) chirp.emplace_back(sign(Root(square, 2 * n)));
  disturbed(chirp);
  kernel.assign(static_cast<size_t>(length), Complex(0));
  for (int64_t m = 0; m < n; ++m) {
    const Complex value = std::conj(chirp[static_cast<size_t>(m)]) / static_cast<T>(length);
    kernel[static_cast<size_t>(m)] = value;
    if (m > 0) kernel[static_cast<size_t>(length - m)] = value;
  }
  to(kernel.data());
}

template <typename T>
Fourier<T>::~Fourier() = default;

template <typename T>
void Fourier<T>::operator()(Complex* signal) {
  if (convolution_) return Bluestein(signal);
  std::copy_n(signal, n_, input_.data());
  Mixed(input_.data(), 1, signal, n_, 0);
}

template <typename T>
void Fourier<T>::Mixed(const Complex* in, int64_t stride, Complex* out, int64_t n, size_t factor) {
  if (n == 1) {
    *out = *in;
    return;
  }
  const int64_t p = factors_[factor], m = n / p, step = n_ / n;
  for (int64_t q = 0; q < p; ++q) Mixed(in + q * stride, stride * p, out + q * m, m, factor + 1);
  for (int64_t k = 0; k < m; ++k) {
    for (int64_t q = 0; q < p; ++q) part_[static_cast<size_t>(q)] = q == 0 || k == 0 ? out[q * m + k] : Times(out[q * m + k], roots_[static_cast<size_t>(q * k * step)]);
    const Complex* x = part_.data();
    if (p == 2) {
      out[k] = x[0] + x[1];
      out[m + k] = x[0] - x[1];
    } else if (p == 4) {
      const Complex even = x[0] + x[2], odd = x[0] - x[2], sum = x[1] + x[3], gap = x[1] - x[3];
      // Times ∓i: the sign of the quarter's root.
      const T turn = roots_[static_cast<size_t>(n_ / 4)].imag() < 0 ? T(1) : T(-1);
      const Complex turned{turn * gap.imag(), -turn * gap.real()};
      out[k] = even + sum;
      out[m + k] = odd + turned;
      out[2 * m + k] = even - sum;
      out[3 * m + k] = odd - turned;
    } else {
      for (int64_t r = 0; r < p; ++r) {
        Complex sum = x[0];
        for (int64_t q = 1; q < p; ++q) sum += r == 0 ? x[q] : Times(x[q], roots_[static_cast<size_t>(q * r % p * (n_ / p))]);
        out[r * m + k] = sum;
      }
    }
  }
}

template <typename T>
void Fourier<T>::Bluestein(Complex* signal) {
  auto& [to, back, chirp, kernel, work] = *convolution_;
  std::ranges::fill(work, Complex(0));
  for (int64_t m = 0; m < n_; ++m) work[static_cast<size_t>(m)] = Times(signal[m], chirp[static_cast<size_t>(m)]);
  to(work.data());
  for (size_t k = 0; k < work.size(); ++k) work[k] = Times(work[k], kernel[k]);
  back(work.data());
  for (int64_t m = 0; m < n_; ++m) signal[m] = Times(work[static_cast<size_t>(m)], chirp[static_cast<size_t>(m)]);
}

template class Fourier<float>;
template class Fourier<double>;

}  // namespace conformance::eager
