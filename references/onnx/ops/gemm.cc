#include <cmath>

#include <Eigen/LU>

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/arithmetic.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/product.h"

namespace conformance::onnx_reference::kernels {
namespace {

template <typename T>
T Scaled(T x, double factor) {
  if constexpr (std::is_floating_point_v<T>) return factor == 1 ? x : static_cast<T>(factor) * x;
  return factor == 1 ? x : static_cast<T>(static_cast<int64_t>(factor * static_cast<double>(x)));
}

/// `c` already broadcasts to [m, n] by numpy's rule; null: none.
Outputs GemmOf(const Call& call, const Array* c) {
  CONFORMANCE_TRY(const int64_t trans_a, call.Int("transA", 0));
  CONFORMANCE_TRY(const int64_t trans_b, call.Int("transB", 0));
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", 1));
  CONFORMANCE_TRY(const double beta, call.Float("beta", 1));
  if (call[0].rank() != 2 || call[1].rank() != 2) return ShapeError("factors that are no matrices").With("found", Describe(call[0]) + " and " + Describe(call[1]));
  CONFORMANCE_TRY(const Array a, trans_a != 0 ? Transposed(call, call[0], {1, 0}) : Result<Array>(call[0]));
  CONFORMANCE_TRY(const Array b, trans_b != 0 ? Transposed(call, call[1], {1, 0}) : Result<Array>(call[1]));
  if (a.dim(1) != b.dim(0)) return ShapeError("factors that don't fit").With("found", Describe(a) + " and " + Describe(b)).With("wanted", "[m, k] and [k, n]");
  CONFORMANCE_TRY(Array y, call.New(a.elem(), {a.dim(0), b.dim(1)}));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({a.count(), b.dim(1)}));
  if (c != nullptr) {
    CONFORMANCE_TRY(const Shape dims, BroadcastDims(y.dims(), c->dims()));
    if (dims != y.dims()) return ShapeError("a term that doesn't broadcast to the product").With("found", Describe(*c)).With("wanted", Describe(y));
  }
  const auto multiply = [&]<typename T>(Tag<T>) {
    MultiplyInto(a.data<T>(), b.data<T>(), y.mutable_data<T>(), a.dim(0), a.dim(1), b.dim(1));
    return Ok();
  };
  switch (a.store()) {
    case Store::kF32: (void)multiply(Tag<float>()); break;
    case Store::kF64: (void)multiply(Tag<double>()); break;
    case Store::kI32:
    case Store::kU32: (void)multiply(Tag<uint32_t>()); break;
    case Store::kI64:
    case Store::kU64: (void)multiply(Tag<uint64_t>()); break;
    default: return TypeError("factors of a type that is not multiplied").With("found", Describe(a)).With("wanted", "floats or integers of 32 or 64 bits");
  }
  if (c == nullptr) {
    if (alpha == 1) return y;
    return MapNumbers(call, y, Array(y.Reshaped(y.dims())), [alpha](auto x, auto) { return Scaled(x, alpha); });
  }
  return MapNumbers(call, y, *c, [=](auto x, auto term) { return Scaled(x, alpha) + Scaled(term, beta); });
}

}  // namespace

/// alpha A' B' + beta C.
Outputs Gemm(const Call& call) { return GemmOf(call, call.Optional(2)); }
/// Before version 7, C broadcasts only where the attribute says so.
Outputs LegacyGemm(const Call& call) {
  CONFORMANCE_TRY(const int64_t broadcast, call.Int("broadcast", 0));
  if (broadcast == 0) {
    CONFORMANCE_TRY(const int64_t trans_a, call.Int("transA", 0));
    CONFORMANCE_TRY(const int64_t trans_b, call.Int("transB", 0));
    if (call[0].rank() == 2 && call[1].rank() == 2) {
      const Shape wanted = {call[0].dim(trans_a != 0 ? 1 : 0), call[1].dim(trans_b != 0 ? 0 : 1)};
      if (call[2].dims() != wanted) return ShapeError("a term that isn't of the product's size").With("found", Describe(call[2])).With("wanted", ShapeText(wanted));
    }
  }
  return GemmOf(call, &call[2]);
}

/// Determinants of the last two axes' matrices.
Outputs Det(const Call& call) {
  const Array& x = call[0];
  if (x.rank() < 2 || x.dim(-1) != x.dim(-2)) return ShapeError("an input that is no square matrix").With("found", Describe(x)).With("wanted", "[…, m, m]");
  const int64_t size = x.dim(-1);
  CONFORMANCE_TRY(Array y, call.New(x.elem(), Shape(x.dims().begin(), x.dims().end() - 2)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.count(), size}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    for (int64_t i = 0; i < y.count(); ++i) {
      // An empty product is 1.
      y.mutable_data<T>()[i] = size == 0 ? T(1) : Eigen::Map<const Matrix>(x.data<T>() + i * size * size, size, size).partialPivLu().determinant();
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
