#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/models/config_reader.h"
#include "framework/nn/attention.h"
#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

struct Qwen2VlVisionConfig {
  int64_t depth = 0, embed_dim = 0, hidden_size = 0, inner = 0, num_heads = 0;
  int64_t in_channels = 3, patch_size = 14, spatial_merge_size = 2, temporal_patch_size = 2;
  double rope_theta = 10000.0;
  std::string hidden_act;
  nn::AttentionKind attention = nn::AttentionKind::kSdpa;

  int64_t head_dim() const { return embed_dim / num_heads; }
  int64_t patch_elements() const { return in_channels * temporal_patch_size * patch_size * patch_size; }
  int64_t merged() const {
    return spatial_merge_size * spatial_merge_size;
  }  ///< patches that become one token
};

/// Fields of a qwen2_vl_vision config, with their defaults; what is not implemented is refused by name.
Qwen2VlVisionConfig ReadQwen2VlVisionFields(ConfigReader& reader);

/// One number for each of n items of several sets, items standing set after set: which set an item is of, and where in it. Computed from
/// values alone, so that a trace holds for any sets. `counts` [sets] are how many items each has, `order` [n] counts items from 0 on (what
/// is below 0 or beyond falls into the first or past the last set).
struct ItemsOfSets {
  ops::Value set;    ///< [n]
  ops::Value place;  ///< [n], from 0 on
};
ItemsOfSets PlaceInSets(ops::OpContext& context, const ops::Value& counts, const ops::Value& order);

class Qwen2VlVisionBlock;
class Qwen2VlPatchMerger;

/// The tower, "Qwen2VisionTransformerPretrainedModel": patches of all images and frames in one row, each looking at its own frame.
class Qwen2VlVisionModel : public nn::Module {
 public:
  explicit Qwen2VlVisionModel(const Qwen2VlVisionConfig& config);
  ~Qwen2VlVisionModel() override;

  struct Output {
    ops::Value last_hidden_state;  ///< [patches, embed_dim]
    ops::Value pooler_output;      ///< [patches / merged, hidden_size]
  };
  /// pixel_values [patches, patch_elements]; grid_thw [images, 3]: frames, and patches in height and width, which are multiples of
  /// spatial_merge_size. Patches stand in the order of the squares that are merged.
  Output Forward(ops::OpContext& context, const ops::Value& pixel_values, const ops::Value& grid_thw) const;

 private:
  Qwen2VlVisionConfig config_;
  class PatchEmbed;
  class Rotary;
  PatchEmbed& patch_embed_;
  Rotary& rotary_pos_emb_;
  std::vector<Qwen2VlVisionBlock*> blocks_;
  Qwen2VlPatchMerger* merger_;
};

}  // namespace conformance::models
