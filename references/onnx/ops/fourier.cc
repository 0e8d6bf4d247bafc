#include "references/onnx/ops/fourier.h"

#include <cmath>
#include <numbers>

namespace conformance::onnx_reference {

size_t PrimeSum(size_t length) {
  size_t sum = 0;
  for (size_t factor = 2; length > 1; ++factor) {
    if (factor * factor > length) factor = length;
    for (; length % factor == 0; length /= factor) sum += factor;
  }
  return sum;
}

Fourier::Fourier(size_t length, bool inverse) : roots_(length) {
  for (size_t k = 0; k < length; ++k) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
    roots_[k] = {std::cos(angle), inverse ? std::sin(angle) : -std::sin(angle)};
  }
}

void Fourier::operator()(std::vector<std::complex<double>>& signal) {
  if (roots_.empty()) return;
  input_ = signal;
  part_.resize(roots_.size());
  Transform(input_.data(), signal.data(), roots_.size(), 1);
}

void Fourier::Transform(const std::complex<double>* in, std::complex<double>* out, size_t length,
                        size_t step) {
  if (length == 1) {
    *out = *in;
    return;
  }
  size_t factor = 2;
  while (length % factor != 0) factor = factor * factor > length ? length : factor + 1;
  const size_t each = length / factor;
  for (size_t r = 0; r < factor; ++r) Transform(in + r * step, out + r * each, each, step * factor);
  // y[k + each · j] = Σ over r of w^(r·(k + each·j)) · (transform of every factor-th element, from r on)[k]
  std::complex<double>* part = part_.data();
  for (size_t k = 0; k < each; ++k) {
    for (size_t r = 0; r < factor; ++r) part[r] = out[r * each + k];
    for (size_t j = 0; j < factor; ++j) {
      std::complex<double> sum = part[0];
      for (size_t r = 1; r < factor; ++r) sum += part[r] * roots_[r * (k + each * j) % length * step];
      out[j * each + k] = sum;
    }
  }
}

}  // namespace conformance::onnx_reference
