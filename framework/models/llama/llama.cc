#include "framework/models/llama/llama.h"

#include "framework/models/config_reader.h"
#include "framework/models/llama/decoder.h"

namespace conformance::models {

LlamaDecoderConfig ReadLlamaFields(ConfigReader& reader) {
  LlamaDecoderConfig fields{.vocab_size = 32000,
                            .hidden_size = 4096,
                            .intermediate_size = 11008,
                            .num_hidden_layers = 32,
                            .num_attention_heads = 32,
                            .max_position_embeddings = 2048};
  ReadSharedFields(reader, fields);
  fields.hidden_act = reader.ActivationName("hidden_act", "silu");
  fields.attention_bias = fields.attention_output_bias = reader.Flag("attention_bias", false);
  fields.mlp_bias = reader.Flag("mlp_bias", false);
  fields.rope = reader.Rope(fields.head_dim, fields.max_position_embeddings);
  reader.Refuse("sliding_window", "this class has no window");
  reader.Refuse("use_sliding_window", "this class has no window");
  reader.RefuseLayerTypes("full_attention");
  return fields;
}

namespace {

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "LlamaForCausalLM", file);
  const LlamaDecoderConfig fields = ReadLlamaFields(reader);
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return MakeLlamaDecoder(config, file, fields, "llama");
}

}  // namespace

ModelClass LlamaForCausalLmClass() { return {"LlamaForCausalLM", "llama", Make}; }

}  // namespace conformance::models
