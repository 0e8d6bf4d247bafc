#include "framework/models/bloom/bloom.h"

#include <cmath>
#include <tuple>
#include <utility>

#include "framework/models/causal_inputs.h"
#include "framework/models/config_reader.h"
#include "framework/models/decoder_layout.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/cache.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/baddbmm.h"
#include "framework/ops/bmm.h"
#include "framework/ops/cumsum.h"
#include "framework/ops/linear.h"
#include "framework/ops/mul.h"
#include "framework/ops/pad.h"
#include "framework/ops/permute.h"
#include "framework/ops/repeat.h"
#include "framework/ops/reshape.h"
#include "framework/ops/select.h"
#include "framework/ops/slice.h"
#include "framework/ops/softmax.h"
#include "framework/ops/sub.h"
#include "framework/ops/tanh.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"

namespace conformance::models {
namespace {

using nn::AttentionMask;
using nn::Cache;
using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct BloomConfig {
  int64_t vocab_size, hidden_size, n_layer, n_head, pretraining_tp;
  double layer_norm_epsilon;
  bool apply_residual_connection_post_layernorm, slow_but_exact;
  bool tie_word_embeddings, use_cache, output_hidden_states, is_causal;

  /// Parts in which output projections are added up; 1: whole.
  int64_t parts() const { return slow_but_exact ? pretraining_tp : 1; }
  DecoderShape shape() const {
    return {.vocab_size = vocab_size,
            .hidden_size = hidden_size,
            .layers = n_layer,
            .kv_heads = n_head,
            .head_dim = hidden_size / n_head,
            .max_positions = ConfigReader::kLongestTable,  // nothing in the model bounds them
            .positions = false};
  }
};

/// What all layers of one forward share.
struct Step {
  Value alibi;  ///< [batch · heads, 1, key]
  AttentionMask mask;
  Cache* cache = nullptr;

  NamedValues Describe(OpContext& c, NamedValues inputs) const {
    if (!c.has_observers()) return inputs;
    inputs.emplace_back("alibi", alibi);
    if (mask.mask.defined()) inputs.emplace_back("attention_mask", mask.mask);
    if (cache != nullptr) cache->AppendLeaves("layer_past", inputs);
    return inputs;
  }
};

/// x · weightᵀ + bias. In `parts` above 1: sums of products of that many slices, without the bias, as the library has it.
Value Project(OpContext& c, const nn::Linear& layer, const Value& x, int64_t parts) {
  if (parts == 1) return layer.Forward(c, x);
  const Value weight = layer.WeightValue(c);
  const double slice = static_cast<double>(layer.weight().shape()[1]) / static_cast<double>(parts);
  Value total;
  for (int64_t i = 0; i < parts; ++i) {
    const auto start = static_cast<int64_t>(static_cast<double>(i) * slice),
               end = static_cast<int64_t>(static_cast<double>(i + 1) * slice);
    const Value part = ops::Linear(c, ops::Slice(c, x, 2, start, end), ops::Slice(c, weight, 1, start, end));
    total = total.defined() ? ops::Add(c, total, part) : part;
  }
  return total;
}

class BloomAttention : public nn::Module {
 public:
  BloomAttention(const BloomConfig& config, size_t layer)
      : Module("BloomAttention"),
        heads_(config.n_head),
        head_dim_(config.hidden_size / config.n_head),
        parts_(config.parts()),
        layer_(layer),
        query_key_value_(
            Add<nn::Linear>("query_key_value", config.hidden_size, 3 * config.hidden_size, true)),
        dense_(Add<nn::Linear>("dense", config.hidden_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Value& residual, const Step& step) const {
    return Call(c, step.Describe(c, {{"hidden_states", hidden_states}, {"residual", residual}}), [&] {
      const SymInt batch = hidden_states.size(0), time = hidden_states.size(1);
      const Value fused =
          ops::View(c, query_key_value_.Forward(c, hidden_states), {batch, time, heads_, 3, head_dim_});
      const auto part = [&](int64_t index) {
        return ops::Transpose(c, ops::Select(c, fused, 3, index), 1, 2);
      };
      const Value q = part(0);
      Value k = part(1), v = part(2);
      if (step.cache != nullptr) std::tie(k, v) = step.cache->Update(c, k, v, layer_);
      if (c.failed()) return Value::Poisoned();

      const SymInt rows = batch * heads_;
      const auto flat = [&](const Value& x) { return ops::Reshape(c, x, {rows, x.size(2), head_dim_}); };
      const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim_));
      Value scores = ops::Baddbmm(c, step.alibi, flat(q), ops::Transpose(c, flat(k), -1, -2), 1, scale);
      scores = ops::View(c, scores, {batch, heads_, time, k.size(2)});
      if (step.mask.mask.defined()) scores = ops::Add(c, scores, step.mask.mask);
      const Value weights = ops::To(c, ops::Softmax(c, scores, -1, DType::kF32), q.dtype());
      const Value context = ops::Bmm(c, ops::View(c, weights, {rows, time, k.size(2)}), flat(v));
      const Value merged =
          ops::Permute(c, ops::View(c, context, {batch, heads_, time, head_dim_}), {0, 2, 1, 3});
      return ops::Add(c, residual,
                      Project(c, dense_, ops::Reshape(c, merged, {batch, time, heads_ * head_dim_}), parts_));
    });
  }

 private:
  int64_t heads_, head_dim_, parts_;
  size_t layer_;
  nn::Linear& query_key_value_;
  nn::Linear& dense_;
};

/// Megatron's approximation of GELU, with its own constants and order.
class BloomGelu : public nn::Module {
 public:
  BloomGelu() : Module("BloomGelu") {}

  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"x", x}}, [&] {
      const Value cubic = ops::Add(c, ops::Mul(c, ops::Mul(c, x, 0.044715), x), 1);
      const Value bent = ops::Tanh(c, ops::Mul(c, ops::Mul(c, x, 0.79788456), cubic));
      return ops::Mul(c, ops::Mul(c, x, 0.5), ops::Add(c, bent, 1.0));
    });
  }
};

class BloomMLP : public nn::Module {
 public:
  explicit BloomMLP(const BloomConfig& config)
      : Module("BloomMLP"),
        parts_(config.parts()),
        dense_h_to_4h_(Add<nn::Linear>("dense_h_to_4h", config.hidden_size, 4 * config.hidden_size, true)),
        gelu_impl_(Add<BloomGelu>("gelu_impl")),
        dense_4h_to_h_(Add<nn::Linear>("dense_4h_to_h", 4 * config.hidden_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Value& residual) const {
    return Call(c, {{"hidden_states", hidden_states}, {"residual", residual}}, [&] {
      const Value inner = gelu_impl_.Forward(c, dense_h_to_4h_.Forward(c, hidden_states));
      return ops::Add(c, residual, Project(c, dense_4h_to_h_, inner, parts_));
    });
  }

 private:
  int64_t parts_;
  nn::Linear& dense_h_to_4h_;
  BloomGelu& gelu_impl_;
  nn::Linear& dense_4h_to_h_;
};

class BloomBlock : public nn::Module {
 public:
  BloomBlock(const BloomConfig& config, size_t layer)
      : Module("BloomBlock"),
        residual_after_norm_(config.apply_residual_connection_post_layernorm),
        input_layernorm_(
            Add<nn::LayerNorm>("input_layernorm", config.hidden_size, config.layer_norm_epsilon)),
        self_attention_(Add<BloomAttention>("self_attention", config, layer)),
        post_attention_layernorm_(
            Add<nn::LayerNorm>("post_attention_layernorm", config.hidden_size, config.layer_norm_epsilon)),
        mlp_(Add<BloomMLP>("mlp", config)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, {{"hidden_states", hidden_states}}), [&] {
      const Value before = input_layernorm_.Forward(c, hidden_states);
      const Value attended =
          self_attention_.Forward(c, before, residual_after_norm_ ? before : hidden_states, step);
      const Value after = post_attention_layernorm_.Forward(c, attended);
      return mlp_.Forward(c, after, residual_after_norm_ ? after : attended);
    });
  }

 private:
  bool residual_after_norm_;
  nn::LayerNorm& input_layernorm_;
  BloomAttention& self_attention_;
  nn::LayerNorm& post_attention_layernorm_;
  BloomMLP& mlp_;
};

/// Slopes of `heads` heads: powers of 2^(−8 / n) for n heads that are a power of two; the heads beyond take every other one of those
/// of twice as many. In f32, as PyTorch raises them.
Tensor AlibiSlopes(int64_t heads) {
  const int64_t closest =
      int64_t{1} << static_cast<int64_t>(std::floor(std::log2(static_cast<double>(heads))));
  const auto base = [](int64_t count) {
    return double{static_cast<float>(std::exp2(-std::exp2(-(std::log2(static_cast<double>(count)) - 3))))};
  };
  std::vector<float> slopes;
  for (int64_t power = 1; power <= closest; ++power)
    slopes.push_back(static_cast<float>(std::pow(base(closest), static_cast<double>(power))));
  for (int64_t power = 1; std::ssize(slopes) < heads; power += 2)
    slopes.push_back(static_cast<float>(std::pow(base(2 * closest), static_cast<double>(power))));
  return Tensor::Of<float>({heads, 1}, slopes);
}

class BloomModel : public nn::Module {
 public:
  explicit BloomModel(const BloomConfig& config)
      : Module("BloomModel"),
        config_(config),
        slopes_(AlibiSlopes(config.n_head)),
        word_embeddings_(Add<nn::Embedding>("word_embeddings", config.vocab_size, config.hidden_size)),
        word_embeddings_layernorm_(
            Add<nn::LayerNorm>("word_embeddings_layernorm", config.hidden_size, config.layer_norm_epsilon)) {
    for (int64_t i = 0; i < config.n_layer; ++i)
      h_.push_back(&Add<BloomBlock>("h." + std::to_string(i), config, static_cast<size_t>(i)));
    ln_f_ = &Add<nn::LayerNorm>("ln_f", config.hidden_size, config.layer_norm_epsilon);
  }

  /// {last_hidden_state, past_key_values, hidden_states}.
  Tree Forward(OpContext& c, CausalInputs inputs) const {
    return CallTree(c, c.has_observers() ? inputs.Leaves() : NamedValues(), [&] {
      if (inputs.use_cache && !inputs.cache) inputs.cache.emplace(CacheWindows(config_.shape()));
      Step step;
      step.cache = inputs.cache ? &*inputs.cache : nullptr;
      const Value embeds = inputs.inputs_embeds.defined() ? inputs.inputs_embeds
                                                          : word_embeddings_.Forward(c, inputs.input_ids);
      Value hidden = word_embeddings_layernorm_.Forward(c, embeds);
      step.alibi = Alibi(c, inputs, embeds, hidden.dtype());
      step.mask = nn::MakeAttentionMask(c, {.embeds = embeds,
                                            .attention_mask = inputs.attention_mask,
                                            .cache = step.cache,
                                            .causal = config_.is_causal,
                                            .kind = nn::AttentionKind::kEager});

      std::vector<Tree> hidden_states;
      for (const BloomBlock* block : h_) {
        if (inputs.output_hidden_states) hidden_states.emplace_back(hidden);
        hidden = block->Forward(c, hidden, step);
      }
      hidden = ln_f_->Forward(c, hidden);
      if (inputs.output_hidden_states) hidden_states.emplace_back(hidden);

      Tree output = Tree::Dict({{"last_hidden_state", hidden}}, "BaseModelOutputWithPastAndCrossAttentions");
      if (inputs.cache) output.Set("past_key_values", inputs.cache->ToTree());
      if (inputs.output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  const nn::Embedding& word_embeddings() const { return word_embeddings_; }

 private:
  /// Slope times place for each head and key, [batch · heads, 1, key]. Places are counted by the mask, or from the first key on.
  Value Alibi(OpContext& c, const CausalInputs& inputs, const Value& embeds, DType dtype) const {
    const Value slopes = c.Constant(slopes_);
    const SymInt batch = embeds.size(0);
    const bool cached = inputs.cache && config_.n_layer > 0;
    const bool fixed = cached && inputs.cache->IsStatic(0);  // then there are as many keys as entries, whatever has been seen
    if (!inputs.attention_mask.defined()) {
      const SymInt past = cached ? inputs.cache->Length(0) : SymInt(0);
      const Value places = ops::Arange(c, fixed ? past : past + embeds.size(1));
      return ops::To(c, ops::Repeat(c, ops::Mul(c, ops::Unsqueeze(c, slopes, -1), places), {batch, 1, 1}),
                     dtype);
    }
    Value mask = inputs.attention_mask;
    if (fixed)
      if (const auto missing = (inputs.cache->Length(0) - mask.size(1)).AsInt(); missing && *missing > 0) mask = ops::Pad(c, mask, {0, *missing});
    const Value places = ops::Unsqueeze(c, ops::Mul(c, ops::Sub(c, ops::Cumsum(c, mask, -1), 1), mask), 1);
    const Value alibi = ops::Mul(c, slopes, places);
    return ops::To(c, ops::Reshape(c, alibi, {batch * config_.n_head, 1, mask.size(1)}), dtype);
  }

  BloomConfig config_;
  Tensor slopes_;  ///< f32 [heads, 1]
  nn::Embedding& word_embeddings_;
  nn::LayerNorm& word_embeddings_layernorm_;
  std::vector<BloomBlock*> h_;
  nn::LayerNorm* ln_f_;
};

class BloomForCausalLM : public nn::Model {
 public:
  BloomForCausalLM(Json config, const BloomConfig& fields, nn::ModelTraits traits)
      : Model("BloomForCausalLM", std::move(config), std::move(traits)),
        fields_(fields),
        transformer_(Add<BloomModel>("transformer", fields)),
        lm_head_(Add<nn::Linear>("lm_head", fields.hidden_size, fields.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(transformer_.word_embeddings().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    CausalInputs read;
    (void)arguments.Tensor("attention_mask", 2);  // places are counted by it
    arguments.Ignore("position_ids");             // swallowed by the library, too
    if (!ReadCausalInputs(c, arguments, fields_.use_cache, fields_.output_hidden_states, CacheWindows(fields_.shape()), read)) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&]() -> Tree {
      const nn::Arguments::Keep keep = read.keep;
      const Tree outputs = transformer_.Forward(c, std::move(read));
      return CausalOutput("CausalLMOutputWithCrossAttentions", lm_head_.Forward(c, KeptStates(c, outputs, keep)), outputs);
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    return DecoderLayout(fields_.shape(), use);
  }

 private:
  BloomConfig fields_;
  BloomModel& transformer_;
  nn::Linear& lm_head_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "BloomForCausalLM", file);
  reader.Alias("n_head", "num_attention_heads");
  reader.Alias("n_layer", "num_hidden_layers");
  BloomConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 250880);
  fields.hidden_size = reader.Size("hidden_size", 64, 1, ConfigReader::kLongestTable);
  // The older name goes before the newer one.
  fields.hidden_size = reader.OptionalSize("n_embed", std::nullopt, 1, ConfigReader::kLongestTable)
                           .value_or(fields.hidden_size);
  fields.n_layer = reader.Layers("n_layer", 2);
  fields.n_head = reader.Size("n_head", 8);
  fields.layer_norm_epsilon = reader.Number("layer_norm_epsilon", 1e-5);
  fields.apply_residual_connection_post_layernorm =
      reader.Flag("apply_residual_connection_post_layernorm", false);
  fields.pretraining_tp = reader.Size("pretraining_tp", 1, 1, 1024);
  fields.slow_but_exact = reader.Flag("slow_but_exact", false);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", true);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.is_causal = reader.Flag("is_causal", true);
  // Slopes enter the scores, which one attention op doesn't show: the class has the one form, whatever is asked for.
  (void)reader.Attention();
  reader.Refuse("sliding_window", "this class has no window");
  reader.RefuseLayerTypes("full_attention");
  // Of training, and of the framework that the first checkpoints come from.
  reader.Ignore({"hidden_dropout", "attention_dropout", "attention_softmax_in_fp32", "masked_softmax_fusion",
                 "bias_dropout_fusion", "skip_bias_add", "skip_bias_add_qkv", "offset_alibi", "seq_length",
                 "unk_token_id", "n_inner", "is_decoder"});
  if (fields.hidden_size % fields.n_head != 0)
    reader.Fail(Invalid("hidden_size is no multiple of n_head")
                    .With("key", "n_head")
                    .With("found", std::to_string(fields.n_head))
                    .With("wanted", "a divisor of " + std::to_string(fields.hidden_size)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<BloomForCausalLM>(config, fields,
                                         nn::ModelTraits{.model_type = "bloom",
                                                         .task = "text-generation",
                                                         .base_model_prefix = "transformer",
                                                         .generates = true,
                                                         .ignored_keys = {},
                                                         .renamed_keys = {},
                                                         .generation = {.positions = false}});
}

}  // namespace

ModelClass BloomForCausalLmClass() { return {"BloomForCausalLM", "bloom", Make}; }

}  // namespace conformance::models
