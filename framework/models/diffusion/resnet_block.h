#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "framework/nn/activations.h"
#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// A convolution with a square kernel, one stride and one padding on both axes.
nn::Conv2d::Options SquareConv(int64_t stride, int64_t padding);

/// Half as many rows and columns. With a convolution: of stride 2; padding 0 stands for one row and column of zeros at the end. Without:
/// means of two by two. Shapes: x [batch, channels, h, w] -> y [batch, channels, h', w']. Source: diffusers.models.downsampling.
class Downsample2D : public nn::Module {
 public:
  /// `padding` of the convolution; none: there is no convolution.
  Downsample2D(int64_t channels, std::optional<int64_t> padding);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states) const;

 private:
  std::optional<int64_t> padding_;
  nn::Conv2d* conv_ = nullptr;
};

/// Height and width of a map.
struct MapSize {
  SymInt height, width;
};
MapSize SizeOfMap(const ops::Value& x);

/// Each element several times, to another size (twice as many rows and columns where none is asked for), then a convolution or none.
/// Shapes: x [batch, channels, h, w] -> y [batch, channels, height, width]. Source: diffusers.models.upsampling.
class Upsample2D : public nn::Module {
 public:
  Upsample2D(int64_t channels, bool use_conv);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states,
                     const std::optional<MapSize>& size = std::nullopt) const;

 private:
  nn::Conv2d* conv_ = nullptr;
};

/// What the ResNet blocks of one model have in common.
struct ResnetOptions {
  std::optional<int64_t> temb_channels;  ///< width of the time embedding; none: there is none
  int64_t groups = 32;
  double eps = 1e-6;
  std::string act_fn = "silu";
  bool scale_shift = false;    ///< resnet_time_scale_shift "scale_shift", else "default"
  bool skip_time_act = false;  ///< the time embedding goes in without the activation
  double output_scale_factor = 1.0;
};

/// Norm, activation and convolution, twice, beside a shortcut; a time embedding moves (and scales) the middle.
/// Shapes: x [batch, in, h, w], temb [batch, temb_channels] -> y [batch, out, h', w']. Source: diffusers.models.resnet.ResnetBlock2D.
class ResnetBlock2D : public nn::Module {
 public:
  enum class Resample : uint8_t { kNone, kUp, kDown };
  ResnetBlock2D(int64_t in, int64_t out, const ResnetOptions& options, Resample resample = Resample::kNone);
  /// `temb` may be undefined where the options have no temb_channels.
  ops::Value Forward(ops::OpContext& context, const ops::Value& input_tensor, const ops::Value& temb) const;

 private:
  ops::Value Resampled(ops::OpContext& context, const ops::Value& x) const;

  bool scale_shift_, skip_time_act_;
  double output_scale_factor_;
  nn::GroupNorm& norm1_;
  nn::Conv2d& conv1_;
  nn::Linear* time_emb_proj_;
  nn::GroupNorm& norm2_;
  nn::Conv2d& conv2_;
  nn::Activation& nonlinearity_;
  Upsample2D* upsample_ = nullptr;
  Downsample2D* downsample_ = nullptr;
  nn::Conv2d* conv_shortcut_ = nullptr;
};

}  // namespace conformance::models
