#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/models/config_reader.h"
#include "framework/models/encoder_decoder.h"
#include "framework/nn/activations.h"
#include "framework/nn/attention.h"
#include "framework/nn/cache.h"
#include "framework/nn/layers.h"

namespace conformance::models {

/// A layer of BART's build; families that differ in these fields only (Whisper) share the code under their own class names.
struct BartLayerConfig {
  std::string family = "Bart";  ///< prefix of the class names
  int64_t dim = 0;
  int64_t heads = 0;
  int64_t ffn_dim = 0;
  std::string activation = "gelu";
  bool norm_first = false;  ///< the norm stands before attention and feed-forward, not behind their sums
  bool key_bias = true;
  bool scales_queries = false;  ///< queries are scaled before they are split into heads, not within attention
  /// Halves that have overflowed come back into range behind an encoder's layer; always looked at (Whisper), or only where one has.
  bool always_clamps = false;
  nn::AttentionKind attention = nn::AttentionKind::kSdpa;
};

/// `layer` with the heads and the inner width that a config gives to one side ("encoder_attention_heads", "encoder_ffn_dim").
BartLayerConfig ReadBartLayer(ConfigReader& reader, BartLayerConfig layer, const std::string& side,
                              int64_t heads, int64_t ffn_dim);

/// What all layers of one stack share.
struct BartStep {
  nn::AttentionMask mask, cross_mask;
  ops::Value encoder_hidden_states;
  nn::EncoderDecoderCache* cache = nullptr;
};

class BartAttention : public nn::Module {
 public:
  BartAttention(const BartLayerConfig& config, size_t layer);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const BartStep& step) const;
  /// Attention to the encoder's states, whose keys and values are computed once.
  ops::Value ForwardCross(ops::OpContext& context, const ops::Value& hidden_states,
                          const BartStep& step) const;

 private:
  ops::Value Attend(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& keys,
                    const ops::Value& values, const nn::AttentionMask& mask) const;
  ops::Value Heads(ops::OpContext& context, const ops::Value& x) const {
    return nn::SplitHeads(context, x, heads_, head_dim_);
  }

  int64_t heads_, head_dim_;
  bool scales_queries_;
  size_t layer_;
  nn::Linear& k_proj_;
  nn::Linear& v_proj_;
  nn::Linear& q_proj_;
  nn::Linear& out_proj_;
};

/// BartEncoderLayer, or with attention to an encoder BartDecoderLayer.
class BartLayer : public nn::Module {
 public:
  BartLayer(const BartLayerConfig& config, bool decoder, size_t layer);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const BartStep& step) const;

 private:
  template <typename F>
  ops::Value Residual(ops::OpContext& context, const ops::Value& x, const nn::LayerNorm& norm,
                      const F& inner) const;

  bool norm_first_, always_clamps_, decoder_;
  BartAttention& self_attn_;
  nn::Activation& activation_fn_;
  nn::LayerNorm& self_attn_layer_norm_;
  BartAttention* encoder_attn_ = nullptr;
  nn::LayerNorm* encoder_attn_layer_norm_ = nullptr;
  nn::Linear& fc1_;
  nn::Linear& fc2_;
  nn::LayerNorm& final_layer_norm_;
};

/// The layers of a stack in a row: all states but the last are appended to `hidden_states` where asked for.
ops::Value RunBartLayers(ops::OpContext& context, const std::vector<BartLayer*>& layers,
                         const ops::Value& embeddings, const BartStep& step,
                         std::vector<nn::Tree>* hidden_states);

}  // namespace conformance::models
