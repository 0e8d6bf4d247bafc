// Configs of diffusion models: what they refuse, what their defaults are, and which sizes they take.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "framework/formats/json.h"
#include "framework/models/diffusion/unet_config.h"
#include "framework/models/registry.h"
#include "framework/testing/matchers.h"

namespace conformance::models {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

Json Parse(std::string_view text) { return *formats::ParseJson(text); }

using Fields = std::initializer_list<std::pair<std::string_view, Json>>;

Result<std::unique_ptr<nn::Model>> Make(std::string_view text, Fields fields = {}) {
  Json config = Parse(text);
  for (const auto& [key, value] : fields) config[key] = value;
  const ModelTable table = DefaultModels();
  CONFORMANCE_TRY(const ModelClass* const model_class, table.Resolve(config, "config.json"));
  return model_class->make(config, "config.json");
}

constexpr std::string_view kUNet = R"({"_class_name": "UNet2DConditionModel", "sample_size": 8, "block_out_channels": [4, 8],
  "norm_num_groups": 2, "attention_head_dim": 2, "cross_attention_dim": 6, "layers_per_block": 1,
  "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"]})";
constexpr std::string_view kVae = R"({"_class_name": "AutoencoderKL", "block_out_channels": [4, 8], "norm_num_groups": 2,
  "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"]})";

void ExpectRefused(std::string_view text, std::string_view key, const Json& value, ErrorKind kind = ErrorKind::kUnsupported) {
  EXPECT_THAT(Make(text, {{key, value}}), IsError(kind, AllOf(HasSubstr(std::string(key)), HasSubstr("config.json")))) << key;
}

TEST(UNetConfig, WhatIsNotImplementedIsRefusedByName) {
  ASSERT_THAT(Make(kUNet), IsOk());
  ExpectRefused(kUNet, "down_block_types", Parse(R"(["SkipDownBlock2D", "DownBlock2D"])"));
  ExpectRefused(kUNet, "down_block_types", Parse(R"(["DownBlockFlat", "DownBlock2D"])"));
  ExpectRefused(kUNet, "down_block_types", Parse(R"(["DownBlock2D", "KDownBlock2D"])"));
  ExpectRefused(kUNet, "up_block_types", Parse(R"(["UpBlock2D", "SkipUpBlock2D"])"));
  ExpectRefused(kUNet, "mid_block_type", "UNetMidBlockFlatCrossAttn");
  ExpectRefused(kUNet, "class_embed_type", "label");
  ExpectRefused(kUNet, "addition_embed_type", "audio");
  ExpectRefused(kUNet, "encoder_hid_dim_type", "ip_image_proj");
  ExpectRefused(kUNet, "resnet_time_scale_shift", "ada_group");
  ExpectRefused(kUNet, "time_embedding_type", "learned");
  ExpectRefused(kUNet, "cross_attention_norm", "batch_norm");
  ExpectRefused(kUNet, "act_fn", "tanh");
  ExpectRefused(kUNet, "num_attention_heads", 2);
  ExpectRefused(kUNet, "dual_cross_attention", true);
  ExpectRefused(kUNet, "attention_type", "gated-audio");
  ExpectRefused(kUNet, "qk_norm", "rms_norm");  // nobody's field
}

TEST(UNetConfig, WhatDoesNotFitIsNamed) {
  const ErrorKind kInvalid = ErrorKind::kInvalid;
  ExpectRefused(kUNet, "block_out_channels", Parse("[4]"), kInvalid);
  ExpectRefused(kUNet, "up_block_types", Parse(R"(["UpBlock2D"])"), kInvalid);
  ExpectRefused(kUNet, "layers_per_block", Parse("[1, 2, 3]"), kInvalid);
  ExpectRefused(kUNet, "layers_per_block", 100000, kInvalid);
  ExpectRefused(kUNet, "norm_num_groups", 3, kInvalid);
  ExpectRefused(kUNet, "attention_head_dim", 9, kInvalid);
  ExpectRefused(kUNet, "transformer_layers_per_block", Parse("[[1], [1, 1]]"), kInvalid);
  ExpectRefused(kUNet, "transformer_layers_per_block", 1000000, kInvalid);
  ExpectRefused(kUNet, "downsample_padding", 2, kInvalid);
  ExpectRefused(kUNet, "mid_block_scale_factor", 0, kInvalid);
  ExpectRefused(kUNet, "class_embeddings_concat", true, kInvalid);
  EXPECT_THAT(Make(kUNet, {{"addition_embed_type", "text_time"}}), IsError(kInvalid, HasSubstr("addition_time_embed_dim")));
  EXPECT_THAT(Make(kUNet, {{"class_embed_type", "projection"}}), IsError(kInvalid, HasSubstr("projection_class_embeddings_input_dim")));
  ExpectRefused(kUNet, "norm_num_groups", nullptr, kInvalid);
  ExpectRefused(kUNet, "only_cross_attention", Parse("[1, 0]"), ErrorKind::kType);
  ExpectRefused(kUNet, "cross_attention_dim", Parse(R"([6, "6"])"), ErrorKind::kType);
}

TEST(UNetConfig, DefaultsAreDiffusers) {
  const auto fields = ReadUNetConfig(Parse("{}"), "config.json");
  ASSERT_THAT(fields, IsOk());
  ASSERT_EQ(fields->stages.size(), 4u);
  EXPECT_EQ(fields->stages[0].down.name, "CrossAttnDownBlock2D");
  EXPECT_EQ(fields->stages[3].down.name, "DownBlock2D");
  EXPECT_EQ(fields->stages[3].up.name, "UpBlock2D");
  EXPECT_EQ(fields->channels(3), 1280);
  EXPECT_EQ(fields->stages[1].layers, 2);
  EXPECT_EQ(fields->stages[1].heads, 8);
  EXPECT_EQ(fields->stages[0].cross_attention_dim, 1280);
  EXPECT_EQ(fields->norm_num_groups, 32);
  EXPECT_EQ(fields->norm_eps, 1e-5);
  EXPECT_EQ(fields->time_embed_dim, 1280);
  EXPECT_EQ(fields->downsample_padding, 1);
  EXPECT_TRUE(fields->flip_sin_to_cos);
  EXPECT_EQ(fields->mid->name, "UNetMidBlock2DCrossAttn");
  EXPECT_FALSE(fields->sample_size.has_value());
}

TEST(UNetConfig, OlderNamesAndNullsMeanTheSame) {
  EXPECT_THAT(Make(kUNet, {{"down_block_types", Parse(R"(["UNetResCrossAttnDownBlock2D", "UNetResDownBlock2D"])")}, {"act_fn", "SiLU"}, {"mid_block_type", nullptr},
                           {"class_embed_type", nullptr}, {"sample_size", nullptr}, {"dropout", 0.1}, {"upcast_attention", true}}),
              IsOk());
}

TEST(UNetLayout, SidesAreMultiplesWhereMapsCanOnlyBeDoubled) {
  const auto any = Make(kUNet);
  ASSERT_THAT(any, IsOk());
  EXPECT_EQ((*any)->Layout("forward")->inputs[0].sizes[2].ToString(), "height");
  const auto doubled = Make(kUNet, {{"up_block_types", Parse(R"(["AttnUpBlock2D", "CrossAttnUpBlock2D"])")}});
  ASSERT_THAT(doubled, IsOk());
  EXPECT_EQ((*doubled)->Layout("forward")->inputs[0].sizes[2].ToString(), "2*height");
  EXPECT_THAT((*any)->Layout("encode"), IsError(ErrorKind::kUnsupported, HasSubstr("encode")));
}

constexpr std::string_view kKUNet = R"({"_class_name": "UNet2DConditionModel", "sample_size": 8, "block_out_channels": [32, 64, 64],
  "norm_num_groups": null, "attention_head_dim": 16, "cross_attention_dim": 6, "layers_per_block": 1, "mid_block_type": null,
  "time_embedding_dim": 64, "act_fn": "gelu", "down_block_types": ["KDownBlock2D", "KCrossAttnDownBlock2D", "KCrossAttnDownBlock2D"],
  "up_block_types": ["KCrossAttnUpBlock2D", "KCrossAttnUpBlock2D", "KUpBlock2D"]})";

TEST(UNetConfig, StagesOfKDiffusionTakeWhatTheOthersLeave) {
  const auto model = Make(kKUNet);
  ASSERT_THAT(model, IsOk());
  // The last stage leaves no states, and its twin looks at the map itself: its first block is as wide as the map.
  EXPECT_THAT((*model)->FindParameter("up_blocks.0.resnets.0.conv1.weight")->shape(), ::testing::ElementsAre(64, 64, 3, 3));
  EXPECT_NE((*model)->FindModule("up_blocks.0.attentions.0.attn1"), nullptr);
  EXPECT_NE((*model)->FindModule("down_blocks.2.attentions.0.attn1"), nullptr);
  EXPECT_EQ((*model)->FindModule("down_blocks.1.attentions.0.attn1"), nullptr);
  EXPECT_THAT((*model)->FindParameter("up_blocks.1.resnets.0.conv1.weight")->shape(), ::testing::ElementsAre(64, 128, 3, 3));
  EXPECT_THAT((*model)->FindParameter("up_blocks.1.resnets.0.conv2.weight")->shape(), ::testing::ElementsAre(32, 64, 3, 3));
  EXPECT_EQ((*model)->FindModule("conv_norm_out"), nullptr);
  EXPECT_EQ((*model)->FindParameter("up_blocks.1.resnets.0.conv_shortcut.bias"), nullptr);
  const auto layout = (*model)->Layout("forward");
  ASSERT_THAT(layout, IsOk());
  EXPECT_EQ(layout->inputs[0].sizes[2].ToString(), "4*height");
  EXPECT_EQ(layout->symbols[1].min, 2);  // the smallest map is mirrored at its edges

  const ErrorKind kInvalid = ErrorKind::kInvalid;
  ExpectRefused(kKUNet, "block_out_channels", Parse("[100, 64, 64]"), kInvalid);
  ExpectRefused(kKUNet, "up_block_types", Parse(R"(["KUpBlock2D", "KCrossAttnUpBlock2D", "KUpBlock2D"])"), kInvalid);
  EXPECT_THAT(Make(kKUNet, {{"time_embedding_dim", 128}}), IsError(kInvalid, HasSubstr("up_block_types")));
  ExpectRefused(kKUNet, "up_block_types", Parse(R"(["KCrossAttnUpBlock2D", "KCrossAttnUpBlock2D", "UpBlock2D"])"));
}

TEST(UNetConfig, TheWayUpReadsAListOfHeadWidthsFromItsOtherEnd) {
  const auto fields = ReadUNetConfig(Parse(R"({"attention_head_dim": [4, 8, 16, 32]})"), "config.json");
  ASSERT_THAT(fields, IsOk());
  EXPECT_EQ(fields->stages[0].heads, 4);
  EXPECT_EQ(fields->stages[0].head_dim_up, 32);
}

TEST(UNetLayout, GroundedObjectsAndHintsAreInputs) {
  const auto has = [](const nn::InputLayout& layout, std::string_view name) {
    return std::any_of(layout.inputs.begin(), layout.inputs.end(), [&](const nn::InputSpec& input) { return input.name == name; });
  };
  const auto gated = Make(kUNet, {{"attention_type", "gated"}});
  ASSERT_THAT(gated, IsOk());
  EXPECT_TRUE(has(*(*gated)->Layout("forward"), "cross_attention_kwargs.gligen.positive_embeddings"));
  EXPECT_NE((*gated)->FindParameter("down_blocks.0.attentions.0.transformer_blocks.0.fuser.alpha_attn"), nullptr);
  EXPECT_THAT((*gated)->FindParameter("position_net.linears.0.weight")->shape(), ::testing::ElementsAre(512, 6 + 64));
  const auto both = Make(kUNet, {{"attention_type", "gated-text-image"}});
  ASSERT_THAT(both, IsOk());
  EXPECT_TRUE(has(*(*both)->Layout("forward"), "cross_attention_kwargs.gligen.image_masks"));
  const auto hint = Make(kUNet, {{"addition_embed_type", "image_hint"}, {"encoder_hid_dim", 10}, {"encoder_hid_dim_type", "image_proj"}, {"in_channels", 8}});
  ASSERT_THAT(hint, IsOk());
  const auto layout = (*hint)->Layout("forward");
  ASSERT_THAT(layout, IsOk());
  EXPECT_TRUE(has(*layout, "added_cond_kwargs.hint"));
  EXPECT_EQ(layout->inputs[0].sizes[1].ToString(), "4");  // four of the eight channels are made of the hint
}

TEST(AutoencoderConfig, WhatIsNotImplementedOrDoesNotFitIsRefusedByName) {
  ASSERT_THAT(Make(kVae), IsOk());
  ExpectRefused(kVae, "down_block_types", Parse(R"(["DownBlock2D", "DownEncoderBlock2D"])"));
  ExpectRefused(kVae, "up_block_types", Parse(R"(["UpDecoderBlock2D", "UpBlock2D"])"));
  ExpectRefused(kVae, "act_fn", "tanh");
  ExpectRefused(kVae, "norm_type", "spatial");  // nobody's field
  ExpectRefused(kVae, "block_out_channels", Parse("[4]"), ErrorKind::kInvalid);
  ExpectRefused(kVae, "block_out_channels", Parse("[3, 8]"), ErrorKind::kInvalid);
  ExpectRefused(kVae, "layers_per_block", 0, ErrorKind::kInvalid);
  ExpectRefused(kVae, "use_quant_conv", 1, ErrorKind::kType);
}

TEST(AutoencoderLayout, EntryPointsAreUses) {
  const auto model = Make(kVae);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->Layout("encode")->inputs[0].name, "sample");
  EXPECT_EQ((*model)->Layout("encode")->kwargs.Find("entry_point")->AsString(), "encode");
  EXPECT_EQ((*model)->Layout("decode")->inputs[0].name, "latent_sample");
  EXPECT_FALSE((*model)->Layout("forward")->kwargs.Has("entry_point"));
  EXPECT_THAT((*model)->Layout("prefill"), IsError(ErrorKind::kUnsupported, HasSubstr("prefill")));
}

}  // namespace
}  // namespace conformance::models
