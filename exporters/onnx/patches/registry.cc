#include <string>

#include "exporters/onnx/patches/patches.h"

namespace conformance::onnx {
namespace {

using rewrite::OperatorPatch;

constexpr std::string_view kExporter = "https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/exporters/exporter_onnx.py";
constexpr std::string_view kSeen = "torch 2.13.0, onnxscript 0.7.2";

OperatorPatch Patch(std::string target, std::string reason, rewrite::NodeFixFunction rewrite, std::string upstream = std::string(kExporter)) {
  OperatorPatch patch;
  patch.info = {"onnx", target, rewrite ? "operator" : "by construction", std::move(reason), std::move(upstream), std::string(kSeen)};
  patch.targets = {std::move(target)};
  patch.rewrite = std::move(rewrite);
  return patch;
}
OperatorPatch ByConstruction(std::string target, std::string reason, std::string upstream = std::string(kExporter)) {
  return Patch(std::move(target), std::move(reason), nullptr, std::move(upstream));
}

}  // namespace

std::vector<OperatorPatch> OperatorPatches() {
  return {
      Patch("aten.masked_scatter.default", "ScatterND with a mask fails in ONNX Runtime; a running count and a gather do not", PatchMaskedScatter),
      Patch("aten.rms_norm.default", "without a weight the fused form has nothing to scale with", PatchRmsNormWithoutWeight),
      ByConstruction("aten.where.self", "operands are cast to the type of the result when they are translated"),
      ByConstruction("aten.unsqueeze.default", "complex tensors are pairs of reals before anything is translated"),
      ByConstruction("aten.exp.default", "complex tensors are pairs of reals before anything is translated"),
      ByConstruction("aten.fft_irfft.default", "complex tensors are pairs of reals before anything is translated"),
      ByConstruction("aten.scaled_dot_product_attention.default", "its decomposition gives 0 for a query without any key"),
      ByConstruction("aten.split.Tensor", "pieces of a symbolic size become slices; no sequence is made"),
      ByConstruction("aten.chunk.default", "pieces of a symbolic size become slices; no sequence is made"),
      ByConstruction("aten.roll.default", "it is translated to slices and a concatenation"),
      ByConstruction("aten.full.default", "the contract knows an integer's type"),
      ByConstruction("aten.reshape.default", "values have no strides in a graph, so nothing has to be made contiguous"),
      ByConstruction("aten.view.default", "values have no strides in a graph, so nothing has to be made contiguous"),
      ByConstruction("aten.randperm.default", "an op without contract is refused by name"),
      ByConstruction("aten.histc.default", "an op without contract is refused by name"),
      ByConstruction("aten.searchsorted.Tensor", "an op without contract is refused by name"),
      ByConstruction("aten.bucketize.Tensor", "an op without contract is refused by name"),
      ByConstruction("aten.cummax.default", "an op without contract is refused by name"),
      ByConstruction("aten.cummin.default", "an op without contract is refused by name"),
      ByConstruction("torch.masked.mean", "model code has no such call: it writes the sum and the count"),
      ByConstruction("torch.masked.var", "model code has no such call: it writes the sum and the count"),
      ByConstruction("transformers.masking_utils._vmap_expansion_sdpa", "masks are built by broadcasting"),
      ByConstruction("onnxscript Opset13.Constant", "an empty list of integers is an empty i64 tensor"),
      ByConstruction("onnxscript optimize_ir", "only small constants are folded, never a Resize"),
      ByConstruction("torch.onnx _prepare_exported_program_for_export", "node fixes run again after decompositions, in the open"),
  };
}

}  // namespace conformance::onnx
