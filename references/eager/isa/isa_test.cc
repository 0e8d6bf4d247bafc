#include "references/eager/isa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "framework/base/random.h"
#include "framework/tensor/tensor.h"
#include "references/eager/isa/isa_kernels.h"

namespace conformance::eager {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class OnEachIsa : public testing::TestWithParam<const IsaKernels*> {
 protected:
  const IsaKernels& isa() { return *GetParam(); }
  std::vector<float> Normals(int64_t n, uint64_t seed) {
    Random random(seed);
    std::vector<float> values(static_cast<size_t>(n));
    for (float& value : values) value = static_cast<float>(random.Normal());
    return values;
  }
  float Of(Fn fn, float x) {
    float y = 0;
    isa().f32.fn[static_cast<int>(fn)](&x, nullptr, nullptr, &y, 1, nullptr);
    return y;
  }
  /// Largest error in units of the last place over floats of both signs in [low, high], every `step`-th.
  double WorstUlps(Fn fn, double (*exact)(double), float low, float high, uint32_t step) {
    double worst = 0;
    std::vector<float> x, y;
    uint32_t first, last;
    std::memcpy(&first, &low, 4);
    std::memcpy(&last, &high, 4);
    for (uint32_t bits = first; bits <= last; bits += step) {
      float value;
      std::memcpy(&value, &bits, 4);
      x.push_back(value);
      x.push_back(-value);
    }
    y.resize(x.size());
    isa().f32.fn[static_cast<int>(fn)](x.data(), nullptr, nullptr, y.data(), static_cast<int64_t>(x.size()), nullptr);
    for (size_t i = 0; i < x.size(); ++i) {
      const double wanted = exact(x[i]);
      const double unit = std::ldexp(1.0, std::max(std::ilogb(static_cast<float>(wanted)), -126) - 23);
      if (std::isinf(static_cast<float>(wanted)) && y[i] == static_cast<float>(wanted)) continue;
      worst = std::max(worst, std::fabs(y[i] - wanted) / unit);
    }
    return worst;
  }
};

INSTANTIATE_TEST_SUITE_P(Isa, OnEachIsa, testing::ValuesIn(UsableIsas()), [](const auto& info) {
  std::string name(IsaName(*info.param));
  std::erase(name, '-');
  return name;
});

TEST_P(OnEachIsa, ExpIsWithinOneUlp) {
  EXPECT_LT(WorstUlps(Fn::kExp, std::exp, 1e-10F, 100.0F, 999), 1.0);
  EXPECT_EQ(Of(Fn::kExp, 0), 1);
  EXPECT_EQ(Of(Fn::kExp, kInf), kInf);
  EXPECT_EQ(Of(Fn::kExp, -kInf), 0);
  EXPECT_EQ(Of(Fn::kExp, 89), kInf);
  EXPECT_EQ(Of(Fn::kExp, -103), std::ldexp(1.0F, -149));  // e^-103 = 1.38e-45 is nearest to the least subnormal
  EXPECT_TRUE(std::isnan(Of(Fn::kExp, kNan)));
}

TEST_P(OnEachIsa, TanhIsWithinTwoUlps) {
  EXPECT_LT(WorstUlps(Fn::kTanh, std::tanh, 1e-10F, 30.0F, 999), 2.0);
  EXPECT_EQ(Of(Fn::kTanh, kInf), 1);
  EXPECT_EQ(Of(Fn::kTanh, -kInf), -1);
  EXPECT_TRUE(std::isnan(Of(Fn::kTanh, kNan)));
  EXPECT_TRUE(std::signbit(Of(Fn::kTanh, -0.0F)));
}

TEST_P(OnEachIsa, ErfIsWithinTwoUlps) {
  EXPECT_LT(WorstUlps(Fn::kErf, std::erf, 1e-10F, 10.0F, 999), 2.0);
  EXPECT_EQ(Of(Fn::kErf, kInf), 1);
  EXPECT_EQ(Of(Fn::kErf, -kInf), -1);
  EXPECT_TRUE(std::isnan(Of(Fn::kErf, kNan)));
}

TEST_P(OnEachIsa, SumsHaveTheSameBitsOnEverySet) {
  for (const int64_t n : {0, 1, 15, 16, 33, 100, 2049, 10000}) {
    const std::vector<float> x = Normals(n, 3), y = Normals(n, 4);
    const auto& base = BaselineKernels().f32;
    EXPECT_EQ(isa().f32.sum(x.data(), n), base.sum(x.data(), n)) << n;
    EXPECT_EQ(isa().f32.dot(x.data(), y.data(), n), base.dot(x.data(), y.data(), n)) << n;
    EXPECT_EQ(isa().f32.sum_squares(x.data(), n, 0.5F), base.sum_squares(x.data(), n, 0.5F)) << n;
    double exact = 0;
    for (const float value : x) exact += value;
    EXPECT_NEAR(isa().f32.sum(x.data(), n), exact, 1e-6 * std::sqrt(static_cast<double>(n) + 1)) << n;
  }
}

TEST_P(OnEachIsa, ExtremesSeeNanAndInfinity) {
  std::vector<float> x = Normals(100, 5);
  x[70] = 9;
  x[31] = -9;
  EXPECT_EQ(isa().f32.max(x.data(), 100), 9);
  EXPECT_EQ(isa().f32.min(x.data(), 100), -9);
  x[99] = kInf;
  EXPECT_EQ(isa().f32.max(x.data(), 100), kInf);
  EXPECT_EQ(isa().f32.min(x.data(), 100), -9);
  x[40] = kNan;
  EXPECT_TRUE(std::isnan(isa().f32.max(x.data(), 100)));
  EXPECT_TRUE(std::isnan(isa().f32.min(x.data(), 100)));
  EXPECT_EQ(isa().f32.max(x.data(), 0), -kInf);
}

/// c += alpha·a·b by the definition, in double.
template <typename T>
std::vector<double> Reference(const Matrix<const T>& a, const Matrix<const T>& b, double alpha, double start) {
  std::vector<double> c;
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t j = 0; j < b.cols; ++j) {
      double total = 0;
      for (int64_t k = 0; k < a.cols; ++k) {
        total += static_cast<double>(a.data[i * a.row_stride + k * a.col_stride]) * b.data[k * b.row_stride + j * b.col_stride];
      }
      c.push_back(start + alpha * total);
    }
  }
  return c;
}

TEST_P(OnEachIsa, GemmTakesBothLayoutsOfBothSides) {
  struct Case { int64_t m, k, n; };
  for (const auto& [m, k, n] : {Case{1, 1, 1}, {1, 300, 40}, {40, 300, 1}, {3, 5, 7}, {17, 33, 9}, {64, 64, 64}, {5, 700, 3}}) {
    const std::vector<float> x = Normals(m * k, 6), w = Normals(k * n, 7);
    for (const bool a_rows : {true, false}) {
      for (const bool b_rows : {true, false}) {
        const Matrix<const float> a{x.data(), m, k, a_rows ? k : 1, a_rows ? 1 : m};
        const Matrix<const float> b{w.data(), k, n, b_rows ? n : 1, b_rows ? 1 : k};
        std::vector<float> c(static_cast<size_t>(m * n), 0.5F);
        isa().f32.gemm(a, b, {c.data(), m, n, n, 1}, 2.0F);
        const std::vector<double> wanted = Reference(a, b, 2.0, 0.5);
        for (size_t i = 0; i < c.size(); ++i) EXPECT_NEAR(c[i], wanted[i], 2e-6 * static_cast<double>(k)) << m << " " << k << " " << n;
      }
    }
  }
}

TEST_P(OnEachIsa, HalvesConvertToTheSameBitsAsOneByOne) {
  std::vector<uint16_t> bits(65536);
  for (size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<uint16_t>(i);
  std::vector<float> wide(bits.size());
  isa().half_to_float(bits.data(), 65536, wide.data());
  for (size_t i = 0; i < bits.size(); ++i) {
    const float one = HalfToFloat(bits[i]);
    EXPECT_EQ(std::memcmp(&one, &wide[i], 4), 0) << i;
  }
  Random random(10);
  std::vector<float> floats;
  for (int i = 0; i < 200000; ++i) {
    uint32_t pattern = static_cast<uint32_t>(random.Next());
    if (i % 2 == 0) pattern = (pattern & 0x8FFFFFFF) | 0x30000000;  // more of those that a half can hold
    float value;
    std::memcpy(&value, &pattern, 4);
    floats.push_back(value);
  }
  for (const float edge : {65504.0F, 65519.0F, 65520.0F, 65536.0F, 5.9604645e-08F, 2.9802322e-08F, 2.9802326e-08F, 6.1035156e-05F}) {
    floats.push_back(edge);
  }
  std::vector<uint16_t> halves(floats.size()), brains(floats.size());
  isa().float_to_half(floats.data(), static_cast<int64_t>(floats.size()), halves.data());
  isa().float_to_bfloat(floats.data(), static_cast<int64_t>(floats.size()), brains.data());
  for (size_t i = 0; i < floats.size(); ++i) {
    EXPECT_EQ(halves[i], FloatToHalf(floats[i])) << floats[i];
    EXPECT_EQ(brains[i], FloatToBFloat16(floats[i])) << floats[i];
  }
}

TEST(Isa, BaselineRunsAnywhereAndTheActiveOneIsUsable) {
  ASSERT_FALSE(UsableIsas().empty());
  EXPECT_EQ(IsaName(*UsableIsas().front()), "x86-64");
  EXPECT_THAT(UsableIsas(), testing::Contains(&ActiveIsa()));
  EXPECT_EQ(FindIsa("x86-64"), UsableIsas().front());
  EXPECT_EQ(FindIsa("z80"), nullptr);
}

TEST(IntegerFns, WrapAndRoundAsPythonDoes) {
  const auto of = [](Fn fn, int64_t a, int64_t b) {
    int64_t y = 0;
    IntegerFn(fn)(&a, &b, nullptr, &y, 1, nullptr);
    return y;
  };
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(of(Fn::kFloorDivide, -7, 2), -4);
  EXPECT_EQ(of(Fn::kTruncDivide, -7, 2), -3);
  EXPECT_EQ(of(Fn::kRemainder, -7, 2), 1);
  EXPECT_EQ(of(Fn::kRemainder, 7, -2), -1);
  EXPECT_EQ(of(Fn::kFloorDivide, kLowest, -1), kLowest);
  EXPECT_EQ(of(Fn::kRemainder, kLowest, -1), 0);
  EXPECT_EQ(of(Fn::kAdd, kLowest, -1), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(of(Fn::kPow, -2, 3), -8);
  EXPECT_EQ(of(Fn::kPow, 3, -1), 0);
  EXPECT_EQ(of(Fn::kPow, -1, -3), -1);
  EXPECT_EQ(IntegerFn(Fn::kExp), nullptr);
}

}  // namespace
}  // namespace conformance::eager
