#include "exporters/onnx/lower/window.h"

#include <algorithm>
#include <cmath>

#include "exporters/onnx/lower/matmul.h"

namespace conformance::onnx {
namespace {

// Numbers of each axis; one stands for all.
std::vector<int64_t> EachAxis(const Call& call, std::string_view name, size_t axes) {
  std::vector<int64_t> numbers = call.Ints(name);
  if (numbers.size() == 1) numbers.resize(axes, numbers[0]);
  return numbers;
}

std::vector<int64_t> BothSides(const std::vector<int64_t>& padding) {
  std::vector<int64_t> pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());
  return pads;
}

// Operators of ONNX want a batch axis.
Value Batched(Graph& g, const Value& x, size_t axes) { return static_cast<size_t>(x.rank()) == axes + 2 ? x : g.Unsqueeze(x, {0}); }
Value Unbatched(Graph& g, const Value& y, const Value& x, size_t axes) {
  return static_cast<size_t>(x.rank()) == axes + 2 ? y : g.Squeeze(y, {0});
}

// Halves are computed in f32, as PyTorch does.
Value Wide(Graph& g, const Value& x) { return IsFloating(x.dtype) ? g.AtLeast(x, DType::kF32) : x; }

}  // namespace

Result<Outputs> LowerConvTranspose(const Call& call, Graph& g) {
  const Value x = call.Tensor("input"), weight = call.Tensor("weight");
  const auto axes = static_cast<size_t>(weight.rank() - 2);
  const std::vector<Attr> attrs = {{"strides", EachAxis(call, "stride", axes)},
                                   {"pads", BothSides(EachAxis(call, "padding", axes))},
                                   {"dilations", EachAxis(call, "dilation", axes)},
                                   {"output_padding", EachAxis(call, "output_padding", axes)},
                                   {"group", call.Int("groups")}};
  return Unbatched(g, g.Op("ConvTranspose", {Batched(g, x, axes), weight, call.Tensor("bias")}, attrs), x, axes);
}

Result<Outputs> LowerConvolution(const Call& call, Graph& g) {
  return call.Bool("transposed") ? LowerConvTranspose(call, g) : LowerConv(call, g);
}

namespace {

// Positions in the whole tensor become positions in their planes.
Result<Outputs> LargestWithPositions(Graph& g, const Value& x, size_t axes, std::vector<Attr> attrs) {
  SymInt area = 1;
  for (size_t i = x.sizes->size() - axes; i < x.sizes->size(); ++i) area *= (*x.sizes)[i];
  auto found = g.MultiOp("MaxPool", {Batched(g, Wide(g, x), axes)}, 2, std::move(attrs));
  found[1].dtype = DType::kI64;
  const auto number = area.AsInt();
  Value plane;
  if (number) {
    plane = g.Int(*number);
  } else {
    std::vector<Value> sizes;
    for (size_t i = 0; i < axes; ++i) sizes.push_back(g.Dim(x, x.rank() - 1 - static_cast<int64_t>(i)));
    plane = sizes[0];
    for (size_t i = 1; i < axes; ++i) plane = g.Op("Mul", {plane, sizes[i]});
  }
  const Value positions = g.Op("Mod", {found[1], plane});
  return std::vector<Value>{g.Cast(Unbatched(g, found[0], x, axes), x.dtype), Unbatched(g, positions, x, axes)};
}

}  // namespace

Result<Outputs> LowerMaxPoolWithIndices(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const auto axes = static_cast<size_t>(call.op().target.find("1d") != std::string::npos ? 1 : call.op().target.find("2d") != std::string::npos ? 2 : 3);
  const std::vector<int64_t> kernel = EachAxis(call, "kernel_size", axes);
  const std::vector<int64_t> stride = call.Ints("stride").empty() ? kernel : EachAxis(call, "stride", axes);
  return LargestWithPositions(g, x, axes,
                              {{"kernel_shape", kernel},
                               {"strides", stride},
                               {"pads", BothSides(EachAxis(call, "padding", axes))},
                               {"dilations", EachAxis(call, "dilation", axes)},
                               {"ceil_mode", call.Bool("ceil_mode") ? 1 : 0}});
}

Result<Outputs> LowerAdaptiveMaxPool(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<SymInt> wanted = call.SymIntsOf("output_size");
  std::vector<int64_t> kernel;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto from = (*x.sizes)[x.sizes->size() - wanted.size() + i].AsInt(), to = wanted[i].AsInt();
    if (!from || !to || *to == 0 || *from % *to != 0) return call.Refused("to a size that does not divide the input's");
    kernel.push_back(*from / *to);
  }
  return LargestWithPositions(g, x, wanted.size(), {{"kernel_shape", kernel}, {"strides", kernel}});
}

Result<Outputs> LowerAvgPool(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const auto axes = static_cast<size_t>(call.op().target.find("1d") != std::string::npos ? 1 : call.op().target.find("2d") != std::string::npos ? 2 : 3);
  if (call.Has("divisor_override") && !call.IsNone("divisor_override")) return call.Refused("with a divisor of its own");
  const bool ceil_mode = call.Bool("ceil_mode"), with_padding = call.Bool("count_include_pad");
  const std::vector<int64_t> kernel = EachAxis(call, "kernel_size", axes), padding = EachAxis(call, "padding", axes);
  // Runtimes disagree on what a window counts that reaches beyond the padding.
  if (ceil_mode && with_padding) return call.Refused("with ceil_mode and count_include_pad");
  const std::vector<Attr> attrs = {{"kernel_shape", kernel},
                                   {"strides", call.Ints("stride").empty() ? kernel : EachAxis(call, "stride", axes)},
                                   {"pads", BothSides(padding)},
                                   {"ceil_mode", ceil_mode ? 1 : 0},
                                   {"count_include_pad", with_padding ? 1 : 0}};
  return g.Cast(Unbatched(g, g.Op("AveragePool", {Batched(g, Wide(g, x), axes)}, attrs), x, axes), x.dtype);
}

Result<Outputs> LowerCol2im(const Call& call, Graph& g) {
  if (g.Opset() < 18) return call.Refused("below opset 18");
  const Value x = call.Tensor("self");
  const Value columns = x.rank() == 3 ? x : g.Unsqueeze(x, {0});
  const Value image = g.Op("Col2Im", {columns, g.Sizes(call.SizesOf("output_size")), g.Ints(EachAxis(call, "kernel_size", 2))},
                           {{"dilations", EachAxis(call, "dilation", 2)},
                            {"pads", BothSides(EachAxis(call, "padding", 2))},
                            {"strides", EachAxis(call, "stride", 2)}});
  return x.rank() == 3 ? image : g.Squeeze(image, {0});
}

namespace {

/// ONNX computes sizes from factors in f32, which is exact for whole numbers and halvings alone.
bool IsExactFactor(double factor) {
  int exponent = 0;
  return factor == std::floor(factor) || std::frexp(factor, &exponent) == 0.5;
}

Result<Outputs> Resized(const Call& call, Graph& g, std::vector<Attr> attrs) {
  const Value x = call.Tensor(call.op().args[0].name);
  const size_t axes = static_cast<size_t>(x.rank()) - 2;
  const Value wide = Wide(g, x);
  if (call.Has("scale_factors") && !call.IsNone("scale_factors")) {
    std::vector<float> scales = {1, 1};
    for (const double factor : call.Numbers("scale_factors")) {
      if (!IsExactFactor(factor)) return call.Refused("by factors that are neither whole nor halvings");
      scales.push_back(static_cast<float>(factor));
    }
    const auto count = static_cast<int64_t>(scales.size());
    return g.Cast(g.Op("Resize", {wide, Value(), g.Constant(Tensor::Of<float>({count}, scales))}, std::move(attrs)), x.dtype);
  }
  for (size_t i = call.op().args.size() - axes; !call.Has("scale_factors") && i < call.op().args.size(); ++i) {
    if (!call.IsNone(call.op().args[i].name)) return call.Refused("with a scale beside the size");
  }
  std::vector<Size> sizes;
  for (int64_t i = 0; i < 2; ++i) {
    const auto number = (*x.sizes)[static_cast<size_t>(i)].AsInt();
    sizes.push_back(number ? Size(*number) : Size(g.Dim(x, i)));
  }
  for (const Size& size : call.SizesOf("output_size")) sizes.push_back(size);
  return g.Cast(g.Op("Resize", {wide, Value(), Value(), g.Sizes(sizes)}, std::move(attrs)), x.dtype);
}

Attr Corners(const Call& call) {
  return {"coordinate_transformation_mode", call.Bool("align_corners") ? "align_corners" : "half_pixel"};
}

}  // namespace

Result<Outputs> LowerUpsampleNearest(const Call& call, Graph& g) {
  return Resized(call, g, {{"mode", "nearest"}, {"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}});
}
Result<Outputs> LowerUpsampleNearestExact(const Call& call, Graph& g) {
  return Resized(call, g, {{"mode", "nearest"}, {"coordinate_transformation_mode", "half_pixel"}, {"nearest_mode", "round_prefer_ceil"}});
}
Result<Outputs> LowerUpsampleLinear(const Call& call, Graph& g) { return Resized(call, g, {{"mode", "linear"}, Corners(call)}); }
Result<Outputs> LowerUpsampleCubic(const Call& call, Graph& g) {
  return Resized(call, g, {{"mode", "cubic"}, {"cubic_coeff_a", -0.75}, Corners(call)});
}

Result<Outputs> LowerGridSampler(const Call& call, Graph& g) {
  static constexpr const char* kPadding[] = {"zeros", "border", "reflection"};
  static constexpr const char* kBefore20[] = {"bilinear", "nearest", "bicubic"};
  static constexpr const char* kSince20[] = {"linear", "nearest", "cubic"};
  const int64_t mode = call.Int("interpolation_mode");
  return g.Op("GridSample", {call.Tensor("input"), call.Tensor("grid")},
              {{"mode", (g.Opset() >= 20 ? kSince20 : kBefore20)[mode]},
               {"padding_mode", kPadding[call.Int("padding_mode")]},
               {"align_corners", call.Bool("align_corners") ? 1 : 0}});
}

}  // namespace conformance::onnx
