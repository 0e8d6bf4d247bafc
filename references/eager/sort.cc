// sort and topk along an axis: stable, NaN counts as the largest.
#include <algorithm>
#include <numeric>

#include "references/eager/kernels.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// The first `keep` of each row in order, and where they stood.
Outputs Ordered(const KernelCall& call, int64_t axis, bool descending, int64_t keep) {
  return WithCompute(call.ComputeType(call.declared(0)), [&](auto t) -> Outputs {
    using T = decltype(t);
    Tensor x = call.tensor(0);
    if (x.rank() == 0) x = x.View({1}, {1}, x.offset());
    axis = WrapAxis(axis, x.rank());
    const Tensor moved = SwapAxes(x, axis, x.rank() - 1);
    const Rows<T> rows = ReadLastAxes<T>(call, moved, 1);
    Shape shape = moved.shape();
    shape.back() = keep;
    const Tensor values = Tensor::Empty(kDTypeOf<T>, shape), places = Tensor::Empty(DType::kI64, shape);
    std::vector<int64_t> order(static_cast<size_t>(rows.width));
    for (int64_t i = 0; i < rows.count; ++i) {
      const T* row = rows.row(i);
      const auto less = [row](int64_t a, int64_t b) { return row[a] < row[b] || (row[b] != row[b] && row[a] == row[a]); };
      std::iota(order.begin(), order.end(), int64_t{0});
      std::ranges::stable_sort(order, [&](int64_t a, int64_t b) { return descending ? less(b, a) : less(a, b); });
      for (int64_t k = 0; k < keep; ++k) {
        places.mutable_data<int64_t>()[i * keep + k] = order[static_cast<size_t>(k)];
        values.mutable_data<T>()[i * keep + k] = row[order[static_cast<size_t>(k)]];
      }
    }
    const auto back = [&](const Tensor& y, size_t k) { return ViewOrCopy(SwapAxes(y, axis, x.rank() - 1), call.out_shape(k)); };
    return std::vector<Tensor>{back(Stored(call, values, 0), 0), back(places, 1)};
  });
}

int64_t SizeAlong(const Tensor& x, int64_t axis) { return x.rank() == 0 ? 1 : x.dim(axis); }

}  // namespace

Outputs Sort(const KernelCall& call) {
  return Ordered(call, call.integer(1), call.boolean(2), SizeAlong(call.tensor(0), call.integer(1)));
}
Outputs SortStable(const KernelCall& call) {
  return Ordered(call, call.integer(2), call.boolean(3), SizeAlong(call.tensor(0), call.integer(2)));
}
Outputs Topk(const KernelCall& call) {
  const int64_t keep = call.tensor(0).rank() == 0 ? 1 : call.integer(1);  // of one number without axes it is that, even for k = 0
  return Ordered(call, call.integer(2), call.boolean(3), keep);
}

}  // namespace conformance::eager
