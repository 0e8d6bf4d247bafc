#include "framework/compare/budget_comparator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace conformance::compare {
namespace {

using ports::Comparison;
using ports::ComparisonRequest;
using record::Outcome;
using ::testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

NamedTensors One(Tensor tensor) { return {{"y", std::move(tensor)}}; }
Tensor F32(std::vector<float> values) {
  const auto n = static_cast<int64_t>(values.size());
  return Tensor::Of<float>({n}, values);
}
Tensor F64(std::vector<double> values) {
  const auto n = static_cast<int64_t>(values.size());
  return Tensor::Of<double>({n}, values);
}

Comparison Judge(const NamedTensors& y, const NamedTensors& reference, const NamedTensors* oracle = nullptr,
                 std::optional<ports::PlainTolerance> tolerance = std::nullopt, NamedTensors mask = {}) {
  ComparisonRequest request;
  request.candidate = &y;
  request.reference = &reference;
  request.oracle = oracle;
  request.tolerance = tolerance;
  request.mask = std::move(mask);
  auto result = BudgetComparator().Compare(request);
  EXPECT_TRUE(result.ok());
  return *result;
}

TEST(BudgetComparator, BudgetIsTenTimesTheReferencesOwnError) {
  // The f32 reference misses f64 by 2^-13 (1.22e-4): the budget is 1.22e-3.
  const NamedTensors reference = One(F32({1.0f + 0x1p-13f, 2.0f}));
  const NamedTensors oracle = One(F64({1.0, 2.0}));
  EXPECT_EQ(Judge(One(F32({1.0f + 9 * 0x1p-13f, 2.0f})), reference, &oracle).reason,
            "y: RMS error 0.000777 is over its budget 0.000345 (f32 reference: 8.63e-05)");
  EXPECT_EQ(Judge(One(F32({1.0f + 3 * 0x1p-13f, 2.0f})), reference, &oracle).outcome, Outcome::kPass);
  const Comparison over = Judge(One(F32({1.0f + 11 * 0x1p-13f, 2.0f})), reference, &oracle);
  EXPECT_EQ(over.outcome, Outcome::kFail);
  EXPECT_THAT(over.reason, HasSubstr("largest error 0.00134 at [0] is over its budget 0.00122"));
}

TEST(BudgetComparator, FloorKeepsAnExactReferenceFromDemandingExactness) {
  const NamedTensors reference = One(F32({1, 2}));
  const NamedTensors oracle = One(F64({1, 2}));
  EXPECT_EQ(Judge(One(F32({1.000009f, 2})), reference, &oracle).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(One(F32({1.00002f, 2})), reference, &oracle).outcome, Outcome::kFail);
}

TEST(BudgetComparator, NanAndInfinityPositionsMustBeEqual) {
  const NamedTensors reference = One(F32({kNan, kInf, -kInf, 1}));
  const NamedTensors oracle = One(F64({NAN, INFINITY, -INFINITY, 1}));
  EXPECT_EQ(Judge(One(F32({kNan, kInf, -kInf, 1})), reference, &oracle).outcome, Outcome::kPass);
  EXPECT_THAT(Judge(One(F32({0, kInf, -kInf, 1})), reference, &oracle).reason, HasSubstr("at [0] found 0, wanted NaN"));
  EXPECT_THAT(Judge(One(F32({kNan, -kInf, -kInf, 1})), reference, &oracle).reason, HasSubstr("at [1] found -inf, wanted +inf"));
  EXPECT_THAT(Judge(One(F32({kNan, 3e38f, -kInf, 1})), reference, &oracle).reason, HasSubstr("wanted +inf"));
  EXPECT_THAT(Judge(One(F32({kNan, kInf, -kInf, kNan})), reference, &oracle).reason, HasSubstr("at [3] found NaN, wanted 1"));
}

TEST(BudgetComparator, OneWrongValueAmongManyFails) {
  // A rule of shares ("5 % may miss") would let this pass.
  std::vector<float> values(1000, 1.0f);
  const NamedTensors reference = One(F32(values));
  const NamedTensors oracle = One(F64(std::vector<double>(1000, 1.0)));
  values[777] = 1.5f;
  const Comparison comparison = Judge(One(F32(values)), reference, &oracle);
  EXPECT_EQ(comparison.outcome, Outcome::kFail);
  EXPECT_EQ(comparison.figures[0].worst_index, 777);
  EXPECT_EQ(comparison.figures[0].close_mismatched, 1);
}

TEST(BudgetComparator, IntegersAndBooleansAreExact) {
  const NamedTensors reference = One(Tensor::Of<int64_t>({2, 2}, {1, 2, 3, int64_t{1} << 60}));
  EXPECT_EQ(Judge(reference, reference).outcome, Outcome::kPass);
  const Comparison off = Judge(One(Tensor::Of<int64_t>({2, 2}, {1, 2, 3, (int64_t{1} << 60) + 1})), reference);
  EXPECT_THAT(off.reason, HasSubstr("1 of 4 i64 values differ; at [1, 1]"));
  const NamedTensors flags = One(Tensor::Of<bool>({2}, {true, false}));
  EXPECT_EQ(Judge(One(Tensor::Of<bool>({2}, {true, true})), flags).outcome, Outcome::kFail);
}

TEST(BudgetComparator, StructureComesFirst) {
  const NamedTensors reference = {{"logits", F32({1})}, {"cache", F32({2})}};
  EXPECT_EQ(Judge({{"logits", F32({1})}}, reference).reason, "missing outputs: cache");
  EXPECT_EQ(Judge({{"logits", F32({1})}, {"cache", F32({2})}, {"more", F32({2})}}, reference).reason, "unexpected outputs: more");
  EXPECT_EQ(Judge({{"cache", F32({2})}, {"logits", F32({1})}}, reference).reason, "output 0 is \"cache\", wanted \"logits\"");
  EXPECT_EQ(Judge({{"logits", F32({1, 1})}, {"cache", F32({2})}}, reference).reason, "logits: shape [2], wanted [1]");
  EXPECT_EQ(Judge({{"logits", F64({1})}, {"cache", F32({2})}}, reference).reason, "logits: dtype f64, wanted f32");
  EXPECT_EQ(Judge({{"logits", F32({1})}, {"logits", F32({2})}}, reference).reason, "output \"logits\" appears twice");
}

TEST(BudgetComparator, NothingComparedIsAFailure) {
  EXPECT_EQ(Judge({}, {}).reason, "nothing was compared");
  EXPECT_EQ(Judge(One(F32({})), One(F32({}))).reason, "nothing was compared");
  EXPECT_EQ(Judge(One(F32({1, 2})), One(F32({1, 2})), nullptr, std::nullopt, One(Tensor::Of<bool>({2}, {false, false}))).reason,
            "nothing was compared");
}

TEST(BudgetComparator, PlainToleranceIsElementwise) {
  const NamedTensors reference = One(F32({100, 0}));
  const ports::PlainTolerance tolerance{.atol = 1e-3, .rtol = 1e-3};
  EXPECT_EQ(Judge(One(F32({100.1f, 0.0009f})), reference, nullptr, tolerance).outcome, Outcome::kPass);
  const Comparison off = Judge(One(F32({100, 0.0011f})), reference, nullptr, tolerance);
  EXPECT_THAT(off.reason, HasSubstr("1 of 2 values are outside atol 0.001 + rtol 0.001; worst at [1]"));
}

TEST(BudgetComparator, WithoutAnOracleEachOutputIsHeldToItsTypesPlainTolerance) {
  const NamedTensors reference = One(F32({100, 2}));  // f32: 1e-5 + 1.3e-6 · 100 = 1.4e-4
  EXPECT_EQ(Judge(One(F32({100.0001f, 2})), reference).outcome, Outcome::kPass);
  EXPECT_THAT(Judge(One(F32({100.0002f, 2})), reference).reason, HasSubstr("outside atol 1e-05 + rtol 1.3e-06"));
  const NamedTensors wide = One(F64({100}));  // f64: 1e-7 + 1e-7 · 100 = 1.01e-5
  EXPECT_EQ(Judge(One(F64({100.00001})), wide).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(One(F64({100.00002})), wide).outcome, Outcome::kFail);
}

TEST(BudgetComparator, MaskBroadcastsAndLimitsWhatCounts) {
  const NamedTensors reference = One(Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  const NamedTensors y = One(Tensor::Of<float>({2, 2}, {9, 2, 3, 4}));
  const ports::PlainTolerance tolerance{.atol = 1e-3, .rtol = 0};
  EXPECT_EQ(Judge(y, reference, nullptr, tolerance, One(Tensor::Of<bool>({2, 1}, {false, true}))).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(y, reference, nullptr, tolerance, One(Tensor::Of<bool>({2, 1}, {true, false}))).outcome, Outcome::kFail);
}

TEST(UlpDistance, CountsInUnitsOfTheDeclaredType) {
  EXPECT_EQ(UlpDistance(1.0f + 0x1p-23f, 1.0, DType::kF32), 1);
  EXPECT_EQ(UlpDistance(1.0 + 0x1p-10, 1.0, DType::kF16), 1);
  EXPECT_EQ(UlpDistance(2.0 + 0x1p-6, 2.0, DType::kBF16), 1);
  EXPECT_EQ(UlpDistance(0x1p-149, 0.0, DType::kF32), 1);
  EXPECT_EQ(UlpDistance(-0.0, 0.0, DType::kF32), 0);
  EXPECT_EQ(UlpDistance(kInf, 1.0, DType::kF32), INFINITY);
}

}  // namespace
}  // namespace conformance::compare
