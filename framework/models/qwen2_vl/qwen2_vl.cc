#include "framework/models/qwen2_vl/qwen2_vl.h"

#include <algorithm>
#include <array>
#include <utility>

#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"
#include "framework/models/multimodal.h"
#include "framework/models/qwen2_vl/vision.h"
#include "framework/nn/arguments.h"
#include "framework/ops/add.h"
#include "framework/ops/bitwise_and.h"
#include "framework/ops/cat.h"
#include "framework/ops/cumsum.h"
#include "framework/ops/equal.h"
#include "framework/ops/expand.h"
#include "framework/ops/flatten.h"
#include "framework/ops/floor_divide.h"
#include "framework/ops/index_select.h"
#include "framework/ops/item.h"
#include "framework/ops/maximum.h"
#include "framework/ops/mul.h"
#include "framework/ops/not_equal.h"
#include "framework/ops/remainder.h"
#include "framework/ops/select.h"
#include "framework/ops/slice.h"
#include "framework/ops/stack.h"
#include "framework/ops/sub.h"
#include "framework/ops/sum.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"
#include "framework/ops/where.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct Qwen2VlConfig {
  LlamaDecoderConfig text;
  Qwen2VlVisionConfig vision;
  int64_t image_token_id = 0, video_token_id = 0;
  bool tie_word_embeddings = false;
};

/// Images, or videos: patches and how they stand, or what the tower has made of them.
struct Pictures {
  Value pixels;    ///< [patches, …]
  Value grid;      ///< [images, 3]
  Value features;  ///< [tokens, dim]
};

/// What says where tokens stand.
struct Places {
  Value types;           ///< [batch, time]: 0 for words, 1 for tokens of images, 2 of videos
  Value attention_mask;  ///< [batch, time], or absent
  Value image_grid, video_grid;
};

/// The three positions of each token, [3, batch, time]; 0 where the mask hides it. Words count on in all three. A picture starts where the
/// words before it end; its tokens stand at their frame, row and column from there, and the words after it go on behind its longer side.
/// Computed for all pictures at once: which picture a token is of follows from how many picture tokens stand before it.
Value RopeIndex(OpContext& c, const Places& places, int64_t merge) {
  const Value& types = places.types;
  const SymInt batch = types.size(0), time = types.size(1);
  const Value seen = places.attention_mask.defined() ? ops::NotEqual(c, places.attention_mask, 0) : Value();
  const auto of_type = [&](int64_t type) {
    const Value all = ops::Equal(c, types, type);
    return seen.defined() ? ops::BitwiseAnd(c, all, seen) : all;
  };
  struct Kind {
    Value tokens;                  ///< bool [batch, time]
    Value extent;                  ///< [batch, time]: by how much a token's picture moves what follows
    std::array<Value, 3> offsets;  ///< [batch, time] each
  };
  const auto plain = [&](const Value& x) { return ops::View(c, x, {batch, time}); };
  std::vector<Kind> kinds;
  const Value words = of_type(0);
  Value steps = ops::To(c, words, DType::kI64);
  for (const auto& [type, grid] : {std::pair{1, &places.image_grid}, {2, &places.video_grid}}) {
    if (!grid->defined()) continue;
    const auto side = [&](int64_t axis) { return ops::Select(c, *grid, 1, axis); };
    const Value frames = side(0), rows = ops::FloorDivide(c, side(1), merge),
                cols = ops::FloorDivide(c, side(2), merge);
    const Value counts = ops::Mul(c, frames, ops::Mul(c, rows, cols));
    Kind kind;
    kind.tokens = of_type(type);
    const Value flat = ops::To(c, ops::Flatten(c, kind.tokens), DType::kI64);
    c.Assert(Eq(ops::Item(c, ops::Sum(c, flat)), ops::Item(c, ops::Sum(c, counts))),
             "as many tokens of pictures in mm_token_type_ids as the grid has");
    const ItemsOfSets items = PlaceInSets(c, counts, ops::Sub(c, ops::Cumsum(c, flat, 0), 1));
    const auto of_picture = [&](const Value& x) { return ops::IndexSelect(c, x, 0, items.set); };
    const Value across = of_picture(cols);
    const Value line = ops::FloorDivide(c, items.place, across);
    kind.offsets = {plain(ops::FloorDivide(c, line, of_picture(rows))),
                    plain(ops::Remainder(c, line, of_picture(rows))),
                    plain(ops::Remainder(c, items.place, across))};
    kind.extent = plain(of_picture(ops::FloorDivide(c, ops::Maximum(c, side(1), side(2)), merge)));
    const Value first = ops::BitwiseAnd(c, kind.tokens, ops::Equal(c, plain(items.place), 0));
    steps = ops::Where(c, first, kind.extent, steps);
    kinds.push_back(std::move(kind));
  }
  const Value behind = ops::Cumsum(c, steps, 1);
  std::vector<Value> axes;
  for (size_t axis = 0; axis < 3; ++axis) {
    Value position = ops::Where(c, words, ops::Sub(c, behind, 1), 0);
    for (const Kind& kind : kinds)
      position = ops::Where(c, kind.tokens, ops::Add(c, ops::Sub(c, behind, kind.extent), kind.offsets[axis]),
                            position);
    axes.push_back(position);
  }
  return ops::Stack(c, std::move(axes), 0);
}

class Qwen2VlModel : public nn::Module {
 public:
  Qwen2VlModel(const Qwen2VlConfig& config, nn::RopeTable rope)
      : Module("Qwen2VLModel"),
        config_(config),
        visual_(Add<Qwen2VlVisionModel>("visual", config.vision)),
        language_model_(Add<LlamaModel>("language_model", config.text, std::move(rope))) {}

  const Qwen2VlVisionModel& visual() const { return visual_; }
  const nn::Embedding& embed_tokens() const { return language_model_.embed_tokens(); }

  /// The decoder's outputs.
  Tree Forward(OpContext& c, CausalInputs inputs, Pictures images, Pictures videos,
               const Value& types) const {
    NamedValues leaves = inputs.Leaves();
    for (const auto& [name, value] : NamedValues{{"pixel_values", images.pixels},
                                                 {"pixel_values_videos", videos.pixels},
                                                 {"image_grid_thw", images.grid},
                                                 {"video_grid_thw", videos.grid},
                                                 {"mm_token_type_ids", types}})
      if (value.defined()) leaves.emplace_back(name, value);
    return CallTree(c, c.has_observers() ? leaves : NamedValues(), [&]() -> Tree {
      Value embeds = inputs.inputs_embeds.defined()
                         ? inputs.inputs_embeds
                         : language_model_.embed_tokens().Forward(c, inputs.input_ids);
      for (const auto& [pictures, token] :
           {std::pair{&images, config_.image_token_id}, {&videos, config_.video_token_id}}) {
        if (pictures->pixels.defined())
          pictures->features = visual_.Forward(c, pictures->pixels, pictures->grid).pooler_output;
        if (pictures->features.defined())
          embeds = MergeFeatures(c, inputs.input_ids, embeds, pictures->features, token);
      }
      const bool has_grid = images.grid.defined() || videos.grid.defined();
      if (!inputs.position_ids.defined() && has_grid && types.defined() && inputs.input_ids.defined())
        inputs.position_ids = RopeIndex(c, {types, inputs.attention_mask, images.grid, videos.grid},
                                        config_.vision.spatial_merge_size);
      inputs.input_ids = {};
      inputs.inputs_embeds = embeds;
      return c.failed() ? Tree() : language_model_.Forward(c, std::move(inputs));
    });
  }

 private:
  Qwen2VlConfig config_;
  Qwen2VlVisionModel& visual_;
  LlamaModel& language_model_;
};

class Qwen2VlForConditionalGeneration : public nn::Model {
 public:
  Qwen2VlForConditionalGeneration(Json config, const Qwen2VlConfig& fields, nn::RopeTable rope,
                                  nn::ModelTraits traits)
      : Model("Qwen2VLForConditionalGeneration", std::move(config), std::move(traits)),
        fields_(fields),
        model_(Add<Qwen2VlModel>("model", fields, std::move(rope))),
        lm_head_(Add<nn::Linear>("lm_head", fields.text.hidden_size, fields.text.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(model_.embed_tokens().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    CausalInputs read;
    read.position_ids = arguments.Ids("position_ids", -1);
    Pictures images{arguments.Tensor("pixel_values", 2), arguments.Ids("image_grid_thw"), {}};
    Pictures videos{arguments.Tensor("pixel_values_videos", 2), arguments.Ids("video_grid_thw"), {}};
    const Value types = arguments.Ids("mm_token_type_ids");
    const Tree* encoded = arguments.Structure("mm_encoder_outputs");
    const auto wrong = [&](const std::string& what) { c.Fail(Invalid(what).With("class", class_name())); };
    if ((images.pixels.defined() || videos.pixels.defined()) && encoded != nullptr)
      wrong("only one of pixel_values and mm_encoder_outputs may be given");
    if (images.pixels.defined() && !images.grid.defined()) wrong("pixel_values need image_grid_thw");
    if (videos.pixels.defined() && !videos.grid.defined()) wrong("pixel_values_videos need video_grid_thw");
    CheckPositions(c, read.position_ids);
    for (const Value* grid : {&images.grid, &videos.grid})
      if (grid->defined() && !c.Guard(Eq(grid->size(1), 3), "frames, height and width of each image") &&
          !c.failed())
        c.Fail(
            ShapeError("a grid has three numbers for each image").With("found", ops::Describe(grid->meta())));
    const LlamaDecoderConfig& text = fields_.text;
    if (!ReadCausalInputs(c, arguments, text.use_cache, text.output_hidden_states, CacheWindows(text.shape()), read)) return {};
    const bool pictures = images.grid.defined() || videos.grid.defined();
    if (pictures && !types.defined() && read.input_ids.defined() && !read.position_ids.defined())
      wrong("grids of images need mm_token_type_ids, which tell the places of their tokens");
    if ((pictures || encoded != nullptr) && read.inputs_embeds.defined())
      arguments.Refuse("inputs_embeds", "places of images are told by input_ids");
    if (c.failed()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&]() -> Tree {
      if (encoded != nullptr) {
        images.features = GivenFeatures(c, *encoded, "image");
        videos.features = GivenFeatures(c, *encoded, "video");
      }
      if (c.failed()) return {};
      const nn::Arguments::Keep keep = read.keep;
      const Tree outputs = model_.Forward(c, std::move(read), std::move(images), std::move(videos), types);
      if (c.failed()) return {};
      return CausalOutput("CausalLMOutputWithPast", lm_head_.Forward(c, KeptStates(c, outputs, keep)), outputs);
    });
  }

  /// What the tower sees, and position_ids [4, batch, time]: those of the words, then those of the pictures' tokens.
  Tree Encode(OpContext& c, const Tree& inputs) const override {
    const auto tensor = [&](const char* name) {
      const Tree* tree = inputs.Find(name);
      return tree != nullptr && tree->kind() == Tree::Kind::kTensor ? tree->value() : Value();
    };
    Tree outputs = Tree::Dict();
    for (const auto& [modality, pixels, grid] :
         {std::tuple{"image", tensor("pixel_values"), tensor("image_grid_thw")},
          {"video", tensor("pixel_values_videos"), tensor("video_grid_thw")}}) {
      if (!pixels.defined()) continue;
      if (!grid.defined()) {
        c.Fail(Invalid(std::string("pixels need the grid of each ") + modality).With("class", class_name()));
        return {};
      }
      const Qwen2VlVisionModel::Output tower = model_.visual().Forward(c, pixels, grid);
      outputs.Set(modality, Tree::Dict({{"last_hidden_state", tower.last_hidden_state},
                                        {"pooler_output", OneForEach(c, tower.pooler_output, grid)}}));
    }
    Tree encoded = Tree::Dict();
    if (!outputs.members().empty()) encoded.Set("mm_encoder_outputs", std::move(outputs));
    const Value ids = tensor("input_ids"), types = tensor("mm_token_type_ids"),
                given = tensor("attention_mask");
    if (c.failed() || !ids.defined()) return encoded;
    const Value mask = given.defined() ? given : ops::Equal(c, ids, ids);
    const Value counted = ops::Sub(c, ops::Cumsum(c, ops::To(c, mask, DType::kI64), 1), 1);
    const Value words = ops::Unsqueeze(c, ops::Where(c, ops::NotEqual(c, mask, 0), counted, 0), 0);
    const Places places{types, given, tensor("image_grid_thw"), tensor("video_grid_thw")};
    const bool pictures = types.defined() && (places.image_grid.defined() || places.video_grid.defined());
    const Value three = pictures ? RopeIndex(c, places, fields_.vision.spatial_merge_size)
                                 : ops::Expand(c, words, {3, -1, -1});
    encoded.Set("position_ids", ops::Cat(c, {words, three}, 0));
    return encoded;
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    CONFORMANCE_TRY(nn::InputLayout layout, DecoderLayout(fields_.text.shape(), use));
    const Qwen2VlVisionConfig& vision = fields_.vision;
    const SymInt batch = SymInt::Symbol("batch"), images = SymInt::Symbol("images"),
                 patches = SymInt::Symbol("patches"), tokens = SymInt::Symbol("image_tokens"),
                 video_patches = SymInt::Symbol("video_patches");
    SymInt length = 1;
    for (const nn::InputSpec& spec : layout.inputs)
      if (spec.name == "input_ids") length = spec.sizes[1];
    const nn::InputSpec types{"mm_token_type_ids", DType::kI64, {batch, length}, nn::Fill::kPictureTypes};
    const nn::InputSpec pixels{
        "pixel_values", DType::kF32, {patches, vision.patch_elements()}, nn::Fill::kNormal};
    const nn::InputSpec grid{"image_grid_thw", DType::kI64, {images, 3}, nn::Fill::kPictureGrid};
    const bool first = use == "forward" || use == "prefill";
    if (!first) layout.optional.push_back(types);
    if (use != "forward")
      for (nn::InputSpec& spec : layout.inputs)
        if (spec.name == "position_ids") spec.sizes.insert(spec.sizes.begin(), 4);
    if (!first) return layout;
    const auto encoded = [](const std::string& modality) { return "mm_encoder_outputs." + modality + "."; };
    const auto pooled = [&](const std::string& modality, size_t index) {
      const std::string number = std::to_string(index),
                        count = modality + "_tokens" + (index == 0 ? "" : "_" + number);
      return nn::InputSpec{encoded(modality) + "pooler_output." + number,
                           DType::kF32,
                           {SymInt::Symbol(count), fields_.text.hidden_size},
                           nn::Fill::kNormal};
    };
    const nn::InputSpec video_pixels{
        "pixel_values_videos", DType::kF32, {video_patches, vision.patch_elements()}, nn::Fill::kNormal};
    const nn::InputSpec video_grid{
        "video_grid_thw", DType::kI64, {SymInt::Symbol("videos"), 3}, nn::Fill::kPictureGrid};
    constexpr int64_t kImageTokens = 6;
    if (use == "forward") {
      layout.inputs.insert(layout.inputs.end(), {pixels, grid, types});
      layout.symbols.push_back({.name = "images", .min = 1, .max = 64, .follows = "batch"});
      layout.symbols.push_back({.name = "patches",
                                .min = vision.merged(),
                                .max = kLongestRow * vision.merged(),
                                .wanted = 2 * kImageTokens * vision.merged(),
                                .step = vision.merged()});
      layout.pictures = nn::InputLayout::Pictures{
          fields_.image_token_id, images, FloorDiv(patches, vision.merged()), vision.spatial_merge_size};
      layout.optional.insert(layout.optional.end(),
                             {video_pixels, video_grid, pooled("image", 0), pooled("video", 0)});
    } else {
      layout.inputs.push_back(pooled("image", 0));
      layout.symbols.push_back(
          {.name = "image_tokens", .min = 1, .max = kLongestRow, .wanted = 2 * kImageTokens});
      layout.pictures =
          nn::InputLayout::Pictures{fields_.image_token_id, batch, tokens, vision.spatial_merge_size};
      layout.optional.insert(layout.optional.end(),
                             {types, grid, pixels, video_grid, video_pixels, pooled("video", 0)});
      for (const auto& [modality, count] : {std::pair{"image", patches}, {"video", video_patches}}) {
        layout.optional.push_back({encoded(modality) + "last_hidden_state",
                                   DType::kF32,
                                   {count, vision.embed_dim},
                                   nn::Fill::kNormal});
        constexpr size_t kPictures = 16;
        for (size_t i = 1; i < kPictures; ++i) layout.optional.push_back(pooled(modality, i));
      }
    }
    for (nn::InputSymbol& symbol : layout.symbols)
      if (symbol.name == "sequence") symbol.wanted = std::min<int64_t>(2 * kImageTokens + 2, symbol.max);
    return layout;
  }

 private:
  static constexpr int64_t kLongestRow = 4096;  ///< tokens of images that a plan makes

  void CheckPositions(OpContext& c, const Value& positions) const {
    if (!positions.defined() || positions.rank() == 2) return;
    const std::optional<int64_t> axes = positions.rank() == 3 ? positions.size(0).AsInt() : 0;
    if (axes && *axes != 1 && *axes != 3 && *axes != 4)
      c.Fail(ShapeError("position_ids have the wrong sizes")
                 .With("class", class_name())
                 .With("found", ops::Describe(positions.meta()))
                 .With("wanted", "[batch, time], or three or four of them"));
  }

  /// The tokens of each image by themselves.
  Tree OneForEach(OpContext& c, const Value& tokens, const Value& grid) const {
    std::vector<Tree> parts;
    SymInt start = 0;
    const int64_t merged = fields_.vision.merged();
    for (int64_t i = 0; !c.failed() && i < grid.size(0).AsInt().value_or(0); ++i) {
      const Value sides = ops::Select(c, grid, 0, i);
      SymInt count = 1;
      for (int64_t axis = 0; axis < 3; ++axis) count = count * ops::Item(c, ops::Select(c, sides, 0, axis));
      const SymInt end = start + FloorDiv(count, merged);
      parts.emplace_back(ops::Slice(c, tokens, 0, start, end));
      start = end;
    }
    return Tree::List(std::move(parts));
  }

  Qwen2VlConfig fields_;
  Qwen2VlModel& model_;
  nn::Linear& lm_head_;
};

/// Fields of the decoder, which older files hold beside those of the whole.
LlamaDecoderConfig ReadTextFields(ConfigReader& reader) {
  LlamaDecoderConfig fields;
  fields.family = "Qwen2VL";
  fields.model_class = "Qwen2VLTextModel";
  fields.mlp_class = "Qwen2MLP";
  fields.vocab_size = reader.Size("vocab_size", 152064);
  fields.hidden_size = reader.Size("hidden_size", 8192, 1, ConfigReader::kLongestTable);
  fields.intermediate_size = reader.Size("intermediate_size", 29568);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 80);
  fields.num_attention_heads = reader.Size("num_attention_heads", 64);
  fields.num_key_value_heads =
      reader.OptionalSize("num_key_value_heads", 8).value_or(fields.num_attention_heads);
  fields.max_position_embeddings = reader.Size("max_position_embeddings", 32768);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.rms_norm_eps = reader.Number("rms_norm_eps", 1e-5);
  fields.attention_bias = true;
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.is_causal = reader.Flag("is_causal", true);
  fields.attention = reader.Attention();
  fields.pad_token_id = reader.TokenId("pad_token_id", std::nullopt, fields.vocab_size);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", false);
  if (fields.hidden_size % fields.num_attention_heads != 0)
    reader.Fail(Invalid("hidden_size is no multiple of num_attention_heads")
                    .With("key", "num_attention_heads")
                    .With("found", std::to_string(fields.num_attention_heads))
                    .With("wanted", "a divisor of " + std::to_string(fields.hidden_size)));
  fields.head_dim = fields.hidden_size / fields.num_attention_heads;
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings, 1000000.0, {16, 24, 24});

  const std::optional<int64_t> window = reader.OptionalSize("sliding_window", 4096);
  const int64_t full_layers = reader.OptionalSize("max_window_layers", 80, 0).value_or(0);
  if (reader.Flag("use_sliding_window", false)) fields.sliding_window = window;
  fields.windowed = reader.SlidingLayers(fields.num_hidden_layers);
  const bool named = !fields.windowed.empty();
  for (int64_t layer = std::ssize(fields.windowed); layer < fields.num_hidden_layers; ++layer)
    fields.windowed.push_back(fields.sliding_window && layer >= full_layers);
  if (named && !fields.sliding_window &&
      std::find(fields.windowed.begin(), fields.windowed.end(), true) != fields.windowed.end())
    reader.Fail(Invalid("layer_types names layers with a window, and there is none")
                    .With("key", "layer_types")
                    .With("wanted", "use_sliding_window and sliding_window"));
  reader.Ignore({"attention_dropout"});
  return fields;
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "Qwen2VLForConditionalGeneration", file);
  Qwen2VlConfig fields;
  const Json* nested = config.Find("text_config");
  if (nested != nullptr && !nested->IsNull()) {
    ConfigReader text = reader.Child("text_config");
    fields.text = ReadTextFields(text);
    text.Ignore({"vision_config", "image_token_id", "video_token_id", "vision_start_token_id",
                 "vision_end_token_id", "vision_token_id"});
    CONFORMANCE_RETURN_IF_ERROR(text.Finish());
    // Beside it, the same fields of the whole are remains that nothing reads.
    reader.Ignore({"vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
                   "num_attention_heads", "num_key_value_heads", "max_position_embeddings", "hidden_act",
                   "rms_norm_eps", "use_cache", "rope_parameters", "rope_scaling", "rope_theta",
                   "sliding_window", "max_window_layers", "use_sliding_window", "layer_types",
                   "attention_dropout", "vision_token_id"});
  } else {
    fields.text = ReadTextFields(reader);
    reader.Ignore({"text_config", "vision_token_id"});
  }
  ConfigReader vision = reader.Child("vision_config");
  fields.vision = ReadQwen2VlVisionFields(vision);
  CONFORMANCE_RETURN_IF_ERROR(vision.Finish());
  fields.image_token_id = reader.Size("image_token_id", 151655, 0);
  fields.video_token_id = reader.Size("video_token_id", 151656, 0);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", false) || fields.text.tie_word_embeddings;
  // A processor's business.
  reader.Ignore({"vision_start_token_id", "vision_end_token_id"});
  // One kind of attention for both halves where the whole names one.
  if (const nn::AttentionKind kind = reader.Attention(); kind == nn::AttentionKind::kEager)
    fields.text.attention = fields.vision.attention = kind;
  if (fields.vision.hidden_size != fields.text.hidden_size)
    reader.Fail(Invalid("the tower's tokens are not as wide as the decoder's")
                    .With("key", "vision_config.hidden_size")
                    .With("found", std::to_string(fields.vision.hidden_size))
                    .With("wanted", std::to_string(fields.text.hidden_size)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  const auto named = [&](Error error) {
    return std::move(error).With("in", "text_config").With("file", file.string());
  };
  if (const Status heads = CheckHeads(fields.text); !heads.ok()) return named(heads.error());
  auto rope = nn::MakeRopeTable(fields.text.rope);
  if (!rope.ok()) return named(std::move(rope).error());
  return nn::MakeModel<Qwen2VlForConditionalGeneration>(
      config, fields, std::move(*rope),
      nn::ModelTraits{.model_type = "qwen2_vl",
                      .task = "image-text-to-text",
                      .base_model_prefix = "model",
                      .generates = true,
                      .ignored_keys = {"*rotary_emb.inv_freq", "*rotary_pos_emb.inv_freq"},
                      // Files have the names that the decoder had before it stood beside the tower.
                      .renamed_keys = {{"model.layers.", "model.language_model.layers."},
                                       {"model.embed_tokens.", "model.language_model.embed_tokens."},
                                       {"model.norm.", "model.language_model.norm."},
                                       {"visual.", "model.visual."}},
                      .generation = {.encoded = {"pixel_values", "image_grid_thw", "pixel_values_videos",
                                                 "video_grid_thw", "mm_token_type_ids"}}});
}

}  // namespace

ModelClass Qwen2VlForConditionalGenerationClass() {
  return {"Qwen2VLForConditionalGeneration", "qwen2_vl", Make};
}

}  // namespace conformance::models
