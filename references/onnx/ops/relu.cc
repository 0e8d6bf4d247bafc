#include "references/onnx/call.h"
#include "references/onnx/map.h"

namespace conformance::onnx_reference::kernels {

/// y = max(x, 0); NaN stays NaN.
Outputs Relu(const Call& call) {
  return MapNumbers(call, call[0], [](auto x) { return x < 0 ? decltype(x)(0) : x; });
}

}  // namespace conformance::onnx_reference::kernels
