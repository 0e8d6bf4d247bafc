// softmax and log_softmax along an axis, row by row.
#include <cmath>
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

enum class Kind { kPlain, kSafe, kLog };

template <typename T>
void Row(const KernelCall& call, const T* in, int64_t width, Kind kind, Summation<T>& summation, T* out, int64_t start) {
  const auto& kernels = call.isa().real<T>();
  const T largest = kernels.max(in, width);
  if (kind == Kind::kSafe && largest == -std::numeric_limits<T>::infinity()) {
    std::fill(out, out + width, T(0));
    return;
  }
  kernels.exp_minus(in, width, largest, out);  // a row of −inf gives NaN: −inf − −inf
  AddNoise(call, out, width, start);
  const T total = summation.Sum(out);
  if (kind == Kind::kLog) {
    const T shift = largest + std::log(total);
    kernels.normalize(in, width, shift, T(1), nullptr, nullptr, out);
  } else {
    kernels.scale(out, width, T(1) / total, out);
  }
}

Outputs AlongAxis(const KernelCall& call, Kind kind) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    Tensor x = call.tensor(0);
    const bool narrows = IsFloating(call.declared(0)) && ByteSize(call.out_declared()) < ByteSize(call.declared(0));
    if (narrows) x = ContiguousAs(call.isa(), x, call.out_store());  // the cast that `dtype` asks for comes first
    if (x.rank() == 0) x = x.View({1}, {1}, x.offset());
    const int64_t axis = WrapAxis(call.integer(1), x.rank());
    const bool last = axis == x.rank() - 1;
    const Tensor moved = last ? x : SwapAxes(x, axis, x.rank() - 1);
    const Rows<T> rows = ReadLastAxes<T>(call, moved, 1);
    const Tensor wide = Tensor::Empty(kDTypeOf<T>, moved.shape());
    if (rows.width > 0) {
      Summation<T> summation(call, rows.width);
      for (int64_t i = 0; i < rows.count; ++i) {
        Row(call, rows.row(i), rows.width, kind, summation, wide.mutable_data<T>() + i * rows.width, i * rows.width);
      }
    }
    const Tensor out = Stored(call, wide);
    return std::vector<Tensor>{ViewOrCopy(last ? out : SwapAxes(out, axis, x.rank() - 1), call.out_shape())};
  });
}

/// largest + log Σ exp(x − largest); infinite where the largest is.
template <typename T>
T LogSum(const KernelCall& call, const T* in, int64_t width, Summation<T>& summation, std::vector<T>& powers, int64_t start) {
  const auto& kernels = call.isa().real<T>();
  T largest = kernels.max(in, width);
  if (std::isinf(largest)) largest = 0;
  kernels.exp_minus(in, width, largest, powers.data());
  AddNoise(call, powers.data(), width, start);
  return largest + std::log(summation.Sum(powers.data()));
}

}  // namespace

Outputs Logsumexp(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor& x = call.tensor(0);
    const Rows<T> rows = ReadRows<T>(call, x, WrapAxes(call.integers(1), x.rank()));
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    std::vector<T> powers(static_cast<size_t>(rows.width));
    Summation<T> summation(call, rows.width);
    for (int64_t i = 0; i < rows.count; ++i) {
      out.mutable_data<T>()[i] = LogSum(call, rows.row(i), rows.width, summation, powers, i * rows.width);
    }
    return std::vector<Tensor>{Stored(call, out)};
  });
}

Outputs Softmax(const KernelCall& call) { return AlongAxis(call, Kind::kPlain); }
Outputs SafeSoftmax(const KernelCall& call) { return AlongAxis(call, Kind::kSafe); }
Outputs LogSoftmax(const KernelCall& call) { return AlongAxis(call, Kind::kLog); }

}  // namespace conformance::eager
