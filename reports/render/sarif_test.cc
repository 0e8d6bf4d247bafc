#include "reports/render/sarif.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "reports/render/runs_testing.h"
#include "reports/render/schema_testing.h"

namespace conformance::reports {
namespace {

using record::Outcome;
using record::RunRecord;
using ::testing::HasSubstr;

const std::string kSchema = std::string(CONFORMANCE_FIXTURES_DIR) + "/reports/sarif-schema-2.1.0.json";

nlohmann::json Render(const RunRecord& run) {
  const auto text = SarifWriter().Render(run);
  EXPECT_TRUE(text.ok());
  EXPECT_EQ(SchemaBreaches(kSchema, *text), "");
  return nlohmann::json::parse(*text);
}

TEST(SarifWriter, MeetsThePublishedStructure) {
  Render(EveryOutcome());
  Render(RunRecord());
  Render(HostileRun());
}

TEST(SarifWriter, TheSchemaRefusesWhatIsNoSarif) {
  std::string text = SarifWriter().Render(EveryOutcome()).value_or("");
  const size_t at = text.find("\"level\": \"error\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 16, "\"level\": \"grave\"");
  EXPECT_THAT(SchemaBreaches(kSchema, text), HasSubstr("level"));
}

TEST(SarifWriter, ResultsAreWhatIsNotAsExpectedAndWhatAListExcuses) {
  const auto results = Render(EveryOutcome())["runs"][0]["results"];
  // 13 cells without the pass and the missing backend.
  ASSERT_EQ(results.size(), 11u);
  int suppressed = 0;
  for (const auto& result : results) {
    suppressed += static_cast<int>(result.contains("suppressions"));
    EXPECT_EQ(result["level"], result.contains("suppressions") ? "note" : "error");
  }
  EXPECT_EQ(suppressed, 1);
}

TEST(SarifWriter, AResultSaysCauseFigureCellAndCommand) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kFail)};
  const auto log = Render(run);
  const auto& result = log["runs"][0]["results"][0];
  EXPECT_EQ(result["ruleId"], "fail");
  EXPECT_EQ(log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"].get<int>()]["id"], "fail");
  EXPECT_THAT(result["message"]["text"].get<std::string>(),
              ::testing::AllOf(HasSubstr("largest error 0.5"), HasSubstr("figure: logits f32[2, 3]"),
                               HasSubstr("cell: gpt2/dynamic/onnx/onnxruntime/f32"), HasSubstr("repeat: conformance run")));
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "fixtures/golden/gpt2/config.json");
  EXPECT_EQ(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "gpt2/dynamic/onnx/onnxruntime/f32");
}

TEST(SarifWriter, TheSameCellAndStageHaveTheSameFingerprint) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kFail), CellOf(Outcome::kFail, "other")};
  const auto first = Render(run)["runs"][0]["results"];
  run.cells[0].reason = "another number";
  const auto second = Render(run)["runs"][0]["results"];
  EXPECT_EQ(first[0]["partialFingerprints"], second[0]["partialFingerprints"]);
  EXPECT_NE(first[0]["partialFingerprints"], first[1]["partialFingerprints"]);
}

TEST(SarifWriter, W2_WhatWasNotRunIsAResult) {
  auto sweep = Render(RunRecord())["runs"][0];
  EXPECT_EQ(sweep["results"][0]["ruleId"], "not-run");
  EXPECT_EQ(sweep["invocations"][0]["executionSuccessful"], false);
  RunRecord run;
  run.cells = {CellOf(Outcome::kPass)};
  sweep = Render(run)["runs"][0];
  EXPECT_TRUE(sweep["results"].empty());
  EXPECT_EQ(sweep["invocations"][0]["executionSuccessful"], true);
}

TEST(SarifWriter, PathsAreUris) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kFail)};
  const auto uri = [&](const std::string& source) {
    run.cells[0].source = source;
    return Render(run)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].get<std::string>();
  };
  EXPECT_EQ(uri("/data/a b/gpt2"), "file:///data/a%20b/gpt2/config.json");
  EXPECT_EQ(uri("models/é%.onnx"), "models/%C3%A9%25.onnx");
  EXPECT_EQ(uri("gpt2/"), "gpt2/config.json");
}

}  // namespace
}  // namespace conformance::reports
