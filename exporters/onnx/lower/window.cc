#include "exporters/onnx/lower/window.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "exporters/onnx/lower/matmul.h"
#include "exporters/onnx/lower/spatial.h"

namespace conformance::onnx {
// An output_padding that reaches the stride, which runtimes refuse, is less padding at the end; what is beyond the last
// window's reach holds the bias alone.
Result<Outputs> LowerConvTranspose(const Call& call, Graph& g) {
  const Value x = call.Tensor("input"), weight = call.Tensor("weight"), bias = call.Tensor("bias");
  const auto axes = static_cast<size_t>(weight.rank() - 2);
  const std::vector<int64_t> stride = EachAxis(call, "stride", axes), padding = EachAxis(call, "padding", axes);
  std::vector<int64_t> pads = BothSides(padding), more = EachAxis(call, "output_padding", axes), behind(axes, 0);
  for (size_t i = 0; i < axes; ++i) {
    if (more[i] < stride[i]) continue;
    pads[axes + i] = std::max<int64_t>(padding[i] - more[i], 0);
    behind[i] = std::max<int64_t>(more[i] - padding[i], 0);
    more[i] = 0;
  }
  const bool reaches = std::any_of(behind.begin(), behind.end(), [](int64_t n) { return n > 0; });
  // Before opset 22 there is no bf16, and runtimes have none after it.
  const DType wide = x.dtype == DType::kBF16 ? DType::kF32 : x.dtype;
  const auto cast = [&](const Value& value) { return value.defined() ? g.Cast(value, wide) : value; };
  Value y = g.Op("ConvTranspose", {Batched(g, cast(x), axes), cast(weight), reaches ? Value() : cast(bias)},
                 {{"strides", stride}, {"pads", pads}, {"dilations", EachAxis(call, "dilation", axes)}, {"output_padding", more},
                  {"group", call.Int("groups")}});
  if (reaches) {
    std::vector<int64_t> room(2 * (axes + 2), 0), trailing(axes);
    std::copy(behind.begin(), behind.end(), room.end() - static_cast<std::ptrdiff_t>(axes));
    std::iota(trailing.begin(), trailing.end(), int64_t{1});
    y = g.Op("Pad", {y, g.Ints(room)});
    if (bias.defined()) y = g.Op("Add", {y, g.Unsqueeze(cast(bias), trailing)});
  }
  return g.Cast(Unbatched(g, y, x, axes), x.dtype);
}

Result<Outputs> LowerConvolution(const Call& call, Graph& g) {
  return call.Bool("transposed") ? LowerConvTranspose(call, g) : LowerConv(call, g);
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

// Rows of every window, then columns: two gathers by constant positions.
Result<Outputs> LowerIm2col(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<int64_t> kernel = EachAxis(call, "kernel_size", 2), dilation = EachAxis(call, "dilation", 2);
  const std::vector<int64_t> padding = EachAxis(call, "padding", 2), stride = EachAxis(call, "stride", 2);
  const auto channels = (*x.sizes)[static_cast<size_t>(x.rank()) - 3].AsInt();
  std::vector<int64_t> windows;
  for (size_t i = 0; i < 2; ++i) {
    const auto size = (*x.sizes)[static_cast<size_t>(x.rank()) - 2 + i].AsInt();
    if (!size || !channels) return call.Refused("of sizes that depend on symbols");
    windows.push_back((*size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1);
  }
  Value y = Batched(g, x, 2);
  if (padding[0] != 0 || padding[1] != 0) y = g.Op("Pad", {y, g.Ints({0, 0, padding[0], padding[1], 0, 0, padding[0], padding[1]})});
  for (size_t i = 0; i < 2; ++i) {
    std::vector<int64_t> positions;
    for (int64_t k = 0; k < kernel[i]; ++k) {
      for (int64_t at = 0; at < windows[i]; ++at) positions.push_back(k * dilation[i] + at * stride[i]);
    }
    y = g.Op("Gather", {y, g.Constant(Tensor::Of<int64_t>({kernel[i], windows[i]}, positions))}, {{"axis", i == 0 ? 2 : 4}});
  }
  // [N, C, kernel, windows, kernel, windows]
  const Size batch = x.rank() == 4 ? g.SizeAt(x, 0) : Size(1);
  y = g.Reshape(g.Transpose(y, {0, 1, 2, 4, 3, 5}), {batch, *channels * kernel[0] * kernel[1], windows[0] * windows[1]});
  return x.rank() == 4 ? y : g.Squeeze(y, {0});
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
  for (int64_t i = 0; i < 2; ++i) sizes.push_back(g.SizeAt(x, i));
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
