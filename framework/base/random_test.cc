#include "framework/base/random.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(Random, IsSplitmix64) {
  // Reference values of the published splitmix64 for seed 1234567 (Steele, Lea, Flood 2014; the test vector that Rosetta
  // Code and several libraries carry).
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317ULL);
  EXPECT_EQ(random.Next(), 3203168211198807973ULL);
  EXPECT_EQ(random.Next(), 9817491932198370423ULL);
}

TEST(Random, NamedPartsDependOnSeedAndNameAlone) {
  Random a = Random::For(7, "input_ids");
  Random b = Random::For(7, "input_ids");
  EXPECT_EQ(a.Next(), b.Next());
  EXPECT_NE(Random::For(7, "input_ids").Next(), Random::For(7, "attention_mask").Next());
  EXPECT_NE(Random::For(7, "input_ids").Next(), Random::For(8, "input_ids").Next());
}

TEST(Random, BelowStaysBelowAndReachesEveryValue) {
  Random random(1);
  std::vector<int> counts(5);
  for (int i = 0; i < 5000; ++i) ++counts.at(random.Below(5));
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);  // five standard deviations
  EXPECT_EQ(random.Below(1), 0U);
}

TEST(Random, BetweenHasBothEnds) {
  Random random(2);
  int low = 0;
  int high = 0;
  for (int i = 0; i < 200; ++i) {
    const int64_t x = random.Between(-1, 1);
    ASSERT_LE(-1, x);
    ASSERT_LE(x, 1);
    low += x == -1;
    high += x == 1;
  }
  EXPECT_GT(low, 0);
  EXPECT_GT(high, 0);
  EXPECT_EQ(random.Between(4, 4), 4);
}

TEST(Random, BetweenTakesTheWholeRangeOfItsType) {
  Random random(3);
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 100; ++i) {
    const int64_t x =
        random.Between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    negative |= x < 0;
    positive |= x > 0;
  }
  EXPECT_TRUE(negative);
  EXPECT_TRUE(positive);
}

TEST(Random, UniformIsInTheHalfOpenUnitInterval) {
  Random random(4);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double x = random.Uniform();
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    sum += x;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.015);  // five standard deviations of the mean: 5 · 0.289 / 100
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(5);
  double sum = 0;
  double squares = 0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const double x = random.Normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.036);      // five standard deviations: 5 / sqrt(20000)
  EXPECT_NEAR(squares / n, 1.0, 0.051);  // variance of x² is 2
}

}  // namespace
}  // namespace conformance
