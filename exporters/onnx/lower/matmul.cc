#include "exporters/onnx/lower/matmul.h"

#include <algorithm>
#include <optional>

namespace conformance::onnx {
namespace {

std::string SecondOperand(const Call& call) { return call.Has("other") ? "other" : "mat2"; }

}  // namespace

// The weight stays as the checkpoint has it, [out, in]: its bytes are copied unchanged, and a tied one is stored once.
Result<Outputs> LowerLinear(const Call& call, Graph& g) {
  const Value x = call.Tensor("input"), weight = call.Tensor("weight"), bias = call.Tensor("bias");
  if (weight.rank() == 1) return g.Op("MatMul", {x, weight});
  if (x.rank() == 2) return g.Op("Gemm", {x, weight, bias}, {{"transB", 1}});
  const Value product = g.Op("MatMul", {x, g.Transpose(weight, {1, 0})});
  return bias.defined() ? g.Op("Add", {product, bias}) : product;
}

Result<Outputs> LowerMatmul(const Call& call, Graph& g) {
  return g.Op("MatMul", {call.Tensor("self"), call.Tensor(SecondOperand(call))});
}

Result<Outputs> LowerGroupedMm(const Call& call, Graph& g) {
  const Value x = call.Tensor(call.Has("self") ? "self" : "input"), weights = call.Tensor(call.Has("mat2") ? "mat2" : "weight");
  const auto groups = (*weights.sizes)[0].AsInt();
  if (!groups) return call.Refused("a number of groups that is not known");
  const Value ends = g.Cast(call.Tensor("offs"), DType::kI64);
  std::vector<Value> parts;
  Size start = 0;
  for (int64_t group = 0; group < *groups; ++group) {
    const Size end = g.Slice(ends, 0, group, group + 1);
    const Value matrix = g.Squeeze(g.Slice(weights, 0, group, group + 1), {0});
    parts.push_back(g.Op("MatMul", {g.Slice(x, 0, start, end), matrix}));
    start = end;
  }
  // Rows that no group has are zeros.
  const Value rest = g.Slice(x, 0, start, g.Sizes({g.Dim(x, 0)}));
  const Value rest_rows = g.Op("Shape", {rest}, {{"start", 0}, {"end", 1}}, DType::kI64);
  parts.push_back(g.Expand(g.Const(0, x), {Size(rest_rows), g.SizeAt(weights, 2)}));
  return g.Concat(std::move(parts), 0);
}

Result<Outputs> LowerAddmm(const Call& call, Graph& g) {
  const auto alpha = call.Literal("alpha"), beta = call.Literal("beta");
  const Value bias = call.Tensor("self"), a = call.Tensor("mat1"), b = call.Tensor("mat2");
  // Gemm's factors are f32 attributes.
  const auto exact = [](const std::optional<double>& factor) { return factor && static_cast<double>(static_cast<float>(*factor)) == *factor; };
  if (IsFloating(a.dtype) && exact(alpha) && exact(beta) && *beta != 0) {
    std::vector<Attr> attrs;
    if (*alpha != 1) attrs.emplace_back("alpha", *alpha);
    if (*beta != 1) attrs.emplace_back("beta", *beta);
    return g.Op("Gemm", {a, b, bias}, std::move(attrs));
  }
  Value product = g.Op("MatMul", {a, b});
  if (!alpha || *alpha != 1) product = g.Op("Mul", {product, call.Operand("alpha", a.dtype)});
  if (beta && *beta == 0) return product;
  return g.Op("Add", {beta && *beta == 1 ? bias : g.Op("Mul", {bias, call.Operand("beta", a.dtype)}), product});
}

Result<Outputs> LowerBaddbmm(const Call& call, Graph& g) {
  const auto alpha = call.Literal("alpha"), beta = call.Literal("beta");
  Value product = g.Op("MatMul", {call.Tensor("batch1"), call.Tensor("batch2")});
  if (!alpha || *alpha != 1) product = g.Op("Mul", {product, call.Operand("alpha", product.dtype)});
  if (beta && *beta == 0) return product;
  Value bias = call.Tensor("self");
  if (!beta || *beta != 1) bias = g.Op("Mul", {bias, call.Operand("beta", bias.dtype)});
  return g.Op("Add", {bias, product});
}

namespace {

// Padding by name as numbers, for runtimes refuse SAME_UPPER with a dilation: what does not halve goes behind. None for a kernel of open size.
std::optional<std::vector<int64_t>> PadsByName(const std::vector<SymInt>& weight, const std::vector<int64_t>& dilation, bool same) {
  const size_t axes = weight.size() - 2;
  std::vector<int64_t> pads(2 * axes, 0);
  for (size_t i = 0; same && i < axes; ++i) {
    const auto kernel = weight[i + 2].AsInt();
    if (!kernel) return std::nullopt;
    const int64_t both = (dilation.size() == 1 ? dilation[0] : dilation[i]) * (*kernel - 1);
    pads[i] = both / 2;
    pads[i + axes] = both - both / 2;
  }
  return pads;
}

}  // namespace

Result<Outputs> LowerConv(const Call& call, Graph& g) {
  const Value x = call.Tensor("input"), weight = call.Tensor("weight");
  const auto spatial = static_cast<size_t>(weight.rank() - 2);
  std::vector<Attr> attrs = {{"dilations", call.Ints("dilation")}, {"group", call.Int("groups")}, {"strides", call.Ints("stride")}};
  if (std::holds_alternative<std::string>(call.Argument("padding"))) {
    const bool same = call.String("padding") == "same";
    if (const auto pads = PadsByName(*weight.sizes, call.Ints("dilation"), same)) {
      attrs.emplace_back("pads", *pads);
    } else {
      const std::vector<int64_t> dilation = call.Ints("dilation");
      if (std::any_of(dilation.begin(), dilation.end(), [](int64_t n) { return n != 1; })) {
        return call.Refused("with padding by name, a dilation and a kernel whose size depends on symbols");
      }
      attrs.emplace_back("auto_pad", "SAME_UPPER");
    }
  } else {
    const std::vector<int64_t> padding = call.Ints("padding");
    std::vector<int64_t> pads;
    for (int side = 0; side < 2; ++side) pads.insert(pads.end(), padding.begin(), padding.end());
    attrs.emplace_back("pads", std::move(pads));
  }
  if (static_cast<size_t>(x.rank()) == spatial + 2) return g.Op("Conv", {x, weight, call.Tensor("bias")}, std::move(attrs));
  return g.Squeeze(g.Op("Conv", {g.Unsqueeze(x, {0}), weight, call.Tensor("bias")}, std::move(attrs)), {0});  // no batch axis
}

}  // namespace conformance::onnx
