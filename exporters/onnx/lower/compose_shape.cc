#include <algorithm>
#include <cmath>
#include <numeric>

#include "exporters/onnx/lower/compose.h"
#include "exporters/onnx/lower/shape.h"

namespace conformance::onnx {
namespace {

std::vector<int64_t> AllBut(int64_t rank, int64_t a, int64_t b) {
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (axis != a && axis != b) axes.push_back(axis);
  }
  return axes;
}

}  // namespace

// The two axes behind the others, as one; positions of the diagonal in it.
Result<Outputs> LowerDiagonal(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t a = call.Axis("dim1", x.rank()), b = call.Axis("dim2", x.rank()), offset = call.Int("offset");
  const auto cols = (*x.sizes)[static_cast<size_t>(b)].AsInt(), length = call.OutputSizes().back().AsInt();
  if (!cols || !length) return call.Refused("of axes whose sizes depend on symbols");
  std::vector<int64_t> perm = AllBut(x.rank(), a, b), positions;
  perm.insert(perm.end(), {a, b});
  for (int64_t i = 0; i < *length; ++i) positions.push_back((offset < 0 ? i - offset : i) * *cols + (offset < 0 ? i : i + offset));
  std::vector<Size> flat;
  for (int64_t i = 0; i < x.rank() - 2; ++i) flat.push_back(g.SizeAt(x, perm[static_cast<size_t>(i)]));
  const auto rows = (*x.sizes)[static_cast<size_t>(a)].AsInt();
  if (!rows) return call.Refused("of axes whose sizes depend on symbols");
  flat.emplace_back(*rows * *cols);
  const Value joined = g.Op("Reshape", {g.Transpose(x, perm), g.Sizes(flat)}, {{"allowzero", 1}});
  return g.Op("Gather", {joined, g.Ints(positions)}, {{"axis", x.rank() - 2}});
}

Result<Outputs> LowerMovedim(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return x;
  const std::vector<int64_t> from = call.Axes("source", x.rank()), to = call.Axes("destination", x.rank());
  std::vector<int64_t> perm(static_cast<size_t>(x.rank()), -1);
  for (size_t i = 0; i < from.size(); ++i) perm[static_cast<size_t>(to[i])] = from[i];
  int64_t next = 0;
  for (int64_t& axis : perm) {
    if (axis >= 0) continue;
    while (std::find(from.begin(), from.end(), next) != from.end()) ++next;
    axis = next++;
  }
  return g.Transpose(x, std::move(perm));
}

Result<Outputs> LowerNarrow(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  const Size start = call.SizeOf("start"), length = call.SizeOf("length");
  if (start.IsNumber() && length.IsNumber()) {
    // Counted from the end, a slice that reaches it has no number for its end.
    const Size end = start.number < 0 && start.number + length.number == 0 ? Size(INT64_MAX) : Size(start.number + length.number);
    return g.Slice(x, axis, start, end);
  }
  if (start.IsNumber() && start.number < 0) return call.Refused("from the end by a length that depends on symbols");
  return g.Slice(x, axis, start, g.Op("Add", {g.Sizes({start}), g.Sizes({length})}));
}

Result<Outputs> LowerTile(const Call& call, Graph& g) {
  Value x = call.Tensor("self");
  std::vector<Size> dims = call.SizesOf("dims");
  const auto rank = static_cast<size_t>(x.rank());
  if (dims.size() < rank) dims.insert(dims.begin(), rank - dims.size(), Size(1));
  std::vector<int64_t> leading(dims.size() - rank);
  std::iota(leading.begin(), leading.end(), int64_t{0});
  x = g.Unsqueeze(x, std::move(leading));
  return dims.empty() ? x : g.Op("Tile", {x, g.Sizes(dims)});
}

Result<Outputs> LowerUnflatten(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const auto axis = static_cast<size_t>(call.Axis("dim", x.rank()));
  const std::vector<Size> given = call.SizesOf("sizes");
  return ReshapeTo(g, x, call.OutputSizes(), [&](size_t i) -> Size {
    if (i >= axis && i < axis + given.size()) return given[i - axis];
    return g.Dim(x, static_cast<int64_t>(i < axis ? i : i + 1 - given.size()));
  });
}

Result<Outputs> LowerFill(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), value = call.Operand("value", x.dtype);
  return x.rank() == 0 ? value : g.Op("Expand", {value, g.Shape(x)});
}

Result<Outputs> LowerCopy(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), source = g.Cast(call.Tensor("src"), x.dtype);
  return x.rank() == 0 ? source : g.Op("Expand", {source, g.Shape(x)});
}

Result<Outputs> LowerMaskedSelect(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), mask = call.Tensor("mask");
  if (x.rank() == 0 && mask.rank() == 0) return g.Op("Compress", {g.Unsqueeze(x, {0}), g.Unsqueeze(mask, {0})});
  return g.Op("Compress", {g.Op("Reshape", {g.Op("Expand", {x, g.Shape(mask)}), g.Ints({-1})}),
                           g.Op("Reshape", {g.Op("Expand", {mask, g.Shape(x)}), g.Ints({-1})})});
}

namespace {

// [batch…, C, H, W] with one batch axis, and back: [batch…, what y has behind its first].
Value OneBatch(Graph& g, const Value& x) {
  return x.rank() == 4 ? x : x.rank() == 3 ? g.Unsqueeze(x, {0}) : g.Op("Reshape", {x, g.Concat({g.Ints({-1}), g.Op("Shape", {x}, {{"start", -3}}, DType::kI64)}, 0)});
}
Value OwnBatch(Graph& g, const Value& y, const Value& x) {
  if (x.rank() == 4) return y;
  if (x.rank() == 3) return g.Squeeze(y, {0});
  const Value batch = g.Op("Shape", {x}, {{"end", -3}}, DType::kI64), rest = g.Op("Shape", {y}, {{"start", 1}}, DType::kI64);
  return g.Op("Reshape", {y, g.Concat({batch, rest}, 0)});
}

}  // namespace

Result<Outputs> LowerPixelShuffle(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return OwnBatch(g, g.Op("DepthToSpace", {OneBatch(g, x)}, {{"blocksize", call.Int("upscale_factor")}, {"mode", "CRD"}}), x);
}

// SpaceToDepth counts channels as (place in the block, channel), PyTorch as (channel, place in the block); and runtimes have it for few types.
Result<Outputs> LowerPixelUnshuffle(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t block = call.Int("downscale_factor");
  const auto blocks = [&](int64_t axis) {
    const Size size = g.SizeAt(x, axis);
    return size.IsNumber() ? Size(size.number / block) : Size(g.Op("Div", {size.value, g.Ints({block})}));
  };
  const Size channels = g.SizeAt(x, x.rank() - 3), rows = blocks(x.rank() - 2), columns = blocks(x.rank() - 1);
  const Value apart = g.Reshape(x, {-1, channels, rows, block, columns, block});
  const Size more = channels.IsNumber() ? Size(channels.number * block * block) : Size(g.Op("Mul", {channels.value, g.Ints({block * block})}));
  std::vector<Size> sizes;
  for (int64_t axis = 0; axis < x.rank() - 3; ++axis) sizes.push_back(g.SizeAt(x, axis));
  sizes.insert(sizes.end(), {more, rows, columns});
  return g.Reshape(g.Transpose(apart, {0, 1, 3, 5, 2, 4}), sizes);
}

// Positions in the elements as they lie, one after the other.
Result<Outputs> LowerAsStrided(const Call& call, Graph& g) {
  constexpr int64_t kMostPositions = int64_t{1} << 20;  // they become a constant of the model
  const auto sizes = AsInts(call.SymIntsOf("size")), strides = AsInts(call.SymIntsOf("stride"));
  if (!sizes || !strides) return call.Refused("by sizes or strides that depend on symbols");
  const int64_t offset = call.IsNone("storage_offset") ? 0 : call.Int("storage_offset");
  const int64_t count = NumElements(*sizes);
  if (count > kMostPositions) return call.Refused("of more than " + std::to_string(kMostPositions) + " elements");
  std::vector<int64_t> positions(static_cast<size_t>(count), offset);
  int64_t inner = 1;
  for (size_t axis = sizes->size(); axis-- > 0;) {
    for (int64_t i = 0; i < count; ++i) positions[static_cast<size_t>(i)] += i / inner % (*sizes)[axis] * (*strides)[axis];
    inner *= (*sizes)[axis];
  }
  const Value flat = g.Op("Reshape", {call.Tensor("self"), g.Ints({-1})});
  return g.Op("Gather", {flat, g.Constant(Tensor::Of<int64_t>(*sizes, positions))}, {{"axis", 0}});
}

Result<Outputs> LowerSymNumel(const Call& call, Graph& g) { return g.AsVector(g.Op("Size", {call.Tensor("self")}, {}, DType::kI64)); }

Result<Outputs> LowerDot(const Call& call, Graph& g) {
  return g.Op("MatMul", {call.Tensor("self"), call.Tensor(call.op().args[1].name)});
}

Result<Outputs> LowerOuter(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  return g.Op(dtype == DType::kBool ? "And" : "Mul",
              {g.Unsqueeze(call.Operand("self", dtype), {1}), g.Unsqueeze(call.Operand("vec2", dtype), {0})});
}

namespace {

// (Σ |x|^order)^(1 / order) over axes.
Value NormOver(Graph& g, const Value& x, double order, const std::vector<int64_t>& axes, bool keepdims) {
  if (order == 2) return g.Reduce("ReduceL2", x, axes, keepdims);
  if (order == 1) return g.Reduce("ReduceL1", x, axes, keepdims);
  const Value magnitude = g.Op("Abs", {x});
  if (std::isinf(order)) return g.Reduce(order > 0 ? "ReduceMax" : "ReduceMin", magnitude, axes, keepdims);
  if (order == 0) {
    return g.Reduce("ReduceSum", g.Cast(g.Op("Greater", {magnitude, g.Const(0, x)}), x.dtype), axes, keepdims);
  }
  const Value total = g.Reduce("ReduceSum", g.Op("Pow", {magnitude, g.Const(order, x)}), axes, keepdims);
  return g.Op("Pow", {total, g.Const(1 / order, x)});
}

}  // namespace

Result<Outputs> LowerVectorNorm(const Call& call, Graph& g) {
  const std::string_view name = call.Has("ord") ? "ord" : "p";
  const double order = call.IsNone(name) ? 2 : call.Number(name);
  const Value given = call.Tensor("self");
  const Value x = g.AtLeast(g.Cast(given, call.OutputDType()), DType::kF32);
  std::vector<int64_t> axes;
  if (call.Has("dim") && !call.IsNone("dim")) axes = call.Axes("dim", given.rank());
  if (given.rank() == 0) {
    if (order == 0) return call.Refused("of order 0 without axes");
    return g.Cast(g.Op("Abs", {x}), call.OutputDType());
  }
  return g.Cast(NormOver(g, x, order, axes, call.Has("keepdim") && call.Bool("keepdim")), call.OutputDType());
}

Result<Outputs> LowerLogsumexp(const Call& call, Graph& g) {
  const Value given = call.Tensor("self");
  const Value x = g.AtLeast(g.Cast(given, call.OutputDType()), DType::kF32);
  if (given.rank() == 0) return g.Cast(x, call.OutputDType());
  return g.Cast(g.Reduce("ReduceLogSumExp", x, call.Axes("dim", given.rank()), call.Bool("keepdim")), call.OutputDType());
}

Result<Outputs> LowerCdist(const Call& call, Graph& g) {
  const Value a = call.Tensor("x1"), b = call.Tensor("x2");
  const Value gap = g.Op("Sub", {g.Unsqueeze(a, {a.rank() - 1}), g.Unsqueeze(b, {b.rank() - 2})});
  return NormOver(g, gap, call.Number("p"), {-1}, false);
}

// Rows i < j, each pair once.
Result<Outputs> LowerPdist(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const auto rows = (*x.sizes)[0].AsInt();
  if (!rows) return call.Refused("of a number of rows that depends on symbols");
  std::vector<int64_t> first, second;
  for (int64_t i = 0; i < *rows; ++i) {
    for (int64_t j = i + 1; j < *rows; ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  }
  const auto taken = [&](const std::vector<int64_t>& ids) { return g.Op("Gather", {x, g.Ints(ids)}, {{"axis", 0}}); };
  return NormOver(g, g.Op("Sub", {taken(first), taken(second)}), call.Number("p"), {-1}, false);
}

}  // namespace conformance::onnx
