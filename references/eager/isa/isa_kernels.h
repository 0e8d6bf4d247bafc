#pragma once

#include <cstdint>

/// The inner loops that are worth building for an instruction set: contiguous, one thread, no allocation except in Gemm.
/// Plain structs of function pointers, so that nothing compiled with special flags has a name that another object shares.
namespace conformance::eager {

/// Elementwise functions. Parameters p[i] in brackets.
enum class Fn : uint8_t {
  // one operand
  kCopy, kNeg, kAbs, kExp, kLog, kSqrt, kRsqrt, kReciprocal, kSin, kCos, kTanh, kSigmoid, kErf, kRelu, kSilu, kMish,
  kHardswish, kHardsigmoid,
  kSoftplus,    // [beta, threshold]
  kFloor, kCeil, kRound, kTrunc, kSign, kSquare, kCube, kGeluErf, kGeluTanh,
  kLeakyRelu,   // [slope]
  kElu,         // [alpha, scale, input scale]
  kClamp,       // [low, high]; NaN stays NaN
  kLog1p, kExpm1,
  kIsNan,
  kIsInf,
  kLogicalNot,
  kBitwiseNot,  // integers only
  // two operands
  kAdd, kSub, kMul, kDiv,
  kAddScaled,   // a + p0·b
  kMaximum, kMinimum,  // NaN if either is
  kPow, kRemainder, kFloorDivide, kFmod, kTruncDivide,
  kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual,
  kLogicalAnd, kLogicalOr, kLogicalXor,
  kBitwiseAnd, kBitwiseOr, kBitwiseXor,  // integers only
  // three operands
  kWhere,       // a != 0 ? b : c
  kLerp,        // a + c·(b − a)
  // reals only, the same loop for every machine (ScalarFn)
  kAcos, kAcosh, kAsin, kAsinh, kAtan, kAtanh, kCosh, kSinh, kTan, kErfc, kExp2, kLog2, kLog10, kLogSigmoid,
  kAtan2,
  kPrelu,       // a > 0 ? a : b·a
  kHardshrink,  // [lambda]
  kThreshold,   // [threshold, value]
  kCount
};
constexpr int kFnCount = static_cast<int>(Fn::kCount);

/// out[i] = f(a[i], b[i], c[i]) for i < n; operands that f lacks may be null; `out` may be one of the operands. Truth is 1 and 0.
template <typename T>
using VectorFn = void (*)(const T* a, const T* b, const T* c, T* out, int64_t n, const T* p);

/// A matrix by strides in elements.
template <typename T>
struct Matrix {
  T* data;
  int64_t rows, cols;
  int64_t row_stride, col_stride;
};

template <typename T>
struct RealKernels {
  VectorFn<T> fn[kFnCount];  ///< null where the function is not for reals

  /// c += alpha·a·b. c's columns are adjacent (col_stride 1); a and b have a stride of 1 in one direction. One row is a product of
  /// a vector and a matrix that is read once, as it lies.
  void (*gemm)(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, T alpha);
  T (*sum)(const T* x, int64_t n);
  T (*dot)(const T* x, const T* y, int64_t n);
  /// Σ (x[i] − centre)².
  T (*sum_squares)(const T* x, int64_t n, T centre);
  T (*max)(const T* x, int64_t n);  ///< NaN if any is; −inf for n = 0
  T (*min)(const T* x, int64_t n);  ///< NaN if any is; +inf for n = 0
  /// out[i] = exp(x[i] − shift).
  void (*exp_minus)(const T* x, int64_t n, T shift, T* out);
  /// out[i] = (x[i] − shift)·scale·weight[i] + bias[i]; weight and bias may be null.
  void (*normalize)(const T* x, int64_t n, T shift, T scale, const T* weight, const T* bias, T* out);
  /// y[i] += alpha·x[i].
  void (*axpy)(const T* x, int64_t n, T alpha, T* y);
  void (*scale)(const T* x, int64_t n, T factor, T* out);
};

struct IsaKernels {
  const char* name;
  bool (*usable)();  ///< does this processor have the instructions?
  RealKernels<float> f32;
  RealKernels<double> f64;
  // Halves in bulk; the same bits as tensor.h's scalar conversions.
  void (*half_to_float)(const uint16_t* in, int64_t n, float* out);
  void (*float_to_half)(const float* in, int64_t n, uint16_t* out);
  void (*bfloat_to_float)(const uint16_t* in, int64_t n, float* out);
  void (*float_to_bfloat)(const float* in, int64_t n, uint16_t* out);

  template <typename T>
  const RealKernels<T>& real() const;
};
template <>
inline const RealKernels<float>& IsaKernels::real<float>() const { return f32; }
template <>
inline const RealKernels<double>& IsaKernels::real<double>() const { return f64; }

/// Integer functions (two's complement, wrapping), the same for every machine; null where the function is for reals only.
/// Narrower integers are computed in i64 and cut when stored. Divisors must not be 0.
VectorFn<int64_t> IntegerFn(Fn fn);

/// Real functions that no instruction set has a loop of its own for; null for the others.
template <typename T>
VectorFn<T> ScalarFn(Fn fn);

const IsaKernels& BaselineKernels();
const IsaKernels& Avx2Kernels();
const IsaKernels& Avx512Kernels();

}  // namespace conformance::eager
