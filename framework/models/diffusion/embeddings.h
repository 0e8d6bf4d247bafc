#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/nn/activations.h"
#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// Sines and cosines of steps at falling frequencies, in f32. Shapes: t [n] of any type -> y [n, channels].
/// Source: diffusers.models.embeddings.get_timestep_embedding.
class Timesteps : public nn::Module {
 public:
  Timesteps(int64_t channels, bool flip_sin_to_cos, double freq_shift);
  ops::Value Forward(ops::OpContext& context, const ops::Value& timesteps) const;

 private:
  int64_t channels_;
  bool flip_sin_to_cos_;
  double freq_shift_;
};

/// Sines and cosines of steps at frequencies of the checkpoint. Shapes: t [n] -> y [n, 2 · size].
/// Source: diffusers.models.embeddings.GaussianFourierProjection, log=False.
class GaussianFourierProjection : public nn::Module {
 public:
  GaussianFourierProjection(int64_t size, bool flip_sin_to_cos);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  bool flip_sin_to_cos_;
  nn::Parameter& weight_;
};

/// Two linear layers with an activation between. Shapes: x [n, in], condition [n, cond] or undefined -> y [n, dim].
/// Source: diffusers.models.embeddings.TimestepEmbedding.
class TimestepEmbedding : public nn::Module {
 public:
  struct Options {
    std::string act_fn = "silu";
    std::optional<std::string> post_act_fn = {};
    std::optional<int64_t> cond_proj_dim = {};
  };
  TimestepEmbedding(int64_t in, int64_t dim, const Options& options);
  ops::Value Forward(ops::OpContext& context, const ops::Value& sample, const ops::Value& condition = {}) const;

 private:
  nn::Linear& linear_1_;
  nn::Linear* cond_proj_;
  nn::Activation& act_;
  nn::Linear& linear_2_;
  nn::Activation* post_act_;
};

class AttentionPooling;

/// A text as a time embedding: attention of its mean on all of it. Shapes: x [batch, n, dim] -> y [batch, time_dim].
/// Source: diffusers.models.embeddings.TextTimeEmbedding.
class TextTimeEmbedding : public nn::Module {
 public:
  TextTimeEmbedding(int64_t dim, int64_t time_dim, int64_t heads);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states) const;

 private:
  nn::LayerNorm& norm1_;
  AttentionPooling& pool_;
  nn::Linear& proj_;
  nn::LayerNorm& norm2_;
};

/// A text's and an image's embedding, projected and added. Source: diffusers.models.embeddings.TextImageTimeEmbedding.
class TextImageTimeEmbedding : public nn::Module {
 public:
  TextImageTimeEmbedding(int64_t text_dim, int64_t image_dim, int64_t time_dim);
  ops::Value Forward(ops::OpContext& context, const ops::Value& text_embeds, const ops::Value& image_embeds) const;

 private:
  nn::Linear& text_proj_;
  nn::LayerNorm& text_norm_;
  nn::Linear& image_proj_;
};

/// An image's embedding, projected and normalised. Source: diffusers.models.embeddings.ImageTimeEmbedding.
class ImageTimeEmbedding : public nn::Module {
 public:
  ImageTimeEmbedding(int64_t image_dim, int64_t time_dim);
  ops::Value Forward(ops::OpContext& context, const ops::Value& image_embeds) const;

 private:
  nn::Linear& image_proj_;
  nn::LayerNorm& image_norm_;
};

/// An image's embedding, projected and normalised, and a picture eight times as large as the sample as four more channels of it.
/// Shapes: x [batch, in], hint [batch, 3, 8h, 8w] -> y [batch, time_dim], [batch, 4, h, w].
/// Source: diffusers.models.embeddings.ImageHintTimeEmbedding.
class ImageHintTimeEmbedding : public nn::Module {
 public:
  ImageHintTimeEmbedding(int64_t image_dim, int64_t time_dim);
  std::pair<ops::Value, ops::Value> Forward(ops::OpContext& context, const ops::Value& image_embeds, const ops::Value& hint) const;

 private:
  nn::Linear& image_proj_;
  nn::LayerNorm& image_norm_;
  std::vector<const nn::Conv2d*> hint_block_;
};

/// An image's embedding as tokens. Shapes: x [batch, in] -> y [batch, tokens, out]. Source: diffusers.models.embeddings.ImageProjection.
class ImageProjection : public nn::Module {
 public:
  ImageProjection(int64_t in, int64_t out);
  ops::Value Forward(ops::OpContext& context, const ops::Value& image_embeds) const;

 private:
  nn::Linear& image_embeds_;
  nn::LayerNorm& norm_;
};

/// An image's embedding as tokens before a text's. Source: diffusers.models.embeddings.TextImageProjection.
class TextImageProjection : public nn::Module {
 public:
  TextImageProjection(int64_t text_dim, int64_t image_dim, int64_t out);
  ops::Value Forward(ops::OpContext& context, const ops::Value& text_embeds, const ops::Value& image_embeds) const;

 private:
  nn::Linear& image_embeds_;
  nn::Linear& text_proj_;
};

}  // namespace conformance::models
