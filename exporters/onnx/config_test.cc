#include "exporters/onnx/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/testing/matchers.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json Object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }

TEST(OnnxConfig, FieldsAndDefaultsAreTheDocuments) {
  EXPECT_EQ(OnnxConfig().to_json(), Object({{"export_format", "onnx"},
                                            {"dynamic", false},
                                            {"strict", false},
                                            {"dynamic_shapes", nullptr},
                                            {"prefer_deferred_runtime_asserts_over_guards", false},
                                            {"output_path", nullptr},
                                            {"opset_version", nullptr},
                                            {"external_data", true},
                                            {"optimize", true},
                                            {"export_params", true},
                                            {"keep_initializers_as_inputs", false}}));
}

TEST(OnnxConfig, RoundTrips) {
  const Json json = Object({{"export_format", "onnx"},
                            {"dynamic", true},
                            {"strict", true},
                            {"dynamic_shapes", Object({{"x", Object({{"0", "auto"}})}})},
                            {"prefer_deferred_runtime_asserts_over_guards", true},
                            {"output_path", "a/model.onnx"},
                            {"opset_version", 18},
                            {"external_data", false},
                            {"optimize", false},
                            {"export_params", false},
                            {"keep_initializers_as_inputs", true}});
  const auto config = OnnxConfig::from_json(json);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->to_json(), json);
  EXPECT_EQ(config->opset(), 18);
  EXPECT_EQ(config->Clone()->to_json(), json);
}

TEST(OnnxConfig, UnknownFieldsAndBadValuesNameTheField) {
  const auto error = [](Json json) { return OnnxConfig::from_json(json).error().ToString(); };
  EXPECT_THAT(error(Object({{"opset", 18}})), HasSubstr("'opset' is unknown, want one of export_format, dynamic, strict, dynamic_shapes, "
                                                           "prefer_deferred_runtime_asserts_over_guards, output_path, opset_version"));
  EXPECT_THAT(error(Object({{"opset_version", "18"}})), HasSubstr("'opset_version' is \"18\""));
  EXPECT_THAT(error(Object({{"opset_version", 9}})), HasSubstr("'opset_version' is 9, want one from 17 to 28"));
  EXPECT_THAT(error(Object({{"external_data", 1}})), HasSubstr("'external_data' is 1, want true or false"));
  EXPECT_THAT(OnnxConfig::from_json(Object({{"opset_version", 99}})), IsError(ErrorKind::kUnsupported));
}

TEST(OnnxConfig, IsFoundByItsFormat) {
  ports::ExportConfigTable table;
  AddOnnxConfig(table);
  const auto config = table.FromJson(Object({{"export_format", "onnx"}, {"opset_version", 21}}));
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ((*config)->export_format(), "onnx");
  EXPECT_EQ(dynamic_cast<const OnnxConfig&>(**config).opset(), 21);
}

}  // namespace
}  // namespace conformance::onnx
