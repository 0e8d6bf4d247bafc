#include "framework/models/registry.h"

#include <gmock/gmock.h>

#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "framework/testing/matchers.h"

namespace conformance::models {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kFixtures = CONFORMANCE_FIXTURES_DIR;

Json Parse(std::string_view text) { return *formats::ParseJson(text); }

/// Makes the class that a config names.
Result<std::unique_ptr<nn::Model>> Make(const Json& config) {
  const ModelTable table = DefaultModels();
  CONFORMANCE_TRY(const ModelClass* const model_class, table.Resolve(config, "config.json"));
  return model_class->make(config, "config.json");
}

/// A small config of a class with fields replaced.
Json Config(std::string_view golden, std::initializer_list<std::pair<std::string_view, Json>> fields = {}) {
  Json config = *formats::ReadJson(kFixtures / "golden" / golden / "config.json");
  for (const auto& [key, value] : fields) config[key] = value;
  return config;
}

TEST(Registry, FindsAClassByArchitectureClassNameOrType) {
  const ModelTable table = DefaultModels();
  const auto name = [&](std::string_view text) { return (*table.Resolve(Parse(text), "config.json"))->name; };
  EXPECT_EQ(name(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama"})"), "LlamaForCausalLM");
  EXPECT_EQ(name(R"({"architectures": ["Other", "BertModel"]})"), "BertModel");
  EXPECT_EQ(name(R"({"_class_name": "GPT2LMHeadModel"})"), "GPT2LMHeadModel");
  EXPECT_EQ(name(R"({"architectures": null, "model_type": "mistral"})"), "MistralForCausalLM");
}

TEST(Registry, UnknownClassesListTheNearest) {
  const ModelTable table = DefaultModels();
  const auto resolve = [&](std::string_view text) { return table.Resolve(Parse(text), "dir/config.json"); };
  EXPECT_THAT(resolve(R"({"architectures": ["LamaForCausalLM"]})"),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("LamaForCausalLM"), HasSubstr("LlamaForCausalLM"), HasSubstr("dir/config.json"))));
  EXPECT_THAT(resolve(R"({"model_type": "gpt3"})"), IsError(ErrorKind::kUnsupported, HasSubstr("gpt2")));
  // A known type does not stand in for an unknown head.
  EXPECT_THAT(resolve(R"({"architectures": ["LlamaForSequenceClassification"], "model_type": "llama"})"), IsError(ErrorKind::kUnsupported));
  EXPECT_THAT(resolve("{}"), IsError(ErrorKind::kInvalid, HasSubstr("names no class")));
  EXPECT_THAT(resolve("[]"), IsError(ErrorKind::kType));
  EXPECT_THAT(resolve(R"({"architectures": "BertModel"})"), IsError(ErrorKind::kType, HasSubstr("architectures")));
  EXPECT_THAT(resolve(R"({"model_type": 3})"), IsError(ErrorKind::kType, HasSubstr("model_type")));
}

TEST(Registry, ClassesCanBeAddedAndReplaced) {
  ModelTable table = DefaultModels();
  const size_t before = table.All().size();
  table.Add({"Mine", "mine", [](const Json&, const std::filesystem::path&) -> Result<std::unique_ptr<nn::Model>> { return Unsupported("mine"); }});
  EXPECT_EQ(table.All().size(), before + 1);
  EXPECT_EQ((*table.Resolve(Parse(R"({"model_type": "mine"})"), ""))->name, "Mine");
  table.Add({"Mine", "yours", {}});
  EXPECT_EQ(table.All().size(), before + 1);
  EXPECT_EQ(table.Find("Mine")->model_type, "yours");
}

class Golden : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::Values("gpt2", "llama_gqa", "mistral_swa", "mistral_yarn", "bert"));

TEST_P(Golden, StateDictIsThatOfTheCheckpoint) {
  const auto model = Make(Config(GetParam()));
  ASSERT_THAT(model, IsOk());
  const auto file = formats::OpenSafetensors(kFixtures / "golden" / GetParam() / "model.safetensors");
  ASSERT_THAT(file, IsOk());
  size_t stored = 0;
  for (const nn::Parameter* parameter : (*model)->StateDict()) {
    if (parameter->tied_to != nullptr) continue;
    ++stored;
    const formats::SafetensorsEntry* entry = file->Find(parameter->full_name());
    ASSERT_NE(entry, nullptr) << parameter->full_name();
    EXPECT_EQ(entry->shape, parameter->shape()) << parameter->full_name();
  }
  EXPECT_EQ(stored, file->entries().size());
  const Json case_json = *formats::ReadJson(kFixtures / "golden" / GetParam() / "case.json");
  EXPECT_EQ((*model)->NumParameters(), case_json.Find("parameters")->AsInt());
}

void ExpectRefused(std::string_view golden, std::string_view key, const Json& value, ErrorKind kind = ErrorKind::kUnsupported) {
  EXPECT_THAT(Make(Config(golden, {{key, value}})), IsError(kind, AllOf(HasSubstr(std::string(key)), HasSubstr("config.json"))))
      << golden << " " << key;
}

TEST(Config, WhatIsNotImplementedIsRefusedByName) {
  ExpectRefused("gpt2", "add_cross_attention", true);
  ExpectRefused("gpt2", "sliding_window", 4);
  ExpectRefused("llama_gqa", "sliding_window", 4);
  ExpectRefused("llama_gqa", "layer_types", Parse(R"(["sliding_attention", "full_attention"])"));
  ExpectRefused("mistral_swa", "layer_types", Parse(R"(["sliding_attention", "full_attention"])"));
  ExpectRefused("mistral_swa", "attention_bias", true);
  ExpectRefused("llama_gqa", "quantization_config", Parse(R"({"quant_method": "gptq"})"));
  ExpectRefused("llama_gqa", "per_layer_config", Parse(R"({"0": {"hidden_size": 8}})"));
  ExpectRefused("llama_gqa", "attn_implementation", "flash_attention_2");
  ExpectRefused("bert", "_attn_implementation", "flex_attention");
  ExpectRefused("llama_gqa", "output_attentions", true);
  ExpectRefused("llama_gqa", "tie_last_hidden_states", false);
  ExpectRefused("llama_gqa", "hidden_act", "gelu_old");
  ExpectRefused("bert", "add_cross_attention", true);
  ExpectRefused("bert", "position_embedding_type", "relative_key");
  ExpectRefused("bert", "is_causal", true);
  ExpectRefused("gpt2", "qk_layernorm", true);  // nobody's field: it may change what is computed
}

/// A class with defaults but for these fields.
void ExpectRefusedBesideDefaults(std::string_view type, std::string_view key, const Json& value, std::string_view message,
                                 ErrorKind kind = ErrorKind::kUnsupported) {
  Json config = Json::MakeObject();
  config["model_type"] = std::string(type);
  config[std::string(key)] = value;
  EXPECT_THAT(Make(config), IsError(kind, AllOf(HasSubstr(std::string(message)), HasSubstr("config.json")))) << type << " " << key;
}

TEST(Config, BloomRefusesByName) {
  ExpectRefusedBesideDefaults("bloom", "n_head", 5, "n_head", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("bloom", "sliding_window", 4, "no window");
  ExpectRefusedBesideDefaults("bloom", "alibi", true, "alibi");
  ExpectRefusedBesideDefaults("bloom", "attn_implementation", "flash_attention_2", "flash_attention_2");
  EXPECT_THAT(Make(Parse(R"({"model_type": "bloom", "n_embed": 24, "hidden_size": 99, "n_head": 6, "hidden_dropout": 0.1,
                             "attention_softmax_in_fp32": true, "seq_length": 2048})")), IsOk());
}

TEST(Config, Gemma2RefusesByName) {
  ExpectRefusedBesideDefaults("gemma2", "layer_types", Parse(R"(["sliding_attention"])"), "26", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("gemma2", "layer_types", Parse(R"("full_attention")"), "layer_types", ErrorKind::kType);
  ExpectRefusedBesideDefaults("gemma2", "sliding_window", nullptr, "sliding_window", ErrorKind::kType);
  ExpectRefusedBesideDefaults("gemma2", "final_logit_softcapping", 0, "final_logit_softcapping", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("gemma2", "query_pre_attn_scalar", 0, "query_pre_attn_scalar", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("gemma2", "num_key_value_heads", 3, "num_key_value_heads", ErrorKind::kInvalid);
  EXPECT_THAT(Make(Parse(R"({"model_type": "gemma2", "num_hidden_layers": 1, "layer_types": ["chunked_attention"]})")),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("chunked_attention"), HasSubstr("sliding_attention"))));
  EXPECT_THAT(Make(Parse(R"({"model_type": "gemma2", "num_hidden_layers": 1, "attn_logit_softcapping": null, "hidden_act": "gelu"})")), IsOk());
}

TEST(Config, Wav2Vec2RefusesByName) {
  ExpectRefusedBesideDefaults("wav2vec2", "feat_extract_norm", "batch", "group or layer", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("wav2vec2", "conv_dim", Parse("[8, 8]"), "2, 7 and 7 layers", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("wav2vec2", "conv_kernel", Parse("[2000000, 3, 3, 3, 3, 2, 2]"), "too wide", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("wav2vec2", "num_conv_pos_embedding_groups", 5, "num_conv_pos_embedding_groups", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("wav2vec2", "num_attention_heads", 7, "num_attention_heads", ErrorKind::kInvalid);
  ExpectRefusedBesideDefaults("wav2vec2", "vocab_size", nullptr, "vocab_size", ErrorKind::kType);
  ExpectRefusedBesideDefaults("wav2vec2", "position_embeddings_type", "rotary", "position_embeddings_type");
  const auto model = Make(Parse(R"({"model_type": "wav2vec2", "mask_time_prob": 0.0, "mask_channel_prob": 0.1, "layerdrop": 0.2})"));
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->FindParameter("wav2vec2.masked_spec_embed"), nullptr);
}

TEST(Config, Qwen2VlRefusesByName) {
  const auto refused = [](std::string_view text, std::string_view message, ErrorKind kind) {
    EXPECT_THAT(Make(Parse(text)), IsError(kind, AllOf(HasSubstr(std::string(message)), HasSubstr("config.json")))) << text;
  };
  refused(R"({"model_type": "qwen2_vl", "text_config": {"hidden_size": 64}})", "vision_config.hidden_size", ErrorKind::kInvalid);
  refused(R"({"model_type": "qwen2_vl", "vision_config": {"hidden_size": 8192}, "text_config": {"rope_parameters": {"mrope_section": [16, 24]}}})", "mrope_section", ErrorKind::kInvalid);
  refused(R"({"model_type": "qwen2_vl", "text_config": {"rope_parameters": {"mrope_section": [16, -1]}}})", "from 0 on", ErrorKind::kType);
  refused(R"({"model_type": "qwen2_vl", "text_config": {"num_attention_heads": 7}})", "num_attention_heads", ErrorKind::kInvalid);
  refused(R"({"model_type": "qwen2_vl", "text_config": {"num_hidden_layers": 1, "layer_types": ["sliding_attention"]}})", "layer_types",
          ErrorKind::kInvalid);
  refused(R"({"model_type": "qwen2_vl", "vision_config": {"num_heads": 640}})", "num_heads", ErrorKind::kInvalid);
  refused(R"({"model_type": "qwen2_vl", "vision_config": {"rope_parameters": {"rope_type": "yarn"}}})", "axial", ErrorKind::kUnsupported);
  refused(R"({"model_type": "qwen2_vl", "vision_config": {"patch_size": [14, 14]}})", "patch_size", ErrorKind::kType);
  refused(R"({"model_type": "qwen2_vl", "vision_config": {"window_size": 112}})", "window_size", ErrorKind::kUnsupported);
  refused(R"({"model_type": "qwen2_vl", "attn_implementation": "flash_attention_2"})", "flash_attention_2", ErrorKind::kUnsupported);
  // Files of before the decoder had a config of its own.
  EXPECT_THAT(Make(Parse(R"({"model_type": "qwen2_vl", "hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 1, "vocab_size": 100,
                             "num_key_value_heads": 2, "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
                             "vision_config": {"depth": 1, "hidden_size": 64, "in_chans": 3, "spatial_patch_size": 14}})")),
              IsOk());
}

TEST(Config, HarmlessFieldsPass) {
  EXPECT_THAT(Make(Config("llama_gqa", {{"pretraining_tp", 4}, {"attention_dropout", 0.5}, {"torch_dtype", "bfloat16"}, {"_flash_attn_2_enabled", true},
                                        {"unknown_but_null", nullptr}, {"max_length", 20}, {"sliding_window", nullptr}, {"attn_implementation", "eager"},
                                        {"layer_types", Parse(R"(["full_attention", "full_attention"])")}})),
              IsOk());
  EXPECT_THAT(Make(Config("gpt2", {{"n_ctx", 1024}, {"resid_pdrop", 0.3}, {"reorder_and_upcast_attn", true}, {"task_specific_params", Parse("{}")}})), IsOk());
  EXPECT_THAT(Make(Config("bert", {{"position_embedding_type", "absolute"}, {"pooler_type", "first_token_transform"}, {"chunk_size_feed_forward", 3}})), IsOk());
}

TEST(Config, ValuesOfTheWrongTypeNameFoundAndWanted) {
  const auto make = [](std::string_view golden, std::string_view key, Json value) { return Make(Config(golden, {{key, std::move(value)}})); };
  EXPECT_THAT(make("llama_gqa", "hidden_size", "32"),
              IsError(ErrorKind::kType, AllOf(HasSubstr("hidden_size"), HasSubstr("\"32\""), HasSubstr("int"), HasSubstr("config.json"))));
  EXPECT_THAT(make("llama_gqa", "hidden_size", nullptr), IsError(ErrorKind::kType, HasSubstr("hidden_size")));
  EXPECT_THAT(make("llama_gqa", "hidden_size", 32.5), IsError(ErrorKind::kType, HasSubstr("32.5")));
  EXPECT_THAT(make("llama_gqa", "attention_bias", 1), IsError(ErrorKind::kType, HasSubstr("bool")));
  EXPECT_THAT(make("llama_gqa", "rms_norm_eps", "small"), IsError(ErrorKind::kType, HasSubstr("number")));
  EXPECT_THAT(make("llama_gqa", "hidden_act", 3), IsError(ErrorKind::kType, HasSubstr("string")));
  EXPECT_THAT(make("llama_gqa", "rope_parameters", 3), IsError(ErrorKind::kType, HasSubstr("rope_parameters")));
  EXPECT_THAT(make("llama_gqa", "rope_parameters", Parse(R"({"rope_type": "linear", "factor": "x"})")),
              IsError(ErrorKind::kType, HasSubstr("rope_parameters.factor")));
  EXPECT_THAT(make("llama_gqa", "layer_types", "full_attention"), IsError(ErrorKind::kType, HasSubstr("layer_types")));
}

TEST(Config, ValuesOutOfRangeNameTheBounds) {
  const auto make = [](std::string_view golden, std::string_view key, Json value) { return Make(Config(golden, {{key, std::move(value)}})); };
  EXPECT_THAT(make("llama_gqa", "hidden_size", 0), IsError(ErrorKind::kInvalid, HasSubstr("between 1")));
  EXPECT_THAT(make("llama_gqa", "num_hidden_layers", 1000000000), IsError(ErrorKind::kInvalid, HasSubstr("at most 10000")));
  EXPECT_THAT(make("llama_gqa", "vocab_size", int64_t{1} << 40), IsError(ErrorKind::kInvalid, HasSubstr("vocab_size")));
  EXPECT_THAT(make("bert", "max_position_embeddings", 1 << 21), IsError(ErrorKind::kInvalid, HasSubstr("max_position_embeddings")));
  EXPECT_THAT(make("llama_gqa", "head_dim", 1 << 21), IsError(ErrorKind::kInvalid, HasSubstr("head_dim")));
  EXPECT_THAT(make("llama_gqa", "num_key_value_heads", 3), IsError(ErrorKind::kInvalid, HasSubstr("num_key_value_heads")));
  EXPECT_THAT(make("llama_gqa", "pad_token_id", 96), IsError(ErrorKind::kInvalid, HasSubstr("pad_token_id")));
  EXPECT_THAT(make("llama_gqa", "pad_token_id", -1), IsOk());
  EXPECT_THAT(make("gpt2", "n_head", 5), IsError(ErrorKind::kInvalid, HasSubstr("n_head")));
  EXPECT_THAT(make("bert", "num_attention_heads", 5), IsError(ErrorKind::kInvalid, HasSubstr("num_attention_heads")));
  EXPECT_THAT(make("mistral_swa", "sliding_window", 0), IsError(ErrorKind::kInvalid, HasSubstr("sliding_window")));
  EXPECT_THAT(make("llama_gqa", "head_dim", 7), IsError(ErrorKind::kInvalid, HasSubstr("even head_dim")));
}

TEST(Config, RopeKindsAreCheckedByName) {
  const auto make = [](std::string_view text) { return Make(Config("llama_gqa", {{"rope_parameters", Parse(text)}})); };
  EXPECT_THAT(make(R"({"rope_type": "mrope"})"), IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("mrope"), HasSubstr("yarn"))));
  EXPECT_THAT(make(R"({"rope_type": "linear"})"), IsError(ErrorKind::kInvalid, HasSubstr("factor")));
  EXPECT_THAT(make(R"({"rope_type": "default", "mrope_section": [1]})"), IsError(ErrorKind::kUnsupported, HasSubstr("mrope_section")));
  EXPECT_THAT(make(R"({"rope_type": "default", "partial_rotary_factor": 0.5})"), IsOk());
  EXPECT_THAT(make(R"({"rope_type": "linear", "factor": 2.0, "partial_rotary_factor": 0.5})"), IsError(ErrorKind::kUnsupported));
  EXPECT_THAT(make(R"({"rope_type": "longrope", "short_factor": [1.0], "long_factor": [1.0, 1, 1, 1]})"),
              IsError(ErrorKind::kInvalid, HasSubstr("short_factor")));
}

TEST(Config, OlderRopeFieldsMeanTheSame) {
  const auto frequencies = [](Json config) {
    const auto model = Make(config);
    EXPECT_THAT(model, IsOk());
    return (*model)->FindParameter("model.rotary_emb.inv_freq")->constant->ToDoubles();
  };
  Json older = Config("llama_gqa");
  older.Erase("rope_parameters");
  older["rope_theta"] = 500.0;
  older["rope_scaling"] = Parse(R"({"type": "linear", "factor": 2.0})");
  const Json newer = Config("llama_gqa", {{"rope_parameters", Parse(R"({"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0})")}});
  EXPECT_EQ(frequencies(older), frequencies(newer));
  older["rope_scaling"] = nullptr;
  const Json plain = Config("llama_gqa", {{"rope_parameters", Parse(R"({"rope_type": "default", "rope_theta": 500.0})")}});
  EXPECT_EQ(frequencies(older), frequencies(plain));
}

TEST(Config, Gpt2AnswersToBothNamesOfAField) {
  Json config = Config("gpt2");
  config.Erase("n_embd");
  config["hidden_size"] = 32;
  EXPECT_THAT(Make(config), IsOk());
  config["n_embd"] = 16;
  EXPECT_THAT(Make(config), IsError(ErrorKind::kInvalid, HasSubstr("n_embd and hidden_size")));
}

TEST(Config, DefaultsAreTransformers) {
  const auto model = Make(Parse(R"({"model_type": "mistral", "num_hidden_layers": 1})"));
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->FindParameter("model.layers.0.self_attn.k_proj.weight")->shape(), (Shape{8 * 128, 4096}));
  EXPECT_EQ((*model)->FindParameter("model.layers.0.mlp.up_proj.weight")->shape(), (Shape{14336, 4096}));
  EXPECT_EQ((*model)->FindParameter("lm_head.weight")->tied_to, nullptr);
  const auto gemma = Make(Parse(R"({"model_type": "gemma2", "num_hidden_layers": 1})"));
  ASSERT_THAT(gemma, IsOk());
  EXPECT_EQ((*gemma)->FindParameter("model.layers.0.self_attn.q_proj.weight")->shape(), (Shape{8 * 256, 2304}));
  EXPECT_EQ((*gemma)->FindParameter("model.layers.0.self_attn.q_proj.bias"), nullptr);
  EXPECT_NE((*gemma)->FindParameter("lm_head.weight")->tied_to, nullptr);
  const auto bloom = Make(Parse(R"({"model_type": "bloom"})"));
  ASSERT_THAT(bloom, IsOk());
  EXPECT_EQ((*bloom)->FindParameter("transformer.h.1.self_attention.query_key_value.weight")->shape(), (Shape{192, 64}));
}

}  // namespace
}  // namespace conformance::models
