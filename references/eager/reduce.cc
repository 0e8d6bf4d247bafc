// One number from each row: sums, means, extremes, truth, variance.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "references/eager/kernels.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// Axes of a reduction whose argument 1 lists them; ops without that argument reduce over all.
std::vector<int64_t> ReducedAxes(const KernelCall& call) {
  const bool listed = call.size() > 1 && call.op().args[1].name == "dim";
  return WrapAxes(listed ? call.integers(1) : std::vector<int64_t>{}, call.tensor(0).rank());
}

/// answer(rows, i) for each row, in the compute type of output 0.
template <typename T, typename Answer>
Outputs EachRow(const KernelCall& call, const Tensor& x, const Answer& answer) {
  const Rows<T> rows = ReadRows<T>(call, x, ReducedAxes(call));
  const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  for (int64_t i = 0; i < rows.count; ++i) out.mutable_data<T>()[i] = answer(rows, i);
  return std::vector<Tensor>{Stored(call, out)};
}

/// out += rows of `width`, in halves, so that the error grows with the logarithm of their number. `scratch` has room for one row on
/// each level of halving.
template <typename T>
void AddRows(const RealKernels<T>& kernels, const T* rows, int64_t count, int64_t width, T* out, T* scratch) {
  if (count <= 16) {
    for (int64_t i = 0; i < count; ++i) kernels.axpy(rows + i * width, width, T(1), out);
    return;
  }
  const int64_t half = count / 2;
  for (const int64_t start : {int64_t{0}, half}) {
    std::fill_n(scratch, width, T(0));
    AddRows(kernels, rows + start * width, start == 0 ? half : count - half, width, scratch, scratch + width);
    kernels.axpy(scratch, width, T(1), out);
  }
}

/// Sums over neighbouring axes that are not the last: whole rows added up, as they lie. None where x does not lie so.
template <typename T>
std::optional<Tensor> SumOfRows(const KernelCall& call, const Tensor& x, const std::vector<int64_t>& axes, bool mean) {
  const bool neighbours = !axes.empty() && axes.back() - axes.front() + 1 == static_cast<int64_t>(axes.size());
  if (!neighbours || axes.back() == x.rank() - 1 || call.numerics().order_seed != 0 || x.dtype() != kDTypeOf<T> || !x.IsContiguous()) {
    return std::nullopt;
  }
  const auto product = [&](int64_t from, int64_t to) {
    return std::accumulate(x.shape().begin() + from, x.shape().begin() + to, int64_t{1}, std::multiplies<>());
  };
  const int64_t outer = product(0, axes.front()), count = product(axes.front(), axes.back() + 1), width = product(axes.back() + 1, x.rank());
  const Tensor out = Tensor::Zeros(x.dtype(), call.out_shape());
  std::vector<T> scratch(static_cast<size_t>(width * std::bit_width(static_cast<uint64_t>(count))));
  const auto& kernels = call.isa().real<T>();
  for (int64_t i = 0; i < outer && width > 0; ++i) {
    AddRows(kernels, x.data<T>() + i * count * width, count, width, out.mutable_data<T>() + i * width, scratch.data());
  }
  T* y = out.mutable_data<T>();
  for (int64_t i = 0; mean && i < out.num_elements(); ++i) y[i] /= static_cast<T>(count);
  return out;
}

template <typename T>
Outputs SumRows(const KernelCall& call, bool mean) {
  if constexpr (std::is_same_v<T, int64_t>) {
    return EachRow<T>(call, call.tensor(0), [](const Rows<T>& rows, int64_t i) {
      uint64_t total = 0;  // wraps
      for (int64_t k = 0; k < rows.width; ++k) total += static_cast<uint64_t>(rows.row(i)[k]);
      return static_cast<int64_t>(total);
    });
  } else {
    if (auto sums = SumOfRows<T>(call, call.tensor(0), ReducedAxes(call), mean)) return std::vector<Tensor>{Stored(call, *sums)};
    std::optional<Summation<T>> summation;
    return EachRow<T>(call, call.tensor(0), [&](const Rows<T>& rows, int64_t i) {
      if (!summation) summation.emplace(call, rows.width);
      const T total = summation->Sum(rows.row(i));
      return mean ? total / static_cast<T>(rows.width) : total;
    });
  }
}

template <typename T, bool kLargest>
T ExtremeOf(const KernelCall& call, const T* row, int64_t width) {
  if constexpr (std::is_same_v<T, int64_t>) {
    return kLargest ? *std::max_element(row, row + width) : *std::min_element(row, row + width);
  } else {
    const auto& kernels = call.isa().real<T>();
    return kLargest ? kernels.max(row, width) : kernels.min(row, width);
  }
}

template <bool kLargest>
Outputs Extreme(const KernelCall& call) {
  return WithCompute(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const std::vector<int64_t> axes = ReducedAxes(call);
    const bool empty = std::ranges::any_of(axes, [&](int64_t axis) { return call.tensor(0).dim(axis) == 0; });
    if (empty && NumElements(call.out_shape()) > 0) return call.Invalid("an empty axis has no largest or smallest element");
    return EachRow<T>(call, call.tensor(0), [&](const Rows<T>& rows, int64_t i) {
      return ExtremeOf<T, kLargest>(call, rows.row(i), rows.width);
    });
  });
}

/// Whether any element of a row is (un)equal to 0. The answer of a u8 tensor is u8, else bool.
Outputs Truth(const KernelCall& call, bool all) {
  return WithCompute(call.ComputeType(call.declared(0)), [&](auto t) -> Outputs {
    using T = decltype(t);
    const bool none = call.size() > 1 && !call.IsNone(1) && call.integers(1).empty();  // an empty list means no axis here
    const Rows<T> rows = ReadRows<T>(call, call.tensor(0), none ? std::vector<int64_t>{} : ReducedAxes(call));
    const Tensor out = Tensor::Empty(DType::kI64, call.out_shape());
    for (int64_t i = 0; i < rows.count; ++i) {
      const T* row = rows.row(i);
      const auto is_true = [](T x) { return x != T(0); };
      out.mutable_data<int64_t>()[i] = all ? std::all_of(row, row + rows.width, is_true) : std::any_of(row, row + rows.width, is_true);
    }
    return std::vector<Tensor>{Stored(call, out)};
  });
}

/// Σ (x − mean)² / (n − correction), in two passes; its root; with the mean where the op answers it. No number is left to divide by: NaN, or infinity beyond that, as in PyTorch.
Outputs Variance(const KernelCall& call, double correction, bool root = false) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    std::optional<Summation<T>> summation;
    std::vector<T> means;
    CONFORMANCE_TRY(auto outputs, EachRow<T>(call, call.tensor(0), [&](const Rows<T>& rows, int64_t i) {
      if (!summation) summation.emplace(call, rows.width);
      means.push_back(summation->Sum(rows.row(i)) / static_cast<T>(rows.width));
      const double left = std::max(0.0, static_cast<double>(rows.width) - correction);
      const T variance = summation->SumSquares(rows.row(i), means.back()) / static_cast<T>(left);
      return root ? std::sqrt(variance) : variance;
    }));
    if (call.num_outputs() > 1) outputs.push_back(Stored(call, Tensor::Of<T>(call.out_shape(1), means), 1));
    return outputs;
  });
}

double Unbiased(const KernelCall& call, size_t i) { return call.boolean(i) ? 1 : 0; }
double Correction(const KernelCall& call) { return call.IsNone(2) ? 1 : call.number(2); }

}  // namespace

Outputs Sum(const KernelCall& call) {
  return WithCompute(call.out_compute(), [&](auto t) { return SumRows<decltype(t)>(call, false); });
}
Outputs Mean(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return SumRows<decltype(t)>(call, true); });
}
Outputs Amax(const KernelCall& call) { return Extreme<true>(call); }
Outputs Amin(const KernelCall& call) { return Extreme<false>(call); }
Outputs All(const KernelCall& call) { return Truth(call, true); }
Outputs Any(const KernelCall& call) { return Truth(call, false); }
Outputs Var(const KernelCall& call) { return Variance(call, Unbiased(call, 1)); }
Outputs VarDim(const KernelCall& call) { return Variance(call, Unbiased(call, 2)); }
Outputs VarCorrection(const KernelCall& call) { return Variance(call, Correction(call)); }
Outputs Std(const KernelCall& call) { return Variance(call, Unbiased(call, 1), true); }
Outputs StdDim(const KernelCall& call) { return Variance(call, Unbiased(call, 2), true); }
Outputs StdCorrection(const KernelCall& call) { return Variance(call, Correction(call), true); }

}  // namespace conformance::eager
