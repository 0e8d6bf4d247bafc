#include "reports/render/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/render/runs_testing.h"
#include "reports/render/text.h"

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;
using record::RunRecord;
using record::Stage;
using ::testing::AllOf;
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

TEST(HtmlWriter, W2_GreenMeansThatAllOfThePlanWasRun) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kPass)};
  EXPECT_THAT(*HtmlWriter().Render(run), HasSubstr("all as expected"));
  run.planned = 2;
  EXPECT_THAT(*HtmlWriter().Render(run), AllOf(HasSubstr("1 of 2 cells were not run"), Not(HasSubstr("all as expected"))));
  run.cells = {CellOf(Outcome::kUnavailable)};
  run.planned = 1;
  EXPECT_THAT(*HtmlWriter().Render(run), AllOf(HasSubstr("nothing was compared"), Not(HasSubstr("all as expected"))));
}

TEST(HtmlWriter, ListsHaveTheirAgesAndWhatTheyMet) {
  const std::string page = *HtmlWriter().Render(EveryOutcome());  // started on 2026-01-31
  const std::string lists = page.substr(page.find("id=\"lists\""));
  EXPECT_THAT(lists, HasSubstr("<span class=\"id\">expected/*</span></td><td><span class=\"b expected-fail\">holds</span><br>"
                               "<small class=\"note\">1 expected-fail</small></td><td class=\"n\"><span class=\"\" "
                               "title=\"last looked at 2025-12-01\">61</span>"));
  const std::string unmet = lists.substr(lists.find("<details>"), lists.find("</details>") - lists.find("<details>"));
  EXPECT_THAT(unmet, AllOf(HasSubstr("without a cell in this run: 1"), HasSubstr("<span class=\"id\">nobody/*</span>"), Not(HasSubstr("expected/*"))));
  RunRecord later = EveryOutcome();
  later.started = "2026-03-02T00:00:00Z";
  EXPECT_THAT(*HtmlWriter().Render(later), HasSubstr("<span class=\"old\" title=\"last looked at 2025-12-01\">91</span>"));
}

TEST(HtmlWriter, W11_PatchesAndFixesThatNeverFiredAreShown) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kPass), CellOf(Outcome::kPass), CellOf(Outcome::kPass, "bert")};
  run.cells[1].id.backend = "other";  // the same artifact
  for (CellRecord& cell : run.cells) {
    cell.facts["manifest"]["hits"]["alias"] = cell.id.model == "bert" ? 0 : 2;
    cell.facts["manifest"]["hits"]["sort_stable"] = 0;
  }
  const std::string page = *HtmlWriter().Render(run);
  EXPECT_THAT(page, HasSubstr("<td class=\"id\">alias</td><td class=\"n\">1 of 2</td><td class=\"n\">2</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"id\">sort_stable</td><td class=\"n\">0 of 2</td><td class=\"n\">never fired</td>"));
}

TEST(HtmlWriter, ALongCommandIsFolded) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kPass)};
  run.command_line = "conformance run";
  EXPECT_THAT(*HtmlWriter().Render(run), HasSubstr("<div class=\"meta\"><code>conformance run</code></div>"));
  for (int i = 0; i < 50; ++i) run.command_line += " --filter 'a" + std::to_string(i) + "/*'";
  const std::string page = *HtmlWriter().Render(run);
  const std::string head = page.substr(page.find("<summary><code>"), page.find("</summary>") - page.find("<summary><code>"));
  EXPECT_THAT(head, AllOf(HasSubstr("--filter"), Not(HasSubstr("a49/"))));
  EXPECT_THAT(page, HasSubstr("a49/"));
}

TEST(HtmlWriter, OutputsOfAnotherShapeHaveNoFigure) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kFail)};
  run.cells[0].reason = "keys: shape [2, 12], wanted [2, 7]";
  run.cells[0].figures.assign(1, {});
  run.cells[0].figures[0].outcome = "fail";
  const std::string page = *HtmlWriter().Render(run);
  EXPECT_THAT(page, AllOf(HasSubstr("<div class=\"cause\">keys: shape [2, 12], wanted [2, 7]</div>"), Not(HasSubstr("class=\"figure\""))));
}

TEST(HtmlWriter, HostileTextStaysText) {
  const std::string page = *HtmlWriter().Render(HostileRun());
  const std::string body = page.substr(page.find("<body>"), page.find("<script>") - page.find("<body>"));
  for (const char* mark : {"<b>&", "<!--", "</script>", "\x1b", "\x01", "\xff"}) EXPECT_EQ(body.find(mark), std::string::npos) << mark;
  EXPECT_THAT(body, HasSubstr("a&lt;b&gt;&amp;"));
}

TEST(HtmlWriter, EachMarkLeadsToItsCell) {
  RunRecord run;
  // Names that differ in what an id cannot hold alone.
  run.cells = {CellOf(Outcome::kPass, "a b"), CellOf(Outcome::kPass, "a\tb"), CellOf(Outcome::kPass, "a_b")};
  const std::string page = *HtmlWriter().Render(run);
  for (const char* anchor : {"a_b/dynamic/onnx/onnxruntime/f32", "a_b/dynamic/onnx/onnxruntime/f32_1", "a_b/dynamic/onnx/onnxruntime/f32_2"}) {
    EXPECT_THAT(page, HasSubstr(std::string("href=\"#") + anchor + "\""));
    EXPECT_THAT(page, HasSubstr(std::string("<details class=\"cell\" id=\"") + anchor + "\""));
  }
}

TEST(HtmlWriter, CellsWithOneCauseAreToldOnce) {
  record::RunRecord run;
  for (const char* model : {"a", "b", "c"}) run.cells.push_back(CellOf(record::Outcome::kFail, model));
  const std::string page = HtmlWriter().Render(run).value();
  EXPECT_THAT(page, AllOf(HasSubstr("<small>1 cause, 3 cells</small>"), HasSubstr("the same cause in 2 more")));
  const std::string text = TextWriter().Render(run).value();
  EXPECT_THAT(text, AllOf(HasSubstr("2 more:\n      fail  b/dynamic/onnx/onnxruntime/f32\n      fail  c/"),
                          HasSubstr("\nnot as expected: 1 cause, 3 cells\n")));
}

TEST(HtmlWriter, ThousandsOfCells) {
  RunRecord run;
  for (int i = 0; i < 5000; ++i) {
    run.cells.push_back(CellOf(i % 50 == 7 ? Outcome::kFail : Outcome::kPass, "model" + std::to_string(i / 20)));
    run.cells.back().id.variant = "v" + std::to_string(i % 20);
  }
  const std::string page = *HtmlWriter().Render(run);
  EXPECT_LT(page.size(), 20u << 20);
  EXPECT_THAT(page, HasSubstr("250 models, 20 columns"));
  EXPECT_THAT(page, HasSubstr("<rect class=\"over\""));    // bars in place of 5000 dots
  EXPECT_THAT(page, Not(HasSubstr("<circle")));
}

TEST(TextWriter, NamesCauseAndTheCommandThatRepeatsIt) {
  const auto text = TextWriter().Render(TwoCells());
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text,
            "fail  a/dynamic/onnx/onnxruntime/f32  (compare)\n"
            "    logits: <script>alert(1)</script>\n"
            "    figure: logits f32[2, 3]: largest error 0.5, allowed 0.125; outside assert_close's default 0 of 6\n"
            "    repeat: conformance run fixtures/a --filter 'a/dynamic/onnx/onnxruntime/f32'\n"
            "2 cells: 1 pass, 1 fail\n");
}

}  // namespace
}  // namespace conformance::reports
