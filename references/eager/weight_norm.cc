#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// w = v · (g / ‖v‖), the norm over every axis but one (all of them for axis −1). Salimans & Kingma, arXiv:1602.07868.
template <typename T>
Outputs Apply(const KernelCall& call) {
  const Tensor& v = call.tensor(0);
  std::vector<int64_t> axes;
  Shape kept(v.shape().size(), 1);
  for (int64_t axis = 0; axis < v.rank(); ++axis) {
    if (axis != call.integer(2)) axes.push_back(axis);
    else kept[static_cast<size_t>(axis)] = v.dim(axis);
  }
  const Rows<T> rows = ReadRows<T>(call, v, axes);
  const Tensor norms = Tensor::Empty(kDTypeOf<T>, kept);
  Summation<T> summation(call, rows.width);
  for (int64_t i = 0; i < rows.count; ++i) norms.mutable_data<T>()[i] = std::sqrt(summation.SumSquares(rows.row(i), T(0)));
  const DType type = kDTypeOf<T>;
  const Tensor factor = Pointwise(call, Fn::kDiv, {{call.tensor(1), norms}}, kept, type, type);
  return std::vector<Tensor>{Pointwise(call, Fn::kMul, {{v, factor}}, v.shape(), type, call.out_store())};
}

}  // namespace

Outputs WeightNorm(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Apply<decltype(t)>(call); });
}

}  // namespace conformance::eager
