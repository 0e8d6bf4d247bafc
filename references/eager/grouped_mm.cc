#include <string>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {

Outputs GroupedMm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor& x = call.tensor(0);
    const Tensor& weights = call.tensor(1);
    const std::vector<int64_t> ends = call.tensor(2).ToInts();
    const int64_t rows = x.dim(0), k = x.dim(1), n = weights.dim(2);
    const Tensor out = Tensor::Zeros(kDTypeOf<T>, {rows, n});
    T* y = out.mutable_data<T>();
    int64_t start = 0;
    for (size_t group = 0; group < ends.size(); ++group) {
      const int64_t end = ends[group];
      if (end < start || end > rows)
        return call.Invalid("group " + std::to_string(group) + " ends at row " + std::to_string(end) +
                            ", want one between " + std::to_string(start) + " and " + std::to_string(rows));
      if (end > start && n > 0) {
        const Tensor part = x.View({end - start, k}, x.strides(), x.offset() + start * x.strides()[0]);
        const Tensor matrix =
            weights.View({k, n}, {weights.strides()[1], weights.strides()[2]},
                         weights.offset() + static_cast<int64_t>(group) * weights.strides()[0]);
        Tensor kept_a, kept_b;
        Multiply<T>(call, AsMatrix<T>(call, part, kept_a), AsMatrix<T>(call, matrix, kept_b),
                    RowMajor(y + start * n, end - start, n));
      }
      start = end;
    }
    return std::vector<Tensor>{Stored(call, out)};
  });
}

}  // namespace conformance::eager
