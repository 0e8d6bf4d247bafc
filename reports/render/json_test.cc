#include "reports/render/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include <nlohmann/json.hpp>

#include "reports/render/schema_testing.h"

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;
using record::RunRecord;
using record::Stage;

std::string Breaches(const std::string& text) { return SchemaBreaches(CONFORMANCE_RECORD_SCHEMA, text); }

RunRecord Everything() {
  RunRecord run;
  run.version = "0.1.0";
  run.versions["onnxruntime"] = "1.32.0";
  run.started = "2026-01-31T12:00:00Z";
  run.seconds = 1.5;
  run.warnings = {"entry 3 matched nothing"};
  run.plan.SetCells({"a", "b", "c"});
  run.plan.shard = 1;
  run.plan.shards = 2;
  run.left_out = {"c"};
  run.budget_seconds = 0.5;
  run.stopped = "interrupted";
  run.broken = "a full disk";
  for (int outcome = 0; outcome <= static_cast<int>(Outcome::kSkip); ++outcome) {
    CellRecord cell;
    cell.id = {"a/b", "static", "onnx", "onnxruntime", "f32"};
    cell.id.variant += std::to_string(outcome);
    cell.model_class = "BertModel";
    cell.outcome = static_cast<Outcome>(outcome);
    cell.stage = static_cast<Stage>(outcome % 10);
    cell.reason = "because";
    cell.stage_seconds["load"] = 0.25;
    cell.notes = {"a note"};
    cell.facts["nodes"] = 12;
    record::OutputFigures figures;
    figures.output = "logits";
    figures.dtype = "f32";
    figures.shape = {2, 0, 3};
    figures.outcome = "fail";
    figures.max_ulp = std::numeric_limits<double>::infinity();
    cell.figures.push_back(figures);
    run.cells.push_back(cell);
  }
  CellRecord expected = run.cells[1];
  expected.expected = "lists.json#2";
  expected.expected_kind = "expected_fail";
  run.cells.push_back(expected);
  CellRecord passes = run.cells[0];
  passes.expected = "lists.json#2";
  passes.expected_kind = "expected_fail";
  passes.unexpected = true;
  run.cells.push_back(passes);
  run.lists = {{.id = "expected_fail:a/*", .kind = "expected_fail", .pattern = "a/*", .reason = "r", .reference = "l", .date = "2026-01-30",
                .place = "lists.json, entry 2"}};
  return run;
}

TEST(JsonWriter, EveryOutcomeMeetsTheSchema) {
  const auto text = JsonWriter().Render(Everything());
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(Breaches(*text), "");
}

TEST(JsonWriter, TheSchemaRefusesAnUnknownVerdict) {
  auto text = JsonWriter().Render(Everything());
  ASSERT_TRUE(text.ok());
  const size_t at = text->find("\"verdict\": \"crash\"");
  ASSERT_NE(at, std::string::npos);
  text->replace(at, 18, "\"verdict\": \"grand\"");
  EXPECT_THAT(Breaches(*text), ::testing::HasSubstr("verdict"));
}

TEST(JsonWriter, CountsByShownWord) {
  const auto text = JsonWriter().Render(Everything());
  ASSERT_TRUE(text.ok());
  const auto document = nlohmann::json::parse(*text);
  EXPECT_EQ(document["summary"]["pass"], 1);
  EXPECT_EQ(document["summary"]["expected-fail"], 1);
  EXPECT_EQ(document["summary"]["unexpected-pass"], 1);
  EXPECT_TRUE(document["cells"][0]["expected"].is_null());
  EXPECT_EQ(document["cells"][0]["id"], "a/b/static0/onnx/onnxruntime/f32");
}

}  // namespace
}  // namespace conformance::reports
