#include "framework/models/mistral/mistral.h"

#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"

namespace conformance::models {

LlamaDecoderConfig ReadMistralFields(ConfigReader& reader) {
  LlamaDecoderConfig fields{.family = "Mistral",
                            .vocab_size = 32000,
                            .hidden_size = 4096,
                            .intermediate_size = 14336,
                            .num_hidden_layers = 32,
                            .num_attention_heads = 32,
                            .num_key_value_heads = 8,
                            .max_position_embeddings = 4096 * 32,
                            .returns_cache_if_asked_only = true};
  ReadSharedFields(reader, fields);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.sliding_window = reader.OptionalSize("sliding_window", 4096);
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings);
  reader.Refuse("attention_bias", "this class has no biases");
  reader.Refuse("mlp_bias", "this class has no biases");
  reader.Refuse("use_sliding_window", "this class looks at sliding_window alone", true);
  reader.RefuseLayerTypes(fields.sliding_window ? "sliding_attention" : "full_attention");
  return fields;
}

namespace {

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "MistralForCausalLM", file);
  const LlamaDecoderConfig fields = ReadMistralFields(reader);
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return MakeLlamaDecoder(config, file, fields, "mistral");
}

}  // namespace

ModelClass MistralForCausalLmClass() { return {"MistralForCausalLM", "mistral", Make}; }

}  // namespace conformance::models
