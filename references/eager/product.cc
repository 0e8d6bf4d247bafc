// Products of elements, and norms of vectors.
#include <algorithm>
#include <cmath>
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// answer(row, width) for each row, the axes of argument `axes` reduced (none: all of them).
template <typename T, typename Answer>
Outputs EachRow(const KernelCall& call, std::optional<size_t> axes, const Answer& answer) {
  const Tensor& x = call.tensor(0);
  const Rows<T> rows = ReadRows<T>(call, x, WrapAxes(axes ? call.integers(*axes) : std::vector<int64_t>{}, x.rank()));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  for (int64_t i = 0; i < rows.count; ++i) out.mutable_data<T>()[i] = answer(rows.row(i), rows.width);
  return std::vector<Tensor>{Stored(call, out)};
}

/// Integers wrap.
template <typename T>
T Times(T a, T b) {
  if constexpr (std::is_same_v<T, int64_t>) return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  else return a * b;
}

Outputs ProductOver(const KernelCall& call, std::optional<size_t> axes) {
  return WithCompute(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    return EachRow<T>(call, axes, [](const T* row, int64_t width) {
      T product = 1;
      for (int64_t k = 0; k < width; ++k) product = Times(product, row[k]);
      return product;
    });
  });
}

template <typename T>
T NormOf(const KernelCall& call, const T* row, int64_t width, double order) {
  std::vector<T> powers(static_cast<size_t>(width));
  for (int64_t k = 0; k < width; ++k) {
    const T magnitude = std::fabs(row[k]);
    T& power = powers[static_cast<size_t>(k)];
    power = order == 0 ? T(magnitude != T(0)) : order == 1 || std::isinf(order) ? magnitude : order == 2 ? magnitude * magnitude
            : std::pow(magnitude, static_cast<T>(order));
  }
  const auto& kernels = call.isa().real<T>();
  if (std::isinf(order)) return order > 0 ? kernels.max(powers.data(), width) : kernels.min(powers.data(), width);
  Summation<T> summation(call, width);
  const T total = summation.Sum(powers.data());
  if (order == 0 || order == 1) return total;
  return order == 2 ? std::sqrt(total) : std::pow(total, static_cast<T>(1 / order));
}

Outputs NormOver(const KernelCall& call, double order, std::optional<size_t> axes) {
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    return EachRow<T>(call, axes, [&](const T* row, int64_t width) {
      return width == 0 && std::isinf(order) ? T(0) : NormOf(call, row, width, order);
    });
  });
}

}  // namespace

Outputs Prod(const KernelCall& call) { return ProductOver(call, std::nullopt); }
Outputs ProdDim(const KernelCall& call) { return ProductOver(call, 1); }
Outputs VectorNorm(const KernelCall& call) { return NormOver(call, call.number(1), 2); }
Outputs Norm(const KernelCall& call) { return NormOver(call, call.number(1), std::nullopt); }
Outputs NormDim(const KernelCall& call) { return NormOver(call, call.IsNone(1) ? 2 : call.number(1), 2); }

}  // namespace conformance::eager
