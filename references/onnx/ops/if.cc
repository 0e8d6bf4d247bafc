#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// The outputs of then_branch or else_branch.
Outputs If(const Call& call) {
  CONFORMANCE_TRY(const bool condition, ToBool(call[0], "the condition"));
  return call.RunGraph(condition ? "then_branch" : "else_branch", {});
}

}  // namespace conformance::onnx_reference::kernels
