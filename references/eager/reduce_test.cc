// Sums, extremes, softmax, sorting and normalisations by hand.
#include <gtest/gtest.h>

#include <limits>

#include "framework/ops/ops.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const Tensor kX = F32({{1, 2, 3}, {4, 5, 9}});

TEST(Reduce, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Sum(c, V(kX), {0}), BitEqualTo(F32({5, 7, 12})));
  EXPECT_THAT(ops::Sum(c, V(Turned(kX)), {0}, true), BitEqualTo(F32({{6, 18}})));
  EXPECT_THAT(ops::Mean(c, V(kX), {-1}), BitEqualTo(F32({2, 6})));
  EXPECT_THAT(ops::Var(c, V(kX), {1}), IsTensorNear(F32({1, 7}), Ulps(2)));
  EXPECT_THAT(ops::Amax(c, V(kX), {0, 1}), BitEqualTo(F32Of({}, {9})));
  EXPECT_THAT(ops::Cumsum(c, V(I64({1, 0, 1})), 0), BitEqualTo(I64({1, 1, 2})));
  EXPECT_THAT(ops::Argmax(c, V(F32({{3, 7, 7}, {kNan, 9, kNan}})), 1), BitEqualTo(I64({1, 0})));  // the first of equals, NaN first
  EXPECT_THAT(ops::Any(c, V(Bool({{false, true}, {false, false}})), 1), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Reduce, NothingToReduce) {
  Eager c;
  EXPECT_THAT(ops::Sum(c, V(Tensor::Zeros(DType::kF32, {0, 2})), {0}), BitEqualTo(F32({0, 0})));
  EXPECT_THAT(ops::Mean(c, V(Tensor::Zeros(DType::kF32, {0, 2})), {0}), IsTensorNear(F32({kNan, kNan}), Ulps(0)));
  EXPECT_THAT(ops::Amax(c, V(Tensor::Zeros(DType::kF32, {2, 0})), {0}), IsTensorNear(Tensor::Zeros(DType::kF32, {0}), Ulps(0)));
}

TEST(Reduce, ASumOfAMillionStaysAccurate) {
  Eager c;
  const Tensor x = F32({0.1F}).View({1000000}, {0}, 0);
  EXPECT_THAT(ops::Sum(c, V(x), {0}), IsTensorNear(F32Of({}, {100000.0015F}), Within(0, 1e-6)));  // one by one it would be 100958
}

TEST(Reduce, LeadingAndMiddleAxes) {
  Eager c;
  const Tensor x = F32Of({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_THAT(ops::Sum(c, V(x), {1}), BitEqualTo(F32({{4, 6}, {12, 14}})));
  EXPECT_THAT(ops::Mean(c, V(x), {0, 1}), BitEqualTo(F32({4, 5})));
  EXPECT_THAT(ops::Sum(c, V(x), {0, 2}, true), BitEqualTo(F32Of({1, 2, 1}, {14, 22})));
  const Tensor tall = Tensor::Of<float>({50000, 3}, std::vector<float>(150000, 0.1F));
  EXPECT_THAT(ops::Sum(c, V(tall), {0}), IsTensorNear(F32({5000, 5000, 5000}), Within(0, 1e-6)));
}

TEST(Softmax, ByHand) {
  Eager c;
  // e^ln2 = 2: 2/3, 1/3
  EXPECT_THAT(ops::Softmax(c, V(F32({0.6931472F, 0})), 0), IsTensorNear(F32({2.0F / 3, 1.0F / 3}), Ulps(2)));
  EXPECT_THAT(ops::LogSoftmax(c, V(F32({1000, 0})), 0), IsTensorNear(F32({0, -1000}), Ulps(0)));
  EXPECT_THAT(ops::Softmax(c, V(F32({{-kInf, 0}, {-kInf, -kInf}})), 1), IsTensorNear(F32({{0, 1}, {kNan, kNan}}), Ulps(0)));
  EXPECT_THAT(ops::Softmax(c, V(F32({{1, 5}, {1, 5}})), 0), BitEqualTo(F32({{0.5, 0.5}, {0.5, 0.5}})));
  EXPECT_THAT(ops::Softmax(c, V(Tensor::Zeros(DType::kF32, {2, 0})), 1), IsTensorNear(Tensor::Zeros(DType::kF32, {2, 0}), Ulps(0)));
}

TEST(Sort, IsStableAndPutsNanLast) {
  Eager c;
  const auto sorted = ops::Sort(c, V(F32({2, kNan, 1, 2})));
  EXPECT_THAT(sorted.values, IsTensorNear(F32({1, 2, 2, kNan}), Ulps(0)));
  EXPECT_THAT(sorted.indices, BitEqualTo(I64({2, 0, 3, 1})));
  const auto top = ops::Topk(c, V(F32({5, 9, 7})), SymInt(2));
  EXPECT_THAT(top.indices, BitEqualTo(I64({1, 2})));
}

TEST(LayerNorm, ByHand) {
  Eager c;
  // mean 2, variance 1: (−1, 1) · (2, 2) + (10, 20)
  EXPECT_THAT(ops::LayerNorm(c, V(F32({{1, 3}})), {2}, V(F32({2, 2})), V(F32({10, 20})), 1e-12), IsTensorNear(F32({{8, 22}}), Ulps(2)));
  EXPECT_THAT(ops::LayerNorm(c, V(F32({{5, 5}})), {2}, {}, {}, 1e-5), IsTensorNear(F32({{0, 0}}), Ulps(0)));
}

TEST(RmsNorm, ScalesEachRowToUnitMeanSquare) {
  Eager c;
  // mean squares 12.5 and 2
  EXPECT_THAT(ops::RmsNorm(c, V(F32({{3, 4}, {0, 2}})), {2}, V(F32({1, 1})), 1e-12),
              IsTensorNear(F32({{0.84852814F, 1.1313708F}, {0, 1.4142136F}}), Ulps(2)));
}

}  // namespace
}  // namespace conformance::eager
