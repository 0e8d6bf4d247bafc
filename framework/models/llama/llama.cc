#include "framework/models/llama/llama.h"

#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"

namespace conformance::models {

LlamaDecoderConfig ReadLlamaFields(ConfigReader& reader) {
  LlamaDecoderConfig fields;
  fields.vocab_size = reader.Size("vocab_size", 32000);
  fields.hidden_size = reader.Size("hidden_size", 4096);
  fields.intermediate_size = reader.Size("intermediate_size", 11008);
  fields.num_hidden_layers = reader.Layers("num_hidden_layers", 32);
  fields.num_attention_heads = reader.Size("num_attention_heads", 32);
  fields.num_key_value_heads = reader.OptionalSize("num_key_value_heads").value_or(fields.num_attention_heads);
  fields.head_dim = reader.OptionalSize("head_dim", std::nullopt, 1, ConfigReader::kLongestTable).value_or(fields.hidden_size / fields.num_attention_heads);
  fields.max_position_embeddings = reader.Size("max_position_embeddings", 2048);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.rms_norm_eps = reader.Number("rms_norm_eps", 1e-6);
  fields.attention_bias = fields.attention_output_bias = reader.Flag("attention_bias", false);
  fields.mlp_bias = reader.Flag("mlp_bias", false);
  fields.tie_word_embeddings = reader.Flag("tie_word_embeddings", false);
  fields.use_cache = reader.Flag("use_cache", true);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  fields.is_causal = reader.Flag("is_causal", true);
  fields.attention = reader.Attention();
  fields.pad_token_id = reader.TokenId("pad_token_id", std::nullopt, fields.vocab_size);
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings);
  reader.Refuse("sliding_window", "this class has no window");
  reader.Refuse("use_sliding_window", "this class has no window");
  reader.RefuseLayerTypes("full_attention");
  reader.Ignore({"attention_dropout"});
  return fields;
}

namespace {

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "LlamaForCausalLM", file);
  const LlamaDecoderConfig fields = ReadLlamaFields(reader);
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  auto model = MakeLlamaDecoder(config, fields, {.model_type = "llama",
                                                 .task = "text-generation",
                                                 .base_model_prefix = "model",
                                                 .generates = true,
                                                 .ignored_keys = {"*rotary_emb.inv_freq"},
                                                 .renamed_keys = {}});
  if (!model.ok()) return std::move(model).error().With("file", file.string());
  return model;
}

}  // namespace

ModelClass LlamaForCausalLmClass() { return {"LlamaForCausalLM", "llama", Make}; }

}  // namespace conformance::models
