#include "exporters/onnx/decompose/decompose.h"
#include "exporters/onnx/patches/patches.h"

namespace conformance::onnx {

// Without a weight the fused operator needs one made of ones; spelled out it needs none.
Result<bool> PatchRmsNormWithoutWeight(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  const auto* weight = std::get_if<ops::Value>(&args[2]);
  if (weight != nullptr && weight->defined()) return false;
  return DecomposeRmsNorm(edit);
}

}  // namespace conformance::onnx
