#include "framework/compare/ensemble_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "framework/compare/lanes_comparator.h"

namespace conformance::compare {
namespace {

using ::testing::HasSubstr;

/// Eight members with given errors; counts how many were asked for.
class Members : public ports::Ensemble {
 public:
  explicit Members(std::vector<ports::Spread> spreads) {
    for (const ports::Spread& spread : spreads) members_.push_back({{"y", spread}});
  }
  size_t size() const override { return members_.size(); }
  Result<const ports::Spreads*> Member(size_t index) const override {
    asked = std::max(asked, index + 1);
    return &members_.at(index);
  }
  mutable size_t asked = 0;

 private:
  std::vector<ports::Spreads> members_;
};

/// Two elements, 1 and 1: the reference's own error is `own` ulp of 2^-23 on the first, the candidate's `off`.
record::OutputFigures Judge(double off, double own, const ports::Ensemble* ensemble) {
  const double ulp = 0x1p-23;
  const NamedTensors y = {{"y", Tensor::Of<float>({2}, {static_cast<float>(1 + off * ulp), 1})}};
  const NamedTensors reference = {{"y", Tensor::Of<float>({2}, {static_cast<float>(1 + own * ulp), 1})}};
  const NamedTensors oracle = {{"y", Tensor::Of<double>({2}, {1, 1})}};
  ports::ComparisonRequest request;
  request.candidate = &y;
  request.reference = &reference;
  request.oracle = &oracle;
  request.ensemble = ensemble;
  return LanesComparator().Compare(request)->figures.at(0);
}

/// `ulps` off on one of two elements.
ports::Spread Off(double ulps) {
  const double error = ulps * 0x1p-23;
  return {.rms = std::sqrt(error * error / 2), .max_abs = error};
}

TEST(EnsembleLane, FewElementsAreJudgedByMoreMembers) {
  EXPECT_EQ(MembersFor(1), 63u);
  EXPECT_EQ(MembersFor(2), 31u);
  EXPECT_EQ(MembersFor(7), 9u);
  EXPECT_EQ(MembersFor(8), 8u);
  EXPECT_EQ(MembersFor(1 << 20), 8u);
  EXPECT_EQ(MembersFor(0), 63u);
  const Members members(std::vector<ports::Spread>(kMostMembers, Off(2)));
  EXPECT_EQ(Judge(5, 1, &members).outcome, "fail");
  EXPECT_EQ(members.asked, 31u);
}

TEST(EnsembleLane, AllowsTwiceTheRmsAndThreeTimesTheLargestErrorOfTheWorstMember) {
  const Members members({Off(2), Off(10), Off(4)});
  EXPECT_EQ(Judge(20, 1, &members).outcome, "pass");  // RMS 2 × that of 10
  const auto over = Judge(21, 1, &members);
  EXPECT_EQ(over.outcome, "fail");
  EXPECT_THAT(over.reason, HasSubstr("RMS error 1.77e-06 is over 1.69e-06, 2 times the worst of 4 legal answers"));
  EXPECT_THAT(Judge(31, 1, &members).reason, HasSubstr("largest error 3.7e-06 at [0] is over 3.58e-06, 3 times the worst"));
}

TEST(EnsembleLane, WarnsBetweenTheWorstMemberAndTheLimit) {
  const Members members({Off(2), Off(10), Off(4)});
  EXPECT_EQ(Judge(10, 1, &members).warning, "");
  EXPECT_THAT(Judge(15, 1, &members).warning, HasSubstr("largest 1.5 times"));
  EXPECT_EQ(Judge(15, 1, &members).outcome, "pass");
}

TEST(EnsembleLane, AsksForNoMoreMembersThanTheVerdictNeeds) {
  const Members none({Off(2), Off(10), Off(4)});
  EXPECT_EQ(Judge(1, 1, &none).members, 1);  // no worse than the reference itself
  EXPECT_EQ(none.asked, 0u);
  const Members two({Off(2), Off(10), Off(4)});
  EXPECT_EQ(Judge(9, 1, &two).members, 3);
  EXPECT_EQ(two.asked, 2u);
}

// The short cut must not change what the whole ensemble would say.
TEST(EnsembleLane, TheShortCutGivesTheWholeEnsemblesVerdict) {
  for (double worst : {1.0, 3.0, 8.0}) {
    for (double off = 0; off < 30; off += 1) {
      const Members members({Off(1), Off(worst), Off(2)});
      const auto figures = Judge(off, 1, &members);
      const double limit = std::max(worst, 2.0);
      EXPECT_EQ(figures.outcome, off <= 2 * limit ? "pass" : "fail") << worst << " " << off;
      EXPECT_EQ(figures.warning.empty(), off <= limit || off > 2 * limit) << worst << " " << off;
    }
  }
}

TEST(EnsembleLane, NoLegalAnswerIsAskedForLessThanOneRounding) {
  // The oracle is no f32 number: half a unit of 2^-23 at 1 is what rounding it may cost, whatever the members' luck.
  const NamedTensors y = {{"y", Tensor::Of<float>({1}, {1 + 0x1p-23f})}};
  const NamedTensors reference = {{"y", Tensor::Of<float>({1}, {1})}};
  const NamedTensors oracle = {{"y", Tensor::Of<double>({1}, {1 + 0x1p-26})}};
  ports::ComparisonRequest request;
  request.candidate = &y;
  request.reference = &reference;
  request.oracle = &oracle;
  EXPECT_EQ(LanesComparator().Compare(request)->outcome, record::Outcome::kPass);
}

TEST(EnsembleLane, AReferenceThatStandsAloneFailsNothingThatAssertCloseTakes) {
  EXPECT_EQ(Judge(1, 1, nullptr).lane, "ensemble");
  const auto close = Judge(8, 1, nullptr);  // 9.5e-7 of 1.1e-5
  EXPECT_EQ(close.outcome, "pass");
  EXPECT_EQ(close.lane, "plain");
  EXPECT_THAT(close.warning, HasSubstr("the only legal answer that is known"));
  EXPECT_EQ(Judge(200, 1, nullptr).outcome, "fail");
  EXPECT_EQ(Judge(8, 1, std::make_unique<Members>(std::vector<ports::Spread>{Off(1)}).get()).outcome, "fail");
}

TEST(EnsembleLane, WhereEveryLegalAnswerIsExactSoMustTheCandidateBe) {
  const Members exact({Off(0), Off(0)});
  EXPECT_EQ(Judge(0, 0, &exact).outcome, "pass");
  const auto off = Judge(1, 0, &exact);
  EXPECT_EQ(off.lane, "exact");
  EXPECT_THAT(off.reason, HasSubstr("off by 1.19e-07), where every legal answer is exact"));
  const Members one_rounds({Off(0), Off(0.5)});
  EXPECT_EQ(Judge(1, 0, &one_rounds).lane, "ensemble");
}

TEST(SpreadsOf, CoversFiniteElementsOfFloatingOutputs) {
  const NamedTensors oracle = {{"y", Tensor::Of<double>({4}, {1, 2, INFINITY, NAN})}, {"n", Tensor::Of<int64_t>({1}, {1})}};
  const NamedTensors member = {{"y", Tensor::Of<float>({4}, {1.5f, 2, INFINITY, 7})}, {"n", Tensor::Of<int64_t>({1}, {2})}};
  const ports::Spreads spreads = SpreadsOf(member, oracle);
  ASSERT_EQ(spreads.size(), 1u);
  EXPECT_EQ(spreads.at("y").max_abs, 0.5);
  EXPECT_DOUBLE_EQ(spreads.at("y").rms, 0.5 / std::sqrt(2.0));
}

}  // namespace
}  // namespace conformance::compare
