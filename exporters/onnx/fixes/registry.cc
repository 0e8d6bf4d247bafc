#include "exporters/onnx/fixes/fixes.h"

namespace conformance::onnx {
namespace {

using rewrite::FixInfo;
using rewrite::NodeFix;

constexpr std::string_view kExporter = "https://github.com/huggingface/transformers/blob/v5.23.0/src/transformers/exporters/exporter_onnx.py";
constexpr std::string_view kSeen = "torch 2.13.0, onnxscript 0.7.2";

FixInfo Info(std::string name, std::string reason, std::string upstream, std::string delete_when, bool by_construction = false) {
  return {"onnx", std::move(name), std::move(reason), std::move(upstream), std::string(kSeen), std::move(delete_when), by_construction};
}
NodeFix ByConstruction(std::string name, std::string reason, std::string upstream, std::vector<std::string> ops) {
  return {Info(std::move(name), std::move(reason), std::move(upstream), "the peer deletes its own", true), std::move(ops), nullptr};
}

std::vector<std::string> InPlaceOps() {
  std::vector<std::string> targets;
  for (const ops::OpDef* op : ops::DefaultOps().All()) {
    if (!op->traits.in_place_of.empty() && op->target != "aten.detach_.default") targets.push_back(op->target);
  }
  return targets;
}

}  // namespace

std::vector<NodeFix> NodeFixes(int64_t opset) {
  const std::string exporter(kExporter);
  std::vector<NodeFix> fixes = {
      {Info("assertion", "assertions have no counterpart in ONNX", exporter, "ONNX has assertions"),
       {"aten._assert_tensor_metadata.default", "aten._assert_scalar.default", "aten.sym_constrain_range_for_size.default"},
       FixAssertion},
      {Info("dead_comparison", "comparisons of sizes that fed assertions may hold infinite bounds", exporter, "programs carry no guards"),
       {"_operator.eq", "_operator.ne", "_operator.lt", "_operator.le", "_operator.gt", "_operator.ge", "torch.sym_not",
        "aten.sym_is_contiguous.default"},
       FixDeadComparison},
      {Info("layout", "strides and offsets are what the program recorded: arithmetic of sizes", {}, "never: ONNX has no layouts"),
       {"aten.sym_stride.int", "aten.sym_storage_offset.default"},
       FixLayout},
      {Info("alias", "alias, detach and the copy of a lifted constant give their input", exporter, "programs are functional"),
       {"aten.alias.default", "aten.detach.default", "aten.lift_fresh_copy.default"},
       FixAlias},
      {Info("detach_inplace", "detach_ changes no element", exporter, "programs are functional"), {"aten.detach_.default"}, FixAlias},
      {Info("no_op", "copies, layouts, devices, dropout outside training and casts to the own type change no value", {},
            "never: it is how ONNX differs from PyTorch"),
       {"aten.contiguous.default", "aten.clone.default", "aten.dropout.default", "aten.to.dtype", "aten.to.device", "aten.to.dtype_layout",
        "aten.to.other", "aten._to_copy.default", "aten.type_as.default"},
       FixNoOp},
      {Info("in_place", "ONNX has no in-place operators (the peer's index_put_inplace, triu_inplace and others)", exporter,
            "programs are functionalised when they are read"),
       InPlaceOps(), FixInPlace},
      {Info("slice_implicit_start", "a slice without a start became a node with an empty input, which ONNX Runtime rejects", exporter,
            "onnxscript writes a start of 0"),
       {"aten.slice.Tensor"},
       FixSliceImplicitStart},
      {Info("sort_stable", "sort.stable has no translation of its own", exporter, "it has one"), {"aten.sort.stable"}, FixSortStable},
  };
  if (opset < 22) {
    fixes.push_back({Info("bfloat16_convolution", "Conv takes no bf16 before opset 22", exporter, "opsets below 22 are given up"),
                     {"aten.conv1d.default", "aten.conv1d.padding", "aten.conv2d.default", "aten.conv2d.padding"},
                     FixBfloat16Convolution});
  }
  fixes.push_back(ByConstruction("integral_tensor_float_scalar", "binary operators cast both operands to the type of the result",
                                 "https://github.com/pytorch/pytorch/issues/194382", {"aten.mul.Tensor", "aten.sub.Tensor", "aten.rsub.Scalar"}));
  fixes.push_back(ByConstruction("mul_scalar_symbolic", "a size as operand is a value like any other",
                                 "https://github.com/pytorch/pytorch/issues/194382", {"aten.mul.Scalar"}));
  fixes.push_back(ByConstruction("remainder_scalar", "a size as operand is a value like any other", exporter, {"aten.remainder.Scalar"}));
  fixes.push_back(ByConstruction("index_put_last_dim_index", "index_put on any axis is one ScatterND over the transposed tensor", exporter,
                                 {"aten.index_put.default"}));
  fixes.push_back(ByConstruction("scatter_reduce", "an op without contract is refused by name", exporter, {"aten.scatter_reduce.two"}));
  fixes.push_back(ByConstruction("fill_diagonal_inplace", "an op without contract is refused by name", exporter, {"aten.fill_diagonal_.default"}));
  return fixes;
}

}  // namespace conformance::onnx
