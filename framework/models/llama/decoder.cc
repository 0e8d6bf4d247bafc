#include "framework/models/llama/decoder.h"

#include <cmath>
#include <tuple>
#include <utility>

#include "framework/nn/arguments.h"
#include "framework/ops/add.h"
#include "framework/ops/div.h"
#include "framework/ops/expand.h"
#include "framework/ops/mul.h"
#include "framework/ops/select.h"
#include "framework/ops/slice.h"
#include "framework/ops/tanh.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {
namespace {

using nn::AttentionMask;
using nn::Cache;
using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

/// What all layers of one forward share.
struct Step {
  AttentionMask full, sliding;  ///< of layers without and with a window
  Value cos, sin;               ///< [batch or 1, 1, time, head_dim]
  Cache* cache = nullptr;

  const AttentionMask& Mask(bool windowed) const { return windowed ? sliding : full; }
  void Describe(bool windowed, NamedValues& inputs) const {
    if (Mask(windowed).mask.defined()) inputs.emplace_back("attention_mask", Mask(windowed).mask);
    inputs.emplace_back("position_embeddings.0", cos);
    inputs.emplace_back("position_embeddings.1", sin);
    if (cache != nullptr) cache->AppendLeaves("past_key_values", inputs);
  }
};

/// Of positions for a rope with sections: whether a fourth stands before the three.
bool HasTextPositions(OpContext& c, const Value& positions) {
  return positions.rank() == 3 && c.Guard(Eq(positions.size(0), 4), "positions of words stand before those of time, height and width");
}

class LlamaAttention : public nn::Module {
 public:
  LlamaAttention(const LlamaDecoderConfig& config, size_t layer)
      : Module(config.family + "Attention"),
        heads_(config.num_attention_heads),
        kv_heads_(config.num_key_value_heads),
        head_dim_(config.head_dim),
        layer_(layer),
        windowed_(config.shape().window(static_cast<int64_t>(layer)).has_value()),
        scale_(config.query_scale.value_or(1.0 / std::sqrt(static_cast<double>(config.head_dim)))),
        precision_{.softmax = true, .softcap = config.score_softcap},
        q_proj_(Add<nn::Linear>("q_proj", config.hidden_size, heads_ * head_dim_, config.attention_bias)),
        k_proj_(Add<nn::Linear>("k_proj", config.hidden_size, kv_heads_ * head_dim_, config.attention_bias)),
        v_proj_(Add<nn::Linear>("v_proj", config.hidden_size, kv_heads_ * head_dim_, config.attention_bias)),
        o_proj_(Add<nn::Linear>("o_proj", heads_ * head_dim_, config.hidden_size, config.attention_output_bias)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (c.has_observers()) step.Describe(windowed_, inputs);
    return Call(c, inputs, [&] {
      Value q = nn::SplitHeads(c, q_proj_.Forward(c, hidden_states), heads_, head_dim_);
      Value k = nn::SplitHeads(c, k_proj_.Forward(c, hidden_states), kv_heads_, head_dim_);
      Value v = nn::SplitHeads(c, v_proj_.Forward(c, hidden_states), kv_heads_, head_dim_);
      q = nn::ApplyRotary(c, q, step.cos, step.sin);
      k = nn::ApplyRotary(c, k, step.cos, step.sin);
      if (step.cache != nullptr) std::tie(k, v) = step.cache->Update(c, k, v, layer_);
      return o_proj_.Forward(c, nn::Attend(c, q, k, v, step.Mask(windowed_), scale_, heads_, kv_heads_, precision_));
    });
  }

 private:
  int64_t heads_, kv_heads_, head_dim_;
  size_t layer_;
  bool windowed_;
  double scale_;
  nn::EagerPrecision precision_;
  nn::Linear& q_proj_;
  nn::Linear& k_proj_;
  nn::Linear& v_proj_;
  nn::Linear& o_proj_;
};

class LlamaMLP : public FeedForward {
 public:
  explicit LlamaMLP(const LlamaDecoderConfig& config)
      : FeedForward(config.mlp_class.empty() ? config.family + "MLP" : config.mlp_class),
        gate_proj_(Add<nn::Linear>("gate_proj", config.hidden_size, config.intermediate_size, config.mlp_bias)),
        up_proj_(Add<nn::Linear>("up_proj", config.hidden_size, config.intermediate_size, config.mlp_bias)),
        down_proj_(Add<nn::Linear>("down_proj", config.intermediate_size, config.hidden_size, config.mlp_bias)),
        act_fn_(Add<nn::Activation>("act_fn", config.hidden_act)) {}

  Value Forward(OpContext& c, const Value& x) const override {
    return Call(c, {{"x", x}}, [&] {
      const Value gate = act_fn_.Forward(c, gate_proj_.Forward(c, x));
      return down_proj_.Forward(c, ops::Mul(c, gate, up_proj_.Forward(c, x)));
    });
  }

 private:
  nn::Linear& gate_proj_;
  nn::Linear& up_proj_;
  nn::Linear& down_proj_;
  nn::Activation& act_fn_;
};

}  // namespace

class LlamaDecoderLayer : public nn::Module {
 public:
  LlamaDecoderLayer(const LlamaDecoderConfig& config, size_t layer)
      : Module(config.family + "DecoderLayer"),
        windowed_(config.shape().window(static_cast<int64_t>(layer)).has_value()),
        self_attn_(Add<LlamaAttention>("self_attn", config, layer)),
        mlp_(AddMade("mlp", config.feed_forward ? config.feed_forward(config) : std::make_unique<LlamaMLP>(config))),
        input_layernorm_(AddNorm("input_layernorm", config)),
        post_attention_layernorm_(AddNorm("post_attention_layernorm", config)) {
    if (!config.norms_outputs) return;
    pre_feedforward_layernorm_ = &AddNorm("pre_feedforward_layernorm", config);
    post_feedforward_layernorm_ = &AddNorm("post_feedforward_layernorm", config);
  }

  Value Forward(OpContext& c, const Value& x, const Step& step) const {
    NamedValues inputs = {{"hidden_states", x}};
    if (c.has_observers()) step.Describe(windowed_, inputs);
    return Call(c, inputs, [&] {
      Value attended = self_attn_.Forward(c, input_layernorm_.Forward(c, x), step);
      if (post_feedforward_layernorm_ != nullptr) {
        attended = ops::Add(c, x, post_attention_layernorm_.Forward(c, attended));
        const Value inner = mlp_.Forward(c, pre_feedforward_layernorm_->Forward(c, attended));
        return ops::Add(c, attended, post_feedforward_layernorm_->Forward(c, inner));
      }
      attended = ops::Add(c, x, attended);
      return ops::Add(c, attended, mlp_.Forward(c, post_attention_layernorm_.Forward(c, attended)));
    });
  }

 private:
  nn::RmsNorm& AddNorm(const char* name, const LlamaDecoderConfig& config) {
    return Add<nn::RmsNorm>(name, config.family + "RMSNorm", config.hidden_size, config.rms_norm_eps, config.norm_style);
  }

  bool windowed_;
  LlamaAttention& self_attn_;
  FeedForward& mlp_;
  nn::RmsNorm& input_layernorm_;
  nn::RmsNorm& post_attention_layernorm_;
  nn::RmsNorm* pre_feedforward_layernorm_ = nullptr;  ///< where outputs have norms
  nn::RmsNorm* post_feedforward_layernorm_ = nullptr;
};

LlamaModel::LlamaModel(const LlamaDecoderConfig& config, nn::RopeTable rope)
    : Module(config.model_class.empty() ? config.family + "Model" : config.model_class),
      config_(config),
      embed_tokens_(config.embed_scale
                        ? Add<nn::Embedding>("embed_tokens", config.family + "TextScaledWordEmbedding", config.vocab_size,
                                             config.hidden_size, config.pad_token_id, *config.embed_scale)
                        : Add<nn::Embedding>("embed_tokens", config.vocab_size, config.hidden_size, config.pad_token_id)) {
  for (int64_t i = 0; i < config.num_hidden_layers; ++i)
    layers_.push_back(&Add<LlamaDecoderLayer>("layers." + std::to_string(i), config, static_cast<size_t>(i)));
  norm_ = &Add<nn::RmsNorm>("norm", config.family + "RMSNorm", config.hidden_size, config.rms_norm_eps, config.norm_style);
  rotary_emb_ = &Add<nn::RotaryEmbedding>("rotary_emb", config.family + "RotaryEmbedding", config.rope, std::move(rope));
}

Tree LlamaModel::Forward(OpContext& c, CausalInputs inputs) const {
  return CallTree(c, c.has_observers() ? inputs.Leaves() : NamedValues(), [&] {
    const Value embeds = inputs.inputs_embeds.defined() ? inputs.inputs_embeds : embed_tokens_.Forward(c, inputs.input_ids);
    if (inputs.use_cache && !inputs.cache) inputs.cache.emplace(CacheWindows(config_.shape()));
    Step step;
    step.cache = inputs.cache ? &*inputs.cache : nullptr;
    nn::MaskRequest request{.embeds = embeds,
                            .attention_mask = inputs.attention_mask,
                            .position_ids = TextPositions(c, inputs),
                            .cache = step.cache,
                            .causal = config_.is_causal,
                            .kind = config_.attention};
    for (const bool windowed : {false, true}) {
      const std::optional<size_t> first = FirstLayer(windowed);
      if (!first) continue;
      request.layer = *first;
      request.sliding_window = windowed ? config_.sliding_window : std::nullopt;
      (windowed ? step.sliding : step.full) = nn::MakeAttentionMask(c, request);
    }
    const auto [cos, sin] = rotary_emb_->Forward(c, embeds, Positions(c, inputs, embeds));
    step.cos = ops::Unsqueeze(c, cos, 1);
    step.sin = ops::Unsqueeze(c, sin, 1);

    std::vector<Tree> hidden_states;
    Value hidden = embeds;
    for (const LlamaDecoderLayer* layer : layers_) {
      if (inputs.output_hidden_states) hidden_states.emplace_back(hidden);
      hidden = layer->Forward(c, hidden, step);
    }
    hidden = norm_->Forward(c, hidden);
    if (inputs.output_hidden_states) hidden_states.emplace_back(hidden);

    Tree output = Tree::Dict({{"last_hidden_state", hidden}}, "BaseModelOutputWithPast");
    const bool returned = inputs.cache && (inputs.use_cache || !config_.returns_cache_if_asked_only);
    if (returned) output.Set("past_key_values", inputs.cache->ToTree());
    if (inputs.output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
    return output;
  });
}

/// Where the caller gave none: after what the cache has seen. A window that has overflowed no longer knows; then the mask does.
Value LlamaModel::Positions(OpContext& c, const CausalInputs& inputs, const Value& embeds) const {
  const bool sections = !config_.rope.sections.empty();
  const auto threefold = [&](const Value& positions) {
    if (!sections) return positions;
    if (HasTextPositions(c, positions)) return ops::Slice(c, positions, 0, 1);
    if (positions.rank() == 3 && c.Guard(Eq(positions.size(0), 3), "positions of time, height and width")) return positions;
    return ops::Expand(c, positions.rank() == 3 ? positions : ops::Unsqueeze(c, positions, 0), {3, -1, -1});
  };
  if (inputs.position_ids.defined()) return threefold(inputs.position_ids);
  const SymInt time = embeds.size(1);
  const std::optional<size_t> full = FirstLayer(false);
  if (inputs.cache && config_.num_hidden_layers > 0 && inputs.cache->IsStatic(0))
    return threefold(nn::PositionsAfter(c, &*inputs.cache, time));
  SymInt past = inputs.cache && config_.num_hidden_layers > 0 ? inputs.cache->Length(full.value_or(0)) : SymInt(0);
  const Value& mask = inputs.attention_mask;
  if (!full && past.AsInt() != 0) {
    if (mask.defined() && mask.rank() == 2) past = mask.size(1) - time;
    else if (config_.sliding_window)
      c.Assert(Lt(past, *config_.sliding_window - 1),
               "a window that is full does not tell how many tokens came before: position_ids or an attention_mask do");
  }
  return threefold(nn::DefaultPositions(c, time, past));
}

Value LlamaModel::TextPositions(OpContext& c, const CausalInputs& inputs) const {
  const Value& positions = inputs.position_ids;
  if (config_.rope.sections.empty()) return positions;
  return positions.defined() && HasTextPositions(c, positions) ? ops::Select(c, positions, 0, 0) : Value();
}

std::optional<size_t> LlamaModel::FirstLayer(bool windowed) const {
  for (int64_t layer = 0; layer < config_.num_hidden_layers; ++layer)
    if (config_.shape().window(layer).has_value() == windowed) return static_cast<size_t>(layer);
  return std::nullopt;
}

LlamaModel::~LlamaModel() = default;

namespace {

class LlamaForCausalLM : public nn::Model {
 public:
  LlamaForCausalLM(Json config, const LlamaDecoderConfig& fields, nn::RopeTable rope, nn::ModelTraits traits)
      : Model(fields.family + "ForCausalLM", std::move(config), std::move(traits)),
        fields_(fields),
        model_(Add<LlamaModel>("model", fields, std::move(rope))),
        lm_head_(Add<nn::Linear>("lm_head", fields.hidden_size, fields.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(model_.embed_tokens().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    CausalInputs read;
    read.position_ids = arguments.Ids("position_ids");
    if (!ReadCausalInputs(c, arguments, fields_.use_cache, fields_.output_hidden_states, CacheWindows(fields_.shape()), read)) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      const nn::Arguments::Keep keep = read.keep;
      const Tree outputs = model_.Forward(c, std::move(read));
      Value logits = lm_head_.Forward(c, KeptStates(c, outputs, keep));
      if (fields_.logit_softcap) logits = ops::Mul(c, ops::Tanh(c, ops::Div(c, logits, *fields_.logit_softcap)), *fields_.logit_softcap);
      return CausalOutput(fields_.output_class, logits, outputs);
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override { return DecoderLayout(fields_.shape(), use); }

 private:
  LlamaDecoderConfig fields_;
  LlamaModel& model_;
  nn::Linear& lm_head_;
};

}  // namespace

Status CheckHeads(const LlamaDecoderConfig& fields) {
  if (fields.num_attention_heads % fields.num_key_value_heads != 0)
    return Invalid("num_attention_heads is no multiple of num_key_value_heads")
        .With("key", "num_key_value_heads")
        .With("found", std::to_string(fields.num_key_value_heads))
        .With("wanted", "a divisor of " + std::to_string(fields.num_attention_heads));
  return Ok();
}

void ReadSharedFields(ConfigReader& reader, LlamaDecoderConfig& fields) {
  const auto known = [](int64_t value) { return value > 0 ? std::optional(value) : std::nullopt; };
  fields.vocab_size = reader.Size("vocab_size", fields.vocab_size);
  fields.hidden_size = reader.Size("hidden_size", fields.hidden_size, 1, ConfigReader::kLongestTable);
  fields.intermediate_size = reader.Size("intermediate_size", fields.intermediate_size, 1, ConfigReader::kLongestTable);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", fields.num_hidden_layers);
  fields.num_attention_heads = reader.Size("num_attention_heads", fields.num_attention_heads);
  fields.num_key_value_heads =
      reader.OptionalSize("num_key_value_heads", known(fields.num_key_value_heads)).value_or(fields.num_attention_heads);
  fields.head_dim = reader.OptionalSize("head_dim", known(fields.head_dim), 1, ConfigReader::kLongestTable)
                        .value_or(fields.hidden_size / fields.num_attention_heads);
  fields.max_position_embeddings = reader.Size("max_position_embeddings", fields.max_position_embeddings);
  fields.rms_norm_eps = reader.Number("rms_norm_eps", fields.rms_norm_eps);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", fields.tie_word_embeddings);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.is_causal = reader.Flag("is_causal", true);
  fields.attention = reader.Attention();
  fields.pad_token_id = reader.TokenId("pad_token_id", fields.pad_token_id, fields.vocab_size);
  reader.Ignore({"attention_dropout"});
}

Result<std::unique_ptr<nn::Model>> MakeLlamaDecoder(const Json& config, const std::filesystem::path& file, const LlamaDecoderConfig& fields,
                                                    std::string model_type,
                                                    std::vector<std::pair<std::string, std::string>> renamed_keys) {
  nn::ModelTraits traits{.model_type = std::move(model_type),
                         .task = "text-generation",
                         .base_model_prefix = "model",
                         .generates = true,
                         .ignored_keys = {"*rotary_emb.inv_freq"},
                         .renamed_keys = std::move(renamed_keys)};
  const Status fit = CheckHeads(fields);
  if (!fit.ok()) return Error(fit.error()).With("file", file.string());
  auto rope = nn::MakeRopeTable(fields.rope);
  if (!rope.ok()) return std::move(rope).error().With("file", file.string());
  return nn::MakeModel<LlamaForCausalLM>(config, fields, std::move(*rope), std::move(traits));
}

}  // namespace conformance::models
