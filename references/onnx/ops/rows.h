#pragma once

#include <cstdint>

namespace conformance::onnx_reference {

/// Σ f(x[i]) in eight lanes: quicker and, in f32, closer than one after another.
template <typename T, typename F>
T SumOf(const T* x, int64_t n, F f) {
  T lanes[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int64_t lane = 0; lane < 8; ++lane) lanes[lane] += f(x[i + lane]);
  }
  T sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  for (; i < n; ++i) sum += f(x[i]);
  return sum;
}

}  // namespace conformance::onnx_reference
