#include <gmock/gmock.h>

#include <csignal>

#include "framework/formats/onnx_tensor.h"
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

/// Gives back what it gets.
class EchoSession : public Session {
 public:
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return inputs; }
};

TEST(Session, CarriesOnnxTensorsOfPlainTypesThroughRun) {
  EchoSession session;
  formats::OnnxValue value, nothing;
  value.tensor = formats::OnnxTensorOf("x", Tensor::Of<float>({2}, {1, 2}));
  nothing.kind = formats::OnnxValue::Kind::kNone;
  const auto outputs = session.RunOnnx({{"x", value}, {"left_out", nothing}});
  ASSERT_THAT(outputs, IsOk());
  ASSERT_EQ(outputs->size(), 1U);
  EXPECT_EQ(outputs->front().first, "x");
  EXPECT_TRUE(BitEqual(*formats::TensorOf(outputs->front().second.tensor), Tensor::Of<float>({2}, {1, 2})));
}

TEST(Session, RefusesOtherOnnxValuesByNameAndType) {
  EchoSession session;
  formats::OnnxValue strings;
  strings.tensor.elem = formats::OnnxElem::kString;
  strings.tensor.dims = {1};
  strings.tensor.strings = {"a"};
  EXPECT_THAT(session.RunOnnx({{"x", strings}}), IsError(ErrorKind::kUnsupported, HasSubstr("input: x, found: STRING[1]")));
  formats::OnnxValue sequence;
  sequence.kind = formats::OnnxValue::Kind::kSequence;
  sequence.items = {strings};
  EXPECT_THAT(session.RunOnnx({{"x", sequence}}), IsError(ErrorKind::kUnsupported, HasSubstr("a sequence of 1")));
}

TEST(ExitStatus, NamesTheSignal) {
  EXPECT_EQ((ExitStatus{.exit_code = 3, .signal = {}}).ToString(), "exit code 3");
  EXPECT_EQ((ExitStatus{.exit_code = {}, .signal = SIGSEGV}).ToString(), "signal 11 (SIGSEGV)");
  EXPECT_EQ((ExitStatus{}).ToString(), "unknown end");
}

}  // namespace
}  // namespace conformance::ports
