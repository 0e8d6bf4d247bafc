#include "framework/models/bert/bert.h"

#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "framework/models/bert/layers.h"
#include "framework/models/config_reader.h"
#include "framework/models/decoder_layout.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/cache.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/select.h"
#include "framework/ops/slice.h"
#include "framework/ops/tanh.h"
#include "framework/ops/zeros.h"

namespace conformance::models {
namespace {

using nn::AttentionMask;
using nn::Cache;
using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct BertConfig {
  int64_t vocab_size, hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, max_position_embeddings, type_vocab_size;
  std::string hidden_act;
  double layer_norm_eps;
  std::optional<int64_t> pad_token_id;
  bool is_decoder, use_cache, output_hidden_states;
  nn::AttentionKind attention;

  int64_t head_dim() const { return hidden_size / num_attention_heads; }
  DecoderShape shape() const {
    return {vocab_size, hidden_size, num_hidden_layers, num_attention_heads, head_dim(), max_position_embeddings, std::nullopt, true};
  }
};

/// What all layers of one forward share.
struct Step {
  AttentionMask mask;
  Cache* cache = nullptr;

  NamedValues Describe(OpContext& c, const Value& hidden_states) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (!c.has_observers()) return inputs;
    if (mask.mask.defined()) inputs.emplace_back("attention_mask", mask.mask);
    if (cache != nullptr) cache->AppendLeaves("past_key_values", inputs);
    return inputs;
  }
};

class BertEmbeddings : public nn::Module {
 public:
  explicit BertEmbeddings(const BertConfig& config)
      : Module("BertEmbeddings"),
        word_embeddings_(Add<nn::Embedding>("word_embeddings", config.vocab_size, config.hidden_size, config.pad_token_id)),
        position_embeddings_(Add<nn::Embedding>("position_embeddings", config.max_position_embeddings, config.hidden_size)),
        token_type_embeddings_(Add<nn::Embedding>("token_type_embeddings", config.type_vocab_size, config.hidden_size)),
        layer_norm_(Add<nn::LayerNorm>("LayerNorm", config.hidden_size, config.layer_norm_eps)),
        position_ids_(AddConstant("position_ids", Positions(config.max_position_embeddings))) {}

  /// Absent ids stand for: positions after `past`, segment 0.
  Value Forward(OpContext& c, const Value& input_ids, const Value& token_type_ids, const Value& position_ids,
                const Value& inputs_embeds, const SymInt& past) const {
    NamedValues inputs;
    for (const auto& [name, value] : {std::pair{"input_ids", &input_ids}, {"token_type_ids", &token_type_ids},
                                      {"position_ids", &position_ids}, {"inputs_embeds", &inputs_embeds}})
      if (value->defined()) inputs.emplace_back(name, *value);
    return Call(c, inputs, [&] {
      const Value words = inputs_embeds.defined() ? inputs_embeds : word_embeddings_.Forward(c, input_ids);
      const SymInt batch = words.size(0), time = words.size(1);
      const Value types = token_type_ids.defined() ? token_type_ids : ops::Zeros(c, {batch, time}, DType::kI64);
      // Of a buffer as long as the table, so that a length beyond it is an error of its own.
      const Value positions = position_ids.defined() ? position_ids : ops::Slice(c, Weight(c, position_ids_), 1, past, past + time);
      Value embeddings = ops::Add(c, words, token_type_embeddings_.Forward(c, types));
      embeddings = ops::Add(c, embeddings, position_embeddings_.Forward(c, positions));
      return layer_norm_.Forward(c, embeddings);
    });
  }

 private:
  static Tensor Positions(int64_t count) {
    std::vector<int64_t> positions(static_cast<size_t>(count));
    std::iota(positions.begin(), positions.end(), int64_t{0});
    return Tensor::Of<int64_t>({1, count}, positions);
  }

  nn::Embedding& word_embeddings_;
  nn::Embedding& position_embeddings_;
  nn::Embedding& token_type_embeddings_;
  nn::LayerNorm& layer_norm_;
  nn::Parameter& position_ids_;
};

class BertSelfAttention : public nn::Module {
 public:
  BertSelfAttention(const BertConfig& config, size_t layer)
      : Module("BertSelfAttention"),
        heads_(config.num_attention_heads),
        head_dim_(config.head_dim()),
        layer_(layer),
        query_(Add<nn::Linear>("query", config.hidden_size, config.hidden_size, true)),
        key_(Add<nn::Linear>("key", config.hidden_size, config.hidden_size, true)),
        value_(Add<nn::Linear>("value", config.hidden_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states), [&] {
      const Value q = nn::SplitHeads(c, query_.Forward(c, hidden_states), heads_, head_dim_);
      Value k = nn::SplitHeads(c, key_.Forward(c, hidden_states), heads_, head_dim_);
      Value v = nn::SplitHeads(c, value_.Forward(c, hidden_states), heads_, head_dim_);
      if (step.cache != nullptr) std::tie(k, v) = step.cache->Update(c, k, v, layer_);
      return nn::Attend(c, q, k, v, step.mask, 1.0 / std::sqrt(static_cast<double>(head_dim_)), heads_, heads_);
    });
  }

 private:
  int64_t heads_, head_dim_;
  size_t layer_;
  nn::Linear& query_;
  nn::Linear& key_;
  nn::Linear& value_;
};

class BertAttention : public nn::Module {
 public:
  BertAttention(const BertConfig& config, size_t layer)
      : Module("BertAttention"),
        self_(Add<BertSelfAttention>("self", config, layer)),
        output_(Add<BertResidual>("output", "BertSelfOutput", config.hidden_size, config.hidden_size, config.layer_norm_eps)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states),
                [&] { return output_.Forward(c, self_.Forward(c, hidden_states, step), hidden_states); });
  }

 private:
  BertSelfAttention& self_;
  BertResidual& output_;
};

class BertLayer : public nn::Module {
 public:
  BertLayer(const BertConfig& config, size_t layer)
      : Module("BertLayer"),
        attention_(Add<BertAttention>("attention", config, layer)),
        intermediate_(Add<BertIntermediate>("intermediate", "BertIntermediate", config.hidden_size, config.intermediate_size, config.hidden_act)),
        output_(Add<BertResidual>("output", "BertOutput", config.intermediate_size, config.hidden_size, config.layer_norm_eps)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states), [&] {
      const Value attended = attention_.Forward(c, hidden_states, step);
      return output_.Forward(c, intermediate_.Forward(c, attended), attended);
    });
  }

 private:
  BertAttention& attention_;
  BertIntermediate& intermediate_;
  BertResidual& output_;
};

class BertEncoder : public nn::Module {
 public:
  explicit BertEncoder(const BertConfig& config) : Module("BertEncoder") {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i)
      layers_.push_back(&Add<BertLayer>("layer." + std::to_string(i), config, static_cast<size_t>(i)));
  }

  /// The last hidden state; all of them, the embeddings first, are appended to `hidden_states` where asked for.
  Value Forward(OpContext& c, const Value& embeddings, const Step& step, std::vector<Tree>* hidden_states) const {
    return Call(c, step.Describe(c, embeddings), [&] {
      Value hidden = embeddings;
      for (const BertLayer* layer : layers_) {
        if (hidden_states) hidden_states->emplace_back(hidden);
        hidden = layer->Forward(c, hidden, step);
      }
      if (hidden_states) hidden_states->emplace_back(hidden);
      return hidden;
    });
  }

 private:
  std::vector<BertLayer*> layers_;
};

class BertPooler : public nn::Module {
 public:
  explicit BertPooler(const BertConfig& config)
      : Module("BertPooler"), dense_(Add<nn::Linear>("dense", config.hidden_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}},
                [&] { return ops::Tanh(c, dense_.Forward(c, ops::Select(c, hidden_states, 1, 0))); });
  }

 private:
  nn::Linear& dense_;
};

class BertModel : public nn::Model {
 public:
  BertModel(Json config, const BertConfig& fields, nn::ModelTraits traits)
      : Model("BertModel", std::move(config), std::move(traits)),
        fields_(fields),
        embeddings_(Add<BertEmbeddings>("embeddings", fields)),
        encoder_(Add<BertEncoder>("encoder", fields)),
        pooler_(Add<BertPooler>("pooler", fields)) {}

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value input_ids = arguments.Ids("input_ids");
    const Value inputs_embeds = arguments.Tensor("inputs_embeds", 3);
    const Value attention_mask = arguments.Tensor("attention_mask");
    const Value token_type_ids = arguments.Ids("token_type_ids");
    const Value position_ids = arguments.Ids("position_ids");
    const bool use_cache = arguments.Flag("use_cache", fields_.use_cache) && fields_.is_decoder;
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    const Tree* past = fields_.is_decoder ? arguments.Structure("past_key_values") : nullptr;
    nn::ReadCommonArguments(arguments);
    if (!fields_.is_decoder) arguments.Refuse("past_key_values", "an encoder has no cache");
    arguments.Refuse("encoder_hidden_states", "this model has no cross-attention");
    arguments.Refuse("encoder_attention_mask", "this model has no cross-attention");
    arguments.ExactlyOne(input_ids, "input_ids", inputs_embeds, "inputs_embeds");
    if (!arguments.Finish()) return {};
    std::optional<Cache> cache;
    if (past != nullptr) {
      auto given = Cache::FromTree(*past, CacheWindows(fields_.shape()));
      if (!given.ok()) {
        c.Fail(std::move(given).error());
        return {};
      }
      cache = std::move(*given);
    }
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      if (use_cache && !cache) cache.emplace(CacheWindows(fields_.shape()));
      Step step;
      step.cache = cache ? &*cache : nullptr;
      const bool fixed = cache && fields_.num_hidden_layers > 0 && cache->IsStatic(0);
      const SymInt time = (input_ids.defined() ? input_ids : inputs_embeds).size(1);
      const Value positions = fixed && !position_ids.defined() ? nn::PositionsAfter(c, &*cache, time) : position_ids;
      const SymInt past_length = cache && !fixed ? cache->Length(0) : SymInt(0);
      const Value embeddings = embeddings_.Forward(c, input_ids, token_type_ids, positions, inputs_embeds, past_length);
      step.mask = nn::MakeAttentionMask(c, {.embeds = embeddings,
                                            .attention_mask = attention_mask,
                                            .position_ids = {},
                                            .cache = step.cache,
                                            .sliding_window = std::nullopt,
                                            .causal = fields_.is_decoder,
                                            .kind = fields_.attention});
      std::vector<Tree> hidden_states;
      const Value hidden = encoder_.Forward(c, embeddings, step, output_hidden_states ? &hidden_states : nullptr);
      Tree output = Tree::Dict({{"last_hidden_state", hidden}, {"pooler_output", pooler_.Forward(c, hidden)}},
                               "BaseModelOutputWithPoolingAndCrossAttentions");
      if (use_cache) output.Set("past_key_values", cache->ToTree());
      if (output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    if (fields_.is_decoder) return DecoderLayout(fields_.shape(), use);
    if (use != "forward")
      return Unsupported("an encoder has no such use").With("found", std::string(use)).With("wanted", "forward");
    const SymInt batch = SymInt::Symbol("batch"), sequence = SymInt::Symbol("sequence");
    nn::InputLayout layout;
    layout.symbols = {{"batch", 1, 64}, {"sequence", 1, fields_.max_position_embeddings}};
    layout.inputs = {{"input_ids", DType::kI64, {batch, sequence}, nn::Fill::kTokenIds, fields_.vocab_size},
                     {"attention_mask", DType::kI64, {batch, sequence}, nn::Fill::kAttentionMask},
                     {"token_type_ids", DType::kI64, {batch, sequence}, nn::Fill::kTokenTypes, fields_.type_vocab_size}};
    layout.optional = {{"position_ids", DType::kI64, {batch, sequence}, nn::Fill::kPositions, fields_.max_position_embeddings},
                       {"inputs_embeds", DType::kF32, {batch, sequence, fields_.hidden_size}, nn::Fill::kNormal}};
    return layout;
  }

 private:
  BertConfig fields_;
  BertEmbeddings& embeddings_;
  BertEncoder& encoder_;
  BertPooler& pooler_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "BertModel", file);
  BertConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 30522);
  fields.hidden_size = reader.Size("hidden_size", 768);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 12);
  fields.num_attention_heads = reader.Size("num_attention_heads", 12);
  fields.intermediate_size = reader.Size("intermediate_size", 3072);
  fields.max_position_embeddings = reader.Size("max_position_embeddings", 512, 1, ConfigReader::kLongestTable);
  fields.type_vocab_size = reader.Size("type_vocab_size", 2);
  fields.hidden_act = reader.ActivationName("hidden_act", "gelu");
  fields.layer_norm_eps = reader.Number("layer_norm_eps", 1e-12);
  fields.pad_token_id = reader.TokenId("pad_token_id", 0, fields.vocab_size);
  fields.is_decoder = reader.Flag("is_decoder", false);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.attention = reader.Attention();
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  reader.Refuse("add_cross_attention", "cross-attention to an encoder");
  reader.Refuse("position_embedding_type", "other positions than absolute ones", "absolute");
  reader.Refuse("is_causal", "use is_decoder");
  reader.Refuse("sliding_window", "this class has no window");
  reader.RefuseLayerTypes("full_attention");
  reader.Ignore({"attention_probs_dropout_prob", "hidden_dropout_prob", "classifier_dropout", "tie_word_embeddings", "directionality",
                 "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type"});
  if (fields.hidden_size % fields.num_attention_heads != 0)
    reader.Fail(Invalid("hidden_size is no multiple of num_attention_heads")
                    .With("key", "num_attention_heads")
                    .With("found", std::to_string(fields.num_attention_heads))
                    .With("wanted", "a divisor of " + std::to_string(fields.hidden_size)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<BertModel>(
      config, fields,
      nn::ModelTraits{.model_type = "bert",
                      .task = "feature-extraction",
                      .base_model_prefix = "bert",
                      .generates = false,
                      .ignored_keys = {"*position_ids"},
                      .renamed_keys = {{"LayerNorm.gamma", "LayerNorm.weight"}, {"LayerNorm.beta", "LayerNorm.bias"}}});
}

}  // namespace

ModelClass BertModelClass() { return {"BertModel", "bert", Make}; }

}  // namespace conformance::models
