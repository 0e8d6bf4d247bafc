#include "exporters/onnx/lower/pool.h"

#include <algorithm>
#include <optional>

#include "exporters/onnx/lower/spatial.h"

namespace conformance::onnx {
namespace {

size_t AxesOf(const Call& call) {
  const std::string& target = call.op().target;
  return target.find("1d") != std::string::npos ? 1 : target.find("2d") != std::string::npos ? 2 : 3;
}

// kernel_size, stride, padding, dilation and ceil_mode of a pool as attributes.
//
// PyTorch's ceil_mode leaves out a last window that would start behind the input; ONNX's does not, and its runtimes differ. Where the sizes
// are known, the number of windows is too: the padding at the end then makes room for just as many.
Result<std::vector<Attr>> MaxWindows(const Call& call, const Value& x, size_t axes) {
  const std::vector<int64_t> kernel = EachAxis(call, "kernel_size", axes), padding = EachAxis(call, "padding", axes);
  const std::vector<int64_t> stride = call.Ints("stride").empty() ? kernel : EachAxis(call, "stride", axes);
  const std::vector<int64_t> dilation = EachAxis(call, "dilation", axes);
  std::vector<int64_t> pads = BothSides(padding);
  bool ceil_mode = call.Bool("ceil_mode"), known = true;
  for (size_t i = 0; ceil_mode && i < axes; ++i) {
    const auto in = (*x.sizes)[x.sizes->size() - axes + i].AsInt(), out = call.OutputSizes()[call.OutputSizes().size() - axes + i].AsInt();
    if (!in || !out) {
      known = false;
      break;
    }
    const int64_t reach = (*out - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1;  // of the last window's end
    const int64_t end = std::max(padding[i], reach - *in - padding[i]);
    if (end >= kernel[i]) return call.Refused("with ceil_mode and a last window that needs more padding than runtimes take");
    pads[axes + i] = end;
  }
  if (ceil_mode && known) {
    ceil_mode = false;
  } else {
    pads = BothSides(padding);
  }
  return std::vector<Attr>{
      {"kernel_shape", kernel}, {"strides", stride}, {"pads", std::move(pads)}, {"dilations", dilation}, {"ceil_mode", ceil_mode ? 1 : 0}};
}

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
    plane = g.Dim(x, x.rank() - 1);
    for (size_t i = 1; i < axes; ++i) plane = g.Op("Mul", {plane, g.Dim(x, x.rank() - 1 - static_cast<int64_t>(i))});
  }
  const Value positions = g.Op("Mod", {found[1], plane});
  return std::vector<Value>{g.Cast(Unbatched(g, found[0], x, axes), x.dtype), Unbatched(g, positions, x, axes)};
}

// Sizes of windows of an adaptive pool where they are all the same.
std::optional<std::vector<int64_t>> EvenKernel(const Value& x, const std::vector<SymInt>& wanted) {
  std::vector<int64_t> kernel;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto from = (*x.sizes)[x.sizes->size() - wanted.size() + i].AsInt(), to = wanted[i].AsInt();
    if (!from || !to || *to == 0 || *from % *to != 0) return std::nullopt;
    kernel.push_back(*from / *to);
  }
  return kernel;
}

}  // namespace

Result<Outputs> LowerMaxPool(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const size_t axes = AxesOf(call);
  CONFORMANCE_TRY(std::vector<Attr> windows, MaxWindows(call, x, axes));
  return Unbatched(g, g.Op("MaxPool", {Batched(g, x, axes)}, std::move(windows)), x, axes);
}

Result<Outputs> LowerMaxPoolWithIndices(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const size_t axes = AxesOf(call);
  CONFORMANCE_TRY(std::vector<Attr> windows, MaxWindows(call, x, axes));
  return LargestWithPositions(g, x, axes, std::move(windows));
}

Result<Outputs> LowerAdaptiveMaxPool(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<SymInt> wanted = call.SymIntsOf("output_size");
  const auto kernel = EvenKernel(x, wanted);
  if (!kernel) return call.Refused("to a size that does not divide the input's");
  return LargestWithPositions(g, x, wanted.size(), {{"kernel_shape", *kernel}, {"strides", *kernel}});
}

Result<Outputs> LowerAvgPool(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const size_t axes = AxesOf(call);
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

// To 1 along each axis whatever the size; by one pool where the numbers divide; else axis by axis (all windows of an axis have the same
// weight for the others), each window a mean: [floor(i n / m), ceil((i + 1) n / m)).
Result<Outputs> LowerAdaptiveAvgPool(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<SymInt> wanted = call.SymIntsOf("output_size");
  const size_t axes = wanted.size(), offset = static_cast<size_t>(x.rank()) - axes;
  if (std::all_of(wanted.begin(), wanted.end(), [](const SymInt& n) { return n.AsInt() == 1; })) {
    std::vector<int64_t> last;
    for (size_t i = 0; i < axes; ++i) last.push_back(static_cast<int64_t>(offset + i));
    return g.Reduce("ReduceMean", x, std::move(last), true);
  }
  if (const auto kernel = EvenKernel(x, wanted)) {
    return Unbatched(g, g.Op("AveragePool", {Batched(g, x, axes)}, {{"kernel_shape", *kernel}, {"strides", *kernel}}), x, axes);
  }
  Value y = Wide(g, x);
  for (size_t i = 0; i < axes; ++i) {
    const auto axis = static_cast<int64_t>(offset + i);
    const auto from = (*x.sizes)[offset + i].AsInt(), to = wanted[i].AsInt();
    if (SymInt::Same((*x.sizes)[offset + i], wanted[i])) continue;
    if (!to || (!from && *to != 1)) return call.Refused("to sizes that depend on symbols");
    if (*to == 1) {
      y = g.Reduce("ReduceMean", y, {axis}, true);
      continue;
    }
    if (*to == 0) return call.Refused("to nothing");
    std::vector<Value> means;
    for (int64_t at = 0; at < *to; ++at) {
      const int64_t start = at * *from / *to, end = ((at + 1) * *from + *to - 1) / *to;
      means.push_back(g.Reduce("ReduceMean", g.Slice(y, axis, start, end), {axis}, true));
    }
    y = g.Concat(std::move(means), axis);
  }
  return g.Cast(y, x.dtype);
}

}  // namespace conformance::onnx
