#include "reports/render/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/render/text.h"

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;
using record::RunRecord;
using record::Stage;
using ::testing::HasSubstr;
using ::testing::Not;

RunRecord TwoCells() {
  RunRecord run;
  run.version = "0.1.0";
  run.started = "2026-01-31T12:00:00Z";
  run.command_line = "conformance run fixtures/a";
  CellRecord pass;
  pass.id = {"a", "static", "onnx", "onnxruntime", "f32"};
  pass.model_class = "BertModel";
  pass.outcome = Outcome::kPass;
  pass.stage = Stage::kCompare;
  CellRecord fail = pass;
  fail.id.variant = "dynamic";
  fail.outcome = Outcome::kFail;
  fail.reason = "logits: <script>alert(1)</script>";
  fail.command = "conformance run fixtures/a --filter 'a/dynamic/onnx/onnxruntime/f32'";
  record::OutputFigures figures;
  figures.output = "logits";
  figures.dtype = "f32";
  figures.shape = {2, 3};
  figures.outcome = "fail";
  figures.max_abs = 0.5;
  figures.budget_max_abs = 0.125;
  figures.elements = 6;
  fail.figures.push_back(figures);
  run.cells = {pass, fail};
  return run;
}

TEST(HtmlWriter, ShowsVerdictMatrixAndCells) {
  const auto page = HtmlWriter().Render(TwoCells());
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, HasSubstr("not as expected"));
  EXPECT_THAT(*page, HasSubstr("a/dynamic/onnx/onnxruntime/f32"));
  EXPECT_THAT(*page, HasSubstr("f32[2, 3]"));
  EXPECT_THAT(*page, HasSubstr("style=\"width:100%\""));  // 4 × its budget
}

TEST(HtmlWriter, EscapesWhatModelsAndRuntimesSay) {
  const auto page = HtmlWriter().Render(TwoCells());
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(*page, HasSubstr("&lt;script&gt;alert"));
}

TEST(HtmlWriter, IsSelfContained) {
  const auto page = HtmlWriter().Render(TwoCells());
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, Not(HasSubstr("http://")));
  EXPECT_THAT(*page, Not(HasSubstr("https://")));
  EXPECT_THAT(*page, Not(HasSubstr("src=")));
}

TEST(HtmlWriter, AFigureWithoutReasonDoesNotBorrowItsCells) {
  RunRecord run = TwoCells();
  run.cells[1].reason = "the cell's own reason";
  const auto page = HtmlWriter().Render(run);
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, Not(HasSubstr("<br><small>the cell")));
}

TEST(HtmlWriter, AnEmptyRunIsNotGreen) {
  const auto page = HtmlWriter().Render(RunRecord());
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, HasSubstr("nothing was run"));
  EXPECT_THAT(*page, Not(HasSubstr("all as expected")));
}

TEST(TextWriter, NamesCauseAndTheCommandThatRepeatsIt) {
  const auto text = TextWriter().Render(TwoCells());
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text,
            "fail  a/dynamic/onnx/onnxruntime/f32  (compare)\n"
            "    logits: <script>alert(1)</script>\n"
            "    repeat: conformance run fixtures/a --filter 'a/dynamic/onnx/onnxruntime/f32'\n"
            "2 cells: 1 pass, 1 fail\n");
}

}  // namespace
}  // namespace conformance::reports
