#include "exporters/onnx/lower/shape.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace conformance::onnx {
namespace {

constexpr int64_t kToEnd = std::numeric_limits<int64_t>::max();

std::vector<int64_t> Order(int64_t rank) {
  std::vector<int64_t> order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

bool SameSizes(const std::vector<SymInt>& a, const std::vector<SymInt>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SymInt& x, const SymInt& y) { return SymInt::Same(x, y); });
}

}  // namespace

Value ReshapeTo(Graph& g, const Value& x, const std::vector<SymInt>& sizes, const std::function<Size(size_t)>& size_at) {
  const std::vector<SymInt>& from = *x.sizes;
  if (SameSizes(from, sizes)) return x;
  const bool empty = std::any_of(sizes.begin(), sizes.end(), [](const SymInt& size) { return size.AsInt() == 0; });
  std::vector<Size> target;
  std::vector<size_t> open;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (const auto number = sizes[i].AsInt()) {
      target.emplace_back(*number);
    } else if (!empty && i < from.size() && SymInt::Same(sizes[i], from[i])) {
      target.emplace_back(0);
    } else {
      open.push_back(i);
      target.emplace_back(-1);
    }
  }
  // One may stay open, unless the tensor has no elements to tell it from.
  for (size_t i = empty ? 0 : 1; i < open.size(); ++i) target[open[i]] = size_at(open[i]);
  return g.Op("Reshape", {x, g.Sizes(target)}, empty ? std::vector<Attr>{{"allowzero", 1}} : std::vector<Attr>{});
}

Value ExpandTo(Graph& g, const Value& x, const std::vector<SymInt>& sizes, const std::function<Size(size_t)>& size_at) {
  const std::vector<SymInt>& from = *x.sizes;
  const size_t offset = sizes.size() - from.size();
  std::vector<Size> target;
  bool grows = offset > 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    // ONNX broadcasts both ways: 1 keeps what is there.
    if (i >= offset && SymInt::Same(sizes[i], from[i - offset])) {
      target.emplace_back(1);
    } else if (const auto number = sizes[i].AsInt()) {
      target.emplace_back(*number);
      grows = true;
    } else {
      target.push_back(size_at(i));
      grows = true;
    }
  }
  return grows ? g.Expand(x, target) : x;
}

Result<Outputs> LowerReshape(const Call& call, Graph& g) {
  if (call.Has("other")) {  // view_as
    const Value like = call.Tensor("other");
    return ReshapeTo(g, call.Tensor("self"), call.OutputSizes(), [&](size_t i) { return Size(g.Dim(like, static_cast<int64_t>(i))); });
  }
  const std::vector<Size> given = call.SizesOf(call.Has("size") ? "size" : "shape");
  return ReshapeTo(g, call.Tensor("self"), call.OutputSizes(), [&](size_t i) { return given[i]; });
}

Result<Outputs> LowerFlatten(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return g.Reshape(x, {1});
  const auto first = static_cast<size_t>(call.Axis("start_dim", x.rank())), last = static_cast<size_t>(call.Axis("end_dim", x.rank()));
  return ReshapeTo(g, x, call.OutputSizes(), [&](size_t i) -> Size {
    if (i != first) return g.Dim(x, static_cast<int64_t>(i < first ? i : i + (last - first)));
    Value product = g.Dim(x, static_cast<int64_t>(first));  // asked for where -1 cannot tell: of tensors without elements
    for (size_t axis = first + 1; axis <= last; ++axis) product = g.Op("Mul", {product, g.Dim(x, static_cast<int64_t>(axis))});
    return product;
  });
}

Result<Outputs> LowerExpand(const Call& call, Graph& g) {
  const std::vector<Size> given = call.SizesOf("size");
  return ExpandTo(g, call.Tensor("self"), call.OutputSizes(), [&](size_t i) { return given[i]; });
}

Result<Outputs> LowerExpandAs(const Call& call, Graph& g) {
  const Value like = call.Tensor("other");
  return ExpandTo(g, call.Tensor("self"), call.OutputSizes(), [&](size_t i) { return Size(g.Dim(like, static_cast<int64_t>(i))); });
}

Result<Outputs> LowerTranspose(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return x;
  std::vector<int64_t> perm = Order(x.rank());
  std::swap(perm[static_cast<size_t>(call.Axis("dim0", x.rank()))], perm[static_cast<size_t>(call.Axis("dim1", x.rank()))]);
  return g.Transpose(x, std::move(perm));
}

Result<Outputs> LowerPermute(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Transpose(x, call.Axes("dims", x.rank()));
}

Result<Outputs> LowerT(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return x.rank() == 2 ? g.Transpose(x, {1, 0}) : x;
}

Result<Outputs> LowerUnsqueeze(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Unsqueeze(x, {call.Axis("dim", x.rank() + 1)});
}

Result<Outputs> LowerSqueeze(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  std::vector<int64_t> candidates = Order(x.rank());
  if (call.Has("dim") && x.rank() > 0) candidates = call.Axes("dim", x.rank());
  std::vector<int64_t> axes;
  for (const int64_t axis : candidates) {
    if ((*x.sizes)[static_cast<size_t>(axis)].AsInt() == 1) axes.push_back(axis);
  }
  return g.Squeeze(x, std::move(axes));
}

Result<Outputs> LowerSlice(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  const Size start = call.IsNone("start") ? Size(0) : call.SizeOf("start");
  const Size end = call.IsNone("end") ? Size(kToEnd) : call.SizeOf("end");
  const Size step = call.SizeOf("step");
  const bool from_start = start.IsNumber() && start.number == 0 && step.IsNumber() && step.number == 1;
  if (from_start && SameSizes(*x.sizes, call.OutputSizes())) return x;
  return g.Slice(x, axis, start, end, step);
}

Result<Outputs> LowerSelect(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const Size index = call.SizeOf("index");
  const Value position = index.IsNumber() ? g.Int(index.number) : g.AsScalar(index.value);
  return g.Op("Gather", {x, position}, {{"axis", call.Axis("dim", x.rank())}});
}

Result<Outputs> LowerCat(const Call& call, Graph& g) {
  const auto rank = static_cast<int64_t>(call.OutputSizes().size());
  std::vector<Value> parts;
  for (const Value& part : call.Tensors("tensors")) {
    // PyTorch passes over tensors of shape [0], whatever the rank of the others.
    const bool nothing = part.rank() == 1 && (*part.sizes)[0].AsInt() == 0;
    if (!nothing || rank == 1) parts.push_back(g.Cast(part, call.OutputDType()));
  }
  if (parts.empty()) return call.Refused("of nothing");
  return parts.size() == 1 ? parts[0] : g.Concat(std::move(parts), call.Axis("dim", rank));
}

Result<Outputs> LowerStack(const Call& call, Graph& g) {
  const auto rank = static_cast<int64_t>(call.OutputSizes().size());
  const int64_t axis = call.Axis("dim", rank);
  std::vector<Value> parts;
  for (const Value& part : call.Tensors("tensors")) parts.push_back(g.Unsqueeze(g.Cast(part, call.OutputDType()), {axis}));
  return parts.size() == 1 ? parts[0] : g.Concat(std::move(parts), axis);
}

namespace {

// Pieces with the sizes that the program has; where one is symbolic they are cut one by one, `piece` elements each.
Outputs Cut(const Call& call, Graph& g, const Value& x, int64_t axis, const std::function<Size()>& piece) {
  std::vector<Size> sizes;
  for (size_t i = 0; i < call.OutputCount(); ++i) {
    const auto number = call.OutputSizes(i)[static_cast<size_t>(axis)].AsInt();
    if (!number) break;
    sizes.emplace_back(*number);
  }
  if (sizes.size() == call.OutputCount()) return g.Split(x, axis, sizes);
  const Size length = piece();
  const auto times = [&](size_t i) -> Size {
    if (length.IsNumber()) return length.number * static_cast<int64_t>(i);
    return g.Op("Mul", {length.value, g.Ints({static_cast<int64_t>(i)})});
  };
  std::vector<Value> pieces;
  for (size_t i = 0; i < call.OutputCount(); ++i) {
    const bool last = i + 1 == call.OutputCount();
    pieces.push_back(g.Slice(x, axis, i == 0 ? Size(0) : times(i), last ? Size(kToEnd) : times(i + 1)));
  }
  return pieces;
}

}  // namespace

Result<Outputs> LowerSplit(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return Cut(call, g, x, call.Axis("dim", x.rank()), [&] { return call.SizeOf("split_size"); });
}

Result<Outputs> LowerSplitSizes(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Split(x, call.Axis("dim", x.rank()), call.SizesOf(call.Has("split_sizes") ? "split_sizes" : "split_size"));
}

Result<Outputs> LowerChunk(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  return Cut(call, g, x, axis, [&]() -> Size {
    const int64_t chunks = call.Int("chunks");
    return g.Op("Div", {g.Op("Add", {g.Dim(x, axis), g.Ints({chunks - 1})}), g.Ints({chunks})});
  });
}

Result<Outputs> LowerUnbind(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  std::vector<Value> parts;
  for (size_t i = 0; i < call.OutputCount(); ++i) parts.push_back(g.Op("Gather", {x, g.Int(static_cast<int64_t>(i))}, {{"axis", axis}}));
  return parts;
}

Result<Outputs> LowerRepeat(const Call& call, Graph& g) {
  Value x = call.Tensor("self");
  const std::vector<Size> repeats = call.SizesOf("repeats");
  std::vector<int64_t> leading(repeats.size() - static_cast<size_t>(x.rank()));
  std::iota(leading.begin(), leading.end(), 0);
  const bool once = std::all_of(repeats.begin(), repeats.end(), [](const Size& size) { return size.IsNumber() && size.number == 1; });
  x = g.Unsqueeze(x, std::move(leading));
  return once ? x : g.Op("Tile", {x, g.Sizes(repeats)});
}

Result<Outputs> LowerRepeatInterleave(const Call& call, Graph& g) {
  Value x = call.Tensor("self");
  if (call.IsNone("dim") && x.rank() != 1) {
    x = g.Reshape(x, {-1});
    x.sizes = std::vector<SymInt>{NumElements(*call.Tensor("self").sizes)};
  }
  const int64_t axis = call.IsNone("dim") ? 0 : call.Axis("dim", x.rank());
  std::vector<Size> tiles(static_cast<size_t>(x.rank()) + 1, Size(1));
  tiles[static_cast<size_t>(axis) + 1] = call.SizeOf("repeats");
  const Value tiled = g.Op("Tile", {g.Unsqueeze(x, {axis + 1}), g.Sizes(tiles)});
  std::vector<Size> target;
  for (int64_t i = 0; i < x.rank(); ++i) {
    const auto number = (*x.sizes)[static_cast<size_t>(i)].AsInt();
    if (i == axis) {
      target.emplace_back(-1);
    } else if (number) {
      target.emplace_back(*number);
    } else {
      target.push_back(i < axis ? Size(0) : Size(g.Dim(x, i)));
    }
  }
  return g.Op("Reshape", {tiled, g.Sizes(target)});
}

// Windows of an axis: rows of positions, gathered.
Result<Outputs> LowerUnfold(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dimension", x.rank()), size = call.Int("size"), step = call.Int("step");
  const Size length = g.Dim(x, axis);
  const SymInt& count = call.OutputSizes()[static_cast<size_t>(axis)];
  Value starts;
  if (const auto number = count.AsInt()) {
    std::vector<int64_t> values;
    for (int64_t i = 0; i < *number; ++i) values.push_back(i * step);
    starts = g.Ints(values);
  } else {
    const Value end = g.AsScalar(g.Op("Sub", {length.value, g.Ints({size - 1})}));
    starts = g.Op("Range", {g.Int(0), end, g.Int(step)});
  }
  std::vector<int64_t> window(static_cast<size_t>(size));
  std::iota(window.begin(), window.end(), 0);
  const Value rows = g.Op("Add", {g.Unsqueeze(starts, {1}), g.Unsqueeze(g.Ints(window), {0})});
  const Value gathered = g.Op("Gather", {x, rows}, {{"axis", axis}});
  std::vector<int64_t> perm;
  for (int64_t i = 0; i <= x.rank(); ++i) {
    if (i != axis + 1) perm.push_back(i);
  }
  perm.push_back(axis + 1);
  return g.Transpose(gathered, std::move(perm));
}

// Serves pad (mode and value), constant_pad_nd (value alone) and the pads with a mode in their name.
Result<Outputs> LowerPad(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const bool named = call.Has("padding");  // reflection_pad2d, replication_pad2d, …
  const std::vector<Size> pad = call.SizesOf(named ? "padding" : "pad");
  std::string mode = call.Has("mode") ? call.String("mode") : "constant";
  if (named) mode = call.op().target.find("reflection") != std::string::npos ? "reflect" : "edge";
  if (mode == "replicate") mode = "edge";
  if (mode == "circular") mode = "wrap";
  if (mode == "wrap" && g.Opset() < 19) return call.Refused("in circular mode below opset 19");
  const auto rank = static_cast<size_t>(x.rank());
  std::vector<Size> pads(2 * rank, Size(0));
  for (size_t i = 0; i + 1 < pad.size(); i += 2) {  // last axis first, each with its begin and end
    const size_t axis = rank - 1 - i / 2;
    pads[axis] = pad[i];
    pads[rank + axis] = pad[i + 1];
  }
  Value fill;
  if (mode == "constant") fill = call.IsNone("value") ? g.Const(0, x) : call.Operand("value", x.dtype);
  if (rank == 0) return x;
  const auto numbers = AsInts(call.OutputSizes());
  const bool nothing = std::any_of(x.sizes->begin(), x.sizes->end(), [](const SymInt& size) { return size.AsInt() == 0; });
  if (mode == "constant" && nothing && numbers) return g.Op("Expand", {fill, g.Ints(*numbers)});  // runtimes refuse to pad nothing
  return g.Op("Pad", {x, g.Sizes(pads), fill}, {{"mode", mode}});
}

namespace {

Value RollAxis(Graph& g, const Value& x, int64_t axis, const SymInt& length, const Size& shift) {
  Size start = 0;
  if (const auto number = length.AsInt(); number && shift.IsNumber()) {
    const int64_t by = *number == 0 ? 0 : ((shift.number % *number) + *number) % *number;
    if (by == 0) return x;
    start = *number - by;
  } else {
    start = g.Op("Mod", {g.Op("Neg", {g.Sizes({shift})}), g.Op("Shape", {x}, {{"start", axis}, {"end", axis + 1}})});
  }
  return g.Concat({g.Slice(x, axis, start, kToEnd), g.Slice(x, axis, 0, start)}, axis);
}

}  // namespace

Result<Outputs> LowerRoll(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const std::vector<Size> shifts = call.SizesOf("shifts");
  const std::vector<int64_t> axes = call.Axes("dims", x.rank());
  if (axes.empty()) {
    const Value flat = RollAxis(g, g.Reshape(x, {-1}), 0, NumElements(*x.sizes), shifts[0]);
    return g.Op("Reshape", {flat, g.Shape(x)});
  }
  Value y = x;
  for (size_t i = 0; i < axes.size(); ++i) y = RollAxis(g, y, axes[i], (*x.sizes)[static_cast<size_t>(axes[i])], shifts[i]);
  return y;
}

Result<Outputs> LowerFlip(const Call& call, Graph& g) {
  Value y = call.Tensor("self");
  const int64_t rank = y.rank();
  for (const int64_t axis : call.Axes("dims", rank)) y = g.Slice(y, axis, -1, std::numeric_limits<int64_t>::min(), -1);
  return y;
}

namespace {

// Runtimes have Trilu for few types: the others pass through one that holds them.
Outputs Triangle(const Call& call, Graph& g, int64_t upper) {
  const Value x = call.Tensor("self");
  const bool direct = x.dtype == DType::kF32 || x.dtype == DType::kF64 || x.dtype == DType::kI64;
  const Value wide = direct ? x : g.Cast(x, IsFloating(x.dtype) ? DType::kF32 : DType::kI64);
  const Size diagonal = call.SizeOf("diagonal");
  const Value k = diagonal.IsNumber() ? g.Int(diagonal.number) : g.AsScalar(diagonal.value);
  return g.Cast(g.Op("Trilu", {wide, k}, {{"upper", upper}}), x.dtype);
}

}  // namespace

Result<Outputs> LowerTril(const Call& call, Graph& g) { return Triangle(call, g, 0); }
Result<Outputs> LowerTriu(const Call& call, Graph& g) { return Triangle(call, g, 1); }

Result<Outputs> LowerCast(const Call& call, Graph& g) {
  const Value x = call.Tensor(call.op().args[0].name);
  return g.Cast(x, call.OutputDType());
}

}  // namespace conformance::onnx
