#include "framework/rewrite/composite_fourier.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "framework/ops/ops.h"

namespace conformance::rewrite {
namespace {

using ops::Argument;
using ops::FftNorm;
using ops::OpContext;
using ops::Value;
using Arguments = std::vector<Argument>;
using Values = std::vector<Value>;

bool IsNone(const Argument& argument) { return std::holds_alternative<ops::NoneType>(argument); }
const Value& TensorAt(const Arguments& args, size_t i) { return std::get<Value>(args[i]); }
bool BoolOr(const Argument& argument, bool otherwise) { return IsNone(argument) ? otherwise : std::get<bool>(argument); }
int64_t IntOr(const Argument& argument, int64_t otherwise) { return IsNone(argument) ? otherwise : std::get<SymInt>(argument).constant(); }
int64_t Wrapped(int64_t axis, const Value& x) { return axis < 0 ? axis + x.rank() : axis; }

Values Refuse(OpContext& c, Error error) {
  c.Fail(std::move(error));
  return {Value()};
}

/// "backward" (or none) scales the way back, "forward" the way there, "ortho" both by the root.
std::optional<FftNorm> NormOf(OpContext& c, const Argument& given, bool forward) {
  const std::string name = IsNone(given) ? "backward" : std::get<std::string>(given);
  if (name == "ortho") return FftNorm::kByRootN;
  if (name == "forward" || name == "backward") return (name == "forward") == forward ? FftNorm::kByN : FftNorm::kNone;
  c.Fail(Invalid("a Fourier transform has no such norm").With("found", name).With("wanted", "backward, forward or ortho"));
  return std::nullopt;
}

/// Integers and bool are f32, as in PyTorch's default.
Value Floating(OpContext& c, const Value& x) { return IsFloating(x.dtype()) || IsComplex(x.dtype()) ? x : ops::To(c, x, DType::kF32); }
Value AsComplex(OpContext& c, const Value& x) {
  if (IsComplex(x.dtype())) return x;
  const auto complex = ComplexOf(x.dtype());
  if (!complex || ByteSize(x.dtype()) == 2) {
    c.Fail(Unsupported("a Fourier transform of halves").With("found", ops::Describe(x.meta())).With("wanted", "f32 or f64"));
    return x;
  }
  return ops::To(c, x, *complex);
}

/// x with `size` elements along an axis: cut, or with zeros behind.
Value Resized(OpContext& c, const Value& x, int64_t axis, const SymInt& size) {
  const SymInt& own = x.sizes()[static_cast<size_t>(axis)];
  if (SymInt::Same(own, size)) return x;
  if (!own.IsConstant() || !size.IsConstant()) {
    c.Fail(Unsupported("a Fourier transform of another length than its input's, which isn't a number")
               .With("found", own.ToString()).With("wanted", size.ToString()));
    return x;
  }
  if (size.constant() < own.constant()) return ops::Slice(c, x, axis, 0, size);
  std::vector<SymInt> sizes = x.sizes();
  sizes[static_cast<size_t>(axis)] = size - own;
  return ops::Cat(c, {x, ops::Zeros(c, std::move(sizes), x.dtype())}, axis);
}

struct Transform {
  std::vector<int64_t> axes;            ///< in [0, rank), in the order given
  std::vector<std::optional<SymInt>> sizes;  ///< for each, where given
};

/// Of one axis: [x, n, dim, norm].
Transform OneAxis(const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  Transform transform{{Wrapped(std::get<SymInt>(args[2]).constant(), x)}, {std::nullopt}};
  if (!IsNone(args[1])) transform.sizes[0] = std::get<SymInt>(args[1]);
  return transform;
}
/// Of several: [x, s, dim, norm]; sizes without axes mean the last ones, neither all of them.
Transform Axes(const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  Transform transform;
  const auto* sizes = std::get_if<std::vector<SymInt>>(&args[1]);
  if (!IsNone(args[2])) {
    for (const SymInt& axis : std::get<std::vector<SymInt>>(args[2])) transform.axes.push_back(Wrapped(axis.constant(), x));
  } else {
    const int64_t count = sizes != nullptr ? static_cast<int64_t>(sizes->size()) : x.rank();
    for (int64_t axis = x.rank() - count; axis < x.rank(); ++axis) transform.axes.push_back(axis);
  }
  for (size_t i = 0; i < transform.axes.size(); ++i) {
    const bool given = sizes != nullptr && i < sizes->size() && (*sizes)[i].AsInt() != -1;
    transform.sizes.push_back(given ? std::optional((*sizes)[i]) : std::nullopt);
  }
  return transform;
}

Value ResizedTo(OpContext& c, Value x, const Transform& transform, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (transform.sizes[i]) x = Resized(c, x, transform.axes[i], *transform.sizes[i]);
  }
  return x;
}

Values ToComplex(OpContext& c, const Arguments& args, const Transform& transform, bool forward) {
  const auto norm = NormOf(c, args[3], forward);
  if (!norm) return {Value()};
  const Value x = ResizedTo(c, AsComplex(c, Floating(c, TensorAt(args, 0))), transform, transform.axes.size());
  return {ops::FftC2c(c, x, transform.axes, *norm, forward)};
}
Values OfReals(OpContext& c, const Arguments& args, const Transform& transform) {
  const auto norm = NormOf(c, args[3], true);
  if (!norm) return {Value()};
  const Value x = ResizedTo(c, Floating(c, TensorAt(args, 0)), transform, transform.axes.size());
  return {ops::FftR2c(c, x, transform.axes, *norm, true)};
}
Values ToReals(OpContext& c, const Arguments& args, const Transform& transform, bool conjugate) {
  // hfft goes forward: the way back of the conjugate, with the other factor.
  const auto norm = NormOf(c, args[3], conjugate);
  if (!norm || transform.axes.empty()) return Refuse(c, Invalid("a Fourier transform to reals over no axis"));
  Value x = AsComplex(c, Floating(c, TensorAt(args, 0)));
  const size_t last = transform.axes.size() - 1;
  const SymInt size = transform.sizes[last].value_or((x.sizes()[static_cast<size_t>(transform.axes[last])] - SymInt(1)) * SymInt(2));
  x = ResizedTo(c, x, transform, last);
  x = Resized(c, x, transform.axes[last], FloorDiv(size, 2) + SymInt(1));
  return {ops::FftC2r(c, conjugate ? ops::Conj(c, x) : x, transform.axes, *norm, size)};
}

Values Fft(OpContext& c, const Arguments& args) { return ToComplex(c, args, OneAxis(args), true); }
Values Ifft(OpContext& c, const Arguments& args) { return ToComplex(c, args, OneAxis(args), false); }
Values Fftn(OpContext& c, const Arguments& args) { return ToComplex(c, args, Axes(args), true); }
Values Ifftn(OpContext& c, const Arguments& args) { return ToComplex(c, args, Axes(args), false); }
Values Rfft(OpContext& c, const Arguments& args) { return OfReals(c, args, OneAxis(args)); }
Values Rfftn(OpContext& c, const Arguments& args) { return OfReals(c, args, Axes(args)); }
Values Irfft(OpContext& c, const Arguments& args) { return ToReals(c, args, OneAxis(args), false); }
Values Irfftn(OpContext& c, const Arguments& args) { return ToReals(c, args, Axes(args), false); }
Values Hfft(OpContext& c, const Arguments& args) { return ToReals(c, args, OneAxis(args), true); }
Values Ihfft(OpContext& c, const Arguments& args) {
  const auto norm = NormOf(c, args[3], false);
  if (!norm) return {Value()};
  const Transform transform = OneAxis(args);
  return {ops::Conj(c, ops::FftR2c(c, ResizedTo(c, Floating(c, TensorAt(args, 0)), transform, 1), transform.axes, *norm, true))};
}

Values Shifted(OpContext& c, const Arguments& args, bool forward) {
  const Value& x = TensorAt(args, 0);
  std::vector<int64_t> axes;
  if (IsNone(args[1])) {
    axes.resize(static_cast<size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), int64_t{0});
  } else {
    for (const SymInt& axis : std::get<std::vector<SymInt>>(args[1])) axes.push_back(Wrapped(axis.constant(), x));
  }
  std::vector<SymInt> shifts;
  for (const int64_t axis : axes) {
    const SymInt& size = x.sizes()[static_cast<size_t>(axis)];
    shifts.push_back(forward ? FloorDiv(size, 2) : FloorDiv(size + SymInt(1), 2));
  }
  return {axes.empty() ? x : ops::Roll(c, x, std::move(shifts), std::move(axes))};
}
Values FftShift(OpContext& c, const Arguments& args) { return Shifted(c, args, true); }
Values IfftShift(OpContext& c, const Arguments& args) { return Shifted(c, args, false); }

Values Adjoint(OpContext& c, const Arguments& args) { return {ops::Conj(c, ops::Transpose(c, TensorAt(args, 0), -2, -1))}; }

/// What a short-time transform was given: [x, n_fft, hop_length, win_length, window, …].
struct Frames {
  int64_t length = 0, hop = 0;
  Value window;  ///< of `length`, zeros around a shorter one; none: all ones
};
std::optional<Frames> FramesOf(OpContext& c, const Arguments& args, DType dtype) {
  Frames frames;
  frames.length = std::get<SymInt>(args[1]).constant();
  frames.hop = IntOr(args[2], frames.length / 4);
  const int64_t width = IntOr(args[3], frames.length);
  if (frames.length < 1 || frames.hop < 1 || width < 1 || width > frames.length) {
    c.Fail(Invalid("a short-time transform of n_fft " + std::to_string(frames.length) + ", hop_length " + std::to_string(frames.hop) + " and win_length " +
                   std::to_string(width)).With("wanted", "n_fft and hop_length above 0, win_length from 1 to n_fft"));
    return std::nullopt;
  }
  if (IsNone(args[4]) && width == frames.length) return frames;
  frames.window = IsNone(args[4]) ? ops::Ones(c, {SymInt(width)}, dtype) : TensorAt(args, 4);
  const int64_t left = (frames.length - width) / 2, right = frames.length - width - left;
  if (frames.length > width) frames.window = ops::Pad(c, frames.window, {SymInt(left), SymInt(right)});
  return frames;
}

Values ShortTime(OpContext& c, const Arguments& args, Value x, size_t flags) {
  const bool normalized = std::get<bool>(args[flags]), onesided = BoolOr(args[flags + 1], !IsComplex(x.dtype()));
  const auto frames = FramesOf(c, args, RealOf(x.dtype()));
  if (!frames) return {Value()};
  const bool batched = x.rank() == 2;
  if (!batched) x = ops::Unsqueeze(c, x, 0);
  Value pieces = ops::Unfold(c, x, -1, frames->length, frames->hop);  // [batch, frames, length]
  if (frames->window.defined()) pieces = ops::Mul(c, pieces, frames->window);
  const FftNorm norm = normalized ? FftNorm::kByRootN : FftNorm::kNone;
  if (IsComplex(pieces.dtype()) && onesided) return Refuse(c, Invalid("stft: one side of complex numbers says nothing of the other"));
  Value y = IsComplex(pieces.dtype()) ? ops::FftC2c(c, pieces, {2}, norm, true) : ops::FftR2c(c, pieces, {2}, norm, onesided);
  y = ops::Transpose(c, y, 1, 2);
  if (!batched) y = ops::Squeeze(c, y, 0);
  return {BoolOr(args[flags + 2], IsComplex(x.dtype())) ? y : ops::ViewAsReal(c, y)};
}
Values Stft(OpContext& c, const Arguments& args) { return ShortTime(c, args, TensorAt(args, 0), 5); }
Values StftCenter(OpContext& c, const Arguments& args) {
  Value x = TensorAt(args, 0);
  if (std::get<bool>(args[5])) {
    const SymInt half(std::get<SymInt>(args[1]).constant() / 2);
    const bool batched = x.rank() == 2;
    Value wide = ops::Unsqueeze(c, x, 0);  // reflection wants [batch, channels, length] or [channels, length]
    wide = ops::Pad(c, wide, {half, half}, std::get<std::string>(args[6]));
    x = ops::Squeeze(c, wide, 0);
    if (batched != (x.rank() == 2)) return Refuse(c, Internal("stft: an axis went astray"));
  }
  return ShortTime(c, args, x, 7);
}

/// Frames [batch, length, frames] added up where they overlap: [batch, length + hop·(frames - 1)].
Value Overlapped(OpContext& c, const Value& frames, const SymInt& size, const Frames& spec) {
  const auto pair = [](int64_t a, const SymInt& b) { return Argument(std::vector<SymInt>{SymInt(a), b}); };
  const Value y = c.Call(ops::Col2imOp(), {frames, pair(1, size), pair(1, spec.length), pair(1, 1), pair(0, 0), pair(1, spec.hop)});
  return ops::Squeeze(c, ops::Squeeze(c, y, 1), 1);
}

Values Istft(OpContext& c, const Arguments& args) {
  Value z = TensorAt(args, 0);
  const bool center = std::get<bool>(args[5]), normalized = std::get<bool>(args[6]);
  if (!IsComplex(z.dtype()) || std::get<bool>(args[9])) return Refuse(c, Unsupported("istft of pairs, or to complex numbers"));
  const auto frames = FramesOf(c, args, RealOf(z.dtype()));
  if (!frames) return {Value()};
  const bool batched = z.rank() == 3;
  if (!batched) z = ops::Unsqueeze(c, z, 0);
  const SymInt count = z.size(2), whole = SymInt(frames->length) + SymInt(frames->hop) * (count - SymInt(1));
  const bool onesided = BoolOr(args[7], z.size(1).AsInt() != frames->length);
  const FftNorm norm = normalized ? FftNorm::kByRootN : FftNorm::kByN;
  const Value turned = ops::Transpose(c, z, 1, 2);  // [batch, frames, frequencies]
  Value pieces = onesided ? ops::FftC2r(c, turned, {2}, norm, SymInt(frames->length)) : ops::Real(c, ops::FftC2c(c, turned, {2}, norm, false));
  const Value window = frames->window.defined() ? frames->window : ops::Ones(c, {SymInt(frames->length)}, pieces.dtype());
  pieces = ops::Mul(c, pieces, window);
  const Value square = ops::Unsqueeze(c, ops::Mul(c, window, window), -1);  // [length, 1]
  const Value shares = ops::Expand(c, ops::Unsqueeze(c, square, 0), {SymInt(1), SymInt(frames->length), count});
  Value y = Overlapped(c, ops::Transpose(c, pieces, 1, 2), whole, *frames), weight = Overlapped(c, shares, whole, *frames);
  const int64_t start = center ? frames->length / 2 : 0;
  const SymInt end = !IsNone(args[8]) ? SymInt(start) + std::get<SymInt>(args[8]) : center ? whole - SymInt(frames->length / 2) : whole;
  y = ops::Div(c, ops::Slice(c, y, 1, start, end), ops::Slice(c, weight, 1, start, end));
  if (!IsNone(args[8])) {
    const SymInt& wanted = std::get<SymInt>(args[8]);
    if (!y.size(1).IsConstant()) return Refuse(c, Unsupported("istft to a length of symbolic frames"));
    if (y.size(1).constant() < wanted.constant()) y = Resized(c, y, 1, wanted);
  }
  return {batched ? y : ops::Squeeze(c, y, 0)};
}

}  // namespace

const std::vector<Composite>& FourierComposites() {
  static const std::vector<Composite> table = {
      {"aten::adjoint(Tensor(a) self) -> Tensor(a)", Adjoint},
      {"aten::fft_fft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Fft},
      {"aten::fft_fft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", Fftn},
      {"aten::fft_fftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Fftn},
      {"aten::fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", FftShift},
      {"aten::fft_hfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Hfft},
      {"aten::fft_ifft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Ifft},
      {"aten::fft_ifft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", Ifftn},
      {"aten::fft_ifftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Ifftn},
      {"aten::fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor", IfftShift},
      {"aten::fft_ihfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Ihfft},
      {"aten::fft_irfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Irfft},
      {"aten::fft_irfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", Irfftn},
      {"aten::fft_irfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Irfftn},
      {"aten::fft_rfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Rfft},
      {"aten::fft_rfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", Rfftn},
      {"aten::fft_rfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Rfftn},
      {"aten::istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, "
       "bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor", Istft},
      {"aten::mH(Tensor(a) self) -> Tensor(a)", Adjoint},
      {"aten::stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool normalized=False, bool? onesided=None, "
       "bool? return_complex=None, bool? align_to_window=None) -> Tensor", Stft},
      {"aten::stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str "
       "pad_mode=\"reflect\", bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor", StftCenter},
  };
  return table;
}

}  // namespace conformance::rewrite
