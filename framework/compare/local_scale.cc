#include "framework/compare/local_scale.h"

#include <algorithm>
#include <cmath>

#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

using Values = std::vector<double>;

double Magnitude(double value) { return std::isfinite(value) ? std::fabs(value) : 0; }

/// Largest magnitude of a tensor; 1 where there is none (a weight that is left out).
double LargestOr(const Tensor* tensor, double absent) {
  if (tensor == nullptr) return absent;
  double largest = 0;
  for (const double value : tensor->ToDoubles()) largest = std::max(largest, Magnitude(value));
  return largest;
}

double NumberOr(const ir::Node& node, std::string_view name, double absent) {
  const ir::Argument* arg = node.Find(name);
  if (arg == nullptr) return absent;
  if (const auto* number = arg->As<double>()) return *number;
  if (const auto* whole = arg->As<int64_t>()) return static_cast<double>(*whole);
  return absent;
}

/// Elements of a tensor spread to a shape; nothing where it doesn't broadcast.
std::optional<Values> Spread(const Tensor& tensor, const Shape& shape) {
  if (tensor.shape() == shape) return tensor.ToDoubles();
  if (tensor.shape().size() > shape.size()) return std::nullopt;
  Shape strides(shape.size(), 0);
  for (size_t axis = 0; axis < tensor.shape().size(); ++axis) {
    const size_t at = shape.size() - tensor.shape().size() + axis;
    if (tensor.shape()[axis] == shape[at]) strides[at] = tensor.strides()[axis];
    else if (tensor.shape()[axis] != 1) return std::nullopt;
  }
  return tensor.View(shape, strides, tensor.offset()).ToDoubles();
}

const Tensor* FirstInput(const LocalCall& call) { return call.inputs.empty() ? nullptr : call.inputs.front().second; }

std::optional<Values> TermsScale(const LocalCall& call) {
  const Shape& shape = call.output->shape();
  Values scale(static_cast<size_t>(call.output->num_elements()), 0);
  const double alpha = std::fabs(NumberOr(*call.node, "alpha", 1));
  for (const auto& [name, tensor] : call.inputs) {
    const auto values = Spread(*tensor, shape);
    if (!values) return std::nullopt;
    for (size_t i = 0; i < scale.size(); ++i) scale[i] += Magnitude((*values)[i]) * std::max(alpha, 1.0);
  }
  const double number = std::fabs(NumberOr(*call.node, "other", 0)) * std::max(alpha, 1.0);
  for (double& value : scale) value += number;
  return scale;
}

/// |y| + |x|, or |y|·(1 + |x|).
std::optional<Values> ArgumentScale(const LocalCall& call, const Values& y, bool relative) {
  Values scale(y.size());
  const Tensor* x = FirstInput(call);
  if (x == nullptr) return std::nullopt;
  const auto values = x->shape() == call.output->shape() ? std::optional(x->ToDoubles()) : std::nullopt;
  const double largest = values ? 0 : LargestOr(x, 0);  // glu halves an axis; a number to the power of a tensor
  for (size_t i = 0; i < y.size(); ++i) {
    const double of_x = values ? Magnitude((*values)[i]) : largest;
    scale[i] = relative ? Magnitude(y[i]) * (1 + of_x) : Magnitude(y[i]) + of_x;
  }
  return scale;
}

/// Rows of `row` elements each are normalised by themselves; weight and bias by their largest.
std::optional<Values> NormalisedScale(const LocalCall& call) {
  const Tensor* x = FirstInput(call);
  if (x == nullptr || x->num_elements() != call.output->num_elements() || x->num_elements() == 0) return std::nullopt;
  const Values in = x->ToDoubles();
  const std::string_view op = call.node->op();
  const double weight = LargestOr(call.Find("weight"), 1), bias = LargestOr(call.Find("bias"), 0);
  size_t rows = 1;
  bool centred = true;
  double known_mean = 0, known_sigma = 0;
  if (op.find("batch_norm") != op.npos) {
    const Tensor* mean = call.Find("running_mean");
    const Tensor* variance = call.Find("running_var");
    if (mean == nullptr || variance == nullptr) return std::nullopt;
    known_mean = LargestOr(mean, 0);
    double least = HUGE_VAL;
    for (const double value : variance->ToDoubles()) least = std::min(least, value);
    known_sigma = std::sqrt(std::max(least, 0.0) + NumberOr(*call.node, "eps", 1e-5));
  } else if (op.find("group_norm") != op.npos) {
    const double groups = NumberOr(*call.node, op.find("native") != op.npos ? "group" : "num_groups", 1);
    rows = static_cast<size_t>(groups) * static_cast<size_t>(x->dim(0));
  } else {
    centred = op.find("rms_norm") == op.npos;
    const ir::Argument* shape = call.node->Find("normalized_shape");
    double width = 1;
    if (shape == nullptr) return std::nullopt;
    if (const auto* sizes = shape->As<std::vector<int64_t>>()) {
      for (const int64_t size : *sizes) width *= static_cast<double>(size);
    } else {
      const Tensor* given = call.Find("weight");
      width = given != nullptr ? static_cast<double>(given->num_elements()) : static_cast<double>(x->dim(-1));
    }
    rows = static_cast<size_t>(static_cast<double>(in.size()) / std::max(width, 1.0));
  }
  if (rows == 0 || in.size() % rows != 0) return std::nullopt;
  const size_t width = in.size() / rows;
  const double eps = NumberOr(*call.node, "eps", 1e-5);
  Values scale(in.size());
  for (size_t r = 0; r < rows; ++r) {
    const double* row = in.data() + r * width;
    double mean = 0, square = 0, mean_abs = 0;
    for (size_t i = 0; i < width; ++i) mean += row[i] / static_cast<double>(width), mean_abs += Magnitude(row[i]) / static_cast<double>(width);
    if (!centred) mean = 0;
    for (size_t i = 0; i < width; ++i) square += (row[i] - mean) * (row[i] - mean) / static_cast<double>(width);
    const double sigma = known_sigma > 0 ? known_sigma : std::sqrt(square + eps);
    const double offset = known_sigma > 0 ? known_mean : centred ? mean_abs : 0;
    // An error of the mean by rounding moves sigma too where the mean is much the larger one.
    const double root = std::sqrt(static_cast<double>(known_sigma > 0 ? 1 : width)) / 6;
    for (size_t i = 0; i < width; ++i) {
      const double centre = Magnitude(row[i] - (known_sigma > 0 ? known_mean : mean));
      scale[r * width + i] = ((Magnitude(row[i]) + offset) + centre * root * (1 + offset / sigma)) / sigma * weight + bias;
    }
  }
  return scale;
}

std::optional<Values> SoftmaxScale(const LocalCall& call, const Values& y) {
  const Tensor* x = FirstInput(call);
  if (x == nullptr || x->shape() != call.output->shape()) return std::nullopt;
  const Values in = x->ToDoubles();
  // Arguments that are masked away have no weight; the largest that has some bounds the others' errors.
  double largest = 0;
  for (size_t i = 0; i < y.size(); ++i) {
    if (y[i] > 0) largest = std::max(largest, Magnitude(in[i]));
  }
  const double root = std::sqrt(static_cast<double>(x->rank() > 0 ? *std::ranges::max_element(x->shape()) : 1)) / 4;
  Values scale(y.size());
  for (size_t i = 0; i < y.size(); ++i) scale[i] = Magnitude(y[i]) * (2 + root + Magnitude(in[i]) + largest);
  return scale;
}

/// Largest Euclidean norm of a row.
double LargestRow(const Tensor& tensor) {
  const int64_t width = tensor.rank() > 0 ? tensor.dim(-1) : 1;
  const Values values = tensor.ToDoubles();
  double largest = 0;
  for (size_t r = 0; width > 0 && (r + 1) * static_cast<size_t>(width) <= values.size(); ++r) {
    double square = 0;
    for (size_t i = 0; i < static_cast<size_t>(width); ++i) square += values[r * static_cast<size_t>(width) + i] * values[r * static_cast<size_t>(width) + i];
    largest = std::max(largest, square);
  }
  return std::sqrt(largest);
}

std::optional<Values> AttentionScale(const LocalCall& call) {
  const Tensor* q = call.Find("query");
  const Tensor* k = call.Find("key");
  if (q == nullptr || k == nullptr || call.magnitude == nullptr || q->rank() == 0) return std::nullopt;
  const double width = static_cast<double>(q->dim(-1));
  const double scale = NumberOr(*call.node, "scale", 1 / std::sqrt(width));
  const double score = std::fabs(scale) * LargestRow(*q) * LargestRow(*k);
  const double terms = static_cast<double>(k->rank() >= 2 ? k->dim(-2) : 1);
  const double factor = 2 + std::sqrt(terms) / 4 + score * (2 + std::sqrt(width) / 4);
  Values result = call.magnitude->ToDoubles();
  for (double& value : result) value = Magnitude(value) * factor;
  return result;
}

}  // namespace

const Tensor* LocalCall::Find(std::string_view argument) const {
  for (const auto& [name, tensor] : inputs) {
    if (name == argument) return tensor;
  }
  return nullptr;
}

double ReductionLength(const LocalCall& call) {
  if (call.op == nullptr || call.op->traits.reduction_arg < 0) return 1;
  const Tensor* reduced = call.Find(call.op->args[static_cast<size_t>(call.op->traits.reduction_arg)].name);
  if (reduced == nullptr || reduced->rank() == 0) return 1;
  const std::string_view op = call.node->op();
  const auto elements = static_cast<double>(reduced->num_elements());
  if (op.find("conv") != op.npos) return std::max(1.0, elements / static_cast<double>(std::max<int64_t>(1, reduced->dim(op.find("transpose") != op.npos ? 1 : 0))));
  if (op.starts_with("aten.sum") || op.starts_with("aten.mean")) return std::max(1.0, elements / static_cast<double>(std::max<int64_t>(1, call.output->num_elements())));
  if (op.starts_with("aten.cumsum")) return static_cast<double>(*std::ranges::max_element(reduced->shape()));
  return static_cast<double>(std::max<int64_t>(1, reduced->dim(-1)));
}

std::optional<std::vector<double>> LocalBound(const LocalRow& row, const LocalCall& call, DType declared) {
  Values y = call.output->ToDoubles();
  const double accumulator = declared == DType::kF64 ? UnitRoundoff(DType::kF64) : UnitRoundoff(DType::kF32);
  const double store = UnitRoundoff(declared);
  // Below the smallest normal number spacing is absolute, and runtimes flush to zero; f16 has too few numbers for that.
  const double least = declared == DType::kF16 ? UlpAt(0, declared) : SmallestNormalOf(declared);
  std::optional<Values> scale;
  double factor = row.c;
  switch (row.scale) {
    case LocalScale::kMoved: scale = Values(y.size(), 0); break;
    case LocalScale::kOutput: scale = y; break;
    case LocalScale::kUnit:
      scale = y;
      for (double& value : *scale) value = std::max(1.0, Magnitude(value));
      break;
    case LocalScale::kInput: scale = ArgumentScale(call, y, false); break;
    case LocalScale::kExponent: scale = ArgumentScale(call, y, true); break;
    case LocalScale::kTerms: scale = TermsScale(call); break;
    case LocalScale::kReduced:
      if (call.magnitude != nullptr) scale = call.magnitude->ToDoubles();
      factor *= std::sqrt(ReductionLength(call));
      break;
    case LocalScale::kNormalised: scale = NormalisedScale(call); break;
    case LocalScale::kSoftmax: scale = SoftmaxScale(call, y); break;
    case LocalScale::kAttention: scale = AttentionScale(call); break;
  }
  if (!scale || scale->size() != y.size()) return std::nullopt;
  Values stored = y;
  if (row.scale == LocalScale::kAttention && ByteSize(declared) == 2) {
    // The weights meet the values as halves, each rounded once. Source: PyTorch's FlashAttentionKernel.cpp, as references/eager has it.
    const Values weighted = call.magnitude->ToDoubles();
    for (size_t i = 0; i < stored.size(); ++i) stored[i] = Magnitude(stored[i]) + Magnitude(weighted[i]);
  }
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = kLocalFactor * (store * Magnitude(stored[i]) + factor * accumulator * Magnitude((*scale)[i])) + least;
  }
  return y;
}

}  // namespace conformance::compare
