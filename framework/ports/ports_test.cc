#include <gmock/gmock.h>

#include <csignal>

#include "framework/ports/artifact.h"
#include "framework/ports/backend.h"
#include "framework/ports/export_config.h"
#include "framework/ports/exporter.h"
#include "framework/ports/process_launcher.h"
#include "framework/testing/matchers.h"

namespace conformance::ports {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::HasSubstr;

TEST(Artifact, SerialisablePartRoundTrips) {
  Artifact artifact;
  artifact.format = "onnx";
  artifact.path = "out/model.onnx";
  artifact.files = {"out/model.onnx", "out/model.onnx_data"};
  artifact.inputs = {{"input_ids", DType::kI64, {"s0", "9"}}};
  artifact.outputs = {{"logits", DType::kF32, {"s0", "9", "96"}}};
  artifact.value_map.entries = {{"linear", "linear_0", "MatMul_0"}};
  artifact.options["use_cache"] = true;
  artifact.manifest["opset"] = 21;
  artifact.notes = {"n"};
  const Json json = artifact.ToJson();
  const auto again = Artifact::FromJson(json);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->ToJson(), json);
  EXPECT_EQ(again->inputs[0].dtype, DType::kI64);
  EXPECT_EQ(again->value_map.entries[0].node, "MatMul_0");
  EXPECT_EQ(again->files.size(), 2u);
}

TEST(Artifact, RefusesWhatIsNone) {
  EXPECT_THAT(Artifact::FromJson(Json("x")), IsError(ErrorKind::kCorrupt, HasSubstr("no object")));
  Json json = Artifact{}.ToJson();
  json["value_map"] = Json::Array{Json::Array{"a", "b"}};
  EXPECT_THAT(Artifact::FromJson(json), IsError(ErrorKind::kCorrupt, HasSubstr("three strings")));
  json["value_map"] = Json::Array{Json("abc")};
  EXPECT_THAT(Artifact::FromJson(json), IsError(ErrorKind::kCorrupt, HasSubstr("three strings")));
  json = Artifact{}.ToJson();
  Json value = Json::MakeObject();
  value["name"] = "x";
  value["dtype"] = "float33";
  value["dims"] = Json::MakeArray();
  json["inputs"] = Json::Array{value};
  EXPECT_THAT(Artifact::FromJson(json), IsError(ErrorKind::kCorrupt, HasSubstr("float33")));
}

TEST(SessionOptions, RoundTripAndLimits) {
  SessionOptions options{.threads = 3, .optimize = false, .extra = Json("x")};
  const auto again = SessionOptions::FromJson(options.ToJson());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->threads, 3);
  EXPECT_FALSE(again->optimize);
  EXPECT_EQ(again->extra, Json("x"));
  Json json = options.ToJson();
  json["threads"] = 0;
  EXPECT_THAT(SessionOptions::FromJson(json), IsError(ErrorKind::kInvalid, HasSubstr("want 1 to 4096")));
}

class NothingExporter : public Exporter {
 public:
  std::string_view Name() const override { return "nothing"; }
  ExporterCapabilities Capabilities() const override { return {}; }
  std::unique_ptr<ExportConfig> DefaultConfig() const override { return nullptr; }
};

TEST(Exporter, EntriesThatItLacksAreRefusedByName) {
  const NothingExporter exporter;
  struct Config : ExportConfig {
    std::string_view export_format() const override { return "nothing"; }
    std::unique_ptr<ExportConfig> Clone() const override { return std::make_unique<Config>(*this); }
    Json to_json() const override { return {}; }
  } config;
  EXPECT_THAT(exporter.ExportCheckpoint({.folder = "x", .spec = {}}, {}, config), IsError(ErrorKind::kUnsupported, HasSubstr("'nothing'")));
  EXPECT_THAT(exporter.Check({}), IsOk());
}

TEST(ExitStatus, NamesTheSignal) {
  EXPECT_EQ((ExitStatus{.exit_code = 3, .signal = {}}).ToString(), "exit code 3");
  EXPECT_EQ((ExitStatus{.exit_code = {}, .signal = SIGSEGV}).ToString(), "signal 11 (SIGSEGV)");
  EXPECT_EQ((ExitStatus{}).ToString(), "unknown end");
}

}  // namespace
}  // namespace conformance::ports
