#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/tensor/tensor.h"

namespace conformance {
namespace {
using ::testing::ElementsAre;

constexpr double kInf = std::numeric_limits<double>::infinity();

// The value of a 16-bit pattern by the definition in IEEE 754, section 3.4.
double HalfByDefinition(uint32_t bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  const int exponent = static_cast<int>(bits >> 10 & 31U);
  const double fraction = (bits & 1023U) / 1024.0;
  if (exponent == 31) return fraction != 0 ? std::nan("") : sign * kInf;
  if (exponent == 0) return sign * std::ldexp(fraction, -14);
  return sign * std::ldexp(1 + fraction, exponent - 15);
}

TEST(Half, EveryPatternHasItsValueAndReadsBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const double want = HalfByDefinition(bits);
    const float got = HalfToFloat(static_cast<uint16_t>(bits));
    if (std::isnan(want)) {
      ASSERT_TRUE(std::isnan(got)) << bits;
      ASSERT_TRUE(std::isnan(HalfByDefinition(FloatToHalf(got)))) << bits;
      ASSERT_EQ(FloatToHalf(got) & 0x8000U, bits & 0x8000U) << "the sign of a NaN stays";
      continue;
    }
    ASSERT_EQ(got, want) << bits;
    ASSERT_EQ(std::signbit(got), (bits & 0x8000U) != 0) << bits;
    ASSERT_EQ(FloatToHalf(got), bits);
    ASSERT_EQ(DoubleToHalf(want), bits);
  }
}

TEST(Half, BetweenNeighboursTheNearestWinsAndTiesGoToEven) {
  for (uint32_t bits = 0; bits < 0x7C00;
       ++bits) {  // every finite positive pattern; the last one's neighbour is 65536
    const double low = HalfByDefinition(bits);
    const double high = bits + 1 == 0x7C00 ? 65536.0 : HalfByDefinition(bits + 1);
    const double middle = (low + high) / 2;
    const uint32_t even = (bits & 1U) == 0 ? bits : bits + 1;
    ASSERT_EQ(DoubleToHalf(middle), even) << bits;
    ASSERT_EQ(DoubleToHalf(std::nextafter(middle, 0)), bits);
    ASSERT_EQ(DoubleToHalf(std::nextafter(middle, kInf)), bits + 1);
    ASSERT_EQ(DoubleToHalf(-middle), even | 0x8000U);
    const auto narrow = static_cast<float>(middle);  // halfway points of halves are floats
    ASSERT_EQ(FloatToHalf(narrow), even);
    ASSERT_EQ(FloatToHalf(std::nextafterf(narrow, 0)), bits);
    ASSERT_EQ(FloatToHalf(std::nextafterf(narrow, HUGE_VALF)), bits + 1);
  }
}

TEST(Half, OverflowIsInfinityAndUnderflowIsSignedZero) {
  EXPECT_EQ(FloatToHalf(65504.0F), 0x7BFF);
  EXPECT_EQ(FloatToHalf(65519.0F), 0x7BFF);
  EXPECT_EQ(FloatToHalf(65520.0F), 0x7C00);
  EXPECT_EQ(FloatToHalf(-1e30F), 0xFC00);
  EXPECT_EQ(DoubleToHalf(1e300), 0x7C00);
  EXPECT_EQ(DoubleToHalf(-kInf), 0xFC00);
  EXPECT_EQ(FloatToHalf(-0.0F), 0x8000);
  EXPECT_EQ(DoubleToHalf(-5e-324), 0x8000);
  EXPECT_EQ(DoubleToHalf(0x1p-25), 0x0000) << "half of the smallest: a tie, to even";
  EXPECT_EQ(DoubleToHalf(0x1.8p-25), 0x0001);
}

TEST(BFloat16, EveryPatternIsTheUpperHalfOfAFloat) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = BFloat16ToFloat(static_cast<uint16_t>(bits));
    ASSERT_EQ(__builtin_bit_cast(uint32_t, value), bits << 16);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(BFloat16ToFloat(FloatToBFloat16(value))));
      ASSERT_TRUE(std::isnan(BFloat16ToFloat(DoubleToBFloat16(value))));
      continue;
    }
    ASSERT_EQ(FloatToBFloat16(value), bits);
    ASSERT_EQ(DoubleToBFloat16(value), bits);
  }
}

TEST(BFloat16, BetweenNeighboursTheNearestWinsAndTiesGoToEven) {
  for (uint32_t bits = 0; bits < 0x7F80; ++bits) {
    const double low = BFloat16ToFloat(static_cast<uint16_t>(bits));
    const double high = bits + 1 == 0x7F80 ? 0x1p128 : BFloat16ToFloat(static_cast<uint16_t>(bits + 1));
    const double middle = (low + high) / 2;
    const uint32_t even = (bits & 1U) == 0 ? bits : bits + 1;
    ASSERT_EQ(DoubleToBFloat16(middle), even) << bits;
    ASSERT_EQ(DoubleToBFloat16(std::nextafter(middle, 0)), bits);
    ASSERT_EQ(DoubleToBFloat16(std::nextafter(middle, kInf)), bits + 1);
    const auto narrow = static_cast<float>(middle);
    ASSERT_EQ(FloatToBFloat16(narrow), even);
    ASSERT_EQ(FloatToBFloat16(std::nextafterf(narrow, 0)), bits);
    if (std::nextafterf(narrow, HUGE_VALF) != HUGE_VALF) {
      ASSERT_EQ(FloatToBFloat16(std::nextafterf(narrow, HUGE_VALF)), bits + 1);
    }
  }
}

TEST(DoubleToSixteenBits, RoundsOnceNotTwice) {
  // Just above a tie of halves, by less than a float can hold: through float it would become the tie and go down to even.
  const double above = 1 + 0x1p-11 + 0x1p-40;
  EXPECT_EQ(FloatToHalf(static_cast<float>(above)), 0x3C00);
  EXPECT_EQ(DoubleToHalf(above), 0x3C01);
  const double wide = 1 + 0x1p-8 + 0x1p-40;
  EXPECT_EQ(FloatToBFloat16(static_cast<float>(wide)), 0x3F80);
  EXPECT_EQ(DoubleToBFloat16(wide), 0x3F81);
}

TEST(Cast, ToTheSameTypeIsACopy) {
  const Tensor x = Tensor::Of<float>({2}, {1, 2});
  const Tensor y = Cast(x, DType::kF32);
  EXPECT_TRUE(BitEqual(x, y));
  EXPECT_NE(x.storage(), y.storage());
}

TEST(Cast, BetweenEveryPairKeepsSmallIntegers) {
  constexpr std::array kAll = {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64,
                               DType::kI32, DType::kI16, DType::kI8,  DType::kU8};
  const Tensor x = Tensor::Of<int64_t>({4}, {0, 1, 2, 127});
  for (const DType from : kAll) {
    for (const DType to : kAll) {
      const Tensor y = Cast(Cast(x, from), to);
      EXPECT_EQ(y.dtype(), to);
      EXPECT_THAT(y.ToInts(), ElementsAre(0, 1, 2, 127)) << ToString(from) << " to " << ToString(to);
      EXPECT_THAT(y.ToDoubles(), ElementsAre(0, 1, 2, 127)) << ToString(from) << " to " << ToString(to);
    }
    EXPECT_THAT(Cast(Cast(x, from), DType::kBool).ToInts(), ElementsAre(0, 1, 1, 1)) << ToString(from);
    EXPECT_THAT(Cast(Tensor::Of<bool>({2}, {false, true}), from).ToInts(), ElementsAre(0, 1))
        << ToString(from);
  }
}

TEST(Cast, FloatToIntegerTruncatesTowardsZero) {
  EXPECT_THAT(Cast(Tensor::Of<double>({4}, {1.9, -1.9, 0.5, -0.5}), DType::kI32).ToInts(),
              ElementsAre(1, -1, 0, 0));
}

TEST(Cast, ToBoolIsUnequalToZero) {
  const double nan = std::nan("");
  EXPECT_THAT(Cast(Tensor::Of<double>({5}, {0.0, -0.0, 0.25, nan, -3}), DType::kBool).ToInts(),
              ElementsAre(0, 0, 1, 1, 1));
  EXPECT_THAT(Cast(Tensor::Of<int32_t>({2}, {256, 0}), DType::kBool).ToInts(), ElementsAre(1, 0))
      << "not the low byte";
}

TEST(Cast, NarrowIntegersWrap) {
  const Tensor x = Tensor::Of<int32_t>({3}, {300, -1, 128});
  EXPECT_THAT(Cast(x, DType::kU8).ToInts(), ElementsAre(44, 255, 128));
  EXPECT_THAT(Cast(x, DType::kI8).ToInts(), ElementsAre(44, -1, -128));
}

TEST(Cast, LargeIntegersKeepTheirDigitsBetweenIntegerTypes) {
  const int64_t big = (1LL << 53) + 1;
  EXPECT_EQ(Tensor::Of<int64_t>({1}, {big}).ToInts()[0], big);
  EXPECT_EQ(Cast(Tensor::Of<int64_t>({1}, {big}), DType::kF64).At(0), 9007199254740992.0)
      << "rounded to even";
}

TEST(Cast, InfinityAndNanSurviveBetweenFloats) {
  const Tensor x = Tensor::Of<double>({3}, {kInf, -kInf, std::nan("")});
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    const Tensor y = Cast(x, dtype);
    EXPECT_EQ(y.At(0), kInf);
    EXPECT_EQ(y.At(1), -kInf);
    EXPECT_TRUE(std::isnan(y.At(2)));
  }
}

TEST(Cast, ReadsStridedTensors) {
  const Tensor x = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  const Tensor y = Cast(x.View({2, 2}, {1, 2}, 0), DType::kF16);
  EXPECT_TRUE(y.IsContiguous());
  EXPECT_THAT(y.ToDoubles(), ElementsAre(1, 3, 2, 4));
}

}  // namespace
}  // namespace conformance
