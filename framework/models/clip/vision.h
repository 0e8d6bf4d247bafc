#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/models/config_reader.h"
#include "framework/nn/attention.h"
#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

struct ClipVisionConfig {
  int64_t hidden_size = 0, intermediate_size = 0, num_hidden_layers = 0, num_attention_heads = 0;
  int64_t num_channels = 3, image_size = 0, patch_size = 0;
  std::string hidden_act;
  double layer_norm_eps = 1e-5;
  nn::AttentionKind attention = nn::AttentionKind::kSdpa;

  int64_t patches() const { return (image_size / patch_size) * (image_size / patch_size); }
};

/// Fields of a clip_vision_model config, with their defaults; what is not implemented is refused by name.
ClipVisionConfig ReadClipVisionFields(ConfigReader& reader);

class ClipEncoder;
class ClipVisionEmbeddings;

/// The image half of CLIP (Radford et al., arXiv:2103.00020), "CLIPVisionModel". Source: transformers.models.clip.
class ClipVisionModel : public nn::Module {
 public:
  explicit ClipVisionModel(const ClipVisionConfig& config);
  ~ClipVisionModel() override;

  struct Output {
    ops::Value last_hidden_state;           ///< [batch, 1 + patches, dim]
    ops::Value pooler_output;               ///< [batch, dim]
    std::vector<ops::Value> hidden_states;  ///< the embeddings, then each layer's
  };
  /// pixel_values [batch, channels, image_size, image_size]. Errors: kShape (kept by the context) for other sizes.
  Output Forward(ops::OpContext& context, const ops::Value& pixel_values) const;

 private:
  ClipVisionEmbeddings& embeddings_;
  nn::LayerNorm& pre_layrnorm_;  // sic, in every checkpoint
  ClipEncoder& encoder_;
  nn::LayerNorm& post_layernorm_;
};

}  // namespace conformance::models
