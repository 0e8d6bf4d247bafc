#include "references/onnx/ops/pick.h"

#include <algorithm>
#include <numeric>

#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {

std::vector<int64_t> Everything(int64_t size) {
  std::vector<int64_t> all(static_cast<size_t>(size));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<int64_t> StridesOf(const Shape& dims) {
  std::vector<int64_t> strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

Around AroundAxis(const Shape& dims, int64_t axis) {
  Around around;
  const auto at = static_cast<size_t>(axis);
  for (size_t i = 0; i < at; ++i) around.outer *= dims[i];
  around.size = dims[at];
  for (size_t i = at + 1; i < dims.size(); ++i) around.inner *= dims[i];
  return around;
}

Result<Array> Pick(const Call& call, const Array& x, const std::vector<std::vector<int64_t>>& picks, const Array* fill) {
  Shape dims;
  for (const auto& pick : picks) dims.push_back(static_cast<int64_t>(pick.size()));
  CONFORMANCE_TRY(Array out, call.New(x.elem(), x.store(), std::move(dims)));
  if (out.count() == 0) return out;
  const std::vector<int64_t> strides = StridesOf(x.dims());
  // Trailing axes that are taken whole move in one piece.
  size_t axes = picks.size();
  int64_t block = 1;
  while (axes > 0) {
    const auto& pick = picks[axes - 1];
    bool whole = static_cast<int64_t>(pick.size()) == x.dims()[axes - 1];
    for (size_t i = 0; whole && i < pick.size(); ++i) whole = pick[i] == static_cast<int64_t>(i);
    if (!whole) break;
    block *= x.dims()[--axes];
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(x.store(), [&]<typename T>(Tag<T>) {
    const T* from = x.data<T>();
    T* to = out.mutable_data<T>();
    const T filling = fill == nullptr ? T() : *fill->data<T>();
    if (axes == 0) {
      std::copy_n(from, out.count(), to);
      return Ok();
    }
    std::vector<size_t> index(axes, 0);
    const auto& last = picks[axes - 1];
    const int64_t last_stride = strides[axes - 1];
    while (true) {
      int64_t base = 0;
      bool outside = false;
      for (size_t axis = 0; axis + 1 < axes; ++axis) {
        const int64_t pick = picks[axis][index[axis]];
        outside = outside || pick < 0;
        base += pick * strides[axis];
      }
      for (const int64_t pick : last) {
        if (outside || pick < 0) {
          to = std::fill_n(to, block, filling);
        } else if (block == 1) {
          *to++ = from[base + pick * last_stride];
        } else {
          to = std::copy_n(from + base + pick * last_stride, block, to);
        }
      }
      size_t axis = axes - 1;
      while (axis > 0 && ++index[axis - 1] == picks[axis - 1].size()) index[--axis] = 0;
      if (axis == 0) return Ok();
    }
  }));
  return out;
}

Result<Array> Strided(const Call& call, const Array& x, Shape dims, const std::vector<int64_t>& strides, int64_t offset) {
  CONFORMANCE_TRY(Array out, call.New(x.elem(), x.store(), dims));
  if (out.count() == 0) return out;
  // Neighbouring axes that lie behind one another in x count as one; sizes of 1 as none.
  std::vector<int64_t> sizes, steps;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 1) continue;
    if (!sizes.empty() && steps.back() == strides[i] * dims[i]) {
      sizes.back() *= dims[i];
      steps.back() = strides[i];
    } else {
      sizes.push_back(dims[i]);
      steps.push_back(strides[i]);
    }
  }
  if (sizes.empty()) sizes = {1}, steps = {1};
  const int64_t length = sizes.back(), step = steps.back();
  const size_t outer = sizes.size() - 1;
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(x.store(), [&]<typename T>(Tag<T>) {
    const T* from = x.data<T>() + offset;
    T* to = out.mutable_data<T>();
    std::vector<int64_t> index(outer, 0);
    while (true) {
      if (step == 1) {
        to = std::copy_n(from, length, to);
      } else {
        for (int64_t i = 0; i < length; ++i) *to++ = from[i * step];
      }
      size_t axis = outer;
      while (axis > 0) {
        from += steps[axis - 1];
        if (++index[axis - 1] < sizes[axis - 1]) break;
        from -= steps[axis - 1] * sizes[axis - 1];
        index[--axis] = 0;
      }
      if (axis == 0) return Ok();
    }
  }));
  return out;
}

Result<Array> Transposed(const Call& call, const Array& x, const std::vector<int64_t>& perm) {
  const std::vector<int64_t> strides = StridesOf(x.dims());
  Shape dims;
  std::vector<int64_t> steps;
  bool same = true;
  for (size_t i = 0; i < perm.size(); ++i) {
    const auto axis = static_cast<size_t>(perm[i]);
    same = same && axis == i;
    dims.push_back(x.dims()[axis]);
    steps.push_back(strides[axis]);
  }
  if (same) return x;
  return Strided(call, x, std::move(dims), steps);
}

Result<Array> Expanded(const Call& call, const Array& x, const Shape& dims) {
  if (dims == x.dims()) return x;
  const std::vector<int64_t> strides = StridesOf(x.dims());
  std::vector<int64_t> steps(dims.size(), 0);
  const size_t lead = dims.size() - x.dims().size();
  for (size_t i = 0; i < x.dims().size(); ++i) {
    if (x.dims()[i] != 1) steps[lead + i] = strides[i];
  }
  return Strided(call, x, dims, steps);
}

}  // namespace conformance::onnx_reference
