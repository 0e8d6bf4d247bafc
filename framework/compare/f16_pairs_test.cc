// The plain lane over pairs of f16 values, against a definition in whole numbers. All 2^32 pairs at night (CONFORMANCE_ALL_PAIRS), in every
// run those of each 509th reference and of every special one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "framework/compare/lanes_comparator.h"
#include "framework/compare/plain_lane.h"

namespace conformance::compare {
namespace {

constexpr int kCount = 1 << 16;
/// atol = 2^-10 and rtol = 2^-10, so that both sides are whole numbers below.
constexpr ports::PlainTolerance kTolerance{.atol = 0x1p-10, .rtol = 0x1p-10};

/// A half by its bits, without any conversion of ours: a finite one as a whole number of 2^-24.
struct Half {
  bool nan, infinite, negative;
  int64_t units;
};
Half Read(uint32_t bits) {
  const int64_t exponent = (bits >> 10) & 31, fraction = bits & 1023;
  Half half{};
  half.negative = (bits >> 15) != 0;
  half.nan = exponent == 31 && fraction != 0;
  half.infinite = exponent == 31 && fraction == 0;
  const int64_t magnitude = exponent == 0 ? fraction : (1024 + fraction) << (exponent - 1);
  half.units = half.negative ? -magnitude : magnitude;
  return half;
}

/// The definition: |y − r| ≤ 2^-10 + 2^-10 · |r|, times 2^34.
bool Outside(const Half& y, const Half& r) {
  if (y.nan || r.nan) return y.nan != r.nan;
  if (y.infinite || r.infinite) return !(y.infinite && r.infinite && y.negative == r.negative);
  const int64_t difference = y.units > r.units ? y.units - r.units : r.units - y.units;
  const int64_t magnitude = r.units < 0 ? -r.units : r.units;
  return difference * 1024 > (int64_t{1} << 24) + magnitude;
}

std::vector<double> Values() {
  std::vector<double> values;
  for (int bits = 0; bits < kCount; ++bits) values.push_back(HalfToFloat(static_cast<uint16_t>(bits)));
  return values;
}

bool IsSpecial(int bits) {
  const int low = bits & 0x7fff;
  return low <= 2 || (low >= 0x3ff && low <= 0x401) || (low >= 0x3bff && low <= 0x3c01) || (low >= 0x7bfe && low <= 0x7c01) || low >= 0x7ffe;
}

TEST(F16Pairs, AreJudgedAsTheDefinitionSays) {
  const bool all = std::getenv("CONFORMANCE_ALL_PAIRS") != nullptr;
  const std::vector<double> values = Values();
  std::vector<Half> halves;
  for (int bits = 0; bits < kCount; ++bits) halves.push_back(Read(static_cast<uint32_t>(bits)));
  int64_t pairs = 0, wrong = 0;
  for (int r = 0; r < kCount; ++r) {
    if (!all && r % 509 != 0 && !IsSpecial(r)) continue;
    const double reference = values[static_cast<size_t>(r)];
    const Half wanted = halves[static_cast<size_t>(r)];
    for (int y = 0; y < kCount; ++y) {
      const bool outside = CountOutside(&values[static_cast<size_t>(y)], &reference, nullptr, 1, kTolerance).count != 0;
      if (outside == Outside(halves[static_cast<size_t>(y)], wanted)) continue;
      if (wrong++ < 10) ADD_FAILURE() << "y " << values[static_cast<size_t>(y)] << ", reference " << reference << ": outside " << outside;
    }
    pairs += kCount;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(all, pairs == int64_t{1} << 32);
  RecordProperty("pairs", std::to_string(pairs));
}

// The same through the front door: every half against one reference, as tensors.
TEST(F16Pairs, TheComparatorCountsAsTheDefinitionSays) {
  Tensor y = Tensor::Empty(DType::kF16, {kCount});
  for (int bits = 0; bits < kCount; ++bits) y.mutable_data<uint16_t>()[bits] = static_cast<uint16_t>(bits);
  for (int r = 0; r < kCount; ++r) {
    if (r % 4093 != 0 && !IsSpecial(r)) continue;
    Tensor wanted = Tensor::Empty(DType::kF16, {kCount});
    int64_t outside = 0;
    for (int bits = 0; bits < kCount; ++bits) {
      wanted.mutable_data<uint16_t>()[bits] = static_cast<uint16_t>(r);
      outside += Outside(Read(static_cast<uint32_t>(bits)), Read(static_cast<uint32_t>(r)));
    }
    const NamedTensors candidate = {{"y", y}}, reference = {{"y", wanted}};
    ports::ComparisonRequest request;
    request.candidate = &candidate;
    request.reference = &reference;
    request.tolerance = kTolerance;
    const auto comparison = LanesComparator().Compare(request);
    ASSERT_TRUE(comparison.ok());
    EXPECT_EQ(comparison->outcome, record::Outcome::kFail);  // some half is always outside
    const std::vector<double> values = y.ToDoubles(), constant = wanted.ToDoubles();
    EXPECT_EQ(CountOutside(values.data(), constant.data(), nullptr, kCount, kTolerance).count, outside) << r;
  }
}

}  // namespace
}  // namespace conformance::compare
