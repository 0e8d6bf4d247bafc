#include "framework/models/mixtral/mixtral.h"

#include <utility>

#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"
#include "framework/nn/experts.h"
#include "framework/ops/div.h"
#include "framework/ops/linear.h"
#include "framework/ops/reshape.h"
#include "framework/ops/softmax.h"
#include "framework/ops/sum.h"
#include "framework/ops/to.h"
#include "framework/ops/topk.h"

namespace conformance::models {
namespace {

using ops::OpContext;
using ops::Value;

/// Probabilities of the experts in f32; the best of each row share what they have.
class MixtralTopKRouter : public nn::Module {
 public:
  MixtralTopKRouter(int64_t experts, int64_t dim, int64_t chosen)
      : Module("MixtralTopKRouter"), chosen_(chosen), weight_(AddParameter("weight", {experts, dim})) {}

  /// {scores, indices}, both [rows, chosen].
  std::vector<Value> Forward(OpContext& c, const Value& hidden_states) const {
    return CallMulti(c, {{"hidden_states", hidden_states}}, [&] {
      const Value logits = ops::Linear(c, hidden_states, Weight(c, weight_));
      const auto [values, indices] =
          ops::Topk(c, ops::Softmax(c, ops::To(c, logits, DType::kF32), -1), chosen_);
      return std::vector<Value>{ops::Div(c, values, ops::Sum(c, values, {-1}, true)), indices};
    });
  }

 private:
  int64_t chosen_;
  nn::Parameter& weight_;
};

class MixtralSparseMoeBlock : public FeedForward {
 public:
  MixtralSparseMoeBlock(const LlamaDecoderConfig& config, int64_t experts, int64_t chosen)
      : FeedForward("MixtralSparseMoeBlock"),
        gate_(Add<MixtralTopKRouter>("gate", experts, config.hidden_size, chosen)),
        experts_(Add<nn::Experts>("experts", "MixtralExperts", experts, config.hidden_size,
                                  config.intermediate_size, config.hidden_act)) {}

  Value Forward(OpContext& c, const Value& x) const override {
    return Call(c, {{"hidden_states", x}}, [&] {
      const Value rows = ops::Reshape(c, x, {-1, x.size(2)});
      const std::vector<Value> routing = gate_.Forward(c, rows);
      if (c.failed()) return Value::Poisoned();
      return ops::Reshape(c, experts_.Forward(c, rows, routing[1], routing[0]), x.sizes());
    });
  }

 private:
  MixtralTopKRouter& gate_;
  nn::Experts& experts_;
};

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "MixtralForCausalLM", file);
  reader.Alias("num_local_experts", "num_experts");
  LlamaDecoderConfig fields;
  fields.family = "Mixtral";
  fields.output_class = "MoeCausalLMOutputWithPast";
  fields.vocab_size = reader.Size("vocab_size", 32000);
  fields.hidden_size = reader.Size("hidden_size", 4096, 1, ConfigReader::kLongestTable);
  fields.intermediate_size = reader.Size("intermediate_size", 14336, 1, ConfigReader::kLongestTable);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 32);
  fields.num_attention_heads = reader.Size("num_attention_heads", 32);
  fields.num_key_value_heads =
      reader.OptionalSize("num_key_value_heads", 8).value_or(fields.num_attention_heads);
  fields.head_dim = reader.OptionalSize("head_dim", std::nullopt, 1, ConfigReader::kLongestTable)
                        .value_or(fields.hidden_size / fields.num_attention_heads);
  fields.max_position_embeddings = reader.Size("max_position_embeddings", 4096 * 32);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.rms_norm_eps = reader.Number("rms_norm_eps", 1e-5);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", false);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.is_causal = reader.Flag("is_causal", true);
  fields.attention = reader.Attention();
  fields.pad_token_id = reader.TokenId("pad_token_id", std::nullopt, fields.vocab_size);
  fields.sliding_window = reader.OptionalSize("sliding_window");
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings, 1000000.0);
  const int64_t experts = reader.Size("num_local_experts", 8, 1, 1024);
  const int64_t chosen = reader.Size("num_experts_per_tok", 2, 1, 1024);
  reader.RefuseLayerTypes(fields.sliding_window ? "sliding_attention" : "full_attention");
  reader.Refuse("attention_bias", "this class has no biases");
  reader.Refuse("output_router_logits", "router logits are not kept");
  // Other ways to compute the same answer; noise and losses of training.
  reader.Ignore({"attention_dropout", "router_aux_loss_coef", "router_jitter_noise", "experts_implementation",
                 "_experts_implementation"});
  if (chosen > experts)
    reader.Fail(Invalid("num_experts_per_tok is above num_local_experts")
                    .With("key", "num_experts_per_tok")
                    .With("found", std::to_string(chosen))
                    .With("wanted", "at most " + std::to_string(experts)));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  fields.feed_forward = [experts, chosen](const LlamaDecoderConfig& decoder) -> std::unique_ptr<FeedForward> {
    return std::make_unique<MixtralSparseMoeBlock>(decoder, experts, chosen);
  };
  auto model = MakeLlamaDecoder(config, fields,
                                {.model_type = "mixtral",
                                 .task = "text-generation",
                                 .base_model_prefix = "model",
                                 .generates = true,
                                 .ignored_keys = {"*rotary_emb.inv_freq"},
                                 .renamed_keys = {{".block_sparse_moe.", ".mlp."}}});
  if (!model.ok()) return std::move(model).error().With("file", file.string());
  return model;
}

/// Checkpoints hold each expert by itself: w1 and w3 are gate and up, w2 is down.
std::vector<weights::Rule> Rules(const Json& config) {
  int64_t experts = 8;
  for (const std::string_view key : {"num_local_experts", "num_experts"})
    if (const Json* json = config.Find(key); json != nullptr && json->IsInt()) experts = json->AsInt();
  std::vector<weights::Rule> rules;
  for (const std::string part : {"w1", "w2", "w3"}) {
    std::vector<std::string> from;
    for (int64_t i = 0; i < experts; ++i)
      from.push_back("*.experts." + std::to_string(i) + "." + part + ".weight");
    rules.push_back(
        weights::Stack(std::move(from), part == "w2" ? "*.experts.down_proj" : "*.experts." + part));
  }
  rules.push_back(weights::Concatenate({"*.experts.w1", "*.experts.w3"}, "*.experts.gate_up_proj", 1));
  return rules;
}

}  // namespace

ModelClass MixtralForCausalLmClass() { return {"MixtralForCausalLM", "mixtral", Make, Rules}; }

}  // namespace conformance::models
