#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/models/diffusion/blocks.h"
#include "framework/models/diffusion/gligen.h"

namespace conformance::models {

/// What `class_embed_type` and `num_class_embeds` ask for.
enum class ClassEmbedding : uint8_t { kNone, kTable, kTimestep, kIdentity, kProjection, kSimpleProjection };
/// `addition_embed_type`.
enum class AddedEmbedding : uint8_t { kNone, kText, kTextImage, kTextTime, kImage, kImageHint };
/// `encoder_hid_dim_type`.
enum class HidProjection : uint8_t { kNone, kText, kTextImage, kImage };

/// A stage as the config describes it, on both ways.
struct UNetStage {
  StageKind down, up;
  int64_t channels = 0;
  int64_t layers = 0;  ///< on the way down; one more on the way up
  std::vector<int64_t> transformer_layers = {}, transformer_layers_up = {};  ///< of each layer
  int64_t heads = 0;  ///< `attention_head_dim`: how many heads transformer blocks have, how wide other attention's are …
  int64_t head_dim_up = 0;  ///< … on the way up, where diffusers reads the list from its other end
  int64_t cross_attention_dim = 0;
  bool only_cross_attention = false;
};

struct UNetConfig {
  std::optional<std::pair<int64_t, int64_t>> sample_size;
  int64_t in_channels, out_channels, conv_in_kernel, conv_out_kernel, downsample_padding;
  std::optional<int64_t> norm_num_groups;  ///< none: no norm before the last convolution; all stages are of k-diffusion
  bool center_input_sample, flip_sin_to_cos, use_linear_projection, scale_shift, resnet_skip_time_act;
  double freq_shift, norm_eps, mid_block_scale_factor, resnet_out_scale_factor;
  std::string act_fn;
  std::vector<UNetStage> stages;
  std::optional<StageKind> mid;  ///< none: there is no stage in the middle
  std::vector<int64_t> mid_transformer_layers;
  bool mid_only_cross_attention;
  DiffusionAttention::CrossNorm cross_norm;
  bool fourier;  ///< time_embedding_type
  int64_t time_embed_dim;
  std::optional<std::string> time_embedding_act_fn, timestep_post_act;
  std::optional<int64_t> time_cond_proj_dim;
  ClassEmbedding class_embedding;
  int64_t num_class_embeds, class_projection_dim;
  bool class_embeddings_concat;
  AddedEmbedding added;
  Grounding grounding;  ///< attention_type
  int64_t addition_time_embed_dim, added_projection_dim, addition_embed_type_num_heads;
  HidProjection hid_projection;
  int64_t encoder_hid_dim;

  /// Stages are of k-diffusion: all of them, or none.
  bool k() const { return stages[0].down.k; }
  /// Of the stage in the middle.
  int64_t mid_groups() const { return norm_num_groups.value_or(std::max<int64_t>(1, std::min<int64_t>(stages.back().channels / 4, 32))); }
  int64_t channels(size_t stage) const { return stages[stage].channels; }
  /// Width of the time embedding that stages get.
  int64_t temb_channels() const { return class_embeddings_concat ? 2 * time_embed_dim : time_embed_dim; }
  /// Whether a stage of k-diffusion joins a state on the way up: those with attention do not where all three widths are the same.
  bool JoinsK(size_t stage) const;
  /// Width of encoder_hidden_states as they come in.
  int64_t text_dim() const {
    return hid_projection == HidProjection::kText || hid_projection == HidProjection::kTextImage
               ? encoder_hid_dim
               : stages[0].cross_attention_dim;
  }
  /// Width of added_cond_kwargs.image_embeds; 0: there are none.
  int64_t image_dim() const {
    if (hid_projection == HidProjection::kImage || added == AddedEmbedding::kImage ||
        added == AddedEmbedding::kImageHint)
      return encoder_hid_dim;
    if (hid_projection == HidProjection::kTextImage || added == AddedEmbedding::kTextImage)
      return stages[0].cross_attention_dim;
    return 0;
  }
};

/// Reads a config.json with diffusers' defaults. Errors name file, key, found and wanted; what is not implemented is refused by name.
Result<UNetConfig> ReadUNetConfig(const Json& config, const std::filesystem::path& file);

}  // namespace conformance::models
