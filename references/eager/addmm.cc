#include <algorithm>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// y = beta·bias + alpha·a·b for each matrix of the batch. beta = 0 ignores the bias, NaN and all, as PyTorch does.
template <typename T>
Outputs Apply(const KernelCall& call) {
  const Shape shape = call.out_shape();
  const double beta = call.number(3);
  Tensor out = Tensor::Empty(kDTypeOf<T>, shape);
  T* y = out.mutable_data<T>();
  if (beta == 0) std::fill(y, y + out.num_elements(), T(0));
  else CopyInto(call.isa(), BroadcastTo(call.tensor(0), shape), out);
  if (beta != 0 && beta != 1) call.isa().real<T>().scale(y, out.num_elements(), static_cast<T>(beta), y);
  const bool batched = shape.size() == 3;
  const int64_t count = batched ? shape[0] : 1;
  const int64_t rows = shape[shape.size() - 2], cols = shape.back();
  for (int64_t i = 0; i < count; ++i) {
    const auto matrix = [&](size_t argument) {
      const Tensor& all = call.tensor(argument);
      return batched ? ViewOrCopy(Narrow(all, 0, i, 1), {all.dim(1), all.dim(2)}) : all;
    };
    Tensor kept_a, kept_b;
    Multiply<T>(call, AsMatrix<T>(call, matrix(1), kept_a), AsMatrix<T>(call, matrix(2), kept_b),
                RowMajor(y + i * rows * cols, rows, cols), static_cast<T>(call.number(4)));
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs Addmm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Apply<decltype(t)>(call); });
}
Outputs Baddbmm(const KernelCall& call) { return Addmm(call); }

}  // namespace conformance::eager
