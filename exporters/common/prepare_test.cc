#include "exporters/common/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporters/common/export_model.h"
#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::exporters {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Half : public nn::Model {
 public:
  explicit Half(Json config = Json::MakeObject()) : nn::Model("Half", std::move(config), {}) {
    AddParameter("weight", {2}, nn::Init::kNormal, DType::kF16);
    Finish();
  }
  nn::Tree Forward(ops::OpContext& context, const nn::Tree& inputs, const Json&) const override {
    return nn::Tree(ops::Relu(context, inputs.Find("x")->value()));
  }
  Result<nn::InputLayout> Layout(std::string_view) const override { return nn::InputLayout{}; }
};

struct PlainConfig : ports::ExportConfig {
  std::string_view export_format() const override { return "plain"; }
  std::unique_ptr<ExportConfig> Clone() const override { return std::make_unique<PlainConfig>(*this); }
  Json to_json() const override {
    Json json = Json::MakeObject();
    WriteCommon(json);
    return json;
  }
};

ports::ModelInputs Inputs() {
  ports::ModelInputs inputs;
  inputs.tensors = {{"x", F32({{1, 2}})}, {"ids", I64({1, 2})}, {"labels", I64({1})}, {"future_values", F32({1})}};
  inputs.kwargs = Json::MakeObject();
  inputs.kwargs["use_cache"] = true;
  inputs.kwargs["labels"] = nullptr;
  return inputs;
}

TEST(PrepareForExport, StripsLabelsAndCastsAndLeavesTheCallersAlone) {
  const ports::ModelInputs inputs = Inputs();
  const auto request = PrepareForExport(Half(), inputs, PlainConfig());
  ASSERT_THAT(request, IsOk());
  ASSERT_EQ(request->inputs.tensors.size(), 2u);
  EXPECT_EQ(request->inputs.tensors[0].first, "x");
  EXPECT_EQ(request->inputs.tensors[0].second.dtype(), DType::kF16);
  EXPECT_EQ(request->inputs.tensors[1].second.dtype(), DType::kI64);
  EXPECT_TRUE(request->inputs.kwargs.Has("use_cache"));
  EXPECT_FALSE(request->inputs.kwargs.Has("labels"));
  EXPECT_THAT(request->dynamic_shapes, IsEmpty());
  EXPECT_EQ(inputs.tensors.size(), 4u);
  EXPECT_EQ(inputs.tensors[0].second.dtype(), DType::kF32);
}

TEST(PrepareForExport, DynamicMakesEveryAxisAutoAndExplicitShapesComeFirst) {
  PlainConfig config;
  config.dynamic = true;
  const auto automatic = PrepareForExport(Half(), Inputs(), config);
  ASSERT_THAT(automatic, IsOk());
  ASSERT_EQ(automatic->dynamic_shapes.at("x").size(), 2u);
  EXPECT_TRUE(std::holds_alternative<DimAuto>(automatic->dynamic_shapes.at("x")[1]));
  config.dynamic_shapes.emplace();
  (*config.dynamic_shapes)["x"] = {DimNamed{"batch", {1, 8}}};
  const auto given = PrepareForExport(Half(), Inputs(), config);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->dynamic_shapes.size(), 1u);
  EXPECT_NE(given->cache_key, automatic->cache_key);
}

TEST(PrepareForExport, InputPreparersRunWhereTheirMarkersAre) {
  InputPreparers preparers;
  const auto adds = [](std::string name) {
    return [name](const nn::Model& model, ports::ModelInputs& inputs) -> Status {
      if (Find(inputs.tensors, "labels") != nullptr) return Invalid("labels are stripped before");
      inputs.tensors.emplace_back(name, F32({static_cast<float>(model.class_name().size())}));
      return Ok();
    };
  };
  preparers.Add({"sizes", {"ids", "x"}, "a test", adds("sizes.0")});
  preparers.Add({"after", {"sizes"}, "what one adds is a marker of the next", adds("later")});
  preparers.Add({"other", {"image_grid_thw"}, "not of this call", adds("never")});
  const ports::ModelInputs inputs = Inputs();
  const auto request = PrepareForExport(Half(), inputs, PlainConfig(), preparers);
  ASSERT_THAT(request, IsOk());
  ASSERT_EQ(request->inputs.tensors.size(), 4u);
  EXPECT_EQ(request->inputs.tensors[2].first, "sizes.0");
  EXPECT_EQ(request->inputs.tensors[2].second.dtype(), DType::kF16);  // cast like all others
  EXPECT_EQ(request->inputs.tensors[3].first, "later");
  EXPECT_EQ(inputs.tensors.size(), 4u);
  EXPECT_EQ(Find(inputs.tensors, "later"), nullptr);
  EXPECT_NE(request->cache_key, PrepareForExport(Half(), inputs, PlainConfig())->cache_key);

  preparers.Add({"twice", {"x"}, "a mistake", adds("x")});
  EXPECT_THAT(PrepareForExport(Half(), inputs, PlainConfig(), preparers), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("given twice"), HasSubstr("preparer: twice"))));
}

TEST(PrepareForExport, ALossIsRefused) {
  ports::ModelInputs inputs = Inputs();
  inputs.kwargs["return_loss"] = true;
  EXPECT_THAT(PrepareForExport(Half(), inputs, PlainConfig()), IsError(ErrorKind::kUnsupported));
  inputs.kwargs["return_loss"] = false;
  EXPECT_THAT(PrepareForExport(Half(), inputs, PlainConfig()), IsOk());
}

TEST(PrepareForExport, FlashAndFlexAttentionAreRefusedWithWhatToSet) {
  for (const char* name : {"flash_attention_2", "flex_attention"}) {
    ports::ModelInputs inputs = Inputs();
    inputs.kwargs["attn_implementation"] = name;
    const auto request = PrepareForExport(Half(), inputs, PlainConfig());
    ASSERT_FALSE(request.ok());
    EXPECT_THAT(request.error().ToString(), AllOf(HasSubstr(name), HasSubstr("\"sdpa\" (preferred) or \"eager\"")));
    Json config = Json::MakeObject();
    config["_attn_implementation"] = name;
    EXPECT_FALSE(PrepareForExport(Half(config), Inputs(), PlainConfig()).ok());
  }
  ports::ModelInputs inputs = Inputs();
  inputs.kwargs["attn_implementation"] = "eager";
  EXPECT_THAT(PrepareForExport(Half(), inputs, PlainConfig()), IsOk());
}

TEST(DriftNotes, NameWhatDiffers) {
  const Versions qualified = {{"onnx", "1.23.2"}, {"onnxruntime", "1.32.0"}};
  EXPECT_THAT(DriftNotes(qualified, {{"onnx", "1.23.2"}, {"onnxruntime", "1.33.0"}}),
              ElementsAre("onnxruntime is 1.33.0; the exporter was qualified against 1.32.0"));
  EXPECT_THAT(DriftNotes(qualified, {{"onnx", "1.23.2"}}), IsEmpty());
}

TEST(ExporterFor, ListsTheFormats) {
  EXPECT_THAT(ExporterFor({}, "onnx"), IsError(ErrorKind::kInvalid));
}

}  // namespace
}  // namespace conformance::exporters
