#pragma once

#include <cstdint>

#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// What `attention_type` asks for: boxes with a text, or with a text and an image each, that transformer blocks look at.
enum class Grounding : uint8_t { kNone, kText, kTextImage };

/// Objects of a picture: where they are, which are there at all, and what they look like.
struct GroundedObjects {
  ops::Value boxes = {};                                    ///< [batch, n, 4]
  ops::Value masks = {};                                    ///< [batch, n], ones and zeros
  ops::Value positive_embeddings = {};                      ///< [batch, n, dim]; of Grounding::kText
  ops::Value phrases_masks = {}, image_masks = {};          ///< as masks; these and the last two of Grounding::kTextImage
  ops::Value phrases_embeddings = {}, image_embeddings = {};  ///< [batch, n, dim]
};

/// Objects as tokens. Shapes: [batch, n, out], with images n of the texts and n of the images.
/// Source: Li et al., arXiv:2301.07093; diffusers.models.embeddings.GLIGENTextBoundingboxProjection.
class GligenProjection : public nn::Module {
 public:
  GligenProjection(int64_t dim, int64_t out, Grounding grounding);
  ops::Value Forward(ops::OpContext& context, const GroundedObjects& objects) const;

 private:
  struct Layers {
    nn::Linear* first;
    nn::Linear* second;
    nn::Linear* third;
  };
  Layers AddLayers(const std::string& name, int64_t in, int64_t out);
  ops::Value Through(ops::OpContext& context, const Layers& layers, const ops::Value& embeddings, const ops::Value& places) const;

  nn::Parameter& frequencies_;
  Layers text_, image_;
  nn::Parameter* null_text_;
  nn::Parameter* null_image_ = nullptr;
  nn::Parameter& null_position_;
};

}  // namespace conformance::models
