#include "exporters/onnx/decompose/decompose.h"

#include "framework/ops/to.h"

namespace conformance::onnx {

const std::vector<Decomposition>& Decompositions() {
  static const std::vector<Decomposition> table = {
      {"aten.scaled_dot_product_attention.default", 0, "ONNX's Attention gives NaN for a query without any key; PyTorch gives 0",
       DecomposeAttention},
      {"aten.gelu.default", 20, "Gelu is an operator since opset 20", DecomposeGelu},
      {"aten.mish.default", 18, "Mish is an operator since opset 18", DecomposeMish},
      {"aten.layer_norm.default", 0, "LayerNormalization computes its statistics in f32, also for f64", DecomposeLayerNorm},
      {"aten.rms_norm.default", 23, "RMSNormalization is an operator since opset 23", DecomposeRmsNorm},
      {"aten.rms_norm.default", 0, "RMSNormalization computes in f32, also f64, and gives the type of its weight", DecomposeWideRmsNorm},
      {"aten.group_norm.default", 0, "GroupNormalization changed its parameters' shape between opsets 18 and 21", DecomposeGroupNorm},
      {"aten.var.default", 0, "ONNX has no variance", DecomposeVar},
      {"aten.var.dim", 0, "ONNX has no variance", DecomposeVar},
      {"aten.var.correction", 0, "ONNX has no variance", DecomposeVar},
      {"aten.var_mean.default", 0, "ONNX has no variance", DecomposeVar},
      {"aten.var_mean.dim", 0, "ONNX has no variance", DecomposeVar},
      {"aten.var_mean.correction", 0, "ONNX has no variance", DecomposeVar},
      {"aten.std.default", 0, "ONNX has no variance", DecomposeVar},
      {"aten.std.dim", 0, "ONNX has no variance", DecomposeVar},
      {"aten.std.correction", 0, "ONNX has no variance", DecomposeVar},
      {"aten.diff.default", 0, "ONNX has no differences", DecomposeDiff},
      {"aten._weight_norm.default", 0, "ONNX has no weight norm", DecomposeWeightNorm},
      {"aten._adaptive_avg_pool2d_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeAdaptiveAvgPoolBackward},
      {"aten.avg_pool2d_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeAvgPoolBackward},
      {"aten.max_pool2d_with_indices_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeMaxPoolBackward},
      {"aten.convolution_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeConvolutionBackward},
      {"aten.native_layer_norm_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeLayerNormBackward},
      {"aten.native_group_norm_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeGroupNormBackward},
      {"aten.embedding_dense_backward.default", 0, "ONNX has no gradients of inference operators", DecomposeEmbeddingDenseBackward},
      {"aten._embedding_bag.default", 0, "ONNX has no bags of rows", DecomposeEmbeddingBag},
      {"aten.resize.default", 0, "ONNX reshapes to as many elements alone", DecomposeResize},
  };
  return table;
}

ops::Value AsType(ops::OpContext& context, const ops::Value& x, DType dtype) {
  return x.dtype() == dtype ? x : ops::To(context, x, dtype);
}

Result<ir::Program> Decompose(ir::Program program, int64_t opset, rewrite::Hits* hits) {
  std::vector<rewrite::NodeFix> fixes;
  for (const Decomposition& entry : Decompositions()) {
    if (entry.until_opset != 0 && opset >= entry.until_opset) continue;
    rewrite::NodeFix fix;
    fix.info.backend = "onnx";
    fix.info.name = "decompose " + entry.target;
    fix.info.reason = entry.reason;
    fix.ops = {entry.target};
    fix.fix = entry.decompose;
    fixes.push_back(std::move(fix));
  }
  return rewrite::ApplyNodeFixes(fixes, std::move(program), hits);
}

}  // namespace conformance::onnx
