#include <cstdint>

#include "references/eager/isa/isa_kernels.h"

namespace conformance::eager {
namespace {

using I = int64_t;

/// Arithmetic wraps, as in PyTorch; in C++ only the unsigned kind does.
constexpr uint64_t U(I value) { return static_cast<uint64_t>(value); }

/// Division is only called with b != 0 (the kernel has looked); the lowest number by −1 wraps.
I Quotient(I a, I b) { return b == 0 ? 0 : (b == -1 ? static_cast<I>(0 - U(a)) : a / b); }
I Rest(I a, I b) { return b == 0 || b == -1 ? 0 : a % b; }
I FloorDivide(I a, I b) {
  const I quotient = Quotient(a, b);
  return Rest(a, b) != 0 && (Rest(a, b) < 0) != (b < 0) ? quotient - 1 : quotient;
}
I Remainder(I a, I b) {
  const I rest = Rest(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}
I Power(I base, I exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  uint64_t result = 1, factor = U(base);
  for (uint64_t rest = U(exponent); rest != 0; rest >>= 1) {
    if (rest & 1) result *= factor;
    factor *= factor;
  }
  return static_cast<I>(result);
}

/// A loop over a function without captures.
template <typename Of>
VectorFn<I> One(Of) {
  return [](const I* a, const I*, const I*, I* out, int64_t n, const I*) {
    for (int64_t i = 0; i < n; ++i) out[i] = Of{}(a[i]);
  };
}
template <typename Of>
VectorFn<I> Two(Of) {
  return [](const I* a, const I* b, const I*, I* out, int64_t n, const I*) {
    for (int64_t i = 0; i < n; ++i) out[i] = Of{}(a[i], b[i]);
  };
}

void Clamp(const I* a, const I*, const I*, I* out, int64_t n, const I* p) {
  const I low = p[0], high = p[1];
  for (int64_t i = 0; i < n; ++i) {
    const I raised = a[i] < low ? low : a[i];
    out[i] = raised > high ? high : raised;
  }
}
void AddScaled(const I* a, const I* b, const I*, I* out, int64_t n, const I* p) {
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<I>(U(a[i]) + U(p[0]) * U(b[i]));
}
void Where(const I* a, const I* b, const I* c, I* out, int64_t n, const I*) {
  for (int64_t i = 0; i < n; ++i) out[i] = a[i] != 0 ? b[i] : c[i];
}

}  // namespace

#define ONE(expression) One([](I a) -> I { return expression; })
#define TWO(expression) Two([](I a, I b) -> I { return expression; })

VectorFn<int64_t> IntegerFn(Fn fn) {
  switch (fn) {
    case Fn::kCopy:
    case Fn::kFloor:
    case Fn::kCeil:
    case Fn::kRound:
    case Fn::kTrunc: return ONE(a);
    case Fn::kNeg: return ONE(static_cast<I>(0 - U(a)));
    case Fn::kAbs: return ONE(a < 0 ? static_cast<I>(0 - U(a)) : a);
    case Fn::kRelu: return ONE(a < 0 ? 0 : a);
    case Fn::kSign: return ONE((a > 0) - (a < 0));
    case Fn::kSquare: return ONE(static_cast<I>(U(a) * U(a)));
    case Fn::kCube: return ONE(static_cast<I>(U(a) * U(a) * U(a)));
    case Fn::kIsNan:
    case Fn::kIsInf: return ONE((void(a), 0));
    case Fn::kBitwiseNot: return ONE(~a);
    case Fn::kLogicalNot: return ONE(a == 0);
    case Fn::kClamp: return Clamp;
    case Fn::kAdd: return TWO(static_cast<I>(U(a) + U(b)));
    case Fn::kSub: return TWO(static_cast<I>(U(a) - U(b)));
    case Fn::kMul: return TWO(static_cast<I>(U(a) * U(b)));
    case Fn::kAddScaled: return AddScaled;
    case Fn::kMaximum: return TWO(a > b ? a : b);
    case Fn::kMinimum: return TWO(a < b ? a : b);
    case Fn::kPow: return TWO(Power(a, b));
    case Fn::kRemainder: return TWO(Remainder(a, b));
    case Fn::kFloorDivide: return TWO(FloorDivide(a, b));
    case Fn::kFmod: return TWO(Rest(a, b));
    case Fn::kTruncDivide: return TWO(Quotient(a, b));
    case Fn::kEqual: return TWO(a == b);
    case Fn::kNotEqual: return TWO(a != b);
    case Fn::kLess: return TWO(a < b);
    case Fn::kLessEqual: return TWO(a <= b);
    case Fn::kGreater: return TWO(a > b);
    case Fn::kGreaterEqual: return TWO(a >= b);
    case Fn::kLogicalAnd: return TWO(a != 0 && b != 0);
    case Fn::kLogicalOr: return TWO(a != 0 || b != 0);
    case Fn::kLogicalXor: return TWO((a != 0) != (b != 0));
    case Fn::kBitwiseAnd: return TWO(a & b);
    case Fn::kBitwiseOr: return TWO(a | b);
    case Fn::kBitwiseXor: return TWO(a ^ b);
    case Fn::kWhere: return Where;
    default: return nullptr;
  }
}

}  // namespace conformance::eager
