#include "framework/compare/error_histogram.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace conformance::compare {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Tensor F32Row(const std::vector<float>& values) { return Tensor::Of<float>({static_cast<int64_t>(values.size())}, values); }

TEST(ErrorHistogram, ClassesOfUnitsInTheLastPlace) {
  const float ulp = std::ldexp(1.0f, -23);  // of f32 at 1
  const auto histogram = HistogramOf(F32Row({1, 1 + ulp, 1 + 2 * ulp, 1 + 3 * ulp, 1 + 4 * ulp, 1 + 5 * ulp}), F32Row({1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(histogram.exact, 1);
  EXPECT_THAT(histogram.ulp, ElementsAre(Pair(0, 1), Pair(1, 1), Pair(2, 2), Pair(3, 1)));
  EXPECT_THAT(histogram.abs, ElementsAre(Pair(-7, 5)));  // 1.2e-7 to 6e-7
}

TEST(ErrorHistogram, WhatIsNotFinite) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const auto histogram = HistogramOf(F32Row({nan, nan, inf, inf, 0.0f}), F32Row({nan, 1, inf, -inf, -0.0f}));
  EXPECT_EQ(histogram.exact, 3);
  EXPECT_EQ(histogram.nonfinite, 2);
  EXPECT_THAT(histogram.abs, IsEmpty());
}

TEST(ErrorHistogram, IntegersHaveNoUlp) {
  const auto histogram = HistogramOf(Tensor::Of<int64_t>({3}, {1, 12, 1000}), Tensor::Of<int64_t>({3}, {1, 2, 1}));
  EXPECT_THAT(histogram.ulp, IsEmpty());
  EXPECT_THAT(histogram.abs, ElementsAre(Pair(1, 1), Pair(2, 1)));
  EXPECT_EQ(histogram.Text("  "),
            "  equal                       1  ████████████████████████████████████████\n"
            "  from 1e+01                  1  ████████████████████████████████████████\n"
            "  from 1e+02                  1  ████████████████████████████████████████\n");
}

TEST(ErrorHistogram, LargestErrors) {
  const double most = std::numeric_limits<double>::max();
  const auto histogram = HistogramOf(Tensor::Of<double>({2}, {most, 1}), Tensor::Of<double>({2}, {-most, std::numeric_limits<double>::denorm_min()}));
  EXPECT_EQ(histogram.exact + histogram.nonfinite, 0);
  EXPECT_THAT(histogram.abs, ElementsAre(Pair(0, 1), Pair(308, 1)));
}

TEST(ErrorHistogram, NothingAtAll) {
  EXPECT_EQ(HistogramOf(F32Row({}), F32Row({})).exact, 0);
}

}  // namespace
}  // namespace conformance::compare
