#include "framework/engine/stored_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "framework/compare/lanes_comparator.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;

class TwoMembers : public ports::Ensemble {
 public:
  size_t size() const override { return 2; }
  Result<const ports::Spreads*> Member(size_t index) const override {
    ++asked;
    return &members_[index];
  }
  mutable int asked = 0;

 private:
  const ports::Spreads members_[2] = {{{"y", {1e-3, 2e-3}}}, {{"y", {2e-3, 4e-3}}}};
};

struct Seen {
  NamedTensors candidate, reference, oracle;
  TwoMembers ensemble;
  ports::ComparisonRequest request;
  explicit Seen(float y) : candidate{{"y", F32({y, 2})}}, reference{{"y", F32({1, 2})}}, oracle{{"y", F64({1.0001, 2})}} {
    request.candidate = &candidate;
    request.reference = &reference;
    request.oracle = &oracle;
    request.ensemble = &ensemble;
    request.assignment = "batch=3";
  }
};

TEST(StoredComparison, IsJudgedAgainWithTheSameVerdictAndFigures) {
  const TempFolder folder;
  const compare::LanesComparator comparator;
  for (const float y : {1.0001f, 1.003f, 1.5f}) {
    Seen seen(y);
    const std::filesystem::path file = folder.path() / "seen.safetensors";
    const ports::Comparison then = CompareAndStore(comparator, seen.request, "m/static/onnx/ort/f32", file).value();
    const auto stored = ReadStoredComparison(file).value();
    EXPECT_EQ(stored->cell, "m/static/onnx/ort/f32");
    EXPECT_EQ(stored->outcome, then.outcome);
    EXPECT_EQ(stored->reason, then.reason);
    EXPECT_EQ(stored->request.assignment, "batch=3");
    const ports::Comparison now = comparator.Compare(stored->request).value();
    EXPECT_EQ(now.outcome, then.outcome);
    EXPECT_EQ(now.reason, then.reason);
    ASSERT_EQ(now.figures.size(), then.figures.size());
    EXPECT_EQ(now.figures[0].ToJson(), then.figures[0].ToJson());
  }
}

TEST(StoredComparison, WhatWasExactStaysSo) {
  const TempFolder folder;
  const compare::LanesComparator comparator;
  Seen seen(1);
  seen.oracle = {{"y", F64({1, 2})}};
  seen.candidate = {{"y", F32({1 + 0x1p-23f, 2})}};
  seen.request.exact = true;
  ASSERT_EQ(CompareAndStore(comparator, seen.request, "c", folder.path() / "exact.safetensors")->outcome, record::Outcome::kFail);
  const auto stored = ReadStoredComparison(folder.path() / "exact.safetensors").value();
  EXPECT_EQ(comparator.Compare(stored->request)->figures[0].lane, "exact");
}

TEST(StoredComparison, TheVerdictFollowsTheTensors) {
  const TempFolder folder;
  const compare::LanesComparator comparator;
  Seen good(1.0001f), bad(1.5f);
  ASSERT_EQ(CompareAndStore(comparator, good.request, "c", folder.path() / "good.safetensors")->outcome, record::Outcome::kPass);
  ASSERT_EQ(CompareAndStore(comparator, bad.request, "c", folder.path() / "bad.safetensors")->outcome, record::Outcome::kFail);
  // A comparator that had been lenient would have stored a pass; the tensors say otherwise.
  const auto stored = ReadStoredComparison(folder.path() / "bad.safetensors").value();
  EXPECT_EQ(comparator.Compare(stored->request)->outcome, record::Outcome::kFail);
}

TEST(StoredComparison, FilesOfSomethingElseAreRefusedByName) {
  const TempFolder folder;
  EXPECT_THAT(ReadStoredComparison(folder.path() / "absent.safetensors"), IsError(ErrorKind::kNotFound, HasSubstr("absent")));
  std::ofstream(folder.path() / "text.safetensors") << "no tensors at all";
  EXPECT_THAT(ReadStoredComparison(folder.path() / "text.safetensors"), IsError(ErrorKind::kCorrupt, HasSubstr("text.safetensors")));
}

}  // namespace
}  // namespace conformance::engine
