#include <Eigen/Core>

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/product.h"

namespace conformance::onnx_reference {
namespace {

template <typename T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

template <typename T>
void MultiplyInto(const T* a, const T* b, T* out, int64_t rows, int64_t depth, int64_t columns) {
  Eigen::Map<Matrix<T>> result(out, rows, columns);
  if (depth == 0) {
    result.setZero();
    return;
  }
  result.noalias() = Eigen::Map<const Matrix<T>>(a, rows, depth) * Eigen::Map<const Matrix<T>>(b, depth, columns);
}
template void MultiplyInto(const float*, const float*, float*, int64_t, int64_t, int64_t);
template void MultiplyInto(const double*, const double*, double*, int64_t, int64_t, int64_t);
template void MultiplyInto(const int32_t*, const int32_t*, int32_t*, int64_t, int64_t, int64_t);
template void MultiplyInto(const int64_t*, const int64_t*, int64_t*, int64_t, int64_t, int64_t);
template void MultiplyInto(const uint32_t*, const uint32_t*, uint32_t*, int64_t, int64_t, int64_t);
template void MultiplyInto(const uint64_t*, const uint64_t*, uint64_t*, int64_t, int64_t, int64_t);

namespace kernels {

/// numpy.matmul: [..., m, k] · [..., k, n] with leading axes broadcast; an operand of rank 1 is a row or column, without that axis in the result.
Outputs MatMul(const Call& call) {
  const Array &a = call[0], &b = call[1];
  const auto refuse = [&] { return ShapeError("factors that don't fit").With("found", Describe(a) + " and " + Describe(b)).With("wanted", "[..., m, k] and [..., k, n]"); };
  if (a.rank() == 0 || b.rank() == 0) return refuse();
  const bool row = a.rank() == 1, column = b.rank() == 1;
  const int64_t m = row ? 1 : a.dim(-2), k = a.dim(-1), n = column ? 1 : b.dim(-1);
  if (b.dim(column ? -1 : -2) != k) return refuse();
  const Shape lead_a(a.dims().begin(), a.dims().end() - (row ? 1 : 2)), lead_b(b.dims().begin(), b.dims().end() - (column ? 1 : 2));
  CONFORMANCE_TRY(const Shape lead, BroadcastDims(lead_a, lead_b));
  Shape dims = lead;
  if (!row) dims.push_back(m);
  if (!column) dims.push_back(n);
  CONFORMANCE_TRY(Array out, call.New(a.elem(), a.store(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({out.count(), k}));
  const BroadcastWalk walk(lead, {&lead_a, &lead_b});
  const auto multiply = [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    walk.ForEachRow([&](const auto& at) {
      for (int64_t i = 0; i < walk.length(); ++i, to += m * n) {
        MultiplyInto(a.data<T>() + (at[0] + i * walk.step()[0]) * m * k, b.data<T>() + (at[1] + i * walk.step()[1]) * k * n, to, m, k, n);
      }
    });
    return Ok();
  };
  switch (a.store()) {
    case Store::kF32: (void)multiply(Tag<float>()); break;
    case Store::kF64: (void)multiply(Tag<double>()); break;
    // Integers wrap around, so that their sign doesn't matter.
    case Store::kI32:
    case Store::kU32: (void)multiply(Tag<uint32_t>()); break;
    case Store::kI64:
    case Store::kU64: (void)multiply(Tag<uint64_t>()); break;
    default: return TypeError("factors of a type that is not multiplied").With("found", Describe(a)).With("wanted", "floats or integers of 32 or 64 bits");
  }
  return out;
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
