#include "framework/record/record.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "framework/testing/matchers.h"

namespace conformance::record {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

CellRecord Cell(Outcome outcome, std::string expected_kind = "", bool unexpected = false) {
  CellRecord cell;
  cell.id = {"gpt2", "static", "onnx", "onnxruntime", "f32"};
  cell.outcome = outcome;
  cell.stage = Stage::kCompare;
  if (!expected_kind.empty()) cell.expected = expected_kind + ":gpt2/*";
  cell.expected_kind = std::move(expected_kind);
  cell.unexpected = unexpected;
  return cell;
}

TEST(Outcome, WordsAreThoseOfTheSpecification) {
  EXPECT_EQ(ToString(Outcome::kPass), "pass");
  EXPECT_EQ(ToString(Outcome::kOutOfMemory), "out-of-memory");
  EXPECT_EQ(ToString(Outcome::kSkip), "skip");
  EXPECT_EQ(ToString(Stage::kLoad), "load");
  EXPECT_EQ(ToString(Stage::kCompare), "compare");
  for (int i = 0; i <= static_cast<int>(Outcome::kSkip); ++i) {
    EXPECT_EQ(OutcomeFromString(ToString(static_cast<Outcome>(i))), static_cast<Outcome>(i));
  }
  for (int i = 0; i <= static_cast<int>(Stage::kCompare); ++i) {
    EXPECT_EQ(StageFromString(ToString(static_cast<Stage>(i))), static_cast<Stage>(i));
  }
  EXPECT_EQ(OutcomeFromString("passed"), std::nullopt);
  EXPECT_EQ(StageFromString(""), std::nullopt);
}

TEST(Outcome, FollowsTheKindOfAnError) {
  EXPECT_EQ(OutcomeOf(Unsupported("x")), Outcome::kUnsupported);
  EXPECT_EQ(OutcomeOf(Unavailable("x")), Outcome::kUnavailable);
  EXPECT_EQ(OutcomeOf(Error(ErrorKind::kCrash, "x")), Outcome::kCrash);
  EXPECT_EQ(OutcomeOf(Error(ErrorKind::kTimeout, "x")), Outcome::kTimeout);
  EXPECT_EQ(OutcomeOf(Error(ErrorKind::kOutOfMemory, "x")), Outcome::kOutOfMemory);
  EXPECT_EQ(OutcomeOf(ShapeError("x")), Outcome::kError);
}

TEST(CellId, SplitsAtTheLastFourSlashes) {
  const auto id = ParseCellId("a/b/gpt2/static/onnx/onnxruntime/f32");
  ASSERT_THAT(id, IsOk());
  EXPECT_EQ(id->model, "a/b/gpt2");
  EXPECT_EQ(id->variant, "static");
  EXPECT_EQ(id->dtype, "f32");
  EXPECT_EQ(id->ToString(), "a/b/gpt2/static/onnx/onnxruntime/f32");
  EXPECT_THAT(ParseCellId("static/onnx/onnxruntime/f32"), IsError(ErrorKind::kInvalid, HasSubstr("model/variant")));
  EXPECT_THAT(ParseCellId("gpt2/static//onnxruntime/f32"), IsError(ErrorKind::kInvalid, HasSubstr("empty part")));
  EXPECT_THAT(ParseCellId("/static/onnx/onnxruntime/f32"), IsError(ErrorKind::kInvalid, HasSubstr("without a model")));
}

TEST(CellRecord, ShownWordAndExpectation) {
  struct Row {
    CellRecord cell;
    const char* word;
    bool expected;
  };
  const Row rows[] = {
      {Cell(Outcome::kPass), "pass", true},
      {Cell(Outcome::kFail), "fail", false},
      {Cell(Outcome::kUnsupported), "unsupported", false},
      {Cell(Outcome::kFail, "expected_fail"), "expected-fail", true},
      {Cell(Outcome::kCrash, "expected_fail"), "expected-fail", true},
      {Cell(Outcome::kCrash, "expected_fail", true), "crash", false},  // another failure than the entry names
      {Cell(Outcome::kPass, "expected_fail", true), "unexpected-pass", false},
      {Cell(Outcome::kUnavailable, "expected_fail"), "unavailable", false},
      {Cell(Outcome::kPass, "disable_optimize"), "pass", true},
      {Cell(Outcome::kPass, "disable_optimize", true), "unexpected-pass", false},
      {Cell(Outcome::kFail, "disable_optimize"), "fail", false},
      {Cell(Outcome::kPass, "tolerance", true), "unexpected-pass", false},
      {Cell(Outcome::kFail, "tolerance"), "fail", false},
      {Cell(Outcome::kSkip, "skip"), "skip", true},
      {Cell(Outcome::kSkip), "skip", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row.cell.shown_word(), row.word) << ToString(row.cell.outcome) << ' ' << row.cell.expected_kind;
    EXPECT_EQ(row.cell.as_expected(), row.expected) << ToString(row.cell.outcome) << ' ' << row.cell.expected_kind;
  }
}

TEST(RunRecord, SummaryCountsShownWordsInOrder) {
  RunRecord run;
  run.cells = {Cell(Outcome::kPass, "expected_fail", true), Cell(Outcome::kSkip, "skip"), Cell(Outcome::kFail),
               Cell(Outcome::kPass), Cell(Outcome::kError, "expected_fail"), Cell(Outcome::kPass)};
  EXPECT_THAT(run.Summary(), ElementsAre(Pair("pass", 2), Pair("fail", 1), Pair("skip", 1), Pair("expected-fail", 1),
                                         Pair("unexpected-pass", 1)));
}

TEST(RunRecord, RemarksBeginWithTheGravest) {
  RunRecord run;
  run.plan.SetCells({"m/a/e/b/f32", "m/b/e/b/f32", "m/c/e/b/f32", "m/d/e/b/f32"});
  run.planned = 3;
  run.left_out = {"m/b/e/b/f32"};
  run.budget_seconds = 60;
  run.broken = "a full disk";
  run.stopped = "stopped: 2 of 3 cells were not run";
  run.warnings = {"w"};
  CellRecord cell;
  cell.id = {"m", "c", "e", "b", "f32"};
  run.cells = {cell};
  EXPECT_THAT(run.Missing(), ElementsAre("m/a/e/b/f32", "m/d/e/b/f32"));
  EXPECT_THAT(run.Remarks(), ElementsAre("the harness broke: a full disk", "stopped: 2 of 3 cells were not run",
                                         "2 of 3 cells were not run: m/a/e/b/f32, m/d/e/b/f32",
                                         "the budget of 60.0 s left out 1 of 4 cells, which were not run: m/b/e/b/f32", "w"));
}

TEST(RunRecord, APlanIsItsCellsAndSaysWhatIsWrongWithIt) {
  record::RunPlan plan;
  plan.SetCells({"a", "b"});
  const Json good = plan.ToJson();
  EXPECT_THAT(record::RunPlan::FromJson(good), IsOk());
  for (const char* part : {"", "1", "0/2", "3/2", "a/b", "1/2/3"}) {
    Json json = good;
    json["part"] = part;
    EXPECT_THAT(record::RunPlan::FromJson(json), IsError(ErrorKind::kCorrupt, ::testing::HasSubstr("i/n"))) << part;
  }
  Json json = good;
  json["cells"].Append("c");
  EXPECT_THAT(record::RunPlan::FromJson(json), IsError(ErrorKind::kCorrupt, ::testing::HasSubstr("hash")));
}

TEST(RunRecord, JsonRoundTrip) {
  RunRecord run;
  run.version = "0.1.0";
  run.versions = {{"onnxruntime", "1.32.0"}};
  run.seed = 7;
  run.started = "2026-01-31T12:00:00Z";
  run.seconds = 1.5;
  run.command_line = "conformance run x";
  run.planned = 2;
  run.plan.SetCells({"gpt2/static/onnx/ort/f32", "gpt2/dynamic/onnx/ort/f32", "gpt2/decode/onnx/ort/f32"});
  run.plan.config["seed"] = 7;
  run.plan.shard = 1;
  run.plan.shards = 4;
  run.plan.division = "abc";
  run.left_out = {"gpt2/decode/onnx/ort/f32"};
  run.budget_seconds = 60;
  run.stopped = "interrupted";
  run.broken = "a full disk";
  run.warnings = {"w"};
  CellRecord cell = Cell(Outcome::kFail);
  cell.model_class = "GPT2LMHeadModel";
  cell.reason = "logits: 3 elements are off";
  cell.detail = "a\nb";
  cell.seconds = 0.25;
  cell.stage_seconds = {{"load", 0.125}, {"run", 0.125}};
  cell.notes = {"specialised"};
  cell.facts["bytes"] = 12;
  cell.source = "fixtures/gpt2";
  cell.command = "conformance run fixtures/gpt2";
  OutputFigures figures;
  figures.output = "logits";
  figures.dtype = "f32";
  figures.shape = {2, 9, 96};
  figures.assignment = "batch=2";
  figures.outcome = "fail";
  figures.reason = "r";
  figures.max_abs = std::numeric_limits<double>::infinity();
  figures.max_ulp = -std::numeric_limits<double>::infinity();
  figures.rms = std::numeric_limits<double>::quiet_NaN();
  figures.close_mismatched = 3;
  figures.elements = 1728;
  figures.worst_index = 5;
  cell.figures = {figures};
  run.cells = {cell, Cell(Outcome::kPass)};

  const Json json = run.ToJson();
  EXPECT_EQ(json.Find("cells")->AsArray()[0].GetString("verdict").value(), "fail");
  EXPECT_TRUE(json.Find("cells")->AsArray()[0].Find("expected")->IsNull());
  EXPECT_EQ(json.Find("summary")->GetInt("fail").value(), 1);
  const auto again = RunRecord::FromJson(json);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->ToJson(), json);
  EXPECT_TRUE(std::isinf(again->cells[0].figures[0].max_abs));
  EXPECT_LT(again->cells[0].figures[0].max_ulp, 0);
  EXPECT_TRUE(std::isnan(again->cells[0].figures[0].rms));
}

TEST(RunRecord, ErrorsNameTheField) {
  RunRecord run;
  run.cells = {Cell(Outcome::kPass)};
  Json json = run.ToJson();
  json["schema"] = 2;
  EXPECT_THAT(RunRecord::FromJson(json), IsError(ErrorKind::kUnsupported, HasSubstr("schema 2")));
  json = run.ToJson();
  json.Find("cells")->AsArray()[0]["outcome"] = "passed";
  EXPECT_THAT(RunRecord::FromJson(json), IsError(ErrorKind::kCorrupt, HasSubstr("unknown outcome 'passed'")));
  json = run.ToJson();
  json.Find("cells")->AsArray()[0].Erase("reason");
  EXPECT_THAT(RunRecord::FromJson(json), IsError(ErrorKind::kInvalid, HasSubstr("missing key \"reason\"")));
  json = run.ToJson();
  json.Erase("cells");
  EXPECT_THAT(RunRecord::FromJson(json), IsError(ErrorKind::kCorrupt, HasSubstr("cells")));
  EXPECT_THAT(RunRecord::FromJson(Json(3)), IsError(ErrorKind::kCorrupt, HasSubstr("no object")));
}

}  // namespace
}  // namespace conformance::record
