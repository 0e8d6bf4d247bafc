#include "framework/models/gpt2/gpt2.h"

#include <cmath>
#include <tuple>
#include <utility>

#include "framework/models/causal_inputs.h"
#include "framework/models/config_reader.h"
#include "framework/models/decoder_layout.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/cache.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/split.h"

namespace conformance::models {
namespace {

using nn::AttentionMask;
using nn::Cache;
using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct Gpt2Config {
  int64_t vocab_size, n_positions, n_embd, n_layer, n_head, inner;
  std::string activation_function;
  double layer_norm_epsilon;
  bool scale_attn_weights, scale_attn_by_inverse_layer_idx;
  bool tie_word_embeddings, use_cache, output_hidden_states, is_causal, reorder_and_upcast_attn;
  nn::AttentionKind attention;

  DecoderShape shape() const { return {vocab_size, n_embd, n_layer, n_head, n_embd / n_head, n_positions, std::nullopt, true}; }
};

/// What all layers of one forward share.
struct Step {
  AttentionMask mask;
  Cache* cache = nullptr;

  NamedValues Describe(OpContext& c, const Value& hidden_states) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (!c.has_observers()) return inputs;
    if (cache != nullptr) cache->AppendLeaves("past_key_values", inputs);
    if (mask.mask.defined()) inputs.emplace_back("attention_mask", mask.mask);
    return inputs;
  }
};

class GPT2Attention : public nn::Module {
 public:
  GPT2Attention(const Gpt2Config& config, size_t layer)
      : Module("GPT2Attention"),
        heads_(config.n_head),
        head_dim_(config.n_embd / config.n_head),
        layer_(layer),
        precision_{.softmax = false, .scores = config.reorder_and_upcast_attn},
        c_attn_(Add<nn::Conv1D>("c_attn", 3 * config.n_embd, config.n_embd)),
        c_proj_(Add<nn::Conv1D>("c_proj", config.n_embd, config.n_embd)) {
    if (config.scale_attn_weights) scaling_ = 1.0 / std::sqrt(static_cast<double>(head_dim_));
    if (config.scale_attn_by_inverse_layer_idx) scaling_ /= static_cast<double>(layer + 1);
  }

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states), [&] {
      std::vector<Value> parts = ops::Split(c, c_attn_.Forward(c, hidden_states), heads_ * head_dim_, 2);
      if (c.failed()) return Value::Poisoned();
      const Value q = nn::SplitHeads(c, parts[0], heads_, head_dim_);
      Value k = nn::SplitHeads(c, parts[1], heads_, head_dim_);
      Value v = nn::SplitHeads(c, parts[2], heads_, head_dim_);
      if (step.cache != nullptr) std::tie(k, v) = step.cache->Update(c, k, v, layer_);
      return c_proj_.Forward(c, nn::Attend(c, q, k, v, step.mask, scaling_, heads_, heads_, precision_));
    });
  }

 private:
  int64_t heads_, head_dim_;
  size_t layer_;
  nn::EagerPrecision precision_;
  double scaling_ = 1.0;
  nn::Conv1D& c_attn_;
  nn::Conv1D& c_proj_;
};

class GPT2MLP : public nn::Module {
 public:
  explicit GPT2MLP(const Gpt2Config& config)
      : Module("GPT2MLP"),
        c_fc_(Add<nn::Conv1D>("c_fc", config.inner, config.n_embd)),
        c_proj_(Add<nn::Conv1D>("c_proj", config.n_embd, config.inner)),
        act_(Add<nn::Activation>("act", config.activation_function)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}},
                [&] { return c_proj_.Forward(c, act_.Forward(c, c_fc_.Forward(c, hidden_states))); });
  }

 private:
  nn::Conv1D& c_fc_;
  nn::Conv1D& c_proj_;
  nn::Activation& act_;
};

class GPT2Block : public nn::Module {
 public:
  GPT2Block(const Gpt2Config& config, size_t layer)
      : Module("GPT2Block"),
        ln_1_(Add<nn::LayerNorm>("ln_1", config.n_embd, config.layer_norm_epsilon)),
        attn_(Add<GPT2Attention>("attn", config, layer)),
        ln_2_(Add<nn::LayerNorm>("ln_2", config.n_embd, config.layer_norm_epsilon)),
        mlp_(Add<GPT2MLP>("mlp", config)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states), [&] {
      const Value attended = ops::Add(c, attn_.Forward(c, ln_1_.Forward(c, hidden_states), step), hidden_states);
      return ops::Add(c, attended, mlp_.Forward(c, ln_2_.Forward(c, attended)));
    });
  }

 private:
  nn::LayerNorm& ln_1_;
  GPT2Attention& attn_;
  nn::LayerNorm& ln_2_;
  GPT2MLP& mlp_;
};

class GPT2Model : public nn::Module {
 public:
  explicit GPT2Model(const Gpt2Config& config)
      : Module("GPT2Model"),
        config_(config),
        wte_(Add<nn::Embedding>("wte", config.vocab_size, config.n_embd)),
        wpe_(Add<nn::Embedding>("wpe", config.n_positions, config.n_embd)) {
    for (int64_t i = 0; i < config.n_layer; ++i)
      h_.push_back(&Add<GPT2Block>("h." + std::to_string(i), config, static_cast<size_t>(i)));
    ln_f_ = &Add<nn::LayerNorm>("ln_f", config.n_embd, config.layer_norm_epsilon);
  }

  /// {last_hidden_state, past_key_values, hidden_states}.
  Tree Forward(OpContext& c, CausalInputs inputs) const {
    return CallTree(c, c.has_observers() ? inputs.Leaves() : NamedValues(), [&] {
      if (inputs.use_cache && !inputs.cache) inputs.cache.emplace(CacheWindows(config_.shape()));
      Step step;
      step.cache = inputs.cache ? &*inputs.cache : nullptr;
      const Value embeds = inputs.inputs_embeds.defined() ? inputs.inputs_embeds : wte_.Forward(c, inputs.input_ids);
      const Value positions = inputs.position_ids.defined()
                                  ? inputs.position_ids
                                  : nn::PositionsAfter(c, step.cache, embeds.size(1));
      Value hidden = ops::Add(c, embeds, wpe_.Forward(c, positions));
      step.mask = nn::MakeAttentionMask(c, {.embeds = embeds,
                                            .attention_mask = inputs.attention_mask,
                                            .position_ids = inputs.position_ids,
                                            .cache = step.cache,
                                            .sliding_window = std::nullopt,
                                            .causal = config_.is_causal,
                                            .kind = config_.attention});
      // Segments share the table of the words.
      if (inputs.token_type_ids.defined()) hidden = ops::Add(c, hidden, wte_.Forward(c, inputs.token_type_ids));

      std::vector<Tree> hidden_states;
      for (const GPT2Block* block : h_) {
        if (inputs.output_hidden_states) hidden_states.emplace_back(hidden);
        hidden = block->Forward(c, hidden, step);
      }
      hidden = ln_f_->Forward(c, hidden);
      if (inputs.output_hidden_states) hidden_states.emplace_back(hidden);

      Tree output = Tree::Dict({{"last_hidden_state", hidden}}, "BaseModelOutputWithPastAndCrossAttentions");
      if (inputs.use_cache) output.Set("past_key_values", inputs.cache->ToTree());
      if (inputs.output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  const nn::Embedding& wte() const { return wte_; }

 private:
  Gpt2Config config_;
  nn::Embedding& wte_;
  nn::Embedding& wpe_;
  std::vector<GPT2Block*> h_;
  nn::LayerNorm* ln_f_;
};

class GPT2LMHeadModel : public nn::Model {
 public:
  GPT2LMHeadModel(Json config, const Gpt2Config& fields, nn::ModelTraits traits)
      : Model("GPT2LMHeadModel", std::move(config), std::move(traits)),
        fields_(fields),
        transformer_(Add<GPT2Model>("transformer", fields)),
        lm_head_(Add<nn::Linear>("lm_head", fields.n_embd, fields.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(transformer_.wte().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    CausalInputs read;
    read.token_type_ids = arguments.Ids("token_type_ids");
    read.position_ids = arguments.Ids("position_ids");
    arguments.Refuse("encoder_hidden_states", "this model has no cross-attention");
    arguments.Refuse("encoder_attention_mask", "this model has no cross-attention");
    if (!ReadCausalInputs(c, arguments, fields_.use_cache, fields_.output_hidden_states, CacheWindows(fields_.shape()), read)) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      const nn::Arguments::Keep keep = read.keep;
      const Tree outputs = transformer_.Forward(c, std::move(read));
      return CausalOutput("CausalLMOutputWithCrossAttentions", lm_head_.Forward(c, KeptStates(c, outputs, keep)), outputs);
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override { return DecoderLayout(fields_.shape(), use); }

 private:
  Gpt2Config fields_;
  GPT2Model& transformer_;
  nn::Linear& lm_head_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "GPT2LMHeadModel", file);
  reader.Alias("n_embd", "hidden_size");
  reader.Alias("n_positions", "max_position_embeddings");
  reader.Alias("n_head", "num_attention_heads");
  reader.Alias("n_layer", "num_hidden_layers");
  Gpt2Config fields;
  fields.vocab_size = reader.Size("vocab_size", 50257);
  fields.n_positions = reader.Size("n_positions", 1024);
  fields.n_embd = reader.Size("n_embd", 768);
  fields.n_layer = reader.Layers("n_layer", 12);
  fields.n_head = reader.Size("n_head", 12);
  fields.inner = reader.OptionalSize("n_inner").value_or(4 * fields.n_embd);
  fields.activation_function = reader.ActivationName("activation_function", "gelu_new");
  fields.layer_norm_epsilon = reader.Number("layer_norm_epsilon", 1e-5);
  fields.scale_attn_weights = reader.Flag("scale_attn_weights", true);
  fields.scale_attn_by_inverse_layer_idx = reader.Flag("scale_attn_by_inverse_layer_idx", false);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", true);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.is_causal = reader.Flag("is_causal", true);
  fields.attention = reader.Attention();
  fields.reorder_and_upcast_attn = reader.Flag("reorder_and_upcast_attn", false);
  reader.Refuse("add_cross_attention", "cross-attention to an encoder");
  reader.Refuse("sliding_window", "this class has no window");
  reader.RefuseLayerTypes("full_attention");
  reader.Ignore({"attn_pdrop", "embd_pdrop", "resid_pdrop", "n_ctx", "is_decoder", "summary_activation", "summary_first_dropout",
                 "summary_proj_to_labels", "summary_type", "summary_use_proj"});
  if (fields.n_embd % fields.n_head != 0)
    reader.Fail(Invalid("n_embd is no multiple of n_head")
                    .With("key", "n_head")
                    .With("found", std::to_string(fields.n_head))
                    .With("wanted", "a divisor of " + std::to_string(fields.n_embd)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  // The masks that old files carry are made on the fly today.
  return nn::MakeModel<GPT2LMHeadModel>(
      config, fields,
      nn::ModelTraits{.model_type = "gpt2",
                      .task = "text-generation",
                      .base_model_prefix = "transformer",
                      .generates = true,
                      .ignored_keys = {"*.attn.bias", "*.attn.masked_bias", "*.crossattention.bias"},
                      .renamed_keys = {}});
}

}  // namespace

ModelClass Gpt2LmHeadModelClass() { return {"GPT2LMHeadModel", "gpt2", Make}; }

}  // namespace conformance::models
