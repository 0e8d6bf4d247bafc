#include "framework/models/diffusion/blocks.h"

#include <span>
#include <utility>

#include "framework/base/strings.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"

namespace conformance::models {

using nn::Tree;
using ops::OpContext;
using ops::Value;

namespace {

constexpr StageKind kDown[] = {{"DownBlock2D"},
                               {"CrossAttnDownBlock2D", StageAttention::kTransformer},
                               {"AttnDownBlock2D", StageAttention::kSelf},
                               {"ResnetDownsampleBlock2D", StageAttention::kNone, true},
                               {"SimpleCrossAttnDownBlock2D", StageAttention::kAddedKv, true},
                               {"KDownBlock2D", StageAttention::kNone, false, true},
                               {"KCrossAttnDownBlock2D", StageAttention::kTransformer, false, true}};
constexpr StageKind kUp[] = {{"UpBlock2D"},
                             {"CrossAttnUpBlock2D", StageAttention::kTransformer},
                             {"AttnUpBlock2D", StageAttention::kSelf},
                             {"ResnetUpsampleBlock2D", StageAttention::kNone, true},
                             {"SimpleCrossAttnUpBlock2D", StageAttention::kAddedKv, true},
                             {"KUpBlock2D", StageAttention::kNone, false, true},
                             {"KCrossAttnUpBlock2D", StageAttention::kTransformer, false, true}};
constexpr StageKind kEncoder[] = {{"DownEncoderBlock2D"}, {"AttnDownEncoderBlock2D", StageAttention::kSelf}};
constexpr StageKind kDecoder[] = {{"UpDecoderBlock2D"}, {"AttnUpDecoderBlock2D", StageAttention::kSelf}};

const StageKind* FindKind(std::span<const StageKind> kinds, std::string_view name) {
  constexpr std::string_view kOlder = "UNetRes";
  if (StartsWith(name, kOlder)) name.remove_prefix(kOlder.size());
  for (const StageKind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

std::vector<std::string> Names(std::span<const StageKind> kinds) {
  std::vector<std::string> names;
  for (const StageKind& kind : kinds) names.emplace_back(kind.name);
  return names;
}

nn::NamedValues Described(const Value& hidden_states, const Value& temb, const Conditioning& conditioning) {
  nn::NamedValues inputs = {{"hidden_states", hidden_states}};
  if (temb.defined()) inputs.emplace_back("temb", temb);
  if (conditioning.encoder_hidden_states.defined())
    inputs.emplace_back("encoder_hidden_states", conditioning.encoder_hidden_states);
  return inputs;
}

}  // namespace

const StageKind* FindDownKind(std::string_view name) { return FindKind(kDown, name); }
const StageKind* FindUpKind(std::string_view name) { return FindKind(kUp, name); }
const StageKind* FindEncoderKind(std::string_view name) { return FindKind(kEncoder, name); }
const StageKind* FindDecoderKind(std::string_view name) { return FindKind(kDecoder, name); }
std::vector<std::string> DownKindNames() { return Names(kDown); }
std::vector<std::string> UpKindNames() { return Names(kUp); }
std::vector<std::string> EncoderKindNames() { return Names(kEncoder); }
std::vector<std::string> DecoderKindNames() { return Names(kDecoder); }

Value StageAttentionLayer::Forward(OpContext& c, const Value& hidden_states, const Conditioning& conditioning) const {
  if (transformer_) return transformer_->Forward(c, hidden_states, conditioning);
  if (attention_ == nullptr) return hidden_states;
  return kind_ == StageAttention::kAddedKv ? attention_->OfMapWithAdded(c, hidden_states, conditioning)
                                           : attention_->OfMap(c, hidden_states);
}

void Stage::AddResnet(int64_t in, int64_t out, const StageOptions& options) {
  resnets_.push_back(&Add<ResnetBlock2D>("resnets." + std::to_string(resnets_.size()), in, out, options.resnet));
}

void Stage::AddAttention(int64_t channels, const StageOptions& options) {
  const std::string name = "attentions." + std::to_string(attentions_.size());
  const StageAttention kind = options.kind.attention;
  if (kind == StageAttention::kNone) {
    attentions_.emplace_back();
  } else if (kind == StageAttention::kTransformer) {
    TransformerOptions transformer = options.transformer;
    transformer.layers = options.transformer_layers[attentions_.size()];
    attentions_.emplace_back(Add<Transformer2DModel>(name, channels, transformer));
  } else {
    DiffusionAttention::Options attention{.query_dim = channels,
                                          .heads = channels / options.attention_head_dim,
                                          .dim_head = options.attention_head_dim,
                                          .bias = true,
                                          .norm_num_groups = options.resnet.groups};
    if (kind == StageAttention::kSelf) {
      attention.eps = options.resnet.eps;
    } else {
      attention.added_kv_proj_dim = options.cross_attention_dim;
      attention.only_cross_attention = options.only_cross_attention;
      attention.cross_norm = options.cross_norm;
    }
    attentions_.emplace_back(Add<DiffusionAttention>(name, attention), kind);
  }
}

void Stage::AddLayer(int64_t in, int64_t out, const StageOptions& options) {
  AddResnet(in, out, options);
  AddAttention(out, options);
}

DownStage::DownStage(int64_t in, int64_t out, const StageOptions& options, bool downsample, int64_t downsample_padding)
    : Stage(options), adapts_layer_(options.kind.attention == StageAttention::kTransformer) {
  for (int64_t i = 0; i < options.layers; ++i) AddLayer(i == 0 ? in : out, out, options);
  if (!downsample) return;
  if (options.kind.resnet_resampling)
    resnet_downsampler_ =
        &Add<ResnetBlock2D>("downsamplers.0", out, out, options.resnet, ResnetBlock2D::Resample::kDown);
  else downsampler_ = &Add<Downsample2D>("downsamplers.0", out, downsample_padding);
}

Value DownStage::Downsampled(OpContext& c, const Value& x, const Value& temb) const {
  if (resnet_downsampler_) return resnet_downsampler_->Forward(c, x, temb);
  return downsampler_ ? downsampler_->Forward(c, x) : x;
}

Value DownStage::Forward(OpContext& c, const Value& hidden_states) const {
  return Call(c, {{"hidden_states", hidden_states}}, [&] {
    Value hidden = hidden_states;
    for (size_t i = 0; i < resnets_.size(); ++i)
      hidden = attentions_[i].Forward(c, resnets_[i]->Forward(c, hidden, {}), {});
    return Downsampled(c, hidden, {});
  });
}

Value DownStage::Forward(OpContext& c, const Value& hidden_states, const Value& temb, const Conditioning& conditioning,
                         const Value& adapter, std::vector<Value>& states) const {
  const Tree both = CallTree(c, Described(hidden_states, temb, conditioning), [&] {
    Value hidden = hidden_states;
    std::vector<Tree> kept;
    for (size_t i = 0; i < resnets_.size(); ++i) {
      hidden = attentions_[i].Forward(c, resnets_[i]->Forward(c, hidden, temb), conditioning);
      if (adapts_layer_ && adapter.defined() && i + 1 == resnets_.size()) hidden = ops::Add(c, hidden, adapter);
      kept.emplace_back(hidden);
    }
    if (downsampler_ || resnet_downsampler_) {
      hidden = Downsampled(c, hidden, temb);
      kept.emplace_back(hidden);
    }
    return Tree::List({hidden, Tree::List(std::move(kept))});
  });
  for (const Tree& state : both.items()[1].items()) states.push_back(state.value());
  // The library adds in place, and the last state is the map.
  if (adapter.defined() && !adapts_layer_) states.back() = ops::Add(c, both.items()[0].value(), adapter);
  return states.back();
}

UpStage::UpStage(int64_t in, int64_t out, const StageOptions& options, bool upsample, const std::vector<int64_t>& states)
    : Stage(options), doubles_(options.kind.resnet_resampling || options.kind.attention == StageAttention::kSelf) {
  for (int64_t i = 0; i < options.layers; ++i)
    AddLayer((i == 0 ? in : out) + (states.empty() ? 0 : states[static_cast<size_t>(i)]), out, options);
  if (!upsample) return;
  if (options.kind.resnet_resampling)
    resnet_upsampler_ = &Add<ResnetBlock2D>("upsamplers.0", out, out, options.resnet, ResnetBlock2D::Resample::kUp);
  else upsampler_ = &Add<Upsample2D>("upsamplers.0", out, true);
}

Value UpStage::Forward(OpContext& c, const Value& hidden_states) const {
  return Call(c, {{"hidden_states", hidden_states}}, [&] {
    Value hidden = hidden_states;
    for (size_t i = 0; i < resnets_.size(); ++i)
      hidden = attentions_[i].Forward(c, resnets_[i]->Forward(c, hidden, {}), {});
    return upsampler_ ? upsampler_->Forward(c, hidden) : hidden;
  });
}

Value UpStage::Forward(OpContext& c, const Value& hidden_states, const Value& temb, const Conditioning& conditioning,
                       std::vector<Value>& states) const {
  return Call(c, Described(hidden_states, temb, conditioning), [&] {
    Value hidden = hidden_states;
    for (size_t i = 0; i < resnets_.size(); ++i) {
      const Value joined = ops::Cat(c, {hidden, states.back()}, 1);
      states.pop_back();
      hidden = attentions_[i].Forward(c, resnets_[i]->Forward(c, joined, temb), conditioning);
    }
    if (upsampler_ == nullptr && resnet_upsampler_ == nullptr) return hidden;
    if (c.failed()) return Value::Poisoned();
    const MapSize wanted = SizeOfMap(states.back());
    if (doubles_) {
      const std::string why = class_name() + " doubles a map: sides of the sample are multiples of its factor";
      c.Assert(Eq(hidden.size(2) * 2, wanted.height), why);
      c.Assert(Eq(hidden.size(3) * 2, wanted.width), why);
    }
    return upsampler_ ? upsampler_->Forward(c, hidden, wanted) : resnet_upsampler_->Forward(c, hidden, temb);
  });
}

MidStage::MidStage(int64_t channels, const StageOptions& options) : Stage(options) {
  AddResnet(channels, channels, options);
  for (int64_t i = 0; i < options.layers; ++i) {
    AddAttention(channels, options);
    AddResnet(channels, channels, options);
  }
}

Value MidStage::Forward(OpContext& c, const Value& hidden_states, const Value& temb, const Conditioning& conditioning) const {
  return Call(c, Described(hidden_states, temb, conditioning), [&] {
    Value hidden = resnets_[0]->Forward(c, hidden_states, temb);
    for (size_t i = 0; i < attentions_.size(); ++i)
      hidden = resnets_[i + 1]->Forward(c, attentions_[i].Forward(c, hidden, conditioning), temb);
    return hidden;
  });
}

}  // namespace conformance::models
