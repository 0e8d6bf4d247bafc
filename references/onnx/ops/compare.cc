#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/arithmetic.h"

/// Comparisons and logic of two tensors that broadcast, giving bool.
namespace conformance::onnx_reference::kernels {
namespace {

constexpr auto kEqual = [](const auto& x, const auto& y) { return x == y; };
constexpr auto kGreater = [](auto x, auto y) { return x > y; };
constexpr auto kLess = [](auto x, auto y) { return x < y; };
constexpr auto kAnd = [](auto x, auto y) { return x && y; };
constexpr auto kOr = [](auto x, auto y) { return x || y; };
constexpr auto kXor = [](auto x, auto y) { return (x != 0) != (y != 0); };

template <typename F>
Outputs Compare(const Call& call, F f) {
  return CompareNumbers(call, call[0], call[1], f);
}
template <typename F>
Outputs Legacy(const Call& call, F f) {
  CONFORMANCE_TRY(const Array b, LegacyOperand(call, call[0], call[1]));
  return CompareNumbers(call, call[0], b, f);
}
template <typename F>
Outputs Logic(const Call& call, const Array& a, const Array& b, F f) {
  CONFORMANCE_TRY(Shape dims, BroadcastDims(a.dims(), b.dims()));
  CONFORMANCE_TRY(Array out, call.New(Elem::kBool, std::move(dims)));
  BroadcastBinary<bool, bool, bool>(a, b, out, f);
  return out;
}
template <typename F>
Outputs LegacyLogic(const Call& call, F f) {
  CONFORMANCE_TRY(const Array b, LegacyOperand(call, call[0], call[1]));
  return Logic(call, call[0], b, f);
}

}  // namespace

/// NaN is equal to nothing.
Outputs Equal(const Call& call) {
  if (call[0].store() != Store::kString) return Compare(call, kEqual);
  CONFORMANCE_TRY(Shape dims, BroadcastDims(call[0].dims(), call[1].dims()));
  CONFORMANCE_TRY(Array out, call.New(Elem::kBool, std::move(dims)));
  BroadcastBinary<std::string, std::string, bool>(call[0], call[1], out, kEqual);
  return out;
}
Outputs LegacyEqual(const Call& call) { return Legacy(call, kEqual); }
Outputs Greater(const Call& call) { return Compare(call, kGreater); }
Outputs LegacyGreater(const Call& call) { return Legacy(call, kGreater); }
Outputs Less(const Call& call) { return Compare(call, kLess); }
Outputs LegacyLess(const Call& call) { return Legacy(call, kLess); }
Outputs GreaterOrEqual(const Call& call) {
  return Compare(call, [](auto x, auto y) { return x >= y; });
}
Outputs LessOrEqual(const Call& call) {
  return Compare(call, [](auto x, auto y) { return x <= y; });
}
Outputs And(const Call& call) { return Logic(call, call[0], call[1], kAnd); }
Outputs Or(const Call& call) { return Logic(call, call[0], call[1], kOr); }
Outputs Xor(const Call& call) { return Logic(call, call[0], call[1], kXor); }
Outputs LegacyAnd(const Call& call) { return LegacyLogic(call, kAnd); }
Outputs LegacyOr(const Call& call) { return LegacyLogic(call, kOr); }
Outputs LegacyXor(const Call& call) { return LegacyLogic(call, kXor); }

}  // namespace conformance::onnx_reference::kernels
