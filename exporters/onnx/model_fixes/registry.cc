#include "exporters/onnx/model_fixes/model_fixes.h"

namespace conformance::onnx {

std::vector<ModelFix> ModelFixes() {
  return {
      {{"onnx", "topk_sorted", "ONNX Runtime's CUDA provider rejects a TopK that is not sorted",
        "https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/exporters/exporter_onnx.py", "onnxruntime 1.32.0",
        "the provider takes sorted=0"},
       FixTopkSorted},
      {{"onnx", "constant_gather_nd", "ONNX Runtime's CUDA GatherND cannot be replayed in a CUDA graph",
        "https://github.com/microsoft/onnxruntime/issues/33875", "onnxruntime 1.32.0", "the issue is closed"},
       FixConstantGatherNd},
      {{"onnx", "own_fallback", "OpenVINO compiles no attention in which the mask and the result choose by one constant",
        "https://github.com/openvinotoolkit/openvino/pull/30275", "openvino 2026.4.1", "its snippets take scalars with consumers in several loops"},
       FixOwnFallback},
  };
}

Status ApplyModelFixes(const std::vector<ModelFix>& fixes, formats::OnnxModel& model, rewrite::Hits* hits) {
  for (const ModelFix& fix : fixes) {
    int64_t changed = 0;
    std::vector<formats::OnnxValueInfo> known = model.graph.value_info;
    known.insert(known.end(), model.graph.inputs.begin(), model.graph.inputs.end());
    Result<int64_t> count = fix.fix({model.graph.nodes, &model.graph.initializers, &known});
    if (!count.ok()) return std::move(count).error().With("fix", fix.info.name);
    changed += *count;
    for (formats::OnnxFunction& function : model.functions) {
      count = fix.fix({function.nodes, nullptr, &function.value_info});
      if (!count.ok()) return std::move(count).error().With("fix", fix.info.name);
      changed += *count;
    }
    if (hits != nullptr) (*hits)[fix.info.name] += changed;
  }
  return Ok();
}

}  // namespace conformance::onnx
