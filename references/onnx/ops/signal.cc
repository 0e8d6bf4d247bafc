#include <algorithm>
#include <cmath>
#include <numbers>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/fourier.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// Numbers in f64 as `elem`.
Outputs AsType(const Call& call, const std::vector<double>& numbers, Shape dims, Elem elem) {
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, std::move(dims)));
  std::copy(numbers.begin(), numbers.end(), wide.mutable_data<double>());
  return CastArray(call, wide, elem, {});
}

Result<Elem> OutputType(const Call& call) {
  CONFORMANCE_TRY(const int64_t type, call.Int("output_datatype", 1));
  if (type >= 1 && type < 32 && kNumbers.Has(static_cast<Elem>(type))) return static_cast<Elem>(type);
  return TypeError("an output_datatype that is none")
      .With("found", std::to_string(type))
      .With("wanted", kNumbers.ToString());
}

/// a - b · cos(2πn / N) + c · cos(4πn / N), N being the size or, symmetric, one less.
Outputs Cosines(const Call& call, double a, double b, double c) {
  CONFORMANCE_TRY(const int64_t size, ToInt(call[0], "the size"));
  CONFORMANCE_TRY(const int64_t periodic, call.Int("periodic", 1));
  CONFORMANCE_TRY(const Elem elem, OutputType(call));
  if (size < 0)
    return Invalid("a size out of range").With("found", std::to_string(size)).With("wanted", "0 or more");
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, {size}));
  const double length = static_cast<double>(periodic != 0 ? size : std::max<int64_t>(size - 1, 1));
  for (int64_t n = 0; n < size; ++n) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(n) / length;
    wide.mutable_data<double>()[n] = a - b * std::cos(angle) + c * std::cos(2 * angle);
  }
  return CastArray(call, wide, elem, {});
}

Result<int64_t> SizeOr(const Call& call, size_t index, int64_t otherwise, const char* what, int64_t least) {
  if (!call.Has(index)) return otherwise;
  CONFORMANCE_TRY(const int64_t size, ToInt(call[index], what));
  if (size >= least) return size;
  return Invalid(std::string(what) + " is out of range")
      .With("found", std::to_string(size))
      .With("wanted", std::to_string(least) + " or more");
}

using Signal = std::vector<std::complex<double>>;

/// x [..., n, ..., 1 or 2] transformed along `axis`.
Outputs TransformAxis(const Call& call, int64_t axis) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t inverse, call.Int("inverse", 0));
  CONFORMANCE_TRY(const int64_t onesided, call.Int("onesided", 0));
  if (x.rank() < 2 || x.dim(-1) < 1 || x.dim(-1) > 2)
    return ShapeError("a signal of no numbers")
        .With("found", Describe(x))
        .With("wanted", "[..., 1] or [..., 2]");
  CONFORMANCE_TRY(axis, NormalAxis(axis, x.rank()));
  if (axis == x.rank() - 1)
    return Invalid("the axis of real and imaginary parts is none to transform")
        .With("found", std::to_string(axis))
        .With("wanted", "an axis before the last");
  const bool real_out = onesided != 0 && inverse != 0, half = onesided != 0 && inverse == 0;
  const int64_t parts = x.dim(-1), in = x.dim(axis);
  if (half && parts != 1)
    return ShapeError("a one-sided transform of a complex signal")
        .With("found", Describe(x))
        .With("wanted", "[..., 1]");
  if (real_out && parts != 2)
    return ShapeError("a one-sided inverse of a real signal")
        .With("found", Describe(x))
        .With("wanted", "[..., 2]");
  CONFORMANCE_TRY(const int64_t length,
                  SizeOr(call, 1, real_out ? std::max<int64_t>(0, 2 * (in - 1)) : in, "dft_length", 0));
  Shape dims = x.dims();
  dims[static_cast<size_t>(axis)] = half ? length / 2 + 1 : length;
  dims.back() = real_out ? 1 : 2;
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, dims));
  if (wide.count() == 0) return CastArray(call, wide, x.elem(), {});
  if (length == 0)
    return ShapeError("a transform of no numbers")
        .With("found", Describe(x))
        .With("wanted", "a length of 1 or more");
  const std::vector<double> numbers = ToNumbers(x);
  const Around around = AroundAxis(x.dims(), axis);
  const int64_t lines = around.outer * (around.inner / parts), inner = around.inner / parts,
                out = dims[static_cast<size_t>(axis)], out_parts = dims.back();
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(8 * length));
  CONFORMANCE_RETURN_IF_ERROR(
      call.Spend({lines, length, static_cast<int64_t>(PrimeSum(static_cast<size_t>(length)))}));
  Fourier fourier(static_cast<size_t>(length), inverse != 0);
  Signal signal(static_cast<size_t>(length));
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t from = line / inner * in * inner + line % inner,
                  to = line / inner * out * inner + line % inner;
    std::fill(signal.begin(), signal.end(), 0);
    const int64_t given = std::min(in, real_out ? length / 2 + 1 : length);
    for (int64_t n = 0; n < given; ++n) {
      const double* at = numbers.data() + (from + n * inner) * parts;
      signal[static_cast<size_t>(n)] = {at[0], parts == 2 ? at[1] : 0};
    }
    if (real_out) {
      // The other half is the conjugate; what is its own has no imaginary part.
      signal[0] = signal[0].real();
      if (length % 2 == 0)
        signal[static_cast<size_t>(length / 2)] = signal[static_cast<size_t>(length / 2)].real();
      for (int64_t n = length / 2 + 1; n < length; ++n)
        signal[static_cast<size_t>(n)] = std::conj(signal[static_cast<size_t>(length - n)]);
    }
    fourier(signal);
    const double factor = inverse != 0 ? 1 / static_cast<double>(length) : 1;
    for (int64_t n = 0; n < out; ++n) {
      double* at = wide.mutable_data<double>() + (to + n * inner) * out_parts;
      at[0] = signal[static_cast<size_t>(n)].real() * factor;
      if (out_parts == 2) at[1] = signal[static_cast<size_t>(n)].imag() * factor;
    }
  }
  return CastArray(call, wide, x.elem(), {});
}

}  // namespace

/// Windows of one axis, float by default: size -> [size].
Outputs HannWindow(const Call& call) { return Cosines(call, 0.5, 0.5, 0); }
Outputs HammingWindow(const Call& call) { return Cosines(call, 25.0 / 46, 21.0 / 46, 0); }
Outputs BlackmanWindow(const Call& call) { return Cosines(call, 0.42, 0.5, 0.08); }

/// The discrete Fourier transform along an axis, zero-padded or cut to dft_length: [..., n, ..., 1 or 2] -> [...,
/// length, ..., 2], one-sided [..., length / 2
/// + 1, ..., 2], or real numbers from a one-sided spectrum. Computed in f64. Errors: kShape, kInvalid.
Outputs Dft(const Call& call) {
  int64_t axis = -2;
  if (call.Has(2)) {
    CONFORMANCE_TRY(axis, ToInt(call[2], "axis"));
  }
  return TransformAxis(call, axis);
}
/// Before version 20 the axis is an attribute, 1 by default.
Outputs DftByAttribute(const Call& call) {
  CONFORMANCE_TRY(const int64_t axis, call.Int("axis", 1));
  return TransformAxis(call, axis);
}

/// signal [batch, length, 1 or 2] in frames of frame_length, frame_step apart, each times `window` and transformed:
/// [batch, frames, bins, 2]. Errors: kShape,
/// kInvalid for steps and lengths that are none.
Outputs Stft(const Call& call) {
  const Array& x = call[0];
  if (x.rank() != 3 || x.dim(2) < 1 || x.dim(2) > 2)
    return ShapeError("a signal of another shape")
        .With("found", Describe(x))
        .With("wanted", "[batch, length, 1 or 2]");
  CONFORMANCE_TRY(const int64_t onesided, call.Int("onesided", 1));
  CONFORMANCE_TRY(const int64_t step, SizeOr(call, 1, 1, "frame_step", 1));
  const Array* window = call.Optional(2);
  if (window != nullptr && window->rank() != 1)
    return ShapeError("a window that is no list")
        .With("found", Describe(*window))
        .With("wanted", "[frame_length]");
  CONFORMANCE_TRY(const int64_t frame,
                  SizeOr(call, 3, window != nullptr ? window->count() : x.dim(1), "frame_length", 1));
  if (window != nullptr && window->count() != frame)
    return ShapeError("a window of another length")
        .With("found", Describe(*window))
        .With("wanted", "[" + std::to_string(frame) + "]");
  if (frame > x.dim(1) || frame < 1)
    return ShapeError("a frame longer than the signal")
        .With("found", std::to_string(frame))
        .With("wanted", "1 to " + std::to_string(x.dim(1)));
  if (onesided != 0 && x.dim(2) == 2)
    return ShapeError("a one-sided transform of a complex signal")
        .With("found", Describe(x))
        .With("wanted", "[batch, length, 1]");
  std::vector<double> weights(static_cast<size_t>(frame), 1);
  if (window != nullptr) {
    CONFORMANCE_TRY(weights, NumbersOf(*window, "the window"));
  }
  const int64_t frames = (x.dim(1) - frame) / step + 1, bins = onesided != 0 ? frame / 2 + 1 : frame,
                parts = x.dim(2);
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, {x.dim(0), frames, bins, 2}));
  const std::vector<double> numbers = ToNumbers(x);
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(8 * frame));
  CONFORMANCE_RETURN_IF_ERROR(
      call.Spend({x.dim(0), frames, frame, static_cast<int64_t>(PrimeSum(static_cast<size_t>(frame)))}));
  Fourier fourier(static_cast<size_t>(frame), false);
  Signal signal(static_cast<size_t>(frame));
  double* to = wide.mutable_data<double>();
  for (int64_t b = 0; b < x.dim(0); ++b) {
    for (int64_t f = 0; f < frames; ++f) {
      for (int64_t n = 0; n < frame; ++n) {
        const double* at = numbers.data() + (b * x.dim(1) + f * step + n) * parts;
        signal[static_cast<size_t>(n)] =
            std::complex<double>(at[0], parts == 2 ? at[1] : 0) * weights[static_cast<size_t>(n)];
      }
      fourier(signal);
      for (int64_t n = 0; n < bins; ++n) {
        *to++ = signal[static_cast<size_t>(n)].real();
        *to++ = signal[static_cast<size_t>(n)].imag();
      }
    }
  }
  return CastArray(call, wide, x.elem(), {});
}

/// num_mel_bins, dft_length, sample_rate, lower and upper edge in hertz -> [dft_length / 2 + 1, num_mel_bins]:
/// triangles of height 1 whose corners stand evenly on the
/// mel scale, on whole bins. Errors: kInvalid for numbers that are none, and for edges beyond the spectrum.
Outputs MelWeightMatrix(const Call& call) {
  CONFORMANCE_TRY(const int64_t bands, SizeOr(call, 0, 0, "num_mel_bins", 0));
  CONFORMANCE_TRY(const int64_t length, SizeOr(call, 1, 0, "dft_length", 0));
  CONFORMANCE_TRY(const int64_t rate, SizeOr(call, 2, 0, "sample_rate", 1));
  CONFORMANCE_TRY(const double lower, ToNumber(call[3], "lower_edge_hertz"));
  CONFORMANCE_TRY(const double upper, ToNumber(call[4], "upper_edge_hertz"));
  CONFORMANCE_TRY(const Elem elem, OutputType(call));
  const int64_t bins = length / 2 + 1;
  CONFORMANCE_TRY(const Array probe, call.New(Elem::kDouble, Store::kF64, {bins, bands}));
  const auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  const double low = mel(lower), step = (mel(upper) - low) / static_cast<double>(bands + 2);
  std::vector<int64_t> corners;
  for (int64_t i = 0; i < bands + 2; ++i) {
    const double hertz = 700 * (std::pow(10, (static_cast<double>(i) * step + low) / 2595) - 1);
    const double bin = std::floor(static_cast<double>(length + 1) * hertz / static_cast<double>(rate));
    if (!(bin >= 0 && bin < static_cast<double>(bins)))
      return Invalid("an edge beyond the spectrum")
          .With("found", DoubleText(lower) + " to " + DoubleText(upper))
          .With("wanted", "0 to half of " + std::to_string(rate));
    corners.push_back(static_cast<int64_t>(bin));
  }
  std::vector<double> weights(static_cast<size_t>(probe.count()), 0);
  for (int64_t band = 0; band < bands; ++band) {
    const int64_t left = corners[static_cast<size_t>(band)], peak = corners[static_cast<size_t>(band) + 1],
                  right = corners[static_cast<size_t>(band) + 2];
    const auto at = [&](int64_t bin) -> double& { return weights[static_cast<size_t>(bin * bands + band)]; };
    for (int64_t bin = left; bin < peak; ++bin)
      at(bin) = static_cast<double>(bin - left) / static_cast<double>(peak - left);
    at(peak) = 1;
    for (int64_t bin = peak + 1; bin < right; ++bin)
      at(bin) = static_cast<double>(right - bin) / static_cast<double>(right - peak);
  }
  return AsType(call, weights, {bins, bands}, elem);
}

}  // namespace conformance::onnx_reference::kernels
