#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/product.h"
#include "references/onnx/ops/window.h"

namespace conformance::onnx_reference::kernels {
namespace {

Error Misfit(const Array& x, const Array& w, const char* wanted) {
  return ShapeError("weights that don't fit the input").With("found", Describe(w) + " and " + Describe(x)).With("wanted", wanted);
}
Status CheckBias(const Call& call, size_t index, int64_t channels) {
  const Array* bias = call.Optional(index);
  if (bias == nullptr || (bias->rank() == 1 && bias->count() == channels)) return Ok();
  return ShapeError("a bias that doesn't fit the channels").With("found", Describe(*bias)).With("wanted", "[" + std::to_string(channels) + "]");
}

/// Elements of a block's matrix of windows, so that it stays in cache.
constexpr int64_t kBlock = int64_t{1} << 18;

template <typename T>
void Convolve(const Array& x, const Array& w, const Array* bias, const Window& window, int64_t group, Array& y) {
  const int64_t batch = x.dim(0), in_channels = w.dim(1), out_channels = w.dim(0) / group, taps = window.kernel_count;
  const int64_t depth = in_channels * taps;
  const int64_t block = std::min<int64_t>(window.out_count, std::max<int64_t>(64, kBlock / std::max<int64_t>(depth, 1)));
  std::vector<T> columns(static_cast<size_t>(depth * block)), products(static_cast<size_t>(out_channels * block));
  // Where in a channel each tap of each of the block's windows lies; -1 outside.
  std::vector<int64_t> places(static_cast<size_t>(taps * block));
  std::vector<int64_t> index(window.rank(), 0);
  for (int64_t start = 0; start < window.out_count; start += block) {
    const int64_t count = std::min(block, window.out_count - start);
    std::fill(places.begin(), places.end(), -1);
    for (int64_t i = 0; i < count; ++i, Advance(index, window.out)) {
      EachInside(window, index, [&](int64_t at, int64_t tap) { places[static_cast<size_t>(tap * count + i)] = at; });
    }
    for (int64_t image = 0; image < batch * group; ++image) {
      const int64_t g = image % group;
      const T* from = x.data<T>() + image * in_channels * window.in_count;
      for (int64_t row = 0; row < depth; ++row) {
        const T* channel = from + row / taps * window.in_count;
        const int64_t* place = places.data() + row % taps * count;
        T* to = columns.data() + row * count;
        for (int64_t i = 0; i < count; ++i) to[i] = place[i] < 0 ? T(0) : channel[place[i]];
      }
      MultiplyInto(w.data<T>() + g * out_channels * depth, columns.data(), products.data(), out_channels, depth, count);
      for (int64_t m = 0; m < out_channels; ++m) {
        const T add = bias == nullptr ? T(0) : bias->data<T>()[g * out_channels + m];
        const T* product = products.data() + m * count;
        T* to = y.mutable_data<T>() + (image * out_channels + m) * window.out_count + start;
        for (int64_t i = 0; i < count; ++i) to[i] = product[i] + add;
      }
    }
  }
}

/// Scatters each input place's products into the outputs that its window reaches.
template <typename T>
void Deconvolve(const Array& x, const Array& w, const Array* bias, const Window& window, int64_t group, Array& y) {
  // `window` is that of the convolution from the output (its `in`) to the input (its `out`).
  const int64_t batch = x.dim(0), in_channels = x.dim(1) / group, out_channels = w.dim(1);
  const int64_t depth = out_channels * window.kernel_count, places = window.out_count;
  std::vector<T> turned(static_cast<size_t>(depth * in_channels)), products(static_cast<size_t>(depth * places));
  for (int64_t n = 0; n < batch; ++n) {
    for (int64_t g = 0; g < group; ++g) {
      const T* weights = w.data<T>() + g * in_channels * depth;
      for (int64_t c = 0; c < in_channels; ++c) {
        for (int64_t d = 0; d < depth; ++d) turned[static_cast<size_t>(d * in_channels + c)] = weights[c * depth + d];
      }
      MultiplyInto(turned.data(), x.data<T>() + (n * group + g) * in_channels * places, products.data(), depth, in_channels, places);
      T* image = y.mutable_data<T>() + (n * group + g) * out_channels * window.in_count;
      for (int64_t m = 0; m < out_channels; ++m)
        std::fill_n(image + m * window.in_count, window.in_count, bias == nullptr ? T(0) : bias->data<T>()[g * out_channels + m]);
      std::vector<int64_t> index(window.rank(), 0);
      for (int64_t i = 0; i < places; ++i) {
        EachInside(window, index, [&](int64_t at, int64_t tap) {
          for (int64_t m = 0; m < out_channels; ++m) image[m * window.in_count + at] += products[static_cast<size_t>((m * window.kernel_count + tap) * places + i)];
        });
        Advance(index, window.out);
      }
    }
  }
}

}  // namespace

/// Cross-correlation of x [n, c, spatial…] with w [m, c / group, kernel…], plus a bias [m].
Outputs Conv(const Call& call) {
  const Array &x = call[0], &w = call[1];
  CONFORMANCE_TRY(const int64_t group, call.Int("group", 1));
  const bool fits = x.rank() >= 3 && w.rank() == x.rank() && group >= 1 && group <= w.dim(0) && w.dim(0) % group == 0 && x.dim(1) == w.dim(1) * group;
  if (!fits) return Misfit(x, w, "[m, c / group, kernel…], m a multiple of group");
  CONFORMANCE_RETURN_IF_ERROR(CheckBias(call, 2, w.dim(0)));
  const std::vector<int64_t> kernel(w.dims().begin() + 2, w.dims().end());
  CONFORMANCE_TRY(const std::vector<int64_t> declared, call.Ints("kernel_shape", kernel));
  if (declared != kernel) return ShapeError("a kernel_shape that isn't the weights'").With("found", ShapeText(declared)).With("wanted", ShapeText(kernel));
  CONFORMANCE_TRY(const Window window, WindowOf(call, x, kernel, false));
  Shape dims = {x.dim(0), w.dim(0)};
  dims.insert(dims.end(), window.out.begin(), window.out.end());
  CONFORMANCE_TRY(Array y, call.New(x.elem(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.dim(0), w.count(), window.out_count}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    if (y.count() != 0) Convolve<T>(x, w, call.Optional(2), window, group, y);
    return Ok();
  }));
  return y;
}

/// The gradient of Conv with respect to its input: x [n, c, spatial…], w [c, m / group, kernel…].
Outputs ConvTranspose(const Call& call) {
  const Array &x = call[0], &w = call[1];
  CONFORMANCE_TRY(const int64_t group, call.Int("group", 1));
  const bool fits = x.rank() >= 3 && w.rank() == x.rank() && group >= 1 && x.dim(1) == w.dim(0) && x.dim(1) % group == 0;
  if (!fits) return Misfit(x, w, "[c, m / group, kernel…], c a multiple of group");
  const int64_t channels = w.dim(1) * group;
  CONFORMANCE_RETURN_IF_ERROR(CheckBias(call, 2, channels));
  const auto rank = static_cast<size_t>(x.rank() - 2);
  CONFORMANCE_TRY(Window window, WindowAttributes(call, rank, std::vector<int64_t>(w.dims().begin() + 2, w.dims().end())));
  CONFORMANCE_TRY(const std::vector<int64_t> extra, call.Ints("output_padding", std::vector<int64_t>(rank, 0)));
  CONFORMANCE_TRY(std::vector<int64_t> wanted, call.Ints("output_shape", std::vector<int64_t>()));
  CONFORMANCE_TRY(const std::string auto_pad, call.String("auto_pad", "NOTSET"));
  // Some exporters write batch and channels in front.
  if (wanted.size() == rank + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (extra.size() != rank || (!wanted.empty() && wanted.size() != rank)) return Invalid("output sizes of another length").With("found", ShapeText(extra) + ", " + ShapeText(wanted));
  window.out.assign(x.dims().begin() + 2, x.dims().end());
  if (wanted.empty() && StartsWith(auto_pad, "SAME")) {
    for (size_t axis = 0; axis < rank; ++axis) wanted.push_back(window.out[axis] * window.stride[axis]);
  }
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t full = 0, reach = 0;
    const bool overflows = __builtin_mul_overflow(window.stride[axis], window.out[axis] - 1, &full) ||
                           __builtin_mul_overflow(window.dilation[axis], window.kernel[axis] - 1, &reach) || __builtin_add_overflow(full, reach, &full) ||
                           extra[axis] < 0 || __builtin_add_overflow(full, extra[axis] + 1, &full);
    if (overflows) return ShapeError("an output of impossible size");
    if (!wanted.empty()) {
      const int64_t total = std::max<int64_t>(0, full - wanted[axis]);
      window.before[axis] = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
      window.after[axis] = total - window.before[axis];
      window.in.push_back(wanted[axis]);
    } else {
      window.in.push_back(full - window.before[axis] - window.after[axis]);
    }
    if (window.in.back() < 0) return ShapeError("pads that leave no output").With("found", ShapeText(window.in));
    if (__builtin_mul_overflow(window.out_count, window.out[axis], &window.out_count) || __builtin_mul_overflow(window.in_count, window.in[axis], &window.in_count))
      return ShapeError("an output of impossible size").With("found", ShapeText(window.in));
  }
  Shape dims = {x.dim(0), channels};
  dims.insert(dims.end(), window.in.begin(), window.in.end());
  CONFORMANCE_TRY(Array y, call.New(x.elem(), std::move(dims)));
  int64_t depth = 0;
  if (__builtin_mul_overflow(w.dim(1) * window.kernel_count, std::max<int64_t>(window.out_count, 1), &depth)) return ShapeError("an output of impossible size");
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(depth));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.dim(0), w.count(), window.out_count}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    if (y.count() != 0) Deconvolve<T>(x, w, call.Optional(2), window, group, y);
    return Ok();
  }));
  return y;
}

/// A causal convolution of each channel along the last axis, which goes on from the last kernel - 1 elements of an earlier call and gives its own.
Outputs CausalConvWithState(const Call& call) {
  const Array &x = call[0], &w = call[1];
  CONFORMANCE_TRY(const std::string activation, call.String("activation", "none"));
  if (activation != "none" && activation != "silu" && activation != "swish")
    return Invalid("an unknown activation").With("found", activation).With("wanted", "none, silu or swish");
  if (x.rank() != 3 || w.rank() != 3 || w.dim(0) != x.dim(1) || w.dim(1) != 1 || w.dim(2) < 1) return Misfit(x, w, "[n, c, length] and [c, 1, k]");
  CONFORMANCE_RETURN_IF_ERROR(CheckBias(call, 2, x.dim(1)));
  const int64_t batch = x.dim(0), channels = x.dim(1), length = x.dim(2), kernel = w.dim(2), kept = kernel - 1;
  const Array* past = call.Optional(3);
  if (past != nullptr && past->dims() != Shape{batch, channels, kept}) return ShapeError("a past state of another size").With("found", Describe(*past)).With("wanted", ShapeText(Shape{batch, channels, kept}));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  CONFORMANCE_TRY(Array present, call.New(x.elem(), {batch, channels, kept}));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.count(), kernel}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    std::vector<T> line(static_cast<size_t>(kept + length), T(0));
    for (int64_t row = 0; row < batch * channels; ++row) {
      const T* taps = w.data<T>() + row % channels * kernel;
      const T bias = call.Has(2) ? call[2].data<T>()[row % channels] : T(0);
      if (past != nullptr) std::copy_n(past->data<T>() + row * kept, kept, line.begin());
      std::copy_n(x.data<T>() + row * length, length, line.begin() + kept);
      for (int64_t i = 0; i < length; ++i) {
        T sum = bias;
        for (int64_t k = 0; k < kernel; ++k) sum += taps[k] * line[static_cast<size_t>(i + k)];
        y.mutable_data<T>()[row * length + i] = activation == "none" ? sum : sum / (1 + std::exp(-sum));
      }
      std::copy_n(line.begin() + length, kept, present.mutable_data<T>() + row * kept);
    }
    return Ok();
  }));
  return Values{std::move(y), std::move(present)};
}

}  // namespace conformance::onnx_reference::kernels
