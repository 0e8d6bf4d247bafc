#include "reports/diff/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;
using record::RunRecord;
using ::testing::HasSubstr;

CellRecord Cell(const std::string& model, Outcome outcome, double seconds = 1) {
  CellRecord cell;
  cell.id = {model, "static", "onnx", "onnxruntime", "f32"};
  cell.outcome = outcome;
  cell.stage = record::Stage::kCompare;
  cell.seconds = seconds;
  if (outcome != Outcome::kPass) cell.reason = model + " is off";
  cell.command = "conformance run " + model;
  return cell;
}
CellRecord Listed(CellRecord cell, const std::string& kind, bool unexpected = false) {
  cell.expected = kind + ":*";
  cell.expected_kind = kind;
  cell.unexpected = unexpected;
  return cell;
}
RunRecord RunOf(std::vector<CellRecord> cells) {
  RunRecord run;
  run.cells = std::move(cells);
  return run;
}
/// The one change between two states of a cell; nothing where there is none.
std::optional<Change> Between(const CellRecord& before, const CellRecord& after) {
  const Difference difference = Compare(RunOf({before}), RunOf({after}), true);
  if (difference.changes.empty()) {
    EXPECT_EQ(difference.unchanged, 1);
    return std::nullopt;
  }
  EXPECT_EQ(difference.changes.size(), 1u);
  return difference.changes[0].change;
}

TEST(Diff, EveryPairOfStates) {
  const CellRecord pass = Cell("m", Outcome::kPass), fail = Cell("m", Outcome::kFail), crash = Cell("m", Outcome::kCrash),
                   flake = Cell("m", Outcome::kFlake), missing = Cell("m", Outcome::kUnavailable),
                   expected = Listed(fail, "expected_fail"), surprise = Listed(pass, "expected_fail", true),
                   skip = Listed(Cell("m", Outcome::kSkip), "skip");
  EXPECT_EQ(Between(pass, pass), std::nullopt);
  EXPECT_EQ(Between(pass, fail), Change::kNew);
  EXPECT_EQ(Between(pass, flake), Change::kFlaky);
  EXPECT_EQ(Between(pass, missing), Change::kNotRun);
  EXPECT_EQ(Between(pass, skip), Change::kNotRun);
  EXPECT_EQ(Between(pass, expected), std::nullopt);
  EXPECT_EQ(Between(fail, pass), Change::kFixed);
  EXPECT_EQ(Between(fail, expected), Change::kFixed);
  EXPECT_EQ(Between(fail, fail), Change::kStillFailing);
  EXPECT_EQ(Between(fail, crash), Change::kStillFailing);
  EXPECT_EQ(Between(fail, flake), Change::kFlaky);
  EXPECT_EQ(Between(flake, flake), Change::kStillFailing);
  EXPECT_EQ(Between(flake, pass), Change::kFixed);
  EXPECT_EQ(Between(fail, missing), Change::kStillFailing);
  EXPECT_EQ(Between(expected, surprise), Change::kNew);
  EXPECT_EQ(Between(surprise, surprise), Change::kStillFailing);
  EXPECT_EQ(Between(missing, missing), std::nullopt);
  EXPECT_EQ(Between(missing, fail), Change::kNew);
  EXPECT_EQ(Between(missing, pass), std::nullopt);
  EXPECT_EQ(Between(skip, skip), std::nullopt);
}

TEST(Diff, OnlyWhatGotWorseIsWorse) {
  const RunRecord before = RunOf({Cell("a", Outcome::kFail), Cell("b", Outcome::kFail), Cell("c", Outcome::kPass)});
  RunRecord after = RunOf({Cell("a", Outcome::kFail), Cell("b", Outcome::kPass), Cell("c", Outcome::kPass), Cell("d", Outcome::kPass)});
  Difference difference = Compare(before, after, true);
  EXPECT_FALSE(difference.worse());
  EXPECT_EQ(difference.Count(Change::kStillFailing), 1);
  EXPECT_EQ(difference.Count(Change::kFixed), 1);
  EXPECT_EQ(difference.Count(Change::kAdded), 1);
  EXPECT_EQ(difference.unchanged, 1);
  after.cells[3] = Cell("d", Outcome::kFail);  // a new cell must not bring a failure along
  EXPECT_TRUE(Compare(before, after, true).worse());
}

// W10 of what peers miss: a component that an exporter or a decomposition loses is no cell any more, and a sweep of what is left is
// green. Against the run before it is not.
TEST(Diff, W10_ACellThatIsGoneIsWorseUnlessItFailed) {
  const RunRecord before = RunOf({Cell("image_encoder", Outcome::kPass), Cell("decode", Outcome::kPass), Cell("broken", Outcome::kFail)});
  const RunRecord after = RunOf({Cell("decode", Outcome::kPass)});
  const Difference difference = Compare(before, after, true);
  EXPECT_TRUE(difference.worse());
  EXPECT_EQ(difference.Count(Change::kGone), 1);
  EXPECT_EQ(difference.Count(Change::kDropped), 1);
  EXPECT_THAT(DifferenceText(difference), HasSubstr("gone: 1\n  image_encoder/static/onnx/onnxruntime/f32  was pass"));
  EXPECT_FALSE(Compare(before, after, false).worse());  // a selection says nothing of the rest
}

TEST(Diff, WhatALaterRunDidNotComeToIsToldApart) {
  const RunRecord before = RunOf({Cell("run", Outcome::kPass), Cell("budget", Outcome::kPass), Cell("stopped", Outcome::kPass),
                                  Cell("broken", Outcome::kFail), Cell("gone", Outcome::kPass)});
  RunRecord after = RunOf({Cell("run", Outcome::kPass)});
  std::vector<std::string> plan;
  for (const char* model : {"run", "budget", "stopped", "broken"}) plan.push_back(Cell(model, Outcome::kPass).id.ToString());
  after.plan.SetCells(plan);
  after.left_out = {plan[1]};
  const Difference difference = Compare(before, after, true);
  EXPECT_EQ(difference.left_out, 1);
  EXPECT_EQ(difference.Count(Change::kNotRun), 1);
  EXPECT_EQ(difference.Count(Change::kStillFailing), 1);
  EXPECT_EQ(difference.Count(Change::kGone), 1);
  EXPECT_THAT(DifferenceText(difference), HasSubstr("1 not run, 1 gone, 1 still failing, 1 unchanged, 1 left out by the budget"));
  after.plan.shards = 2;  // the other shard may have them
  EXPECT_FALSE(Compare(before, after, true).worse());
}

TEST(Diff, TextNamesCauseAndCommand) {
  const Difference difference = Compare(RunOf({Cell("a", Outcome::kPass), Cell("b", Outcome::kFail)}),
                                        RunOf({Cell("a", Outcome::kCrash), Cell("b", Outcome::kPass)}), true);
  EXPECT_EQ(DifferenceText(difference),
            "new: 1\n"
            "  a/static/onnx/onnxruntime/f32  pass → crash\n"
            "      a is off\n"
            "      repeat: conformance run a\n"
            "fixed: 1\n"
            "  b/static/onnx/onnxruntime/f32  fail → pass\n"
            "1 new, 1 fixed, 0 unchanged\n");
  const Json json = DifferenceJson(difference);
  EXPECT_EQ(json.GetBool("worse").value(), true);
  EXPECT_EQ(json.Find("counts")->GetInt("new").value(), 1);
  EXPECT_EQ(json.Find("changes")->AsArray()[0].GetString("after").value(), "crash");
}

// Times of ten cells, and of the same ten in a later run.
Difference Timed(const std::vector<double>& before, const std::vector<double>& after) {
  RunRecord a, b;
  for (size_t i = 0; i < before.size(); ++i) {
    a.cells.push_back(Cell("m" + std::to_string(i), Outcome::kPass, before[i]));
    b.cells.push_back(Cell("m" + std::to_string(i), Outcome::kPass, after[i]));
  }
  return Compare(a, b, true);
}

TEST(Diff, SlowerIsHeldAgainstTheNoiseOfAllCells) {
  const std::vector<double> before = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  // One cell doubles, the others move by a few percent.
  Difference difference = Timed(before, {1.02, 0.98, 1.01, 1, 0.99, 1.03, 0.97, 1, 1.01, 2});
  ASSERT_EQ(difference.Count(Change::kSlower), 1);
  EXPECT_EQ(difference.changes[0].cell, "m9/static/onnx/onnxruntime/f32");
  EXPECT_FALSE(difference.worse());
  EXPECT_EQ(difference.unchanged, 9);
  // A machine of half the speed makes none slower; one cell that takes four times as long is.
  EXPECT_EQ(Timed(before, {2, 2.1, 1.9, 2, 2, 2.05, 2, 1.95, 2, 2}).Count(Change::kSlower), 0);
  difference = Timed(before, {2, 2.1, 1.9, 2, 2, 2.05, 2, 1.95, 2, 4});
  EXPECT_EQ(difference.Count(Change::kSlower), 1);
  EXPECT_THAT(DifferenceText(difference), HasSubstr("all cells took 2.00 times as long"));
  // Where all cells scatter by factors, twice is noise.
  EXPECT_EQ(Timed(before, {1, 2, 0.5, 1.5, 0.6, 1.9, 0.7, 1, 1.2, 2}).Count(Change::kSlower), 0);
  // Milliseconds are none.
  EXPECT_EQ(Timed(std::vector<double>(10, 0.01), {0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.09}).Count(Change::kSlower), 0);
  // A few cells tell no noise.
  EXPECT_EQ(Timed({1, 1}, {1, 9}).Count(Change::kSlower), 0);
}

TEST(Diff, NothingAtAll) {
  const Difference difference = Compare(RunRecord(), RunRecord(), true);
  EXPECT_FALSE(difference.worse());
  EXPECT_EQ(DifferenceText(difference), "0 unchanged\n");
}

}  // namespace
}  // namespace conformance::reports
