#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

namespace conformance::eager {

/// Discrete Fourier transforms of one length n ≥ 1, X[k] = Σ x[m]·e^(∓2πi·km/n) without a factor, in arithmetic of T.
/// Lengths whose prime factors are small go by mixed radix (Cooley & Tukey 1965), others by Bluestein's convolution (1970): O(n log n) for
/// every length, error O(u·log n). Roots of unity are computed in f64 and rounded once to T, as pocketfft does, exact at quarters and halves.
template <typename T>
class Fourier {
 public:
  using Complex = std::complex<T>;
  /// Changes n roots of unity where a run wants noise on transcendentals; may be null.
  using Disturb = void (*)(void* state, T* values, int64_t n);

  /// `reversed`: the factors of n in descending order instead of ascending: another legal order of summation.
  Fourier(int64_t n, bool forward, bool reversed = false, Disturb disturb = nullptr, void* state = nullptr);
  ~Fourier();

  int64_t size() const { return n_; }
  /// n adjacent numbers, in place.
  void operator()(Complex* signal);

 private:
  struct Convolution;
  void Mixed(const Complex* in, int64_t stride, Complex* out, int64_t n, size_t factor);
  void Bluestein(Complex* signal);

  int64_t n_;
  std::vector<int64_t> factors_;  ///< of n; empty where Bluestein's way is taken
  std::vector<Complex> roots_;    ///< e^(∓2πi·k/n)
  std::vector<Complex> input_, part_;
  std::unique_ptr<Convolution> convolution_;
};

}  // namespace conformance::eager
