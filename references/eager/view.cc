// Ops that answer another view of the same storage. A view that strides do not allow is a copy, as in reshape: a program
// traced by PyTorch may rely on strides that its elementwise kernels preserve and ours do not.
#include "references/eager/view.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "framework/base/strings.h"
#include "references/eager/kernels.h"
#include "references/eager/operand.h"

namespace conformance::eager {

std::vector<int64_t> WrapAxes(std::vector<int64_t> axes, int64_t rank) {
  if (axes.empty()) {
    axes.resize(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    return axes;
  }
  if (rank == 0) return {};
  for (int64_t& axis : axes) axis = WrapAxis(axis, rank);
  std::ranges::sort(axes);
  return axes;
}

namespace {

/// Strides of `shape` over x's elements, group by group of axes that are one axis in memory; none where a new axis would
/// have to run across two groups.
std::optional<Shape> ViewStrides(const Tensor& x, const Shape& shape) {
  if (x.num_elements() == 0) return ContiguousStrides(shape);
  Shape strides(shape.size());
  const Shape& old = x.shape();
  size_t left = shape.size();  // new axes not placed yet
  int64_t base = old.empty() ? 1 : x.strides().back();
  int64_t group = 1, placed = 1;
  for (size_t axis = old.size(); axis-- > 0;) {
    group *= old[axis];
    const bool group_ends = axis == 0 || (old[axis - 1] != 1 && x.strides()[axis - 1] != group * base);
    if (!group_ends) continue;
    while (left > 0 && (placed < group || shape[left - 1] == 1)) {
      strides[left - 1] = placed * base;
      placed *= shape[left - 1];
      --left;
    }
    if (placed != group) return std::nullopt;
    if (axis > 0) base = x.strides()[axis - 1];
    group = placed = 1;
  }
  if (old.empty()) std::ranges::fill(strides, 1), left = 0;
  return left == 0 ? std::optional(strides) : std::nullopt;
}

}  // namespace

Tensor ViewOrCopy(const Tensor& x, const Shape& shape) {
  if (auto strides = ViewStrides(x, shape)) return x.View(shape, std::move(*strides), x.offset());
  return x.Clone().Reshaped(shape);
}

Tensor PermuteAxes(const Tensor& x, const std::vector<int64_t>& order) {
  Shape shape, strides;
  for (const int64_t axis : order) {
    shape.push_back(x.shape()[static_cast<size_t>(axis)]);
    strides.push_back(x.strides()[static_cast<size_t>(axis)]);
  }
  return x.View(std::move(shape), std::move(strides), x.offset());
}

Tensor SwapAxes(const Tensor& x, int64_t a, int64_t b) {
  Shape shape = x.shape(), strides = x.strides();
  std::swap(shape[static_cast<size_t>(a)], shape[static_cast<size_t>(b)]);
  std::swap(strides[static_cast<size_t>(a)], strides[static_cast<size_t>(b)]);
  return x.View(std::move(shape), std::move(strides), x.offset());
}

Tensor Narrow(const Tensor& x, int64_t axis, int64_t start, int64_t size) {
  Shape shape = x.shape();
  shape[static_cast<size_t>(axis)] = size;
  const int64_t offset = x.offset() + (size > 0 ? start * x.strides()[static_cast<size_t>(axis)] : 0);
  return x.View(std::move(shape), x.strides(), offset);
}

namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

Tensor DropAxis(const Tensor& x, size_t axis, int64_t index) {
  Shape shape = x.shape(), strides = x.strides();
  const int64_t offset = x.offset() + index * strides[axis];
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  strides.erase(strides.begin() + static_cast<std::ptrdiff_t>(axis));
  return x.View(std::move(shape), std::move(strides), offset);
}

}  // namespace

Outputs SameTensor(const KernelCall& call) { return Only(call.tensor(0)); }

Outputs View(const KernelCall& call) { return Only(ViewOrCopy(call.tensor(0), call.out_shape())); }

Outputs Expand(const KernelCall& call) { return Only(BroadcastTo(call.tensor(0), call.out_shape())); }

Outputs Permute(const KernelCall& call) {
  std::vector<int64_t> order = call.integers(1);
  for (int64_t& axis : order) axis = WrapAxis(axis, call.tensor(0).rank());
  return Only(PermuteAxes(call.tensor(0), order));
}

Outputs Transpose(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  if (x.rank() == 0) return Only(x);
  return Only(SwapAxes(x, WrapAxis(call.integer(1), x.rank()), WrapAxis(call.integer(2), x.rank())));
}

Outputs TransposeMatrix(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  return Only(x.rank() < 2 ? x : SwapAxes(x, 0, 1));
}

Outputs Unsqueeze(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t axis = call.integer(1) < 0 ? call.integer(1) + x.rank() + 1 : call.integer(1);
  Shape shape = x.shape(), strides = x.strides();
  const int64_t stride = axis < x.rank() ? x.shape()[static_cast<size_t>(axis)] * x.strides()[static_cast<size_t>(axis)] : 1;
  shape.insert(shape.begin() + axis, 1);
  strides.insert(strides.begin() + axis, stride);
  return Only(x.View(std::move(shape), std::move(strides), x.offset()));
}

Outputs Squeeze(const KernelCall& call) {
  Tensor x = call.tensor(0);
  const bool all = call.size() == 1;
  const std::vector<int64_t> chosen = all ? std::vector<int64_t>{} : call.integers(1);
  if (!all && chosen.empty()) return Only(x);
  const std::vector<int64_t> axes = WrapAxes(chosen, x.rank());
  for (size_t i = axes.size(); i-- > 0;) {
    const size_t axis = static_cast<size_t>(axes[i]);
    if (x.shape()[axis] == 1) x = DropAxis(x, axis, 0);
  }
  return Only(x);
}

Outputs Slice(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t axis = WrapAxis(call.integer(1), x.rank());
  const int64_t size = x.shape()[static_cast<size_t>(axis)];
  int64_t start = call.IsNone(2) ? 0 : call.integer(2);
  if (start < 0) start += size;
  start = std::clamp<int64_t>(start, 0, size);
  Tensor part = Narrow(x, axis, start, call.out_shape()[static_cast<size_t>(axis)]);
  Shape strides = part.strides();
  strides[static_cast<size_t>(axis)] *= call.integer(4);
  return Only(part.View(part.shape(), std::move(strides), part.offset()));
}

Outputs Select(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t axis = WrapAxis(call.integer(1), x.rank());
  const int64_t size = x.shape()[static_cast<size_t>(axis)];
  const int64_t index = call.integer(2);
  if (index < -size || index >= size) {
    return call.Invalid("index " + std::to_string(index) + " is out of range for size " + std::to_string(size));
  }
  return Only(DropAxis(x, static_cast<size_t>(axis), index < 0 ? index + size : index));
}

Outputs Split(const KernelCall& call) {  // the rule knows the sizes, whether by size, sizes or number of parts
  const Tensor& x = call.tensor(0);
  const int64_t axis = WrapAxis(call.integer(2), x.rank());
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (size_t k = 0; k < call.num_outputs(); ++k) {
    const int64_t size = call.out_shape(k)[static_cast<size_t>(axis)];
    parts.push_back(Narrow(x, axis, start, size));
    start += size;
  }
  return parts;
}

Outputs Unbind(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const size_t axis = static_cast<size_t>(WrapAxis(call.integer(1), x.rank()));
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < x.shape()[axis]; ++i) parts.push_back(DropAxis(x, axis, i));
  return parts;
}

Outputs Unfold(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  if (x.rank() == 0) return Only(x.View({call.integer(2)}, {1}, x.offset()));
  const size_t axis = static_cast<size_t>(WrapAxis(call.integer(1), x.rank()));
  Shape strides = x.strides();
  strides.push_back(strides[axis]);
  strides[axis] *= call.integer(3);
  return Only(x.View(call.out_shape(), std::move(strides), x.offset()));
}

Outputs AsStrided(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const Shape shape = call.out_shape(), strides = call.integers(2);
  const int64_t offset = call.IsNone(3) ? x.offset() : call.integer(3);
  const int64_t elements = static_cast<int64_t>(x.storage()->bytes / ByteSize(x.dtype()));
  bool fits = offset <= elements;
  int64_t room = elements - offset;  // behind the first element
  for (size_t d = 0; d < shape.size() && fits && NumElements(shape) > 0; ++d) {
    const int64_t steps = shape[d] - 1;
    fits = steps == 0 || strides[d] <= room / steps;
    room -= fits ? steps * strides[d] : 0;
  }
  if (!fits || (NumElements(shape) > 0 && room < 1)) {
    return call.Invalid("a view of sizes " + ShapeText(shape) + " and strides " + ShapeText(strides) + " from " + std::to_string(offset) +
                        " on leaves the storage of " + std::to_string(elements) + " elements");
  }
  return Only(x.View(shape, strides, offset));
}

Outputs Diagonal(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t shift = call.integer(1);
  const auto a = static_cast<size_t>(WrapAxis(call.integer(2), x.rank())), b = static_cast<size_t>(WrapAxis(call.integer(3), x.rank()));
  const Shape shape = call.out_shape();
  Shape strides;
  for (size_t d = 0; d < x.shape().size(); ++d) {
    if (d != a && d != b) strides.push_back(x.strides()[d]);
  }
  strides.push_back(x.strides()[a] + x.strides()[b]);
  const int64_t offset = shape.back() == 0 ? 0 : shift >= 0 ? shift * x.strides()[b] : -shift * x.strides()[a];
  return Only(x.View(shape, std::move(strides), x.offset() + offset));
}

Outputs Movedim(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const auto rank = static_cast<size_t>(x.rank());
  if (rank == 0) return Only(x);
  const std::vector<int64_t> from = call.integers(1), to = call.integers(2);
  std::vector<int64_t> order(rank, -1), rest(rank);
  std::iota(rest.begin(), rest.end(), int64_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    const int64_t axis = WrapAxis(from[i], x.rank());
    order[static_cast<size_t>(WrapAxis(to[i], x.rank()))] = axis;
    std::erase(rest, axis);
  }
  auto next = rest.begin();
  for (int64_t& axis : order) {
    if (axis < 0) axis = *next++;
  }
  return Only(PermuteAxes(x, order));
}

Outputs NarrowAxis(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t axis = WrapAxis(call.integer(1), x.rank()), start = call.integer(2);
  return Only(Narrow(x, axis, start < 0 ? start + x.dim(axis) : start, call.integer(3)));
}

}  // namespace conformance::eager
