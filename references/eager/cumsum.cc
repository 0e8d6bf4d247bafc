// Running sums and products: integers wrap; reals accumulate in f64 and each is rounded once, as PyTorch's CPU kernels do.
#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

template <bool kProduct>
Outputs Running(const KernelCall& call) {
  return WithCompute(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    using Total = std::conditional_t<std::is_same_v<T, int64_t>, uint64_t, double>;
    Tensor x = call.tensor(0);
    if (IsIntegral(call.out_declared()) && IsFloating(x.dtype())) x = ContiguousAs(call.isa(), x, call.out_store());
    if (x.rank() == 0) x = x.View({1}, {1}, x.offset());
    const int64_t axis = WrapAxis(call.integer(1), x.rank());
    const Tensor moved = SwapAxes(x, axis, x.rank() - 1);
    const Rows<T> rows = ReadLastAxes<T>(call, moved, 1);
    const Tensor out = Tensor::Empty(kDTypeOf<T>, moved.shape());
    T* to = out.mutable_data<T>();
    for (int64_t i = 0; i < rows.count; ++i) {
      Total total = kProduct ? 1 : 0;
      for (int64_t k = 0; k < rows.width; ++k) {
        const auto element = static_cast<Total>(rows.row(i)[k]);
        total = kProduct ? total * element : total + element;
        *to++ = static_cast<T>(total);
      }
    }
    return std::vector<Tensor>{ViewOrCopy(SwapAxes(Stored(call, out), axis, x.rank() - 1), call.out_shape())};
  });
}

}  // namespace

Outputs Cumsum(const KernelCall& call) { return Running<false>(call); }
Outputs Cumprod(const KernelCall& call) { return Running<true>(call); }

}  // namespace conformance::eager
