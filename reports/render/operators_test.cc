#include "reports/render/operators.h"

#include <gmock/gmock.h>

#include "reports/render/html.h"
#include "reports/render/json.h"
#include "reports/render/markdown.h"
#include "reports/render/runs_testing.h"
#include "reports/render/text.h"

namespace conformance::reports {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Swish is used thrice and fails in one of two cells; Abs once and passes.
record::RunRecord RunOfOperators() {
  record::RunRecord run = EveryOutcome();
  run.cells.clear();
  const auto add = [&](record::Outcome outcome, const char* name, int64_t use) {
    record::CellRecord cell = CellOf(outcome, std::string("node/") + name);
    cell.facts = Json::MakeObject();
    cell.facts["operators"][name] = use;
    run.cells.push_back(std::move(cell));
  };
  add(record::Outcome::kPass, "Swish", 3);
  add(record::Outcome::kUnsupported, "Swish", 3);
  add(record::Outcome::kPass, "Abs", 1);
  run.planned = 3;
  return run;
}

TEST(Operators, StandInEveryReport) {
  const record::RunRecord run = RunOfOperators();
  // 3 · ½ + 1 of 4.
  EXPECT_THAT(*TextWriter().Render(run), AllOf(HasSubstr("Swish"), HasSubstr("1/0/1/0"), HasSubstr("1 of 2 lack something"), HasSubstr("onnxruntime 62.5 %")));
  EXPECT_THAT(*MarkdownWriter().Render(run),
              AllOf(HasSubstr("| <code>Swish</code> | 3 | 1/0/1/0 |"), HasSubstr("**62.5 %**"), HasSubstr("1 operators pass in every cell")));
  EXPECT_THAT(*HtmlWriter().Render(run), AllOf(HasSubstr("id=\"operators\""), HasSubstr("Swish"), HasSubstr("62.5 %")));
  EXPECT_THAT(*JsonWriter().Render(run), AllOf(HasSubstr("\"operators\""), HasSubstr("0.625")));
}

TEST(Operators, AreNowhereInARunWithoutTestsOfThem) {
  const record::RunRecord run = EveryOutcome();
  EXPECT_THAT(*TextWriter().Render(run), Not(HasSubstr("operators:")));
  EXPECT_THAT(*MarkdownWriter().Render(run), Not(HasSubstr("### Operators")));
  EXPECT_THAT(*HtmlWriter().Render(run), Not(HasSubstr("id=\"operators\"")));
}

TEST(Operators, AWholeIsSaidOfNothingLess) {
  EXPECT_EQ(PercentText(1), "100.0 %");
  EXPECT_EQ(PercentText(0.99999), "99.9 %");
  EXPECT_EQ(PercentText(0.5), "50.0 %");
}

}  // namespace
}  // namespace conformance::reports
