#include "framework/compare/exact_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/compare/lanes_comparator.h"

namespace conformance::compare {
namespace {

using ports::Decision;
using ::testing::HasSubstr;

record::OutputFigures Judge(const Tensor& y, const Tensor& reference, std::optional<Decision> decision) {
  const NamedTensors candidate = {{"y", y}}, wanted = {{"y", reference}};
  ports::ComparisonRequest request;
  request.candidate = &candidate;
  request.reference = &wanted;
  request.decide = [&](const std::string& output) -> Result<std::optional<Decision>> {
    EXPECT_EQ(output, "y");
    return decision;
  };
  return LanesComparator().Compare(request)->figures.at(0);
}
Tensor I64(std::vector<int64_t> values) { return Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values); }

TEST(Decisions, AnotherIndexIsLegalWhereTheScoresAreNearlyEqual) {
  // Rows: 1 and 1 + 1e-6 tie within 2 × 1e-6; 5 wins clearly.
  const Decision decision{.kind = Decision::Kind::kIndex,
                          .scores = Tensor::Of<double>({2, 3}, {1, 1 + 1e-6, 0, 0, 5, 0}),
                          .other = {},
                          .axis = -1,
                          .radius = 1e-6};
  const auto tie = Judge(I64({0, 1}), I64({1, 1}), decision);
  EXPECT_EQ(tie.outcome, "pass");
  EXPECT_EQ(tie.lane, "decision");
  EXPECT_EQ(tie.legal_choices, 1);
  EXPECT_THAT(tie.warning, HasSubstr("1 of 2 i64 values are other choices"));
  EXPECT_THAT(Judge(I64({2, 1}), I64({1, 1}), decision).reason, HasSubstr("1 of 2 i64 values differ; at [0] found 2, wanted 1"));
  EXPECT_EQ(Judge(I64({1, 0}), I64({1, 1}), decision).outcome, "fail");
  EXPECT_EQ(Judge(I64({7, 1}), I64({1, 1}), decision).outcome, "fail");  // no such place
  EXPECT_EQ(Judge(I64({0, 1}), I64({1, 1}), std::nullopt).outcome, "fail");  // nothing known: exact
}

TEST(Decisions, ManyTiesAreCapped) {
  const Decision flat{.kind = Decision::Kind::kIndex, .scores = Tensor::Zeros(DType::kF64, {40, 3}), .other = {}, .axis = 1, .radius = 1e-9};
  std::vector<int64_t> two(40, 0), three(40, 0);
  two[3] = two[8] = three[0] = three[1] = three[2] = 1;
  EXPECT_EQ(Judge(I64(two), I64(std::vector<int64_t>(40, 0)), flat).outcome, "pass");  // 5 % of 40
  EXPECT_THAT(Judge(I64(three), I64(std::vector<int64_t>(40, 0)), flat).reason, HasSubstr("at most 2 may"));
}

TEST(Decisions, IndicesOfTopkStayDifferentOnes) {
  const Decision decision{.kind = Decision::Kind::kIndex, .scores = Tensor::Of<double>({1, 3}, {2, 2, 1}), .other = {}, .axis = 1, .radius = 0.1};
  const Tensor wanted = Tensor::Of<int64_t>({1, 2}, {0, 1});
  EXPECT_EQ(IsLegalChoice(decision, {1, 2}, 0, 1, 0), true);
  EXPECT_THAT(Judge(Tensor::Of<int64_t>({1, 2}, {1, 1}), wanted, decision).reason, HasSubstr("appears twice"));
}

TEST(Decisions, ComparisonsAndRoundingsDependOnTheDistanceToTheirEdge) {
  const Decision compare{.kind = Decision::Kind::kCompare, .scores = Tensor::Of<double>({2}, {1e-7, 1}), .other = {}, .axis = -1, .radius = 1e-7};
  EXPECT_TRUE(IsLegalChoice(compare, {2}, 0, 0, 1));
  EXPECT_FALSE(IsLegalChoice(compare, {2}, 1, 0, 1));
  const Decision round{.kind = Decision::Kind::kRound, .scores = Tensor::Of<double>({2}, {2.4999, 2.4}), .other = {}, .axis = -1, .radius = 1e-3};
  EXPECT_TRUE(IsLegalChoice(round, {2}, 0, 3, 2));
  EXPECT_FALSE(IsLegalChoice(round, {2}, 0, 4, 2));
  EXPECT_FALSE(IsLegalChoice(round, {2}, 1, 3, 2));
}

}  // namespace
}  // namespace conformance::compare
