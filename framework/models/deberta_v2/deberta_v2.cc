#include "framework/models/deberta_v2/deberta_v2.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "framework/base/strings.h"
#include "framework/models/bert/layers.h"
#include "framework/models/config_reader.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/layers.h"
#include "framework/ops/abs.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/bmm.h"
#include "framework/ops/clamp.h"
#include "framework/ops/contiguous.h"
#include "framework/ops/div.h"
#include "framework/ops/expand.h"
#include "framework/ops/gather.h"
#include "framework/ops/index.h"
#include "framework/ops/logical_not.h"
#include "framework/ops/masked_fill.h"
#include "framework/ops/mul.h"
#include "framework/ops/neg.h"
#include "framework/ops/ones.h"
#include "framework/ops/permute.h"
#include "framework/ops/repeat.h"
#include "framework/ops/sign.h"
#include "framework/ops/slice.h"
#include "framework/ops/softmax.h"
#include "framework/ops/sub.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"
#include "framework/ops/zeros.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct DebertaConfig {
  int64_t vocab_size, hidden_size, embedding_size, num_hidden_layers, num_attention_heads, head_size,
      intermediate_size;
  int64_t max_position_embeddings, type_vocab_size, max_relative_positions;
  std::optional<int64_t> pad_token_id;
  std::string hidden_act, conv_act;
  double layer_norm_eps;
  bool relative_attention, position_biased_input, share_att_key, c2p, p2c, norm_rel_ebd, output_hidden_states;
  int64_t position_buckets;  ///< 0: distances have no buckets
  int64_t conv_kernel_size, conv_groups;

  int64_t span() const { return position_buckets > 0 ? position_buckets : max_relative_positions; }
  int64_t width() const { return num_attention_heads * head_size; }
};

/// The bucket of each distance from 0 on, up to the first that no span tells from the next. Distances are integers, so what the library
/// computes with a logarithm in f32 is a table here; no rounding of a runtime can move a token into another bucket.
/// Nothing where the table would be too long.
std::optional<Tensor> Buckets(int64_t count, int64_t max_position) {
  const int64_t middle = count / 2;
  const float scale =
      std::log(static_cast<float>(static_cast<double>(max_position - 1) / static_cast<double>(middle)));
  std::vector<int64_t> buckets;
  for (int64_t distance = 0; distance < ConfigReader::kLongestTable; ++distance) {
    int64_t bucket = distance;
    if (distance > middle) {
      const float ratio = static_cast<float>(distance) / static_cast<float>(middle);
      bucket =
          middle + static_cast<int64_t>(std::ceil(std::log(ratio) / scale * static_cast<float>(middle - 1)));
    }
    buckets.push_back(bucket);
    const bool constant = middle == 1 && distance > middle;
    if (bucket >= count || constant)
      return Tensor::Of<int64_t>({static_cast<int64_t>(buckets.size())}, buckets);
  }
  return std::nullopt;
}

/// What all layers of one forward share.
struct Step {
  Value mask;  ///< bool [batch, 1, time, time]
  Value
      relative;  ///< query's position less the key's, in buckets, [time, time]; absent without relative attention
  Value rel_embeddings;  ///< [1, 2 · span, dim]
};

/// [batch, time, heads · d] -> [batch · heads, time, d].
Value ByHead(OpContext& c, const Value& x, int64_t heads, int64_t size) {
  const Value split = ops::View(c, x, {x.size(0), x.size(1), heads, size});
  return ops::View(c, ops::Contiguous(c, ops::Permute(c, split, {0, 2, 1, 3})),
                   {x.size(0) * heads, x.size(1), size});
}

class DisentangledSelfAttention : public nn::Module {
 public:
  explicit DisentangledSelfAttention(const DebertaConfig& config)
      : Module("DisentangledSelfAttention"),
        config_(config),
        query_proj_(Add<nn::Linear>("query_proj", config.hidden_size, config.width(), true)),
        key_proj_(Add<nn::Linear>("key_proj", config.hidden_size, config.width(), true)),
        value_proj_(Add<nn::Linear>("value_proj", config.hidden_size, config.width(), true)) {
    if (!config.relative_attention || config.share_att_key) return;
    if (config.c2p)
      pos_key_proj_ = &Add<nn::Linear>("pos_key_proj", config.hidden_size, config.width(), true);
    if (config.p2c)
      pos_query_proj_ = &Add<nn::Linear>("pos_query_proj", config.hidden_size, config.width(), true);
  }

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, {{"hidden_states", hidden_states}, {"attention_mask", step.mask}}, [&] {
      const SymInt batch = hidden_states.size(0), time = hidden_states.size(1);
      const int64_t heads = config_.num_attention_heads, size = config_.head_size;
      const Value q = ByHead(c, query_proj_.Forward(c, hidden_states), heads, size);
      const Value k = ByHead(c, key_proj_.Forward(c, hidden_states), heads, size);
      const Value v = ByHead(c, value_proj_.Forward(c, hidden_states), heads, size);
      Value scores = ops::Bmm(c, q, Scaled(c, ops::Transpose(c, k, -1, -2)));
      if (step.relative.defined() && (config_.c2p || config_.p2c)) {
        // The biases are added up before they meet the scores, which is another rounding in halves.
        Value bias = config_.c2p ? ContentToPosition(c, q, step, batch) : Value();
        if (config_.p2c) {
          const Value second = PositionToContent(c, k, step, batch);
          bias = bias.defined() ? ops::Add(c, bias, second) : second;
        }
        scores = ops::Add(c, scores, bias);
      }
      scores = ops::View(c, scores, {batch, heads, time, time});
      scores = ops::MaskedFill(c, scores, ops::LogicalNot(c, step.mask), Lowest(scores.dtype()));
      const Value weights = ops::View(c, ops::Softmax(c, scores, -1), {batch * heads, time, time});
      const Value context = ops::View(c, ops::Bmm(c, weights, v), {batch, heads, time, size});
      return ops::View(c, ops::Contiguous(c, ops::Permute(c, context, {0, 2, 1, 3})),
                       {batch, time, heads * size});
    });
  }

 private:
  static double Lowest(DType dtype) {
    switch (dtype) {
      case DType::kF16: return -65504.0;
      case DType::kBF16: return -3.3895313892515355e38;
      case DType::kF64: return std::numeric_limits<double>::lowest();
      default: return std::numeric_limits<float>::lowest();
    }
  }

  /// x over the root of head size and kinds of scores, rounded to the type of x as the library does.
  Value Scaled(OpContext& c, const Value& x) const {
    const auto kinds = static_cast<float>(1 + (config_.c2p ? 1 : 0) + (config_.p2c ? 1 : 0));
    const float scale = std::sqrt(static_cast<float>(config_.head_size) * kinds);
    return ops::Div(c, x, c.Constant(Cast(Tensor::Of<float>({}, {scale}), x.dtype())));
  }

  /// Positions' keys or queries for every row of the batch, [batch · heads, d, 2 · span].
  Value Positions(OpContext& c, const nn::Linear& projection, const Step& step, const SymInt& batch) const {
    const Value heads =
        ByHead(c, projection.Forward(c, step.rel_embeddings), config_.num_attention_heads, config_.head_size);
    return ops::Transpose(c, ops::Repeat(c, heads, {batch, 1, 1}), -1, -2);
  }

  Value Picked(OpContext& c, const Value& scores, const Value& relative) const {
    const int64_t span = config_.span();
    const Value column = ops::Clamp(c, ops::Add(c, relative, span), 0, 2 * span - 1);
    return ops::Gather(
        c, scores, -1,
        ops::Expand(c, ops::Unsqueeze(c, column, 0), {scores.size(0), relative.size(0), relative.size(1)}));
  }

  Value ContentToPosition(OpContext& c, const Value& q, const Step& step, const SymInt& batch) const {
    const nn::Linear& projection = pos_key_proj_ != nullptr ? *pos_key_proj_ : key_proj_;
    return Scaled(c, Picked(c, ops::Bmm(c, q, Positions(c, projection, step, batch)), step.relative));
  }

  Value PositionToContent(OpContext& c, const Value& k, const Step& step, const SymInt& batch) const {
    const nn::Linear& projection = pos_query_proj_ != nullptr ? *pos_query_proj_ : query_proj_;
    const Value picked =
        Picked(c, ops::Bmm(c, k, Positions(c, projection, step, batch)), ops::Neg(c, step.relative));
    return Scaled(c, ops::Transpose(c, picked, -1, -2));
  }

  DebertaConfig config_;
  nn::Linear& query_proj_;
  nn::Linear& key_proj_;
  nn::Linear& value_proj_;
  nn::Linear* pos_key_proj_ = nullptr;
  nn::Linear* pos_query_proj_ = nullptr;
};

class DebertaAttention : public nn::Module {
 public:
  explicit DebertaAttention(const DebertaConfig& config)
      : Module("DebertaV2Attention"),
        self_(Add<DisentangledSelfAttention>("self", config)),
        output_(Add<BertResidual>("output", "DebertaV2SelfOutput", config.width(), config.hidden_size, config.layer_norm_eps)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, {{"hidden_states", hidden_states}},
                [&] { return output_.Forward(c, self_.Forward(c, hidden_states, step), hidden_states); });
  }

 private:
  DisentangledSelfAttention& self_;
  BertResidual& output_;
};

class DebertaLayer : public nn::Module {
 public:
  explicit DebertaLayer(const DebertaConfig& config)
      : Module("DebertaV2Layer"),
        attention_(Add<DebertaAttention>("attention", config)),
        intermediate_(Add<BertIntermediate>("intermediate", "DebertaV2Intermediate", config.hidden_size, config.intermediate_size, config.hidden_act)),
        output_(Add<BertResidual>("output", "DebertaV2Output", config.intermediate_size, config.hidden_size, config.layer_norm_eps)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value attended = attention_.Forward(c, hidden_states, step);
      return output_.Forward(c, intermediate_.Forward(c, attended), attended);
    });
  }

 private:
  DebertaAttention& attention_;
  BertIntermediate& intermediate_;
  BertResidual& output_;
};

/// A convolution over the embeddings that joins the first layer's answer.
class ConvLayer : public nn::Module {
 public:
  explicit ConvLayer(const DebertaConfig& config)
      : Module("ConvLayer"),
        conv_(Add<nn::Conv1d>(
            "conv", config.hidden_size, config.hidden_size, config.conv_kernel_size,
            nn::Conv1d::Options{.padding = (config.conv_kernel_size - 1) / 2, .groups = config.conv_groups})),
        layer_norm_(Add<nn::LayerNorm>("LayerNorm", config.hidden_size, config.layer_norm_eps)),
        act_(Add<nn::Activation>("act", config.conv_act)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Value& residual_states,
                const Value& input_mask) const {
    return Call(
        c,
        {{"hidden_states", hidden_states}, {"residual_states", residual_states}, {"input_mask", input_mask}},
        [&] {
          Value out = ops::Permute(c, conv_.Forward(c, ops::Permute(c, hidden_states, {0, 2, 1})), {0, 2, 1});
          const Value counts = ops::Unsqueeze(c, input_mask, -1);
          out = ops::MaskedFill(c, out, ops::LogicalNot(c, ops::To(c, counts, DType::kBool)), 0.0);
          const Value sum = ops::Add(c, residual_states, act_.Forward(c, out));
          return ops::Mul(c, layer_norm_.Forward(c, sum), ops::To(c, counts, sum.dtype()));
        });
  }

 private:
  nn::Conv1d& conv_;
  nn::LayerNorm& layer_norm_;
  nn::Activation& act_;
};

class DebertaEmbeddings : public nn::Module {
 public:
  explicit DebertaEmbeddings(const DebertaConfig& config)
      : Module("DebertaV2Embeddings"),
        word_embeddings_(Add<nn::Embedding>("word_embeddings", config.vocab_size, config.embedding_size,
                                            config.pad_token_id)) {
    if (config.position_biased_input)
      position_embeddings_ =
          &Add<nn::Embedding>("position_embeddings", config.max_position_embeddings, config.embedding_size);
    if (config.type_vocab_size > 0)
      token_type_embeddings_ =
          &Add<nn::Embedding>("token_type_embeddings", config.type_vocab_size, config.embedding_size);
    if (config.embedding_size != config.hidden_size)
      embed_proj_ = &Add<nn::Linear>("embed_proj", config.embedding_size, config.hidden_size, false);
    layer_norm_ = &Add<nn::LayerNorm>("LayerNorm", config.hidden_size, config.layer_norm_eps);
  }

  Value Forward(OpContext& c, const Value& input_ids, const Value& token_type_ids, const Value& position_ids,
                const Value& mask, const Value& inputs_embeds) const {
    NamedValues inputs;
    for (const auto& [name, value] : {std::pair{"input_ids", &input_ids},
                                      {"token_type_ids", &token_type_ids},
                                      {"position_ids", &position_ids},
                                      {"inputs_embeds", &inputs_embeds}})
      if (value->defined()) inputs.emplace_back(name, *value);
    return Call(c, inputs, [&] {
      Value embeddings = inputs_embeds.defined() ? inputs_embeds : word_embeddings_.Forward(c, input_ids);
      const SymInt batch = embeddings.size(0), time = embeddings.size(1);
      if (position_embeddings_ != nullptr)
        embeddings =
            ops::Add(c, embeddings,
                     position_embeddings_->Forward(
                         c, position_ids.defined() ? position_ids : nn::DefaultPositions(c, time, 0)));
      if (token_type_embeddings_ != nullptr) {
        const Value types =
            token_type_ids.defined() ? token_type_ids : ops::Zeros(c, {batch, time}, DType::kI64);
        embeddings = ops::Add(c, embeddings, token_type_embeddings_->Forward(c, types));
      }
      if (embed_proj_ != nullptr) embeddings = embed_proj_->Forward(c, embeddings);
      embeddings = layer_norm_->Forward(c, embeddings);
      return ops::Mul(c, embeddings, ops::To(c, ops::Unsqueeze(c, mask, 2), embeddings.dtype()));
    });
  }

 private:
  nn::Embedding& word_embeddings_;
  nn::Embedding* position_embeddings_ = nullptr;
  nn::Embedding* token_type_embeddings_ = nullptr;
  nn::Linear* embed_proj_ = nullptr;
  nn::LayerNorm* layer_norm_;
};

class DebertaEncoder : public nn::Module {
 public:
  DebertaEncoder(const DebertaConfig& config, std::optional<Tensor> buckets)
      : Module("DebertaV2Encoder"), config_(config) {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i)
      layers_.push_back(&Add<DebertaLayer>("layer." + std::to_string(i), config));
    if (config.relative_attention)
      rel_embeddings_ = &Add<nn::Embedding>("rel_embeddings", 2 * config.span(), config.hidden_size);
    if (config.norm_rel_ebd)
      layer_norm_ = &Add<nn::LayerNorm>("LayerNorm", config.hidden_size, config.layer_norm_eps);
    if (config.conv_kernel_size > 0) conv_ = &Add<ConvLayer>("conv", config);
    if (buckets) buckets_ = &AddConstant("position_buckets", std::move(*buckets));
  }

  /// All states, the embeddings first, are appended to `hidden_states` where asked for.
  Value Forward(OpContext& c, const Value& embeddings, const Value& attention_mask,
                std::vector<Tree>* hidden_states) const {
    return Call(c, {{"hidden_states", embeddings}, {"attention_mask", attention_mask}}, [&] {
      Step step;
      const Value counts = ops::To(c, attention_mask, DType::kBool);
      step.mask = ops::Mul(c, ops::Unsqueeze(c, ops::Unsqueeze(c, counts, 1), 2),
                           ops::Unsqueeze(c, ops::Unsqueeze(c, counts, 1), 3));
      if (rel_embeddings_ != nullptr) {
        step.relative = Relative(c, embeddings.size(1));
        const Value table = Weight(c, rel_embeddings_->weight());
        step.rel_embeddings =
            ops::Unsqueeze(c, layer_norm_ != nullptr ? layer_norm_->Forward(c, table) : table, 0);
      }
      Value hidden = embeddings;
      if (hidden_states) hidden_states->emplace_back(hidden);
      for (size_t i = 0; i < layers_.size(); ++i) {
        hidden = layers_[i]->Forward(c, hidden, step);
        if (i == 0 && conv_ != nullptr) hidden = conv_->Forward(c, embeddings, hidden, attention_mask);
        if (hidden_states) hidden_states->emplace_back(hidden);
      }
      return hidden;
    });
  }

 private:
  /// The query's position less the key's, in buckets where there are any: [time, time].
  Value Relative(OpContext& c, const SymInt& time) const {
    const Value positions = ops::Arange(c, time);
    const Value distance = ops::Sub(c, ops::Unsqueeze(c, positions, 1), ops::Unsqueeze(c, positions, 0));
    if (buckets_ == nullptr) return distance;
    const Value bucket = ops::Index(c, Weight(c, *buckets_),
                                    {ops::ClampMax(c, ops::Abs(c, distance), buckets_->shape()[0] - 1)});
    return ops::Mul(c, ops::Sign(c, distance), bucket);
  }

  DebertaConfig config_;
  std::vector<DebertaLayer*> layers_;
  nn::Embedding* rel_embeddings_ = nullptr;
  nn::LayerNorm* layer_norm_ = nullptr;
  ConvLayer* conv_ = nullptr;
  nn::Parameter* buckets_ = nullptr;
};

class DebertaV2Model : public nn::Model {
 public:
  DebertaV2Model(Json config, const DebertaConfig& fields, std::optional<Tensor> buckets,
                 nn::ModelTraits traits)
      : Model("DebertaV2Model", std::move(config), std::move(traits)),
        fields_(fields),
        embeddings_(Add<DebertaEmbeddings>("embeddings", fields)),
        encoder_(Add<DebertaEncoder>("encoder", fields, std::move(buckets))) {}

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value input_ids = arguments.Ids("input_ids");
    const Value inputs_embeds = arguments.Tensor("inputs_embeds", 3);
    Value mask = arguments.Tensor("attention_mask", 2);
    const Value token_type_ids = arguments.Ids("token_type_ids");
    const Value position_ids = arguments.Ids("position_ids");
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    nn::ReadCommonArguments(arguments);
    arguments.ExactlyOne(input_ids, "input_ids", inputs_embeds, "inputs_embeds");
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      const Value& tokens = input_ids.defined() ? input_ids : inputs_embeds;
      if (!mask.defined()) mask = ops::Ones(c, {tokens.size(0), tokens.size(1)}, DType::kI64);
      const Value embeddings =
          embeddings_.Forward(c, input_ids, token_type_ids, position_ids, mask, inputs_embeds);
      std::vector<Tree> hidden_states;
      const Value hidden =
          encoder_.Forward(c, embeddings, mask, output_hidden_states ? &hidden_states : nullptr);
      Tree output = Tree::Dict({{"last_hidden_state", hidden}}, "BaseModelOutput");
      if (output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    if (use != "forward")
      return Unsupported("an encoder has no such use")
          .With("found", std::string(use))
          .With("wanted", "forward");
    const SymInt batch = SymInt::Symbol("batch"), sequence = SymInt::Symbol("sequence");
    constexpr int64_t kMaxLength = int64_t{1} << 16;  // relative positions have no end
    nn::InputLayout layout;
    layout.symbols = {
        {"batch", 1, 64},
        {"sequence", 1, fields_.position_biased_input ? fields_.max_position_embeddings : kMaxLength}};
    layout.inputs = {{"input_ids", DType::kI64, {batch, sequence}, nn::Fill::kTokenIds, fields_.vocab_size},
                     {"attention_mask", DType::kI64, {batch, sequence}, nn::Fill::kAttentionMask}};
    const nn::InputSpec types{"token_type_ids",
                              DType::kI64,
                              {batch, sequence},
                              nn::Fill::kTokenTypes,
                              std::max<int64_t>(fields_.type_vocab_size, 1)};
    (fields_.type_vocab_size > 0 ? layout.inputs : layout.optional).push_back(types);
    layout.optional.push_back({"position_ids",
                               DType::kI64,
                               {batch, sequence},
                               nn::Fill::kPositions,
                               fields_.max_position_embeddings});
    layout.optional.push_back(
        {"inputs_embeds", DType::kF32, {batch, sequence, fields_.embedding_size}, nn::Fill::kNormal});
    return layout;
  }

 private:
  DebertaConfig fields_;
  DebertaEmbeddings& embeddings_;
  DebertaEncoder& encoder_;
};

/// pos_att_type: a list, or names with bars between them.
void ReadPositionKinds(ConfigReader& reader, const Json& config, DebertaConfig& fields) {
  reader.Ignore({"pos_att_type"});
  std::vector<std::string> kinds;
  const Json* json = config.Find("pos_att_type");
  if (json != nullptr && json->IsString()) kinds = Split(json->AsString(), '|');
  if (json != nullptr && json->IsArray())
    for (const Json& kind : json->AsArray())
      kinds.push_back(kind.IsString() ? kind.AsString() : std::string(Json::KindName(kind.kind())));
  fields.c2p = fields.p2c = false;
  for (const std::string& kind : kinds) {
    const std::string name(Trim(kind));
    if (name == "c2p")
      fields.c2p = true;
    else if (name == "p2c")
      fields.p2c = true;
    else if (!name.empty())
      reader.Fail(Unsupported("a kind of position score is not implemented")
                      .With("key", "pos_att_type")
                      .With("found", name)
                      .With("wanted", "c2p or p2c"));
  }
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "DebertaV2Model", file);
  DebertaConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 128100);
  fields.hidden_size = reader.Size("hidden_size", 1536, 1, ConfigReader::kLongestTable);
  fields.embedding_size = reader.Size("embedding_size", fields.hidden_size);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 24);
  fields.num_attention_heads = reader.Size("num_attention_heads", 24);
  fields.head_size = reader.Size("attention_head_size",
                                 std::max<int64_t>(fields.hidden_size / fields.num_attention_heads, 1));
  fields.intermediate_size = reader.Size("intermediate_size", 6144);
  fields.hidden_act = reader.ActivationName("hidden_act", "gelu");
  fields.max_position_embeddings =
      reader.Size("max_position_embeddings", 512, 1, ConfigReader::kLongestTable);
  fields.type_vocab_size = reader.Size("type_vocab_size", 0, 0);
  fields.layer_norm_eps = reader.Number("layer_norm_eps", 1e-7);
  fields.pad_token_id = reader.TokenId("pad_token_id", 0, fields.vocab_size);
  fields.relative_attention = reader.Flag("relative_attention", false);
  const int64_t farthest = reader.Size("max_relative_positions", -1, -1, ConfigReader::kLongestTable);
  fields.max_relative_positions = farthest < 1 ? fields.max_position_embeddings : farthest;
  fields.position_buckets =
      std::max<int64_t>(reader.Size("position_buckets", -1, -1, ConfigReader::kLongestTable), 0);
  fields.position_biased_input = reader.Flag("position_biased_input", true);
  fields.share_att_key = reader.Flag("share_att_key", false);
  ReadPositionKinds(reader, config, fields);
  const std::string norm = reader.Text("norm_rel_ebd", "none");
  fields.norm_rel_ebd = norm.find("layer_norm") != std::string::npos;
  if (norm != "none" && norm != "layer_norm")
    reader.Fail(Unsupported("a norm of position embeddings is not implemented")
                    .With("key", "norm_rel_ebd")
                    .With("found", norm)
                    .With("wanted", "none or layer_norm"));
  fields.conv_kernel_size = reader.Size("conv_kernel_size", 0, 0, 1024);
  fields.conv_groups = reader.Size("conv_groups", 1);
  fields.conv_act = reader.ActivationName("conv_act", "tanh");
  // The library makes these anew in each forward, and no checkpoint has their weights.
  if (fields.conv_act == "prelu" || fields.conv_act == "xielu")
    reader.Fail(Unsupported("an activation with weights is not implemented for conv_act")
                    .With("key", "conv_act")
                    .With("found", fields.conv_act));
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  if (reader.Attention() == nn::AttentionKind::kSdpa && config.Find("attn_implementation") != nullptr)
    reader.Refuse("attn_implementation", "this attention has scores that sdpa doesn't know", "eager");
  // Of heads and pretraining, and dropping of training.
  reader.Ignore({"attention_probs_dropout_prob", "hidden_dropout_prob", "pooler_dropout", "pooler_hidden_act",
                 "pooler_hidden_size", "legacy", "tie_word_embeddings", "conv_dropout", "cls_dropout",
                 "pos_dropout", "summary_activation", "summary_last_dropout"});
  const auto invalid = [&](const char* key, int64_t found, std::string wanted) {
    reader.Fail(Invalid("fields do not fit each other")
                    .With("key", key)
                    .With("found", std::to_string(found))
                    .With("wanted", std::move(wanted)));
  };
  if (fields.hidden_size % fields.num_attention_heads != 0)
    invalid("num_attention_heads", fields.num_attention_heads, "a divisor of hidden_size");
  if (fields.width() != fields.hidden_size)
    invalid("attention_head_size", fields.head_size, "hidden_size / num_attention_heads");
  if (fields.conv_kernel_size > 0 && fields.conv_kernel_size % 2 == 0)
    invalid("conv_kernel_size", fields.conv_kernel_size, "an odd number");
  if (fields.hidden_size % fields.conv_groups != 0)
    invalid("conv_groups", fields.conv_groups, "a divisor of hidden_size");
  std::optional<Tensor> buckets;
  if (fields.relative_attention && fields.position_buckets > 0) {
    const bool fits =
        fields.position_buckets >= 2 && fields.max_relative_positions - 1 > fields.position_buckets / 2;
    if (fits) buckets = Buckets(fields.position_buckets, fields.max_relative_positions);
    if (!buckets)
      invalid("position_buckets", fields.position_buckets,
              "from 2 to below twice the largest relative position");
  }
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<DebertaV2Model>(
      config, fields, std::move(buckets),
      nn::ModelTraits{
          .model_type = "deberta-v2",
          .task = "feature-extraction",
          .base_model_prefix = "deberta",
          .generates = false,
          .ignored_keys = {"*position_embeddings*", "*position_ids"},
          .renamed_keys = {{"LayerNorm.gamma", "LayerNorm.weight"}, {"LayerNorm.beta", "LayerNorm.bias"}}});
}

}  // namespace

ModelClass DebertaV2ModelClass() { return {"DebertaV2Model", "deberta-v2", Make}; }

}  // namespace conformance::models
