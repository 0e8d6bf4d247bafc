#include <cmath>
#include <numeric>

#include "exporters/onnx/decompose/decompose.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {
namespace {

using ops::Value;

Value TensorAt(const std::vector<ops::Argument>& args, size_t i) {
  const auto* value = std::get_if<Value>(&args[i]);
  return value == nullptr ? Value() : *value;
}

std::vector<int64_t> LastAxes(size_t count) {
  std::vector<int64_t> axes(count);
  std::iota(axes.begin(), axes.end(), -static_cast<int64_t>(count));
  return axes;
}

DType Wide(const Value& x) { return ByteSize(x.dtype()) < ByteSize(DType::kF32) ? DType::kF32 : x.dtype(); }

// (x − mean) / √(var + eps) over axes; var without correction.
Value Standardised(ops::OpContext& c, const Value& x, const std::vector<int64_t>& axes, double eps) {
  const Value centred = ops::Sub(c, x, ops::Mean(c, x, axes, true));
  const Value variance = ops::Mean(c, ops::Mul(c, centred, centred), axes, true);
  return ops::Mul(c, centred, ops::Rsqrt(c, ops::Add(c, variance, eps)));
}

}  // namespace

double RmsNormEps(DType dtype) { return std::ldexp(1.0, dtype == DType::kF64 ? -52 : -23); }

Result<bool> DecomposeLayerNorm(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value x = std::get<Value>(args[0]), weight = TensorAt(args, 2), bias = TensorAt(args, 3);
  if (x.dtype() != DType::kF64) return false;
  Value y = Standardised(c, x, LastAxes(std::get<std::vector<SymInt>>(args[1]).size()), std::get<double>(args[4]));
  if (weight.defined()) y = ops::Mul(c, y, weight);
  if (bias.defined()) y = ops::Add(c, y, bias);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(y));
  return true;
}

// x / √(mean(x²) + eps) · weight, in f32 for halves and rounded once, as PyTorch does.
Result<bool> DecomposeRmsNorm(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  CONFORMANCE_TRY(const Value output, edit.Output());
  ops::OpContext& c = edit.context();
  const Value given = std::get<Value>(args[0]), weight = TensorAt(args, 2);
  const DType dtype = Wide(given);
  const auto* eps_given = std::get_if<double>(&args[3]);
  const double eps = eps_given != nullptr ? *eps_given : RmsNormEps(given.dtype());
  const Value x = AsType(c, given, dtype);
  const Value mean = ops::Mean(c, ops::Mul(c, x, x), LastAxes(std::get<std::vector<SymInt>>(args[1]).size()), true);
  Value y = ops::Mul(c, x, ops::Rsqrt(c, ops::Add(c, mean, eps)));
  if (weight.defined()) y = ops::Mul(c, y, AsType(c, weight, dtype));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, y, output.dtype())));
  return true;
}

Result<bool> DecomposeWideRmsNorm(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  const Value x = std::get<Value>(args[0]), weight = TensorAt(args, 2);
  const bool mixed = weight.defined() && weight.dtype() != x.dtype();
  return x.dtype() == DType::kF64 || mixed ? DecomposeRmsNorm(edit) : Result<bool>(false);
}

Result<bool> DecomposeGroupNorm(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value given = std::get<Value>(args[0]), weight = TensorAt(args, 2), bias = TensorAt(args, 3);
  const SymInt groups = std::get<SymInt>(args[1]);
  const DType dtype = Wide(given);
  const std::vector<SymInt> sizes = given.sizes();
  SymInt inside = 1;
  for (size_t i = 2; i < sizes.size(); ++i) inside *= sizes[i];
  const Value x = ops::Reshape(c, AsType(c, given, dtype), {sizes[0], groups, FloorDiv(sizes[1], groups) * inside});
  Value y = ops::Reshape(c, Standardised(c, x, {-1}, std::get<double>(args[4])), sizes);
  std::vector<SymInt> channels(sizes.size() - 1, SymInt(1));
  channels[0] = sizes[1];
  if (weight.defined()) y = ops::Mul(c, y, ops::Reshape(c, AsType(c, weight, dtype), channels));
  if (bias.defined()) y = ops::Add(c, y, ops::Reshape(c, AsType(c, bias, dtype), channels));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, y, given.dtype())));
  return true;
}

// Σ (x − mean)² / (n − correction); of std its root, of var_mean also the mean.
Result<bool> DecomposeVar(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value given = std::get<Value>(args[0]);
  std::vector<int64_t> axes;
  SymInt correction = 1;
  bool keepdim = false;
  for (size_t i = 1; i < args.size(); ++i) {
    const std::string& name = edit.op()->args[i].name;
    if (name == "dim") {
      if (const auto* list = std::get_if<std::vector<SymInt>>(&args[i])) axes = AsInts(*list).value_or(std::vector<int64_t>());
    } else if (name == "unbiased") {
      correction = std::get<bool>(args[i]) ? 1 : 0;
    } else if (name == "correction") {
      if (const auto* number = std::get_if<double>(&args[i])) {
        if (*number != static_cast<double>(static_cast<int64_t>(*number))) return Unsupported("a variance with a fraction as its correction");
        correction = static_cast<int64_t>(*number);
      } else if (const auto* whole = std::get_if<SymInt>(&args[i])) {
        correction = *whole;
      }
    } else if (name == "keepdim") {
      keepdim = std::get<bool>(args[i]);
    }
  }
  if (axes.empty()) axes = LastAxes(static_cast<size_t>(given.rank()));
  SymInt count = 1;
  for (const int64_t axis : axes) count *= given.size(axis);
  const Value x = AsType(c, given, Wide(given));
  const Value centred = axes.empty() ? ops::Sub(c, x, x) : ops::Sub(c, x, ops::Mean(c, x, axes, true));
  Value y = ops::Mul(c, centred, centred);
  if (!axes.empty()) y = ops::Sum(c, y, axes, keepdim);
  y = ops::Div(c, y, ops::Scalar(count - correction));
  if (edit.op()->target.starts_with("aten.std.")) y = ops::Sqrt(c, y);
  std::vector<Value> outputs = {AsType(c, y, given.dtype())};
  if (edit.op()->returns.size() > 1) {
    const Value mean = axes.empty() ? ops::Add(c, x, ops::Scalar(0)) : ops::Mean(c, x, axes, keepdim);
    outputs.push_back(AsType(c, mean, given.dtype()));
  }
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(outputs));
  return true;
}

// g · v / ‖v‖ over all axes but `dim`.
Result<bool> DecomposeWeightNorm(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value v = std::get<Value>(args[0]), g = std::get<Value>(args[1]);
  const auto dim = std::get<SymInt>(args[2]).AsInt();
  if (!dim) return Unsupported("a weight norm over a symbolic axis");
  const int64_t kept = *dim < 0 ? *dim + v.rank() : *dim;
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < v.rank(); ++axis) {
    if (axis != kept || *dim == -1) axes.push_back(axis);
  }
  const Value norm = ops::Sqrt(c, ops::Sum(c, ops::Mul(c, v, v), axes, true));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::Mul(c, v, ops::Div(c, g, norm))));
  return true;
}

// x[1:] − x[:−1], n times.
Result<bool> DecomposeDiff(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  Value x = std::get<Value>(args[0]);
  const auto n = std::get<SymInt>(args[1]).AsInt(), dim = std::get<SymInt>(args[2]).AsInt();
  if (!n || !dim) return Unsupported("differences with a symbolic axis or count");
  const Value before = TensorAt(args, 3), after = TensorAt(args, 4);
  if (before.defined()) x = ops::Cat(c, {before, x}, *dim);
  if (after.defined()) x = ops::Cat(c, {x, after}, *dim);
  for (int64_t i = 0; i < *n; ++i) {
    const Value later = ops::Slice(c, x, *dim, 1), earlier = ops::Slice(c, x, *dim, 0, -1);
    x = x.dtype() == DType::kBool ? ops::NotEqual(c, later, earlier) : ops::Sub(c, later, earlier);
  }
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(x));
  return true;
}

}  // namespace conformance::onnx
