#include "framework/engine/rerun.h"

#include <gmock/gmock.h>

#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

using record::CellRecord;
using record::Outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

CellRecord Cell(Outcome outcome, std::string reason = "") {
  CellRecord cell;
  cell.id = {"m", "static", "onnx", "ort", "f32"};
  cell.outcome = outcome;
  cell.stage = record::Stage::kRun;
  cell.reason = std::move(reason);
  cell.facts = Json::MakeObject();
  return cell;
}

TEST(Rerun, OnlyUnexpectedFailuresAreOwedOne) {
  for (const Outcome outcome : {Outcome::kFail, Outcome::kError, Outcome::kCrash, Outcome::kTimeout, Outcome::kOutOfMemory, Outcome::kMistrusted}) {
    CellRecord cell = Cell(outcome);
    EXPECT_TRUE(OwesRerun(cell)) << ToString(outcome);
    cell.expected_kind = "expected_fail";
    EXPECT_FALSE(OwesRerun(cell)) << ToString(outcome);
  }
  for (const Outcome outcome : {Outcome::kPass, Outcome::kSkip, Outcome::kUnavailable, Outcome::kUnsupported, Outcome::kFlake}) {
    EXPECT_FALSE(OwesRerun(Cell(outcome))) << ToString(outcome);
  }
}

TEST(Rerun, APassAfterAFailureIsAFlakeWithItsRate) {
  const CellRecord cell = AfterReruns(Cell(Outcome::kFail, "y is off"), {Cell(Outcome::kFail, "y is off"), Cell(Outcome::kPass)});
  EXPECT_EQ(cell.outcome, Outcome::kFlake);
  EXPECT_EQ(cell.reason, "fails in 2 of 3 runs with the same seed: fail at run: y is off");
  EXPECT_EQ(formats::WriteJson(*cell.facts.Find("runs")), R"({"count":3,"failed":2,"outcomes":["fail","fail","pass"]})");
  EXPECT_FALSE(cell.as_expected());
  EXPECT_FALSE(OwesRerun(cell));
  EXPECT_THAT(cell.notes, ElementsAre("run again alone: pass at run"));
}

TEST(Rerun, TheSameFailureStaysWhatItWas) {
  const CellRecord cell = AfterReruns(Cell(Outcome::kFail, "y is off"), {Cell(Outcome::kFail, "y is off")});
  EXPECT_EQ(cell.outcome, Outcome::kFail);
  EXPECT_EQ(cell.reason, "y is off");
  EXPECT_THAT(cell.notes, IsEmpty());
  EXPECT_FALSE(OwesRerun(cell));  // once is enough
}

TEST(Rerun, AnotherFailureIsToldAndIsNoPass) {
  const CellRecord cell = AfterReruns(Cell(Outcome::kFail, "y is off"), {Cell(Outcome::kCrash, "signal 11")});
  EXPECT_EQ(cell.outcome, Outcome::kFail);
  EXPECT_THAT(cell.notes, ElementsAre("run again alone: crash at run: signal 11"));
}

}  // namespace
}  // namespace conformance::engine
