#include "framework/engine/budget.h"

#include <gmock/gmock.h>

#include "framework/testing/fakes.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;

PlannedCell Cell(const std::string& model, const std::string& model_class, const std::string& backend = "b") {
  PlannedCell cell;
  cell.id = {model, "static", "fake", backend, "f32"};
  cell.model_class = model_class;
  cell.model = std::make_shared<FakeCase>(model, model_class);
  return cell;
}

record::CellRecord Past(const PlannedCell& cell, record::Outcome outcome, double seconds, const std::string& fingerprint) {
  record::CellRecord record;
  record.id = cell.id;
  record.model_class = cell.model_class;
  record.outcome = outcome;
  record.seconds = seconds;
  record.facts["fingerprint"] = fingerprint;
  return record;
}

TEST(Budget, UnknownThenFailedThenNewCombinationsThenTheRest) {
  const std::vector<PlannedCell> plan = {Cell("same", "A"), Cell("new_class", "B"), Cell("failed", "A"), Cell("changed", "A"), Cell("unseen", "A")};
  record::RunRecord run;
  run.started = "2026-08-01T00:00:00Z";
  run.cells = {Past(plan[0], record::Outcome::kPass, 1, "f"), Past(plan[1], record::Outcome::kPass, 5, "f"),
               Past(plan[2], record::Outcome::kFail, 1, "f"), Past(plan[3], record::Outcome::kPass, 2, "g")};
  History history;
  history.Add(run);
  size_t known = 0;
  const auto seconds = history.Seconds(plan, &known);
  EXPECT_EQ(known, 4u);
  EXPECT_THAT(seconds, ElementsAre(1, 5, 1, 2, 4.0 / 3));  // the last: the mean of those of its class
  EXPECT_THAT(ByInformation(plan, seconds, history, {"f", "f", "f", "f", "f"}), ElementsAre(4, 3, 2, 1, 0));
}

TEST(Budget, WithoutAHistoryEachCombinationOnceBeforeAnyTwice) {
  const std::vector<PlannedCell> plan = {Cell("a", "A"), Cell("b", "A"), Cell("c", "B"), Cell("d", "A", "other")};
  EXPECT_THAT(ByInformation(plan, {1, 1, 1, 1}, {}, {"", "", "", ""}), ElementsAre(0, 2, 3, 1));
}

TEST(Budget, IsMonotoneAndTakesAtLeastOne) {
  const std::vector<size_t> order = {2, 0, 1, 3};
  const std::vector<double> seconds = {4, 1, 3, 2};
  EXPECT_EQ(WithinBudget(order, seconds, 0.5, 1), 1u);
  EXPECT_EQ(WithinBudget(order, seconds, 7, 1), 2u);
  EXPECT_EQ(WithinBudget(order, seconds, 7, 2), 4u);
  size_t last = 0;
  for (double budget = 0.25; budget < 12; budget += 0.25) {
    const size_t count = WithinBudget(order, seconds, budget, 1);
    EXPECT_GE(count, last);
    last = count;
  }
  EXPECT_EQ(last, 4u);
  EXPECT_EQ(WithinBudget({}, {}, 1, 1), 0u);
}

TEST(History, TheLaterRunCounts) {
  const PlannedCell cell = Cell("a", "A");
  record::RunRecord early, late;
  early.started = "2026-08-01T00:00:00Z";
  late.started = "2026-08-02T00:00:00Z";
  early.cells = {Past(cell, record::Outcome::kFail, 9, "f")};
  late.cells = {Past(cell, record::Outcome::kPass, 2, "f")};
  for (const bool forward : {true, false}) {
    History history;
    history.Add(forward ? early : late);
    history.Add(forward ? late : early);
    EXPECT_EQ(history.Find(cell.id.ToString())->seconds, 2);
    EXPECT_TRUE(history.Find(cell.id.ToString())->good);
  }
}

TEST(History, WithoutAnyTheSizeOfTheCaseGuesses) {
  PlannedCell small = Cell("a", "A"), large = Cell("b", "A");
  const auto heavy = std::make_shared<FakeCase>("b", "A");
  heavy->info.bytes = uint64_t{1} << 30;
  large.model = heavy;
  const auto seconds = History().Seconds({small, large});
  EXPECT_GT(seconds[1], 10 * seconds[0]);
}

}  // namespace
}  // namespace conformance::engine
