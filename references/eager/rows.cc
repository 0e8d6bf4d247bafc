#include "references/eager/rows.h"

#include <algorithm>
#include <numeric>

#include "framework/base/random.h"
#include "references/eager/operand.h"

namespace conformance::eager {

std::vector<int64_t> AxesLast(int64_t rank, const std::vector<int64_t>& axes) {
  std::vector<int64_t> order;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (std::ranges::find(axes, axis) == axes.end()) order.push_back(axis);
  }
  order.insert(order.end(), axes.begin(), axes.end());
  return order;
}

template <typename T>
Rows<T> ReadRows(const KernelCall& call, const Tensor& x, const std::vector<int64_t>& axes) {
  return ReadLastAxes<T>(call, PermuteAxes(x, AxesLast(x.rank(), axes)), static_cast<int64_t>(axes.size()));
}

template <typename T>
Rows<T> ReadLastAxes(const KernelCall& call, const Tensor& x, int64_t inner) {
  Rows<T> rows;
  rows.tensor = ContiguousAs<T>(call.isa(), x);
  const auto split = x.shape().end() - inner;
  rows.count = std::accumulate(x.shape().begin(), split, int64_t{1}, std::multiplies<>());
  rows.width = std::accumulate(split, x.shape().end(), int64_t{1}, std::multiplies<>());
  return rows;
}

SeededOrder MakeOrder(const KernelCall& call, int64_t n) {
  SeededOrder made;
  made.order.resize(static_cast<size_t>(n));
  std::iota(made.order.begin(), made.order.end(), 0);
  Random random = Random::For(call.seed(), "order");
  for (size_t i = made.order.size(); i > 1; --i) std::swap(made.order[i - 1], made.order[random.Below(i)]);
  const uint64_t pieces = 2 + random.Below(3);
  for (uint64_t k = 1; k < pieces && n > 0; ++k) made.ends.push_back(static_cast<int64_t>(random.Below(static_cast<uint64_t>(n))));
  made.ends.push_back(n);
  std::ranges::sort(made.ends);
  return made;
}

template <typename T>
Summation<T>::Summation(const KernelCall& call, int64_t width) : kernels_(call.isa().real<T>()), width_(width) {
  if (call.numerics().order_seed == 0) return;
  SeededOrder made = MakeOrder(call, width);
  order_ = std::move(made.order);
  ends_ = std::move(made.ends);
}

template <typename T>
const T* Summation<T>::Permuted(const T* row, std::vector<T>& scratch) const {
  scratch.resize(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) scratch[i] = row[order_[i]];
  return scratch.data();
}

template <typename T>
template <typename Piece>
T Summation<T>::InPieces(const Piece& piece) const {
  T total = 0;
  int64_t begin = 0;
  for (const int64_t end : ends_) {
    total += piece(begin, end - begin);
    begin = end;
  }
  return total;
}

template <typename T>
T Summation<T>::Sum(const T* row) {
  if (order_.empty()) return kernels_.sum(row, width_);
  const T* x = Permuted(row, first_);
  return InPieces([&](int64_t begin, int64_t n) { return kernels_.sum(x + begin, n); });
}

template <typename T>
T Summation<T>::SumSquares(const T* row, T centre) {
  if (order_.empty()) return kernels_.sum_squares(row, width_, centre);
  const T* x = Permuted(row, first_);
  return InPieces([&](int64_t begin, int64_t n) { return kernels_.sum_squares(x + begin, n, centre); });
}

template <typename T>
T Summation<T>::Dot(const T* a, const T* b) {
  if (order_.empty()) return kernels_.dot(a, b, width_);
  const T* x = Permuted(a, first_);
  const T* y = Permuted(b, second_);
  return InPieces([&](int64_t begin, int64_t n) { return kernels_.dot(x + begin, y + begin, n); });
}

template <typename T>
HalfRounding<T>::HalfRounding(const KernelCall& call) : isa_(call.isa()), store_(call.out_store(0)) {}

template <typename T>
void HalfRounding<T>::operator()(T* values, int64_t n) {
  if (store_ != DType::kF16 && store_ != DType::kBF16) return;
  halves_.resize(static_cast<size_t>(n) * ByteSize(store_));
  StoreRun(isa_, values, n, store_, halves_.data());
  LoadRun(isa_, store_, halves_.data(), 1, n, values);
}

Tensor Stored(const KernelCall& call, const Tensor& wide, size_t k) {
  return wide.dtype() == call.out_store(k) ? wide : ContiguousAs(call.isa(), wide, call.out_store(k));
}

template Rows<float> ReadRows<float>(const KernelCall&, const Tensor&, const std::vector<int64_t>&);
template Rows<double> ReadRows<double>(const KernelCall&, const Tensor&, const std::vector<int64_t>&);
template Rows<int64_t> ReadRows<int64_t>(const KernelCall&, const Tensor&, const std::vector<int64_t>&);
template Rows<float> ReadLastAxes<float>(const KernelCall&, const Tensor&, int64_t);
template Rows<double> ReadLastAxes<double>(const KernelCall&, const Tensor&, int64_t);
template Rows<int64_t> ReadLastAxes<int64_t>(const KernelCall&, const Tensor&, int64_t);
template class Summation<float>;
template class Summation<double>;
template class HalfRounding<float>;
template class HalfRounding<double>;

}  // namespace conformance::eager
