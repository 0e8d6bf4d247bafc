#include "framework/nn/layers.h"

#include "framework/ops/add.h"
#include "framework/ops/addmm.h"
#include "framework/ops/batch_norm.h"
#include "framework/ops/conv1d.h"
#include "framework/ops/conv2d.h"
#include "framework/ops/embedding.h"
#include "framework/ops/group_norm.h"
#include "framework/ops/layer_norm.h"
#include "framework/ops/linear.h"
#include "framework/ops/mean.h"
#include "framework/ops/mul.h"
#include "framework/ops/pow.h"
#include "framework/ops/rsqrt.h"
#include "framework/ops/to.h"
#include "framework/ops/view.h"

namespace conformance::nn {

using ops::OpContext;
using ops::Value;

Linear::Linear(int64_t in, int64_t out, bool bias)
    : Module("Linear"),
      weight_(AddParameter("weight", {out, in})),
      bias_(bias ? &AddParameter("bias", {out}, Init::kZeros) : nullptr) {}

Value Linear::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}}, [&] {
    return ops::Linear(context, x, Weight(context, weight_), bias_ ? Weight(context, *bias_) : Value());
  });
}

Embedding::Embedding(int64_t count, int64_t dim, std::optional<int64_t> padding_idx)
    : Module("Embedding"), weight_(AddParameter("weight", {count, dim})), padding_idx_(padding_idx.value_or(-1)) {
  if (padding_idx && padding_idx_ < 0) padding_idx_ += count;
}

Embedding::Embedding(std::string class_name, int64_t count, int64_t dim, std::optional<int64_t> padding_idx, double scale)
    : Module(std::move(class_name)), weight_(AddParameter("weight", {count, dim})), padding_idx_(padding_idx.value_or(-1)) {
  if (padding_idx && padding_idx_ < 0) padding_idx_ += count;
  embed_scale_ = &AddConstant("embed_scale", Tensor::Of<float>({}, {static_cast<float>(scale)}));
}

Value Embedding::Forward(OpContext& context, const Value& ids) const {
  return Call(context, {{embed_scale_ ? "input_ids" : "input", ids}}, [&] {
    const Value rows = ops::Embedding(context, Weight(context, weight_), ids, padding_idx_);
    return embed_scale_ ? ops::Mul(context, rows, ops::To(context, Weight(context, *embed_scale_), weight_.dtype())) : rows;
  });
}

LayerNorm::LayerNorm(int64_t dim, double eps)
    : Module("LayerNorm"),
      weight_(AddParameter("weight", {dim}, Init::kOnes)),
      bias_(AddParameter("bias", {dim}, Init::kZeros)),
      dim_(dim),
      eps_(eps) {}

Value LayerNorm::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}}, [&] {
    return ops::LayerNorm(context, x, {dim_}, Weight(context, weight_), Weight(context, bias_), eps_);
  });
}

Conv1D::Conv1D(int64_t out, int64_t in)
    : Module("Conv1D"),
      weight_(AddParameter("weight", {in, out})),
      bias_(AddParameter("bias", {out}, Init::kZeros)),
      out_(out) {}

Value Conv1D::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"x", x}}, [&] {
    const SymInt in = x.size(-1);
    std::vector<SymInt> sizes = x.sizes();
    if (!sizes.empty()) sizes.back() = out_;
    const Value rows = ops::View(context, x, {-1, in});
    return ops::View(context, ops::Addmm(context, Weight(context, bias_), rows, Weight(context, weight_)), sizes);
  });
}

RmsNorm::RmsNorm(std::string class_name, int64_t dim, double eps, Style style)
    : Module(std::move(class_name)),
      weight_(AddParameter("weight", {dim}, style == Style::kGemma ? Init::kZeros : Init::kOnes)),
      eps_(eps),
      style_(style) {}

Value RmsNorm::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"hidden_states", x}}, [&] {
    const Value wide = ops::To(context, x, DType::kF32);
    const Value variance = ops::Mean(context, ops::Pow(context, wide, 2), {-1}, /*keepdim=*/true);
    const Value inverse = ops::Rsqrt(context, ops::Add(context, variance, eps_));
    if (style_ == Style::kGemma) {
      const Value factor = ops::Add(context, ops::To(context, Weight(context, weight_), DType::kF32), 1.0);
      return ops::To(context, ops::Mul(context, ops::Mul(context, wide, inverse), factor), x.dtype());
    }
    const Value scaled = ops::To(context, ops::Mul(context, wide, inverse), x.dtype());
    return ops::Mul(context, Weight(context, weight_), scaled);
  });
}

Conv2d::Conv2d(int64_t in, int64_t out, std::pair<int64_t, int64_t> kernel, Options options)
    : Module("Conv2d"),
      weight_(AddParameter("weight", {out, in / options.groups, kernel.first, kernel.second})),
      bias_(options.bias ? &AddParameter("bias", {out}, Init::kZeros) : nullptr),
      options_(std::move(options)) {}

Value Conv2d::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}}, [&] {
    return ops::Conv2d(context, x, Weight(context, weight_), bias_ ? Weight(context, *bias_) : Value(), options_.stride, options_.padding,
                       options_.dilation, options_.groups);
  });
}

Conv1d::Conv1d(int64_t in, int64_t out, int64_t kernel, Options options)
    : Module("Conv1d"),
      weight_(AddParameter("weight", {out, in / options.groups, kernel})),
      bias_(options.bias ? &AddParameter("bias", {out}, Init::kZeros) : nullptr),
      options_(options) {}

Value Conv1d::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}}, [&] {
    return ops::Conv1d(context, x, Weight(context, weight_), bias_ ? Weight(context, *bias_) : Value(), {options_.stride}, {options_.padding},
                       {options_.dilation}, options_.groups);
  });
}

GroupNorm::GroupNorm(int64_t groups, int64_t channels, double eps)
    : Module("GroupNorm"),
      weight_(AddParameter("weight", {channels}, Init::kOnes)),
      bias_(AddParameter("bias", {channels}, Init::kZeros)),
      groups_(groups),
      eps_(eps) {}

Value GroupNorm::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}},
              [&] { return ops::GroupNorm(context, x, groups_, Weight(context, weight_), Weight(context, bias_), eps_); });
}

BatchNorm2d::BatchNorm2d(int64_t channels, double eps)
    : Module("BatchNorm2d"),
      weight_(AddParameter("weight", {channels}, Init::kOnes)),
      bias_(AddParameter("bias", {channels}, Init::kZeros)),
      running_mean_(AddBuffer("running_mean", {channels}, DType::kF32)),
      running_var_(AddBuffer("running_var", {channels}, DType::kF32, Init::kOnes)),
      eps_(eps) {
  AddBuffer("num_batches_tracked", {}, DType::kI64);  // in every checkpoint, of no use here
}

Value BatchNorm2d::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}}, [&] {
    return ops::BatchNorm(context, x, Weight(context, weight_), Weight(context, bias_), Weight(context, running_mean_),
                          Weight(context, running_var_), 0.1, eps_);
  });
}

}  // namespace conformance::nn
