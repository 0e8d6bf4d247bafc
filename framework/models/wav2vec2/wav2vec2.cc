#include "framework/models/wav2vec2/wav2vec2.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/models/config_reader.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/conv1d.h"
#include "framework/ops/cumsum.h"
#include "framework/ops/div.h"
#include "framework/ops/glu.h"
#include "framework/ops/less.h"
#include "framework/ops/less_equal.h"
#include "framework/ops/logical_not.h"
#include "framework/ops/masked_fill.h"
#include "framework/ops/relu.h"
#include "framework/ops/select.h"
#include "framework/ops/slice.h"
#include "framework/ops/sub.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/weight_norm.h"
#include "framework/ops/where.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct Wav2Vec2Config {
  int64_t vocab_size, hidden_size, num_hidden_layers, num_attention_heads, intermediate_size;
  std::string hidden_act, feat_extract_activation;
  double layer_norm_eps;
  std::vector<int64_t> conv_dim, conv_kernel, conv_stride;
  bool group_norm;  ///< the first convolution has a norm over each channel; else all have one over all channels
  bool conv_bias, do_stable_layer_norm, has_spec_embed, add_adapter, output_hidden_states;
  int64_t num_conv_pos_embeddings, num_conv_pos_embedding_groups;
  int64_t adapter_kernel_size, adapter_stride, num_adapter_layers, output_hidden_size;
  std::optional<int64_t> adapter_attn_dim;
  nn::AttentionKind attention;

  /// Samples that one frame needs.
  int64_t field() const {
    int64_t samples = 1;
    for (size_t i = conv_kernel.size(); i-- > 0;) samples = (samples - 1) * conv_stride[i] + conv_kernel[i];
    return samples;
  }
  int64_t hop() const {
    int64_t samples = 1;
    for (const int64_t stride : conv_stride) samples *= stride;
    return samples;
  }
};

/// A convolution, a norm of the kind that the config has for it, and an activation.
class Wav2Vec2ConvLayer : public nn::Module {
 public:
  enum class Norm : uint8_t { kNone, kGroup, kLayer };

  Wav2Vec2ConvLayer(const Wav2Vec2Config& config, size_t layer, Norm norm)
      : Module(norm == Norm::kNone ? "Wav2Vec2NoLayerNormConvLayer"
                                   : (norm == Norm::kGroup ? "Wav2Vec2GroupNormConvLayer" : "Wav2Vec2LayerNormConvLayer")),
        conv_(Add<nn::Conv1d>("conv", layer > 0 ? config.conv_dim[layer - 1] : 1, config.conv_dim[layer], config.conv_kernel[layer],
                              nn::Conv1d::Options{.stride = config.conv_stride[layer], .bias = config.conv_bias})),
        activation_(Add<nn::Activation>("activation", config.feat_extract_activation)) {
    const int64_t channels = config.conv_dim[layer];
    if (norm == Norm::kGroup) group_norm_ = &Add<nn::GroupNorm>("layer_norm", channels, channels, 1e-5);
    if (norm == Norm::kLayer) layer_norm_ = &Add<nn::LayerNorm>("layer_norm", channels, 1e-5);
  }

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      Value hidden = conv_.Forward(c, hidden_states);
      if (group_norm_ != nullptr) hidden = group_norm_->Forward(c, hidden);
      if (layer_norm_ != nullptr) hidden = ops::Transpose(c, layer_norm_->Forward(c, ops::Transpose(c, hidden, -2, -1)), -2, -1);
      return activation_.Forward(c, hidden);
    });
  }

 private:
  nn::Conv1d& conv_;
  nn::Activation& activation_;
  nn::GroupNorm* group_norm_ = nullptr;
  nn::LayerNorm* layer_norm_ = nullptr;
};

class Wav2Vec2FeatureEncoder : public nn::Module {
 public:
  explicit Wav2Vec2FeatureEncoder(const Wav2Vec2Config& config) : Module("Wav2Vec2FeatureEncoder") {
    using Norm = Wav2Vec2ConvLayer::Norm;
    for (size_t i = 0; i < config.conv_dim.size(); ++i) {
      const Norm norm = !config.group_norm ? Norm::kLayer : (i == 0 ? Norm::kGroup : Norm::kNone);
      conv_layers_.push_back(&Add<Wav2Vec2ConvLayer>("conv_layers." + std::to_string(i), config, i, norm));
    }
  }

  /// [batch, samples] -> [batch, channels, frames].
  Value Forward(OpContext& c, const Value& input_values) const {
    return Call(c, {{"input_values", input_values}}, [&] {
      Value hidden = ops::Unsqueeze(c, input_values, 1);
      for (const Wav2Vec2ConvLayer* layer : conv_layers_) hidden = layer->Forward(c, hidden);
      return hidden;
    });
  }

 private:
  std::vector<Wav2Vec2ConvLayer*> conv_layers_;
};

class Wav2Vec2FeatureProjection : public nn::Module {
 public:
  explicit Wav2Vec2FeatureProjection(const Wav2Vec2Config& config)
      : Module("Wav2Vec2FeatureProjection"),
        layer_norm_(Add<nn::LayerNorm>("layer_norm", config.conv_dim.back(), config.layer_norm_eps)),
        projection_(Add<nn::Linear>("projection", config.conv_dim.back(), config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] { return projection_.Forward(c, layer_norm_.Forward(c, hidden_states)); });
  }

 private:
  nn::LayerNorm& layer_norm_;
  nn::Linear& projection_;
};

/// A convolution whose weight is kept as direction and length of each tap: torch.nn.utils.parametrizations.weight_norm over axis 2.
class WeightNormConv1d : public nn::Module {
 public:
  WeightNormConv1d(int64_t channels, int64_t kernel, int64_t groups)
      : Module("ParametrizedConv1d"),
        padding_(kernel / 2),
        groups_(groups),
        bias_(AddParameter("bias", {channels}, nn::Init::kZeros)),
        length_(AddParameter("parametrizations.weight.original0", {1, 1, kernel}, nn::Init::kOnes)),
        direction_(AddParameter("parametrizations.weight.original1", {channels, channels / groups, kernel})) {}

  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"input", x}}, [&] {
      const Value weight = ops::WeightNorm(c, Weight(c, direction_), Weight(c, length_), 2);
      return ops::Conv1d(c, x, weight, Weight(c, bias_), {1}, {padding_}, {1}, groups_);
    });
  }

 private:
  int64_t padding_, groups_;
  nn::Parameter& bias_;
  nn::Parameter& length_;
  nn::Parameter& direction_;
};

/// Places of frames, told by what stands around them.
class Wav2Vec2PositionalConvEmbedding : public nn::Module {
 public:
  explicit Wav2Vec2PositionalConvEmbedding(const Wav2Vec2Config& config)
      : Module("Wav2Vec2PositionalConvEmbedding"),
        even_(config.num_conv_pos_embeddings % 2 == 0),
        conv_(Add<WeightNormConv1d>("conv", config.hidden_size, config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups)),
        activation_(Add<nn::Activation>("activation", config.feat_extract_activation)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      Value hidden = conv_.Forward(c, ops::Transpose(c, hidden_states, 1, 2));
      if (even_) hidden = ops::Slice(c, hidden, 2, 0, hidden.size(2) - 1);
      return ops::Transpose(c, activation_.Forward(c, hidden), 1, 2);
    });
  }

 private:
  bool even_;
  WeightNormConv1d& conv_;
  nn::Activation& activation_;
};

class Wav2Vec2Attention : public nn::Module {
 public:
  explicit Wav2Vec2Attention(const Wav2Vec2Config& config)
      : Module("Wav2Vec2Attention"),
        heads_(config.num_attention_heads),
        head_dim_(config.hidden_size / config.num_attention_heads),
        k_proj_(Add<nn::Linear>("k_proj", config.hidden_size, config.hidden_size, true)),
        v_proj_(Add<nn::Linear>("v_proj", config.hidden_size, config.hidden_size, true)),
        q_proj_(Add<nn::Linear>("q_proj", config.hidden_size, config.hidden_size, true)),
        out_proj_(Add<nn::Linear>("out_proj", config.hidden_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const nn::AttentionMask& mask) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value q = nn::SplitHeads(c, q_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const Value k = nn::SplitHeads(c, k_proj_.Forward(c, hidden_states), heads_, head_dim_);
      const Value v = nn::SplitHeads(c, v_proj_.Forward(c, hidden_states), heads_, head_dim_);
      return out_proj_.Forward(c, nn::Attend(c, q, k, v, mask, 1.0 / std::sqrt(static_cast<double>(head_dim_)), heads_, heads_));
    });
  }

 private:
  int64_t heads_, head_dim_;
  nn::Linear& k_proj_;
  nn::Linear& v_proj_;
  nn::Linear& q_proj_;
  nn::Linear& out_proj_;
};

class Wav2Vec2FeedForward : public nn::Module {
 public:
  explicit Wav2Vec2FeedForward(const Wav2Vec2Config& config)
      : Module("Wav2Vec2FeedForward"),
        intermediate_dense_(Add<nn::Linear>("intermediate_dense", config.hidden_size, config.intermediate_size, true)),
        intermediate_act_fn_(Add<nn::Activation>("intermediate_act_fn", config.hidden_act)),
        output_dense_(Add<nn::Linear>("output_dense", config.intermediate_size, config.hidden_size, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      return output_dense_.Forward(c, intermediate_act_fn_.Forward(c, intermediate_dense_.Forward(c, hidden_states)));
    });
  }

 private:
  nn::Linear& intermediate_dense_;
  nn::Activation& intermediate_act_fn_;
  nn::Linear& output_dense_;
};

/// A bottleneck behind a layer, by which a model is fitted to a language.
class Wav2Vec2AttnAdapterLayer : public nn::Module {
 public:
  Wav2Vec2AttnAdapterLayer(int64_t dim, int64_t inner)
      : Module("Wav2Vec2AttnAdapterLayer"),
        norm_(Add<nn::LayerNorm>("norm", dim, 1e-5)),
        linear_1_(Add<nn::Linear>("linear_1", dim, inner, true)),
        linear_2_(Add<nn::Linear>("linear_2", inner, dim, true)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}},
                [&] { return linear_2_.Forward(c, ops::Relu(c, linear_1_.Forward(c, norm_.Forward(c, hidden_states)))); });
  }

 private:
  nn::LayerNorm& norm_;
  nn::Linear& linear_1_;
  nn::Linear& linear_2_;
};

/// A layer with its norms behind the sums, or ("stable") before attention and feed-forward.
class Wav2Vec2EncoderLayer : public nn::Module {
 public:
  explicit Wav2Vec2EncoderLayer(const Wav2Vec2Config& config)
      : Module(config.do_stable_layer_norm ? "Wav2Vec2EncoderLayerStableLayerNorm" : "Wav2Vec2EncoderLayer"),
        stable_(config.do_stable_layer_norm),
        attention_(Add<Wav2Vec2Attention>("attention", config)),
        layer_norm_(Add<nn::LayerNorm>("layer_norm", config.hidden_size, config.layer_norm_eps)),
        feed_forward_(Add<Wav2Vec2FeedForward>("feed_forward", config)),
        final_layer_norm_(Add<nn::LayerNorm>("final_layer_norm", config.hidden_size, config.layer_norm_eps)) {
    // The other kind of layer has no adapter, whatever the config says.
    if (stable_ && config.adapter_attn_dim)
      adapter_layer_ = &Add<Wav2Vec2AttnAdapterLayer>("adapter_layer", config.hidden_size, *config.adapter_attn_dim);
  }

  Value Forward(OpContext& c, const Value& hidden_states, const nn::AttentionMask& mask) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (mask.mask.defined()) inputs.emplace_back("attention_mask", mask.mask);
    return Call(c, inputs, [&] {
      if (!stable_) {
        const Value attended = layer_norm_.Forward(c, ops::Add(c, hidden_states, attention_.Forward(c, hidden_states, mask)));
        return final_layer_norm_.Forward(c, ops::Add(c, attended, feed_forward_.Forward(c, attended)));
      }
      Value hidden = ops::Add(c, hidden_states, attention_.Forward(c, layer_norm_.Forward(c, hidden_states), mask));
      hidden = ops::Add(c, hidden, feed_forward_.Forward(c, final_layer_norm_.Forward(c, hidden)));
      return adapter_layer_ != nullptr ? ops::Add(c, hidden, adapter_layer_->Forward(c, hidden)) : hidden;
    });
  }

 private:
  bool stable_;
  Wav2Vec2Attention& attention_;
  nn::LayerNorm& layer_norm_;
  Wav2Vec2FeedForward& feed_forward_;
  nn::LayerNorm& final_layer_norm_;
  Wav2Vec2AttnAdapterLayer* adapter_layer_ = nullptr;
};

class Wav2Vec2Encoder : public nn::Module {
 public:
  explicit Wav2Vec2Encoder(const Wav2Vec2Config& config)
      : Module(config.do_stable_layer_norm ? "Wav2Vec2EncoderStableLayerNorm" : "Wav2Vec2Encoder"),
        stable_(config.do_stable_layer_norm),
        kind_(config.attention),
        pos_conv_embed_(Add<Wav2Vec2PositionalConvEmbedding>("pos_conv_embed", config)),
        layer_norm_(Add<nn::LayerNorm>("layer_norm", config.hidden_size, config.layer_norm_eps)) {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i)
      layers_.push_back(&Add<Wav2Vec2EncoderLayer>("layers." + std::to_string(i), config));
  }

  /// `frames` [batch, frames] is true where a frame counts; it may be absent.
  Value Forward(OpContext& c, const Value& hidden_states, const Value& frames, std::vector<Tree>* states) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (frames.defined()) inputs.emplace_back("attention_mask", frames);
    return Call(c, inputs, [&] {
      Value hidden = hidden_states;
      if (frames.defined()) hidden = ops::MaskedFill(c, hidden, ops::LogicalNot(c, ops::Unsqueeze(c, frames, -1)), 0);
      const nn::AttentionMask mask =
          nn::MakeAttentionMask(c, {.embeds = hidden, .attention_mask = frames, .causal = false, .kind = kind_});
      hidden = ops::Add(c, hidden, pos_conv_embed_.Forward(c, hidden));
      if (!stable_) hidden = layer_norm_.Forward(c, hidden);
      if (states != nullptr) states->emplace_back(hidden);
      for (const Wav2Vec2EncoderLayer* layer : layers_) {
        hidden = layer->Forward(c, hidden, mask);
        if (states != nullptr) states->emplace_back(hidden);
      }
      return stable_ ? layer_norm_.Forward(c, hidden) : hidden;
    });
  }

 private:
  bool stable_;
  nn::AttentionKind kind_;
  Wav2Vec2PositionalConvEmbedding& pos_conv_embed_;
  nn::LayerNorm& layer_norm_;
  std::vector<Wav2Vec2EncoderLayer*> layers_;
};

class Wav2Vec2AdapterLayer : public nn::Module {
 public:
  explicit Wav2Vec2AdapterLayer(const Wav2Vec2Config& config)
      : Module("Wav2Vec2AdapterLayer"),
        conv_(Add<nn::Conv1d>("conv", config.output_hidden_size, 2 * config.output_hidden_size, config.adapter_kernel_size,
                              nn::Conv1d::Options{.stride = config.adapter_stride, .padding = 1})) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] { return ops::Glu(c, conv_.Forward(c, hidden_states), 1); });
  }

 private:
  nn::Conv1d& conv_;
};

class Wav2Vec2Adapter : public nn::Module {
 public:
  explicit Wav2Vec2Adapter(const Wav2Vec2Config& config) : Module("Wav2Vec2Adapter") {
    if (config.output_hidden_size != config.hidden_size) {
      proj_ = &Add<nn::Linear>("proj", config.hidden_size, config.output_hidden_size, true);
      proj_layer_norm_ = &Add<nn::LayerNorm>("proj_layer_norm", config.output_hidden_size, 1e-5);
    }
    for (int64_t i = 0; i < config.num_adapter_layers; ++i)
      layers_.push_back(&Add<Wav2Vec2AdapterLayer>("layers." + std::to_string(i), config));
  }

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      Value hidden = hidden_states;
      if (proj_ != nullptr) hidden = proj_layer_norm_->Forward(c, proj_->Forward(c, hidden));
      hidden = ops::Transpose(c, hidden, 1, 2);
      for (const Wav2Vec2AdapterLayer* layer : layers_) hidden = layer->Forward(c, hidden);
      return ops::Transpose(c, hidden, 1, 2);
    });
  }

 private:
  nn::Linear* proj_ = nullptr;
  nn::LayerNorm* proj_layer_norm_ = nullptr;
  std::vector<Wav2Vec2AdapterLayer*> layers_;
};

class Wav2Vec2Model : public nn::Module {
 public:
  explicit Wav2Vec2Model(const Wav2Vec2Config& config)
      : Module("Wav2Vec2Model"),
        config_(config),
        feature_extractor_(Add<Wav2Vec2FeatureEncoder>("feature_extractor", config)),
        feature_projection_(Add<Wav2Vec2FeatureProjection>("feature_projection", config)),
        encoder_(Add<Wav2Vec2Encoder>("encoder", config)) {
    // What training puts in the place of frames that it hides.
    if (config.has_spec_embed) AddParameter("masked_spec_embed", {config.hidden_size});
    if (config.add_adapter) adapter_ = &Add<Wav2Vec2Adapter>("adapter", config);
  }

  /// The last hidden state [batch, frames, dim].
  Value Forward(OpContext& c, const Value& input_values, const Value& attention_mask, std::vector<Tree>* states) const {
    NamedValues inputs = {{"input_values", input_values}};
    if (attention_mask.defined()) inputs.emplace_back("attention_mask", attention_mask);
    return Call(c, inputs, [&] {
      const Value features = ops::Transpose(c, feature_extractor_.Forward(c, input_values), 1, 2);
      if (c.failed()) return Value::Poisoned();
      const Value frames = attention_mask.defined() ? Frames(c, attention_mask, features.size(1)) : Value();
      const Value hidden = encoder_.Forward(c, feature_projection_.Forward(c, features), frames, states);
      return adapter_ != nullptr ? adapter_->Forward(c, hidden) : hidden;
    });
  }

 private:
  /// Which frames come from samples that count, bool [batch, count]: those up to where the convolutions take the last such sample. A row
  /// with too few samples for a frame counts from the end, as the library's index does.
  Value Frames(OpContext& c, const Value& attention_mask, const SymInt& count) const {
    const Value samples = ops::Cumsum(c, ops::To(c, attention_mask, DType::kI64), -1);
    Value length = ops::Select(c, samples, 1, samples.size(1) - 1);
    for (size_t i = 0; i < config_.conv_kernel.size(); ++i)
      length = ops::Add(c, ops::Div(c, ops::Sub(c, length, config_.conv_kernel[i]), config_.conv_stride[i], "floor"), 1);
    const Value places = ops::Arange(c, count);
    const Value last = ops::Unsqueeze(c, ops::Sub(c, length, 1), -1);
    const Value wrapped = ops::Where(c, ops::Less(c, last, 0), ops::Add(c, last, ops::Unsqueeze(c, CountOf(c, places), 0)), last);
    return ops::LessEqual(c, ops::Unsqueeze(c, places, 0), wrapped);
  }

  /// The number of entries as a tensor [1].
  static Value CountOf(OpContext& c, const Value& places) {
    return ops::Add(c, ops::Slice(c, places, 0, places.size(0) - 1), 1);
  }

  Wav2Vec2Config config_;
  Wav2Vec2FeatureEncoder& feature_extractor_;
  Wav2Vec2FeatureProjection& feature_projection_;
  Wav2Vec2Encoder& encoder_;
  Wav2Vec2Adapter* adapter_ = nullptr;
};

class Wav2Vec2ForCTC : public nn::Model {
 public:
  Wav2Vec2ForCTC(Json config, const Wav2Vec2Config& fields, nn::ModelTraits traits)
      : Model("Wav2Vec2ForCTC", std::move(config), std::move(traits)),
        fields_(fields),
        wav2vec2_(Add<Wav2Vec2Model>("wav2vec2", fields)),
        lm_head_(Add<nn::Linear>("lm_head", fields.add_adapter ? fields.output_hidden_size : fields.hidden_size, fields.vocab_size, true)) {}

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value input_values = arguments.Tensor("input_values", 2);
    const Value attention_mask = arguments.Tensor("attention_mask", 2);
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    nn::ReadCommonArguments(arguments);
    arguments.Refuse("mask_time_indices", "frames are hidden in training only");
    arguments.Refuse("labels", "no loss is computed");
    arguments.Required(input_values, "input_values");
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      std::vector<Tree> states;
      const Value hidden = wav2vec2_.Forward(c, input_values, attention_mask, output_hidden_states ? &states : nullptr);
      Tree result = Tree::Dict({{"logits", lm_head_.Forward(c, hidden)}}, "CausalLMOutput");
      if (output_hidden_states) result.Set("hidden_states", Tree::List(std::move(states)));
      return result;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    if (use != "forward") return Unsupported("this class has no such use").With("found", std::string(use)).With("wanted", "forward");
    const SymInt batch = SymInt::Symbol("batch"), samples = SymInt::Symbol("samples");
    constexpr int64_t kFrames = 23;
    nn::InputLayout layout;
    layout.symbols.push_back({"batch", 1, 64});
    layout.symbols.push_back({.name = "samples",
                              .min = fields_.field(),
                              .max = std::max(fields_.field(), ConfigReader::kLongestTable),
                              .wanted = fields_.field() + kFrames * fields_.hop()});
    layout.inputs = {{"input_values", DType::kF32, {batch, samples}, nn::Fill::kNormal}};
    layout.optional = {{"attention_mask", DType::kI64, {batch, samples}, nn::Fill::kAttentionMask}};
    return layout;
  }

 private:
  Wav2Vec2Config fields_;
  Wav2Vec2Model& wav2vec2_;
  nn::Linear& lm_head_;
};

/// Channels, kernels and strides of the convolutions, one of each for every layer.
void ReadConvolutions(ConfigReader& reader, Wav2Vec2Config& fields) {
  fields.conv_dim = reader.Sizes("conv_dim", {512, 512, 512, 512, 512, 512, 512});
  fields.conv_stride = reader.Sizes("conv_stride", {5, 2, 2, 2, 2, 2, 2});
  fields.conv_kernel = reader.Sizes("conv_kernel", {10, 3, 3, 3, 3, 2, 2});
  fields.conv_bias = reader.Flag("conv_bias", false);
  const size_t layers = fields.conv_dim.size();
  constexpr size_t kMostLayers = 64;
  if (layers == 0 || layers > kMostLayers || fields.conv_stride.size() != layers || fields.conv_kernel.size() != layers)
    reader.Fail(Invalid("conv_dim, conv_stride and conv_kernel are not of one length")
                    .With("key", "conv_dim")
                    .With("found", std::to_string(layers) + ", " + std::to_string(fields.conv_stride.size()) + " and " +
                                       std::to_string(fields.conv_kernel.size()) + " layers")
                    .With("wanted", "1 to " + std::to_string(kMostLayers)));
  double field = 1, widest = 1;
  for (size_t i = std::min(fields.conv_kernel.size(), fields.conv_stride.size()); i-- > 0;)
    field = (field - 1) * static_cast<double>(fields.conv_stride[i]) + static_cast<double>(fields.conv_kernel[i]);
  for (const int64_t dim : fields.conv_dim) widest = std::max(widest, static_cast<double>(dim));
  if (field > static_cast<double>(ConfigReader::kLongestTable) || widest > static_cast<double>(ConfigReader::kLongestTable))
    reader.Fail(Invalid("the convolutions are too wide")
                    .With("key", "conv_kernel")
                    .With("wanted", "a frame of at most " + std::to_string(ConfigReader::kLongestTable) + " samples and as many channels"));
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "Wav2Vec2ForCTC", file);
  Wav2Vec2Config fields;
  fields.vocab_size = reader.Size("vocab_size", 32);
  fields.hidden_size = reader.Size("hidden_size", 768, 1, ConfigReader::kLongestTable);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 12);
  fields.num_attention_heads = reader.Size("num_attention_heads", 12);
  fields.intermediate_size = reader.Size("intermediate_size", 3072);
  fields.hidden_act = reader.ActivationName("hidden_act", "gelu");
  fields.feat_extract_activation = reader.ActivationName("feat_extract_activation", "gelu");
  fields.layer_norm_eps = reader.Number("layer_norm_eps", 1e-5);
  const std::string norm = reader.Text("feat_extract_norm", "group");
  fields.group_norm = norm == "group";
  if (norm != "group" && norm != "layer")
    reader.Fail(Invalid("field has no such value").With("key", "feat_extract_norm").With("found", norm).With("wanted", "group or layer"));
  ReadConvolutions(reader, fields);
  fields.num_conv_pos_embeddings = reader.Size("num_conv_pos_embeddings", 128, 1, ConfigReader::kLongestTable);
  fields.num_conv_pos_embedding_groups = reader.Size("num_conv_pos_embedding_groups", 16);
  fields.do_stable_layer_norm = reader.Flag("do_stable_layer_norm", false);
  // Both odds are of training, but they say whether the checkpoint has the vector that stands for hidden frames.
  const double time_odds = reader.Number("mask_time_prob", 0.05), feature_odds = reader.Number("mask_feature_prob", 0.0);
  fields.has_spec_embed = time_odds > 0 || feature_odds > 0;
  fields.add_adapter = reader.Flag("add_adapter", false);
  fields.adapter_kernel_size = reader.Size("adapter_kernel_size", 3, 1, 1024);
  fields.adapter_stride = reader.Size("adapter_stride", 2, 1, 1024);
  fields.num_adapter_layers = reader.Layers("num_adapter_layers", 3);
  fields.output_hidden_size = reader.OptionalSize("output_hidden_size", std::nullopt, 0, ConfigReader::kLongestTable).value_or(0);
  if (fields.output_hidden_size == 0) fields.output_hidden_size = fields.hidden_size;
  fields.adapter_attn_dim = reader.OptionalSize("adapter_attn_dim", std::nullopt, 1, ConfigReader::kLongestTable);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.attention = reader.Attention();
  // Training, losses, other heads, and what follows from the lists above.
  reader.Ignore({"activation_dropout", "apply_spec_augment", "attention_dropout", "classifier_proj_size", "codevector_dim",
                 "contrastive_logits_temperature", "ctc_loss_reduction", "ctc_zero_infinity", "diversity_loss_weight", "feat_extract_dropout",
                 "feat_proj_dropout", "feat_quantizer_dropout", "final_dropout", "freeze_feat_extract_train", "hidden_dropout",
                 "hidden_dropout_prob", "layerdrop", "mask_channel_length", "mask_channel_min_space", "mask_channel_other",
                 "mask_channel_prob", "mask_channel_selection", "mask_feature_length", "mask_feature_min_masks", "mask_time_length",
                 "mask_time_min_masks", "mask_time_min_space", "mask_time_other", "mask_time_selection", "no_mask_channel_overlap",
                 "no_mask_time_overlap", "num_codevector_groups", "num_codevectors_per_group", "num_feat_extract_layers", "num_negatives",
                 "proj_codevector_dim", "tdnn_dilation", "tdnn_dim", "tdnn_kernel", "tie_word_embeddings", "use_weighted_layer_sum",
                 "xvector_output_dim"});
  for (const auto& [key, parts] : {std::pair{"num_attention_heads", fields.num_attention_heads},
                                   {"num_conv_pos_embedding_groups", fields.num_conv_pos_embedding_groups}})
    if (fields.hidden_size % parts != 0)
      reader.Fail(Invalid("hidden_size is no multiple of " + std::string(key))
                      .With("key", key)
                      .With("found", std::to_string(parts))
                      .With("wanted", "a divisor of " + std::to_string(fields.hidden_size)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<Wav2Vec2ForCTC>(
      config, fields,
      nn::ModelTraits{.model_type = "wav2vec2",
                      .task = "automatic-speech-recognition",
                      .base_model_prefix = "wav2vec2",
                      // Heads that a model was trained with before it got this one.
                      .ignored_keys = {"quantizer.*", "project_hid.*", "project_q.*"},
                      // Weight norm before it was a parametrization.
                      .renamed_keys = {{".conv.weight_g", ".conv.parametrizations.weight.original0"},
                                       {".conv.weight_v", ".conv.parametrizations.weight.original1"}}});
}

}  // namespace

ModelClass Wav2Vec2ForCtcClass() { return {"Wav2Vec2ForCTC", "wav2vec2", Make}; }

}  // namespace conformance::models
