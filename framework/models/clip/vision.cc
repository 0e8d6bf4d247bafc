#include "framework/models/clip/vision.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "framework/models/mlp.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/expand.h"
#include "framework/ops/flatten.h"
#include "framework/ops/select.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

class ClipVisionEmbeddings : public nn::Module {
 public:
  explicit ClipVisionEmbeddings(const ClipVisionConfig& config)
      : Module("CLIPVisionEmbeddings"),
        image_size_(config.image_size),
        class_embedding_(AddParameter("class_embedding", {config.hidden_size})),
        position_ids_(AddConstant("position_ids", Positions(config.patches() + 1))),
        patch_embedding_(Add<nn::Conv2d>(
            "patch_embedding", config.num_channels, config.hidden_size,
            std::pair{config.patch_size, config.patch_size},
            nn::Conv2d::Options{.stride = {config.patch_size, config.patch_size}, .bias = false})),
        position_embedding_(
            Add<nn::Embedding>("position_embedding", config.patches() + 1, config.hidden_size)) {}

  Value Forward(OpContext& c, const Value& pixel_values) const {
    return Call(c, {{"pixel_values", pixel_values}}, [&] {
      for (const int64_t axis : {2, 3})
        if (!c.Guard(Eq(pixel_values.size(axis), image_size_),
                     "the image has the size of the position table") &&
            !c.failed())
          c.Fail(ShapeError("the image has another size than the model")
                     .With("found", ops::Describe(pixel_values.meta()))
                     .With("wanted", std::to_string(image_size_) + " in both directions"));
      const Value patches = patch_embedding_.Forward(c, ops::To(c, pixel_values, class_embedding_.dtype()));
      const Value rows = ops::Transpose(c, ops::Flatten(c, patches, 2), 1, 2);
      if (c.failed()) return Value::Poisoned();
      const Value first = ops::Expand(c, Weight(c, class_embedding_), {pixel_values.size(0), 1, -1});
      return ops::Add(c, ops::Cat(c, {first, rows}, 1),
                      position_embedding_.Forward(c, Weight(c, position_ids_)));
    });
  }

 private:
  static Tensor Positions(int64_t count) {
    std::vector<int64_t> positions(static_cast<size_t>(count));
    std::iota(positions.begin(), positions.end(), int64_t{0});
    return Tensor::Of<int64_t>({1, count}, positions);
  }

  int64_t image_size_;
  nn::Parameter& class_embedding_;
  nn::Parameter& position_ids_;
  nn::Conv2d& patch_embedding_;
  nn::Embedding& position_embedding_;
};

namespace {

class ClipAttention : public nn::Module {
 public:
  explicit ClipAttention(const ClipVisionConfig& config)
      : Module("CLIPAttention"),
        heads_(config.num_attention_heads),
        head_dim_(config.hidden_size / config.num_attention_heads),
        kind_(config.attention),
        k_proj_(Add<nn::Linear>("k_proj", config.hidden_size, config.hidden_size, true)),
        v_proj_(Add<nn::Linear>("v_proj", config.hidden_size, config.hidden_size, true)),
        q_proj_(Add<nn::Linear>("q_proj", config.hidden_size, config.hidden_size, true)),
        out_proj_(Add<nn::Linear>("out_proj", config.hidden_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value q = nn::SplitHeads(c, q_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const Value k = nn::SplitHeads(c, k_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const Value v = nn::SplitHeads(c, v_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim_));
      return out_proj_.Forward(
          c, nn::Attend(c, q, k, v, {{}, false, kind_}, scale, heads_, heads_, {.softmax = true}));
    });
  }

 private:
  int64_t heads_, head_dim_;
  nn::AttentionKind kind_;
  nn::Linear& k_proj_;
  nn::Linear& v_proj_;
  nn::Linear& q_proj_;
  nn::Linear& out_proj_;
};

class ClipEncoderLayer : public nn::Module {
 public:
  explicit ClipEncoderLayer(const ClipVisionConfig& config)
      : Module("CLIPEncoderLayer"),
        self_attn_(Add<ClipAttention>("self_attn", config)),
        layer_norm1_(Add<nn::LayerNorm>("layer_norm1", config.hidden_size, config.layer_norm_eps)),
        mlp_(Add<Mlp>("mlp", "CLIPMLP", config.hidden_size, config.intermediate_size, config.hidden_act)),
        layer_norm2_(Add<nn::LayerNorm>("layer_norm2", config.hidden_size, config.layer_norm_eps)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value attended =
          ops::Add(c, hidden_states, self_attn_.Forward(c, layer_norm1_.Forward(c, hidden_states)));
      return ops::Add(c, attended, mlp_.Forward(c, layer_norm2_.Forward(c, attended)));
    });
  }

 private:
  ClipAttention& self_attn_;
  nn::LayerNorm& layer_norm1_;
  Mlp& mlp_;
  nn::LayerNorm& layer_norm2_;
};

}  // namespace

class ClipEncoder : public nn::Module {
 public:
  explicit ClipEncoder(const ClipVisionConfig& config) : Module("CLIPEncoder") {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i)
      layers_.push_back(&Add<ClipEncoderLayer>("layers." + std::to_string(i), config));
  }

  Value Forward(OpContext& c, const Value& embeddings, std::vector<Value>& hidden_states) const {
    return Call(c, {{"inputs_embeds", embeddings}}, [&] {
      hidden_states.push_back(embeddings);
      for (const ClipEncoderLayer* layer : layers_)
        hidden_states.push_back(layer->Forward(c, hidden_states.back()));
      return hidden_states.back();
    });
  }

 private:
  std::vector<ClipEncoderLayer*> layers_;
};

ClipVisionConfig ReadClipVisionFields(ConfigReader& reader) {
  ClipVisionConfig fields;
  fields.hidden_size = reader.Size("hidden_size", 768, 1, ConfigReader::kLongestTable);
  fields.intermediate_size = reader.Size("intermediate_size", 3072);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 12);
  fields.num_attention_heads = reader.Size("num_attention_heads", 12);
  fields.num_channels = reader.Size("num_channels", 3, 1, 1024);
  fields.image_size = reader.Size("image_size", 224, 1, 1 << 14);
  fields.patch_size = reader.Size("patch_size", 32, 1, 1 << 14);
  fields.hidden_act = reader.ActivationName("hidden_act", "quick_gelu");
  fields.layer_norm_eps = reader.Number("layer_norm_eps", 1e-5);
  fields.attention = reader.Attention();
  // The projection belongs to classes with a head; a text model's fields were written into older files.
  reader.Ignore({"projection_dim", "attention_dropout", "dropout", "vocab_size", "output_hidden_states"});
  if (fields.patch_size > fields.image_size)
    reader.Fail(Invalid("patch_size is above image_size")
                    .With("key", "patch_size")
                    .With("found", std::to_string(fields.patch_size)));
  if (fields.patches() + 1 > ConfigReader::kLongestTable)
    reader.Fail(Invalid("an image has too many patches")
                    .With("key", "image_size")
                    .With("found", std::to_string(fields.image_size)));
  if (fields.hidden_size % fields.num_attention_heads != 0)
    reader.Fail(Invalid("hidden_size is no multiple of num_attention_heads")
                    .With("key", "num_attention_heads")
                    .With("found", std::to_string(fields.num_attention_heads))
                    .With("wanted", "a divisor of " + std::to_string(fields.hidden_size)));
  return fields;
}

ClipVisionModel::ClipVisionModel(const ClipVisionConfig& config)
    : Module("CLIPVisionModel"),
      embeddings_(Add<ClipVisionEmbeddings>("embeddings", config)),
      pre_layrnorm_(Add<nn::LayerNorm>("pre_layrnorm", config.hidden_size, config.layer_norm_eps)),
      encoder_(Add<ClipEncoder>("encoder", config)),
      post_layernorm_(Add<nn::LayerNorm>("post_layernorm", config.hidden_size, config.layer_norm_eps)) {}

ClipVisionModel::~ClipVisionModel() = default;

ClipVisionModel::Output ClipVisionModel::Forward(OpContext& c, const Value& pixel_values) const {
  Output output;
  const std::vector<Value> both = CallMulti(c, {{"pixel_values", pixel_values}}, [&] {
    const Value embeddings = pre_layrnorm_.Forward(c, embeddings_.Forward(c, pixel_values));
    const Value last = encoder_.Forward(c, embeddings, output.hidden_states);
    return std::vector<Value>{last, post_layernorm_.Forward(c, ops::Select(c, last, 1, 0))};
  });
  output.last_hidden_state = both.front();
  output.pooler_output = both.back();
  return output;
}

}  // namespace conformance::models
