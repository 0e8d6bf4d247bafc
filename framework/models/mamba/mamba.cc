#include "framework/models/mamba/mamba.h"

#include <utility>

#include "framework/models/config_reader.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/cache.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/chunk.h"
#include "framework/ops/conv1d.h"
#include "framework/ops/exp.h"
#include "framework/ops/linear_recurrence.h"
#include "framework/ops/matmul.h"
#include "framework/ops/mul.h"
#include "framework/ops/neg.h"
#include "framework/ops/pad.h"
#include "framework/ops/select.h"
#include "framework/ops/silu.h"
#include "framework/ops/slice.h"
#include "framework/ops/softplus.h"
#include "framework/ops/split_with_sizes.h"
#include "framework/ops/squeeze.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"
#include "framework/ops/zeros.h"

namespace conformance::models {
namespace {

using nn::Cache;
using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct MambaConfig {
  int64_t vocab_size, hidden_size, state_size, num_hidden_layers, conv_kernel, intermediate_size,
      time_step_rank;
  double layer_norm_epsilon;
  bool use_bias, use_conv_bias, residual_in_fp32, tie_word_embeddings, use_cache, output_hidden_states;
  std::string hidden_act;

  std::vector<nn::CacheLayer> cache_layers() const {
    return std::vector<nn::CacheLayer>(static_cast<size_t>(num_hidden_layers), nn::CacheLayer::States(1));
  }
};

/// What all layers of one forward share.
struct Step {
  Value mask;  ///< [batch, time], or absent
  Cache* cache = nullptr;

  NamedValues Describe(OpContext& c, const Value& hidden_states) const {
    NamedValues inputs = {{"hidden_states", hidden_states}};
    if (!c.has_observers()) return inputs;
    if (cache != nullptr) cache->AppendLeaves("cache_params", inputs);
    if (mask.defined()) inputs.emplace_back("attention_mask", mask);
    return inputs;
  }
};

/// Padding leaves no trace in the states: [batch, time, dim] is 0 there.
Value WithoutPadding(OpContext& c, const Value& x, const Value& mask) {
  return mask.defined() ? ops::To(c, ops::Mul(c, x, ops::Unsqueeze(c, mask, 2)), x.dtype()) : x;
}

/// A depthwise convolution's parameters under their place in the mixer.
class MambaConv1d : public nn::Module {
 public:
  MambaConv1d(int64_t channels, int64_t kernel, bool bias)
      : Module("Conv1d"),
        channels_(channels),
        weight_(AddParameter("weight", {channels, 1, kernel})),
        bias_(bias ? &AddParameter("bias", {channels}, nn::Init::kZeros) : nullptr) {}

  /// Without padding: [batch, channels, n] -> [batch, channels, n − kernel + 1].
  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"input", x}}, [&] {
      return ops::Conv1d(c, x, Weight(c, weight_), bias_ ? Weight(c, *bias_) : Value(), {1}, {0}, {1},
                         channels_);
    });
  }

 private:
  int64_t channels_;
  nn::Parameter& weight_;
  nn::Parameter* bias_;
};

class MambaMixer : public nn::Module {
 public:
  MambaMixer(const MambaConfig& config, size_t layer)
      : Module("MambaMixer"),
        states_(config.state_size),
        kernel_(config.conv_kernel),
        inner_(config.intermediate_size),
        rank_(config.time_step_rank),
        layer_(layer),
        a_log_(AddParameter("A_log", {inner_, states_})),
        d_(AddParameter("D", {inner_}, nn::Init::kOnes)),
        conv1d_(Add<MambaConv1d>("conv1d", inner_, kernel_, config.use_conv_bias)),
        act_(Add<nn::Activation>("act", config.hidden_act)),
        in_proj_(Add<nn::Linear>("in_proj", config.hidden_size, 2 * inner_, config.use_bias)),
        x_proj_(Add<nn::Linear>("x_proj", inner_, rank_ + 2 * states_, false)),
        dt_proj_(Add<nn::Linear>("dt_proj", rank_, inner_, true)),
        out_proj_(Add<nn::Linear>("out_proj", inner_, config.hidden_size, config.use_bias)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states), [&] {
      const Value projected =
          ops::Transpose(c, in_proj_.Forward(c, WithoutPadding(c, hidden_states, step.mask)), 1, 2);
      const std::vector<Value> halves = ops::Chunk(c, projected, 2, 1);
      if (c.failed()) return Value::Poisoned();
      const Value& gate = halves[1];
      Cache::Layer* kept = step.cache != nullptr ? &step.cache->States(layer_) : nullptr;
      const Value rows = WithoutPadding(c, ops::Transpose(c, Convolve(c, halves[0], kept), 1, 2),
                                        step.mask);                // [batch, time, inner]
      Value scanned = Scan(c, rows, hidden_states.size(1), kept);  // [batch, inner, time]
      scanned = ops::Mul(c, scanned, ops::Silu(c, gate));
      return out_proj_.Forward(c, ops::To(c, ops::Transpose(c, scanned, 1, 2), hidden_states.dtype()));
    });
  }

 private:
  /// Each position with the kernel − 1 before it. Without a past those are zeros; with one, the kept inputs. The last `kernel` inputs
  /// are kept.
  Value Convolve(OpContext& c, const Value& x, Cache::Layer* kept) const {
    const SymInt time = x.size(2);
    const bool has_past = kept != nullptr && kept->conv_states[0].defined();
    const Value wide = has_past ? ops::Cat(c, {Kept(c, kept->conv_states[0], kernel_), x}, -1)
                                : ops::Pad(c, x, {kernel_, 0});
    if (kept != nullptr) kept->conv_states[0] = ops::To(c, ops::Slice(c, wide, 2, time), x.dtype());
    return act_.Forward(c, conv1d_.Forward(c, ops::Slice(c, wide, 2, 1)));
  }

  /// A kept state with the sizes that the class gives it, [batch, inner, width]; another one is an error.
  Value Kept(OpContext& c, const Value& state, int64_t width) const {
    bool fits = state.rank() == 3;
    for (const auto& [axis, size] : {std::pair{1, inner_}, {2, width}})
      fits = fits && c.Guard(Eq(state.size(axis), size), "a kept state has the sizes of the layer");
    if (c.failed()) return Value::Poisoned();
    if (!fits) {
      c.Fail(ShapeError("a kept state does not fit the layer")
                 .With("found", ops::Describe(state.meta()))
                 .With("wanted", "[batch, " + std::to_string(inner_) + ", " + std::to_string(width) + "]"));
      return Value::Poisoned();
    }
    return state.size(1).IsConstant() && state.size(2).IsConstant()
               ? state
               : ops::View(c, state, {state.size(0), inner_, width});
  }

  /// The selective scan over all positions, from a state of zeros; of one position after others from the kept state. (Several positions
  /// after others start from zeros too, as they do in transformers and in the kernels that it calls.)
  Value Scan(OpContext& c, const Value& rows, const SymInt& time, Cache::Layer* kept) const {
    const DType dtype = rows.dtype();
    const std::vector<Value> parts =
        ops::SplitWithSizes(c, x_proj_.Forward(c, rows), {rank_, states_, states_}, -1);
    if (c.failed()) return Value::Poisoned();
    const Value x = ops::Transpose(c, rows, 1, 2);  // [batch, inner, time]
    Value dt =
        ops::Matmul(c, dt_proj_.WeightValue(c), ops::Transpose(c, parts[0], 1, 2));  // [batch, inner, time]
    dt = ops::Softplus(c, ops::Add(c, dt, ops::Unsqueeze(c, dt_proj_.BiasValue(c), 1)));
    const Value a = ops::Neg(c, ops::Exp(c, ops::To(c, Weight(c, a_log_), DType::kF32)));  // [inner, state]
    const Value steps = ops::Unsqueeze(c, ops::To(c, dt, DType::kF32), 3);  // [batch, inner, time, 1]
    const Value decay =
        ops::Exp(c, ops::Mul(c, ops::Unsqueeze(c, a, 1), steps));  // [batch, inner, time, state]
    const Value input =
        ops::Mul(c, ops::Mul(c, steps, ops::To(c, ops::Unsqueeze(c, parts[1], 1), DType::kF32)),
                 ops::To(c, ops::Unsqueeze(c, x, 3), DType::kF32));
    const bool goes_on = kept != nullptr && kept->recurrent_states[0].defined() && time.AsInt() == 1;
    const Value initial = goes_on ? ops::To(c, Kept(c, kept->recurrent_states[0], states_), DType::kF32)
                                  : ops::Zeros(c, {x.size(0), inner_, states_}, DType::kF32);
    const Value all = ops::LinearRecurrence(c, decay, input, initial, 2);
    if (kept != nullptr) {
      const Value last = ops::Select(c, all, 2, -1);
      kept->recurrent_states[0] = goes_on ? ops::To(c, last, kept->recurrent_states[0].dtype()) : last;
    }
    // y = C · h for each position: [batch, time, inner, state] x [batch, time, state, 1].
    const Value out =
        ops::Matmul(c, ops::To(c, ops::Transpose(c, all, 1, 2), dtype), ops::Unsqueeze(c, parts[2], 3));
    const Value y = ops::Transpose(c, ops::Squeeze(c, out, 3), 1, 2);
    const Value skip = goes_on ? Weight(c, d_) : ops::To(c, Weight(c, d_), DType::kF32);
    return ops::Add(c, y, ops::Mul(c, x, ops::Unsqueeze(c, skip, 1)));
  }

  int64_t states_, kernel_, inner_, rank_;
  size_t layer_;
  nn::Parameter& a_log_;
  nn::Parameter& d_;
  MambaConv1d& conv1d_;
  nn::Activation& act_;
  nn::Linear& in_proj_;
  nn::Linear& x_proj_;
  nn::Linear& dt_proj_;
  nn::Linear& out_proj_;
};

class MambaBlock : public nn::Module {
 public:
  MambaBlock(const MambaConfig& config, size_t layer)
      : Module("MambaBlock"),
        residual_in_fp32_(config.residual_in_fp32),
        norm_(Add<nn::RmsNorm>("norm", "MambaRMSNorm", config.hidden_size, config.layer_norm_epsilon)),
        mixer_(Add<MambaMixer>("mixer", config, layer)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Step& step) const {
    return Call(c, step.Describe(c, hidden_states), [&] {
      const Value normed = norm_.Forward(c, ops::To(c, hidden_states, norm_.dtype()));
      const Value residual = residual_in_fp32_ ? ops::To(c, hidden_states, DType::kF32) : hidden_states;
      return ops::Add(c, residual, mixer_.Forward(c, normed, step));
    });
  }

 private:
  bool residual_in_fp32_;
  nn::RmsNorm& norm_;
  MambaMixer& mixer_;
};

class MambaModel : public nn::Module {
 public:
  explicit MambaModel(const MambaConfig& config)
      : Module("MambaModel"),
        embeddings_(Add<nn::Embedding>("embeddings", config.vocab_size, config.hidden_size)) {
    for (int64_t i = 0; i < config.num_hidden_layers; ++i)
      layers_.push_back(&Add<MambaBlock>("layers." + std::to_string(i), config, static_cast<size_t>(i)));
    norm_f_ = &Add<nn::RmsNorm>("norm_f", "MambaRMSNorm", config.hidden_size, config.layer_norm_epsilon);
  }

  /// The last hidden state; all of them, without the embeddings, are appended to `hidden_states` where asked for.
  Value Forward(OpContext& c, const Value& input_ids, const Value& inputs_embeds, const Step& step,
                std::vector<Tree>* hidden_states) const {
    const Value& given = inputs_embeds.defined() ? inputs_embeds : input_ids;
    NamedValues inputs = {{inputs_embeds.defined() ? "inputs_embeds" : "input_ids", given}};
    if (c.has_observers() && step.cache != nullptr) step.cache->AppendLeaves("cache_params", inputs);
    if (step.mask.defined()) inputs.emplace_back("attention_mask", step.mask);
    return Call(c, inputs, [&] {
      Value hidden = inputs_embeds.defined() ? inputs_embeds : embeddings_.Forward(c, input_ids);
      for (const MambaBlock* layer : layers_) {
        hidden = layer->Forward(c, hidden, step);
        if (hidden_states) hidden_states->emplace_back(hidden);
      }
      hidden = norm_f_->Forward(c, hidden);
      if (hidden_states) hidden_states->emplace_back(hidden);
      return hidden;
    });
  }

  const nn::Embedding& embeddings() const { return embeddings_; }

 private:
  nn::Embedding& embeddings_;
  std::vector<MambaBlock*> layers_;
  nn::RmsNorm* norm_f_;
};

class MambaForCausalLM : public nn::Model {
 public:
  MambaForCausalLM(Json config, const MambaConfig& fields, nn::ModelTraits traits)
      : Model("MambaForCausalLM", std::move(config), std::move(traits)),
        fields_(fields),
        backbone_(Add<MambaModel>("backbone", fields)),
        lm_head_(Add<nn::Linear>("lm_head", fields.hidden_size, fields.vocab_size, false)) {
    if (fields.tie_word_embeddings) lm_head_.TieWeight(backbone_.embeddings().weight());
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value input_ids = arguments.Ids("input_ids");
    const Value inputs_embeds = arguments.Tensor("inputs_embeds", 3);
    Step step{.mask = arguments.Tensor("attention_mask", 2)};
    const bool use_cache = arguments.Flag("use_cache", fields_.use_cache);
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    const nn::Arguments::Keep keep = arguments.LogitsToKeep();
    const Tree* past = arguments.Structure("cache_params");
    nn::ReadCommonArguments(arguments);
    arguments.ExactlyOne(input_ids, "input_ids", inputs_embeds, "inputs_embeds");
    if (!arguments.Finish()) return {};
    if (step.mask.defined())
      c.Assert(Eq(step.mask.size(1), (input_ids.defined() ? input_ids : inputs_embeds).size(1)),
               "attention_mask is as long as the tokens of the call: what a state holds of earlier ones needs none");
    std::optional<Cache> cache;
    if (past != nullptr) {
      auto given = Cache::FromTree(*past, fields_.cache_layers(), "cache_params");
      if (!given.ok()) {
        c.Fail(std::move(given).error());
        return {};
      }
      cache = std::move(*given);
    } else if (use_cache) {
      cache.emplace(fields_.cache_layers());
    }
    step.cache = cache ? &*cache : nullptr;
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      std::vector<Tree> hidden_states;
      const Value hidden = backbone_.Forward(c, input_ids, inputs_embeds, step,
                                             output_hidden_states ? &hidden_states : nullptr);
      const Value kept = ops::To(c, nn::SliceLogits(c, hidden, keep), lm_head_.weight().dtype());
      Tree output =
          Tree::Dict({{"logits", ops::To(c, lm_head_.Forward(c, kept), DType::kF32)}}, "MambaCausalLMOutput");
      if (use_cache) output.Set("cache_params", cache->ToTree());
      if (output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    const bool past = use == "decode" || use == "continue";
    if (!past && use != "forward" && use != "prefill")
      return Unsupported("a state-space model has no such use")
          .With("found", std::string(use))
          .With("wanted", "forward, prefill, decode, continue");
    constexpr int64_t kMaxLength = int64_t{1} << 20;  // nothing in the model bounds it
    const SymInt batch = SymInt::Symbol("batch");
    const SymInt length = use == "decode" ? SymInt(1) : SymInt::Symbol("sequence");
    nn::InputLayout layout;
    layout.kwargs["use_cache"] = true;
    layout.left_padded = use != "forward";
    layout.symbols.push_back({"batch", 1, 64});
    if (use != "decode") layout.symbols.push_back({"sequence", 1, kMaxLength});
    layout.inputs = {{"input_ids", DType::kI64, {batch, length}, nn::Fill::kTokenIds, fields_.vocab_size}};
    // States stand for all that was seen, padding left out.
    (past ? layout.optional : layout.inputs)
        .push_back({"attention_mask", DType::kI64, {batch, length}, nn::Fill::kAttentionMask});
    for (int64_t layer = 0; past && layer < fields_.num_hidden_layers; ++layer) {
      const std::string place = "cache_params.layers." + std::to_string(layer) + ".";
      layout.inputs.push_back({place + "conv_states.0",
                               DType::kF32,
                               {batch, fields_.intermediate_size, fields_.conv_kernel},
                               nn::Fill::kNormal});
      layout.inputs.push_back({place + "recurrent_states.0",
                               DType::kF32,
                               {batch, fields_.intermediate_size, fields_.state_size},
                               nn::Fill::kNormal});
    }
    layout.optional.push_back(
        {"inputs_embeds", DType::kF32, {batch, length, fields_.hidden_size}, nn::Fill::kNormal});
    return layout;
  }

 private:
  MambaConfig fields_;
  MambaModel& backbone_;
  nn::Linear& lm_head_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "MambaForCausalLM", file);
  MambaConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 50280);
  fields.hidden_size = reader.Size("hidden_size", 768, 1, ConfigReader::kLongestTable);
  fields.state_size = reader.Size("state_size", 16, 1, ConfigReader::kLongestTable);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 32);
  fields.layer_norm_epsilon = reader.Number("layer_norm_epsilon", 1e-5);
  fields.conv_kernel = reader.Size("conv_kernel", 4, 1, 1024);
  fields.use_bias = reader.Flag("use_bias", false);
  fields.use_conv_bias = reader.Flag("use_conv_bias", true);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.residual_in_fp32 = reader.Flag("residual_in_fp32", true);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", true);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.intermediate_size = static_cast<int64_t>(reader.Size("expand", 2, 1, 64)) * fields.hidden_size;
  // "auto" is the usual value of files that were not saved by the library.
  const Json* rank = config.Find("time_step_rank");
  const int64_t usual = (fields.hidden_size + 15) / 16;
  const bool automatic = rank != nullptr && rank->IsString() && rank->AsString() == "auto";
  fields.time_step_rank =
      automatic ? usual : reader.Size("time_step_rank", usual, 1, ConfigReader::kLongestTable);
  if (automatic) reader.Ignore({"time_step_rank"});
  // Derived by the library from the fields above, whatever a file says; initialisation; ways of training that change no answer.
  reader.Ignore({"intermediate_size", "rescale_prenorm_residual", "time_step_scale", "time_step_min",
                 "time_step_max", "time_step_floor", "time_step_init_scheme", "use_mambapy",
                 "use_associative_scan", "d_model", "d_inner", "n_layer", "ssm_cfg", "rms_norm",
                 "fused_add_norm", "pad_vocab_size_multiple", "attn_implementation", "_attn_implementation"});
  reader.RefuseLayerTypes("linear_attention");
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<MambaForCausalLM>(
      config, fields,
      nn::ModelTraits{
          .model_type = "mamba",
          .task = "text-generation",
          .base_model_prefix = "backbone",
          .generates = true,
          .ignored_keys = {},
          .renamed_keys = {{"embedding.", "embeddings."}},
          .generation = {.cache = "cache_params", .positions = false, .mask_in_prefill_only = true}});
}

}  // namespace

ModelClass MambaForCausalLmClass() { return {"MambaForCausalLM", "mamba", Make}; }

}  // namespace conformance::models
