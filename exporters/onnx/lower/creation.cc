#include "exporters/onnx/lower/creation.h"

#include <algorithm>

namespace conformance::onnx {
namespace {

Value Repeated(const Call& call, Graph& g, const Value& value, const std::vector<Size>& sizes) {
  if (call.OutputSizes().empty()) return value;
  return g.Expand(value, sizes);
}
Value RepeatedLike(const Call& call, Graph& g, const Value& value) {
  const Value like = call.Tensor("self");
  if (like.rank() == 0) return value;
  const auto numbers = AsInts(*like.sizes);
  return g.Op("Expand", {value, numbers ? g.Ints(*numbers) : g.Shape(like)});
}

bool IsWhole(const Call& call, std::string_view name) {
  return !call.Has(name) || std::holds_alternative<SymInt>(call.Argument(name)) || std::holds_alternative<bool>(call.Argument(name));
}

}  // namespace

// Whole numbers count in i64. Fractions are start + i · step, as PyTorch computes them: adding the step again and again drifts.
Result<Outputs> LowerArange(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  if (IsWhole(call, "start") && IsWhole(call, "end") && IsWhole(call, "step")) {
    const Value start = call.Has("start") ? call.Operand("start", DType::kI64) : g.Int(0);
    const Value step = call.Has("step") ? call.Operand("step", DType::kI64) : g.Int(1);
    return g.Cast(g.Op("Range", {start, call.Operand("end", DType::kI64), step}), dtype);
  }
  const Value start = call.Has("start") ? call.Operand("start", DType::kF64) : g.Const(0, DType::kF64);
  const Value step = call.Has("step") ? call.Operand("step", DType::kF64) : g.Const(1, DType::kF64);
  const Value length = g.Op("Sub", {call.Operand("end", DType::kF64), start});
  const Value count = g.Cast(g.Op("Ceil", {g.Op("Div", {length, step})}), DType::kI64);
  const Value positions = g.Cast(g.Op("Range", {g.Int(0), count, g.Int(1)}), DType::kF64);
  return g.Cast(g.Op("Add", {g.Op("Mul", {positions, step}), start}), dtype);
}

// From both ends to the middle, as PyTorch counts; integers count in f64 too, and are cut.
Result<Outputs> LowerLinspace(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  const int64_t steps = call.Int("steps");
  const auto end_of = [&](std::string_view name) {
    return IsFloating(dtype) ? call.Operand(name, DType::kF64) : g.Cast(g.Cast(call.Operand(name, DType::kF64), DType::kI64), DType::kF64);
  };
  const Value start = end_of("start"), end = end_of("end");
  const Value at = g.Cast(g.Op("Range", {g.Int(0), g.Int(steps), g.Int(1)}), DType::kF64);
  const Value step = g.Op("Div", {g.Op("Sub", {end, start}), g.Const(static_cast<double>(std::max<int64_t>(steps - 1, 1)), DType::kF64)});
  const Value up = g.Op("Add", {start, g.Op("Mul", {at, step})});
  const Value left = g.Op("Sub", {g.Const(static_cast<double>(steps - 1), DType::kF64), at});
  const Value down = g.Op("Sub", {end, g.Op("Mul", {left, step})});
  const Value half = g.Const(static_cast<double>(std::max<int64_t>(steps / 2, 1)), DType::kF64);
  return g.Cast(g.Op("Where", {g.Op("Less", {at, half}), up, down}), dtype);
}

Result<Outputs> LowerFull(const Call& call, Graph& g) {
  return Repeated(call, g, call.Operand("fill_value", call.OutputDType()), call.SizesOf("size"));
}
Result<Outputs> LowerOnes(const Call& call, Graph& g) { return Repeated(call, g, g.Const(1, call.OutputDType()), call.SizesOf("size")); }
Result<Outputs> LowerZeros(const Call& call, Graph& g) { return Repeated(call, g, g.Const(0, call.OutputDType()), call.SizesOf("size")); }

Result<Outputs> LowerFullLike(const Call& call, Graph& g) {
  return RepeatedLike(call, g, call.Operand("fill_value", call.OutputDType()));
}
Result<Outputs> LowerOnesLike(const Call& call, Graph& g) { return RepeatedLike(call, g, g.Const(1, call.OutputDType())); }
Result<Outputs> LowerZerosLike(const Call& call, Graph& g) { return RepeatedLike(call, g, g.Const(0, call.OutputDType())); }

Result<Outputs> LowerScalarTensor(const Call& call, Graph&) { return call.Operand("s", call.OutputDType()); }

}  // namespace conformance::onnx
