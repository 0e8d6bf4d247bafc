// Gradients as operators, of programs that were traced with their backward pass: reductions, products and scatters.
#include <numeric>

#include "exporters/onnx/decompose/decompose.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {
namespace {

using ops::Value;
using Arguments = std::vector<ops::Argument>;
using Sizes = std::vector<SymInt>;

Value TensorAt(const Arguments& args, size_t i) {
  const auto* value = std::get_if<Value>(&args[i]);
  return value == nullptr ? Value() : *value;
}
const Sizes& SizesAt(const Arguments& args, size_t i) { return std::get<Sizes>(args[i]); }
const std::vector<bool>& MaskAt(const Arguments& args, size_t i) { return std::get<std::vector<bool>>(args[i]); }

DType Wide(const Value& x) { return ByteSize(x.dtype()) < ByteSize(DType::kF32) ? DType::kF32 : x.dtype(); }

std::vector<int64_t> Axes(int64_t begin, int64_t end) {
  std::vector<int64_t> axes(static_cast<size_t>(end - begin));
  std::iota(axes.begin(), axes.end(), begin);
  return axes;
}

SymInt Product(std::span<const SymInt> sizes) {
  SymInt product = 1;
  for (const SymInt& size : sizes) product *= size;
  return product;
}

/// Along one axis of what is pooled: which elements each place covers, and how many count in its mean.
struct Reach {
  Value inside;  ///< [places, elements], 0 or 1
  Value count;   ///< [places, 1]
};

// From the ends of each place, i64[places, 1]; elements outside are covered by none.
Reach Between(ops::OpContext& c, const Value& begin, const Value& end, const SymInt& elements, DType dtype) {
  const Value at = ops::Unsqueeze(c, ops::Arange(c, elements), 0);
  const Value inside = ops::To(c, ops::LogicalAnd(c, ops::GreaterEqual(c, at, begin), ops::Less(c, at, end)), dtype);
  return {inside, ops::Sum(c, inside, {1}, true)};
}

Value PlacesOf(ops::OpContext& c, const SymInt& places) { return ops::Unsqueeze(c, ops::Arange(c, places), 1); }

// Each place's gradient, divided by what counts there, to all that it covers: inside_rowsᵀ · (gradient / count) · inside_columns.
Value Spread(ops::OpContext& c, const Value& gradient, const Reach& rows, const Reach& columns, const ops::Scalar* divisor) {
  const Value count = ops::Mul(c, rows.count, ops::Transpose(c, columns.count, 0, 1));
  const Value share = divisor != nullptr ? ops::Div(c, gradient, *divisor) : ops::Div(c, gradient, count);
  return ops::Matmul(c, ops::Matmul(c, ops::Transpose(c, rows.inside, 0, 1), share), columns.inside);
}

int64_t EachOf(const Sizes& list, size_t i) { return list[list.size() == 1 ? 0 : i].constant(); }

}  // namespace

Result<bool> DecomposeAdaptiveAvgPoolBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value gradient = TensorAt(args, 0), x = TensorAt(args, 1);
  const DType dtype = Wide(x);
  const auto reach = [&](int64_t axis) {
    const SymInt places = gradient.size(axis), elements = x.size(axis);
    const Value first = ops::Mul(c, PlacesOf(c, places), ops::Scalar(elements));
    const Value end = ops::FloorDivide(c, ops::Add(c, first, ops::Scalar(elements + places - 1)), ops::Scalar(places));
    return Between(c, ops::FloorDivide(c, first, ops::Scalar(places)), end, elements, dtype);
  };
  const Value y = Spread(c, AsType(c, gradient, dtype), reach(-2), reach(-1), nullptr);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, y, x.dtype())));
  return true;
}

Result<bool> DecomposeAvgPoolBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value gradient = TensorAt(args, 0), x = TensorAt(args, 1);
  const Sizes &kernel = SizesAt(args, 2), &stride = SizesAt(args, 3).empty() ? kernel : SizesAt(args, 3), &padding = SizesAt(args, 4);
  const bool whole = std::get<bool>(args[6]);
  const DType dtype = Wide(x);
  const auto reach = [&](int64_t axis) {
    const auto i = static_cast<size_t>(axis + 2);
    const SymInt elements = x.size(axis);
    const Value begin = ops::Sub(c, ops::Mul(c, PlacesOf(c, gradient.size(axis)), EachOf(stride, i)), EachOf(padding, i));
    const Value end = ops::Clamp(c, ops::Add(c, begin, EachOf(kernel, i)), std::nullopt, ops::Scalar(elements + EachOf(padding, i)));
    Reach made = Between(c, begin, end, elements, dtype);
    if (whole) made.count = ops::To(c, ops::Sub(c, end, begin), dtype);
    return made;
  };
  const auto* override = std::get_if<SymInt>(&args[7]);
  const ops::Scalar divisor(override == nullptr ? SymInt(1) : *override);
  const Value y = Spread(c, AsType(c, gradient, dtype), reach(-2), reach(-1), override == nullptr ? nullptr : &divisor);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, y, x.dtype())));
  return true;
}

// Each gradient is added where its index says.
Result<bool> DecomposeMaxPoolBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value gradient = TensorAt(args, 0), x = TensorAt(args, 1), indices = TensorAt(args, 7);
  const DType dtype = Wide(x);
  const auto flat = [](const Value& value) {
    Sizes sizes(value.sizes().begin(), value.sizes().end() - 2);
    sizes.push_back(Product(std::span(value.sizes()).last(2)));
    return sizes;
  };
  const Value plane = ops::Zeros(c, flat(x), dtype);
  const Value y = ops::ScatterAdd(c, plane, -1, ops::Reshape(c, indices, flat(indices)), ops::Reshape(c, AsType(c, gradient, dtype), flat(gradient)));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, ops::Reshape(c, y, x.sizes()), x.dtype())));
  return true;
}

namespace {

struct Convolution {
  std::vector<int64_t> stride, padding, dilation, none;
  bool transposed = false;
  int64_t groups = 1;
};

// x as long as `wanted` along the window axes; what is beyond goes.
Value Cropped(ops::OpContext& c, Value x, std::span<const SymInt> wanted) {
  for (size_t i = 2; i < wanted.size(); ++i) {
    const auto axis = static_cast<int64_t>(i);
    if (SymInt::Same(x.size(axis), wanted[i])) continue;
    x = ops::Slice(c, x, axis, SymInt(0), wanted[i]);
  }
  return x;
}

// The other way round through the weights: a transposed convolution, as long as the input was; a transposed one through a plain one.
Value OfInput(ops::OpContext& c, const Convolution& k, const Value& gradient, const Value& x, const Value& weight) {
  std::vector<int64_t> more = k.none;
  for (size_t i = 0; i < more.size() && !k.transposed; ++i) {
    const auto axis = static_cast<int64_t>(i) + 2;
    const SymInt reached = (gradient.size(axis) - 1) * k.stride[i] - 2 * k.padding[i] + k.dilation[i] * (weight.size(axis) - 1) + 1;
    more[i] = (x.size(axis) - reached).AsInt().value_or(k.stride[i] - 1);  // where the input's size is open, the longest that it can be
  }
  const Value y = ops::Convolution(c, gradient, weight, {}, k.stride, k.padding, k.dilation, !k.transposed, more, k.groups);
  return Cropped(c, y, x.sizes());
}

// A convolution of what the window moved over with what stood at its places, batch and channels changing roles: the window's steps are the
// dilation of the one and the stride of the other.
Value OfWeight(ops::OpContext& c, const Convolution& k, const Value& over, const Value& at, const Value& weight) {
  Sizes grouped(over.sizes()), joined(over.sizes());
  grouped[1] = k.groups;
  grouped.insert(grouped.begin() + 2, weight.size(1));
  joined[0] = weight.size(1);
  joined[1] = over.size(0) * k.groups;
  std::vector<int64_t> order = {2, 1, 0};
  for (int64_t axis = 3; axis <= over.rank(); ++axis) order.push_back(axis);
  const Value images = ops::Reshape(c, ops::Permute(c, ops::Reshape(c, over, grouped), order), joined);
  const Value filters = ops::Transpose(c, at, 0, 1);
  const Value y = ops::Convolution(c, images, filters, {}, k.dilation, k.padding, k.stride, false, k.none, k.groups);
  return Cropped(c, ops::Transpose(c, y, 0, 1), weight.sizes());
}

}  // namespace

Result<bool> DecomposeConvolutionBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const DType own = TensorAt(args, 1).dtype(), dtype = Wide(TensorAt(args, 1));
  const Value gradient = AsType(c, TensorAt(args, 0), dtype), x = AsType(c, TensorAt(args, 1), dtype), weight = AsType(c, TensorAt(args, 2), dtype);
  const auto axes = static_cast<size_t>(weight.rank() - 2);
  const auto numbers = [&](size_t i) {
    std::vector<int64_t> list;
    for (size_t axis = 0; axis < axes; ++axis) list.push_back(EachOf(SizesAt(args, i), axis));
    return list;
  };
  const Convolution k{numbers(4), numbers(5), numbers(6), std::vector<int64_t>(axes, 0), std::get<bool>(args[7]), std::get<SymInt>(args[9]).constant()};
  const std::vector<bool>& mask = MaskAt(args, 10);
  std::vector<Value> outputs;
  if (mask[0]) outputs.push_back(OfInput(c, k, gradient, x, weight));
  if (mask[1]) outputs.push_back(k.transposed ? OfWeight(c, k, gradient, x, weight) : OfWeight(c, k, x, gradient, weight));
  if (mask[2]) {
    std::vector<int64_t> all = Axes(2, gradient.rank());
    all.insert(all.begin(), 0);
    outputs.push_back(ops::Sum(c, gradient, all));
  }
  for (Value& output : outputs) output = AsType(c, output, own);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(outputs));
  return true;
}

namespace {

/// What both normalisations share: everything as [.., what was normalised], with axes to reduce over.
struct Normalised {
  Value gradient, weighted;         ///< as input; `weighted` times the weight, as `view`
  Value standard;                   ///< (x − mean) · rstd, as `view`
  Value rstd;                       ///< as `view`, 1 along `axes`
  std::vector<int64_t> axes;        ///< of `view`, that were normalised
};

// rstd · (g − mean(g) − x' · mean(g · x')).
Value OfNormalised(ops::OpContext& c, const Normalised& n) {
  const Value whole = ops::Mean(c, n.weighted, n.axes, true);
  const Value along = ops::Mean(c, ops::Mul(c, n.weighted, n.standard), n.axes, true);
  return ops::Mul(c, n.rstd, ops::Sub(c, ops::Sub(c, n.weighted, whole), ops::Mul(c, n.standard, along)));
}

}  // namespace

Result<bool> DecomposeLayerNormBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value given = TensorAt(args, 1), weight = TensorAt(args, 5), bias = TensorAt(args, 6);
  const DType dtype = Wide(given);
  const Value x = AsType(c, given, dtype);
  const auto lead = x.rank() - static_cast<int64_t>(SizesAt(args, 2).size());
  Sizes rows = x.sizes();
  for (auto i = static_cast<size_t>(lead); i < rows.size(); ++i) rows[i] = 1;
  Normalised n;
  n.axes = Axes(lead, x.rank());
  n.gradient = AsType(c, TensorAt(args, 0), dtype);
  n.rstd = ops::Reshape(c, AsType(c, TensorAt(args, 4), dtype), rows);
  n.standard = ops::Mul(c, ops::Sub(c, x, ops::Reshape(c, AsType(c, TensorAt(args, 3), dtype), rows)), n.rstd);
  n.weighted = weight.defined() ? ops::Mul(c, n.gradient, AsType(c, weight, dtype)) : n.gradient;
  const auto summed = [&](const Value& value) { return lead == 0 ? value : ops::Sum(c, value, Axes(0, lead)); };
  const std::vector<bool>& mask = MaskAt(args, 7);
  std::vector<Value> outputs;
  if (mask[0]) outputs.push_back(AsType(c, OfNormalised(c, n), given.dtype()));
  if (mask[1]) outputs.push_back(AsType(c, summed(ops::Mul(c, n.gradient, n.standard)), weight.dtype()));
  if (mask[2]) outputs.push_back(AsType(c, summed(n.gradient), bias.dtype()));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(outputs));
  return true;
}

Result<bool> DecomposeGroupNormBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value given = TensorAt(args, 1), weight = TensorAt(args, 4);
  const DType dtype = Wide(given);
  const SymInt batch = given.size(0), channels = given.size(1), groups = std::get<SymInt>(args[8]);
  const SymInt places = Product(std::span(given.sizes()).subspan(2));
  const Sizes by_group = {batch, groups, FloorDiv(channels, groups) * places}, by_channel = {batch, channels, places};
  const auto statistics = [&](size_t i) { return ops::Reshape(c, AsType(c, TensorAt(args, i), dtype), {batch, groups, SymInt(1)}); };
  Normalised n;
  n.axes = {2};
  n.gradient = ops::Reshape(c, AsType(c, TensorAt(args, 0), dtype), by_channel);
  n.rstd = statistics(3);
  n.standard = ops::Mul(c, ops::Sub(c, ops::Reshape(c, AsType(c, given, dtype), by_group), statistics(2)), n.rstd);
  n.weighted = weight.defined() ? ops::Mul(c, n.gradient, ops::Unsqueeze(c, AsType(c, weight, dtype), 1)) : n.gradient;
  n.weighted = ops::Reshape(c, n.weighted, by_group);
  const std::vector<bool>& mask = MaskAt(args, 9);
  std::vector<Value> outputs;
  if (mask[0]) outputs.push_back(AsType(c, ops::Reshape(c, OfNormalised(c, n), given.sizes()), given.dtype()));
  if (mask[1]) {
    const Value along = ops::Mul(c, n.gradient, ops::Reshape(c, n.standard, by_channel));
    outputs.push_back(AsType(c, ops::Sum(c, along, {0, 2}), weight.dtype()));
  }
  if (mask[2]) outputs.push_back(AsType(c, ops::Sum(c, n.gradient, {0, 2}), weight.dtype()));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(outputs));
  return true;
}

}  // namespace conformance::onnx
