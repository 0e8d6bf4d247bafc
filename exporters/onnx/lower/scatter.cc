#include "exporters/onnx/lower/scatter.h"

#include <numeric>

#include "exporters/onnx/lower/index.h"

namespace conformance::onnx {
namespace {

Result<Outputs> Elements(const Call& call, Graph& g, const char* reduction) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return call.Refused("of a tensor without axes");
  // Runtimes reduce halves in no scatter.
  return g.Cast(g.Op("ScatterElements", {g.AtLeast(x, DType::kF32), call.Tensor("index"), g.AtLeast(ScatterSource(call, g), DType::kF32)},
                     {{"axis", call.Axis("dim", x.rank())}, {"reduction", reduction}}),
                x.dtype);
}

// Slices of x along `axis` at `positions` (i64[k]) replaced by those of `source`, or joined with them.
Value Slices(Graph& g, const Value& x, int64_t axis, const Value& positions, const Value& source, const char* reduction) {
  std::vector<int64_t> perm(static_cast<size_t>(x.rank()));
  std::iota(perm.begin(), perm.end(), int64_t{0});
  std::swap(perm[0], perm[static_cast<size_t>(axis)]);
  const auto front = [&](const Value& value) { return axis == 0 ? value : g.Transpose(value, perm); };
  std::vector<Attr> attrs;
  if (reduction != nullptr) attrs.emplace_back("reduction", reduction);
  return front(g.Op("ScatterND", {front(x), g.Unsqueeze(positions, {1}), front(source)}, std::move(attrs)));
}

Value AllPositions(Graph& g, const Value& x, int64_t axis) { return g.Op("Range", {g.Int(0), g.AsScalar(g.Dim(x, axis)), g.Int(1)}); }

// The index as i64[k].
Value Positions(const Call& call, Graph& g) {
  const Value index = g.Cast(call.Tensor("index"), DType::kI64);
  return call.Tensor("index").rank() == 0 ? g.Unsqueeze(index, {0}) : index;
}

}  // namespace

Result<Outputs> LowerScatterAdd(const Call& call, Graph& g) { return Elements(call, g, "add"); }

Result<Outputs> LowerScatterReduce(const Call& call, Graph& g) {
  const std::string reduce = call.String("reduce");
  if (!call.Bool("include_self")) return call.Refused("without the element itself");
  if (reduce == "mean") return call.Refused("by mean");
  if (reduce == "sum") return Elements(call, g, "add");
  if (reduce == "prod") return Elements(call, g, "mul");
  if (g.Opset() < 18) return call.Refused("by amax or amin below opset 18");
  return Elements(call, g, reduce == "amax" ? "max" : "min");
}

Result<Outputs> LowerIndexAdd(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return call.Refused("of a tensor without axes");
  Value source = call.Tensor("source");
  if (call.Literal("alpha") != 1.0) source = g.Op("Mul", {source, call.Operand("alpha", source.dtype)});
  return g.Cast(Slices(g, g.AtLeast(x, DType::kF32), call.Axis("dim", x.rank()), Positions(call, g), g.AtLeast(source, DType::kF32), "add"), x.dtype);
}

Result<Outputs> LowerIndexCopy(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return call.Refused("of a tensor without axes");
  return Slices(g, x, call.Axis("dim", x.rank()), Positions(call, g), call.Tensor("source"), nullptr);
}

Result<Outputs> LowerSliceScatter(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  const Size start = call.IsNone("start") ? Size(0) : call.SizeOf("start");
  const Size end = call.IsNone("end") ? Size(INT64_MAX) : call.SizeOf("end");
  const Value positions = g.Slice(AllPositions(g, x, axis), 0, start, end, call.SizeOf("step"));
  return Slices(g, x, axis, positions, g.Cast(call.Tensor("src"), x.dtype), nullptr);
}

Result<Outputs> LowerSelectScatter(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const int64_t axis = call.Axis("dim", x.rank());
  const Value position = g.Op("Gather", {AllPositions(g, x, axis), g.Sizes({call.SizeOf("index")})}, {{"axis", 0}});
  return Slices(g, x, axis, position, g.Unsqueeze(g.Cast(call.Tensor("src"), x.dtype), {axis}), nullptr);
}

}  // namespace conformance::onnx
