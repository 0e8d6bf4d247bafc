// Elementwise ops by hand; PyTorch's own answers over special values are in op_values_test.cc.
#include "references/eager/pointwise.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "framework/ops/ops.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ops::Value;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Unary, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Neg(c, V(F32({1, -2, 0}))), IsTensorNear(F32({-1, 2, 0}), Ulps(0)));
  EXPECT_THAT(ops::Relu(c, V(F32({1, -2, kNan, -kInf}))), IsTensorNear(F32({1, 0, kNan, 0}), Ulps(0)));
  EXPECT_THAT(ops::Round(c, V(F32({0.5, 1.5, 2.5, -0.5}))), IsTensorNear(F32({0, 2, 2, 0}), Ulps(0)));  // to even
  EXPECT_THAT(ops::Sigmoid(c, V(F32({0, kInf, -kInf}))), IsTensorNear(F32({0.5, 1, 0}), Ulps(0)));
  EXPECT_THAT(ops::Rsqrt(c, V(F32({4, 0, -1}))), IsTensorNear(F32({0.5, kInf, kNan}), Ulps(1)));
  // silu(1) = 1 / (1 + e^-1), gelu(1) = Φ(1), gelu_tanh(1) = (1 + tanh(√(2/π)·1.044715)) / 2
  EXPECT_THAT(ops::Silu(c, V(F32({1}))), IsTensorNear(F32({0.7310586F}), Ulps(2)));
  EXPECT_THAT(ops::Gelu(c, V(F32({1}))), IsTensorNear(F32({0.8413447F}), Ulps(2)));
  EXPECT_THAT(ops::Gelu(c, V(F32({1})), "tanh"), IsTensorNear(F32({0.8411920F}), Ulps(2)));
  EXPECT_THAT(ops::Elu(c, V(F32({-1, 2})), 2), IsTensorNear(F32({-1.2642411F, 2}), Ulps(2)));
  EXPECT_THAT(ops::Hardswish(c, V(F32({-3, 0, 1, 3}))), IsTensorNear(F32({0, 0, 4.0F / 6, 3}), Ulps(1)));
  EXPECT_THAT(ops::Softplus(c, V(F32({0, 30}))), IsTensorNear(F32({0.6931472F, 30}), Ulps(1)));
  EXPECT_THAT(ops::Isnan(c, V(F32({1, kNan}))), BitEqualTo(Bool({false, true})));
  EXPECT_THAT(ops::LogicalNot(c, V(I64({0, 3}))), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(ops::BitwiseNot(c, V(Bool({true, false}))), BitEqualTo(Bool({false, true})));
  EXPECT_THAT(ops::BitwiseNot(c, V(I64({5}))), BitEqualTo(I64({-6})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Unary, IntegersStayExact) {
  Eager c;
  const int64_t big = (int64_t{1} << 62) + 1;  // no double holds it
  EXPECT_THAT(ops::Neg(c, V(I64({big}))), BitEqualTo(I64({-big})));
  EXPECT_THAT(ops::Clamp(c, V(I64({big, -big})), -5, std::nullopt), BitEqualTo(I64({big, -5})));
  EXPECT_THAT(ops::Abs(c, V(Tensor::Of<int8_t>({1}, {-128}))), BitEqualTo(Tensor::Of<int8_t>({1}, {-128})));  // wraps
}

TEST(Unary, ShapesWithoutElementsAndWithoutAxes) {
  Eager c;
  EXPECT_THAT(ops::Exp(c, V(Tensor::Zeros(DType::kF32, {0, 3}))), IsTensorNear(Tensor::Zeros(DType::kF32, {0, 3}), Ulps(0)));
  EXPECT_THAT(ops::Exp(c, V(F32Of({}, {0}))), IsTensorNear(F32Of({}, {1}), Ulps(0)));
}

TEST(Binary, BroadcastsStridedOperandsOfAnyLength) {
  // Lengths around the block of 2048 elements, rows long enough to be used in place and short ones that are gathered.
  for (const int64_t rows : {1, 3, 50}) {
    for (const int64_t cols : {1, 5, 127, 128, 700, 5000}) {
      std::vector<float> values(static_cast<size_t>(rows * cols));
      std::iota(values.begin(), values.end(), 0.0F);
      const Tensor x = F32Of({rows, cols}, values);
      const Tensor turned = Turned(Turned(x).Clone());  // the same numbers, columns adjacent
      Tensor row = Tensor::Empty(DType::kI64, {cols});
      for (int64_t j = 0; j < cols; ++j) row.mutable_data<int64_t>()[j] = 10 * j;
      const Tensor column = x.View({rows, 1}, {x.strides()[0], 1}, 0);
      Eager c;
      const Value y = ops::Add(c, ops::Add(c, V(turned), V(row)), V(column));
      ASSERT_THAT(c.status(), IsOk());
      const Tensor& found = y.tensor();
      for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < cols; ++j) {
          ASSERT_EQ(found.At(i * cols + j), static_cast<float>(i * cols + j + 10 * j) + static_cast<float>(i * cols)) << rows << "x" << cols;
        }
      }
    }
  }
}

TEST(Binary, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Div(c, V(F32({1, 0, -1})), V(F32({0, 0, 0}))), IsTensorNear(F32({kInf, kNan, -kInf}), Ulps(0)));
  EXPECT_THAT(ops::Div(c, V(I64({1})), V(I64({4}))), BitEqualTo(F32({0.25})));
  EXPECT_THAT(ops::Remainder(c, V(F32({-7, 7})), V(F32({3, -3}))), IsTensorNear(F32({2, -2}), Ulps(0)));
  EXPECT_THAT(ops::FloorDivide(c, V(I64({-7, 7})), V(I64({2, 2}))), BitEqualTo(I64({-4, 3})));
  EXPECT_THAT(ops::Pow(c, V(F32({2, -2})), 3), IsTensorNear(F32({8, -8}), Ulps(0)));
  // The square of 1.0625, 1.12890625, is rounded to the bf16 1.125 before the third factor; once for all it would be 1.203125.
  EXPECT_THAT(ops::Pow(c, V(Cast(F32({1.0625f}), DType::kBF16)), 3), BitEqualTo(Cast(F32({1.1953125f}), DType::kBF16)));
  EXPECT_THAT(ops::Pow(c, V(Cast(F32({1.0625f}), DType::kBF16)), -2), BitEqualTo(Cast(F32({0.890625f}), DType::kBF16)));
  EXPECT_THAT(ops::Pow(c, V(I64({2, -3})), 2), BitEqualTo(I64({4, 9})));
  EXPECT_THAT(ops::Maximum(c, V(F32({1, kNan})), V(F32({kNan, 1}))), IsTensorNear(F32({kNan, kNan}), Ulps(0)));
  EXPECT_THAT(ops::Add(c, V(Bool({true, false})), V(Bool({true, false}))), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(ops::Add(c, V(Tensor::Of<uint8_t>({1}, {250})), 10), BitEqualTo(Tensor::Of<uint8_t>({1}, {4})));  // wraps
  EXPECT_THAT(ops::Sub(c, V(F32({5})), V(F32({3})), 0.5), BitEqualTo(F32({3.5})));
  EXPECT_THAT(ops::Less(c, V(F32({1, kNan})), V(F32({2, 2}))), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(ops::BitwiseAnd(c, V(I64({6})), V(I64({3}))), BitEqualTo(I64({2})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Binary, ANumberBesideHalvesIsRoundedForComparisonOnly) {
  Eager c;
  const Value tenth = V(Cast(F32({0.1F}), DType::kF16));  // 0.09997558
  EXPECT_THAT(ops::Less(c, tenth, 0.1), BitEqualTo(Bool({false})));
  EXPECT_THAT(ops::Less(c, ops::To(c, tenth, DType::kF32), 0.1), BitEqualTo(Bool({true})));
}

TEST(Where, PicksWithBroadcasting) {
  Eager c;
  EXPECT_THAT(ops::Where(c, V(Tensor::Of<bool>({2, 1}, {true, false})), V(F32({1, 2})), V(F32({kNan, -kInf}))),
              IsTensorNear(F32({{1, 2}, {kNan, -kInf}}), Ulps(0)));
  EXPECT_THAT(ops::MaskedFill(c, V(F32({1, 2})), V(Bool({true, false})), -kInf), IsTensorNear(F32({-kInf, 2}), Ulps(0)));
  EXPECT_THAT(ops::MaskedFill(c, V(I64({1, 2})), V(Bool({true, false})), -100), BitEqualTo(I64({-100, 2})));
}

}  // namespace
}  // namespace conformance::eager
