#include <cmath>
#include <numbers>

#include "exporters/onnx/decompose/decompose.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {

using ops::Value;

// 0.5 · x · (1 + erf(x / √2)), or its approximation by tanh. Halves are computed in f32.
Result<bool> DecomposeGelu(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value given = std::get<Value>(args[0]);
  const Value x = AsType(c, given, ByteSize(given.dtype()) < ByteSize(DType::kF32) ? DType::kF32 : given.dtype());
  Value inner;
  if (std::get<std::string>(args[1]) == "tanh") {
    const Value cube = ops::Mul(c, ops::Mul(c, x, x), x);
    const double factor = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // √(2/π)
    inner = ops::Tanh(c, ops::Mul(c, ops::Add(c, x, ops::Mul(c, cube, 0.044715)), factor));
  } else {
    inner = ops::Erf(c, ops::Mul(c, x, 1 / std::numbers::sqrt2));
  }
  const Value shifted = ops::Add(c, inner, 1.0);
  const Value y = ops::Mul(c, ops::Mul(c, x, 0.5), shifted);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, y, given.dtype())));
  return true;
}

// x · tanh(log(1 + exp(x)))
Result<bool> DecomposeMish(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value x = std::get<Value>(args[0]);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::Mul(c, x, ops::Tanh(c, ops::Softplus(c, x)))));
  return true;
}

}  // namespace conformance::onnx
