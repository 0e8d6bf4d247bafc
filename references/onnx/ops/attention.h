#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "references/onnx/call.h"
#include "references/onnx/ops/product.h"

/// What scaled dot-product attention's kernels share.
namespace conformance::onnx_reference {

/// q [batch, q_heads, queries, size], k [batch, kv_heads, keys, size], v [batch, kv_heads, keys, v_size]: each head
/// of keys and values serves
/// q_heads / kv_heads heads of queries that stand together.
struct HeadSizes {
  int64_t batch = 0, q_heads = 0, kv_heads = 0, queries = 0, keys = 0, size = 0, v_size = 0;

  Shape ScoreDims() const { return {batch, q_heads, queries, keys}; }
  int64_t KvHead(int64_t head) const { return head / (q_heads / kv_heads); }
};

/// Errors: kShape where the three don't fit each other.
Result<HeadSizes> HeadSizesOf(const Array& q, const Array& k, const Array& v);

/// scores [batch, q_heads, queries, keys] = q · kᵀ · scale.
template <typename T>
void ScoreKeys(const HeadSizes& sizes, const T* q, const T* k, T scale, T* scores) {
  std::vector<T> turned(static_cast<size_t>(sizes.size * sizes.keys));
  for (int64_t b = 0; b < sizes.batch; ++b) {
    for (int64_t h = 0; h < sizes.q_heads; ++h) {
      const T* keys = k + (b * sizes.kv_heads + sizes.KvHead(h)) * sizes.keys * sizes.size;
      for (int64_t j = 0; j < sizes.keys; ++j) {
        for (int64_t d = 0; d < sizes.size; ++d)
          turned[static_cast<size_t>(d * sizes.keys + j)] = keys[j * sizes.size + d] * scale;
      }
      const int64_t head = b * sizes.q_heads + h;
      MultiplyInto(q + head * sizes.queries * sizes.size, turned.data(),
                   scores + head * sizes.queries * sizes.keys, sizes.queries, sizes.size, sizes.keys);
    }
  }
}

/// Softmax of each row; a row of -inf alone becomes zeros.
template <typename T>
void SoftmaxRows(T* scores, int64_t rows, int64_t keys) {
  for (T* row = scores; row < scores + rows * keys; row += keys) {
    T largest = -std::numeric_limits<T>::infinity(), sum = 0;
    for (int64_t j = 0; j < keys; ++j) largest = std::max(largest, row[j]);
    if (largest == -std::numeric_limits<T>::infinity()) {
      // NaN compares as less than anything: it is no row without keys.
      const bool none = std::none_of(row, row + keys, [](T v) { return std::isnan(v); });
      std::fill_n(row, keys, none ? T(0) : std::numeric_limits<T>::quiet_NaN());
      continue;
    }
    for (int64_t j = 0; j < keys; ++j) sum += row[j] = std::exp(row[j] - largest);
    for (int64_t j = 0; j < keys; ++j) row[j] /= sum;
  }
}

/// out [batch, q_heads, queries, v_size] = weights · v.
template <typename T>
void WeighValues(const HeadSizes& sizes, const T* weights, const T* v, T* out) {
  for (int64_t b = 0; b < sizes.batch; ++b) {
    for (int64_t h = 0; h < sizes.q_heads; ++h) {
      const int64_t head = b * sizes.q_heads + h;
      MultiplyInto(weights + head * sizes.queries * sizes.keys,
                   v + (b * sizes.kv_heads + sizes.KvHead(h)) * sizes.keys * sizes.v_size,
                   out + head * sizes.queries * sizes.v_size, sizes.queries, sizes.keys, sizes.v_size);
    }
  }
}

}  // namespace conformance::onnx_reference
