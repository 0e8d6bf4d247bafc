// Copies in another arrangement: padding, repeating, rolling, triangles, differences.
#include <algorithm>
#include <numeric>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

/// pad is [left, right] for the last axis, then the one before it, …; negative numbers cut.
Outputs PadWith(const KernelCall& call, const Tensor& number) {
  Tensor x = call.tensor(0);
  const std::vector<int64_t> pad = call.integers(1);
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  CopyInto(call.isa(), BroadcastTo(number, out.shape()), out);
  Tensor slot = out;
  for (size_t i = 0; 2 * i + 1 < pad.size(); ++i) {
    const int64_t axis = x.rank() - 1 - static_cast<int64_t>(i);
    const int64_t left = pad[2 * i], right = pad[2 * i + 1];
    const int64_t cut_left = std::max<int64_t>(0, -left), cut_right = std::max<int64_t>(0, -right);
    const int64_t size = std::max<int64_t>(0, x.dim(axis) - cut_left - cut_right);
    x = Narrow(x, axis, cut_left, size);
    slot = Narrow(slot, axis, std::max<int64_t>(0, left), size);
  }
  CopyInto(call.isa(), x, slot);
  return Only(out);
}

/// Where place `i` of an axis of `size` elements looks, for i from −left to size + right − 1.
int64_t Mirror(int64_t i, int64_t size, const std::string& mode) {
  if (mode == "replicate") return std::clamp<int64_t>(i, 0, size - 1);
  if (mode == "circular") return ((i % size) + size) % size;
  if (i < 0) return -i;  // reflect: the edge is not repeated
  return i >= size ? 2 * (size - 1) - i : i;
}

Tensor PadAxis(const KernelCall& call, const Tensor& x, int64_t axis, int64_t left, int64_t right, const std::string& mode) {
  Shape shape = x.shape();
  shape[static_cast<size_t>(axis)] += left + right;
  const Tensor out = Tensor::Empty(x.dtype(), shape);
  for (int64_t i = 0; i < shape[static_cast<size_t>(axis)]; ++i) {
    const int64_t from = Mirror(i - left, x.dim(axis), mode);
    CopyInto(call.isa(), Narrow(x, axis, from, 1), Narrow(out, axis, i, 1));
  }
  return out;
}

Outputs Triangle(const KernelCall& call, bool lower) {
  const Tensor out = call.tensor(0).Clone();
  const int64_t rows = out.dim(-2), cols = out.dim(-1), diagonal = call.integer(1);
  const int64_t width = static_cast<int64_t>(ByteSize(out.dtype()));
  const int64_t matrices = rows * cols == 0 ? 0 : out.num_elements() / (rows * cols);
  for (int64_t row = 0; row < matrices * rows; ++row) {
    const int64_t first_above = std::clamp<int64_t>(row % rows + diagonal + (lower ? 1 : 0), 0, cols);
    std::byte* start = out.raw_mutable() + row * cols * width;
    if (lower) std::fill(start + first_above * width, start + cols * width, std::byte{0});
    else std::fill(start, start + first_above * width, std::byte{0});
  }
  return Only(out);
}

}  // namespace

Outputs ConstantPad(const KernelCall& call) { return PadWith(call, TensorOrNumber(call, 2)); }

namespace {

Outputs PadFrom(const KernelCall& call, const std::string& mode) {
  Tensor x = call.tensor(0);
  const std::vector<int64_t> pad = call.integers(1);
  for (size_t i = 0; 2 * i + 1 < pad.size(); ++i) {
    x = PadAxis(call, x, x.rank() - 1 - static_cast<int64_t>(i), pad[2 * i], pad[2 * i + 1], mode);
  }
  return Only(x);
}

}  // namespace

Outputs Pad(const KernelCall& call) {
  const std::string& mode = call.string(2);
  if (mode != "constant") return PadFrom(call, mode);
  return PadWith(call, call.IsNone(3) ? Tensor::Of<int64_t>({}, {0}) : TensorOrNumber(call, 3));
}
Outputs ReflectionPad(const KernelCall& call) { return PadFrom(call, "reflect"); }
Outputs ReplicationPad(const KernelCall& call) { return PadFrom(call, "replicate"); }

Outputs Repeat(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const Shape shape = call.out_shape();
  std::vector<int64_t> repeats = call.integers(1);
  if (repeats.size() < shape.size()) repeats.insert(repeats.begin(), shape.size() - repeats.size(), 1);  // tile
  // Each axis of the answer is [repeats, size] of x's, and x stays the same along the first.
  const Tensor out = Tensor::Empty(x.dtype(), shape);
  Shape pairs, sizes;
  const size_t lead = shape.size() - x.shape().size();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const int64_t size = axis < lead ? 1 : x.shape()[axis - lead];
    pairs.insert(pairs.end(), {repeats[axis], size});
    sizes.insert(sizes.end(), {1, size});
  }
  CopyInto(call.isa(), BroadcastTo(ViewOrCopy(x, sizes), pairs), out.Reshaped(pairs));
  return Only(out);
}

Outputs RepeatInterleave(const KernelCall& call) {
  Tensor x = call.tensor(0);
  if (call.IsNone(2) || x.rank() == 0) x = ViewOrCopy(x, {x.num_elements()});
  const int64_t axis = call.IsNone(2) ? 0 : WrapAxis(call.integer(2), x.rank());
  Shape pairs = x.shape(), sizes = x.shape();
  pairs.insert(pairs.begin() + axis + 1, call.integer(1));
  sizes.insert(sizes.begin() + axis + 1, 1);
  const Tensor out = Tensor::Empty(x.dtype(), pairs);
  CopyInto(call.isa(), BroadcastTo(ViewOrCopy(x, sizes), pairs), out);
  return Only(out.Reshaped(call.out_shape()));
}

namespace {

/// x with its axes, after splitting as `split` says, in the order that the last six (or five) have in `order`.
Outputs Shuffled(const KernelCall& call, const Shape& split, std::initializer_list<int64_t> order) {
  const Tensor& x = call.tensor(0);
  Shape parts(x.shape().begin(), x.shape().end() - 3);
  const auto lead = static_cast<int64_t>(parts.size());
  parts.insert(parts.end(), split.begin(), split.end());
  std::vector<int64_t> axes(static_cast<size_t>(lead));
  std::iota(axes.begin(), axes.end(), int64_t{0});
  for (const int64_t axis : order) axes.push_back(lead + axis);
  return Only(PermuteAxes(ViewOrCopy(x, parts), axes).Clone().Reshaped(call.out_shape()));
}

}  // namespace

Outputs PixelShuffle(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t r = call.integer(1);
  return Shuffled(call, {x.dim(-3) / (r * r), r, r, x.dim(-2), x.dim(-1)}, {0, 3, 1, 4, 2});
}
Outputs PixelUnshuffle(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t r = call.integer(1);
  return Shuffled(call, {x.dim(-3), x.dim(-2) / r, r, x.dim(-1) / r, r}, {0, 2, 4, 1, 3});
}

Outputs Roll(const KernelCall& call) {
  Tensor x = call.tensor(0);
  const std::vector<int64_t> shifts = call.integers(1);
  std::vector<int64_t> axes = call.integers(2);
  const bool flat = axes.empty();
  if (flat) {
    x = ViewOrCopy(x, {x.num_elements()});
    axes = {0};
  }
  for (size_t i = 0; i < axes.size() && x.num_elements() > 0; ++i) {
    const int64_t axis = WrapAxis(axes[i], x.rank());
    const int64_t size = x.dim(axis);
    const int64_t shift = ((shifts[i] % size) + size) % size;
    const Tensor out = Tensor::Empty(x.dtype(), x.shape());
    CopyInto(call.isa(), Narrow(x, axis, 0, size - shift), Narrow(out, axis, shift, size - shift));
    CopyInto(call.isa(), Narrow(x, axis, size - shift, shift), Narrow(out, axis, 0, shift));
    x = out;
  }
  return Only(flat ? ViewOrCopy(x, call.out_shape()) : x.Contiguous());
}

Outputs Flip(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  Shape strides = x.strides();
  int64_t offset = x.offset();
  for (const int64_t listed : call.integers(1)) {
    const size_t axis = static_cast<size_t>(WrapAxis(listed, x.rank()));
    if (x.rank() == 0 || x.shape()[axis] == 0) continue;
    offset += (x.shape()[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  return Only(x.View(x.shape(), std::move(strides), offset).Clone());
}

Outputs Tril(const KernelCall& call) { return Triangle(call, true); }
Outputs Triu(const KernelCall& call) { return Triangle(call, false); }

Outputs Diff(const KernelCall& call) {
  Tensor x = call.tensor(0);
  const int64_t axis = WrapAxis(call.integer(2), x.rank());
  const auto join = [&](const Tensor& a, const Tensor& b) {
    Shape shape = a.shape();
    shape[static_cast<size_t>(axis)] += b.dim(axis);
    const Tensor out = Tensor::Empty(call.out_store(), shape);
    CopyInto(call.isa(), a, Narrow(out, axis, 0, a.dim(axis)));
    CopyInto(call.isa(), b, Narrow(out, axis, a.dim(axis), b.dim(axis)));
    return out;
  };
  if (!call.IsNone(3)) x = join(call.tensor(3), x);
  if (!call.IsNone(4)) x = join(x, call.tensor(4));
  const Fn fn = call.out_declared() == DType::kBool ? Fn::kNotEqual : Fn::kSub;
  for (int64_t n = std::min(call.integer(1), x.dim(axis)); n > 0; --n) {
    const int64_t size = std::max<int64_t>(0, x.dim(axis) - 1);
    const Tensor later = Narrow(x, axis, x.dim(axis) - size, size), earlier = Narrow(x, axis, 0, size);
    x = Pointwise(call, fn, {{later, earlier}}, later.shape(), call.out_compute(), call.out_store());
  }
  return Only(x);
}

}  // namespace conformance::eager
