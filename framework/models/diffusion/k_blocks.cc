#include "framework/models/diffusion/k_blocks.h"

#include <algorithm>
#include <utility>

#include "framework/models/diffusion/attention.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/chunk.h"
#include "framework/ops/conv2d.h"
#include "framework/ops/conv_transpose.h"
#include "framework/ops/expand.h"
#include "framework/ops/group_norm.h"
#include "framework/ops/mul.h"
#include "framework/ops/pad.h"
#include "framework/ops/permute.h"
#include "framework/ops/reshape.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {

using nn::Tree;
using ops::OpContext;
using ops::Value;

namespace {

constexpr std::pair<int64_t, int64_t> kPoint = {1, 1};
constexpr std::pair<int64_t, int64_t> kThree = {3, 3};
constexpr double kNormEps = 1e-5;  ///< of norms before attention, whatever the model's is

/// The product of (1, 3, 3, 1) / 8 · `gain` with itself, [4, 4].
Tensor Kernel(float gain) {
  const float row[] = {gain / 8, gain * 3 / 8, gain * 3 / 8, gain / 8};
  std::vector<float> elements;
  for (const float a : row)
    for (const float b : row) elements.push_back(a * b);
  return Tensor::Of<float>({4, 4}, elements);
}

/// The kernel for each channel of `x` by itself, [channels, 1, 4, 4], in the type of x.
Value OfEachChannel(OpContext& c, const Value& kernel, const Value& x) {
  const Value one = ops::Unsqueeze(c, ops::Unsqueeze(c, ops::To(c, kernel, x.dtype()), 0), 0);
  return ops::Expand(c, one, {x.size(1), 1, 4, 4});
}

int64_t ChannelsOf(const Value& x) { return x.size(1).constant(); }

nn::NamedValues Described(const Value& hidden_states, const Value& temb, const Conditioning& conditioning) {
  nn::NamedValues inputs = {{"hidden_states", hidden_states}, {"temb", temb}};
  if (conditioning.encoder_hidden_states.defined())
    inputs.emplace_back("encoder_hidden_states", conditioning.encoder_hidden_states);
  return inputs;
}

/// Normalisation over groups whose scale and shift come from the time embedding. Source: diffusers.models.normalization.AdaGroupNorm.
class AdaGroupNorm : public nn::Module {
 public:
  AdaGroupNorm(int64_t temb_channels, int64_t channels, int64_t groups, double eps)
      : Module("AdaGroupNorm"), groups_(groups), eps_(eps), linear_(Add<nn::Linear>("linear", temb_channels, 2 * channels, true)) {}

  Value Forward(OpContext& c, const Value& x, const Value& temb) const {
    return Call(c, {{"x", x}, {"emb", temb}}, [&] {
      const Value both = ops::Unsqueeze(c, ops::Unsqueeze(c, linear_.Forward(c, temb), 2), 3);
      const std::vector<Value> parts = ops::Chunk(c, both, 2, 1);
      if (parts.size() != 2) return Value::Poisoned();
      const Value normed = ops::GroupNorm(c, x, groups_, {}, {}, eps_);
      return ops::Add(c, ops::Mul(c, normed, ops::Add(c, parts[0], 1)), parts[1]);
    });
  }

 private:
  int64_t groups_;
  double eps_;
  nn::Linear& linear_;
};

}  // namespace

/// Norm, activation and convolution, twice, beside a shortcut. Shapes: x [batch, in, h, w] -> y [batch, out, h, w].
/// Source: diffusers.models.resnet.ResnetBlockCondNorm2D with time_embedding_norm "ada_group".
class KResnetBlock : public nn::Module {
 public:
  /// `middle` channels lie between the two convolutions, normalised in as many groups as the stage's `channels` have.
  KResnetBlock(int64_t in, int64_t middle, int64_t out, int64_t channels, const KStageOptions& options)
      : Module("ResnetBlockCondNorm2D"),
        norm1_(Add<AdaGroupNorm>("norm1", options.temb_channels, in, in / kGroupSize, options.eps)),
        conv1_(Add<nn::Conv2d>("conv1", in, middle, kThree, SquareConv(1, 1))),
        norm2_(Add<AdaGroupNorm>("norm2", options.temb_channels, middle, channels / kGroupSize, options.eps)),
        conv2_(Add<nn::Conv2d>("conv2", middle, out, kThree, SquareConv(1, 1))),
        nonlinearity_(Add<nn::Activation>("nonlinearity", options.act_fn)) {
    nn::Conv2d::Options plain;
    plain.bias = false;
    if (in != out) conv_shortcut_ = &Add<nn::Conv2d>("conv_shortcut", in, out, kPoint, plain);
  }

  Value Forward(OpContext& c, const Value& input_tensor, const Value& temb) const {
    return Call(c, {{"input_tensor", input_tensor}, {"temb", temb}}, [&] {
      Value hidden = conv1_.Forward(c, nonlinearity_.Forward(c, norm1_.Forward(c, input_tensor, temb)));
      hidden = conv2_.Forward(c, nonlinearity_.Forward(c, norm2_.Forward(c, hidden, temb)));
      return ops::Add(c, conv_shortcut_ ? conv_shortcut_->Forward(c, input_tensor) : input_tensor, hidden);
    });
  }

 private:
  AdaGroupNorm& norm1_;
  nn::Conv2d& conv1_;
  AdaGroupNorm& norm2_;
  nn::Conv2d& conv2_;
  nn::Activation& nonlinearity_;
  nn::Conv2d* conv_shortcut_ = nullptr;
};

/// Attention of a map on itself (or not) and on the conditioning. Shapes: x [batch, channels, h, w] -> y as x.
/// Source: diffusers.models.unets.unet_2d_blocks.KAttentionBlock.
class KAttentionBlock : public nn::Module {
 public:
  KAttentionBlock(int64_t channels, const KStageOptions& options) : Module("KAttentionBlock") {
    const int64_t groups = std::max<int64_t>(1, channels / kGroupSize), width = *options.attention_head_dim;
    const auto norm = [&](const char* name) { return &Add<AdaGroupNorm>(name, options.temb_channels, channels, groups, kNormEps); };
    DiffusionAttention::Options attention{.query_dim = channels, .heads = channels / width, .dim_head = width, .bias = true};
    if (options.self_attention) {
      norm1_ = norm("norm1");
      attn1_ = &Add<DiffusionAttention>("attn1", attention);
    }
    norm2_ = norm("norm2");
    attention.cross_attention_dim = options.cross_attention_dim;
    attention.cross_norm = DiffusionAttention::CrossNorm::kLayer;
    attn2_ = &Add<DiffusionAttention>("attn2", attention);
  }

  Value Forward(OpContext& c, const Value& hidden_states, const Value& temb, const Conditioning& conditioning) const {
    return Call(c, Described(hidden_states, temb, conditioning), [&] {
      const auto attended = [&](const AdaGroupNorm& norm, const DiffusionAttention& attention, const Value& map, const Value& others,
                                const Value& mask) {
        const Value normed = norm.Forward(c, map, temb);
        const SymInt positions = map.size(2) * map.size(3);
        const Value rows = ops::Reshape(c, ops::Permute(c, normed, {0, 2, 3, 1}), {map.size(0), positions, map.size(1)});
        const Value answer = ops::Permute(c, attention.OfRows(c, rows, others, mask), {0, 2, 1});
        return ops::Add(c, ops::Reshape(c, answer, {map.size(0), map.size(1), map.size(2), map.size(3)}), map);
      };
      const Value map = attn1_ ? attended(*norm1_, *attn1_, hidden_states, {}, {}) : hidden_states;
      return attended(*norm2_, *attn2_, map, conditioning.encoder_hidden_states, conditioning.encoder_attention_mask);
    });
  }

 private:
  AdaGroupNorm* norm1_ = nullptr;
  DiffusionAttention* attn1_ = nullptr;
  AdaGroupNorm* norm2_;
  DiffusionAttention* attn2_;
};

/// Half as many rows and columns (rounded down), each of four by four, mirrored at the edges. Source: diffusers.models.downsampling.KDownsample2D.
class KDownsample : public nn::Module {
 public:
  KDownsample() : Module("KDownsample2D"), kernel_(AddConstant("kernel", Kernel(1))) {}

  Value Forward(OpContext& c, const Value& inputs) const {
    return Call(c, {{"inputs", inputs}}, [&] {
      const Value padded = ops::Pad(c, inputs, {1, 1, 1, 1}, "reflect");
      return ops::Conv2d(c, padded, OfEachChannel(c, Weight(c, kernel_), inputs), {}, {2, 2}, {0, 0}, {1, 1}, ChannelsOf(inputs));
    });
  }

 private:
  nn::Parameter& kernel_;
};

/// Twice as many rows and columns. Source: diffusers.models.upsampling.KUpsample2D.
class KUpsample : public nn::Module {
 public:
  KUpsample() : Module("KUpsample2D"), kernel_(AddConstant("kernel", Kernel(2))) {}

  Value Forward(OpContext& c, const Value& inputs) const {
    return Call(c, {{"inputs", inputs}}, [&] {
      const Value padded = ops::Pad(c, inputs, {1, 1, 1, 1}, "reflect");
      return ops::ConvTranspose2d(c, padded, OfEachChannel(c, Weight(c, kernel_), inputs), {}, {2, 2}, {3, 3}, {0, 0},
                                  ChannelsOf(inputs), {1, 1});
    });
  }

 private:
  nn::Parameter& kernel_;
};

KDownStage::KDownStage(int64_t in, int64_t out, const KStageOptions& options, bool downsample)
    : Module(std::string(options.kind.name)) {
  for (int64_t i = 0; i < options.layers; ++i) {
    const std::string at = std::to_string(i);
    resnets_.push_back(&Add<KResnetBlock>("resnets." + at, i == 0 ? in : out, out, out, out, options));
    if (options.attention_head_dim) attentions_.push_back(&Add<KAttentionBlock>("attentions." + at, out, options));
  }
  if (downsample) downsampler_ = &Add<KDownsample>("downsamplers.0");
}

Value KDownStage::Forward(OpContext& c, const Value& hidden_states, const Value& temb, const Conditioning& conditioning,
                          const Value& adapter, std::vector<Value>& states) const {
  // The last stage with attention leaves none.
  const bool leaves = downsampler_ != nullptr || attentions_.empty();
  const Tree both = CallTree(c, Described(hidden_states, temb, conditioning), [&] {
    Value hidden = hidden_states;
    std::vector<Tree> kept;
    for (size_t i = 0; i < resnets_.size(); ++i) {
      hidden = resnets_[i]->Forward(c, hidden, temb);
      if (!attentions_.empty()) hidden = attentions_[i]->Forward(c, hidden, temb, conditioning);
      if (leaves) kept.emplace_back(hidden);
    }
    if (downsampler_) hidden = downsampler_->Forward(c, hidden);
    return Tree::List({hidden, Tree::List(std::move(kept))});
  });
  if (both.items().size() != 2) return Value::Poisoned();
  for (const Tree& state : both.items()[1].items()) states.push_back(state.value());
  if (!leaves) states.resize(states.size() + resnets_.size());
  Value hidden = both.items()[0].value();
  if (!adapter.defined()) return hidden;
  hidden = ops::Add(c, hidden, adapter);
  if (!downsampler_) states.back() = hidden;  // one tensor, and written in place
  return hidden;
}

KUpStage::KUpStage(int64_t channels, int64_t next, const KStageOptions& options, bool upsample, bool joins)
    : Module(std::string(options.kind.name)), joins_(joins) {
  for (int64_t i = 0; i < options.layers; ++i) {
    const std::string at = std::to_string(i);
    const int64_t in = i == 0 && joins ? 2 * channels : channels, out = i + 1 == options.layers ? next : channels;
    // Without attention both convolutions of the last layer change the width, with it the second alone.
    const int64_t middle = options.attention_head_dim ? channels : out;
    resnets_.push_back(&Add<KResnetBlock>("resnets." + at, in, middle, out, channels, options));
    if (options.attention_head_dim) attentions_.push_back(&Add<KAttentionBlock>("attentions." + at, out, options));
  }
  if (upsample) upsampler_ = &Add<KUpsample>("upsamplers.0");
}

Value KUpStage::Forward(OpContext& c, const Value& hidden_states, const Value& temb, const Conditioning& conditioning,
                        std::vector<Value>& states) const {
  const Value state = states.back();
  states.resize(states.size() - resnets_.size());
  return Call(c, Described(hidden_states, temb, conditioning), [&] {
    Value hidden = joins_ ? ops::Cat(c, {hidden_states, state}, 1) : hidden_states;
    for (size_t i = 0; i < resnets_.size(); ++i) {
      hidden = resnets_[i]->Forward(c, hidden, temb);
      if (!attentions_.empty()) hidden = attentions_[i]->Forward(c, hidden, temb, conditioning);
    }
    return upsampler_ ? upsampler_->Forward(c, hidden) : hidden;
  });
}

}  // namespace conformance::models
