#include "framework/models/gemma2/gemma2.h"

#include <cmath>

#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"

namespace conformance::models {
namespace {

/// A cap, or null for none.
std::optional<double> Softcap(ConfigReader& reader, const Json& config, std::string_view key,
                              double otherwise) {
  if (const Json* json = config.Find(key); json != nullptr && json->IsNull()) {
    reader.Ignore({key});
    return std::nullopt;
  }
  const double cap = reader.Number(key, otherwise);
  if (cap == 0)
    reader.Fail(
        Invalid("field is 0").With("key", std::string(key)).With("wanted", "another number, or null"));
  return cap;
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "Gemma2ForCausalLM", file);
  LlamaDecoderConfig fields{.family = "Gemma2",
                            .vocab_size = 256000,
                            .hidden_size = 2304,
                            .intermediate_size = 9216,
                            .num_hidden_layers = 26,
                            .num_attention_heads = 8,
                            .num_key_value_heads = 4,
                            .head_dim = 256,
                            .max_position_embeddings = 8192,
                            .norm_style = nn::RmsNorm::Style::kGemma,
                            .norms_outputs = true,
                            .tie_word_embeddings = true,
                            .pad_token_id = 0};
  ReadSharedFields(reader, fields);
  // One attention op doesn't know soft caps: the class has the composed form, whatever is asked for.
  fields.attention = nn::AttentionKind::kEager;
  // Published files carry the name that Gemma had before it, which nothing reads.
  fields.hidden_act = reader.ActivationName("hidden_activation", "gelu_pytorch_tanh");
  fields.embed_scale = std::sqrt(static_cast<double>(fields.hidden_size));
  fields.query_scale = 1.0 / std::sqrt(static_cast<double>(reader.Size("query_pre_attn_scalar", 256)));
  fields.score_softcap = Softcap(reader, config, "attn_logit_softcapping", 50.0);
  fields.logit_softcap = Softcap(reader, config, "final_logit_softcapping", 30.0);
  fields.attention_bias = fields.attention_output_bias = reader.Flag("attention_bias", false);
  fields.sliding_window = reader.Size("sliding_window", 4096);
  fields.windowed = reader.SlidingLayers(fields.num_hidden_layers);
  for (int64_t layer = std::ssize(fields.windowed); layer < fields.num_hidden_layers; ++layer)
    fields.windowed.push_back(layer % 2 == 0);
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings);
  // The first is read by flash attention alone.
  reader.Ignore({"use_bidirectional_attention", "hidden_act", "cache_implementation"});
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return MakeLlamaDecoder(config, file, fields, "gemma2");
}

}  // namespace

ModelClass Gemma2ForCausalLmClass() { return {"Gemma2ForCausalLM", "gemma2", Make}; }

}  // namespace conformance::models
