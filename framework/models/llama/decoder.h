#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/models/causal_inputs.h"
#include "framework/models/config_reader.h"
#include "framework/models/decoder_layout.h"
#include "framework/nn/activations.h"
#include "framework/nn/attention.h"
#include "framework/nn/cache.h"
#include "framework/nn/layers.h"
#include "framework/nn/model.h"
#include "framework/nn/rope.h"

namespace conformance::models {

/// What follows attention in a layer: x [batch, time, dim] -> y as x.
class FeedForward : public nn::Module {
 public:
  using nn::Module::Module;
  virtual ops::Value Forward(ops::OpContext& context, const ops::Value& x) const = 0;
};

/// A decoder of Llama's build: pre-normalised blocks of rotary grouped-query attention and a gated MLP. Families that only differ in
/// these fields (Mistral) share the code under their own class names.
struct LlamaDecoderConfig {
  std::string family = "Llama";  ///< prefix of the class names
  std::string model_class = {}, mlp_class = {};  ///< where they are not the family's "Model" and "MLP"
  std::string output_class = "CausalLMOutputWithPast";
  /// Made for each layer in place of the gated MLP; none: that.
  std::function<std::unique_ptr<FeedForward>(const LlamaDecoderConfig& config)> feed_forward = {};
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t num_hidden_layers = 0;
  int64_t num_attention_heads = 0;
  int64_t num_key_value_heads = 0;
  int64_t head_dim = 0;
  int64_t max_position_embeddings = 0;
  std::string hidden_act = "silu";
  double rms_norm_eps = 1e-6;
  bool attention_bias = false;         ///< of queries, keys and values
  bool attention_output_bias = false;
  bool mlp_bias = false;
  std::optional<double> query_scale = {};   ///< of scores; none: 1 / √head_dim
  std::optional<double> score_softcap = {}, logit_softcap = {};
  nn::RmsNorm::Style norm_style = nn::RmsNorm::Style::kLlama;
  bool norms_outputs = false;          ///< attention and MLP have a norm after them, too
  std::optional<double> embed_scale = {};   ///< embeddings are multiplied by it
  bool tie_word_embeddings = false;
  bool use_cache = true;
  bool output_hidden_states = false;
  bool is_causal = true;
  nn::AttentionKind attention = nn::AttentionKind::kSdpa;
  /// The cache is returned only where use_cache is on (Mistral), not whenever there is one (Llama).
  bool returns_cache_if_asked_only = false;
  std::optional<int64_t> pad_token_id = {};
  std::optional<int64_t> sliding_window = {};
  std::vector<bool> windowed = {};          ///< layers that have the window; empty: all
  nn::RopeConfig rope = {};

  DecoderShape shape() const {
    return {.vocab_size = vocab_size,
            .hidden_size = hidden_size,
            .layers = num_hidden_layers,
            .kv_heads = num_key_value_heads,
            .head_dim = head_dim,
            .max_positions = max_position_embeddings,
            .sliding_window = sliding_window,
            .windowed = windowed};
  }
};

/// Fields that all such families name and mean alike, rope aside. Absent ones are as `fields` has them; no num_key_value_heads there means as
/// many as heads, no head_dim what the heads leave of the width.
void ReadSharedFields(ConfigReader& reader, LlamaDecoderConfig& fields);

/// Fields of a Llama or Mistral config, with their defaults; what these decoders do not implement is refused by name.
LlamaDecoderConfig ReadLlamaFields(ConfigReader& reader);
LlamaDecoderConfig ReadMistralFields(ConfigReader& reader);

class LlamaDecoderLayer;

/// The decoder without a head, "LlamaModel".
class LlamaModel : public nn::Module {
 public:
  LlamaModel(const LlamaDecoderConfig& config, nn::RopeTable rope);
  ~LlamaModel() override;

  /// {last_hidden_state, past_key_values, hidden_states}.
  nn::Tree Forward(ops::OpContext& c, CausalInputs inputs) const;
  const nn::Embedding& embed_tokens() const { return embed_tokens_; }

 private:
  /// [batch or 1, time], or [3, batch or 1, time] for a rope with sections.
  ops::Value Positions(ops::OpContext& c, const CausalInputs& inputs, const ops::Value& embeds) const;
  /// Of them those that may tell where sequences start anew; may be absent.
  ops::Value TextPositions(ops::OpContext& c, const CausalInputs& inputs) const;
  /// The first layer with a window, or without one.
  std::optional<size_t> FirstLayer(bool windowed) const;

  LlamaDecoderConfig config_;
  nn::Embedding& embed_tokens_;
  std::vector<LlamaDecoderLayer*> layers_;
  nn::RmsNorm* norm_;
  nn::RotaryEmbedding* rotary_emb_;
};

/// Errors: kInvalid for numbers of heads that do not fit each other.
Status CheckHeads(const LlamaDecoderConfig& fields);

/// Family + "ForCausalLM" of the `file`: the decoder with its head. `renamed_keys` are parts of older checkpoint names.
/// Errors: kInvalid for sizes that do not fit each other; those of MakeRopeTable.
Result<std::unique_ptr<nn::Model>> MakeLlamaDecoder(const Json& config, const std::filesystem::path& file, const LlamaDecoderConfig& fields,
                                                    std::string model_type,
                                                    std::vector<std::pair<std::string, std::string>> renamed_keys = {});

}  // namespace conformance::models
