// Elementwise functions of reals that no model spends its time in: the standard library's, one number at a time, in double, so that
// f32 answers are rounded once.
#include <cmath>
#include <limits>

#include "references/eager/isa/isa_kernels.h"

namespace conformance::eager {
namespace {

template <typename T, typename Of>
VectorFn<T> One(Of) {
  return [](const T* a, const T*, const T*, T* out, int64_t n, const T*) {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(Of{}(static_cast<double>(a[i])));
  };
}
template <typename T, typename Of>
VectorFn<T> Two(Of) {
  return [](const T* a, const T* b, const T*, T* out, int64_t n, const T*) {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(Of{}(static_cast<double>(a[i]), static_cast<double>(b[i])));
  };
}
/// With the parameters, in T itself: what PyTorch computes in the type at hand.
template <typename T, typename Of>
VectorFn<T> WithParameters(Of) {
  return [](const T* a, const T*, const T*, T* out, int64_t n, const T* p) {
    for (int64_t i = 0; i < n; ++i) out[i] = Of{}(a[i], p);
  };
}

}  // namespace

#define ONE(expression) One<T>([](double a) -> double { return expression; })
#define TWO(expression) Two<T>([](double a, double b) -> double { return expression; })
#define PARAMETERS(expression) WithParameters<T>([](T a, const T* p) -> T { return expression; })

template <typename T>
VectorFn<T> ScalarFn(Fn fn) {
  switch (fn) {
    case Fn::kAcos: return ONE(std::acos(a));
    case Fn::kAcosh: return ONE(std::acosh(a));
    case Fn::kAsin: return ONE(std::asin(a));
    case Fn::kAsinh: return ONE(std::asinh(a));
    case Fn::kAtan: return ONE(std::atan(a));
    case Fn::kAtanh: return ONE(std::atanh(a));
    case Fn::kCosh: return ONE(std::cosh(a));
    case Fn::kSinh: return ONE(std::sinh(a));
    case Fn::kTan: return ONE(std::tan(a));
    case Fn::kErfc: return ONE(std::erfc(a));
    case Fn::kExp2: return ONE(std::exp2(a));
    case Fn::kLog2: return ONE(std::log2(a));
    case Fn::kLog10: return ONE(std::log10(a));
    case Fn::kLogSigmoid: return ONE(std::fmin(a, 0) - std::log1p(std::exp(-std::fabs(a))));
    case Fn::kAtan2: return TWO(std::atan2(a, b));
    case Fn::kPrelu: return Two<T>([](double a, double b) -> double { return a > 0 ? a : static_cast<double>(static_cast<T>(a * b)); });
    case Fn::kHardshrink: return PARAMETERS(a >= -p[0] && a <= p[0] ? T(0) : a);
    case Fn::kThreshold: return PARAMETERS(a <= p[0] ? p[1] : a);
    default: return nullptr;
  }
}
template VectorFn<float> ScalarFn<float>(Fn);
template VectorFn<double> ScalarFn<double>(Fn);

}  // namespace conformance::eager
