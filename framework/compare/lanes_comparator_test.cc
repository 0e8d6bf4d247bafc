#include "framework/compare/lanes_comparator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
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
  auto result = LanesComparator().Compare(request);
  EXPECT_TRUE(result.ok());
  return *result;
}

TEST(LanesComparator, NanAndInfinityPositionsMustBeEqual) {
  const NamedTensors reference = One(F32({kNan, kInf, -kInf, 1}));
  const NamedTensors oracle = One(F64({NAN, INFINITY, -INFINITY, 1}));
  EXPECT_EQ(Judge(One(F32({kNan, kInf, -kInf, 1})), reference, &oracle).outcome, Outcome::kPass);
  EXPECT_THAT(Judge(One(F32({0, kInf, -kInf, 1})), reference, &oracle).reason, HasSubstr("at [0] found 0, wanted NaN"));
  EXPECT_THAT(Judge(One(F32({kNan, -kInf, -kInf, 1})), reference, &oracle).reason, HasSubstr("at [1] found -inf, wanted +inf"));
  EXPECT_THAT(Judge(One(F32({kNan, 3e38f, -kInf, 1})), reference, &oracle).reason, HasSubstr("wanted +inf"));
  EXPECT_THAT(Judge(One(F32({kNan, kInf, -kInf, kNan})), reference, &oracle).reason, HasSubstr("at [3] found NaN, wanted 1"));
}

TEST(LanesComparator, ExactNumbersAreEqualOrWrong) {
  const NamedTensors reference = One(F32({300, -7, 0})), oracle = One(F64({300, -7, 0}));
  const auto judge = [&](const NamedTensors& y, const NamedTensors& own) {
    ComparisonRequest request;
    request.candidate = &y;
    request.reference = &own;
    request.oracle = &oracle;
    request.exact = true;
    return LanesComparator().Compare(request);
  };
  const auto equal = judge(One(F32({300, -7, -0.0f})), reference);
  ASSERT_TRUE(equal.ok());
  EXPECT_EQ(equal->outcome, Outcome::kPass);
  EXPECT_EQ(equal->figures[0].lane, "exact");
  const NamedTensors off = One(F32({std::nextafter(300.0f, 301.0f), -7, 0}));
  const auto wrong = judge(off, reference);
  ASSERT_TRUE(wrong.ok());
  EXPECT_THAT(wrong->reason, HasSubstr("where every legal answer is exact"));
  EXPECT_EQ(Judge(off, reference).outcome, Outcome::kPass);  // assert_close's bounds
  EXPECT_FALSE(judge(off, off).ok());  // a reference that rounds is our own mistake
}

TEST(LanesComparator, PartsOfComplexNumbersAreHeldAgainstTheModulus) {
  using C = std::complex<float>;
  const auto z = [](std::vector<C> values) { return One(Tensor::Of<C>({static_cast<int64_t>(values.size())}, values)); };
  const NamedTensors reference = z({{1000, 1e-4F}, {0, 2}});
  // assert_close allows 1e-5 + 1.3e-6 of 1000; of the part alone it would be 1e-5.
  EXPECT_EQ(Judge(z({{1000, 1e-3F}, {0, 2}}), reference).outcome, Outcome::kPass);
  const Comparison wrong = Judge(z({{1000, 1e-4F}, {1e-3F, 2}}), reference);
  EXPECT_EQ(wrong.outcome, Outcome::kFail);
  EXPECT_THAT(wrong.reason, HasSubstr("1 of 4 values"));
  EXPECT_THAT(wrong.reason, HasSubstr("worst at [1, 0]"));
  EXPECT_EQ(wrong.figures[0].dtype, "complex64");
  EXPECT_THAT(Judge(z({{1000, kNan}, {0, 2}}), reference).reason, HasSubstr("at [0, 1] found NaN"));
  EXPECT_THAT(Judge(One(F32({1000, 0})), reference).reason, HasSubstr("dtype f32, wanted complex64"));
  // The ensemble's limits: within three times the reference's own error, which is 2^-24 of the modulus at least.
  const NamedTensors oracle = One(Tensor::Of<std::complex<double>>({2}, {{1000, 1e-4}, {0, 2}}));
  EXPECT_EQ(Judge(z({{1000, 1.5e-4F}, {0, 2}}), reference, &oracle).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(z({{1000, 1e-4F}, {0, 2.01F}}), reference, &oracle).outcome, Outcome::kFail);
  // A mask counts both parts or none.
  const NamedTensors mask = {{"y", Tensor::Of<bool>({2}, {true, false})}};
  EXPECT_EQ(Judge(z({{1000, 1e-4F}, {7, 7}}), reference, nullptr, std::nullopt, mask).outcome, Outcome::kPass);
}

TEST(LanesComparator, OneWrongValueAmongManyFails) {
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

TEST(LanesComparator, IntegersAndBooleansAreExact) {
  const NamedTensors reference = One(Tensor::Of<int64_t>({2, 2}, {1, 2, 3, int64_t{1} << 60}));
  EXPECT_EQ(Judge(reference, reference).outcome, Outcome::kPass);
  const Comparison off = Judge(One(Tensor::Of<int64_t>({2, 2}, {1, 2, 3, (int64_t{1} << 60) + 1})), reference);
  EXPECT_THAT(off.reason, HasSubstr("1 of 4 i64 values differ; at [1, 1]"));
  const NamedTensors flags = One(Tensor::Of<bool>({2}, {true, false}));
  EXPECT_EQ(Judge(One(Tensor::Of<bool>({2}, {true, true})), flags).outcome, Outcome::kFail);
}

TEST(LanesComparator, StructureComesFirst) {
  const NamedTensors reference = {{"logits", F32({1})}, {"cache", F32({2})}};
  EXPECT_EQ(Judge({{"logits", F32({1})}}, reference).reason, "missing outputs: cache");
  EXPECT_EQ(Judge({{"logits", F32({1})}, {"cache", F32({2})}, {"more", F32({2})}}, reference).reason, "unexpected outputs: more");
  EXPECT_EQ(Judge({{"cache", F32({2})}, {"logits", F32({1})}}, reference).reason, "output 0 is \"cache\", wanted \"logits\"");
  EXPECT_EQ(Judge({{"logits", F32({1, 1})}, {"cache", F32({2})}}, reference).reason, "logits: shape [2], wanted [1]");
  EXPECT_EQ(Judge({{"logits", F64({1})}, {"cache", F32({2})}}, reference).reason, "logits: dtype f64, wanted f32");
  EXPECT_EQ(Judge({{"logits", F32({1})}, {"logits", F32({2})}}, reference).reason, "output \"logits\" appears twice");
}

TEST(LanesComparator, NothingComparedIsAFailure) {
  EXPECT_EQ(Judge({}, {}).reason, "nothing was compared");
  EXPECT_EQ(Judge(One(F32({})), One(F32({}))).reason, "nothing was compared");
  EXPECT_EQ(Judge(One(F32({1, 2})), One(F32({1, 2})), nullptr, std::nullopt, One(Tensor::Of<bool>({2}, {false, false}))).reason,
            "nothing was compared");
}

TEST(LanesComparator, PlainToleranceIsElementwise) {
  const NamedTensors reference = One(F32({100, 0}));
  const ports::PlainTolerance tolerance{.atol = 1e-3, .rtol = 1e-3};
  EXPECT_EQ(Judge(One(F32({100.1f, 0.0009f})), reference, nullptr, tolerance).outcome, Outcome::kPass);
  const Comparison off = Judge(One(F32({100, 0.0011f})), reference, nullptr, tolerance);
  EXPECT_THAT(off.reason, HasSubstr("1 of 2 values are outside atol 0.001 + rtol 0.001; worst at [1]"));
}

TEST(LanesComparator, WithoutAnOracleEachOutputIsHeldToItsTypesPlainTolerance) {
  const NamedTensors reference = One(F32({100, 2}));  // f32: 1e-5 + 1.3e-6 · 100 = 1.4e-4
  EXPECT_EQ(Judge(One(F32({100.0001f, 2})), reference).outcome, Outcome::kPass);
  EXPECT_THAT(Judge(One(F32({100.0002f, 2})), reference).reason, HasSubstr("outside atol 1e-05 + rtol 1.3e-06"));
  const NamedTensors wide = One(F64({100}));  // f64: 1e-7 + 1e-7 · 100 = 1.01e-5
  EXPECT_EQ(Judge(One(F64({100.00001})), wide).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(One(F64({100.00002})), wide).outcome, Outcome::kFail);
}

TEST(LanesComparator, MaskBroadcastsAndLimitsWhatCounts) {
  const NamedTensors reference = One(Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  const NamedTensors y = One(Tensor::Of<float>({2, 2}, {9, 2, 3, 4}));
  const ports::PlainTolerance tolerance{.atol = 1e-3, .rtol = 0};
  EXPECT_EQ(Judge(y, reference, nullptr, tolerance, One(Tensor::Of<bool>({2, 1}, {false, true}))).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(y, reference, nullptr, tolerance, One(Tensor::Of<bool>({2, 1}, {true, false}))).outcome, Outcome::kFail);
}

TEST(LanesComparator, SaysByWhatRuleEachOutputWasJudged) {
  const NamedTensors reference = {{"y", F32({1, 2})}, {"n", Tensor::Of<int64_t>({1}, {3})}};
  const NamedTensors oracle = {{"y", F64({1, 2})}, {"n", Tensor::Of<int64_t>({1}, {3})}};
  const Comparison comparison = Judge(reference, reference, &oracle);
  EXPECT_EQ(comparison.figures[0].lane, "ensemble");
  EXPECT_EQ(comparison.figures[1].lane, "exact");
  EXPECT_THAT(comparison.rules.at("ensemble"), HasSubstr("at most 2 × and largest |y − f64| at most 3 ×"));
  EXPECT_TRUE(comparison.rules.contains("exact"));
  EXPECT_EQ(Judge(reference, reference).figures[0].lane, "plain");
}

TEST(LanesComparator, SignsOfZeroAreCountedAndNotJudged) {
  const NamedTensors reference = One(F32({0, 1})), oracle = One(F64({0, 1}));
  const Comparison comparison = Judge(One(F32({-0.0f, 1})), reference, &oracle);
  EXPECT_EQ(comparison.outcome, Outcome::kPass);
  EXPECT_EQ(comparison.figures[0].zero_signs, 1);
}

TEST(LanesComparator, AnOverflowIsLegalWhereTheOracleIsAtTheEdge) {
  // The largest f16 number is 65504; the next would be 65536. 65519 rounds down, 65521 up to infinity.
  const auto half = [](double value) { return One(Cast(F64({value, 1}), DType::kF16)); };
  const NamedTensors oracle = One(F64({65519, 1}));
  EXPECT_EQ(Judge(half(65536), half(65519), &oracle).outcome, Outcome::kPass);
  EXPECT_THAT(Judge(half(-65536), half(65519), &oracle).reason, HasSubstr("at [0] found -inf"));
  const NamedTensors inside = One(F64({60000, 1}));
  EXPECT_THAT(Judge(half(65536), half(60000), &inside).reason, HasSubstr("at [0] found +inf, wanted 6e+04"));
}

}  // namespace
}  // namespace conformance::compare
