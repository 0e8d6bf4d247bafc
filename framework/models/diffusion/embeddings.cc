#include "framework/models/diffusion/embeddings.h"

#include <cmath>
#include <numbers>

#include "framework/models/diffusion/resnet_block.h"
#include "framework/nn/attention.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/cat.h"
#include "framework/ops/cos.h"
#include "framework/ops/div.h"
#include "framework/ops/exp.h"
#include "framework/ops/matmul.h"
#include "framework/ops/mean.h"
#include "framework/ops/mul.h"
#include "framework/ops/pad.h"
#include "framework/ops/reshape.h"
#include "framework/ops/select.h"
#include "framework/ops/silu.h"
#include "framework/ops/sin.h"
#include "framework/ops/softmax.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

namespace {

constexpr double kMaxPeriod = 10000.0;
constexpr int64_t kTokensOfImage = 32;           ///< ImageProjection's num_image_text_embeds
constexpr int64_t kTokensOfImageBesideText = 10;  ///< TextImageProjection's

Value SinesAndCosines(OpContext& c, const Value& x, bool cosines_first) {
  const Value sin = ops::Sin(c, x), cos = ops::Cos(c, x);
  return cosines_first ? ops::Cat(c, {cos, sin}, -1) : ops::Cat(c, {sin, cos}, -1);
}

}  // namespace

Timesteps::Timesteps(int64_t channels, bool flip_sin_to_cos, double freq_shift)
    : Module("Timesteps"), channels_(channels), flip_sin_to_cos_(flip_sin_to_cos), freq_shift_(freq_shift) {}

Value Timesteps::Forward(OpContext& c, const Value& timesteps) const {
  return Call(c, {{"timesteps", timesteps}}, [&] {
    const int64_t half = channels_ / 2;
    Value exponent = ops::Mul(c, ops::Arange(c, half, DType::kF32), -std::log(kMaxPeriod));
    exponent = ops::Div(c, exponent, static_cast<double>(half) - freq_shift_);
    const Value steps = ops::To(c, ops::Unsqueeze(c, timesteps, 1), DType::kF32);
    const Value angles = ops::Mul(c, steps, ops::Unsqueeze(c, ops::Exp(c, exponent), 0));
    const Value y = SinesAndCosines(c, angles, flip_sin_to_cos_);
    return channels_ % 2 == 1 ? ops::Pad(c, y, {0, 1, 0, 0}) : y;
  });
}

GaussianFourierProjection::GaussianFourierProjection(int64_t size, bool flip_sin_to_cos)
    : Module("GaussianFourierProjection"), flip_sin_to_cos_(flip_sin_to_cos), weight_(AddParameter("weight", {size})) {}

Value GaussianFourierProjection::Forward(OpContext& c, const Value& x) const {
  return Call(c, {{"x", x}}, [&] {
    const Value product = ops::Mul(c, ops::Unsqueeze(c, x, 1), ops::Unsqueeze(c, Weight(c, weight_), 0));
    return SinesAndCosines(c, ops::Mul(c, ops::Mul(c, product, 2), std::numbers::pi), flip_sin_to_cos_);
  });
}

TimestepEmbedding::TimestepEmbedding(int64_t in, int64_t dim, const Options& options)
    : Module("TimestepEmbedding"),
      linear_1_(Add<nn::Linear>("linear_1", in, dim, true)),
      cond_proj_(options.cond_proj_dim ? &Add<nn::Linear>("cond_proj", *options.cond_proj_dim, in, false) : nullptr),
      act_(Add<nn::Activation>("act", options.act_fn)),
      linear_2_(Add<nn::Linear>("linear_2", dim, dim, true)),
      post_act_(options.post_act_fn ? &Add<nn::Activation>("post_act", *options.post_act_fn) : nullptr) {}

Value TimestepEmbedding::Forward(OpContext& c, const Value& sample, const Value& condition) const {
  nn::NamedValues inputs = {{"sample", sample}};
  if (condition.defined()) inputs.emplace_back("condition", condition);
  return Call(c, inputs, [&] {
    const Value both =
        condition.defined() && cond_proj_ ? ops::Add(c, sample, cond_proj_->Forward(c, condition)) : sample;
    const Value y = linear_2_.Forward(c, act_.Forward(c, linear_1_.Forward(c, both)));
    return post_act_ ? post_act_->Forward(c, y) : y;
  });
}

class AttentionPooling : public nn::Module {
 public:
  AttentionPooling(int64_t heads, int64_t dim)
      : Module("AttentionPooling"),
        heads_(heads),
        head_dim_(dim / heads),
        positional_embedding_(AddParameter("positional_embedding", {1, dim})),
        k_proj_(Add<nn::Linear>("k_proj", dim, dim, true)),
        q_proj_(Add<nn::Linear>("q_proj", dim, dim, true)),
        v_proj_(Add<nn::Linear>("v_proj", dim, dim, true)) {}

  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"x", x}}, [&] {
      const Value token = ops::Add(c, ops::Mean(c, x, {1}, /*keepdim=*/true), Weight(c, positional_embedding_));
      const Value rows = ops::Cat(c, {token, x}, 1);
      // Each of the two is scaled by the fourth root, which f16 bears better.
      const double scale = 1.0 / std::sqrt(std::sqrt(static_cast<double>(head_dim_)));
      const auto heads = [&](const Value& y) { return nn::SplitHeads(c, y, heads_, head_dim_); };
      const Value q = ops::Mul(c, heads(q_proj_.Forward(c, token)), scale);
      const Value k = ops::Mul(c, heads(k_proj_.Forward(c, rows)), scale);
      const Value v = heads(v_proj_.Forward(c, rows));
      const Value scores = ops::Matmul(c, q, ops::Transpose(c, k, 2, 3));
      const Value weights = ops::To(c, ops::Softmax(c, scores, -1, DType::kF32), x.dtype());
      const Value pooled = ops::Matmul(c, weights, v);  // [batch, heads, 1, head_dim]
      return ops::Reshape(c, pooled, {x.size(0), heads_ * head_dim_});
    });
  }

 private:
  int64_t heads_, head_dim_;
  nn::Parameter& positional_embedding_;
  nn::Linear& k_proj_;
  nn::Linear& q_proj_;
  nn::Linear& v_proj_;
};

TextTimeEmbedding::TextTimeEmbedding(int64_t dim, int64_t time_dim, int64_t heads)
    : Module("TextTimeEmbedding"),
      norm1_(Add<nn::LayerNorm>("norm1", dim, 1e-5)),
      pool_(Add<AttentionPooling>("pool", heads, dim)),
      proj_(Add<nn::Linear>("proj", dim, time_dim, true)),
      norm2_(Add<nn::LayerNorm>("norm2", time_dim, 1e-5)) {}

Value TextTimeEmbedding::Forward(OpContext& c, const Value& hidden_states) const {
  return Call(c, {{"hidden_states", hidden_states}}, [&] {
    return norm2_.Forward(c, proj_.Forward(c, pool_.Forward(c, norm1_.Forward(c, hidden_states))));
  });
}

TextImageTimeEmbedding::TextImageTimeEmbedding(int64_t text_dim, int64_t image_dim, int64_t time_dim)
    : Module("TextImageTimeEmbedding"),
      text_proj_(Add<nn::Linear>("text_proj", text_dim, time_dim, true)),
      text_norm_(Add<nn::LayerNorm>("text_norm", time_dim, 1e-5)),
      image_proj_(Add<nn::Linear>("image_proj", image_dim, time_dim, true)) {}

Value TextImageTimeEmbedding::Forward(OpContext& c, const Value& text_embeds, const Value& image_embeds) const {
  return Call(c, {{"text_embeds", text_embeds}, {"image_embeds", image_embeds}}, [&] {
    const Value text = text_norm_.Forward(c, text_proj_.Forward(c, text_embeds));
    return ops::Add(c, image_proj_.Forward(c, image_embeds), text);
  });
}

ImageTimeEmbedding::ImageTimeEmbedding(int64_t image_dim, int64_t time_dim)
    : Module("ImageTimeEmbedding"),
      image_proj_(Add<nn::Linear>("image_proj", image_dim, time_dim, true)),
      image_norm_(Add<nn::LayerNorm>("image_norm", time_dim, 1e-5)) {}

Value ImageTimeEmbedding::Forward(OpContext& c, const Value& image_embeds) const {
  return Call(c, {{"image_embeds", image_embeds}},
              [&] { return image_norm_.Forward(c, image_proj_.Forward(c, image_embeds)); });
}

ImageHintTimeEmbedding::ImageHintTimeEmbedding(int64_t image_dim, int64_t time_dim)
    : Module("ImageHintTimeEmbedding"),
      image_proj_(Add<nn::Linear>("image_proj", image_dim, time_dim, true)),
      image_norm_(Add<nn::LayerNorm>("image_norm", time_dim, 1e-5)) {
  struct Layer {
    int64_t in, out, stride;
  };
  constexpr Layer kLayers[] = {{3, 16, 1}, {16, 16, 1}, {16, 32, 2}, {32, 32, 1}, {32, 96, 2}, {96, 96, 1}, {96, 256, 2}, {256, 4, 1}};
  for (const Layer& layer : kLayers)  // with activations between, which count
    hint_block_.push_back(&Add<nn::Conv2d>("input_hint_block." + std::to_string(2 * hint_block_.size()), layer.in, layer.out,
                                           std::pair<int64_t, int64_t>{3, 3}, SquareConv(layer.stride, 1)));
}

std::pair<Value, Value> ImageHintTimeEmbedding::Forward(OpContext& c, const Value& image_embeds, const Value& hint) const {
  const std::vector<Value> both = CallMulti(c, {{"image_embeds", image_embeds}, {"hint", hint}}, [&]() -> std::vector<Value> {
    Value map = hint;
    for (size_t i = 0; i < hint_block_.size(); ++i) map = hint_block_[i]->Forward(c, i == 0 ? map : ops::Silu(c, map));
    return {image_norm_.Forward(c, image_proj_.Forward(c, image_embeds)), map};
  });
  return both.size() == 2 ? std::pair{both[0], both[1]} : std::pair{Value::Poisoned(), Value::Poisoned()};
}

ImageProjection::ImageProjection(int64_t in, int64_t out)
    : Module("ImageProjection"),
      image_embeds_(Add<nn::Linear>("image_embeds", in, kTokensOfImage * out, true)),
      norm_(Add<nn::LayerNorm>("norm", out, 1e-5)) {}

Value ImageProjection::Forward(OpContext& c, const Value& image_embeds) const {
  return Call(c, {{"image_embeds", image_embeds}}, [&] {
    const Value rows = image_embeds_.Forward(c, image_embeds);
    return norm_.Forward(c, ops::Reshape(c, rows, {image_embeds.size(0), kTokensOfImage, -1}));
  });
}

TextImageProjection::TextImageProjection(int64_t text_dim, int64_t image_dim, int64_t out)
    : Module("TextImageProjection"),
      image_embeds_(Add<nn::Linear>("image_embeds", image_dim, kTokensOfImageBesideText * out, true)),
      text_proj_(Add<nn::Linear>("text_proj", text_dim, out, true)) {}

Value TextImageProjection::Forward(OpContext& c, const Value& text_embeds, const Value& image_embeds) const {
  return Call(c, {{"text_embeds", text_embeds}, {"image_embeds", image_embeds}}, [&] {
    const Value image = ops::Reshape(c, image_embeds_.Forward(c, image_embeds),
                                     {text_embeds.size(0), kTokensOfImageBesideText, -1});
    return ops::Cat(c, {image, text_proj_.Forward(c, text_embeds)}, 1);
  });
}

}  // namespace conformance::models
