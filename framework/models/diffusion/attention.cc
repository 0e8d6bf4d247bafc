#include "framework/models/diffusion/attention.h"

#include <cmath>

#include "framework/nn/attention.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/chunk.h"
#include "framework/ops/contiguous.h"
#include "framework/ops/gelu.h"
#include "framework/ops/mul.h"
#include "framework/ops/pad.h"
#include "framework/ops/permute.h"
#include "framework/ops/reshape.h"
#include "framework/ops/slice.h"
#include "framework/ops/tanh.h"
#include "framework/ops/transpose.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

namespace {

constexpr std::pair<int64_t, int64_t> kPoint = {1, 1};
constexpr int64_t kCrossNormGroups = 32;

/// [batch, channels, h, w] -> [batch, h · w, channels].
Value RowsOfMap(OpContext& c, const Value& map) {
  return ops::Transpose(c, ops::Reshape(c, map, {map.size(0), map.size(1), map.size(2) * map.size(3)}), 1, 2);
}

/// The reverse, to the sizes of `like`.
Value MapOfRows(OpContext& c, const Value& rows, const Value& like) {
  return ops::Reshape(c, ops::Transpose(c, rows, 1, 2), {like.size(0), like.size(1), like.size(2), like.size(3)});
}

nn::NamedValues Described(const Value& hidden_states, const Value& encoder_hidden_states) {
  nn::NamedValues inputs = {{"hidden_states", hidden_states}};
  if (encoder_hidden_states.defined()) inputs.emplace_back("encoder_hidden_states", encoder_hidden_states);
  return inputs;
}

}  // namespace

DiffusionAttention::DiffusionAttention(const Options& options)
    : Module("Attention"), heads_(options.heads), dim_head_(options.dim_head) {
  const int64_t inner = heads_ * dim_head_, cross = options.cross_attention_dim.value_or(options.query_dim);
  if (options.norm_num_groups)
    group_norm_ = &Add<nn::GroupNorm>("group_norm", *options.norm_num_groups, options.query_dim, options.eps);
  if (options.cross_norm == CrossNorm::kLayer) layer_norm_cross_ = &Add<nn::LayerNorm>("norm_cross", cross, 1e-5);
  if (options.cross_norm == CrossNorm::kGroup)
    group_norm_cross_ =
        &Add<nn::GroupNorm>("norm_cross", kCrossNormGroups, options.added_kv_proj_dim.value_or(cross), 1e-5);
  to_q_ = &Add<nn::Linear>("to_q", options.query_dim, inner, options.bias);
  if (!options.only_cross_attention) {
    to_k_ = &Add<nn::Linear>("to_k", cross, inner, options.bias);
    to_v_ = &Add<nn::Linear>("to_v", cross, inner, options.bias);
  }
  if (options.added_kv_proj_dim) {
    add_k_proj_ = &Add<nn::Linear>("add_k_proj", *options.added_kv_proj_dim, inner, true);
    add_v_proj_ = &Add<nn::Linear>("add_v_proj", *options.added_kv_proj_dim, inner, true);
  }
  to_out_ = &Add<nn::Linear>("to_out.0", inner, options.query_dim, true);
}

Value DiffusionAttention::Normed(OpContext& c, const Value& rows) const {
  if (group_norm_ == nullptr) return rows;
  return ops::Transpose(c, group_norm_->Forward(c, ops::Transpose(c, rows, 1, 2)), 1, 2);
}

Value DiffusionAttention::NormedCross(OpContext& c, const Value& rows) const {
  if (layer_norm_cross_) return layer_norm_cross_->Forward(c, rows);
  if (group_norm_cross_ == nullptr) return rows;
  return ops::Transpose(c, group_norm_cross_->Forward(c, ops::Transpose(c, rows, 1, 2)), 1, 2);
}

Value DiffusionAttention::AttendAndProject(OpContext& c, const Value& query, const Value& key, const Value& value,
                                           const Value& mask) const {
  const double scale = 1.0 / std::sqrt(static_cast<double>(dim_head_));
  return to_out_->Forward(c, nn::Attend(c, query, key, value, {.mask = mask}, scale, heads_, heads_));
}

Value DiffusionAttention::OfRows(OpContext& c, const Value& hidden_states, const Value& encoder_hidden_states,
                                 const Value& mask) const {
  return Call(c, Described(hidden_states, encoder_hidden_states), [&] {
    const auto heads = [&](const Value& x) { return nn::SplitHeads(c, x, heads_, dim_head_); };
    const Value rows = Normed(c, hidden_states);
    const Value others = encoder_hidden_states.defined() ? NormedCross(c, encoder_hidden_states) : rows;
    return AttendAndProject(c, heads(to_q_->Forward(c, rows)), heads(to_k_->Forward(c, others)),
                            heads(to_v_->Forward(c, others)), mask);
  });
}

Value DiffusionAttention::OfMap(OpContext& c, const Value& hidden_states) const {
  return Call(c, {{"hidden_states", hidden_states}}, [&] {
    const auto heads = [&](const Value& x) { return nn::SplitHeads(c, x, heads_, dim_head_); };
    const Value rows = Normed(c, RowsOfMap(c, hidden_states));
    const Value attended = AttendAndProject(c, heads(to_q_->Forward(c, rows)), heads(to_k_->Forward(c, rows)),
                                            heads(to_v_->Forward(c, rows)), {});
    return ops::Add(c, MapOfRows(c, attended, hidden_states), hidden_states);
  });
}

Value DiffusionAttention::OfMapWithAdded(OpContext& c, const Value& hidden_states, const Conditioning& conditioning) const {
  return Call(c, Described(hidden_states, conditioning.encoder_hidden_states), [&] {
    const auto heads = [&](const Value& x) { return nn::SplitHeads(c, x, heads_, dim_head_); };
    const Value rows = RowsOfMap(c, hidden_states);
    const Value& encoded = conditioning.encoder_hidden_states;
    const Value others = encoded.defined() ? NormedCross(c, encoded) : rows;
    const Value normed = Normed(c, rows);
    Value keys = heads(add_k_proj_->Forward(c, others)), values = heads(add_v_proj_->Forward(c, others));
    Value mask = conditioning.attention_mask.defined() ? conditioning.attention_mask : conditioning.encoder_attention_mask;
    if (to_k_) {
      keys = ops::Cat(c, {keys, heads(to_k_->Forward(c, normed))}, 2);
      values = ops::Cat(c, {values, heads(to_v_->Forward(c, normed))}, 2);
      // The map's own positions, which stand behind, are all seen.
      if (mask.defined()) mask = ops::Pad(c, mask, {0, rows.size(1)});
    }
    const Value attended = AttendAndProject(c, heads(to_q_->Forward(c, normed)), keys, values, mask);
    return ops::Add(c, MapOfRows(c, attended, hidden_states), hidden_states);
  });
}

/// A projection to twice the width, one half through GELU times the other.
class GeGlu : public nn::Module {
 public:
  GeGlu(int64_t in, int64_t out) : Module("GEGLU"), proj_(Add<nn::Linear>("proj", in, 2 * out, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const std::vector<Value> halves = ops::Chunk(c, proj_.Forward(c, hidden_states), 2, -1);
      return halves.size() == 2 ? ops::Mul(c, halves[0], ops::Gelu(c, halves[1])) : Value::Poisoned();
    });
  }

 private:
  nn::Linear& proj_;
};

class FeedForward : public nn::Module {
 public:
  explicit FeedForward(int64_t dim)
      : Module("FeedForward"),
        net_0_(Add<GeGlu>("net.0", dim, 4 * dim)),
        net_2_(Add<nn::Linear>("net.2", 4 * dim, dim, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] { return net_2_.Forward(c, net_0_.Forward(c, hidden_states)); });
  }

 private:
  GeGlu& net_0_;
  nn::Linear& net_2_;
};

/// Attention of a map's rows on themselves and on objects, and a feed-forward layer, each behind a gate.
/// Source: Li et al., arXiv:2301.07093; diffusers.models.attention.GatedSelfAttentionDense.
class GatedSelfAttentionDense : public nn::Module {
 public:
  GatedSelfAttentionDense(int64_t dim, int64_t object_dim, int64_t heads, int64_t dim_head)
      : Module("GatedSelfAttentionDense"),
        alpha_attn_(AddParameter("alpha_attn", {})),
        alpha_dense_(AddParameter("alpha_dense", {})),
        linear_(Add<nn::Linear>("linear", object_dim, dim, true)),
        attn_(Add<DiffusionAttention>("attn", DiffusionAttention::Options{.query_dim = dim, .heads = heads, .dim_head = dim_head})),
        ff_(Add<FeedForward>("ff", dim)),
        norm1_(Add<nn::LayerNorm>("norm1", dim, 1e-5)),
        norm2_(Add<nn::LayerNorm>("norm2", dim, 1e-5)) {}

  Value Forward(OpContext& c, const Value& x, const Value& objects) const {
    return Call(c, {{"x", x}, {"objs", objects}}, [&] {
      const auto gated = [&](const nn::Parameter& alpha, const Value& y) { return ops::Mul(c, ops::Tanh(c, Weight(c, alpha)), y); };
      const Value all = norm1_.Forward(c, ops::Cat(c, {x, linear_.Forward(c, objects)}, 1));
      const Value attended = ops::Slice(c, attn_.OfRows(c, all, {}, {}), 1, 0, x.size(1));
      const Value hidden = ops::Add(c, x, gated(alpha_attn_, attended));
      return ops::Add(c, hidden, gated(alpha_dense_, ff_.Forward(c, norm2_.Forward(c, hidden))));
    });
  }

 private:
  nn::Parameter& alpha_attn_;
  nn::Parameter& alpha_dense_;
  nn::Linear& linear_;
  DiffusionAttention& attn_;
  FeedForward& ff_;
  nn::LayerNorm& norm1_;
  nn::LayerNorm& norm2_;
};

/// Attention of a map's rows on themselves (or on the conditioning), on the conditioning, and a feed-forward layer.
class BasicTransformerBlock : public nn::Module {
 public:
  BasicTransformerBlock(int64_t dim, int64_t dim_head, const TransformerOptions& options)
      : Module("BasicTransformerBlock"),
        only_cross_attention_(options.only_cross_attention),
        norm1_(Add<nn::LayerNorm>("norm1", dim, 1e-5)),
        attn1_(Add<DiffusionAttention>(
            "attn1", DiffusionAttention::Options{
                         .query_dim = dim,
                         .cross_attention_dim = options.only_cross_attention ? std::optional(options.cross_attention_dim)
                                                                             : std::nullopt,
                         .heads = options.heads,
                         .dim_head = dim_head})),
        norm2_(Add<nn::LayerNorm>("norm2", dim, 1e-5)),
        attn2_(Add<DiffusionAttention>("attn2",
                                       DiffusionAttention::Options{.query_dim = dim,
                                                                   .cross_attention_dim = options.cross_attention_dim,
                                                                   .heads = options.heads,
                                                                   .dim_head = dim_head})),
        norm3_(Add<nn::LayerNorm>("norm3", dim, 1e-5)),
        ff_(Add<FeedForward>("ff", dim)) {
    if (options.gated)
      fuser_ = &Add<GatedSelfAttentionDense>("fuser", dim, options.cross_attention_dim, options.heads, dim_head);
  }

  Value Forward(OpContext& c, const Value& hidden_states, const Conditioning& conditioning) const {
    const Value& encoded = conditioning.encoder_hidden_states;
    return Call(c, Described(hidden_states, encoded), [&] {
      const Value first = attn1_.OfRows(c, norm1_.Forward(c, hidden_states), only_cross_attention_ ? encoded : Value(), {});
      Value hidden = ops::Add(c, first, hidden_states);
      if (fuser_ != nullptr && conditioning.objects.defined()) hidden = fuser_->Forward(c, hidden, conditioning.objects);
      const Value second = attn2_.OfRows(c, norm2_.Forward(c, hidden), encoded, conditioning.encoder_attention_mask);
      hidden = ops::Add(c, second, hidden);
      return ops::Add(c, ff_.Forward(c, norm3_.Forward(c, hidden)), hidden);
    });
  }

 private:
  bool only_cross_attention_;
  nn::LayerNorm& norm1_;
  DiffusionAttention& attn1_;
  nn::LayerNorm& norm2_;
  DiffusionAttention& attn2_;
  nn::LayerNorm& norm3_;
  FeedForward& ff_;
  GatedSelfAttentionDense* fuser_ = nullptr;
};

Transformer2DModel::Transformer2DModel(int64_t channels, const TransformerOptions& options)
    : Module("Transformer2DModel"),
      inner_dim_(options.heads * (channels / options.heads)),
      norm_(Add<nn::GroupNorm>("norm", options.groups, channels, 1e-6)) {
  if (options.use_linear_projection) linear_in_ = &Add<nn::Linear>("proj_in", channels, inner_dim_, true);
  else conv_in_ = &Add<nn::Conv2d>("proj_in", channels, inner_dim_, kPoint, nn::Conv2d::Options{});
  for (int64_t i = 0; i < options.layers; ++i)
    blocks_.push_back(&Add<BasicTransformerBlock>("transformer_blocks." + std::to_string(i), inner_dim_,
                                                  channels / options.heads, options));
  if (options.use_linear_projection) linear_out_ = &Add<nn::Linear>("proj_out", inner_dim_, channels, true);
  else conv_out_ = &Add<nn::Conv2d>("proj_out", inner_dim_, channels, kPoint, nn::Conv2d::Options{});
}

Value Transformer2DModel::Forward(OpContext& c, const Value& hidden_states, const Conditioning& conditioning) const {
  return Call(c, Described(hidden_states, conditioning.encoder_hidden_states), [&] {
    const SymInt batch = hidden_states.size(0), height = hidden_states.size(2), width = hidden_states.size(3);
    const auto rows_of = [&](const Value& map) {
      return ops::Reshape(c, ops::Permute(c, map, {0, 2, 3, 1}), {batch, height * width, map.size(1)});
    };
    const auto map_of = [&](const Value& rows) {
      const Value map = ops::Reshape(c, rows, {batch, height, width, rows.size(2)});
      return ops::Contiguous(c, ops::Permute(c, map, {0, 3, 1, 2}));
    };
    const Value normed = norm_.Forward(c, hidden_states);
    Value rows = conv_in_ ? rows_of(conv_in_->Forward(c, normed)) : linear_in_->Forward(c, rows_of(normed));
    for (const BasicTransformerBlock* block : blocks_) rows = block->Forward(c, rows, conditioning);
    if (c.failed()) return Value::Poisoned();
    const Value map = conv_out_ ? conv_out_->Forward(c, map_of(rows)) : map_of(linear_out_->Forward(c, rows));
    return ops::Add(c, map, hidden_states);
  });
}

std::vector<std::pair<std::string, std::string>> RenamedAttentionKeys() {
  return {{".query.", ".to_q."}, {".key.", ".to_k."}, {".value.", ".to_v."}, {".proj_attn.", ".to_out.0."}};
}

}  // namespace conformance::models
