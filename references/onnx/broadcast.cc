#include "references/onnx/broadcast.h"

#include <algorithm>

#include "framework/base/strings.h"

namespace conformance::onnx_reference {

Result<Shape> BroadcastDims(const Shape& a, const Shape& b) {
  if (a == b) return a;
  Shape dims(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1, right = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (left != right && left != 1 && right != 1) {
      return ShapeError("shapes that don't broadcast").With("found", ShapeText(a) + " and " + ShapeText(b)).With("wanted", "equal sizes, or 1, from the end");
    }
    dims[dims.size() - 1 - i] = left == 1 ? right : left;
  }
  return dims;
}

Result<Shape> BroadcastDims(const std::vector<const Array*>& arrays) {
  Shape dims;
  for (const Array* array : arrays) {
    CONFORMANCE_TRY(dims, BroadcastDims(dims, array->dims()));
  }
  return dims;
}

BroadcastWalk::BroadcastWalk(const Shape& dims, const std::vector<const Shape*>& operands) {
  std::vector<int64_t> sizes;
  std::vector<std::array<int64_t, kMost>> strides;
  std::array<int64_t, kMost> next{};
  for (size_t k = 0; k < operands.size(); ++k) next[k] = 1;
  // From the innermost axis outwards; `sizes` is innermost first.
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t size = dims[dims.size() - 1 - i];
    std::array<int64_t, kMost> stride{};
    for (size_t k = 0; k < operands.size(); ++k) {
      const Shape& own = *operands[k];
      const int64_t own_size = i < own.size() ? own[own.size() - 1 - i] : 1;
      stride[k] = own_size == 1 ? 0 : next[k];
      next[k] *= own_size;
    }
    if (size == 1) continue;
    bool merges = !sizes.empty();
    for (size_t k = 0; merges && k < operands.size(); ++k) merges = stride[k] == strides.back()[k] * sizes.back();
    if (merges) {
      sizes.back() *= size;
      continue;
    }
    sizes.push_back(size);
    strides.push_back(stride);
  }
  if (std::find(dims.begin(), dims.end(), 0) != dims.end()) {
    rows_ = 0;
    return;
  }
  if (sizes.empty()) return;
  length_ = sizes.front();
  step_ = strides.front();
  sizes_.assign(sizes.rbegin(), sizes.rend() - 1);
  strides_.assign(strides.rbegin(), strides.rend() - 1);
  for (const int64_t size : sizes_) rows_ *= size;
}

}  // namespace conformance::onnx_reference
