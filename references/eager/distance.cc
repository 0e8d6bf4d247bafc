// Distances of rows.
#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// (Σ |a − b|^p)^(1/p); p = 0 counts what differs, infinite p takes the largest.
template <typename T>
class Distance {
 public:
  Distance(const KernelCall& call, int64_t width, double p) : summation_(call, width), gaps_(static_cast<size_t>(width)), p_(p) {}

  T Of(const T* a, const T* b) {
    T largest = 0;
    for (size_t k = 0; k < gaps_.size(); ++k) {
      const T gap = std::fabs(a[k] - b[k]);
      largest = std::max(largest, gap);
      gaps_[k] = p_ == 0 ? T(gap != T(0)) : p_ == 1 ? gap : p_ == 2 ? gap * gap : std::pow(gap, static_cast<T>(p_));
    }
    if (std::isinf(p_)) return largest;
    const T total = summation_.Sum(gaps_.data());
    if (p_ == 0 || p_ == 1) return total;
    return p_ == 2 ? std::sqrt(total) : std::pow(total, static_cast<T>(1 / p_));
  }

 private:
  Summation<T> summation_;
  std::vector<T> gaps_;
  double p_;
};

template <typename T>
Outputs Between(const KernelCall& call) {
  const Shape shape = call.out_shape();
  const auto rows_of = [&](size_t i) {  // the leading axes broadcast
    Shape wanted(shape.begin(), shape.end() - 2);
    wanted.insert(wanted.end(), {call.tensor(i).dim(-2), call.tensor(i).dim(-1)});
    return ContiguousAs<T>(call.isa(), BroadcastTo(call.tensor(i), wanted));
  };
  const Tensor a = rows_of(0), b = rows_of(1), out = Tensor::Empty(kDTypeOf<T>, shape);
  const int64_t n = a.dim(-2), m = b.dim(-2), width = a.dim(-1);
  Distance<T> distance(call, width, call.number(2));
  for (int64_t i = 0; i < out.num_elements(); ++i) {
    const int64_t batch = i / (n * m), row = i / m % n, col = i % m;
    out.mutable_data<T>()[i] = distance.Of(a.data<T>() + (batch * n + row) * width, b.data<T>() + (batch * m + col) * width);
  }
  return std::vector<Tensor>{Stored(call, out)};
}

template <typename T>
Outputs OfPairs(const KernelCall& call) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0)), out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  Distance<T> distance(call, x.dim(1), call.number(1));
  T* y = out.mutable_data<T>();
  for (int64_t i = 0; i < x.dim(0); ++i) {
    for (int64_t k = i + 1; k < x.dim(0); ++k) *y++ = distance.Of(x.data<T>() + i * x.dim(1), x.data<T>() + k * x.dim(1));
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs Cdist(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Between<decltype(t)>(call); });
}
Outputs Pdist(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return OfPairs<decltype(t)>(call); });
}

}  // namespace conformance::eager
