#include <algorithm>
#include <numeric>

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/pick.h"

/// Operators that rearrange a tensor's elements as a whole: any type.
namespace conformance::onnx_reference::kernels {
namespace {

/// Axes from an attribute (early versions) or from input 1.
Result<std::vector<int64_t>> AxesOf(const Call& call) {
  if (const Array* given = call.Optional(1)) return ToInts(*given, "axes");
  return call.Ints("axes", std::vector<int64_t>());
}

}  // namespace

/// Axes in the order of `perm`; reversed without it.
Outputs Transpose(const Call& call) {
  const Array& x = call[0];
  std::vector<int64_t> reversed = Everything(x.rank());
  std::reverse(reversed.begin(), reversed.end());
  CONFORMANCE_TRY(std::vector<int64_t> perm, call.Ints("perm", reversed));
  CONFORMANCE_TRY(perm, NormalAxes(perm, x.rank()));
  if (static_cast<int64_t>(perm.size()) != x.rank())
    return Invalid("a permutation of another length").With("found", ShapeText(perm)).With("wanted", std::to_string(x.rank()) + " axes");
  return Transposed(call, x, perm);
}

/// [axes before `axis`, axes from it on] as a matrix.
Outputs Flatten(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(int64_t axis, call.Int("axis", 1));
  if (axis < 0) axis += x.rank();
  if (axis < 0 || axis > x.rank()) return Invalid("an axis out of range").With("found", std::to_string(axis)).With("wanted", "at most " + std::to_string(x.rank()));
  Shape dims = {1, 1};
  for (int64_t i = 0; i < x.rank(); ++i) dims[i < axis ? 0 : 1] *= x.dim(i);
  return x.Reshaped(std::move(dims));
}

/// Without the axes named, which have size 1; without any that has, where none is named.
Outputs Squeeze(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(std::vector<int64_t> axes, AxesOf(call));
  const bool all = !call.Has(1) && call.Attribute("axes") == nullptr;
  CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  Shape dims;
  for (int64_t i = 0; i < x.rank(); ++i) {
    const bool named = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (named && x.dim(i) != 1) return ShapeError("an axis to squeeze is not of size 1").With("found", Describe(x)).With("wanted", "size 1 at axis " + std::to_string(i));
    if (!named && !(all && x.dim(i) == 1)) dims.push_back(x.dim(i));
  }
  return x.Reshaped(std::move(dims));
}

/// With new axes of size 1 at the places named, in the result's numbering.
Outputs Unsqueeze(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(std::vector<int64_t> axes, AxesOf(call));
  const int64_t rank = x.rank() + static_cast<int64_t>(axes.size());
  CONFORMANCE_TRY(axes, NormalAxes(axes, rank));
  Shape dims;
  auto next = x.dims().begin();
  for (int64_t i = 0; i < rank; ++i) dims.push_back(std::find(axes.begin(), axes.end(), i) != axes.end() ? 1 : *next++);
  return x.Reshaped(std::move(dims));
}

/// Broadcast to input 1's sizes; x's own where those are 1.
Outputs Expand(const Call& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> shape, ToInts(call[1], "shape"));
  if (std::any_of(shape.begin(), shape.end(), [](int64_t size) { return size < 0; }))
    return ShapeError("a shape with negative sizes").With("found", ShapeText(shape));
  CONFORMANCE_TRY(const Shape dims, BroadcastDims(call[0].dims(), shape));
  return Expanded(call, call[0], dims);
}

namespace {
Outputs TileBy(const Call& call, const Array& x, const std::vector<int64_t>& repeats) {
  std::vector<std::vector<int64_t>> picks;
  Shape dims;
  for (size_t i = 0; i < repeats.size(); ++i) {
    int64_t size = 0;
    if (repeats[i] < 0 || __builtin_mul_overflow(repeats[i], x.dims()[i], &size))
      return ShapeError("a count of repetitions that is none").With("found", ShapeText(repeats)).With("wanted", "0 or more, and a size that fits");
    dims.push_back(size);
  }
  for (const int64_t size : dims) CONFORMANCE_RETURN_IF_ERROR(call.CanHold(size));
  if (!CheckedNumElements(dims)) return ShapeError("a tensor of impossible size").With("found", ShapeText(dims));
  for (size_t i = 0; i < dims.size(); ++i) {
    std::vector<int64_t> pick(static_cast<size_t>(NumElements(dims) == 0 ? 0 : dims[i]));
    for (size_t k = 0; k < pick.size(); ++k) pick[k] = static_cast<int64_t>(k) % x.dims()[i];
    picks.push_back(std::move(pick));
  }
  if (NumElements(dims) == 0) return call.New(x.elem(), x.store(), dims);
  return Pick(call, x, picks);
}
}  // namespace

/// Each axis so many times.
Outputs Tile(const Call& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> repeats, ToInts(call[1], "repeats"));
  if (static_cast<int64_t>(repeats.size()) != call[0].rank())
    return ShapeError("repeats of another length").With("found", ShapeText(repeats)).With("wanted", std::to_string(call[0].rank()) + " numbers");
  return TileBy(call, call[0], repeats);
}
/// Version 1 names one axis.
Outputs LegacyTile(const Call& call) {
  CONFORMANCE_TRY(const double tiles, ToNumber(call[1], "tiles"));
  CONFORMANCE_TRY(const double axis, ToNumber(call[2], "axis"));
  CONFORMANCE_TRY(const int64_t at, NormalAxis(static_cast<int64_t>(axis), call[0].rank()));
  std::vector<int64_t> repeats(call[0].dims().size(), 1);
  repeats[static_cast<size_t>(at)] = tiles < 9e15 ? static_cast<int64_t>(tiles) : -1;
  return TileBy(call, call[0], repeats);
}

namespace {
/// [n, c, h, w] seen with other axes, permuted and put together again.
Outputs Rearranged(const Call& call, Shape split, const std::vector<int64_t>& perm, Shape merged) {
  CONFORMANCE_TRY(const Array moved, Transposed(call, call[0].Reshaped(std::move(split)), perm));
  return moved.Reshaped(std::move(merged));
}
Result<int64_t> BlockSize(const Call& call) {
  if (call[0].rank() != 4) return ShapeError("an input that is no batch of images").With("found", Describe(call[0])).With("wanted", "[n, c, h, w]");
  CONFORMANCE_TRY(const int64_t block, call.Int("blocksize"));
  if (block < 1 || block > 1 << 20) return Invalid("a block's size out of range").With("found", std::to_string(block)).With("wanted", "1 or more");
  return block;
}
}  // namespace

Outputs DepthToSpace(const Call& call) {
  CONFORMANCE_TRY(const int64_t b, BlockSize(call));
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "DCR"));
  if (mode != "DCR" && mode != "CRD") return Invalid("an unknown mode").With("found", mode).With("wanted", "DCR or CRD");
  const Shape& d = call[0].dims();
  if (d[1] % (b * b) != 0) return ShapeError("channels that the block doesn't divide").With("found", Describe(call[0])).With("wanted", "a multiple of " + std::to_string(b * b));
  const int64_t c = d[1] / (b * b);
  const Shape merged = {d[0], c, d[2] * b, d[3] * b};
  if (mode == "DCR") return Rearranged(call, {d[0], b, b, c, d[2], d[3]}, {0, 3, 4, 1, 5, 2}, merged);
  return Rearranged(call, {d[0], c, b, b, d[2], d[3]}, {0, 1, 4, 2, 5, 3}, merged);
}
Outputs SpaceToDepth(const Call& call) {
  CONFORMANCE_TRY(const int64_t b, BlockSize(call));
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "DCR"));
  if (mode != "DCR" && mode != "CRD") return Invalid("an unknown mode").With("found", mode).With("wanted", "DCR or CRD");
  const Shape& d = call[0].dims();
  if (d[2] % b != 0 || d[3] % b != 0) return ShapeError("an image that the block doesn't divide").With("found", Describe(call[0])).With("wanted", "multiples of " + std::to_string(b));
  const Shape split = {d[0], d[1], d[2] / b, b, d[3] / b, b}, merged = {d[0], d[1] * b * b, d[2] / b, d[3] / b};
  if (mode == "DCR") return Rearranged(call, split, {0, 3, 5, 1, 2, 4}, merged);
  return Rearranged(call, split, {0, 1, 3, 5, 2, 4}, merged);
}

/// Time axis reversed up to each sequence's length.
Outputs ReverseSequence(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t batch_axis, call.Int("batch_axis", 1));
  CONFORMANCE_TRY(const int64_t time_axis, call.Int("time_axis", 0));
  if (x.rank() < 2 || batch_axis < 0 || batch_axis > 1 || time_axis != 1 - batch_axis)
    return Invalid("axes that aren't 0 and 1").With("found", std::to_string(batch_axis) + " and " + std::to_string(time_axis));
  CONFORMANCE_TRY(const std::vector<int64_t> lengths, ToInts(call[1], "sequence_lens"));
  const int64_t batch = x.dim(batch_axis), time = x.dim(time_axis);
  if (static_cast<int64_t>(lengths.size()) != batch) return ShapeError("lengths that don't fit the batch").With("found", Describe(call[1])).With("wanted", std::to_string(batch));
  for (const int64_t length : lengths) {
    if (length < 0 || length > time) return Invalid("a length out of range").With("found", std::to_string(length)).With("wanted", "at most " + std::to_string(time));
  }
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), x.dims()));
  int64_t inner = 1;
  for (int64_t i = 2; i < x.rank(); ++i) inner *= x.dim(i);
  const int64_t batch_step = batch_axis == 0 ? time * inner : inner, time_step = time_axis == 0 ? batch * inner : inner;
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(x.store(), [&]<typename T>(Tag<T>) {
    for (int64_t b = 0; b < batch; ++b) {
      const int64_t length = lengths[static_cast<size_t>(b)];
      for (int64_t t = 0; t < time; ++t) {
        const int64_t from = t < length ? length - 1 - t : t;
        std::copy_n(x.data<T>() + b * batch_step + from * time_step, inner, y.mutable_data<T>() + b * batch_step + t * time_step);
      }
    }
    return Ok();
  }));
  return y;
}

/// The upper (or lower) triangle of each matrix, the rest 0.
Outputs Trilu(const Call& call) {
  const Array& x = call[0];
  if (x.rank() < 2) return ShapeError("an input that is no matrix").With("found", Describe(x));
  CONFORMANCE_TRY(const int64_t upper, call.Int("upper", 1));
  int64_t k = 0;
  if (const Array* given = call.Optional(1)) {
    CONFORMANCE_TRY(k, ToInt(*given, "k"));
  }
  const int64_t rows = x.dim(-2), columns = x.dim(-1);
  k = std::clamp(k, -rows - 1, columns + 1);
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(x.store(), [&]<typename T>(Tag<T>) {
    const T* from = x.data<T>();
    T* to = y.mutable_data<T>();
    for (int64_t i = 0; i < x.count(); ++i) {
      const int64_t row = i / columns % rows, column = i % columns;
      to[i] = (upper != 0 ? column >= row + k : column <= row + k) ? from[i] : T();
    }
    return Ok();
  }));
  return y;
}

/// Parts along an axis, by sizes (attribute or input 1) or evenly by the number of outputs, the last one smaller.
Outputs Split(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), 0));
  const int64_t size = x.dim(axis);
  std::vector<int64_t> sizes;
  if (const Array* given = call.Optional(1)) {
    CONFORMANCE_TRY(sizes, ToInts(*given, "split"));
  } else {
    CONFORMANCE_TRY(sizes, call.Ints("split", std::vector<int64_t>()));
  }
  if (sizes.empty()) {
    CONFORMANCE_TRY(const int64_t parts, call.Int("num_outputs", static_cast<int64_t>(call.outputs())));
    if (parts < 1 || parts > static_cast<int64_t>(call.outputs()))
      return Invalid("parts that aren't the outputs").With("found", std::to_string(parts)).With("wanted", std::to_string(call.outputs()));
    const int64_t each = (size + parts - 1) / parts;
    for (int64_t i = 0, left = size; i < parts; ++i, left -= sizes.back()) sizes.push_back(std::min(each, left));
  }
  int64_t total = 0;
  for (const int64_t part : sizes) {
    if (part < 0 || __builtin_add_overflow(total, part, &total)) return Invalid("a part of negative size").With("found", ShapeText(sizes));
  }
  if (total != size || sizes.size() != call.outputs())
    return ShapeError("parts that don't make up the axis").With("found", ShapeText(sizes)).With("wanted", std::to_string(call.outputs()) + " parts, in all " + std::to_string(size));
  Values parts;
  const std::vector<int64_t> strides = StridesOf(x.dims());
  int64_t start = 0;
  for (const int64_t part : sizes) {
    Shape dims = x.dims();
    dims[static_cast<size_t>(axis)] = part;
    CONFORMANCE_TRY(Array out, Strided(call, x, std::move(dims), strides, start * strides[static_cast<size_t>(axis)]));
    parts.emplace_back(std::move(out));
    start += part;
  }
  return parts;
}

}  // namespace conformance::onnx_reference::kernels
