#include "exporters/onnx/fixes/fixes.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {

// Conv takes no bf16 before opset 22: it runs in f32 there.
Result<bool> FixBfloat16Convolution(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  if (std::get<ops::Value>(args[0]).dtype() != DType::kBF16) return false;
  for (size_t i = 0; i < 3; ++i) {
    auto* value = std::get_if<ops::Value>(&args[i]);
    if (value != nullptr && value->defined()) *value = ops::To(c, *value, DType::kF32);
  }
  const ops::Value y = c.Call(*edit.op(), std::move(args));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::To(c, y, DType::kBF16)));
  return true;
}

}  // namespace conformance::onnx
