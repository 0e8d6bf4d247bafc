#include "framework/models/qwen2_vl/vision.h"

#include <cmath>
#include <utility>

#include "framework/models/mlp.h"
#include "framework/nn/rope.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/cat.h"
#include "framework/ops/conv3d.h"
#include "framework/ops/cos.h"
#include "framework/ops/cumsum.h"
#include "framework/ops/equal.h"
#include "framework/ops/floor_divide.h"
#include "framework/ops/gelu.h"
#include "framework/ops/greater_equal.h"
#include "framework/ops/index_select.h"
#include "framework/ops/item.h"
#include "framework/ops/mul.h"
#include "framework/ops/permute.h"
#include "framework/ops/remainder.h"
#include "framework/ops/reshape.h"
#include "framework/ops/select.h"
#include "framework/ops/sin.h"
#include "framework/ops/stack.h"
#include "framework/ops/sub.h"
#include "framework/ops/sum.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unbind.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

ItemsOfSets PlaceInSets(OpContext& c, const Value& counts, const Value& order) {
  const Value ends = ops::Cumsum(c, counts, 0);
  const Value beyond = ops::GreaterEqual(c, ops::Unsqueeze(c, order, 1), ops::Unsqueeze(c, ends, 0));
  const Value set = ops::Sum(c, beyond, {1});
  const Value starts = ops::Sub(c, ends, counts);
  return {set, ops::Sub(c, order, ops::IndexSelect(c, starts, 0, set))};
}

class Qwen2VlVisionModel::PatchEmbed : public nn::Module {
 public:
  explicit PatchEmbed(const Qwen2VlVisionConfig& config)
      : Module("PatchEmbed"), config_(config), proj_(Add<Conv>("proj", config)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value patches = ops::View(
          c, hidden_states,
          {-1, config_.in_channels, config_.temporal_patch_size, config_.patch_size, config_.patch_size});
      return ops::View(c, proj_.Forward(c, patches), {-1, config_.embed_dim});
    });
  }

 private:
  /// One step for each patch.
  class Conv : public nn::Module {
   public:
    explicit Conv(const Qwen2VlVisionConfig& config)
        : Module("Conv3d"),
          kernel_({config.temporal_patch_size, config.patch_size, config.patch_size}),
          weight_(AddParameter("weight",
                               {config.embed_dim, config.in_channels, kernel_[0], kernel_[1], kernel_[2]})) {}

    Value Forward(OpContext& c, const Value& x) const {
      return Call(c, {{"input", x}}, [&] {
        const Value weight = Weight(c, weight_);
        return ops::Conv3d(c, ops::To(c, x, weight.dtype()), weight, {}, kernel_, {0, 0, 0}, {1, 1, 1}, 1);
      });
    }

   private:
    std::vector<int64_t> kernel_;
    nn::Parameter& weight_;
  };

  Qwen2VlVisionConfig config_;
  Conv& proj_;
};

/// Angles by height and by width, half of a head each.
class Qwen2VlVisionModel::Rotary : public nn::Module {
 public:
  explicit Rotary(const Qwen2VlVisionConfig& config)
      : Module("Qwen2VLVisionRotaryEmbedding"), inv_freq_(AddConstant("inv_freq", Frequencies(config))) {}

  /// position_ids [patches, 2] -> cosine and sine [patches, head_dim], f32 whatever the model's type.
  std::pair<Value, Value> Forward(OpContext& c, const Value& position_ids) const {
    const std::vector<Value> both = CallMulti(c, {{"position_ids", position_ids}}, [&] {
      const Value angles =
          ops::Mul(c, ops::To(c, ops::Unsqueeze(c, position_ids, -1), DType::kF32), Weight(c, inv_freq_));
      const auto spread = [&](const Value& x) {
        const Value half = ops::Cat(c, {ops::Select(c, x, 1, 0), ops::Select(c, x, 1, 1)}, -1);
        return ops::Cat(c, {half, half}, -1);
      };
      return std::vector<Value>{spread(ops::Cos(c, angles)), spread(ops::Sin(c, angles))};
    });
    if (both.size() == 2) return {both[0], both[1]};
    c.Fail(Invalid("a patch of " + class_name() + "::forward returned " + std::to_string(both.size()) +
                   " values, wanted 2"));
    return {Value::Poisoned(), Value::Poisoned()};
  }

 private:
  static Tensor Frequencies(const Qwen2VlVisionConfig& config) {
    const int64_t dim = config.head_dim() / 2;
    std::vector<float> frequencies;
    for (int64_t i = 0; i < dim; i += 2) {
      const float exponent = static_cast<float>(i) / static_cast<float>(dim);
      frequencies.push_back(1.0f / static_cast<float>(std::pow(double{static_cast<float>(config.rope_theta)},
                                                               double{exponent})));
    }
    return Tensor::Of<float>({static_cast<int64_t>(frequencies.size())}, frequencies);
  }

  nn::Parameter& inv_freq_;
};

namespace {

/// What all blocks share.
struct Step {
  nn::AttentionMask mask;  ///< [1, 1, patches, patches]
  Value cos, sin;          ///< [patches, 1, head_dim], f32
};

class VisionAttention : public nn::Module {
 public:
  explicit VisionAttention(const Qwen2VlVisionConfig& config)
      : Module("VisionAttention"),
        heads_(config.num_heads),
        head_dim_(config.head_dim()),
        qkv_(Add<nn::Linear>("qkv", config.embed_dim, 3 * config.embed_dim, true)),
        proj_(Add<nn::Linear>("proj", config.embed_dim, config.embed_dim, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const SymInt patches = hidden_states.size(0);
      const Value fused = ops::Reshape(c, qkv_.Forward(c, hidden_states), {patches, 3, heads_, head_dim_});
      const std::vector<Value> parts = ops::Unbind(c, ops::Permute(c, fused, {1, 0, 2, 3}), 0);
      if (c.failed()) return Value::Poisoned();
      const auto turned = [&](const Value& x) {
        return ops::To(c, nn::ApplyRotary(c, ops::To(c, x, DType::kF32), step.cos, step.sin), x.dtype());
      };
      const auto heads = [&](const Value& x) { return ops::Unsqueeze(c, ops::Transpose(c, x, 0, 1), 0); };
      const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim_));
      const Value attended = nn::Attend(c, heads(turned(parts[0])), heads(turned(parts[1])), heads(parts[2]),
                                        step.mask, scale, heads_, heads_, {.softmax = true});
      return proj_.Forward(c, ops::Reshape(c, attended, {patches, heads_ * head_dim_}));
    });
  }

 private:
  int64_t heads_, head_dim_;
  nn::Linear& qkv_;
  nn::Linear& proj_;
};

}  // namespace

class Qwen2VlVisionBlock : public nn::Module {
 public:
  explicit Qwen2VlVisionBlock(const Qwen2VlVisionConfig& config)
      : Module("Qwen2VLVisionBlock"),
        norm1_(Add<nn::LayerNorm>("norm1", config.embed_dim, 1e-6)),
        norm2_(Add<nn::LayerNorm>("norm2", config.embed_dim, 1e-6)),
        attn_(Add<VisionAttention>("attn", config)),
        mlp_(Add<Mlp>("mlp", "VisionMlp", config.embed_dim, config.inner, config.hidden_act, MlpNames{"act", "x"})) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value attended =
          ops::Add(c, hidden_states, attn_.Forward(c, norm1_.Forward(c, hidden_states), step));
      return ops::Add(c, attended, mlp_.Forward(c, norm2_.Forward(c, attended)));
    });
  }

 private:
  nn::LayerNorm& norm1_;
  nn::LayerNorm& norm2_;
  VisionAttention& attn_;
  Mlp& mlp_;
};

/// Squares of patches, one token each.
class Qwen2VlPatchMerger : public nn::Module {
 public:
  explicit Qwen2VlPatchMerger(const Qwen2VlVisionConfig& config)
      : Module("PatchMerger"),
        width_(config.embed_dim * config.merged()),
        ln_q_(Add<nn::LayerNorm>("ln_q", config.embed_dim, 1e-6)),
        first_(Add<nn::Linear>("mlp.0", width_, width_, true)),
        last_(Add<nn::Linear>("mlp.2", width_, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"x", x}}, [&] {
      const Value squares = ops::View(c, ln_q_.Forward(c, x), {-1, width_});
      return last_.Forward(c, ops::Gelu(c, first_.Forward(c, squares)));
    });
  }

 private:
  int64_t width_;
  nn::LayerNorm& ln_q_;
  nn::Linear& first_;
  nn::Linear& last_;
};

Qwen2VlVisionModel::Qwen2VlVisionModel(const Qwen2VlVisionConfig& config)
    : Module("Qwen2VisionTransformerPretrainedModel"),
      config_(config),
      patch_embed_(Add<PatchEmbed>("patch_embed", config)),
      rotary_pos_emb_(Add<Rotary>("rotary_pos_emb", config)) {
  for (int64_t i = 0; i < config.depth; ++i)
    blocks_.push_back(&Add<Qwen2VlVisionBlock>("blocks." + std::to_string(i), config));
  merger_ = &Add<Qwen2VlPatchMerger>("merger", config);
}

Qwen2VlVisionModel::~Qwen2VlVisionModel() = default;

Qwen2VlVisionModel::Output Qwen2VlVisionModel::Forward(OpContext& c, const Value& pixel_values,
                                                       const Value& grid_thw) const {
  const std::vector<Value> both =
      CallMulti(c, {{"hidden_states", pixel_values}, {"grid_thw", grid_thw}}, [&] {
        const SymInt patches = pixel_values.size(0);
        const auto column = [&](int64_t index) { return ops::Select(c, grid_thw, 1, index); };
        const Value frame = ops::Mul(c, column(1), column(2));
        const Value counts = ops::Mul(c, column(0), frame);
        c.Assert(Eq(ops::Item(c, ops::Sum(c, counts)), patches), "as many patches as grid_thw says");

        // Where each patch stands in its frame: squares row by row, and patches row by row in each square.
        const int64_t merge = config_.spatial_merge_size;
        const ItemsOfSets items = PlaceInSets(c, counts, ops::Arange(c, patches));
        const auto of_image = [&](const Value& x) { return ops::IndexSelect(c, x, 0, items.set); };
        const Value frame_patches = of_image(frame);
        const Value squares_across = ops::FloorDivide(c, of_image(column(2)), merge);
        const Value within = ops::Remainder(c, items.place, frame_patches);
        const Value square = ops::FloorDivide(c, within, merge * merge);
        const Value row = ops::Add(c, ops::Mul(c, ops::FloorDivide(c, square, squares_across), merge),
                                   ops::Remainder(c, ops::FloorDivide(c, within, merge), merge));
        const Value col = ops::Add(c, ops::Mul(c, ops::Remainder(c, square, squares_across), merge),
                                   ops::Remainder(c, within, merge));
        const auto [cos, sin] = rotary_pos_emb_.Forward(c, ops::Stack(c, {row, col}, -1));

        // A patch looks at its own frame alone: at those whose frame starts where its own does.
        const Value start = ops::Sub(c, ops::Arange(c, patches), within);
        const Value together = ops::Equal(c, ops::Unsqueeze(c, start, 1), ops::Unsqueeze(c, start, 0));
        Step step;
        step.mask = {ops::Unsqueeze(c, ops::Unsqueeze(c, together, 0), 0), false, config_.attention};
        Value hidden = patch_embed_.Forward(c, pixel_values);
        if (c.failed()) return std::vector<Value>{Value::Poisoned(), Value::Poisoned()};
        if (config_.attention == nn::AttentionKind::kEager)
          step.mask.mask = nn::MaskAsAddend(c, step.mask.mask, hidden.dtype());
        step.cos = ops::Unsqueeze(c, cos, -2);
        step.sin = ops::Unsqueeze(c, sin, -2);
        for (const Qwen2VlVisionBlock* block : blocks_) hidden = block->Forward(c, hidden, step);
        return std::vector<Value>{hidden, merger_->Forward(c, hidden)};
      });
  return {both.front(), both.back()};
}

Qwen2VlVisionConfig ReadQwen2VlVisionFields(ConfigReader& reader) {
  reader.Alias("num_heads", "num_attention_heads");
  reader.Alias("depth", "num_hidden_layers");
  Qwen2VlVisionConfig fields;
  fields.depth = reader.Layers("depth", 32);
  fields.embed_dim = reader.Size("embed_dim", 1280, 1, ConfigReader::kLongestTable);
  fields.hidden_size = reader.Size("hidden_size", 3584, 1, ConfigReader::kLongestTable);
  fields.hidden_act = reader.ActivationName("hidden_act", "quick_gelu");
  fields.inner = fields.embed_dim * reader.Size("mlp_ratio", 4, 1, 1024);
  fields.num_heads = reader.Size("num_heads", 16);
  fields.in_channels = reader.Size("in_channels", 3, 1, 1024);
  fields.patch_size = reader.Size("patch_size", 14, 1, 1024);
  fields.spatial_merge_size = reader.Size("spatial_merge_size", 2, 1, 64);
  fields.temporal_patch_size = reader.Size("temporal_patch_size", 2, 1, 64);
  fields.attention = reader.Attention();
  // Its kind is "axial", which the class alone has.
  ConfigReader rope = reader.Child("rope_parameters");
  const std::string kind = rope.Text("rope_type", "axial");
  if (kind != "axial")
    rope.Fail(Unsupported("the tower has axial rotary embedding only")
                  .With("key", "rope_type")
                  .With("found", kind)
                  .With("wanted", "axial"));
  fields.rope_theta = rope.Number("rope_theta", 10000.0);
  if (!(fields.rope_theta > 0)) rope.Fail(Invalid("rope_theta is not positive").With("key", "rope_theta"));
  if (const Status status = rope.Finish(); !status.ok()) reader.Fail(Error(status.error()));
  reader.Ignore({"in_chans", "spatial_patch_size", "rope_theta", "output_hidden_states"});
  if (fields.embed_dim % fields.num_heads != 0 || fields.head_dim() % 4 != 0)
    reader.Fail(
        Invalid("heads are no multiples of 4, half of which turns by height and half by width")
            .With("key", "num_heads")
            .With("found", std::to_string(fields.num_heads))
            .With("wanted", "embed_dim / num_heads a multiple of 4, of " + std::to_string(fields.embed_dim)));
  if (fields.embed_dim * fields.merged() > ConfigReader::kLongestTable)
    reader.Fail(Invalid("a square of patches is too wide")
                    .With("key", "spatial_merge_size")
                    .With("found", std::to_string(fields.spatial_merge_size)));
  return fields;
}

}  // namespace conformance::models
