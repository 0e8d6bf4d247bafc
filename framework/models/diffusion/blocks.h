#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/models/diffusion/attention.h"
#include "framework/models/diffusion/resnet_block.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// What stands behind each ResNet block of a stage.
enum class StageAttention : uint8_t {
  kNone,
  kTransformer,  ///< transformer blocks that look at the conditioning
  kSelf,         ///< attention of the map on itself
  kAddedKv,      ///< the same with keys and values from the conditioning
};

/// One of diffusers' kinds of stages, as `down_block_types`, `up_block_types` and `mid_block_type` name them.
struct StageKind {
  std::string_view name;  ///< the library's class: "CrossAttnDownBlock2D"
  StageAttention attention = StageAttention::kNone;
  bool resnet_resampling = false;  ///< a ResNet block makes the map smaller or larger, not a convolution
  bool k = false;                  ///< of k-diffusion (k_blocks.h)
};

/// The kind of that name (older files write "UNetRes" before it), or null. Of UNets and of autoencoders.
const StageKind* FindDownKind(std::string_view name);
const StageKind* FindUpKind(std::string_view name);
const StageKind* FindEncoderKind(std::string_view name);
const StageKind* FindDecoderKind(std::string_view name);
/// The names of all kinds in the order of the four functions, for messages.
std::vector<std::string> DownKindNames();
std::vector<std::string> UpKindNames();
std::vector<std::string> EncoderKindNames();
std::vector<std::string> DecoderKindNames();

/// The layers of one stage. `resnet` has what the kind takes of the model's options.
struct StageOptions {
  StageKind kind;
  ResnetOptions resnet;
  int64_t layers = 1;
  std::vector<int64_t> transformer_layers = {};  ///< of each layer, for kTransformer
  TransformerOptions transformer = {};           ///< of all layers but for their count
  int64_t attention_head_dim = 1;                ///< of kSelf and kAddedKv
  int64_t cross_attention_dim = 0;               ///< width of the conditioning, for kAddedKv
  bool only_cross_attention = false;             ///< of kAddedKv
  DiffusionAttention::CrossNorm cross_norm = DiffusionAttention::CrossNorm::kNone;
};

/// Attention of any kind on a map [batch, channels, h, w].
class StageAttentionLayer {
 public:
  /// Adds the module under `name` to `owner` through `add`; no module for kNone.
  StageAttentionLayer() = default;
  explicit StageAttentionLayer(const Transformer2DModel& transformer) : transformer_(&transformer) {}
  StageAttentionLayer(const DiffusionAttention& attention, StageAttention kind) : attention_(&attention), kind_(kind) {}
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const Conditioning& conditioning) const;

 private:
  const Transformer2DModel* transformer_ = nullptr;
  const DiffusionAttention* attention_ = nullptr;
  StageAttention kind_ = StageAttention::kNone;
};

/// ResNet blocks with attention between them: what all stages are made of.
class Stage : public nn::Module {
 protected:
  explicit Stage(const StageOptions& options) : Module(std::string(options.kind.name)) {}
  void AddLayer(int64_t in, int64_t out, const StageOptions& options);
  void AddAttention(int64_t channels, const StageOptions& options);
  void AddResnet(int64_t in, int64_t out, const StageOptions& options);

  std::vector<const ResnetBlock2D*> resnets_;
  std::vector<StageAttentionLayer> attentions_;
};

/// A UNet's stage on the way down, of any make: the map, and what each layer left (the smaller map last) is appended to `states`, undefined
/// values where the library has None. An `adapter` (may be undefined) is added to the map: in stages with transformer blocks behind the last
/// layer, in others at the end.
class DownBlock {
 public:
  virtual ~DownBlock() = default;
  virtual ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb,
                             const Conditioning& conditioning, const ops::Value& adapter, std::vector<ops::Value>& states) const = 0;
};

/// A UNet's stage on the way up: states are taken from the end of `states`.
class UpBlock {
 public:
  virtual ~UpBlock() = default;
  virtual ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb,
                             const Conditioning& conditioning, std::vector<ops::Value>& states) const = 0;
};

/// A stage on the way down.
class DownStage : public Stage, public DownBlock {
 public:
  /// `downsample_padding` of the convolution at the end; `downsample`: there is something at the end.
  DownStage(int64_t in, int64_t out, const StageOptions& options, bool downsample, int64_t downsample_padding);

  /// In autoencoders: the map.
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states) const;
  /// In UNets.
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb, const Conditioning& conditioning,
                     const ops::Value& adapter, std::vector<ops::Value>& states) const override;

 private:
  ops::Value Downsampled(ops::OpContext& context, const ops::Value& x, const ops::Value& temb) const;

  bool adapts_layer_;
  const Downsample2D* downsampler_ = nullptr;
  const ResnetBlock2D* resnet_downsampler_ = nullptr;
};

/// A stage on the way up.
class UpStage : public Stage, public UpBlock {
 public:
  /// In autoencoders: nothing is joined. In UNets `states` are: their widths, in the order in which they are taken.
  UpStage(int64_t in, int64_t out, const StageOptions& options, bool upsample, const std::vector<int64_t>& states = {});

  /// In autoencoders: twice as large.
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states) const;
  /// In UNets: the map grows to the size of the state that is next. Stages that can only double a size (StageKind::resnet_resampling, kSelf)
  /// assert that this is the same.
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb,
                     const Conditioning& conditioning, std::vector<ops::Value>& states) const override;

 private:
  bool doubles_;
  const Upsample2D* upsampler_ = nullptr;
  const ResnetBlock2D* resnet_upsampler_ = nullptr;
};

/// The stage in the middle: a ResNet block more than layers of attention.
class MidStage : public Stage {
 public:
  /// Without attention there are `options.layers` further ResNet blocks alone.
  MidStage(int64_t channels, const StageOptions& options);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb,
                     const Conditioning& conditioning) const;
};

}  // namespace conformance::models
