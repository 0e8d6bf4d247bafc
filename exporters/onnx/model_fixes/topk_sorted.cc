#include "exporters/onnx/model_fixes/model_fixes.h"

namespace conformance::onnx {

// ONNX Runtime's CUDA provider rejects a TopK that is not sorted.
Result<int64_t> FixTopkSorted(GraphLike graph) {
  int64_t changed = 0;
  for (formats::OnnxNode& node : graph.nodes) {
    if (node.op_type != "TopK" || !node.domain.empty()) continue;
    const formats::OnnxAttribute* sorted = node.Find("sorted");
    if (sorted == nullptr || sorted->i == 1) continue;  // 1 is the default
    for (formats::OnnxAttribute& attribute : node.attributes) {
      if (attribute.name == "sorted") attribute.i = 1;
    }
    ++changed;
  }
  return changed;
}

}  // namespace conformance::onnx
