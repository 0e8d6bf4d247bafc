#include "framework/nn/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "framework/base/strings.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/cos.h"
#include "framework/ops/div.h"
#include "framework/ops/greater.h"
#include "framework/ops/max.h"
#include "framework/ops/maximum.h"
#include "framework/ops/mul.h"
#include "framework/ops/neg.h"
#include "framework/ops/pow.h"
#include "framework/ops/reciprocal.h"
#include "framework/ops/select.h"
#include "framework/ops/sin.h"
#include "framework/ops/slice.h"
#include "framework/ops/sub.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/where.h"

namespace conformance::nn {
namespace {

using ops::OpContext;
using ops::Value;
using Floats = std::vector<float>;

/// 2i / dim for i below `count`, in f32 as PyTorch divides.
Floats Exponents(int64_t count, int64_t dim) {
  Floats exponents;
  for (int64_t i = 0; i < count; ++i) exponents.push_back(static_cast<float>(2 * i) / static_cast<float>(dim));
  return exponents;
}

/// base^exponent in f32.
float PowF32(double base, float exponent) { return static_cast<float>(std::pow(double{static_cast<float>(base)}, double{exponent})); }

/// 1 / base^(2i / dim).
Floats InverseFrequencies(double base, int64_t count, int64_t dim) {
  Floats frequencies = Exponents(count, dim);
  for (float& value : frequencies) value = 1.0f / PowF32(base, value);
  return frequencies;
}

Tensor AsTensor(const Floats& values) { return Tensor::Of<float>({static_cast<int64_t>(values.size())}, values); }

Error Missing(const RopeConfig& config, std::string field) {
  return Invalid("rope_parameters of this rope_type need a field that is missing").With("rope_type", config.type).With("wanted", std::move(field));
}

/// The share of the way between `low` and `high` for each of `count` dimensions, clamped to [0, 1].
Floats Ramp(double low, double high, int64_t count) {
  if (low == high) high += 0.001;  // keeps the division alive, as the original does
  Floats ramp;
  for (int64_t i = 0; i < count; ++i)
    ramp.push_back(std::clamp((static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low), 0.0f, 1.0f));
  return ramp;
}

/// Peng et al., arXiv:2309.00071.
Result<RopeTable> Yarn(const RopeConfig& config) {
  if (!config.original_max_position_embeddings) return Missing(config, "original_max_position_embeddings");
  const double original = static_cast<double>(*config.original_max_position_embeddings);
  const double factor = config.factor.value_or(static_cast<double>(config.max_position_embeddings) / original);
  const int64_t dim = config.head_dim;
  const auto scale = [](double by, double mscale) { return by <= 1 ? 1.0 : 0.1 * mscale * std::log(by) + 1.0; };
  RopeTable table;
  if (config.attention_factor) {
    table.attention_scaling = *config.attention_factor;
  } else if (config.mscale.value_or(0) != 0 && config.mscale_all_dim.value_or(0) != 0) {
    table.attention_scaling = scale(factor, *config.mscale) / scale(factor, *config.mscale_all_dim);
  } else {
    table.attention_scaling = scale(factor, 1.0);
  }
  // A zero stands for the default, because the original writes `or`.
  const double beta_fast = config.beta_fast.value_or(0) != 0 ? *config.beta_fast : 32.0;
  const double beta_slow = config.beta_slow.value_or(0) != 0 ? *config.beta_slow : 1.0;
  const auto correction = [&](double rotations) {
    return static_cast<double>(dim) * std::log(original / (rotations * 2 * std::numbers::pi)) / (2 * std::log(config.theta));
  };
  double low = correction(beta_fast), high = correction(beta_slow);
  if (config.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(dim - 1));

  const Floats exponents = Exponents(dim / 2, dim);
  const Floats ramp = Ramp(low, high, dim / 2);
  Floats frequencies;
  for (size_t i = 0; i < exponents.size(); ++i) {
    const float period = PowF32(config.theta, exponents[i]);
    const float extrapolated = 1.0f / period;
    const float interpolated = 1.0f / (static_cast<float>(factor) * period);
    const float share = 1.0f - ramp[i];
    frequencies.push_back(interpolated * (1.0f - share) + extrapolated * share);
  }
  table.inv_freq = AsTensor(frequencies);
  return table;
}

/// Ding et al., arXiv:2402.13753.
Result<RopeTable> LongRope(const RopeConfig& config) {
  if (!config.original_max_position_embeddings) return Missing(config, "original_max_position_embeddings");
  const double original = static_cast<double>(*config.original_max_position_embeddings);
  const double factor = config.factor.value_or(static_cast<double>(config.max_position_embeddings) / original);
  RopeTable table;
  if (config.attention_factor) {
    table.attention_scaling = *config.attention_factor;
  } else if (factor > 1.0) {
    table.attention_scaling = std::sqrt(1 + std::log(factor) / std::log(original));
  }
  const auto scaled = [&](const std::vector<double>& factors, std::string_view name) -> Result<Tensor> {
    Floats frequencies = Exponents(config.head_dim / 2, config.head_dim);
    if (factors.size() != frequencies.size())
      return Invalid("rope_parameters has the wrong number of factors")
          .With("key", std::string(name))
          .With("found", std::to_string(factors.size()))
          .With("wanted", std::to_string(frequencies.size()));
    for (size_t i = 0; i < frequencies.size(); ++i)
      frequencies[i] = 1.0f / (static_cast<float>(factors[i]) * PowF32(config.theta, frequencies[i]));
    return AsTensor(frequencies);
  };
  CONFORMANCE_TRY(table.inv_freq, scaled(config.short_factor, "short_factor"));
  CONFORMANCE_TRY(table.long_inv_freq, scaled(config.long_factor, "long_factor"));
  return table;
}

/// Llama 3.1: long wavelengths slowed down by `factor`, short ones kept, smoothly between.
Result<RopeTable> Llama3(const RopeConfig& config) {
  if (!config.factor) return Missing(config, "factor");
  if (!config.low_freq_factor) return Missing(config, "low_freq_factor");
  if (!config.high_freq_factor) return Missing(config, "high_freq_factor");
  if (!config.original_max_position_embeddings) return Missing(config, "original_max_position_embeddings");
  const double original = static_cast<double>(*config.original_max_position_embeddings);
  const float longest = static_cast<float>(original / *config.low_freq_factor);
  const float shortest = static_cast<float>(original / *config.high_freq_factor);
  const float factor = static_cast<float>(*config.factor);
  Floats frequencies = InverseFrequencies(config.theta, config.head_dim / 2, config.head_dim);
  for (float& frequency : frequencies) {
    const float wavelength = static_cast<float>(2 * std::numbers::pi) / frequency;
    if (wavelength > longest) {
      frequency /= factor;
    } else if (wavelength >= shortest) {
      const float smooth = (static_cast<float>(original) / wavelength - static_cast<float>(*config.low_freq_factor)) /
                           static_cast<float>(*config.high_freq_factor - *config.low_freq_factor);
      frequency = (1.0f - smooth) * frequency / factor + smooth * frequency;
    }
  }
  RopeTable table;
  table.inv_freq = AsTensor(frequencies);
  return table;
}

/// A share of the angles turns, the rest stands still (frequency 0).
Result<RopeTable> Proportional(const RopeConfig& config) {
  const int64_t angles =
      static_cast<int64_t>(std::floor(config.partial_rotary_factor * static_cast<double>(config.head_dim) / 2.0));
  Floats frequencies = InverseFrequencies(config.theta, std::clamp<int64_t>(angles, 0, config.head_dim / 2), config.head_dim);
  frequencies.resize(static_cast<size_t>(config.head_dim / 2), 0.0f);
  for (float& frequency : frequencies) frequency /= static_cast<float>(config.factor.value_or(1.0));
  RopeTable table;
  table.inv_freq = AsTensor(frequencies);
  return table;
}

Value RotateHalf(OpContext& context, const Value& x) {
  const SymInt half = FloorDiv(x.size(-1), 2);
  return ops::Cat(context, {ops::Neg(context, ops::Slice(context, x, -1, half)), ops::Slice(context, x, -1, 0, half)}, -1);
}

}  // namespace

const std::vector<std::string>& RopeTypes() {
  static const std::vector<std::string> types = {"default", "dynamic", "linear", "llama3", "longrope", "proportional", "yarn"};
  return types;
}

Result<RopeTable> MakeRopeTable(const RopeConfig& config) {
  if (std::find(RopeTypes().begin(), RopeTypes().end(), config.type) == RopeTypes().end())
    return Unsupported("rope_type \"" + config.type + "\" is not implemented").With("wanted", Join(RopeTypes(), ", "));
  if (config.head_dim <= 0 || config.head_dim % 2 != 0)
    return Invalid("rotary embedding needs an even head_dim").With("found", std::to_string(config.head_dim));
  if (!config.sections.empty() && std::accumulate(config.sections.begin(), config.sections.end(), int64_t{0}) != config.head_dim / 2)
    return Invalid("the sections of mrope_section are not as long as half a head")
        .With("key", "mrope_section")
        .With("wanted", "a sum of " + std::to_string(config.head_dim / 2));
  if (!(config.theta > 0)) return Invalid("rope_theta is not positive").With("found", DoubleText(config.theta));
  // The default kind never looks at this field; the proportional one is made of it.
  if (config.partial_rotary_factor != 1.0 && config.type != "default" && config.type != "proportional")
    return Unsupported("partial_rotary_factor: these classes rotate whole heads")
        .With("rope_type", config.type)
        .With("found", DoubleText(config.partial_rotary_factor))
        .With("wanted", "1.0");
  if (config.type == "yarn") return Yarn(config);
  if (config.type == "longrope") return LongRope(config);
  if (config.type == "llama3") return Llama3(config);
  if (config.type == "proportional") return Proportional(config);
  Floats frequencies = InverseFrequencies(config.theta, config.head_dim / 2, config.head_dim);
  if (config.type != "default" && !config.factor) return Missing(config, "factor");
  if (config.type == "linear")
    for (float& frequency : frequencies) frequency /= static_cast<float>(*config.factor);
  if (config.type == "dynamic" && config.head_dim == 2)
    return Invalid("rope_type \"dynamic\" needs a head_dim above 2").With("found", "2");
  RopeTable table;
  table.inv_freq = AsTensor(frequencies);
  return table;
}

RotaryEmbedding::RotaryEmbedding(std::string class_name, RopeConfig config, RopeTable table)
    : Module(std::move(class_name)),
      config_(std::move(config)),
      attention_scaling_(table.attention_scaling),
      inv_freq_(AddConstant("inv_freq", std::move(table.inv_freq))) {
  if (table.long_inv_freq) long_inv_freq_ = &AddConstant("long_inv_freq", std::move(*table.long_inv_freq));
  if (config_.type == "dynamic") exponents_ = &AddConstant("exponents", AsTensor(Exponents(config_.head_dim / 2, config_.head_dim)));
}

Value RotaryEmbedding::Frequencies(OpContext& context, const Value& position_ids) const {
  const Value frequencies = Weight(context, inv_freq_);
  if (long_inv_freq_ == nullptr && exponents_ == nullptr) return frequencies;
  const Value length = ops::Add(context, ops::Max(context, position_ids), 1);
  if (long_inv_freq_ != nullptr)
    return ops::Where(context, ops::Greater(context, length, *config_.original_max_position_embeddings),
                      Weight(context, *long_inv_freq_), frequencies);
  // NTK by parts of the length: base' = base · (factor · length / max − (factor − 1))^(dim / (dim − 2)).
  const double max = static_cast<double>(config_.max_position_embeddings);
  const double dim = static_cast<double>(config_.head_dim);
  const Value share = ops::Div(context, ops::Mul(context, ops::To(context, length, DType::kF32), *config_.factor), max);
  // Below the maximum the share would fall under 1 and the power of a negative number be NaN, which `Where` must not meet.
  const Value grown = ops::Maximum(context, ops::Sub(context, share, *config_.factor - 1), context.Constant(Tensor::Of<float>({}, {1.0f})));
  const Value base = ops::Mul(context, ops::Pow(context, grown, dim / (dim - 2)), config_.theta);
  const Value scaled = ops::Reciprocal(context, ops::Pow(context, base, Weight(context, *exponents_)));
  return ops::Where(context, ops::Greater(context, length, config_.max_position_embeddings), scaled, frequencies);
}

Value RotaryEmbedding::Sections(OpContext& context, const Value& x) const {
  std::vector<Value> parts;
  int64_t start = 0;
  for (size_t i = 0; i < config_.sections.size(); start += config_.sections[i], ++i)
    parts.push_back(ops::Select(context, ops::Slice(context, x, -1, start, start + config_.sections[i]), 0, static_cast<int64_t>(i % 3)));
  return ops::Cat(context, std::move(parts), -1);
}

std::pair<Value, Value> RotaryEmbedding::Forward(OpContext& context, const Value& like, const Value& position_ids) const {
  std::vector<Value> both = CallMulti(context, {{"x", like}, {"position_ids", position_ids}}, [&] {
    const Value positions = ops::To(context, ops::Unsqueeze(context, position_ids, -1), DType::kF32);
    const Value angles = ops::Mul(context, positions, Frequencies(context, position_ids));
    const bool sections = !config_.sections.empty();
    const auto doubled = [&](const Value& x) { return ops::Cat(context, {x, x}, -1); };
    const Value turned = sections ? angles : doubled(angles);
    Value cos = ops::Cos(context, turned);
    Value sin = ops::Sin(context, turned);
    if (attention_scaling_ != 1.0) {
      cos = ops::Mul(context, cos, attention_scaling_);
      sin = ops::Mul(context, sin, attention_scaling_);
    }
    if (sections) {
      cos = doubled(Sections(context, cos));
      sin = doubled(Sections(context, sin));
    }
    return std::vector<Value>{ops::To(context, cos, like.dtype()), ops::To(context, sin, like.dtype())};
  });
  if (both.size() == 2) return {both[0], both[1]};
  context.Fail(Invalid("a patch of " + class_name() + "::forward returned " + std::to_string(both.size()) + " values, wanted 2"));
  return {Value::Poisoned(), Value::Poisoned()};
}

Value ApplyRotary(OpContext& context, const Value& x, const Value& cos, const Value& sin) {
  return ops::Add(context, ops::Mul(context, x, cos), ops::Mul(context, RotateHalf(context, x), sin));
}

}  // namespace conformance::nn
