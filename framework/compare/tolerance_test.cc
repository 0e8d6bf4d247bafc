#include "framework/compare/tolerance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace conformance::compare {
namespace {

TEST(UlpDistance, CountsInUnitsOfTheDeclaredType) {
  EXPECT_EQ(UlpDistance(1.0f + 0x1p-23f, 1.0, DType::kF32), 1);
  EXPECT_EQ(UlpDistance(1.0 + 0x1p-10, 1.0, DType::kF16), 1);
  EXPECT_EQ(UlpDistance(2.0 + 0x1p-6, 2.0, DType::kBF16), 1);
  EXPECT_EQ(UlpDistance(0x1p-149, 0.0, DType::kF32), 1);
  EXPECT_EQ(UlpDistance(-0.0, 0.0, DType::kF32), 0);
  EXPECT_EQ(UlpDistance(std::numeric_limits<double>::infinity(), 1.0, DType::kF32), INFINITY);
}

TEST(Formats, AreThoseOfIeee754AndBfloat16) {
  EXPECT_EQ(UnitRoundoff(DType::kF32), 0x1p-24);
  EXPECT_EQ(UnitRoundoff(DType::kF16), 0x1p-11);
  EXPECT_EQ(UnitRoundoff(DType::kBF16), 0x1p-8);
  EXPECT_EQ(LargestOf(DType::kF16), 65504);
  EXPECT_EQ(LargestOf(DType::kF32), std::numeric_limits<float>::max());
  EXPECT_EQ(LargestOf(DType::kF64), std::numeric_limits<double>::max());
  EXPECT_EQ(SmallestNormalOf(DType::kF32), std::numeric_limits<float>::min());
  EXPECT_EQ(SmallestNormalOf(DType::kF16), 0x1p-14);
  EXPECT_EQ(UlpAt(1.5, DType::kF16), 0x1p-10);
  EXPECT_EQ(UlpAt(0, DType::kF32), 0x1p-149);
}

TEST(Texts, NameTheElement) {
  EXPECT_EQ(PlaceText(5, {2, 3}), "[1, 2]");
  EXPECT_EQ(PlaceText(0, {}), "[]");
  EXPECT_EQ(FigureText(0.001220703125), "0.00122");
}

}  // namespace
}  // namespace conformance::compare
