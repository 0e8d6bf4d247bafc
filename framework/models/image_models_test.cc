// Configs of image models: what they refuse, and what they count.
#include <gmock/gmock.h>

#include "framework/formats/json.h"
#include "framework/models/registry.h"
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

/// The config of a folder in checkpoints/ with fields replaced.
Json CheckpointConfig(std::string_view name, std::initializer_list<std::pair<std::string_view, Json>> fields = {}) {
  Json config = *formats::ReadJson(kFixtures / "checkpoints" / name / "config.json");
  for (const auto& [key, value] : fields) config[key] = value;
  return config;
}

TEST(ImageConfig, WhatIsNotImplementedOrImpossibleIsRefusedByName) {
  const auto refused = [](std::string_view name, std::string_view key, const Json& value, ErrorKind kind) {
    EXPECT_THAT(Make(CheckpointConfig(name, {{key, value}})),
                IsError(kind, AllOf(HasSubstr(std::string(key)), HasSubstr("config.json"))))
        << name << " " << key;
  };
  refused("vit_odd", "attn_implementation", "flash_attention_2", ErrorKind::kUnsupported);
  refused("vit_odd", "hidden_act", "gelu_old", ErrorKind::kUnsupported);
  refused("vit_odd", "use_rotary", true, ErrorKind::kUnsupported);  // nobody's field
  refused("vit_odd", "output_attentions", true, ErrorKind::kUnsupported);
  refused("vit_odd", "patch_size", 64, ErrorKind::kInvalid);
  refused("vit_odd", "image_size", Parse("[8, 8, 8]"), ErrorKind::kInvalid);
  refused("vit_odd", "image_size", 1 << 20, ErrorKind::kInvalid);
  refused("vit_odd", "num_attention_heads", 17, ErrorKind::kInvalid);
  refused("vit_odd", "id2label", Parse("[1]"), ErrorKind::kType);
  refused("resnet_basic", "layer_type", "inverted", ErrorKind::kUnsupported);
  refused("resnet_basic", "stem_type", "deep", ErrorKind::kUnsupported);  // nobody's field
  refused("resnet_basic", "depths", Parse("[1]"), ErrorKind::kInvalid);
  refused("resnet_basic", "hidden_sizes", Parse("[]"), ErrorKind::kInvalid);
  refused("resnet_early", "hidden_sizes", Parse("[8, 2, 16]"), ErrorKind::kInvalid);
}

TEST(ImageConfig, LabelsAreCountedWhereverTheyStand) {
  const auto labels = [](std::initializer_list<std::pair<std::string_view, Json>> fields) -> int64_t {
    Json config = Parse(R"({"architectures": ["ViTForImageClassification"], "hidden_size": 12, "num_hidden_layers": 1})");
    for (const auto& [key, value] : fields) config[key] = value;
    const auto model = Make(config);
    if (!model.ok()) return -1;
    const nn::Parameter* weight = (*model)->FindParameter("classifier.weight");
    return weight == nullptr ? 0 : weight->shape()[0];
  };
  EXPECT_EQ(labels({}), 2);
  EXPECT_EQ(labels({{"num_labels", 7}}), 7);
  EXPECT_EQ(labels({{"num_labels", 7}, {"id2label", Parse(R"({"0": "a", "1": "b", "2": "c"})")}}), 3);
  EXPECT_EQ(labels({{"id2label", Parse("{}")}}), 0);
  EXPECT_EQ(labels({{"num_labels", 0}}), 0);
}

}  // namespace
}  // namespace conformance::models
