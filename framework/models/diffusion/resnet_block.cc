#include "framework/models/diffusion/resnet_block.h"

#include <utility>
#include <vector>

#include "framework/ops/add.h"
#include "framework/ops/avg_pool.h"
#include "framework/ops/chunk.h"
#include "framework/ops/div.h"
#include "framework/ops/mul.h"
#include "framework/ops/pad.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/upsample_nearest.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

namespace {

constexpr std::pair<int64_t, int64_t> kPoint = {1, 1};
constexpr std::pair<int64_t, int64_t> kThree = {3, 3};

}  // namespace

nn::Conv2d::Options SquareConv(int64_t stride, int64_t padding) {
  return {.stride = {stride, stride}, .padding = {padding, padding}};
}

MapSize SizeOfMap(const Value& x) { return {x.size(2), x.size(3)}; }

Downsample2D::Downsample2D(int64_t channels, std::optional<int64_t> padding)
    : Module("Downsample2D"), padding_(padding) {
  if (padding) conv_ = &Add<nn::Conv2d>("conv", channels, channels, kThree, SquareConv(2, *padding));
}

Value Downsample2D::Forward(OpContext& c, const Value& hidden_states) const {
  return Call(c, {{"hidden_states", hidden_states}}, [&] {
    if (conv_ == nullptr) return ops::AvgPool2d(c, hidden_states, {2, 2}, {2, 2}, {0});
    return conv_->Forward(c, *padding_ == 0 ? ops::Pad(c, hidden_states, {0, 1, 0, 1}) : hidden_states);
  });
}

Upsample2D::Upsample2D(int64_t channels, bool use_conv) : Module("Upsample2D") {
  if (use_conv) conv_ = &Add<nn::Conv2d>("conv", channels, channels, kThree, SquareConv(1, 1));
}

Value Upsample2D::Forward(OpContext& c, const Value& hidden_states, const std::optional<MapSize>& size) const {
  return Call(c, {{"hidden_states", hidden_states}}, [&] {
    const Value larger = size ? ops::UpsampleNearest2d(c, hidden_states, std::vector<SymInt>{size->height, size->width})
                              : ops::UpsampleNearest2d(c, hidden_states, std::vector<double>{2.0, 2.0});
    return conv_ ? conv_->Forward(c, larger) : larger;
  });
}

ResnetBlock2D::ResnetBlock2D(int64_t in, int64_t out, const ResnetOptions& options, Resample resample)
    : Module("ResnetBlock2D"),
      scale_shift_(options.scale_shift),
      skip_time_act_(options.skip_time_act),
      output_scale_factor_(options.output_scale_factor),
      norm1_(Add<nn::GroupNorm>("norm1", options.groups, in, options.eps)),
      conv1_(Add<nn::Conv2d>("conv1", in, out, kThree, SquareConv(1, 1))),
      time_emb_proj_(options.temb_channels ? &Add<nn::Linear>("time_emb_proj", *options.temb_channels,
                                                              options.scale_shift ? 2 * out : out, true)
                                           : nullptr),
      norm2_(Add<nn::GroupNorm>("norm2", options.groups, out, options.eps)),
      conv2_(Add<nn::Conv2d>("conv2", out, out, kThree, SquareConv(1, 1))),
      nonlinearity_(Add<nn::Activation>("nonlinearity", options.act_fn)) {
  if (resample == Resample::kUp) upsample_ = &Add<Upsample2D>("upsample", in, false);
  if (resample == Resample::kDown) downsample_ = &Add<Downsample2D>("downsample", in, std::nullopt);
  if (in != out) conv_shortcut_ = &Add<nn::Conv2d>("conv_shortcut", in, out, kPoint, nn::Conv2d::Options{});
}

Value ResnetBlock2D::Resampled(OpContext& c, const Value& x) const {
  if (upsample_) return upsample_->Forward(c, x);
  return downsample_ ? downsample_->Forward(c, x) : x;
}

Value ResnetBlock2D::Forward(OpContext& c, const Value& input_tensor, const Value& temb) const {
  nn::NamedValues inputs = {{"input_tensor", input_tensor}};
  if (temb.defined()) inputs.emplace_back("temb", temb);
  return Call(c, inputs, [&] {
    Value hidden = Resampled(c, nonlinearity_.Forward(c, norm1_.Forward(c, input_tensor)));
    Value shortcut = Resampled(c, input_tensor);
    hidden = conv1_.Forward(c, hidden);
    if (time_emb_proj_ == nullptr) {
      hidden = norm2_.Forward(c, hidden);
    } else {
      Value time = time_emb_proj_->Forward(c, skip_time_act_ ? temb : nonlinearity_.Forward(c, temb));
      time = ops::Unsqueeze(c, ops::Unsqueeze(c, time, 2), 3);
      if (scale_shift_) {
        const std::vector<Value> parts = ops::Chunk(c, time, 2, 1);
        if (parts.size() != 2) return Value::Poisoned();
        hidden = ops::Mul(c, norm2_.Forward(c, hidden), ops::Add(c, parts[0], 1));
        hidden = ops::Add(c, hidden, parts[1]);
      } else {
        hidden = norm2_.Forward(c, ops::Add(c, hidden, time));
      }
    }
    hidden = conv2_.Forward(c, nonlinearity_.Forward(c, hidden));
    if (conv_shortcut_) shortcut = conv_shortcut_->Forward(c, shortcut);
    const Value sum = ops::Add(c, shortcut, hidden);
    return output_scale_factor_ == 1.0 ? sum : ops::Div(c, sum, output_scale_factor_);
  });
}

}  // namespace conformance::models
