#include "exporters/onnx/onnx_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporters/common/export_model.h"
#include "framework/formats/onnx.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Exporting : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<load::LoadedModel> loaded = load::LoadModel(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden/gpt2");
    ASSERT_THAT(loaded, IsOk());
    loaded_ = *std::move(loaded);
    config_.output_path = folder_.path() / "model.onnx";
  }
  Result<ports::Artifact> Export(std::string_view variant = "dynamic") {
    CONFORMANCE_TRY(const load::InputPlan plan, load::InputPlan::Make(*loaded_.model, variant));
    CONFORMANCE_TRY(NamedTensors inputs, plan.Make(plan.traced(), 1));
    return exporters::ExportModel(OnnxExporter(), *loaded_.model, *loaded_.weights, {std::move(inputs), plan.kwargs()}, config_);
  }
  static std::vector<std::string> Names(const std::vector<ports::ValueInfo>& infos) {
    std::vector<std::string> names;
    for (const ports::ValueInfo& info : infos) names.push_back(info.name);
    return names;
  }

  TempFolder folder_;
  load::LoadedModel loaded_;
  OnnxConfig config_;
};

TEST_F(Exporting, GivesACheckedModelWithDottedNames) {
  config_.dynamic = true;
  const auto artifact = Export();
  ASSERT_THAT(artifact, IsOk());
  EXPECT_EQ(artifact->format, "onnx");
  EXPECT_THAT(formats::CheckOnnxFile(artifact->path), IsOk());
  EXPECT_THAT(Names(artifact->inputs), ElementsAre("input_ids", "attention_mask"));
  EXPECT_THAT(Names(artifact->outputs), ElementsAre("logits", "past_key_values.layers.0.keys", "past_key_values.layers.0.values",
                                                    "past_key_values.layers.1.keys", "past_key_values.layers.1.values"));
  EXPECT_THAT(artifact->inputs[0].dims, ElementsAre("s0", "s1"));
  EXPECT_THAT(artifact->files, ElementsAre(config_.output_path, folder_.path() / "model.onnx_data"));
  EXPECT_EQ(artifact->manifest.Find("opset")->AsInt(), kDefaultOpset);
  EXPECT_EQ(artifact->manifest.Find("model")->AsString(), "GPT2LMHeadModel");
}

TEST_F(Exporting, CachesThatComeInAndGoOutHavePrefixes) {
  config_.dynamic = true;
  const auto artifact = Export("decode");
  ASSERT_THAT(artifact, IsOk());
  EXPECT_THAT(Names(artifact->inputs), AllOf(Contains("input_ids"), Contains("input.past_key_values.layers.0.keys")));
  EXPECT_THAT(Names(artifact->outputs), AllOf(Contains("logits"), Contains("output.past_key_values.layers.0.keys")));
}

TEST_F(Exporting, NodesKnowTheirModules) {
  ASSERT_THAT(Export(), IsOk());
  const auto model = formats::ReadOnnx(config_.output_path);
  ASSERT_THAT(model, IsOk());
  int in_attention = 0;
  for (const auto& node : model->graph.nodes) {
    for (const auto& [key, value] : node.metadata_props) in_attention += key == "pkg.torch.onnx.name_scopes" && value == "transformer.h.1.attn" ? 1 : 0;
  }
  EXPECT_GT(in_attention, 3);
}

TEST_F(Exporting, ATiedWeightIsStoredOnce) {
  ASSERT_THAT(Export(), IsOk());
  const auto model = formats::ReadOnnx(config_.output_path);
  ASSERT_THAT(model, IsOk());
  std::vector<std::string> names;
  for (const auto& tensor : model->graph.initializers) names.push_back(tensor.name);
  EXPECT_THAT(names, AllOf(Contains("transformer.wte.weight"), Not(Contains("lm_head.weight"))));
}

TEST_F(Exporting, EveryOpsetAndSwitchGivesAModelThatTheCheckerTakes) {
  config_.dynamic = true;
  for (int64_t opset = kMinOpset; opset <= kMaxOpset; ++opset) {
    for (const bool optimize : {true, false}) {
      config_.opset_version = opset;
      config_.optimize = optimize;
      const auto artifact = Export();
      ASSERT_THAT(artifact, IsOk()) << opset;
      EXPECT_THAT(formats::CheckOnnxFile(artifact->path), IsOk()) << opset;
    }
  }
}

TEST_F(Exporting, AnOpsetOutsideTheRangeIsRefusedWithTheRange) {
  config_.opset_version = 11;
  const auto artifact = Export();
  ASSERT_FALSE(artifact.ok());
  EXPECT_EQ(artifact.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(artifact.error().ToString(), HasSubstr("opset 11 is not supported, want one from 17 to 28"));
}

TEST_F(Exporting, SpecialisedSizesAreNoted) {
  config_.dynamic = true;
  const auto artifact = Export("decode");
  ASSERT_THAT(artifact, IsOk());
  EXPECT_THAT(artifact->notes, Contains(AllOf(HasSubstr("past_key_values.layers.0.keys.size(3) was specialised to 8"), HasSubstr("transformer.h.0.attn"))));
}

TEST_F(Exporting, TheSameExportGivesTheSameBytes) {
  ASSERT_THAT(Export(), IsOk());
  const auto first = formats::ReadFileText(config_.output_path);
  ASSERT_THAT(Export(), IsOk());
  EXPECT_EQ(*formats::ReadFileText(config_.output_path), *first);
}

TEST_F(Exporting, MethodPatchesHoldForThisExporterAlone) {
  rewrite::PatchRegistry registry;
  registry.Register("onnx", {"GPT2MLP::forward"},
                    [](ops::OpContext&, const nn::Module&, const nn::NamedValues&, const std::function<std::vector<ops::Value>()>& original) {
                      return original();
                    },
                    "a test");
  const auto plan = load::InputPlan::Make(*loaded_.model, "static");
  ASSERT_THAT(plan, IsOk());
  const auto inputs = plan->Make(plan->traced(), 1);
  ASSERT_THAT(inputs, IsOk());
  const OnnxExporter patched(registry), plain;
  const auto with = patched.Prepare(*loaded_.model, {*inputs, plan->kwargs()}, config_);
  const auto without = plain.Prepare(*loaded_.model, {*inputs, plan->kwargs()}, config_);
  ASSERT_THAT(with, IsOk());
  ASSERT_THAT(without, IsOk());
  EXPECT_NE(with->method_patches, nullptr);
  EXPECT_EQ(without->method_patches, nullptr);
  EXPECT_NE(with->cache_key, without->cache_key);
}

TEST_F(Exporting, AConfigOfAnotherFormatIsRefused) {
  struct Other : ports::ExportConfig {
    std::string_view export_format() const override { return "other"; }
    std::unique_ptr<ExportConfig> Clone() const override { return std::make_unique<Other>(*this); }
    Json to_json() const override { return Json::MakeObject(); }
  };
  EXPECT_THAT(OnnxExporter().Prepare(*loaded_.model, {}, Other()).error().ToString(), HasSubstr("a config for other"));
}

}  // namespace
}  // namespace conformance::onnx
