#include "framework/ports/export_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/testing/matchers.h"

namespace conformance::ports {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct PlainConfig : ExportConfig {
  std::string_view export_format() const override { return "plain"; }
  std::unique_ptr<ExportConfig> Clone() const override { return std::make_unique<PlainConfig>(*this); }
  Json to_json() const override {
    Json json = Json::MakeObject();
    WriteCommon(json);
    return json;
  }
  static Result<PlainConfig> Read(Json json) {
    PlainConfig config;
    CONFORMANCE_RETURN_IF_ERROR(config.ReadCommon(json));
    if (!json.AsObject().empty()) return Invalid("unknown field '" + json.AsObject().front().first + "'");
    return config;
  }
};

Json Object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }

std::string ErrorOf(Json json) {
  const auto config = PlainConfig::Read(std::move(json));
  return config.ok() ? "no error" : config.error().ToString();
}

TEST(ExportConfig, DefaultsAreTheDocuments) {
  const Json json = PlainConfig().to_json();
  EXPECT_EQ(json, Object({{"export_format", "plain"},
                          {"dynamic", false},
                          {"strict", false},
                          {"dynamic_shapes", nullptr},
                          {"prefer_deferred_runtime_asserts_over_guards", false},
                          {"output_path", nullptr}}));
}

TEST(ExportConfig, ReadsEveryKindOfDim) {
  const Json shapes = Object({{"input_ids", Object({{"0", Object({{"name", "batch"}, {"min", 1}, {"max", 32}})}, {"1", "auto"}})},
                              {"mask", Json(Json::Array{"batch", "2*seq + 1", "static", nullptr})}});
  const auto config = PlainConfig::Read(Object({{"dynamic_shapes", shapes}}));
  ASSERT_THAT(config, IsOk());
  ASSERT_TRUE(config->dynamic_shapes.has_value());
  const auto& ids = config->dynamic_shapes->at("input_ids");
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(std::get<DimNamed>(ids[0]).name, "batch");
  EXPECT_EQ(std::get<DimNamed>(ids[0]).range, (SymRange{1, 32}));
  EXPECT_TRUE(std::holds_alternative<DimAuto>(ids[1]));
  const auto& mask = config->dynamic_shapes->at("mask");
  ASSERT_EQ(mask.size(), 4u);
  EXPECT_EQ(std::get<DimNamed>(mask[0]).name, "batch");
  EXPECT_EQ(std::get<DimDerived>(mask[1]).expression.ToString(), "2*seq + 1");
  EXPECT_TRUE(std::holds_alternative<DimStatic>(mask[2]));
  EXPECT_TRUE(std::holds_alternative<DimStatic>(mask[3]));
}

TEST(ExportConfig, RoundTrips) {
  const Json json = Object(
      {{"export_format", "plain"},
       {"dynamic", true},
       {"strict", true},
       {"dynamic_shapes", Object({{"a", Object({{"0", "static"}, {"1", Object({{"name", "n"}, {"min", 2}, {"max", 9}})}})},
                                  {"b", Object({{"0", "auto"}, {"1", "2*n + 1"}})},
                                  {"c", Json::MakeObject()}})},
       {"prefer_deferred_runtime_asserts_over_guards", true},
       {"output_path", "model.onnx"}});
  const auto config = PlainConfig::Read(json);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->to_json(), json);
}

TEST(ExportConfig, BadValuesNameTheField) {
  EXPECT_THAT(ErrorOf(Object({{"dynamic", 1}})), AllOf(HasSubstr("'dynamic' is 1"), HasSubstr("want true or false")));
  EXPECT_THAT(ErrorOf(Object({{"strict", "yes"}})), HasSubstr("'strict' is \"yes\""));
  EXPECT_THAT(ErrorOf(Object({{"output_path", 3}})), HasSubstr("'output_path' is 3, want a path or null"));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", 3}})), HasSubstr("'dynamic_shapes' is 3"));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", Object({{"ids", Object({{"-1", "auto"}})}})}})), HasSubstr("the axis \"-1\""));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", Object({{"ids", Object({{"0", 7}})}})}})), HasSubstr("'dynamic_shapes.ids.0' is 7"));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", Object({{"ids", Object({{"0", "2 +"}})}})}})), HasSubstr("'dynamic_shapes.ids.0' is \"2 +\""));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", Object({{"ids", Object({{"0", Object({{"min", 1}})}})}})}})), HasSubstr("dynamic_shapes.ids.0"));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", Object({{"ids", Object({{"0", Object({{"name", "n"}, {"most", 3}})}})}})}})),
              HasSubstr("'dynamic_shapes.ids.0.most' is unknown"));
  EXPECT_THAT(ErrorOf(Object({{"dynamic_shapes", Object({{"ids", Object({{"0", Object({{"name", "n"}, {"min", 4}, {"max", 3}})}})}})}})),
              HasSubstr("want at least its min, 4"));
  EXPECT_THAT(ErrorOf(Object({{"export_format", "onnx"}})), HasSubstr("want \"plain\""));
  EXPECT_THAT(ErrorOf(Json(3)), HasSubstr("want an object"));
}

TEST(ExportConfigTable, ChoosesByFormatAndListsWhatThereIs) {
  ExportConfigTable table;
  table.Add("plain", [](const Json& json) -> Result<std::unique_ptr<ExportConfig>> {
    CONFORMANCE_TRY(PlainConfig config, PlainConfig::Read(json));
    return std::unique_ptr<ExportConfig>(std::make_unique<PlainConfig>(std::move(config)));
  });
  table.Add("other", [](const Json&) -> Result<std::unique_ptr<ExportConfig>> { return Unsupported("not this one"); });
  EXPECT_THAT(table.Formats(), ElementsAre("other", "plain"));
  const auto config = table.FromJson(Object({{"export_format", "plain"}, {"dynamic", true}}));
  ASSERT_THAT(config, IsOk());
  EXPECT_TRUE((*config)->dynamic);
  EXPECT_THAT(table.FromJson(Object({{"export_format", "tflite"}})).error().ToString(), HasSubstr("\"tflite\", want one of other, plain"));
  EXPECT_THAT(table.FromJson(Object({{"dynamic", true}})).error().ToString(), HasSubstr("no field 'export_format', want one of other, plain"));
  EXPECT_THAT(table.FromJson(Object({{"export_format", "plain"}, {"speed", 1}})).error().ToString(), HasSubstr("'speed'"));
}

}  // namespace
}  // namespace conformance::ports
