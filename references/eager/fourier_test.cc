#include "references/eager/fourier.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "framework/base/random.h"

namespace conformance::eager {
namespace {

template <typename T>
std::vector<std::complex<T>> Signal(int64_t n) {
  Random random(static_cast<uint64_t>(n));
  std::vector<std::complex<T>> signal;
  for (int64_t i = 0; i < n; ++i) {
    const double re = 2 * random.Uniform() - 1, im = 2 * random.Uniform() - 1;
    signal.emplace_back(static_cast<T>(re), static_cast<T>(im));
  }
  return signal;
}

/// The definition, in long double.
template <typename T>
std::vector<std::complex<long double>> Defined(const std::vector<std::complex<T>>& x, bool forward) {
  const auto n = static_cast<int64_t>(x.size());
  std::vector<std::complex<long double>> y(x.size());
  for (int64_t k = 0; k < n; ++k) {
    for (int64_t m = 0; m < n; ++m) {
      const long double angle = (forward ? -2 : 2) * std::numbers::pi_v<long double> * static_cast<long double>(k * m % n) / static_cast<long double>(n);
      const auto& at = x[static_cast<size_t>(m)];
      y[static_cast<size_t>(k)] += std::complex<long double>(at.real(), at.imag()) * std::complex<long double>(std::cos(angle), std::sin(angle));
    }
  }
  return y;
}

/// RMS of the error by RMS of the answer, in units of roundoff.
template <typename T>
double RelativeError(int64_t n, bool forward, bool reversed = false) {
  auto signal = Signal<T>(n);
  const auto wanted = Defined(signal, forward);
  Fourier<T> transform(n, forward, reversed);
  transform(signal.data());
  long double error = 0, size = 0;
  for (size_t k = 0; k < signal.size(); ++k) {
    error += std::norm(std::complex<long double>(signal[k].real(), signal[k].imag()) - wanted[k]);
    size += std::norm(wanted[k]);
  }
  return static_cast<double>(std::sqrt(error / size)) / (static_cast<double>(std::numeric_limits<T>::epsilon()) / 2);
}

TEST(Fourier, ErrorsGrowWithTheLogarithmOfTheLength) {
  // Bound of Gentleman & Sande (1966) in the mean: a few roundings for each factor. 127 and 509 are primes that go by convolution.
  for (const int64_t n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 30, 35, 49, 61, 64, 100, 128, 210, 243, 480}) {
    const double bound = 1 + 1.2 * std::log2(static_cast<double>(n));
    for (const bool forward : {true, false}) {
      EXPECT_LE(RelativeError<float>(n, forward), bound) << n;
      EXPECT_LE(RelativeError<double>(n, forward), bound) << n;
      EXPECT_LE(RelativeError<float>(n, forward, true), bound) << n << " reversed";
    }
  }
  for (const int64_t n : {67, 127, 134, 509}) {
    EXPECT_LE(RelativeError<float>(n, true), 4 + 2 * std::log2(static_cast<double>(n))) << n;
    EXPECT_LE(RelativeError<double>(n, false), 4 + 2 * std::log2(static_cast<double>(n))) << n;
  }
}

TEST(Fourier, IsExactWhereTheRootsAre) {
  // n = 4: the roots are 1, -i, -1, i.
  std::vector<std::complex<float>> x = {{1, 0}, {2, 0}, {3, 0}, {4, 0}};
  Fourier<float> forward(4, true), backward(4, false);
  forward(x.data());
  EXPECT_EQ(x, (std::vector<std::complex<float>>{{10, 0}, {-2, 2}, {-2, 0}, {-2, -2}}));
  backward(x.data());
  EXPECT_EQ(x, (std::vector<std::complex<float>>{{4, 0}, {8, 0}, {12, 0}, {16, 0}}));
}

TEST(Fourier, AConstantHasOneFrequency) {
  for (const int64_t n : {5, 8, 12, 71}) {
    std::vector<std::complex<double>> x(static_cast<size_t>(n), 1);
    Fourier<double> transform(n, true);
    transform(x.data());
    EXPECT_NEAR(x[0].real(), static_cast<double>(n), 1e-12 * static_cast<double>(n));
    for (size_t k = 1; k < x.size(); ++k) EXPECT_LT(std::abs(x[k]), 1e-12 * static_cast<double>(n)) << n << " " << k;
  }
}

}  // namespace
}  // namespace conformance::eager
