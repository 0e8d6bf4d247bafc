#include "references/onnx/broadcast.h"
#include "references/onnx/kernels.h"
#include "references/onnx/ops/arithmetic.h"

namespace conformance::onnx_reference::kernels {
namespace {

Outputs EqualOf(const Call& call, const Array& a, const Array& b) {
  const auto equal = [](const auto& x, const auto& y) { return x == y; };
  if (a.store() != Store::kString) return CompareNumbers(call, a, b, equal);
  CONFORMANCE_TRY(Shape dims, BroadcastDims(a.dims(), b.dims()));
  CONFORMANCE_TRY(Array out, call.New(Elem::kBool, std::move(dims)));
  BroadcastBinary<std::string, std::string, bool>(a, b, out, equal);
  return out;
}

}  // namespace

/// Elementwise a == b; NaN is equal to nothing.
Outputs Equal(const Call& call) { return EqualOf(call, call[0], call[1]); }
Outputs LegacyEqual(const Call& call) {
  CONFORMANCE_TRY(const Array b, LegacyOperand(call, call[0], call[1]));
  return EqualOf(call, call[0], b);
}

}  // namespace conformance::onnx_reference::kernels
