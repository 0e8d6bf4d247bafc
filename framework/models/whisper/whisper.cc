#include "framework/models/whisper/whisper.h"

#include <algorithm>
#include <utility>

#include "framework/models/bart/layers.h"
#include "framework/models/config_reader.h"
#include "framework/models/encoder_decoder.h"
#include "framework/nn/arguments.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/gelu.h"
#include "framework/ops/permute.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct WhisperConfig {
  int64_t vocab_size, d_model, num_mel_bins, encoder_layers, decoder_layers, max_source_positions,
      max_target_positions;
  std::optional<int64_t> pad_token_id;
  BartLayerConfig encoder, decoder;
  bool tie_word_embeddings, use_cache, output_hidden_states;

  int64_t frames() const { return 2 * max_source_positions; }
};

class WhisperEncoder : public nn::Module {
 public:
  explicit WhisperEncoder(const WhisperConfig& config)
      : Module("WhisperEncoder"),
        positions_(config.max_source_positions),
        conv1_(Add<nn::Conv1d>("conv1", config.num_mel_bins, config.d_model, 3,
                               nn::Conv1d::Options{.padding = 1})),
        conv2_(Add<nn::Conv1d>("conv2", config.d_model, config.d_model, 3,
                               nn::Conv1d::Options{.stride = 2, .padding = 1})),
        embed_positions_(Add<nn::Embedding>("embed_positions", config.max_source_positions, config.d_model)) {
    for (int64_t i = 0; i < config.encoder_layers; ++i)
      layers_.push_back(
          &Add<BartLayer>("layers." + std::to_string(i), config.encoder, false, static_cast<size_t>(i)));
    layer_norm_ = &Add<nn::LayerNorm>("layer_norm", config.d_model, 1e-5);
    kind_ = config.encoder.attention;
  }

  Value Forward(OpContext& c, const Value& input_features, std::vector<Tree>* hidden_states) const {
    return Call(c, {{"input_features", input_features}}, [&] {
      if (!c.Guard(Eq(input_features.size(2), 2 * positions_),
                   "the spectrogram has a frame for every two positions") &&
          !c.failed())
        c.Fail(ShapeError("input_features has another number of frames than the model")
                   .With("found", ops::Describe(input_features.meta()))
                   .With("wanted", std::to_string(2 * positions_)));
      Value hidden = ops::Gelu(c, conv1_.Forward(c, input_features));
      hidden = ops::Permute(c, ops::Gelu(c, conv2_.Forward(c, hidden)), {0, 2, 1});
      hidden = ops::Add(c, hidden, embed_positions_.Forward(c, ops::Arange(c, positions_)));
      BartStep step;
      step.mask.kind = kind_;
      hidden = layer_norm_->Forward(c, RunBartLayers(c, layers_, hidden, step, hidden_states));
      if (hidden_states) hidden_states->emplace_back(hidden);
      return hidden;
    });
  }

 private:
  int64_t positions_;
  nn::AttentionKind kind_;
  nn::Conv1d& conv1_;
  nn::Conv1d& conv2_;
  nn::Embedding& embed_positions_;
  std::vector<BartLayer*> layers_;
  nn::LayerNorm* layer_norm_;
};

class WhisperDecoder : public nn::Module {
 public:
  explicit WhisperDecoder(const WhisperConfig& config)
      : Module("WhisperDecoder"),
        kind_(config.decoder.attention),
        embed_tokens_(
            Add<nn::Embedding>("embed_tokens", config.vocab_size, config.d_model, config.pad_token_id)),
        embed_positions_(Add<nn::Embedding>("embed_positions", config.max_target_positions, config.d_model)) {
    for (int64_t i = 0; i < config.decoder_layers; ++i)
      layers_.push_back(
          &Add<BartLayer>("layers." + std::to_string(i), config.decoder, true, static_cast<size_t>(i)));
    layer_norm_ = &Add<nn::LayerNorm>("layer_norm", config.d_model, 1e-5);
  }

  Value Forward(OpContext& c, const EncoderDecoderInputs& read, const Value& position_ids, BartStep step,
                std::vector<Tree>* hidden_states) const {
    const bool embedded = read.decoder_inputs_embeds.defined();
    return Call(c,
                {{embedded ? "inputs_embeds" : "input_ids",
                  embedded ? read.decoder_inputs_embeds : read.decoder_input_ids}},
                [&] {
                  const Value words = embedded ? read.decoder_inputs_embeds
                                               : embed_tokens_.Forward(c, read.decoder_input_ids);
                  const nn::Cache* cache = step.cache != nullptr ? &step.cache->self_attention : nullptr;
                  const Value positions =
                      position_ids.defined() ? position_ids : nn::PositionsAfter(c, cache, words.size(1));
                  Value hidden = ops::Add(c, words, embed_positions_.Forward(c, positions));
                  step.mask = nn::MakeAttentionMask(c, {.embeds = words,
                                                        .attention_mask = read.decoder_attention_mask,
                                                        .position_ids = position_ids,
                                                        .cache = cache,
                                                        .kind = kind_});
                  hidden = layer_norm_->Forward(c, RunBartLayers(c, layers_, hidden, step, hidden_states));
                  if (hidden_states) hidden_states->emplace_back(hidden);
                  return hidden;
                });
  }

  const nn::Embedding& embed_tokens() const { return embed_tokens_; }

 private:
  nn::AttentionKind kind_;
  nn::Embedding& embed_tokens_;
  nn::Embedding& embed_positions_;
  std::vector<BartLayer*> layers_;
  nn::LayerNorm* layer_norm_;
};

class WhisperModel : public nn::Module {
 public:
  explicit WhisperModel(const WhisperConfig& config)
      : Module("WhisperModel"),
        encoder_(Add<WhisperEncoder>("encoder", config)),
        decoder_(Add<WhisperDecoder>("decoder", config)) {}

  /// The encoder, where its states are not given, then the decoder.
  EncoderDecoderPass Forward(OpContext& c, const Value& features, EncoderDecoderInputs& read,
                             const Value& position_ids, nn::AttentionKind cross_attention) const {
    EncoderDecoderPass output;
    const std::vector<Value> both = CallMulti(c, {}, [&] {
      if (read.encoder_outputs != nullptr)
        output.encoder = GivenEncoderStates(c, *read.encoder_outputs);
      else
        output.encoder.last = encoder_.Forward(
            c, features, read.output_hidden_states ? &output.encoder.hidden_states : nullptr);
      if (c.failed()) return std::vector<Value>{Value::Poisoned(), Value::Poisoned()};
      BartStep step;
      step.cache = read.cache ? &*read.cache : nullptr;
      step.encoder_hidden_states = output.encoder.last;
      step.cross_mask.kind = cross_attention;
      const Value hidden = decoder_.Forward(c, read, position_ids, step,
                                            read.output_hidden_states ? &output.decoder_states : nullptr);
      return std::vector<Value>{hidden, output.encoder.last};
    });
    output.hidden = both.front();
    output.encoder.last = both.back();
    return output;
  }

  /// The encoder alone, before generation.
  Value Encode(OpContext& c, const Value& features) const {
    const OpContext::Scope scope(c, local_name(), class_name());
    return encoder_.Forward(c, features, nullptr);
  }

  const nn::Embedding& embed_tokens() const { return decoder_.embed_tokens(); }

 private:
  WhisperEncoder& encoder_;
  WhisperDecoder& decoder_;
};

class WhisperForConditionalGeneration : public nn::Model {
 public:
  WhisperForConditionalGeneration(Json config, const WhisperConfig& fields, nn::ModelTraits traits)
      : Model("WhisperForConditionalGeneration", std::move(config), std::move(traits)),
        fields_(fields),
        model_(Add<WhisperModel>("model", fields)),
        proj_out_(Add<nn::Linear>("proj_out", fields.d_model, fields.vocab_size, false)) {
    if (fields.tie_word_embeddings) proj_out_.TieWeight(model_.embed_tokens().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value features = arguments.Tensor("input_features", 3);
    const Value position_ids = arguments.Ids("decoder_position_ids");
    EncoderDecoderInputs read;
    if (inputs.Find("encoder_outputs") == nullptr) arguments.Required(features, "input_features");
    const auto layers = static_cast<size_t>(fields_.decoder_layers);
    // attention_mask is read with the others and changes nothing: silence is part of a spectrogram.
    if (!ReadEncoderDecoderInputs(c, arguments, fields_.use_cache, fields_.output_hidden_states, layers,
                                  read))
      return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&]() -> Tree {
      EncoderDecoderPass output = model_.Forward(c, features, read, position_ids, fields_.decoder.attention);
      if (c.failed()) return {};
      return EncoderDecoderOutput(proj_out_.Forward(c, output.hidden), read, std::move(output.decoder_states),
                                  std::move(output.encoder));
    });
  }

  Tree Encode(OpContext& c, const Tree& inputs) const override {
    const Tree* features = inputs.Find("input_features");
    if (features == nullptr) return {};
    return Tree::Dict(
        {{"encoder_outputs",
          Tree::Dict({{"last_hidden_state", model_.Encode(c, features->value())}}, "BaseModelOutput")}});
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    EncoderDecoderShape shape{.vocab_size = fields_.vocab_size,
                              .hidden_size = fields_.d_model,
                              .decoder_layers = fields_.decoder_layers,
                              .decoder_heads = fields_.decoder.heads,
                              .head_dim = fields_.d_model / fields_.decoder.heads,
                              .max_source = fields_.max_source_positions,
                              .max_target = fields_.max_target_positions};
    shape.features = {{"input_features",
                       DType::kF32,
                       {SymInt::Symbol("batch"), fields_.num_mel_bins, fields_.frames()},
                       nn::Fill::kNormal}};
    shape.encoded_length = fields_.max_source_positions;
    CONFORMANCE_TRY(nn::InputLayout layout, EncoderDecoderLayout(shape, use));
    CONFORMANCE_TRY(const DecoderUse parts, DecoderUse::Parse(use, "an encoder with a decoder"));
    const SymInt target = parts.one_token ? SymInt(1) : SymInt::Symbol("target");
    layout.optional.push_back({"decoder_position_ids",
                               DType::kI64,
                               {SymInt::Symbol("batch"), target},
                               nn::Fill::kPositions,
                               fields_.max_target_positions});
    return layout;
  }

 private:
  WhisperConfig fields_;
  WhisperModel& model_;
  nn::Linear& proj_out_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "WhisperForConditionalGeneration", file);
  reader.Alias("d_model", "hidden_size");
  reader.Alias("encoder_attention_heads", "num_attention_heads");
  WhisperConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 51865);
  fields.d_model = reader.Size("d_model", 384, 1, ConfigReader::kLongestTable);
  fields.num_mel_bins = reader.Size("num_mel_bins", 80, 1, ConfigReader::kLongestTable);
  fields.max_source_positions = reader.Size("max_source_positions", 1500, 1, ConfigReader::kLongestTable);
  fields.max_target_positions = reader.Size("max_target_positions", 448, 1, ConfigReader::kLongestTable);
  fields.encoder_layers = reader.Layers("encoder_layers", 4);
  fields.decoder_layers = reader.Layers("decoder_layers", 4);
  const std::string activation = reader.ActivationName("activation_function", "gelu");
  const nn::AttentionKind attention = reader.Attention();
  const BartLayerConfig layer{.family = "Whisper",
                              .dim = fields.d_model,
                              .activation = activation,
                              .norm_first = true,
                              .key_bias = false,
                              .scales_queries = true,
                              .always_clamps = true,
                              .attention = attention};
  fields.encoder = ReadBartLayer(reader, layer, "encoder", 6, 1536);
  fields.decoder = ReadBartLayer(reader, layer, "decoder", 6, 1536);
  fields.pad_token_id = reader.TokenId("pad_token_id", std::nullopt, fields.vocab_size);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", true);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  reader.NeedTrue("is_encoder_decoder", "a stack of its own");
  // Masking and dropping of training, a classifier's fields, a timestamp filter; scale_embedding is read by the library and used nowhere.
  reader.Ignore({"dropout",
                 "attention_dropout",
                 "activation_dropout",
                 "encoder_layerdrop",
                 "decoder_layerdrop",
                 "init_std",
                 "apply_spec_augment",
                 "mask_time_prob",
                 "mask_time_length",
                 "mask_time_min_masks",
                 "mask_feature_prob",
                 "mask_feature_length",
                 "mask_feature_min_masks",
                 "median_filter_width",
                 "use_weighted_layer_sum",
                 "classifier_proj_size",
                 "num_hidden_layers",
                 "scale_embedding",
                 "is_decoder",
                 "num_key_value_heads"});
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<WhisperForConditionalGeneration>(
      config, fields,
      EncoderDecoderTraits("whisper", "automatic-speech-recognition", "model", "input_features"));
}

}  // namespace

ModelClass WhisperForConditionalGenerationClass() {
  return {"WhisperForConditionalGeneration", "whisper", Make};
}

}  // namespace conformance::models
