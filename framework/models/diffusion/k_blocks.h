#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/models/diffusion/blocks.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// Stages of Katherine Crowson's k-diffusion, as the x2 latent upscaler has them: norms are moved and scaled by the time embedding, maps are
/// halved and doubled by a fixed kernel, and a stage on the way up takes one state, the last of its twin on the way down.
/// Source: diffusers.models.unets.unet_2d_blocks, KDownBlock2D and its like.
struct KStageOptions {
  StageKind kind;
  int64_t layers = 1;  ///< as many on the way up
  int64_t temb_channels = 0;
  double eps = 1e-5;
  std::string act_fn = "gelu";
  std::optional<int64_t> attention_head_dim = {};  ///< none: there is no attention
  int64_t cross_attention_dim = 0;                 ///< width of the conditioning
  bool self_attention = false;                     ///< before attention on the conditioning
};

/// A norm of its groups is of this many channels.
inline constexpr int64_t kGroupSize = 32;

class KResnetBlock;
class KAttentionBlock;
class KDownsample;
class KUpsample;

/// Shapes: x [batch, in, h, w], temb [batch, temb_channels] -> y [batch, out, h / 2, w / 2], or with all rows and columns without `downsample`.
class KDownStage : public nn::Module, public DownBlock {
 public:
  KDownStage(int64_t in, int64_t out, const KStageOptions& options, bool downsample);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb, const Conditioning& conditioning,
                     const ops::Value& adapter, std::vector<ops::Value>& states) const override;

 private:
  std::vector<const KResnetBlock*> resnets_;
  std::vector<const KAttentionBlock*> attentions_;
  const KDownsample* downsampler_ = nullptr;
};

/// Shapes: x [batch, channels, h, w] -> y [batch, next, 2h, 2w], or as many rows and columns without `upsample`. `joins`: a state of `channels`
/// is joined to the map, else the twin left none.
class KUpStage : public nn::Module, public UpBlock {
 public:
  KUpStage(int64_t channels, int64_t next, const KStageOptions& options, bool upsample, bool joins);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& temb, const Conditioning& conditioning,
                     std::vector<ops::Value>& states) const override;

 private:
  bool joins_;
  std::vector<const KResnetBlock*> resnets_;
  std::vector<const KAttentionBlock*> attentions_;
  const KUpsample* upsampler_ = nullptr;
};

}  // namespace conformance::models
