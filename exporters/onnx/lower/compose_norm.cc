#include "exporters/onnx/lower/compose.h"
#include "exporters/onnx/lower/norm.h"

namespace conformance::onnx {
namespace {

struct Normalised {
  Value y, mean, inverse;  // inverse: 1 / sqrt(var + eps); the statistics keep their axes
};

Normalised Normalise(Graph& g, const Value& given, const std::vector<int64_t>& axes, double eps) {
  const Value x = g.AtLeast(given, DType::kF32);
  const Value mean = g.Reduce("ReduceMean", x, axes, true);
  const Value centred = g.Op("Sub", {x, mean});
  const Value variance = g.Reduce("ReduceMean", g.Op("Mul", {centred, centred}), axes, true);
  const Value inverse = g.Op("Reciprocal", {g.Op("Sqrt", {g.Op("Add", {variance, g.Const(eps, x)})})});
  return {g.Op("Mul", {centred, inverse}), mean, inverse};
}

// y · weight + bias, each where there is one, stretched by `behind` axes of 1.
Value Scaled(const Call& call, Graph& g, Value y, int64_t behind) {
  std::vector<int64_t> axes;
  for (int64_t i = 0; i < behind; ++i) axes.push_back(1 + i);
  for (const auto& [name, type] : {std::pair("weight", "Mul"), std::pair("bias", "Add")}) {
    const Value factor = call.Tensor(name);
    if (factor.defined()) y = g.Op(type, {y, g.Cast(axes.empty() ? factor : g.Unsqueeze(factor, axes), y.dtype)});
  }
  return y;
}

std::vector<int64_t> AxesFrom(int64_t first, int64_t rank) {
  std::vector<int64_t> axes;
  for (int64_t axis = first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

}  // namespace

// ONNX's operator computes statistics in f32: f64 is written out.
Result<Outputs> LowerNativeLayerNorm(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const auto count = static_cast<int64_t>(call.SymIntsOf("normalized_shape").size());
  const double eps = call.Number("eps");
  const Value weight = call.Tensor("weight");
  if (x.dtype != DType::kF64 && weight.defined() && weight.dtype == x.dtype) {
    auto made = g.MultiOp("LayerNormalization", {x, weight, call.Tensor("bias")}, 3, {{"axis", -count}, {"epsilon", eps}});
    made[1].dtype = made[2].dtype = DType::kF32;
    return std::vector<Value>{made[0], g.Cast(made[1], call.OutputDType(1)), g.Cast(made[2], call.OutputDType(2))};
  }
  const Normalised made = Normalise(g, x, AxesFrom(x.rank() - count, x.rank()), eps);
  return std::vector<Value>{g.Cast(Scaled(call, g, made.y, 0), x.dtype), g.Cast(made.mean, call.OutputDType(1)),
                            g.Cast(made.inverse, call.OutputDType(2))};
}

Result<Outputs> LowerNativeGroupNorm(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const int64_t groups = call.Int("group");
  SymInt width = 1;
  for (int64_t axis = 1; axis < x.rank(); ++axis) width *= (*x.sizes)[static_cast<size_t>(axis)];
  const auto number = width.AsInt();  // -1 cannot be told for an empty batch
  const Value rows = g.Reshape(x, {g.SizeAt(x, 0), groups, number ? Size(*number / groups) : Size(-1)});
  const Normalised made = Normalise(g, rows, {2}, call.Number("eps"));
  const Value y = g.Op("Reshape", {made.y, g.Shape(x)});
  return std::vector<Value>{g.Cast(Scaled(call, g, y, x.rank() - 2), x.dtype), g.Cast(g.Squeeze(made.mean, {2}), call.OutputDType(1)),
                            g.Cast(g.Squeeze(made.inverse, {2}), call.OutputDType(2))};
}

Result<Outputs> LowerNativeBatchNorm(const Call& call, Graph& g) {
  CONFORMANCE_TRY(Outputs made, LowerBatchNorm(call, g));
  for (size_t i = 1; i < call.OutputCount(); ++i) made.values.push_back(g.Constant(Tensor::Zeros(call.OutputDType(i), {0})));
  return made;
}

Result<Outputs> LowerBatchStatistics(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  std::vector<int64_t> axes = AxesFrom(2, x.rank());
  axes.insert(axes.begin(), 0);
  const Normalised made = Normalise(g, x, axes, call.Number("eps"));
  return std::vector<Value>{g.Cast(Scaled(call, g, made.y, x.rank() - 2), x.dtype), g.Cast(g.Squeeze(made.mean, axes), call.OutputDType(1)),
                            g.Cast(g.Squeeze(made.inverse, axes), call.OutputDType(2))};
}

Result<Outputs> LowerInstanceNorm(const Call& call, Graph& g) {
  if (!call.Bool("use_input_stats")) return LowerBatchNorm(call, g);
  const Value x = call.Tensor("input");
  const Normalised made = Normalise(g, x, AxesFrom(2, x.rank()), call.Number("eps"));
  return g.Cast(Scaled(call, g, made.y, x.rank() - 2), x.dtype);
}

// Nothing is dropped outside training.
Result<Outputs> LowerNativeDropout(const Call& call, Graph& g) {
  if (call.IsNone("train") || call.Bool("train")) {
    return call.Refused("draws at random in training mode; export the model in eval mode, or make what it draws an input");
  }
  const Value x = call.Tensor("input");
  const Value all = g.Bool(true);
  return std::vector<Value>{g.Identity(x), x.rank() == 0 ? g.Identity(all) : g.Op("Expand", {all, g.Shape(x)})};
}

}  // namespace conformance::onnx
