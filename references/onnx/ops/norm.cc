#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/reduce.h"
#include "references/onnx/ops/rows.h"

/// Normalisations: mean and variance are those of the population.
namespace conformance::onnx_reference::kernels {
namespace {

template <typename T>
struct Moments {
  T mean = 0, variance = 0;
};
template <typename T>
Moments<T> MomentsOf(const T* row, int64_t n) {
  Moments<T> moments;
  moments.mean = SumOf(row, n, [](T v) { return v; }) / static_cast<T>(n);
  moments.variance = SumOf(row, n, [mean = moments.mean](T v) { return (v - mean) * (v - mean); }) / static_cast<T>(n);
  return moments;
}

/// A list with one number for each channel.
Result<std::vector<double>> PerChannel(const Call& call, size_t index, int64_t channels) {
  if (call[index].rank() == 1 && call[index].count() == channels) return ToNumbers(call[index]);
  return ShapeError("a list that doesn't fit the channels")
      .With("input", std::to_string(index))
      .With("found", Describe(call[index]))
      .With("wanted", "[" + std::to_string(channels) + "]");
}
Status NeedChannels(const Array& x) {
  if (x.rank() >= 2) return Ok();
  return ShapeError("an input without channels").With("found", Describe(x)).With("wanted", "[n, c, spatial…]");
}

/// y = (x - mean) / √(variance + ε) · scale + bias for each channel.
template <typename T>
void Apply(const Array& x, const std::vector<double>& mean, const std::vector<double>& variance, double epsilon, const std::vector<double>& scale,
           const std::vector<double>& bias, Array& y) {
  const auto channels = static_cast<int64_t>(mean.size());
  const int64_t batch = x.rank() < 2 ? x.count() : x.dim(0), inner = batch * channels == 0 ? 0 : x.count() / (batch * channels);
  for (int64_t row = 0; row < batch * channels; ++row) {
    const auto c = static_cast<size_t>(row % channels);
    const T middle = static_cast<T>(mean[c]), add = static_cast<T>(bias[c]);
    const T deviation = std::sqrt(static_cast<T>(variance[c]) + static_cast<T>(epsilon)), factor = static_cast<T>(scale[c]);
    for (int64_t i = row * inner; i < (row + 1) * inner; ++i) y.mutable_data<T>()[i] = (x.data<T>()[i] - middle) / deviation * factor + add;
  }
}

}  // namespace

/// With the statistics given or, in training, the batch's own; then also the running statistics that follow.
Outputs BatchNormalization(const Call& call) {
  const Array& x = call[0];
  const bool trains_by_attribute = call.opset() >= 14;
  CONFORMANCE_TRY(const int64_t training_mode, call.Int("training_mode", 0));
  const bool training = trains_by_attribute ? training_mode != 0 : call.Wants(1);
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-5F}));
  CONFORMANCE_TRY(const double momentum, call.Float("momentum", double{0.9F}));
  CONFORMANCE_TRY(const int64_t spatial, call.Int("spatial", 1));
  if (spatial == 0) return Unsupported("statistics for each element (spatial 0)");
  if (x.rank() == 0) return ShapeError("an input without a batch").With("found", Describe(x));
  const int64_t channels = x.rank() < 2 ? 1 : x.dim(1);
  CONFORMANCE_TRY(const std::vector<double> scale, PerChannel(call, 1, channels));
  CONFORMANCE_TRY(const std::vector<double> bias, PerChannel(call, 2, channels));
  CONFORMANCE_TRY(std::vector<double> mean, PerChannel(call, 3, channels));
  CONFORMANCE_TRY(std::vector<double> variance, PerChannel(call, 4, channels));
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  Values outputs;
  if (training) {
    std::vector<int64_t> axes = Everything(x.rank());
    if (x.rank() >= 2) axes.erase(axes.begin() + 1);
    CONFORMANCE_TRY(const Reduction rows, RowsOf(call, x, axes, false));
    CONFORMANCE_TRY(Array next_mean, call.New(call[3].elem(), {channels}));
    CONFORMANCE_TRY(Array next_variance, call.New(call[4].elem(), {channels}));
    CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
      for (int64_t c = 0; c < channels; ++c) {
        const Moments<T> moments = MomentsOf(rows.rows.data<T>() + c * rows.reduced, rows.reduced);
        const auto at = static_cast<size_t>(c);
        const double next[2] = {mean[at] * momentum + static_cast<double>(moments.mean) * (1 - momentum),
                                variance[at] * momentum + static_cast<double>(moments.variance) * (1 - momentum)};
        for (Array* out : {&next_mean, &next_variance}) {
          (void)VisitFloats(out->store(), "", [&]<typename U>(Tag<U>) {
            out->mutable_data<U>()[c] = static_cast<U>(next[out == &next_variance]);
            return Ok();
          });
        }
        mean[at] = static_cast<double>(moments.mean);
        variance[at] = static_cast<double>(moments.variance);
      }
      return Ok();
    }));
    outputs = {std::move(next_mean), std::move(next_variance)};
    if (!trains_by_attribute) {
      // saved_mean and saved_var are the batch's own.
      for (const auto* saved : {&mean, &variance}) {
        CONFORMANCE_TRY(Array out, call.New(x.elem(), {channels}));
        CONFORMANCE_RETURN_IF_ERROR(VisitFloats(out.store(), "", [&]<typename T>(Tag<T>) {
          std::transform(saved->begin(), saved->end(), out.mutable_data<T>(), [](double v) { return static_cast<T>(v); });
          return Ok();
        }));
        outputs.emplace_back(std::move(out));
      }
    }
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    Apply<T>(x, mean, variance, epsilon, scale, bias, y);
    return Ok();
  }));
  outputs.insert(outputs.begin(), std::move(y));
  return outputs;
}

namespace {

/// Groups of channels of each sample normalised, then scaled: `scale` and `bias` have one number for each channel.
Outputs NormaliseGroups(const Call& call, int64_t groups, double epsilon, const std::vector<double>& scale, const std::vector<double>& bias) {
  const Array& x = call[0];
  const int64_t channels = x.dim(1);
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  if (x.count() == 0) return y;
  const int64_t inner = x.count() / (x.dim(0) * channels), length = channels / groups * inner;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t row = 0; row < x.dim(0) * groups; ++row) {
      const T* from = x.data<T>() + row * length;
      T* to = y.mutable_data<T>() + row * length;
      const Moments<T> moments = MomentsOf(from, length);
      const T deviation = std::sqrt(moments.variance + static_cast<T>(epsilon));
      for (int64_t i = 0; i < length; ++i) {
        const auto c = static_cast<size_t>(row % groups * (channels / groups) + i / inner);
        to[i] = (from[i] - moments.mean) / deviation * static_cast<T>(scale[c]) + static_cast<T>(bias[c]);
      }
    }
    return Ok();
  }));
  return y;
}

}  // namespace

/// Each channel of each sample on its own.
Outputs InstanceNormalization(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedChannels(call[0]));
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-5F}));
  CONFORMANCE_TRY(const std::vector<double> scale, PerChannel(call, 1, call[0].dim(1)));
  CONFORMANCE_TRY(const std::vector<double> bias, PerChannel(call, 2, call[0].dim(1)));
  return NormaliseGroups(call, call[0].dim(1), epsilon, scale, bias);
}

/// Scale and bias are those of each channel or, before version 21, of each group.
Outputs GroupNormalization(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedChannels(call[0]));
  const int64_t channels = call[0].dim(1);
  CONFORMANCE_TRY(const int64_t groups, call.Int("num_groups"));
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-5F}));
  if (groups < 1 || groups > std::max<int64_t>(channels, 1) || channels % groups != 0)
    return Invalid("groups that don't divide the channels").With("found", std::to_string(groups)).With("wanted", "a divisor of " + std::to_string(channels));
  const bool by_group = call.opset() < 21;
  CONFORMANCE_TRY(std::vector<double> scale, PerChannel(call, 1, by_group ? groups : channels));
  CONFORMANCE_TRY(std::vector<double> bias, PerChannel(call, 2, by_group ? groups : channels));
  if (by_group) {
    for (std::vector<double>* list : {&scale, &bias}) {
      std::vector<double> wide;
      for (int64_t c = 0; c < channels; ++c) wide.push_back((*list)[static_cast<size_t>(c / (channels / groups))]);
      *list = std::move(wide);
    }
  }
  return NormaliseGroups(call, groups, epsilon, scale, bias);
}

/// All axes from `axis` on; Scale and B broadcast to x. Outputs 1 and 2: mean and 1 / √(variance + ε), f32 by default.
Outputs LayerNormalization(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), -1));
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-5F}));
  CONFORMANCE_TRY(const int64_t stash, call.Int("stash_type", 1));
  const auto stash_elem = static_cast<Elem>(stash);
  if (!kFloats.Has(stash_elem)) return TypeError("a stash_type that is no float").With("found", std::to_string(stash));
  int64_t outer = 1, length = 1;
  Shape lead;
  for (int64_t i = 0; i < x.rank(); ++i) {
    (i < axis ? outer : length) *= x.dim(i);
    lead.push_back(i < axis ? x.dim(i) : 1);
  }
  for (size_t i : {1, 2}) {
    if (!call.Has(i)) continue;
    CONFORMANCE_TRY(const Shape dims, BroadcastDims(x.dims(), call[i].dims()));
    if (dims != x.dims()) return ShapeError("a scale or bias that doesn't broadcast to the input").With("found", Describe(call[i])).With("wanted", Describe(x));
  }
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  CONFORMANCE_TRY(Array mean, call.New(stash_elem, lead));
  CONFORMANCE_TRY(Array inverse, call.New(stash_elem, lead));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t row = 0; row < outer; ++row) {
      const T* from = x.data<T>() + row * length;
      const Moments<T> moments = MomentsOf(from, length);
      const T scale = 1 / std::sqrt(moments.variance + static_cast<T>(epsilon));
      for (int64_t i = 0; i < length; ++i) y.mutable_data<T>()[row * length + i] = (from[i] - moments.mean) * scale;
      for (Array* out : {&mean, &inverse}) {
        (void)VisitFloats(out->store(), "", [&]<typename U>(Tag<U>) {
          out->mutable_data<U>()[row] = static_cast<U>(out == &mean ? moments.mean : scale);
          return Ok();
        });
      }
    }
    return Ok();
  }));
  CONFORMANCE_TRY(y, MapNumbers(call, y, call[1], [](auto a, auto b) { return a * b; }));
  if (call.Has(2)) {
    CONFORMANCE_TRY(y, MapNumbers(call, y, call[2], [](auto a, auto b) { return a + b; }));
  }
  return Values{std::move(y), std::move(mean), std::move(inverse)};
}

/// x / ‖x‖ along an axis, p = 1 or 2; 0 where the norm is 0.
Outputs LpNormalization(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), -1));
  CONFORMANCE_TRY(const int64_t p, call.Int("p", 2));
  if (p != 1 && p != 2) return Invalid("a norm that isn't known").With("found", std::to_string(p)).With("wanted", "1 or 2");
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  const Around around = AroundAxis(x.dims(), axis);
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t line = 0; line < around.outer * around.inner; ++line) {
      const int64_t start = line / around.inner * around.size * around.inner + line % around.inner;
      T sum = 0;
      for (int64_t k = 0; k < around.size; ++k) {
        const T v = x.data<T>()[start + k * around.inner];
        sum += p == 1 ? std::fabs(v) : v * v;
      }
      const T norm = p == 1 ? sum : std::sqrt(sum);
      for (int64_t k = 0; k < around.size; ++k) {
        const int64_t at = start + k * around.inner;
        y.mutable_data<T>()[at] = norm == 0 ? T(0) : x.data<T>()[at] / norm;
      }
    }
    return Ok();
  }));
  return y;
}

/// (x - mean) / standard deviation over axes; 1e-9 is added below, as the operator's function has it.
Outputs MeanVarianceNormalization(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(std::vector<int64_t> axes, call.Ints("axes", std::vector<int64_t>{0, 2, 3}));
  CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  CONFORMANCE_TRY(const Reduction rows, RowsOf(call, x, axes, true));
  CONFORMANCE_TRY(Array mean, call.New(x.elem(), rows.dims));
  CONFORMANCE_TRY(Array deviation, call.New(x.elem(), rows.dims));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < rows.result; ++i) {
      const Moments<T> moments = MomentsOf(rows.rows.data<T>() + i * rows.reduced, rows.reduced);
      mean.mutable_data<T>()[i] = moments.mean;
      deviation.mutable_data<T>()[i] = std::sqrt(moments.variance) + static_cast<T>(1e-9);
    }
    return Ok();
  }));
  CONFORMANCE_TRY(const Array centred, MapNumbers(call, x, mean, [](auto a, auto b) { return a - b; }));
  return MapNumbers(call, centred, deviation, []<typename T>(T a, T b) -> T { return b == 0 ? T(0) : static_cast<T>(a / b); });
}

/// x / (bias + alpha / size · Σ x²)^beta, the sum over `size` channels around each.
Outputs LRN(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_RETURN_IF_ERROR(NeedChannels(x));
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", double{1e-4F}));
  CONFORMANCE_TRY(const double beta, call.Float("beta", 0.75));
  CONFORMANCE_TRY(const double bias, call.Float("bias", 1));
  CONFORMANCE_TRY(const int64_t size, call.Int("size"));
  if (size < 1) return Invalid("a size out of range").With("found", std::to_string(size)).With("wanted", "1 or more");
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  const Around around = AroundAxis(x.dims(), 1);
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.count(), std::min(size, around.size)}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t n = 0; n < around.outer; ++n) {
      for (int64_t c = 0; c < around.size; ++c) {
        const int64_t first = std::max<int64_t>(0, c - std::min(around.size, (size - 1) / 2));
        const int64_t last = std::min(around.size - 1, c + std::min(around.size, size / 2));
        for (int64_t i = 0; i < around.inner; ++i) {
          T sum = 0;
          for (int64_t k = first; k <= last; ++k) {
            const T v = x.data<T>()[(n * around.size + k) * around.inner + i];
            sum += v * v;
          }
          const int64_t at = (n * around.size + c) * around.inner + i;
          y.mutable_data<T>()[at] = x.data<T>()[at] / std::pow(static_cast<T>(bias) + static_cast<T>(alpha) / static_cast<T>(size) * sum, static_cast<T>(beta));
        }
      }
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
