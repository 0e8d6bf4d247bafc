#include "reports/render/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/render/runs_testing.h"

namespace conformance::reports {
namespace {

using record::Outcome;
using record::RunRecord;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Render(const RunRecord& run) { return MarkdownWriter().Render(run).value_or(""); }

TEST(MarkdownWriter, AFailureSaysCauseFigureCellAndCommand) {
  RunRecord run;
  run.version = "0.1.0";
  run.cells = {CellOf(Outcome::kPass, "good"), CellOf(Outcome::kFail)};
  EXPECT_EQ(Render(run),
            "## Conformance: not as expected\n"
            "\n"
            "| exporter → backend | pass | fail |\n"
            "|---|--:|--:|\n"
            "| onnx → onnxruntime | 1 | 1 |\n"
            "\n"
            "### Not as expected: 1 cause, 1 cell\n"
            "\n"
            "<details><summary><b>fail</b> <code>gpt2/dynamic/onnx/onnxruntime/f32</code> (compare)</summary>\n"
            "\n"
            "logits: largest error 0.5 at &#91;0, 1&#93; is over its budget 0.125\n"
            "\n"
            "logits f32&#91;2, 3&#93; at batch=2: largest error 0.5, allowed 0.125; outside assert&#95;close&#39;s default 4 of 6\n"
            "\n"
            "```sh\n"
            "conformance run fixtures/golden/gpt2 --variant dynamic --exporter onnx --backend onnxruntime\n"
            "```\n"
            "\n"
            "</details>\n"
            "\n"
            "2 cells, version 0.1.0, seed 0\n");
}

TEST(MarkdownWriter, W2_WhatWasNotRunIsSaid) {
  EXPECT_THAT(Render(RunRecord()), StartsWith("## Conformance: nothing was run\n"));
  RunRecord run;
  run.cells = {CellOf(Outcome::kPass)};
  EXPECT_THAT(Render(run), StartsWith("## Conformance: all as expected\n"));
  run.planned = 3;
  EXPECT_THAT(Render(run), StartsWith("## Conformance: 2 of 3 cells were not run\n"));
  run.cells = {CellOf(Outcome::kFail)};
  EXPECT_THAT(Render(run), AllOf(StartsWith("## Conformance: not as expected\n"), HasSubstr("**2 of 3 cells were not run**")));
}

TEST(MarkdownWriter, ThousandsOfFailuresStayReadable) {
  RunRecord run;
  for (int i = 0; i < 5000; ++i) {
    run.cells.push_back(CellOf(Outcome::kFail, "m" + std::to_string(i)));
    run.cells.back().reason = std::string(10000, 'x');
  }
  std::string text = Render(run);
  EXPECT_LT(text.size(), 1u << 20);
  EXPECT_THAT(text, AllOf(HasSubstr("1 cause, 5000 cells"), HasSubstr("- 4949 more")));
  for (size_t i = 0; i < run.cells.size(); ++i) run.cells[i].model_class = "C" + std::to_string(i);
  text = Render(run);
  EXPECT_LT(text.size(), 1u << 20);
  EXPECT_THAT(text, AllOf(HasSubstr("5000 causes, 5000 cells"), HasSubstr("4950 more causes are in the record.")));
}

TEST(MarkdownWriter, HostileTextStaysText) {
  std::string text = Render(HostileRun());
  // What is in a fence is text; outside it nothing of the hostile text has a meaning.
  std::string outside;
  for (bool inside = false; !text.empty();) {
    const size_t end = text.find('\n');
    const std::string line = text.substr(0, end);
    text.erase(0, end == std::string::npos ? text.size() : end + 1);
    if (line.starts_with("```")) inside = !inside;
    else if (!inside) outside += line + "\n";
  }
  for (const char* mark : {"<b>&", "<!--", "</script>", "](y)", "`*_", "@c", "\x1b", "\x01", "\xff"}) {
    EXPECT_EQ(outside.find(mark), std::string::npos) << mark;
  }
  EXPECT_THAT(outside, HasSubstr("&#60;b&#62;&#38;"));
}

TEST(MarkdownWriter, AFenceIsLongerThanTheBackticksInside) {
  RunRecord run;
  run.cells = {CellOf(Outcome::kFail)};
  run.cells[0].command = "conformance run '```\n# out'";
  EXPECT_THAT(Render(run), HasSubstr("````sh\nconformance run '```\n# out'\n````\n"));
}

TEST(MarkdownText, WhateverHasAMeaningIsAnEntity) {
  EXPECT_EQ(MarkdownText("a|b*c_d`e<f>&g[h](i)\n#j ~k~ @l \\m"),
            "a&#124;b&#42;c&#95;d&#96;e&#60;f&#62;&#38;g&#91;h&#93;(i)<br>&#35;j &#126;k&#126; &#64;l &#92;m");
}

}  // namespace
}  // namespace conformance::reports
