#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "framework/nn/module.h"

namespace conformance::nn {

/// y = x · Wᵀ + b. Shapes: x [..., in] -> y [..., out]; weight [out, in], bias [out]. Source: torch.nn.Linear.
class Linear : public Module {
 public:
  Linear(int64_t in, int64_t out, bool bias);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;
  Parameter& weight() { return weight_; }
  const Parameter& weight() const { return weight_; }
  /// The elements, for classes that multiply with them in another way.
  ops::Value WeightValue(ops::OpContext& context) const { return Weight(context, weight_); }
  ops::Value BiasValue(ops::OpContext& context) const { return bias_ ? Weight(context, *bias_) : ops::Value(); }
  /// The weight is `target`'s from now on.
  void TieWeight(const Parameter& target) { Tie(weight_, target); }

 private:
  Parameter& weight_;
  Parameter* bias_;
};

/// Rows of a table. Shapes: ids [...] -> y [..., dim]; weight [count, dim]. Source: torch.nn.Embedding.
class Embedding : public Module {
 public:
  /// `padding_idx` (negative counts from the end) is recorded and changes no value.
  Embedding(int64_t count, int64_t dim, std::optional<int64_t> padding_idx = std::nullopt);
  /// Rows times `scale`, which is rounded to the type of the table first. Source: transformers' ScaledWordEmbedding classes.
  Embedding(std::string class_name, int64_t count, int64_t dim, std::optional<int64_t> padding_idx, double scale);
  ops::Value Forward(ops::OpContext& context, const ops::Value& ids) const;
  const Parameter& weight() const { return weight_; }
  /// The table is `target`'s from now on.
  void TieWeight(const Parameter& target) { Tie(weight_, target); }

 private:
  Parameter& weight_;
  int64_t padding_idx_;
  Parameter* embed_scale_ = nullptr;
};

/// Normalisation over the last axis. Shapes: x [..., dim] -> y as x; weight and bias [dim]. Source: torch.nn.LayerNorm.
class LayerNorm : public Module {
 public:
  LayerNorm(int64_t dim, double eps);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Parameter& weight_;
  Parameter& bias_;
  int64_t dim_;
  double eps_;
};

/// A linear layer whose weight stands transposed, as OpenAI's GPT-2 stored it: y = x · W + b.
/// Shapes: x [..., in] -> y [..., out]; weight [in, out], bias [out]. Source: transformers.pytorch_utils.Conv1D.
class Conv1D : public Module {
 public:
  Conv1D(int64_t out, int64_t in);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Parameter& weight_;
  Parameter& bias_;
  int64_t out_;
};

/// y = w · x / sqrt(mean(x²) + eps), computed in f32 and cast back before the weight, as transformers composes it.
/// Shapes: x [..., dim] -> y as x. Source: Zhang & Sennrich, arXiv:1910.07467; LlamaRMSNorm.
class RmsNorm : public Module {
 public:
  enum class Style : uint8_t {
    kLlama,
    kGemma,  ///< (1 + w) in place of w, and the product in f32 too: it is cast back last
  };
  /// `class_name` is the family's ("LlamaRMSNorm").
  RmsNorm(std::string class_name, int64_t dim, double eps, Style style = Style::kLlama);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;
  DType dtype() const { return weight_.dtype(); }

 private:
  Parameter& weight_;
  double eps_;
  Style style_;
};

/// Convolution of images. Shapes: x [batch, in, h, w] -> y [batch, out, h', w']; weight [out, in / groups, kernel], bias [out].
/// Source: torch.nn.Conv2d.
class Conv2d : public Module {
 public:
  struct Options {
    std::vector<int64_t> stride = {1, 1};
    std::vector<int64_t> padding = {0, 0};
    std::vector<int64_t> dilation = {1, 1};
    int64_t groups = 1;
    bool bias = true;
  };
  Conv2d(int64_t in, int64_t out, std::pair<int64_t, int64_t> kernel, Options options);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Parameter& weight_;
  Parameter* bias_;
  Options options_;
};

/// Convolution of sequences. Shapes: x [batch, in, n] -> y [batch, out, n']; weight [out, in / groups, kernel], bias [out].
/// Source: torch.nn.Conv1d.
class Conv1d : public Module {
 public:
  struct Options {
    int64_t stride = 1;
    int64_t padding = 0;
    int64_t dilation = 1;
    int64_t groups = 1;
    bool bias = true;
  };
  Conv1d(int64_t in, int64_t out, int64_t kernel, Options options);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Parameter& weight_;
  Parameter* bias_;
  Options options_;
};

/// Normalisation over groups of channels. Shapes: x [batch, channels, ...] -> y as x; weight and bias [channels].
/// Source: torch.nn.GroupNorm.
class GroupNorm : public Module {
 public:
  GroupNorm(int64_t groups, int64_t channels, double eps);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Parameter& weight_;
  Parameter& bias_;
  int64_t groups_;
  double eps_;
};

/// Normalisation of each channel by what training has seen of it. Shapes: x [batch, channels, h, w] -> y as x.
/// Source: torch.nn.BatchNorm2d in eval mode.
class BatchNorm2d : public Module {
 public:
  explicit BatchNorm2d(int64_t channels, double eps = 1e-5);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Parameter& weight_;
  Parameter& bias_;
  Parameter& running_mean_;
  Parameter& running_var_;
  double eps_;
};

}  // namespace conformance::nn
