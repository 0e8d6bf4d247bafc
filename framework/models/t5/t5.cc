#include "framework/models/t5/t5.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "framework/models/config_reader.h"
#include "framework/models/encoder_decoder.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/layers.h"
#include "framework/ops/abs.h"
#include "framework/ops/add.h"
#include "framework/ops/any.h"
#include "framework/ops/arange.h"
#include "framework/ops/clamp.h"
#include "framework/ops/greater.h"
#include "framework/ops/index.h"
#include "framework/ops/isinf.h"
#include "framework/ops/maximum.h"
#include "framework/ops/mean.h"
#include "framework/ops/minimum.h"
#include "framework/ops/mul.h"
#include "framework/ops/neg.h"
#include "framework/ops/permute.h"
#include "framework/ops/pow.h"
#include "framework/ops/rsqrt.h"
#include "framework/ops/sub.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/where.h"
#include "framework/ops/zeros.h"

namespace conformance::models {
namespace {

using nn::AttentionMask;
using nn::EncoderDecoderCache;
using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct T5Config {
  int64_t vocab_size, d_model, d_kv, d_ff, num_layers, num_decoder_layers, num_heads, num_buckets,
      max_distance;
  double layer_norm_epsilon;
  std::string act;
  bool gated, scale_decoder_outputs, use_cache, output_hidden_states;
  nn::AttentionKind attention;
};

/// y = w · x / sqrt(mean(x²) + eps): the mean in f32, the product in the type of x where that is wider.
class T5LayerNorm : public nn::Module {
 public:
  T5LayerNorm(int64_t dim, double eps)
      : Module("T5LayerNorm"), weight_(AddParameter("weight", {dim}, nn::Init::kOnes)), eps_(eps) {}

  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"hidden_states", x}}, [&] {
      const Value variance = ops::Mean(c, ops::Pow(c, ops::To(c, x, DType::kF32), 2), {-1}, /*keepdim=*/true);
      Value scaled = ops::Mul(c, x, ops::Rsqrt(c, ops::Add(c, variance, eps_)));
      const bool half = weight_.dtype() == DType::kF16 || weight_.dtype() == DType::kBF16;
      if (half) scaled = ops::To(c, scaled, weight_.dtype());
      return ops::Mul(c, Weight(c, weight_), scaled);
    });
  }

 private:
  nn::Parameter& weight_;
  double eps_;
};

/// Both T5DenseActDense and T5DenseGatedActDense. The last product stays in f32 where the model is f16, as the library keeps it.
class T5Dense : public nn::Module {
 public:
  explicit T5Dense(const T5Config& config)
      : Module(config.gated ? "T5DenseGatedActDense" : "T5DenseActDense") {
    if (config.gated) {
      wi_ = &Add<nn::Linear>("wi_0", config.d_model, config.d_ff, false);
      gate_ = &Add<nn::Linear>("wi_1", config.d_model, config.d_ff, false);
    } else {
      wi_ = &Add<nn::Linear>("wi", config.d_model, config.d_ff, false);
    }
    wo_ = &Add<nn::Linear>("wo", config.d_ff, config.d_model, false);
    wo_->weight().wide_in_f16 = true;
    act_ = &Add<nn::Activation>("act", config.act);
  }

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      Value hidden = act_->Forward(c, wi_->Forward(c, hidden_states));
      if (gate_ != nullptr) hidden = ops::Mul(c, hidden, gate_->Forward(c, hidden_states));
      return wo_->Forward(c, ops::To(c, hidden, wo_->weight().dtype()));
    });
  }

 private:
  nn::Linear* wi_;
  nn::Linear* gate_ = nullptr;
  nn::Linear* wo_;
  nn::Activation* act_;
};

class T5LayerFF : public nn::Module {
 public:
  explicit T5LayerFF(const T5Config& config)
      : Module("T5LayerFF"),
        dense_(Add<T5Dense>("DenseReluDense", config)),
        layer_norm_(Add<T5LayerNorm>("layer_norm", config.d_model, config.layer_norm_epsilon)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      return ops::Add(c, hidden_states, dense_.Forward(c, layer_norm_.Forward(c, hidden_states)));
    });
  }

 private:
  T5Dense& dense_;
  T5LayerNorm& layer_norm_;
};

/// The bucket of each distance from 0 on, up to the first that is in the last one. Distances are integers, so what the library computes
/// with a logarithm in f32 is a table here; no rounding of a runtime can move a token into another bucket.
Tensor Buckets(int64_t count, int64_t max_distance) {
  const int64_t exact = count / 2;
  std::vector<int64_t> buckets;
  const auto scale =
      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  for (int64_t distance = 0; distance <= std::max(max_distance, exact); ++distance) {
    int64_t bucket = distance;
    if (distance >= exact) {
      const float share = std::log(static_cast<float>(distance) / static_cast<float>(exact)) / scale *
                          static_cast<float>(count - exact);
      bucket = std::min(exact + static_cast<int64_t>(share), count - 1);
    }
    buckets.push_back(bucket);
    if (bucket == count - 1) break;
  }
  return Tensor::Of<int64_t>({static_cast<int64_t>(buckets.size())}, buckets);
}

class T5Attention : public nn::Module {
 public:
  T5Attention(const T5Config& config, bool decoder, bool has_bias, size_t layer)
      : Module("T5Attention"),
        heads_(config.num_heads),
        head_dim_(config.d_kv),
        decoder_(decoder),
        // Where attention looks both ways, the upper half of the buckets is for what comes later.
        side_buckets_(decoder ? config.num_buckets : config.num_buckets / 2),
        layer_(layer),
        q_(Add<nn::Linear>("q", config.d_model, heads_ * head_dim_, false)),
        k_(Add<nn::Linear>("k", config.d_model, heads_ * head_dim_, false)),
        v_(Add<nn::Linear>("v", config.d_model, heads_ * head_dim_, false)),
        o_(Add<nn::Linear>("o", heads_ * head_dim_, config.d_model, false)) {
    if (!has_bias) return;
    buckets_ = &AddConstant("relative_position_buckets", Buckets(side_buckets_, config.max_distance));
    relative_attention_bias_ = &Add<nn::Embedding>("relative_attention_bias", config.num_buckets, heads_);
  }

  /// Self-attention. `bias` [1, heads, query, key] is made by the first block and shared by the others.
  Value Forward(OpContext& c, const Value& hidden_states, const AttentionMask& mask,
                EncoderDecoderCache* cache, Value& bias) const {
    return Call(c, Describe(c, hidden_states, mask, cache), [&] {
      Value k = nn::SplitHeads(c, k_.Forward(c, hidden_states), heads_, head_dim_);
      Value v = nn::SplitHeads(c, v_.Forward(c, hidden_states), heads_, head_dim_);
      const SymInt time = hidden_states.size(1);
      Value query;  // positions, where the bias is still to be made
      if (!bias.defined()) query = cache != nullptr ? cache->self_attention.Positions(c, time, layer_) : ops::Arange(c, time);
      if (cache != nullptr) std::tie(k, v) = cache->self_attention.Update(c, k, v, layer_);
      if (!bias.defined()) bias = Bias(c, query, k.size(2));
      return Attend(c, hidden_states, k, v, mask, bias);
    });
  }

  /// Attention to the encoder's states, whose keys and values are computed once.
  Value ForwardCross(OpContext& c, const Value& hidden_states, const Value& encoder_hidden_states,
                     const AttentionMask& mask, EncoderDecoderCache* cache) const {
    NamedValues inputs = Describe(c, hidden_states, mask, cache);
    inputs.emplace_back("key_value_states", encoder_hidden_states);
    return Call(c, inputs, [&] {
      Value k, v;
      if (cache != nullptr && !cache->cross_attention.IsEmpty(layer_)) {
        k = cache->cross_attention.layers()[layer_].keys;
        v = cache->cross_attention.layers()[layer_].values;
      } else {
        k = nn::SplitHeads(c, k_.Forward(c, encoder_hidden_states), heads_, head_dim_);
        v = nn::SplitHeads(c, v_.Forward(c, encoder_hidden_states), heads_, head_dim_);
        if (cache != nullptr) cache->cross_attention.Set(k, v, layer_);
      }
      const Value bias = ops::Zeros(c, {1, heads_, hidden_states.size(1), k.size(2)}, k.dtype());
      return Attend(c, hidden_states, k, v, mask, bias);
    });
  }

 private:
  NamedValues Describe(OpContext& c, const Value& hidden_states, const AttentionMask& mask,
                       const EncoderDecoderCache* cache) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (!c.has_observers()) return inputs;
    if (mask.mask.defined()) inputs.emplace_back("mask", mask.mask);
    if (cache != nullptr) cache->AppendLeaves("past_key_values", inputs);
    return inputs;
  }

  Value Attend(OpContext& c, const Value& hidden_states, const Value& k, const Value& v,
               const AttentionMask& mask, const Value& bias) const {
    const Value q = nn::SplitHeads(c, q_.Forward(c, hidden_states), heads_, head_dim_);
    // Queries are not scaled: initialisation took care of that.
    return o_.Forward(c, nn::Attend(c, q, k, v, nn::WithBias(c, mask, bias), 1.0, heads_, heads_));
  }

  /// What the table says for each pair of positions, [1, heads, query, key]; those of the queries are given.
  Value Bias(OpContext& c, const Value& query, const SymInt& keys) const {
    const Value relative =
        ops::Sub(c, ops::Unsqueeze(c, ops::Arange(c, keys), 0), ops::Unsqueeze(c, query, 1));
    const Value distance = decoder_ ? ops::ClampMin(c, ops::Neg(c, relative), 0) : ops::Abs(c, relative);
    Value bucket =
        ops::Index(c, Weight(c, *buckets_), {ops::ClampMax(c, distance, buckets_->shape()[0] - 1)});
    if (!decoder_)
      bucket = ops::Add(c, bucket,
                        ops::Mul(c, ops::To(c, ops::Greater(c, relative, 0), DType::kI64), side_buckets_));
    return ops::Unsqueeze(c, ops::Permute(c, relative_attention_bias_->Forward(c, bucket), {2, 0, 1}), 0);
  }

  int64_t heads_, head_dim_;
  bool decoder_;
  int64_t side_buckets_;
  size_t layer_;
  nn::Linear& q_;
  nn::Linear& k_;
  nn::Linear& v_;
  nn::Linear& o_;
  nn::Parameter* buckets_ = nullptr;
  nn::Embedding* relative_attention_bias_ = nullptr;
};

/// Attention with its norm and residual: T5LayerSelfAttention or T5LayerCrossAttention.
class T5LayerAttention : public nn::Module {
 public:
  T5LayerAttention(const T5Config& config, bool cross, bool decoder, bool has_bias, size_t layer)
      : Module(cross ? "T5LayerCrossAttention" : "T5LayerSelfAttention"),
        attention_(
            Add<T5Attention>(cross ? "EncDecAttention" : "SelfAttention", config, decoder, has_bias, layer)),
        layer_norm_(Add<T5LayerNorm>("layer_norm", config.d_model, config.layer_norm_epsilon)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const AttentionMask& mask,
                EncoderDecoderCache* cache, Value& bias) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      return ops::Add(c, hidden_states,
                      attention_.Forward(c, layer_norm_.Forward(c, hidden_states), mask, cache, bias));
    });
  }
  Value ForwardCross(OpContext& c, const Value& hidden_states, const Value& encoder_hidden_states,
                     const AttentionMask& mask, EncoderDecoderCache* cache) const {
    return Call(c, {{"hidden_states", hidden_states}, {"key_value_states", encoder_hidden_states}}, [&] {
      const Value normed = layer_norm_.Forward(c, hidden_states);
      return ops::Add(c, hidden_states,
                      attention_.ForwardCross(c, normed, encoder_hidden_states, mask, cache));
    });
  }

 private:
  T5Attention& attention_;
  T5LayerNorm& layer_norm_;
};

/// What all blocks of one stack share.
struct Step {
  AttentionMask mask, cross_mask;
  Value encoder_hidden_states;
  EncoderDecoderCache* cache = nullptr;
};

/// f16 overflows in published checkpoints; the library keeps it finite between layers.
Value Clamped(OpContext& c, const Value& x) {
  if (x.dtype() != DType::kF16) return x;
  constexpr double kLargest = 65504.0;
  const Value bound = ops::Where(c, ops::Any(c, ops::Isinf(c, x)), kLargest - 1000, kLargest);
  return ops::Minimum(c, ops::Maximum(c, x, ops::Neg(c, bound)), bound);
}

class T5Block : public nn::Module {
 public:
  T5Block(const T5Config& config, bool decoder, size_t layer)
      : Module("T5Block"),
        self_(Add<T5LayerAttention>("layer.0", config, false, decoder, layer == 0, layer)) {
    if (decoder) cross_ = &Add<T5LayerAttention>("layer.1", config, true, decoder, false, layer);
    feed_forward_ = &Add<T5LayerFF>(decoder ? "layer.2" : "layer.1", config);
  }

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step, Value& bias) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      Value hidden = Clamped(c, self_.Forward(c, hidden_states, step.mask, step.cache, bias));
      if (cross_ != nullptr)
        hidden = Clamped(
            c, cross_->ForwardCross(c, hidden, step.encoder_hidden_states, step.cross_mask, step.cache));
      return Clamped(c, feed_forward_->Forward(c, hidden));
    });
  }

 private:
  T5LayerAttention& self_;
  T5LayerAttention* cross_ = nullptr;
  T5LayerFF* feed_forward_;
};

class T5Stack : public nn::Module {
 public:
  T5Stack(const T5Config& config, bool decoder)
      : Module("T5Stack"),
        decoder_(decoder),
        attention_(config.attention),
        embed_tokens_(Add<nn::Embedding>("embed_tokens", config.vocab_size, config.d_model)) {
    for (int64_t i = 0; i < (decoder ? config.num_decoder_layers : config.num_layers); ++i)
      block_.push_back(&Add<T5Block>("block." + std::to_string(i), config, decoder, static_cast<size_t>(i)));
    final_layer_norm_ = &Add<T5LayerNorm>("final_layer_norm", config.d_model, config.layer_norm_epsilon);
  }

  void TieEmbedding(const nn::Parameter& shared) { embed_tokens_.TieWeight(shared); }

  /// All states are appended to `hidden_states` where asked for: embeddings first, the normalised last state at the end.
  Value Forward(OpContext& c, const Value& ids, const Value& embeds, const Value& attention_mask, Step step,
                std::vector<Tree>* hidden_states) const {
    NamedValues inputs = {
        {embeds.defined() ? "inputs_embeds" : "input_ids", embeds.defined() ? embeds : ids}};
    if (attention_mask.defined()) inputs.emplace_back("attention_mask", attention_mask);
    return Call(c, inputs, [&] {
      Value hidden = embeds.defined() ? embeds : embed_tokens_.Forward(c, ids);
      step.mask =
          nn::MakeAttentionMask(c, {.embeds = hidden,
                                    .attention_mask = attention_mask,
                                    .cache = step.cache != nullptr ? &step.cache->self_attention : nullptr,
                                    .causal = decoder_,
                                    .kind = attention_});
      Value bias;
      for (const T5Block* block : block_) {
        if (hidden_states) hidden_states->emplace_back(hidden);
        hidden = block->Forward(c, hidden, step, bias);
      }
      hidden = final_layer_norm_->Forward(c, hidden);
      if (hidden_states) hidden_states->emplace_back(hidden);
      return hidden;
    });
  }

 private:
  bool decoder_;
  nn::AttentionKind attention_;
  nn::Embedding& embed_tokens_;
  std::vector<T5Block*> block_;
  T5LayerNorm* final_layer_norm_;
};

class T5ForConditionalGeneration : public nn::Model {
 public:
  T5ForConditionalGeneration(Json config, const T5Config& fields, nn::ModelTraits traits)
      : Model("T5ForConditionalGeneration", std::move(config), std::move(traits)),
        fields_(fields),
        shared_(Add<nn::Embedding>("shared", fields.vocab_size, fields.d_model)),
        encoder_(Add<T5Stack>("encoder", fields, false)),
        decoder_(Add<T5Stack>("decoder", fields, true)),
        lm_head_(Add<nn::Linear>("lm_head", fields.d_model, fields.vocab_size, false)) {
    encoder_.TieEmbedding(shared_.weight());
    decoder_.TieEmbedding(shared_.weight());
    lm_head_.TieWeight(shared_.weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    EncoderDecoderInputs read;
    read.input_ids = arguments.Ids("input_ids");
    read.inputs_embeds = arguments.Tensor("inputs_embeds", 3);
    if (inputs.Find("encoder_outputs") == nullptr)
      arguments.ExactlyOne(read.input_ids, "input_ids", read.inputs_embeds, "inputs_embeds");
    const auto layers = static_cast<size_t>(fields_.num_decoder_layers);
    if (!ReadEncoderDecoderInputs(c, arguments, fields_.use_cache, fields_.output_hidden_states, layers,
                                  read))
      return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&]() -> Tree {
      EncoderStates encoder = read.encoder_outputs != nullptr ? GivenEncoderStates(c, *read.encoder_outputs)
                                                              : RunEncoder(c, read);
      Step step;
      step.cache = read.cache ? &*read.cache : nullptr;
      step.encoder_hidden_states = encoder.last;
      const Value& target =
          read.decoder_input_ids.defined() ? read.decoder_input_ids : read.decoder_inputs_embeds;
      if (c.failed()) return {};
      step.cross_mask =
          CrossAttentionMask(c, read.attention_mask, target.size(1), encoder.last, fields_.attention);
      std::vector<Tree> states;
      Value hidden =
          decoder_.Forward(c, read.decoder_input_ids, read.decoder_inputs_embeds, read.decoder_attention_mask,
                           step, read.output_hidden_states ? &states : nullptr);
      if (fields_.scale_decoder_outputs)
        hidden = ops::Mul(c, hidden, 1.0 / std::sqrt(static_cast<double>(fields_.d_model)));
      return EncoderDecoderOutput(lm_head_.Forward(c, hidden), read, std::move(states), std::move(encoder));
    });
  }

  Tree Encode(OpContext& c, const Tree& inputs) const override {
    EncoderDecoderInputs read;
    if (const Tree* ids = inputs.Find("input_ids")) read.input_ids = ids->value();
    if (const Tree* mask = inputs.Find("attention_mask")) read.attention_mask = mask->value();
    return Tree::Dict({{"encoder_outputs",
                        Tree::Dict({{"last_hidden_state", RunEncoder(c, read).last}}, "BaseModelOutput")}});
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    constexpr int64_t kMaxLength = int64_t{1} << 16;  // relative positions have no end
    return EncoderDecoderLayout({.vocab_size = fields_.vocab_size,
                                 .hidden_size = fields_.d_model,
                                 .decoder_layers = fields_.num_decoder_layers,
                                 .decoder_heads = fields_.num_heads,
                                 .head_dim = fields_.d_kv,
                                 .max_source = kMaxLength,
                                 .max_target = kMaxLength},
                                use);
  }

 private:
  EncoderStates RunEncoder(OpContext& c, const EncoderDecoderInputs& read) const {
    EncoderStates states;
    states.last = encoder_.Forward(c, read.input_ids, read.inputs_embeds, read.attention_mask, {},
                                   read.output_hidden_states ? &states.hidden_states : nullptr);
    return states;
  }

  T5Config fields_;
  nn::Embedding& shared_;
  T5Stack& encoder_;
  T5Stack& decoder_;
  nn::Linear& lm_head_;
};

/// "relu", "gated-gelu": the activation, and whether a gate stands beside it.
void ReadFeedForward(ConfigReader& reader, T5Config& fields) {
  std::string act = reader.Text("feed_forward_proj", "relu");
  const std::string given = act;
  fields.gated = act.starts_with("gated-");
  if (fields.gated) act = act.substr(6);
  if (act.find('-') != std::string::npos)
    reader.Fail(Invalid("field is no activation")
                    .With("key", "feed_forward_proj")
                    .With("found", given)
                    .With("wanted", "ACT or gated-ACT"));
  if (given == "gated-gelu") act = "gelu_new";
  // Saved files also hold what the library derived; that is what it then uses.
  fields.act = reader.ActivationName("dense_act_fn", act);
  if (const Status known = nn::CheckActivation(fields.act); !known.ok())
    reader.Fail(Error(known.error()).With("key", "feed_forward_proj"));
  fields.gated = reader.Flag("is_gated_act", fields.gated);
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "T5ForConditionalGeneration", file);
  reader.Alias("d_model", "hidden_size");
  reader.Alias("num_heads", "num_attention_heads");
  reader.Alias("num_layers", "num_hidden_layers");
  reader.Alias("d_kv", "head_dim");
  T5Config fields;
  fields.vocab_size = reader.Size("vocab_size", 32128);
  fields.d_model = reader.Size("d_model", 512);
  fields.d_kv = reader.Size("d_kv", 64, 1, ConfigReader::kLongestTable);
  fields.d_ff = reader.Size("d_ff", 2048);
  fields.num_layers = reader.Layers("num_layers", 6);
  fields.num_decoder_layers =
      config.Find("num_decoder_layers") == nullptr || config.Find("num_decoder_layers")->IsNull()
          ? fields.num_layers
          : reader.Layers("num_decoder_layers", fields.num_layers);
  fields.num_heads = reader.Size("num_heads", 8, 1, ConfigReader::kLongestTable);
  // Fewer leave no bucket for exact distances.
  fields.num_buckets = reader.Size("relative_attention_num_buckets", 32, 4, ConfigReader::kLongestTable);
  fields.max_distance = reader.Size("relative_attention_max_distance", 128, 1, ConfigReader::kLongestTable);
  fields.layer_norm_epsilon = reader.Number("layer_norm_epsilon", 1e-6);
  ReadFeedForward(reader, fields);
  // Files of T5 1.1 say so by an untied head; the head is tied where the checkpoint holds nothing else.
  const Json* tied = config.Find("tie_word_embeddings");
  fields.scale_decoder_outputs =
      reader.Flag("scale_decoder_outputs", !(tied != nullptr && tied->IsBool() && !tied->AsBool()));
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.attention = reader.Attention();
  reader.NeedTrue("is_encoder_decoder", "a stack of its own");
  reader.Ignore({"dropout_rate", "classifier_dropout", "is_decoder", "n_positions", "tie_word_embeddings",
                 "num_decoder_layers"});
  if (fields.max_distance <= fields.num_buckets / 2)
    reader.Fail(Invalid("relative_attention_max_distance is not above half of relative_attention_num_buckets")
                    .With("key", "relative_attention_max_distance")
                    .With("found", std::to_string(fields.max_distance)));
  if (fields.num_heads * fields.d_kv > ConfigReader::kLargest)
    reader.Fail(
        Invalid("field is out of range").With("key", "d_kv").With("found", std::to_string(fields.d_kv)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  nn::ModelTraits traits = EncoderDecoderTraits("t5", "text2text-generation", "transformer", "input_ids");
  traits.ignored_keys = {"decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"};
  return nn::MakeModel<T5ForConditionalGeneration>(config, fields, std::move(traits));
}

}  // namespace

ModelClass T5ForConditionalGenerationClass() { return {"T5ForConditionalGeneration", "t5", Make}; }

}  // namespace conformance::models
