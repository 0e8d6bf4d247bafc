#include "exporters/onnx/lower/norm.h"

#include "exporters/onnx/decompose/decompose.h"

namespace conformance::onnx {
namespace {

// Weight of a normalisation, or ones of its sizes.
Value ScaleOf(const Call& call, Graph& g, const Value& x, size_t axes) {
  const Value weight = call.Tensor("weight");
  if (weight.defined()) return weight;
  std::vector<Size> sizes;
  for (size_t i = 0; i < axes; ++i) sizes.emplace_back(g.Dim(x, x.rank() - static_cast<int64_t>(axes - i)));
  const auto numbers = AsInts(call.SymIntsOf("normalized_shape"));
  return g.Op("Expand", {g.Const(1, x), numbers ? g.Ints(*numbers) : g.Sizes(sizes)});
}

}  // namespace

// f64 is decomposed before: ONNX's operator computes its statistics in f32.
Result<Outputs> LowerLayerNorm(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const size_t axes = call.SymIntsOf("normalized_shape").size();
  return g.Op("LayerNormalization", {x, ScaleOf(call, g, x, axes), call.Tensor("bias")},
              {{"axis", -static_cast<int64_t>(axes)}, {"epsilon", call.Number("eps")}});
}

Result<Outputs> LowerRmsNorm(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const size_t axes = call.SymIntsOf("normalized_shape").size();
  const double eps = call.IsNone("eps") ? RmsNormEps(x.dtype) : call.Number("eps");
  return g.Op("RMSNormalization", {x, ScaleOf(call, g, x, axes)}, {{"axis", -static_cast<int64_t>(axes)}, {"epsilon", eps}});
}

Result<Outputs> LowerBatchNorm(const Call& call, Graph& g) {
  if (call.Has("training") && call.Bool("training")) return call.Refused("in training mode");
  const Value x = call.Tensor("input"), mean = call.Tensor("running_mean"), var = call.Tensor("running_var");
  if (!mean.defined() || !var.defined()) return call.Refused("without running statistics");
  Value weight = call.Tensor("weight"), bias = call.Tensor("bias");
  const Value channels = g.Dim(mean, 0);
  if (!weight.defined()) weight = g.Op("Expand", {g.Const(1, x), channels});
  if (!bias.defined()) bias = g.Op("Expand", {g.Const(0, x), channels});
  return g.Op("BatchNormalization", {x, weight, bias, mean, var}, {{"epsilon", call.Number("eps")}});
}

}  // namespace conformance::onnx
