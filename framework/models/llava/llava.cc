#include "framework/models/llava/llava.h"

#include <algorithm>
#include <utility>

#include "framework/models/clip/vision.h"
#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"
#include "framework/models/multimodal.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/ops/cat.h"
#include "framework/ops/reshape.h"
#include "framework/ops/slice.h"
#include "framework/ops/to.h"
#include "framework/ops/unbind.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct LlavaConfig {
  LlamaDecoderConfig text;
  ClipVisionConfig vision;
  int64_t image_token_id = 32000;
  std::string projector_hidden_act;
  std::vector<int64_t> feature_layers;  ///< indices into the tower's hidden states, from 0 on
  bool drops_class_token = true;
  bool projector_bias = true;
  bool tie_word_embeddings = false;

  int64_t image_tokens() const { return vision.patches() + (drops_class_token ? 0 : 1); }
};

class LlavaMultiModalProjector : public nn::Module {
 public:
  explicit LlavaMultiModalProjector(const LlavaConfig& config)
      : Module("LlavaMultiModalProjector"),
        linear_1_(Add<nn::Linear>(
            "linear_1", config.vision.hidden_size * static_cast<int64_t>(config.feature_layers.size()),
            config.text.hidden_size, config.projector_bias)),
        act_(Add<nn::Activation>("act", config.projector_hidden_act)),
        linear_2_(Add<nn::Linear>("linear_2", config.text.hidden_size, config.text.hidden_size,
                                  config.projector_bias)) {}

  Value Forward(OpContext& c, const Value& image_features) const {
    return Call(c, {{"image_features", image_features}},
                [&] { return linear_2_.Forward(c, act_.Forward(c, linear_1_.Forward(c, image_features))); });
  }

 private:
  nn::Linear& linear_1_;
  nn::Activation& act_;
  nn::Linear& linear_2_;
};

class LlavaModel : public nn::Module {
 public:
  LlavaModel(const LlavaConfig& config, nn::RopeTable rope)
      : Module("LlavaModel"),
        config_(config),
        vision_tower_(Add<ClipVisionModel>("vision_tower", config.vision)),
        projector_(Add<LlavaMultiModalProjector>("multi_modal_projector", config)),
        language_model_(Add<LlamaModel>("language_model", config.text, std::move(rope))) {}

  /// What the tower sees in images, projected: [images, tokens, dim].
  Value ImageFeatures(OpContext& c, const Value& pixel_values, ClipVisionModel::Output& tower) const {
    tower = vision_tower_.Forward(c, pixel_values);
    std::vector<Value> layers;
    for (const int64_t layer : config_.feature_layers) {
      if (c.failed()) return Value::Poisoned();
      const Value& hidden = tower.hidden_states[static_cast<size_t>(layer)];
      layers.push_back(config_.drops_class_token ? ops::Slice(c, hidden, 1, 1) : hidden);
    }
    return projector_.Forward(c, layers.size() == 1 ? layers.front() : ops::Cat(c, std::move(layers), -1));
  }

  /// `images` [tokens of all images, dim], or absent. The decoder's outputs.
  Tree Forward(OpContext& c, CausalInputs inputs, const Value& pixel_values, Value& images) const {
    NamedValues leaves = inputs.Leaves();
    if (pixel_values.defined()) leaves.emplace_back("pixel_values", pixel_values);
    return CallTree(c, c.has_observers() ? leaves : NamedValues(), [&]() -> Tree {
      Value embeds = inputs.inputs_embeds.defined()
                         ? inputs.inputs_embeds
                         : language_model_.embed_tokens().Forward(c, inputs.input_ids);
      if (pixel_values.defined()) {
        ClipVisionModel::Output tower;
        images = ops::Reshape(c, ImageFeatures(c, pixel_values, tower), {-1, config_.text.hidden_size});
      }
      if (images.defined()) {
        images = ops::To(c, images, embeds.dtype());
        embeds = MergeFeatures(c, inputs.input_ids, embeds, images, config_.image_token_id);
      }
      inputs.input_ids = {};
      inputs.inputs_embeds = embeds;
      return c.failed() ? Tree() : language_model_.Forward(c, std::move(inputs));
    });
  }

  const nn::Embedding& embed_tokens() const { return language_model_.embed_tokens(); }

 private:
  LlavaConfig config_;
  ClipVisionModel& vision_tower_;
  LlavaMultiModalProjector& projector_;
  LlamaModel& language_model_;
};

class LlavaForConditionalGeneration : public nn::Model {
 public:
  LlavaForConditionalGeneration(Json config, const LlavaConfig& fields, nn::RopeTable rope,
                                nn::ModelTraits traits)
      : Model("LlavaForConditionalGeneration", std::move(config), std::move(traits)),
        fields_(fields),
        model_(Add<LlavaModel>("model", fields, std::move(rope))),
        lm_head_(Add<nn::Linear>("lm_head", fields.text.hidden_size, fields.text.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(model_.embed_tokens().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    CausalInputs read;
    read.position_ids = arguments.Ids("position_ids");
    const Value pixel_values = arguments.Tensor("pixel_values", 4);
    const Tree* encoded = arguments.Structure("mm_encoder_outputs");
    for (const char* name : {"vision_feature_layer", "vision_feature_select_strategy"})
      arguments.Refuse(name, "it is taken from the config");
    arguments.Refuse("image_sizes", "this tower takes images of one size");
    if (pixel_values.defined() && encoded != nullptr)
      c.Fail(Invalid("only one of pixel_values and mm_encoder_outputs may be given")
                 .With("class", class_name()));
    const LlamaDecoderConfig& text = fields_.text;
    if (!ReadCausalInputs(c, arguments, text.use_cache, text.output_hidden_states, CacheWindows(text.shape()), read)) return {};
    if ((pixel_values.defined() || encoded != nullptr) && read.inputs_embeds.defined()) {
      arguments.Refuse("inputs_embeds", "places of images are told by input_ids");
      return {};
    }
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&]() -> Tree {
      Value merged = encoded != nullptr ? GivenFeatures(c, *encoded, "image") : Value();
      const nn::Arguments::Keep keep = read.keep;
      const Tree outputs = model_.Forward(c, std::move(read), pixel_values, merged);
      if (c.failed()) return {};
      Tree result = CausalOutput("LlavaCausalLMOutputWithPast", lm_head_.Forward(c, KeptStates(c, outputs, keep)), outputs);
      if (merged.defined()) result.Set("image_hidden_states", merged);
      return result;
    });
  }

  Tree Encode(OpContext& c, const Tree& inputs) const override {
    const Tree* pixels = inputs.Find("pixel_values");
    if (pixels == nullptr || pixels->kind() != Tree::Kind::kTensor) return {};
    ClipVisionModel::Output tower;
    const Value features = model_.ImageFeatures(c, pixels->value(), tower);
    if (c.failed()) return {};
    std::vector<Tree> images;
    for (const Value& image : ops::Unbind(c, features, 0)) images.emplace_back(image);
    Tree image = Tree::Dict(
        {{"last_hidden_state", tower.last_hidden_state}, {"pooler_output", Tree::List(std::move(images))}});
    return Tree::Dict({{"mm_encoder_outputs", Tree::Dict({{"image", std::move(image)}})}});
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    CONFORMANCE_TRY(nn::InputLayout layout, DecoderLayout(fields_.text.shape(), use));
    const SymInt batch = SymInt::Symbol("batch");
    const int64_t tokens = fields_.image_tokens();
    const auto dim = SymInt(fields_.text.hidden_size);
    const nn::InputSpec pixels{
        "pixel_values",
        DType::kF32,
        {batch, fields_.vision.num_channels, fields_.vision.image_size, fields_.vision.image_size},
        nn::Fill::kNormal};
    const nn::InputSpec pooled{
        "mm_encoder_outputs.image.pooler_output.0", DType::kF32, {batch * tokens, dim}, nn::Fill::kNormal};
    for (const int64_t layer : {int64_t{-1}, int64_t{0}})
      layout.optional.push_back({layer < 0 ? "mm_encoder_outputs.image.last_hidden_state"
                                           : "mm_encoder_outputs.image.hidden_states.0",
                                 DType::kF32,
                                 {batch, fields_.vision.patches() + 1, fields_.vision.hidden_size},
                                 nn::Fill::kNormal});
    for (int64_t i = 1; i <= fields_.vision.num_hidden_layers; ++i)
      layout.optional.push_back({"mm_encoder_outputs.image.hidden_states." + std::to_string(i),
                                 DType::kF32,
                                 {batch, fields_.vision.patches() + 1, fields_.vision.hidden_size},
                                 nn::Fill::kNormal});
    if (use != "forward" && use != "prefill") return layout;
    layout.inputs.push_back(use == "forward" ? pixels : pooled);
    layout.optional.push_back(use == "forward" ? pooled : pixels);
    for (nn::InputSpec& spec : layout.inputs)
      if (spec.name == "input_ids")
        spec.placeholder = nn::InputSpec::Placeholder{fields_.image_token_id, tokens};
    for (nn::InputSymbol& symbol : layout.symbols) {
      if (symbol.name != "sequence") continue;
      symbol.min = std::min(tokens + 2, symbol.max);
      symbol.wanted = std::min(tokens + 8, symbol.max);
    }
    return layout;
  }

 private:
  LlavaConfig fields_;
  LlavaModel& model_;
  nn::Linear& lm_head_;
};

/// vision_feature_layer: one index or several, negative ones from the end.
void ReadFeatureLayers(ConfigReader& reader, const Json& config, LlavaConfig& fields) {
  reader.Ignore({"vision_feature_layer"});
  const Json* json = config.Find("vision_feature_layer");
  std::vector<Json> layers = {Json(int64_t{-2})};
  if (json != nullptr) layers = json->IsArray() ? json->AsArray() : std::vector<Json>{*json};
  const int64_t states = fields.vision.num_hidden_layers + 1;
  for (const Json& layer : layers) {
    const int64_t index = layer.IsInt() ? (layer.AsInt() < 0 ? layer.AsInt() + states : layer.AsInt()) : -1;
    if (index < 0 || index >= states)
      return reader.Fail(Invalid("field is no index of the tower's hidden states")
                             .With("key", "vision_feature_layer")
                             .With("found", layer.IsInt() ? std::to_string(layer.AsInt())
                                                          : std::string(Json::KindName(layer.kind())))
                             .With("wanted", "below " + std::to_string(states)));
    fields.feature_layers.push_back(index);
  }
  if (fields.feature_layers.empty() || fields.feature_layers.size() > 64)
    reader.Fail(Invalid("field names none or too many layers")
                    .With("key", "vision_feature_layer")
                    .With("found", std::to_string(fields.feature_layers.size())));
}

/// The decoder that text_config describes.
Status ReadText(ConfigReader& reader, LlavaConfig& fields) {
  ConfigReader text = reader.Child("text_config");
  const std::string type = text.Text("model_type", "llama");
  if (type != "llama" && type != "mistral")
    text.Fail(Unsupported("a text model of this type is not implemented")
                  .With("key", "model_type")
                  .With("found", type)
                  .With("wanted", "llama or mistral"));
  fields.text = type == "mistral" ? ReadMistralFields(text) : ReadLlamaFields(text);
  return text.Finish();
}

Status ReadVision(ConfigReader& reader, LlavaConfig& fields) {
  ConfigReader vision = reader.Child("vision_config");
  const std::string type = vision.Text("model_type", "clip_vision_model");
  if (type != "clip_vision_model")
    vision.Fail(Unsupported("a vision model of this type is not implemented")
                    .With("key", "model_type")
                    .With("found", type)
                    .With("wanted", "clip_vision_model"));
  fields.vision = ReadClipVisionFields(vision);
  return vision.Finish();
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "LlavaForConditionalGeneration", file);
  reader.Alias("image_token_index", "image_token_id");
  LlavaConfig fields;
  CONFORMANCE_RETURN_IF_ERROR(ReadText(reader, fields));
  CONFORMANCE_RETURN_IF_ERROR(ReadVision(reader, fields));
  fields.image_token_id = reader.Size("image_token_index", 32000, 0);
  fields.projector_hidden_act = reader.ActivationName("projector_hidden_act", "gelu");
  fields.projector_bias = reader.Flag("multimodal_projector_bias", true);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", false) || fields.text.tie_word_embeddings;
  const std::string strategy = reader.Text("vision_feature_select_strategy", "default");
  if (strategy != "default" && strategy != "full")
    reader.Fail(Invalid("field has no such value")
                    .With("key", "vision_feature_select_strategy")
                    .With("found", strategy)
                    .With("wanted", "default or full"));
  fields.drops_class_token = strategy == "default";
  ReadFeatureLayers(reader, config, fields);
  // A processor's business, or of the parts' own configs.
  reader.Ignore({"image_seq_length", "vocab_size", "ignore_index", "use_cache", "output_hidden_states"});
  if (const nn::AttentionKind kind = reader.Attention(); kind == nn::AttentionKind::kEager)
    fields.text.attention = fields.vision.attention = kind;
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  const auto named = [&](Error error) {
    return std::move(error).With("in", "text_config").With("file", file.string());
  };
  if (const Status heads = CheckHeads(fields.text); !heads.ok()) return named(heads.error());
  auto rope = nn::MakeRopeTable(fields.text.rope);
  if (!rope.ok()) return named(std::move(rope).error());
  return nn::MakeModel<LlavaForConditionalGeneration>(
      config, fields, std::move(*rope),
      nn::ModelTraits{
          .model_type = "llava",
          .task = "image-text-to-text",
          .base_model_prefix = "model",
          .generates = true,
          .ignored_keys = {"*rotary_emb.inv_freq", "*position_ids"},
          // Files of earlier versions: each part with its own prefixes.
          .renamed_keys = {{"model.vision_tower.vision_model.", "vision_tower.vision_model."},
                           {"language_model.lm_head.", "lm_head."},
                           {"language_model.model.", "model.language_model."},
                           {"vision_tower.vision_model.", "model.vision_tower."},
                           {"multi_modal_projector.", "model.multi_modal_projector."},
                           {"model.model.multi_modal_projector.", "model.multi_modal_projector."}},
          .generation = {.encoded = {"pixel_values"}}});
}

}  // namespace

ModelClass LlavaForConditionalGenerationClass() { return {"LlavaForConditionalGeneration", "llava", Make}; }

}  // namespace conformance::models
