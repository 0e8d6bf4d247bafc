#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "framework/base/result.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

/// Numpy's broadcasting: sizes aligned at the end; 1 goes with anything.
namespace conformance::onnx_reference {

/// Errors: kShape where sizes differ and neither is 1.
Result<Shape> BroadcastDims(const Shape& a, const Shape& b);
Result<Shape> BroadcastDims(const std::vector<const Array*>& arrays);

/// A walk over a broadcast shape, axes merged where all operands allow it: rows of `length` elements, in each of which operand k goes on by
/// `step[k]` (0 or more).
class BroadcastWalk {
 public:
  static constexpr size_t kMost = 3;
  /// `operands` broadcast to `dims`; at most kMost.
  BroadcastWalk(const Shape& dims, const std::vector<const Shape*>& operands);

  int64_t rows() const { return rows_; }
  int64_t length() const { return length_; }
  const std::array<int64_t, kMost>& step() const { return step_; }
  /// Calls f(offset of each operand) for each row; rows follow one another in the result.
  template <typename F>
  void ForEachRow(F&& f) const {
    std::array<int64_t, kMost> at{};
    std::vector<int64_t> index(sizes_.size(), 0);
    for (int64_t row = 0; row < rows_; ++row) {
      f(at);
      for (size_t axis = sizes_.size(); axis-- > 0;) {
        for (size_t k = 0; k < kMost; ++k) at[k] += strides_[axis][k];
        if (++index[axis] < sizes_[axis]) break;
        for (size_t k = 0; k < kMost; ++k) at[k] -= strides_[axis][k] * sizes_[axis];
        index[axis] = 0;
      }
    }
  }

 private:
  std::vector<int64_t> sizes_;  // without the innermost axis
  std::vector<std::array<int64_t, kMost>> strides_;
  std::array<int64_t, kMost> step_{};
  int64_t rows_ = 1, length_ = 1;
};

/// out[i] = f(a[i], b[i]) over the broadcast shape of two arrays of stores A and B.
template <typename A, typename B, typename Out, typename F>
void BroadcastBinary(const Array& a, const Array& b, Array& out, F f) {
  const BroadcastWalk walk(out.dims(), {&a.dims(), &b.dims()});
  const A* pa = a.data<A>();
  const B* pb = b.data<B>();
  Out* to = out.mutable_data<Out>();
  const int64_t n = walk.length(), sa = walk.step()[0], sb = walk.step()[1];
  walk.ForEachRow([&](const auto& at) {
    const A* x = pa + at[0];
    const B* y = pb + at[1];
    if (sa == 1 && sb == 1) {
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<Out>(f(x[i], y[i]));
    } else if (sb == 0 && sa == 1) {
      const B& right = *y;
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<Out>(f(x[i], right));
    } else {
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<Out>(f(x[i * sa], y[i * sb]));
    }
    to += n;
  });
}

/// f over two arrays of one numeric type, giving that type. Errors: kShape; kType for what VisitNumbers does not know.
template <typename F>
Result<Array> MapNumbers(const Call& call, const Array& a, const Array& b, F f) {
  CONFORMANCE_TRY(Shape dims, BroadcastDims(a.dims(), b.dims()));
  CONFORMANCE_TRY(Array out, call.New(a.elem(), a.store(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(a.store(), "an operand", [&]<typename T>(Tag<T>) {
    BroadcastBinary<T, T, T>(a, b, out, f);
    return Ok();
  }));
  return out;
}

/// f over two arrays of one numeric type (or bool), giving bool.
template <typename F>
Result<Array> CompareNumbers(const Call& call, const Array& a, const Array& b, F f) {
  CONFORMANCE_TRY(Shape dims, BroadcastDims(a.dims(), b.dims()));
  CONFORMANCE_TRY(Array out, call.New(Elem::kBool, std::move(dims)));
  if (a.store() == Store::kBool) {
    BroadcastBinary<bool, bool, bool>(a, b, out, f);
    return out;
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(a.store(), "an operand", [&]<typename T>(Tag<T>) {
    BroadcastBinary<T, T, bool>(a, b, out, f);
    return Ok();
  }));
  return out;
}

}  // namespace conformance::onnx_reference
