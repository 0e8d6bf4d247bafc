// Gradients of pooling over two axes: each window gives its gradient back to what it covered.
#include <algorithm>
#include <numeric>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// Along one axis: the elements [begin, end) that each place covers, and how many count in its mean.
struct Reach {
  std::vector<int64_t> begin, end, count;
};

/// Place i covers `size` elements from i·stride − padding on, as far as they are inside; `whole`: the padding counts in the mean.
Reach Windows(int64_t in, int64_t out, int64_t size, int64_t stride, int64_t padding, bool whole) {
  Reach reach;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t start = i * stride - padding, stop = std::min(start + size, in + padding);
    reach.begin.push_back(std::max<int64_t>(start, 0));
    reach.end.push_back(std::min(stop, in));
    reach.count.push_back(whole ? stop - start : reach.end.back() - reach.begin.back());
  }
  return reach;
}

/// Place i of n covers [floor(i·size/n), ceil((i + 1)·size/n)).
Reach Shares(int64_t in, int64_t out) {
  Reach reach;
  for (int64_t i = 0; i < out; ++i) {
    reach.begin.push_back(i * in / out);
    reach.end.push_back(((i + 1) * in + out - 1) / out);
    reach.count.push_back(reach.end.back() - reach.begin.back());
  }
  return reach;
}

/// The order in which a plane's places are added: theirs, or by the run's order seed.
std::vector<int64_t> Places(const KernelCall& call, int64_t n) {
  if (call.numerics().order_seed != 0) return MakeOrder(call, n).order;
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), int64_t{0});
  return order;
}

/// give(gradient of a place, place, the plane of the answer) for each place of each plane.
template <typename T, typename Give>
Outputs Backward(const KernelCall& call, const Give& give) {
  const Tensor gradient = ContiguousAs<T>(call.isa(), call.tensor(0));
  const Tensor out = Tensor::Zeros(kDTypeOf<T>, call.out_shape());
  const int64_t places = gradient.dim(-2) * gradient.dim(-1), area = out.dim(-2) * out.dim(-1);
  const std::vector<int64_t> order = Places(call, places);
  const int64_t planes = places == 0 ? 0 : gradient.num_elements() / places;
  for (int64_t plane = 0; plane < planes; ++plane) {
    for (const int64_t place : order) {
      CONFORMANCE_RETURN_IF_ERROR(give(gradient.data<T>()[plane * places + place], plane * places + place, out.mutable_data<T>() + plane * area));
    }
  }
  return std::vector<Tensor>{Stored(call, out)};
}

/// Means: each element gets its share. `divisor`: of all windows; 0: what each counts.
Outputs Spread(const KernelCall& call, const Reach& rows, const Reach& columns, int64_t divisor) {
  const int64_t height = call.tensor(0).dim(-2), width = call.tensor(0).dim(-1), line = call.out_shape().back();
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    return Backward<T>(call, [&](T gradient, int64_t place, T* plane) -> Status {
      const auto y = static_cast<size_t>(place / width % height), x = static_cast<size_t>(place % width);
      const T share = gradient / static_cast<T>(divisor != 0 ? divisor : rows.count[y] * columns.count[x]);
      for (int64_t r = rows.begin[y]; r < rows.end[y]; ++r) {
        for (int64_t c = columns.begin[x]; c < columns.end[x]; ++c) plane[r * line + c] += share;
      }
      return Ok();
    });
  });
}

}  // namespace

Outputs AdaptiveAvgPool2dBackward(const KernelCall& call) {
  const Tensor &gradient = call.tensor(0), &x = call.tensor(1);
  return Spread(call, Shares(x.dim(-2), gradient.dim(-2)), Shares(x.dim(-1), gradient.dim(-1)), 0);
}

Outputs AvgPool2dBackward(const KernelCall& call) {
  const std::vector<int64_t> kernel = call.integers(2), stride = call.integers(3).empty() ? kernel : call.integers(3), padding = call.integers(4);
  const auto reach = [&](int64_t axis) {  // -2, -1
    const auto of = [axis](const std::vector<int64_t>& list) { return list.size() == 1 ? list[0] : list[static_cast<size_t>(axis + 2)]; };
    return Windows(call.tensor(1).dim(axis), call.tensor(0).dim(axis), of(kernel), of(stride), of(padding), call.boolean(6));
  };
  return Spread(call, reach(-2), reach(-1), call.IsNone(7) ? 0 : call.integer(7));
}

Outputs MaxPool2dBackward(const KernelCall& call) {
  const Tensor positions = ContiguousAs(call.isa(), call.tensor(7), DType::kI64);
  const int64_t area = call.tensor(1).dim(-2) * call.tensor(1).dim(-1);
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    return Backward<T>(call, [&](T gradient, int64_t place, T* plane) -> Status {
      const int64_t position = positions.data<int64_t>()[place];
      if (position < 0 || position >= area) {
        return call.Invalid("index " + std::to_string(position) + " is out of range for a plane of " + std::to_string(area) + " elements");
      }
      plane[position] += gradient;
      return Ok();
    });
  });
}

}  // namespace conformance::eager
