#include "framework/models/vit/vit.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/models/config_reader.h"
#include "framework/models/image_layout.h"
#include "framework/models/mlp.h"
#include "framework/models/position_grid.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/expand.h"
#include "framework/ops/flatten.h"
#include "framework/ops/select.h"
#include "framework/ops/slice.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/view.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct VitConfig {
  int64_t hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, head_dim;
  int64_t num_channels, num_labels;
  std::pair<int64_t, int64_t> image_size, patch_size;
  std::string hidden_act;
  double layer_norm_eps;
  bool qkv_bias, output_hidden_states;
  nn::AttentionKind attention;

  int64_t patches() const {
    return (image_size.first / patch_size.first) * (image_size.second / patch_size.second);
  }
};

class VitPatchEmbeddings : public nn::Module {
 public:
  explicit VitPatchEmbeddings(const VitConfig& config)
      : Module("ViTPatchEmbeddings"),
        projection_(Add<nn::Conv2d>(
            "projection", config.num_channels, config.hidden_size, config.patch_size,
            nn::Conv2d::Options{.stride = {config.patch_size.first, config.patch_size.second}})) {}

  /// [batch, channels, h, w] -> [batch, patches, hidden].
  Value Forward(OpContext& c, const Value& pixel_values) const {
    return Call(c, {{"pixel_values", pixel_values}}, [&] {
      return ops::Transpose(c, ops::Flatten(c, projection_.Forward(c, pixel_values), 2), 1, 2);
    });
  }

 private:
  nn::Conv2d& projection_;
};

class VitEmbeddings : public nn::Module {
 public:
  explicit VitEmbeddings(const VitConfig& config)
      : Module("ViTEmbeddings"),
        image_size_(config.image_size),
        patch_size_(config.patch_size),
        patches_(config.patches()),
        cls_token_(AddParameter("cls_token", {1, 1, config.hidden_size})),
        position_embeddings_(
            AddParameter("position_embeddings", {1, config.patches() + 1, config.hidden_size})),
        patch_embeddings_(Add<VitPatchEmbeddings>("patch_embeddings", config)) {}

  /// With `interpolate` the table of positions is stretched to an image of any size.
  Value Forward(OpContext& c, const Value& pixel_values, bool interpolate) const {
    return Call(c, {{"pixel_values", pixel_values}}, [&] {
      const Value image = ops::To(c, pixel_values, cls_token_.dtype());
      if (!interpolate) CheckSize(c, image);
      const Value patches = patch_embeddings_.Forward(c, image);
      if (c.failed()) return Value::Poisoned();
      const Value token = ops::Expand(c, Weight(c, cls_token_), {pixel_values.size(0), -1, -1});
      const Value rows = ops::Cat(c, {token, patches}, 1);
      return ops::Add(c, rows, interpolate ? Interpolated(c, image) : Weight(c, position_embeddings_));
    });
  }

 private:
  void CheckSize(OpContext& c, const Value& image) const {
    for (const auto& [axis, wanted] : {std::pair{2, image_size_.first}, {3, image_size_.second}})
      if (!c.Guard(Eq(image.size(axis), wanted), "the image has the size of the position table") &&
          !c.failed())
        c.Fail(ShapeError("the image has another size than the model; interpolate_pos_encoding takes any")
                   .With("found", ops::Describe(image.meta()))
                   .With("wanted", std::to_string(image_size_.first) + " by " +
                                       std::to_string(image_size_.second)));
  }

  Value Interpolated(OpContext& c, const Value& image) const {
    const Value table = Weight(c, position_embeddings_);
    const Value stretched = StretchPositions(c, ops::Slice(c, table, 1, 1), patches_, patch_size_, image);
    return ops::Cat(c, {ops::Slice(c, table, 1, 0, 1), stretched}, 1);
  }

  std::pair<int64_t, int64_t> image_size_, patch_size_;
  int64_t patches_;
  nn::Parameter& cls_token_;
  nn::Parameter& position_embeddings_;
  VitPatchEmbeddings& patch_embeddings_;
};

class VitAttention : public nn::Module {
 public:
  explicit VitAttention(const VitConfig& config)
      : Module("ViTAttention"),
        heads_(config.num_attention_heads),
        head_dim_(config.head_dim),
        q_proj_(Add<nn::Linear>("q_proj", config.hidden_size, heads_ * head_dim_, config.qkv_bias)),
        k_proj_(Add<nn::Linear>("k_proj", config.hidden_size, heads_ * head_dim_, config.qkv_bias)),
        v_proj_(Add<nn::Linear>("v_proj", config.hidden_size, heads_ * head_dim_, config.qkv_bias)),
        o_proj_(Add<nn::Linear>("o_proj", heads_ * head_dim_, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const nn::AttentionMask& mask) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value q = nn::SplitHeads(c, q_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const Value k = nn::SplitHeads(c, k_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const Value v = nn::SplitHeads(c, v_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim_));
      return o_proj_.Forward(c, nn::Attend(c, q, k, v, mask, scale, heads_, heads_, {.softmax = true}));
    });
  }

 private:
  int64_t heads_, head_dim_;
  nn::Linear& q_proj_;
  nn::Linear& k_proj_;
  nn::Linear& v_proj_;
  nn::Linear& o_proj_;
};

class VitLayer : public nn::Module {
 public:
  explicit VitLayer(const VitConfig& config)
      : Module("ViTLayer"),
        attention_(Add<VitAttention>("attention", config)),
        layernorm_before_(Add<nn::LayerNorm>("layernorm_before", config.hidden_size, config.layer_norm_eps)),
        layernorm_after_(Add<nn::LayerNorm>("layernorm_after", config.hidden_size, config.layer_norm_eps)),
        mlp_(Add<Mlp>("mlp", "ViTMLP", config.hidden_size, config.intermediate_size, config.hidden_act)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const nn::AttentionMask& mask) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value attended = ops::Add(
          c, attention_.Forward(c, layernorm_before_.Forward(c, hidden_states), mask), hidden_states);
      return ops::Add(c, mlp_.Forward(c, layernorm_after_.Forward(c, attended)), attended);
    });
  }

 private:
  VitAttention& attention_;
  nn::LayerNorm& layernorm_before_;
  nn::LayerNorm& layernorm_after_;
  Mlp& mlp_;
};

/// The base model without a pooling layer.
class VitModel : public nn::Module {
 public:
  explicit VitModel(const VitConfig& config)
      : Module("ViTModel"),
        attention_(config.attention),
        embeddings_(Add<VitEmbeddings>("embeddings", config)),
        layernorm_(MakeLayers(config)) {}

  /// Normalised rows [batch, patches + 1, hidden]; the states before, the embeddings first, go to `hidden_states`.
  Value Forward(OpContext& c, const Value& pixel_values, const Value& attention_mask, bool interpolate,
                std::vector<Tree>& hidden_states) const {
    NamedValues inputs = {{"pixel_values", pixel_values}};
    if (attention_mask.defined()) inputs.emplace_back("attention_mask", attention_mask);
    return Call(c, inputs, [&] {
      Value hidden = embeddings_.Forward(c, pixel_values, interpolate);
      const nn::AttentionMask mask = nn::MakeAttentionMask(
          c, {.embeds = hidden, .attention_mask = attention_mask, .causal = false, .kind = attention_});
      hidden_states.emplace_back(hidden);
      for (const VitLayer* layer : layers_) {
        hidden = layer->Forward(c, hidden, mask);
        hidden_states.emplace_back(hidden);
      }
      return layernorm_.Forward(c, hidden);
    });
  }

 private:
  nn::LayerNorm& MakeLayers(const VitConfig& config) {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i)
      layers_.push_back(&Add<VitLayer>("layers." + std::to_string(i), config));
    return Add<nn::LayerNorm>("layernorm", config.hidden_size, config.layer_norm_eps);
  }

  nn::AttentionKind attention_;
  VitEmbeddings& embeddings_;
  std::vector<const VitLayer*> layers_;
  nn::LayerNorm& layernorm_;
};

class VitForImageClassification : public nn::Model {
 public:
  VitForImageClassification(Json config, const VitConfig& fields, nn::ModelTraits traits)
      : Model("ViTForImageClassification", std::move(config), std::move(traits)),
        fields_(fields),
        vit_(Add<VitModel>("vit", fields)) {
    if (fields.num_labels > 0)
      classifier_ = &Add<nn::Linear>("classifier", fields.hidden_size, fields.num_labels, true);
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value pixel_values = arguments.Tensor("pixel_values", 4);
    const Value attention_mask = arguments.Tensor("attention_mask");
    const bool interpolate = arguments.Flag("interpolate_pos_encoding", false);
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    nn::ReadCommonArguments(arguments);
    arguments.Required(pixel_values, "pixel_values");
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      std::vector<Tree> hidden_states;
      const Value rows = vit_.Forward(c, pixel_values, attention_mask, interpolate, hidden_states);
      const Value first = ops::Select(c, rows, 1, 0);
      Tree output = Tree::Dict({{"logits", classifier_ ? classifier_->Forward(c, first) : first}},
                               "ImageClassifierOutput");
      if (output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override { return LayoutFor(use, {}); }

  Result<nn::InputLayout> LayoutFor(std::string_view use, const Json& kwargs) const override {
    const Json* interpolate = kwargs.Find("interpolate_pos_encoding");
    CONFORMANCE_TRY(nn::InputLayout layout,
                    ImageLayout({.channels = fields_.num_channels,
                                 .image_size = fields_.image_size,
                                 .min_size = fields_.patch_size,
                                 .dynamic = interpolate && interpolate->IsBool() && interpolate->AsBool()},
                                use));
    // One element for each patch and the class token.
    const auto patches = [&](size_t axis, int64_t patch) {
      return FloorDiv(layout.inputs[0].sizes[axis], patch);
    };
    layout.optional = {{"attention_mask",
                        DType::kI64,
                        {SymInt::Symbol("batch"),
                         patches(2, fields_.patch_size.first) * patches(3, fields_.patch_size.second) + 1},
                        nn::Fill::kAttentionMask}};
    return layout;
  }

 private:
  VitConfig fields_;
  VitModel& vit_;
  nn::Linear* classifier_ = nullptr;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "ViTForImageClassification", file);
  VitConfig fields;
  fields.hidden_size = reader.Size("hidden_size", 768, 1, ConfigReader::kLongestTable);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 12);
  fields.num_attention_heads = reader.Size("num_attention_heads", 12, 1, ConfigReader::kLongestTable);
  fields.intermediate_size = reader.Size("intermediate_size", 3072);
  fields.head_dim = reader.Size("head_dim", std::max<int64_t>(fields.hidden_size / fields.num_attention_heads, 1), 1,
                                ConfigReader::kLongestTable);
  fields.num_channels = reader.Size("num_channels", 3, 1, 1024);
  fields.image_size = reader.HeightAndWidth("image_size", 224);
  fields.patch_size = reader.HeightAndWidth("patch_size", 16);
  fields.num_labels = reader.Labels();
  fields.hidden_act = reader.ActivationName("hidden_act", "gelu");
  fields.layer_norm_eps = reader.Number("layer_norm_eps", 1e-12);
  fields.qkv_bias = reader.Flag("qkv_bias", true);
  fields.attention = reader.Attention();
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  // Of the pooling layer and the masked-image head, which other classes have.
  reader.Ignore({"encoder_stride", "pooler_act", "pooler_output_size", "hidden_dropout_prob",
                 "attention_probs_dropout_prob", "tie_word_embeddings"});
  const auto fail = [&](std::string message, std::string key, int64_t found) {
    reader.Fail(Invalid(std::move(message)).With("key", std::move(key)).With("found", std::to_string(found)));
  };
  if (fields.num_attention_heads > fields.hidden_size && config.Find("head_dim") == nullptr)
    fail("there are more heads than hidden_size", "num_attention_heads", fields.num_attention_heads);
  if (fields.patch_size.first > fields.image_size.first || fields.patch_size.second > fields.image_size.second)
    fail("patch_size is above image_size", "patch_size", fields.patch_size.first);
  if (fields.patches() + 1 > ConfigReader::kLongestTable)
    fail("an image has too many patches", "image_size", fields.image_size.first);
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<VitForImageClassification>(
      config, fields,
      nn::ModelTraits{.model_type = "vit",
                      .task = "image-classification",
                      .base_model_prefix = "vit",
                      .generates = false,
                      .ignored_keys = {"*pooler.dense.weight", "*pooler.dense.bias"},
                      .renamed_keys = {{"encoder.layer.", "layers."},
                                       {"attention.attention.query", "attention.q_proj"},
                                       {"attention.attention.key", "attention.k_proj"},
                                       {"attention.attention.value", "attention.v_proj"},
                                       {"attention.output.dense", "attention.o_proj"},
                                       {"intermediate.dense", "mlp.fc1"},
                                       {"output.dense", "mlp.fc2"}}});
}

}  // namespace

ModelClass VitForImageClassificationClass() { return {"ViTForImageClassification", "vit", Make}; }

}  // namespace conformance::models
