#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// Names of attention's weights in checkpoints of early diffusers, and today's: nn::ModelTraits::renamed_keys.
std::vector<std::pair<std::string, std::string>> RenamedAttentionKeys();

/// What a diffusion model's blocks look at beside their own map.
struct Conditioning {
  ops::Value encoder_hidden_states = {};   ///< [batch, n, dim]; may be undefined
  ops::Value encoder_attention_mask = {};  ///< added to scores, [batch, 1, 1, n]; may be undefined
  ops::Value attention_mask = {};          ///< the same, which blocks with added keys prefer; may be undefined
  ops::Value objects = {};                 ///< grounded objects, [batch, n, dim], for gated blocks; may be undefined
};

/// Attention as diffusers' default processors compute it (torch's scaled_dot_product_attention; upcast_attention and upcast_softmax
/// change nothing there). Source: diffusers.models.attention_processor.
class DiffusionAttention : public nn::Module {
 public:
  enum class CrossNorm : uint8_t { kNone, kLayer, kGroup };
  struct Options {
    int64_t query_dim = 0;
    std::optional<int64_t> cross_attention_dim = {};  ///< of keys and values; none: query_dim
    int64_t heads = 1;
    int64_t dim_head = 64;
    bool bias = false;
    std::optional<int64_t> norm_num_groups = {};  ///< of the norm before; none: there is none
    double eps = 1e-5;
    std::optional<int64_t> added_kv_proj_dim = {};  ///< keys and values of the conditioning stand before the map's own
    bool only_cross_attention = false;              ///< … or alone
    CrossNorm cross_norm = CrossNorm::kNone;
  };
  explicit DiffusionAttention(const Options& options);

  /// rows [batch, m, query_dim] -> the same; keys from `encoder_hidden_states` where it is defined. `mask` may be undefined.
  ops::Value OfRows(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& encoder_hidden_states,
                    const ops::Value& mask) const;
  /// A map [batch, query_dim, h, w] on itself, with the map added.
  ops::Value OfMap(ops::OpContext& context, const ops::Value& hidden_states) const;
  /// A map with added keys and values, with the map added.
  ops::Value OfMapWithAdded(ops::OpContext& context, const ops::Value& hidden_states, const Conditioning& conditioning) const;

 private:
  ops::Value Normed(ops::OpContext& context, const ops::Value& rows) const;
  ops::Value NormedCross(ops::OpContext& context, const ops::Value& rows) const;
  ops::Value AttendAndProject(ops::OpContext& context, const ops::Value& query, const ops::Value& key, const ops::Value& value,
                              const ops::Value& mask) const;

  int64_t heads_, dim_head_;
  nn::GroupNorm* group_norm_ = nullptr;
  nn::LayerNorm* layer_norm_cross_ = nullptr;
  nn::GroupNorm* group_norm_cross_ = nullptr;
  nn::Linear* to_q_;
  nn::Linear* to_k_ = nullptr;
  nn::Linear* to_v_ = nullptr;
  nn::Linear* add_k_proj_ = nullptr;
  nn::Linear* add_v_proj_ = nullptr;
  nn::Linear* to_out_;
};

/// Transformer blocks over the positions of a map.
struct TransformerOptions {
  int64_t heads = 1;
  int64_t layers = 1;
  int64_t cross_attention_dim = 0;
  int64_t groups = 32;
  bool use_linear_projection = false;
  bool only_cross_attention = false;
  bool gated = false;  ///< with attention on grounded objects (gligen.h)
};

class BasicTransformerBlock;

/// Shapes: x [batch, channels, h, w] -> y as x. Source: diffusers.models.transformers.transformer_2d (continuous inputs).
class Transformer2DModel : public nn::Module {
 public:
  Transformer2DModel(int64_t channels, const TransformerOptions& options);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const Conditioning& conditioning) const;

 private:
  int64_t inner_dim_;
  nn::GroupNorm& norm_;
  nn::Linear* linear_in_ = nullptr;
  nn::Conv2d* conv_in_ = nullptr;
  std::vector<const BasicTransformerBlock*> blocks_;
  nn::Linear* linear_out_ = nullptr;
  nn::Conv2d* conv_out_ = nullptr;
};

}  // namespace conformance::models
