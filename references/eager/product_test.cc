// Products, recurrences, attention and convolution by hand.
#include <gmock/gmock.h>

#include <limits>

#include "framework/ops/ops.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ops::Value;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Linear, ByHandInEveryLayout) {
  const Tensor x = F32({{1, 2}, {3, 4}}), w = F32({{1, 0}, {0, 10}, {1, 1}});
  const Tensor wanted = F32({{1.5, 20.5, 3.5}, {3.5, 40.5, 7.5}});
  for (const Tensor& left : {x, Turned(Turned(x).Clone())}) {
    for (const Tensor& right : {w, Turned(Turned(w).Clone())}) {
      Eager c;
      EXPECT_THAT(ops::Linear(c, V(left), V(right), V(F32({0.5, 0.5, 0.5}))), BitEqualTo(wanted));
    }
  }
}

TEST(Linear, OneRowManyRowsAndNone) {
  Eager c;
  const Value w = V(F32({{1, 2}, {3, 4}}));
  EXPECT_THAT(ops::Linear(c, V(F32({1, 1})), w), BitEqualTo(F32({3, 7})));
  EXPECT_THAT(ops::Linear(c, V(F32Of({2, 1, 2}, {1, 1, 2, 0})), w), BitEqualTo(F32Of({2, 1, 2}, {3, 7, 2, 6})));
  EXPECT_THAT(ops::Linear(c, V(Tensor::Zeros(DType::kF32, {0, 2})), w), IsTensorNear(Tensor::Zeros(DType::kF32, {0, 2}), Ulps(0)));
  // Nothing to sum: the bias.
  EXPECT_THAT(ops::Linear(c, V(Tensor::Zeros(DType::kF32, {1, 0})), V(Tensor::Zeros(DType::kF32, {2, 0})), V(F32({5, 6}))),
              BitEqualTo(F32({{5, 6}})));
}

TEST(Linear, NanAndInfinityReachTheirRowAndColumn) {
  Eager c;
  EXPECT_THAT(ops::Linear(c, V(F32({{kInf, 0}, {1, kNan}, {1, 1}})), V(F32({{1, 1}, {0, 1}}))),
              IsTensorNear(F32({{kInf, kNan}, {kNan, kNan}, {2, 1}}), Ulps(0)));
}

TEST(Addmm, WeighsBothPartsAndIgnoresABiasOfWeightNone) {
  Eager c;
  const Value a = V(F32({{1, 2}})), b = V(F32({{1, 0}, {0, 1}}));
  EXPECT_THAT(ops::Addmm(c, V(F32({10, 20})), a, b, 0.5, 2), BitEqualTo(F32({{7, 14}})));
  EXPECT_THAT(ops::Addmm(c, V(F32({kNan, kNan})), a, b, 0, 1), BitEqualTo(F32({{1, 2}})));
}

TEST(Matmul, BroadcastsLeadingAxesAndTakesVectors) {
  Eager c;
  const Value m = V(F32({{1, 2}, {3, 4}})), v = V(F32({1, 10}));
  EXPECT_THAT(ops::Matmul(c, m, v), BitEqualTo(F32({21, 43})));
  EXPECT_THAT(ops::Matmul(c, v, m), BitEqualTo(F32({31, 42})));
  EXPECT_THAT(ops::Matmul(c, v, v), BitEqualTo(F32Of({}, {101})));
  const Value batch = V(F32Of({2, 1, 1, 2}, {1, 0, 0, 1}));
  EXPECT_THAT(ops::Matmul(c, batch, m), BitEqualTo(F32Of({2, 1, 1, 2}, {1, 2, 3, 4})));
  EXPECT_THAT(ops::Mm(c, V(I64({{1, 2}})), V(Tensor::Of<int64_t>({2, 1}, {3, 4}))), BitEqualTo(Tensor::Of<int64_t>({1, 1}, {11})));
}

// Keys that differ in sign only: scores are ±q·k·scale.
TEST(Attention, ByHand) {
  const Value q = V(F32Of({1, 1}, {0.6931472F})), k = V(F32Of({2, 1}, {1, 0})), v = V(F32Of({2, 1}, {3, 6}));
  const auto attend = [&](const Value& mask = {}, bool causal = false, std::optional<double> scale = 1.0) {
    Eager c;
    return ops::ScaledDotProductAttention(c, q, k, v, mask, 0, causal, scale);
  };
  // weights 2/3 and 1/3
  EXPECT_THAT(attend(), IsTensorNear(F32Of({1, 1}, {4}), Ulps(2)));
  EXPECT_THAT(attend({}, true), IsTensorNear(F32Of({1, 1}, {3}), Ulps(0)));
  EXPECT_THAT(attend(V(Bool({{false, true}}))), IsTensorNear(F32Of({1, 1}, {6}), Ulps(0)));
  EXPECT_THAT(attend(V(F32({{-0.6931472F, 0}}))), IsTensorNear(F32Of({1, 1}, {4.5}), Ulps(2)));
  EXPECT_THAT(attend(V(Bool({{false, false}}))), IsTensorNear(F32Of({1, 1}, {0}), Ulps(0)));  // no key at all
  EXPECT_THAT(attend({}, false, 0.0), IsTensorNear(F32Of({1, 1}, {4.5}), Ulps(2)));
}

TEST(Attention, HeadsShareTheKeysOfTheirGroup) {
  // Four heads of q, two of k and v with one key each: the answer is that head's v.
  const Value q = V(Tensor::Zeros(DType::kF32, {1, 4, 1, 2})), k = V(Tensor::Zeros(DType::kF32, {1, 2, 1, 2}));
  Eager c;
  const Value y = ops::ScaledDotProductAttention(c, q, k, V(F32Of({1, 2, 1, 2}, {1, 2, 3, 4})), {}, 0, false, std::nullopt, true);
  EXPECT_THAT(y, BitEqualTo(F32Of({1, 4, 1, 2}, {1, 2, 1, 2, 3, 4, 3, 4})));
}

TEST(Attention, ManyQueriesAgreeWithOneAtATime) {
  // Longer than the 64 queries that are held at once, causal: query i is the last of a prompt of i + 1.
  const int64_t length = 70;
  std::vector<float> values;
  for (int64_t i = 0; i < length * 3; ++i) values.push_back(static_cast<float>((i * 37) % 17) / 9 - 1);
  const Tensor x = F32Of({length, 3}, values);
  Eager c;
  const Value all = ops::ScaledDotProductAttention(c, V(x), V(x), V(x), {}, 0, true);
  for (const int64_t i : {0, 1, 63, 64, 69}) {
    const Value query = ops::Slice(c, V(x), 0, SymInt(i), SymInt(i + 1)), seen = ops::Slice(c, V(x), 0, SymInt(0), SymInt(i + 1));
    EXPECT_THAT(ops::Slice(c, all, 0, SymInt(i), SymInt(i + 1)),
                IsTensorNear(ops::ScaledDotProductAttention(c, query, seen, seen).tensor(), Within(1e-6)));
  }
}

TEST(Attention, WeightsOfHalvesMeetTheValuesAsHalves) {
  Eager c;
  const auto half = [](const Tensor& x) { return V(Cast(x, DType::kF16)); };
  // Weights 1 and e⁻¹ = 0.36787944, as f16 0.36791992; their sum is 1.36787944. 2044 · 0.36791992 / 1.36787944 = 549.78 becomes 550; with
  // the unrounded weight it would be 549.72, which becomes 549.5.
  const Value y = ops::ScaledDotProductAttention(c, half(F32Of({1, 1, 1, 1}, {1})), half(F32Of({1, 1, 2, 1}, {0, -1})),
                                                 half(F32Of({1, 1, 2, 1}, {0, 2044})));
  EXPECT_THAT(y, BitEqualTo(Cast(F32Of({1, 1, 1, 1}, {550}), DType::kF16)));
}

TEST(GroupedMm, EachGroupHasAMatrixOfItsOwn) {
  Eager c;
  const Value x = V(F32({{1, 2}, {3, 4}, {5, 6}, {7, 8}}));
  // The identity, twice the first column, and nothing but the second column.
  const Value weights = V(F32Of({3, 2, 2}, {1, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_THAT(ops::GroupedMm(c, x, weights, V(Tensor::Of<int32_t>({3}, {1, 1, 3}))), BitEqualTo(F32({{1, 2}, {0, 4}, {0, 6}, {0, 0}})));
  EXPECT_THAT(ops::GroupedMm(c, x, weights, V(Tensor::Of<int32_t>({3}, {0, 4, 4}))), BitEqualTo(F32({{2, 0}, {6, 0}, {10, 0}, {14, 0}})));
  const Value columns = ops::Transpose(c, V(F32Of({3, 2, 2}, {1, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1})), 1, 2);
  EXPECT_THAT(ops::GroupedMm(c, x, columns, V(Tensor::Of<int32_t>({3}, {4, 4, 4}))), BitEqualTo(F32({{1, 2}, {3, 4}, {5, 6}, {7, 8}})));
}

TEST(GroupedMm, EndsThatFallOrLieOutsideAreNamed) {
  for (const std::vector<int32_t>& ends : {std::vector<int32_t>{2, 1}, {1, 3}, {-1, 2}}) {
    Eager c;
    ops::GroupedMm(c, V(F32Of({2, 1}, {1, 2})), V(F32Of({2, 1, 1}, {1, 1})), V(Tensor::Of<int32_t>({2}, ends)));
    EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, ::testing::HasSubstr("group")));
  }
  Eager c;
  ops::GroupedMm(c, V(F32({{1, 2}})), V(F32Of({1, 1, 1}, {1})), V(Tensor::Of<int32_t>({1}, {1})));
  EXPECT_THAT(c.status(), IsError(ErrorKind::kShape, ::testing::HasSubstr("[groups, 2, n]")));
}

TEST(LinearRecurrence, EachStepScalesAndAdds) {
  Eager c;
  // From 8: 8/2 + 1 = 5, 5/5 + 2 = 3, 3 · 0 − 1 = −1. The second row is a running sum.
  const Value gate = V(F32({{0.5, 0.2f, 0}, {1, 1, 1}})), x = V(F32({{1, 2, -1}, {1, 2, 3}})), initial = V(F32({8, 10}));
  EXPECT_THAT(ops::LinearRecurrence(c, gate, x, initial, 1), IsTensorNear(F32({{5, 3, -1}, {11, 13, 16}}), Ulps(1)));
  // The same along the first axis.
  const Value columns = ops::LinearRecurrence(c, ops::T(c, gate), ops::T(c, x), initial, 0);
  EXPECT_THAT(columns, IsTensorNear(F32({{5, 11}, {3, 13}, {-1, 16}}), Ulps(1)));
  EXPECT_THAT(ops::LinearRecurrence(c, V(Tensor::Zeros(DType::kF32, {2, 0})), V(Tensor::Zeros(DType::kF32, {2, 0})), initial, -1),
              IsTensorNear(Tensor::Zeros(DType::kF32, {2, 0}), Ulps(0)));
}

TEST(LinearRecurrence, KeepsTheStateOfHalvesInF32) {
  Eager c;
  // 2048 + 1 is no f16; after two steps the state is 2050, which is.
  const auto half = [](const Tensor& x) { return V(Cast(x, DType::kF16)); };
  EXPECT_THAT(ops::LinearRecurrence(c, half(F32({1, 1})), half(F32({1, 1})), half(F32Of({}, {2048})), 0),
              BitEqualTo(Cast(F32({2048, 2050}), DType::kF16)));
}

TEST(LinearRecurrence, NanStaysAndSizesMustFit) {
  Eager c;
  EXPECT_THAT(ops::LinearRecurrence(c, V(F32({1, 1, 0})), V(F32({kNan, 1, 1})), V(F32Of({}, {0})), 0), IsTensorNear(F32({kNan, kNan, kNan}), Ulps(0)));
  ops::LinearRecurrence(c, V(F32({1, 1})), V(F32({1, 1})), V(F32({0, 0})), 0);
  EXPECT_THAT(c.status(), IsError(ErrorKind::kShape, ::testing::HasSubstr("want initial []")));
}

TEST(Conv, ByHand) {
  Eager c;
  // 1 −1 across [1 4 9 16]: −3 −5 −7; with padding −1 and 16 at the ends; every second; two apart.
  const Value x = V(F32Of({1, 1, 4}, {1, 4, 9, 16})), w = V(F32Of({1, 1, 2}, {1, -1}));
  EXPECT_THAT(ops::Conv1d(c, x, w), BitEqualTo(F32Of({1, 1, 3}, {-3, -5, -7})));
  EXPECT_THAT(ops::Conv1d(c, x, w, V(F32({10})), {1}, {1}), BitEqualTo(F32Of({1, 1, 5}, {9, 7, 5, 3, 26})));
  EXPECT_THAT(ops::Conv1d(c, x, w, {}, {2}), BitEqualTo(F32Of({1, 1, 2}, {-3, -7})));
  EXPECT_THAT(ops::Conv1d(c, x, w, {}, {1}, {0}, {2}), BitEqualTo(F32Of({1, 1, 2}, {-8, -12})));
}

}  // namespace
}  // namespace conformance::eager
