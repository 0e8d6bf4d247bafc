#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// Any value, as it is.
Outputs Identity(const Call& call) { return call.value(0); }

}  // namespace conformance::onnx_reference::kernels
