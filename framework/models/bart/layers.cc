#include "framework/models/bart/layers.h"

#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "framework/ops/add.h"
#include "framework/ops/any.h"
#include "framework/ops/bitwise_or.h"
#include "framework/ops/clamp.h"
#include "framework/ops/isinf.h"
#include "framework/ops/isnan.h"
#include "framework/ops/maximum.h"
#include "framework/ops/minimum.h"
#include "framework/ops/mul.h"
#include "framework/ops/neg.h"
#include "framework/ops/where.h"

namespace conformance::models {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

namespace {

constexpr double kRange = 65504.0 - 1000;

/// f16 back in range, as the library does it behind an encoder's layer.
Value Clamped(OpContext& c, const Value& x, bool always) {
  if (x.dtype() != DType::kF16) return x;
  if (always) return ops::Clamp(c, x, -kRange, kRange);
  const Value overflowed = ops::Any(c, ops::BitwiseOr(c, ops::Isinf(c, x), ops::Isnan(c, x)));
  const Value bound = ops::Where(c, overflowed, kRange, std::numeric_limits<double>::infinity());
  return ops::Minimum(c, ops::Maximum(c, x, ops::Neg(c, bound)), bound);
}

NamedValues Describe(OpContext& c, const Value& hidden_states, const BartStep& step) {
  NamedValues inputs = {{"hidden_states", hidden_states}};
  if (!c.has_observers()) return inputs;
  if (step.mask.mask.defined()) inputs.emplace_back("attention_mask", step.mask.mask);
  if (step.encoder_hidden_states.defined())
    inputs.emplace_back("encoder_hidden_states", step.encoder_hidden_states);
  if (step.cache != nullptr) step.cache->AppendLeaves("past_key_values", inputs);
  return inputs;
}

}  // namespace

BartLayerConfig ReadBartLayer(ConfigReader& reader, BartLayerConfig layer, const std::string& side,
                              int64_t heads, int64_t ffn_dim) {
  layer.heads = reader.Size(side + "_attention_heads", heads);
  layer.ffn_dim = reader.Size(side + "_ffn_dim", ffn_dim);
  if (layer.dim % layer.heads != 0)
    reader.Fail(Invalid("d_model is no multiple of the heads")
                    .With("key", side + "_attention_heads")
                    .With("found", std::to_string(layer.heads))
                    .With("wanted", "a divisor of " + std::to_string(layer.dim)));
  return layer;
}

BartAttention::BartAttention(const BartLayerConfig& config, size_t layer)
    : Module(config.family + "Attention"),
      heads_(config.heads),
      head_dim_(config.dim / config.heads),
      scales_queries_(config.scales_queries),
      layer_(layer),
      k_proj_(Add<nn::Linear>("k_proj", config.dim, config.dim, config.key_bias)),
      v_proj_(Add<nn::Linear>("v_proj", config.dim, config.dim, true)),
      q_proj_(Add<nn::Linear>("q_proj", config.dim, config.dim, true)),
      out_proj_(Add<nn::Linear>("out_proj", config.dim, config.dim, true)) {}

Value BartAttention::Attend(OpContext& c, const Value& hidden_states, const Value& keys, const Value& values,
                            const nn::AttentionMask& mask) const {
  const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim_));
  Value q = q_proj_.Forward(c, hidden_states);
  if (scales_queries_) q = ops::Mul(c, q, scale);
  return out_proj_.Forward(
      c, nn::Attend(c, Heads(c, q), keys, values, mask, scales_queries_ ? 1.0 : scale, heads_, heads_));
}

Value BartAttention::Forward(OpContext& c, const Value& hidden_states, const BartStep& step) const {
  return Call(c, Describe(c, hidden_states, step), [&] {
    Value k = Heads(c, k_proj_.Forward(c, hidden_states));
    Value v = Heads(c, v_proj_.Forward(c, hidden_states));
    if (step.cache != nullptr) std::tie(k, v) = step.cache->self_attention.Update(c, k, v, layer_);
    return Attend(c, hidden_states, k, v, step.mask);
  });
}

Value BartAttention::ForwardCross(OpContext& c, const Value& hidden_states, const BartStep& step) const {
  return Call(c, Describe(c, hidden_states, step), [&] {
    if (step.cache != nullptr && !step.cache->cross_attention.IsEmpty(layer_)) {
      const nn::Cache::Layer& kept = step.cache->cross_attention.layers()[layer_];
      return Attend(c, hidden_states, kept.keys, kept.values, step.cross_mask);
    }
    const Value k = Heads(c, k_proj_.Forward(c, step.encoder_hidden_states));
    const Value v = Heads(c, v_proj_.Forward(c, step.encoder_hidden_states));
    if (step.cache != nullptr) step.cache->cross_attention.Set(k, v, layer_);
    return Attend(c, hidden_states, k, v, step.cross_mask);
  });
}

BartLayer::BartLayer(const BartLayerConfig& config, bool decoder, size_t layer)
    : Module(config.family + (decoder ? "DecoderLayer" : "EncoderLayer")),
      norm_first_(config.norm_first),
      always_clamps_(config.always_clamps),
      decoder_(decoder),
      self_attn_(Add<BartAttention>("self_attn", config, layer)),
      activation_fn_(Add<nn::Activation>("activation_fn", config.activation)),
      self_attn_layer_norm_(Add<nn::LayerNorm>("self_attn_layer_norm", config.dim, 1e-5)),
      encoder_attn_(decoder ? &Add<BartAttention>("encoder_attn", config, layer) : nullptr),
      encoder_attn_layer_norm_(decoder ? &Add<nn::LayerNorm>("encoder_attn_layer_norm", config.dim, 1e-5)
                                       : nullptr),
      fc1_(Add<nn::Linear>("fc1", config.dim, config.ffn_dim, true)),
      fc2_(Add<nn::Linear>("fc2", config.ffn_dim, config.dim, true)),
      final_layer_norm_(Add<nn::LayerNorm>("final_layer_norm", config.dim, 1e-5)) {}

template <typename F>
Value BartLayer::Residual(OpContext& c, const Value& x, const nn::LayerNorm& norm, const F& inner) const {
  if (norm_first_) return ops::Add(c, x, inner(norm.Forward(c, x)));
  return norm.Forward(c, ops::Add(c, x, inner(x)));
}

Value BartLayer::Forward(OpContext& c, const Value& hidden_states, const BartStep& step) const {
  return Call(c, Describe(c, hidden_states, step), [&] {
    Value hidden = Residual(c, hidden_states, self_attn_layer_norm_,
                            [&](const Value& x) { return self_attn_.Forward(c, x, step); });
    if (encoder_attn_ != nullptr)
      hidden = Residual(c, hidden, *encoder_attn_layer_norm_,
                        [&](const Value& x) { return encoder_attn_->ForwardCross(c, x, step); });
    hidden = Residual(c, hidden, final_layer_norm_, [&](const Value& x) {
      return fc2_.Forward(c, activation_fn_.Forward(c, fc1_.Forward(c, x)));
    });
    return decoder_ ? hidden : Clamped(c, hidden, always_clamps_);
  });
}

Value RunBartLayers(OpContext& c, const std::vector<BartLayer*>& layers, const Value& embeddings,
                    const BartStep& step, std::vector<Tree>* hidden_states) {
  Value hidden = embeddings;
  for (const BartLayer* layer : layers) {
    if (hidden_states) hidden_states->emplace_back(hidden);
    hidden = layer->Forward(c, hidden, step);
  }
  return hidden;
}

}  // namespace conformance::models
