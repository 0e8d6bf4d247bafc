#include "framework/models/bart/bart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/models/bart/layers.h"
#include "framework/models/config_reader.h"
#include "framework/models/encoder_decoder.h"
#include "framework/nn/arguments.h"
#include "framework/ops/add.h"
#include "framework/ops/mul.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct BartConfig {
  int64_t vocab_size, d_model, encoder_layers, decoder_layers, max_position_embeddings;
  std::optional<int64_t> pad_token_id, decoder_start_token_id;
  BartLayerConfig encoder, decoder;
  bool scale_embedding, tie_word_embeddings, use_cache, output_hidden_states;
};

/// BartEncoder or BartDecoder.
class BartStack : public nn::Module {
 public:
  BartStack(const BartConfig& config, bool decoder)
      : Module(decoder ? "BartDecoder" : "BartEncoder"),
        decoder_(decoder),
        kind_(config.encoder.attention),
        scale_(config.scale_embedding ? std::sqrt(static_cast<double>(config.d_model)) : 1.0),
        embed_tokens_(
            Add<nn::Embedding>("embed_tokens", config.vocab_size, config.d_model, config.pad_token_id)),
        embed_positions_(
            Add<nn::Embedding>("embed_positions", config.max_position_embeddings + kOffset, config.d_model)) {
    for (int64_t i = 0; i < (decoder ? config.decoder_layers : config.encoder_layers); ++i)
      layers_.push_back(&Add<BartLayer>("layers." + std::to_string(i),
                                        decoder ? config.decoder : config.encoder, decoder,
                                        static_cast<size_t>(i)));
    layernorm_embedding_ = &Add<nn::LayerNorm>("layernorm_embedding", config.d_model, 1e-5);
  }

  void TieEmbedding(const nn::Parameter& shared) { embed_tokens_.TieWeight(shared); }

  Value Forward(OpContext& c, const Value& ids, const Value& embeds, const Value& attention_mask,
                BartStep step, std::vector<Tree>* hidden_states) const {
    NamedValues inputs = {
        {embeds.defined() ? "inputs_embeds" : "input_ids", embeds.defined() ? embeds : ids}};
    if (attention_mask.defined()) inputs.emplace_back("attention_mask", attention_mask);
    return Call(c, inputs, [&] {
      const Value words = embeds.defined() ? embeds : ops::Mul(c, embed_tokens_.Forward(c, ids), scale_);
      const nn::Cache* cache = step.cache != nullptr ? &step.cache->self_attention : nullptr;
      const Value positions = ops::Add(c, nn::PositionsAfter(c, cache, words.size(1)), kOffset);
      Value hidden =
          layernorm_embedding_->Forward(c, ops::Add(c, words, embed_positions_.Forward(c, positions)));
      step.mask = nn::MakeAttentionMask(c, {.embeds = words,
                                            .attention_mask = attention_mask,
                                            .cache = cache,
                                            .causal = decoder_,
                                            .kind = kind_});
      hidden = RunBartLayers(c, layers_, hidden, step, hidden_states);
      if (hidden_states) hidden_states->emplace_back(hidden);
      return hidden;
    });
  }

 private:
  static constexpr int64_t kOffset = 2;  // the first rows of the table were for padding once

  bool decoder_;
  nn::AttentionKind kind_;
  double scale_;
  nn::Embedding& embed_tokens_;
  nn::Embedding& embed_positions_;
  std::vector<BartLayer*> layers_;
  nn::LayerNorm* layernorm_embedding_;
};

class BartModel : public nn::Module {
 public:
  explicit BartModel(const BartConfig& config)
      : Module("BartModel"),
        shared_(Add<nn::Embedding>("shared", config.vocab_size, config.d_model, config.pad_token_id)),
        encoder_(Add<BartStack>("encoder", config, false)),
        decoder_(Add<BartStack>("decoder", config, true)) {
    encoder_.TieEmbedding(shared_.weight());
    decoder_.TieEmbedding(shared_.weight());
  }

  /// The encoder, where its states are not given, then the decoder.
  EncoderDecoderPass Forward(OpContext& c, EncoderDecoderInputs& read,
                             nn::AttentionKind cross_attention) const {
    EncoderDecoderPass output;
    const std::vector<Value> both = CallMulti(c, {}, [&] {
      output.encoder = read.encoder_outputs != nullptr ? GivenEncoderStates(c, *read.encoder_outputs)
                                                       : RunEncoder(c, read);
      if (c.failed()) return std::vector<Value>{Value::Poisoned(), Value::Poisoned()};
      const Value& target =
          read.decoder_input_ids.defined() ? read.decoder_input_ids : read.decoder_inputs_embeds;
      BartStep step;
      step.cache = read.cache ? &*read.cache : nullptr;
      step.encoder_hidden_states = output.encoder.last;
      step.cross_mask =
          CrossAttentionMask(c, read.attention_mask, target.size(1), output.encoder.last, cross_attention);
      const Value hidden =
          Decode(c, read, step, read.output_hidden_states ? &output.decoder_states : nullptr);
      return std::vector<Value>{hidden, output.encoder.last};
    });
    output.hidden = both.front();
    output.encoder.last = both.back();
    return output;
  }

  /// The encoder alone, before generation.
  Value Encode(OpContext& c, const EncoderDecoderInputs& read) const {
    const OpContext::Scope scope(c, local_name(), class_name());
    return RunEncoder(c, read).last;
  }

  const nn::Embedding& shared() const { return shared_; }

 private:
  EncoderStates RunEncoder(OpContext& c, const EncoderDecoderInputs& read) const {
    EncoderStates states;
    states.last = encoder_.Forward(c, read.input_ids, read.inputs_embeds, read.attention_mask, {},
                                   read.output_hidden_states ? &states.hidden_states : nullptr);
    return states;
  }

  Value Decode(OpContext& c, const EncoderDecoderInputs& read, const BartStep& step,
               std::vector<Tree>* states) const {
    return decoder_.Forward(c, read.decoder_input_ids, read.decoder_inputs_embeds,
                            read.decoder_attention_mask, step, states);
  }

  nn::Embedding& shared_;
  BartStack& encoder_;
  BartStack& decoder_;
};

class BartForConditionalGeneration : public nn::Model {
 public:
  BartForConditionalGeneration(Json config, const BartConfig& fields, nn::ModelTraits traits)
      : Model("BartForConditionalGeneration", std::move(config), std::move(traits)),
        fields_(fields),
        final_logits_bias_(AddBuffer("final_logits_bias", {1, fields.vocab_size}, DType::kF32)),
        model_(Add<BartModel>("model", fields)),
        lm_head_(Add<nn::Linear>("lm_head", fields.d_model, fields.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(model_.shared().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    EncoderDecoderInputs read;
    read.input_ids = arguments.Ids("input_ids");
    read.inputs_embeds = arguments.Tensor("inputs_embeds", 3);
    if (inputs.Find("encoder_outputs") == nullptr)
      arguments.ExactlyOne(read.input_ids, "input_ids", read.inputs_embeds, "inputs_embeds");
    const auto layers = static_cast<size_t>(fields_.decoder_layers);
    if (!ReadEncoderDecoderInputs(c, arguments, fields_.use_cache, fields_.output_hidden_states, layers,
                                  read, fields_.decoder_start_token_id))
      return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&]() -> Tree {
      EncoderDecoderPass output = model_.Forward(c, read, fields_.decoder.attention);
      if (c.failed()) return {};
      const Value logits = ops::Add(c, lm_head_.Forward(c, output.hidden), Weight(c, final_logits_bias_));
      return EncoderDecoderOutput(logits, read, std::move(output.decoder_states), std::move(output.encoder));
    });
  }

  Tree Encode(OpContext& c, const Tree& inputs) const override {
    EncoderDecoderInputs read;
    if (const Tree* ids = inputs.Find("input_ids")) read.input_ids = ids->value();
    if (const Tree* mask = inputs.Find("attention_mask")) read.attention_mask = mask->value();
    return Tree::Dict({{"encoder_outputs",
                        Tree::Dict({{"last_hidden_state", model_.Encode(c, read)}}, "BaseModelOutput")}});
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    return EncoderDecoderLayout({.vocab_size = fields_.vocab_size,
                                 .hidden_size = fields_.d_model,
                                 .decoder_layers = fields_.decoder_layers,
                                 .decoder_heads = fields_.decoder.heads,
                                 .head_dim = fields_.d_model / fields_.decoder.heads,
                                 .max_source = fields_.max_position_embeddings,
                                 .max_target = fields_.max_position_embeddings},
                                use);
  }

 private:
  BartConfig fields_;
  nn::Parameter& final_logits_bias_;
  BartModel& model_;
  nn::Linear& lm_head_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "BartForConditionalGeneration", file);
  reader.Alias("d_model", "hidden_size");
  reader.Alias("encoder_attention_heads", "num_attention_heads");
  BartConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 50265);
  fields.d_model = reader.Size("d_model", 1024);
  fields.max_position_embeddings =
      reader.Size("max_position_embeddings", 1024, 1, ConfigReader::kLongestTable);
  fields.encoder_layers = reader.Layers("encoder_layers", 12);
  fields.decoder_layers = reader.Layers("decoder_layers", 12);
  const std::string activation = reader.ActivationName("activation_function", "gelu");
  const nn::AttentionKind attention = reader.Attention();
  const BartLayerConfig layer{.dim = fields.d_model, .activation = activation, .attention = attention};
  fields.encoder = ReadBartLayer(reader, layer, "encoder", 16, 4096);
  fields.decoder = ReadBartLayer(reader, layer, "decoder", 16, 4096);
  fields.pad_token_id = reader.TokenId("pad_token_id", 1, fields.vocab_size);
  fields.decoder_start_token_id = reader.TokenId("decoder_start_token_id", 2, fields.vocab_size);
  fields.scale_embedding = reader.Flag("scale_embedding", false);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", true);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  reader.NeedTrue("is_encoder_decoder", "a stack of its own");
  reader.Refuse("normalize_before", "norms stand behind the sums in this class");
  reader.Refuse("add_final_layer_norm", "a norm behind the last layer");
  reader.Refuse("static_position_embeddings", "positions have a table in this class");
  // Dropping of training; num_hidden_layers repeats encoder_layers; what old files carry for heads and generation.
  reader.Ignore({"dropout", "attention_dropout", "activation_dropout", "classifier_dropout",
                 "classif_dropout", "encoder_layerdrop", "decoder_layerdrop", "init_std", "is_decoder",
                 "num_hidden_layers", "add_bias_logits", "extra_pos_embeddings", "normalize_embedding",
                 "force_bos_token_to_be_generated", "save_step", "gradient_checkpointing"});
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<BartForConditionalGeneration>(
      config, fields, EncoderDecoderTraits("bart", "text2text-generation", "model", "input_ids"));
}

}  // namespace

ModelClass BartForConditionalGenerationClass() { return {"BartForConditionalGeneration", "bart", Make}; }

}  // namespace conformance::models
