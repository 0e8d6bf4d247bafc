#pragma once

#include <complex>
#include <cstddef>
#include <vector>

namespace conformance::onnx_reference {

/// The sum of a length's prime factors.
size_t PrimeSum(size_t length);

/// Discrete Fourier transforms of one length, in f64: y[k] = Σ x[n] · e^(∓2πi·kn/N), without a factor. Steps: N times
/// the sum of N's prime factors.
class Fourier {
 public:
  Fourier(size_t length, bool inverse);
  void operator()(std::vector<std::complex<double>>& signal);

 private:
  /// `out`[0, length) from every `step`-th element of `in`.
  void Transform(const std::complex<double>* in, std::complex<double>* out, size_t length, size_t step);

  std::vector<std::complex<double>> roots_;  ///< e^(∓2πi·k/N)
  std::vector<std::complex<double>> input_, part_;
};

}  // namespace conformance::onnx_reference
