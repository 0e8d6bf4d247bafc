#include "framework/record/operators.h"

#include <gmock/gmock.h>

namespace conformance::record {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CellRecord Cell(const std::string& backend, Outcome outcome, std::initializer_list<std::pair<const char*, int64_t>> operators) {
  CellRecord cell;
  cell.id = {"m", "v", "none", backend, "f32"};
  cell.outcome = outcome;
  cell.facts = Json::MakeObject();
  cell.facts["operators"] = Json::MakeObject();
  for (const auto& [name, use] : operators) cell.facts["operators"][name] = use;
  return cell;
}

std::vector<std::string> NamesOf(const OperatorTable& table) {
  std::vector<std::string> names;
  for (const OperatorRow& row : table.rows) names.push_back(row.name);
  return names;
}

TEST(Operators, AreCountedByBackendAndOutcome) {
  RunRecord run;
  run.cells = {Cell("a", Outcome::kPass, {{"Add", 6}, {"Mul", 2}}), Cell("a", Outcome::kFail, {{"Mul", 2}}), Cell("b", Outcome::kUnsupported, {{"Add", 6}}),
               Cell("b", Outcome::kCrash, {{"Mul", 2}}),            Cell("b", Outcome::kPass, {{"Mul", 2}}), Cell("c", Outcome::kUnavailable, {{"Add", 6}})};
  const OperatorTable table = OperatorsOf(run);
  EXPECT_THAT(table.backends, ElementsAre("a", "b"));
  ASSERT_THAT(NamesOf(table), ElementsAre("Add", "Mul"));  // lost: 6 · 1 of Add; 2 · ½ + 2 · ½ of Mul
  EXPECT_EQ(table.rows[0].backends.at("b").unsupported, 1);
  EXPECT_EQ(table.rows[1].backends.at("a").fail, 1);
  EXPECT_EQ(table.rows[1].backends.at("b").other, 1);
  EXPECT_DOUBLE_EQ(table.Weighted("a"), (6.0 + 2 * 0.5) / 8);
  EXPECT_DOUBLE_EQ(table.Weighted("b"), (2 * 0.5) / 8);
  EXPECT_EQ(table.Used(), 8);
}

TEST(Operators, WithoutAUseAreOrderedByWhatDoesNotPass) {
  RunRecord run;
  run.cells = {Cell("a", Outcome::kPass, {{"Abs", 0}}), Cell("a", Outcome::kFail, {{"Sin", 0}})};
  const OperatorTable table = OperatorsOf(run);
  EXPECT_THAT(NamesOf(table), ElementsAre("Sin", "Abs"));
  EXPECT_DOUBLE_EQ(table.Weighted("a"), 1);
  EXPECT_EQ(table.Used(), 0);
}

TEST(Operators, AreNoneInARunWithoutTestsOfThem) {
  RunRecord run;
  run.cells.resize(2);
  EXPECT_THAT(OperatorsOf(run).rows, IsEmpty());
  EXPECT_FALSE(run.ToJson().Has("operators"));
}

}  // namespace
}  // namespace conformance::record
