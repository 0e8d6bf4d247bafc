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
  LlamaDecoderConfig fields{.family = "Mixtral",
                            .output_class = "MoeCausalLMOutputWithPast",
                            .vocab_size = 32000,
                            .hidden_size = 4096,
                            .intermediate_size = 14336,
                            .num_hidden_layers = 32,
                            .num_attention_heads = 32,
                            .num_key_value_heads = 8,
                            .max_position_embeddings = 4096 * 32,
                            .rms_norm_eps = 1e-5};
  ReadSharedFields(reader, fields);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.sliding_window = reader.OptionalSize("sliding_window");
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings, 1000000.0);
  const int64_t experts = reader.Size("num_local_experts", 8, 1, 1024);
  const int64_t chosen = reader.Size("num_experts_per_tok", 2, 1, 1024);
  reader.RefuseLayerTypes(fields.sliding_window ? "sliding_attention" : "full_attention");
  reader.Refuse("attention_bias", "this class has no biases");
  reader.Refuse("output_router_logits", "router logits are not kept");
  // Other ways to compute the same answer; noise and losses of training.
  reader.Ignore({"router_aux_loss_coef", "router_jitter_noise", "experts_implementation",
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
  return MakeLlamaDecoder(config, file, fields, "mixtral", {{".block_sparse_moe.", ".mlp."}});
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
