#include "exporters/onnx/lower/reduce.h"

#include <limits>

namespace conformance::onnx {
namespace {

std::vector<int64_t> AxesOf(const Call& call, const Value& x) {
  if (!call.Has("dim") || call.IsNone("dim")) return {};
  return call.Axes("dim", x.rank());
}
bool KeepDims(const Call& call) { return call.Has("keepdim") && call.Bool("keepdim"); }

// Reductions and TopK that runtimes have for these.
bool HasKernel(DType dtype) { return dtype == DType::kF32 || dtype == DType::kF64 || dtype == DType::kI64 || dtype == DType::kI32; }
DType Wider(DType dtype) {
  if (HasKernel(dtype)) return dtype;
  return IsFloating(dtype) ? DType::kF32 : DType::kI32;
}

Value Extreme(const Call& call, Graph& g, std::string_view type) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return x;
  return g.Cast(g.Reduce(type, g.Cast(x, Wider(x.dtype)), AxesOf(call, x), KeepDims(call)), x.dtype);
}

// Position of the largest (smallest) element, the first among equals; NaN is not told apart.
Value PositionOf(Graph& g, const Value& x, int64_t axis, bool keepdims, bool largest) {
  if (IsFloating(x.dtype) || x.dtype == DType::kI32) {
    return g.Op(largest ? "ArgMax" : "ArgMin", {g.Cast(x, Wider(x.dtype))}, {{"axis", axis}, {"keepdims", keepdims ? 1 : 0}});
  }
  auto top = g.MultiOp("TopK", {g.Cast(x, DType::kI64), g.Ints({1})}, 2, {{"axis", axis}, {"largest", largest ? 1 : 0}, {"sorted", 1}});
  top[1].dtype = DType::kI64;
  return keepdims ? top[1] : g.Squeeze(top[1], {axis});
}

Outputs ExtremeWithPosition(const Call& call, Graph& g, bool largest) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return std::vector<Value>{x, g.Int(0)};
  const int64_t axis = call.Axis("dim", x.rank());
  const Value values = g.Reduce(largest ? "ReduceMax" : "ReduceMin", g.Cast(x, Wider(x.dtype)), {axis}, KeepDims(call));
  return std::vector<Value>{g.Cast(values, x.dtype), PositionOf(g, x, axis, KeepDims(call), largest)};
}

Result<Outputs> Position(const Call& call, Graph& g, bool largest) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return g.Int(0);
  if (!call.IsNone("dim")) return PositionOf(g, x, call.Axis("dim", x.rank()), KeepDims(call), largest);
  Value position = PositionOf(g, g.Op("Reshape", {x, g.Ints({-1})}), 0, false, largest);
  return KeepDims(call) ? g.Op("Reshape", {position, g.Ints(std::vector<int64_t>(static_cast<size_t>(x.rank()), 1))}) : position;
}

Outputs Quantifier(const Call& call, Graph& g, std::string_view type) {
  const Value x = g.Cast(call.Tensor("self"), DType::kBool);
  const bool none = call.Has("dim") && !call.IsNone("dim") && call.Ints("dim").empty();  // an empty list means no axis here
  if (call.Tensor("self").rank() == 0 || none) return x;
  const Value found = g.Reduce(type, g.Cast(x, DType::kI32), AxesOf(call, call.Tensor("self")), KeepDims(call));
  return g.Cast(found, DType::kBool);
}

}  // namespace

Result<Outputs> LowerReduction(const Call& call, Graph& g, std::string_view type) {
  const Value x = call.Tensor("self");
  const DType dtype = call.OutputDType();
  if (x.rank() == 0) return g.Cast(x, dtype);
  return g.Cast(g.Reduce(type, g.Cast(x, Wider(dtype)), AxesOf(call, x), KeepDims(call)), dtype);
}

Result<Outputs> LowerAmax(const Call& call, Graph& g) { return Extreme(call, g, "ReduceMax"); }
Result<Outputs> LowerAmin(const Call& call, Graph& g) { return Extreme(call, g, "ReduceMin"); }
Result<Outputs> LowerMaxDim(const Call& call, Graph& g) { return ExtremeWithPosition(call, g, true); }
Result<Outputs> LowerMinDim(const Call& call, Graph& g) { return ExtremeWithPosition(call, g, false); }
Result<Outputs> LowerArgmax(const Call& call, Graph& g) { return Position(call, g, true); }
Result<Outputs> LowerArgmin(const Call& call, Graph& g) { return Position(call, g, false); }
Result<Outputs> LowerAny(const Call& call, Graph& g) { return Quantifier(call, g, "ReduceMax"); }
Result<Outputs> LowerAll(const Call& call, Graph& g) { return Quantifier(call, g, "ReduceMin"); }

Result<Outputs> LowerCumsum(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  const DType dtype = call.OutputDType();
  if (x.rank() == 0) return g.Cast(x, dtype);
  return g.Cast(g.Op("CumSum", {g.Cast(x, Wider(dtype)), g.Int(call.Axis("dim", x.rank()))}), dtype);
}

namespace {

// Halves are summed in f32, as PyTorch does.
Outputs Normalised(const Call& call, Graph& g, std::string_view type) {
  const Value x = call.Tensor("self");
  const DType dtype = call.OutputDType();
  const Value wide = g.AtLeast(g.Cast(x, dtype), DType::kF32);
  if (x.rank() == 0) return g.Cast(type == "Softmax" ? g.Op("Sub", {g.Const(1, wide), g.Op("Mul", {wide, g.Const(0, wide)})}) : g.Op("Mul", {wide, g.Const(0, wide)}), dtype);
  return g.Cast(g.Op(type, {wide}, {{"axis", call.Axis("dim", x.rank())}}), dtype);
}

}  // namespace

Result<Outputs> LowerSoftmax(const Call& call, Graph& g) { return Normalised(call, g, "Softmax"); }
Result<Outputs> LowerLogSoftmax(const Call& call, Graph& g) { return Normalised(call, g, "LogSoftmax"); }

// Rows that are −inf throughout give 0.
Result<Outputs> LowerSafeSoftmax(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return Normalised(call, g, "Softmax");
  const Value softmax = Normalised(call, g, "Softmax").values[0];
  const Value largest = g.Reduce("ReduceMax", g.AtLeast(x, DType::kF32), {call.Axis("dim", x.rank())}, true);
  const Value dead = g.Op("Equal", {largest, g.Const(-std::numeric_limits<double>::infinity(), largest)});
  return g.Op("Where", {dead, g.Const(0, softmax), softmax});
}

namespace {

// Equal elements come in the order of their positions, whatever the direction.
Outputs Ranked(const Call& call, Graph& g, const Size& count, int64_t axis, bool largest) {
  const Value x = call.Tensor("self");
  const DType dtype = IsFloating(x.dtype) ? Wider(x.dtype) : DType::kI64;
  auto ranked = g.MultiOp("TopK", {g.Cast(x, dtype), g.Sizes({count})}, 2, {{"axis", axis}, {"largest", largest ? 1 : 0}, {"sorted", 1}});
  ranked[1].dtype = DType::kI64;
  ranked[0] = g.Cast(ranked[0], x.dtype);
  return ranked;
}

}  // namespace

Result<Outputs> LowerTopk(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return std::vector<Value>{x, g.Int(0)};
  return Ranked(call, g, call.SizeOf("k"), call.Axis("dim", x.rank()), call.Bool("largest"));
}

Result<Outputs> LowerSort(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (x.rank() == 0) return std::vector<Value>{x, g.Int(0)};
  const int64_t axis = call.Axis("dim", x.rank());
  return Ranked(call, g, g.Dim(x, axis), axis, call.Bool("descending"));
}

}  // namespace conformance::onnx
