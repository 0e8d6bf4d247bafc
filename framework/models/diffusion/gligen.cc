#include "framework/models/diffusion/gligen.h"

#include <cmath>
#include <vector>

#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/cos.h"
#include "framework/ops/mul.h"
#include "framework/ops/permute.h"
#include "framework/ops/reshape.h"
#include "framework/ops/rsub.h"
#include "framework/ops/silu.h"
#include "framework/ops/sin.h"
#include "framework/ops/stack.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

namespace {

constexpr int64_t kFrequencies = 8, kSides = 4, kPlaceWidth = 2 * kFrequencies * kSides;
constexpr int64_t kHidden = 512;

Tensor Frequencies() {
  std::vector<float> elements;
  for (int64_t i = 0; i < kFrequencies; ++i) elements.push_back(static_cast<float>(std::pow(100.0, static_cast<double>(i) / kFrequencies)));
  return Tensor::Of<float>({kFrequencies}, elements);
}

/// Where `masks` [batch, n, 1] is one x, else `otherwise`.
Value Chosen(OpContext& c, const Value& x, const Value& masks, const Value& otherwise) {
  return ops::Add(c, ops::Mul(c, x, masks), ops::Mul(c, ops::Rsub(c, masks, 1), otherwise));
}

}  // namespace

GligenProjection::GligenProjection(int64_t dim, int64_t out, Grounding grounding)
    : Module("GLIGENTextBoundingboxProjection"),
      frequencies_(AddConstant("frequencies", Frequencies())),
      text_(AddLayers(grounding == Grounding::kText ? "linears" : "linears_text", dim + kPlaceWidth, out)),
      image_(),
      null_text_(&AddParameter(grounding == Grounding::kText ? "null_positive_feature" : "null_text_feature", {dim})),
      null_position_(AddParameter("null_position_feature", {kPlaceWidth})) {
  if (grounding == Grounding::kText) return;
  image_ = AddLayers("linears_image", dim + kPlaceWidth, out);
  null_image_ = &AddParameter("null_image_feature", {dim});
}

GligenProjection::Layers GligenProjection::AddLayers(const std::string& name, int64_t in, int64_t out) {
  return {.first = &Add<nn::Linear>(name + ".0", in, kHidden, true),
          .second = &Add<nn::Linear>(name + ".2", kHidden, kHidden, true),
          .third = &Add<nn::Linear>(name + ".4", kHidden, out, true)};
}

Value GligenProjection::Through(OpContext& c, const Layers& layers, const Value& embeddings, const Value& places) const {
  const Value hidden = ops::Silu(c, layers.first->Forward(c, ops::Cat(c, {embeddings, places}, -1)));
  return layers.third->Forward(c, ops::Silu(c, layers.second->Forward(c, hidden)));
}

Value GligenProjection::Forward(OpContext& c, const GroundedObjects& objects) const {
  nn::NamedValues inputs = {{"boxes", objects.boxes}, {"masks", objects.masks}};
  return Call(c, inputs, [&] {
    const Value& boxes = objects.boxes;
    const Value masks = ops::Unsqueeze(c, objects.masks, -1);
    const Value angles = ops::Mul(c, ops::To(c, Weight(c, frequencies_), boxes.dtype()), ops::Unsqueeze(c, boxes, -1));
    const Value waves = ops::Permute(c, ops::Stack(c, {ops::Sin(c, angles), ops::Cos(c, angles)}, -1), {0, 1, 3, 4, 2});
    Value places = ops::Reshape(c, waves, {boxes.size(0), boxes.size(1), kPlaceWidth});
    places = Chosen(c, places, masks, Weight(c, null_position_));
    if (null_image_ == nullptr)
      return Through(c, text_, Chosen(c, objects.positive_embeddings, masks, Weight(c, *null_text_)), places);
    const auto shown = [&](const Value& embeddings, const Value& there, const nn::Parameter& otherwise) {
      return Chosen(c, embeddings, ops::Unsqueeze(c, there, -1), Weight(c, otherwise));
    };
    const Value text = Through(c, text_, shown(objects.phrases_embeddings, objects.phrases_masks, *null_text_), places);
    const Value image = Through(c, image_, shown(objects.image_embeddings, objects.image_masks, *null_image_), places);
    return ops::Cat(c, {text, image}, 1);
  });
}

}  // namespace conformance::models
