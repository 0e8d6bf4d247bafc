// Ops that look at, copy, pick and place elements.
#include <gtest/gtest.h>

#include "framework/ops/ops.h"
#include "references/eager/testing.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ops::Value;

const Tensor kX = F32({{1, 2, 3}, {4, 5, 6}});

TEST(ViewOrCopy, ViewsWhereStridesAllow) {
  const Tensor x = Tensor::Zeros(DType::kF32, {2, 3, 4});
  const auto shares = [&](const Tensor& from, Shape shape) { return ViewOrCopy(from, shape).storage() == from.storage(); };
  EXPECT_TRUE(shares(x, {6, 4}));
  EXPECT_TRUE(shares(x, {2, 1, 3, 2, 2}));
  const Tensor turned = SwapAxes(x, 0, 1);  // [3, 2, 4] with strides [4, 12, 1]
  EXPECT_TRUE(shares(turned, {3, 2, 2, 2}));
  EXPECT_TRUE(shares(turned, {3, 1, 2, 4}));
  EXPECT_FALSE(shares(turned, {6, 4}));
  EXPECT_TRUE(shares(Narrow(x, 2, 1, 2), {6, 2}));
  EXPECT_FALSE(shares(Narrow(x, 2, 1, 2), {12}));
  EXPECT_TRUE(shares(F32Of({}, {1}), {1, 1}));
  EXPECT_EQ(ViewOrCopy(Tensor::Zeros(DType::kF32, {0, 3}), {3, 0, 7}).shape(), (Shape{3, 0, 7}));
}

TEST(Views, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Transpose(c, V(kX), 0, 1), BitEqualTo(F32({{1, 4}, {2, 5}, {3, 6}})));
  EXPECT_THAT(ops::Reshape(c, ops::Transpose(c, V(kX), 0, 1), {2, 3}), BitEqualTo(F32({{1, 4, 2}, {5, 3, 6}})));
  EXPECT_THAT(ops::Slice(c, V(kX), 1, SymInt(-2), SymInt(INT64_MAX)), BitEqualTo(F32({{2, 3}, {5, 6}})));
  EXPECT_THAT(ops::Slice(c, V(kX), 1, SymInt(0), SymInt(3), SymInt(2)), BitEqualTo(F32({{1, 3}, {4, 6}})));
  EXPECT_THAT(ops::Slice(c, V(kX), 0, SymInt(5), SymInt(9)), IsTensorNear(Tensor::Zeros(DType::kF32, {0, 3}), Ulps(0)));
  EXPECT_THAT(ops::Select(c, V(kX), 1, SymInt(-1)), BitEqualTo(F32({3, 6})));
  EXPECT_THAT(ops::Unfold(c, V(F32({1, 2, 3, 4})), 0, 2, 1), BitEqualTo(F32({{1, 2}, {2, 3}, {3, 4}})));
  const std::vector<Value> parts = ops::Split(c, V(kX), SymInt(2), 1);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_THAT(parts[1], BitEqualTo(F32Of({2, 1}, {3, 6})));
  EXPECT_THAT(ops::Expand(c, V(F32Of({2, 1}, {7, 8})), {2, 2}), BitEqualTo(F32({{7, 7}, {8, 8}})));
}

TEST(Copies, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Cat(c, {V(kX), V(Turned(F32({{7, 8}})))}, 1), BitEqualTo(F32({{1, 2, 3, 7}, {4, 5, 6, 8}})));
  EXPECT_THAT(ops::Cat(c, {V(Tensor::Zeros(DType::kF32, {0})), V(F32({1}))}, 0), BitEqualTo(F32({1})));
  EXPECT_THAT(ops::Cat(c, {V(F32({1.5})), V(I64({2}))}, 0), BitEqualTo(F32({1.5, 2})));
  EXPECT_THAT(ops::Stack(c, {V(F32({1, 2})), V(F32({3, 4}))}, 1), BitEqualTo(F32({{1, 3}, {2, 4}})));
  EXPECT_THAT(ops::Flip(c, V(kX), {1}), BitEqualTo(F32({{3, 2, 1}, {6, 5, 4}})));
  EXPECT_THAT(ops::Tril(c, V(kX)), BitEqualTo(F32({{1, 0, 0}, {4, 5, 0}})));
  EXPECT_THAT(ops::Triu(c, V(kX), 1), BitEqualTo(F32({{0, 2, 3}, {0, 0, 6}})));
  EXPECT_THAT(ops::Repeat(c, V(F32({1, 2})), {2, 2}), BitEqualTo(F32({{1, 2, 1, 2}, {1, 2, 1, 2}})));
  EXPECT_THAT(ops::RepeatInterleave(c, V(F32({1, 2})), 2, 0), BitEqualTo(F32({1, 1, 2, 2})));
  EXPECT_THAT(ops::Diff(c, V(I64({1, 4, 9}))), BitEqualTo(I64({3, 5})));
  EXPECT_THAT(ops::To(c, V(F32({-1.7F, 2.9F, 0})), DType::kI64), BitEqualTo(I64({-1, 2, 0})));
  EXPECT_THAT(ops::To(c, V(F32({-1.7F, 0})), DType::kBool), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Created, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Arange(c, SymInt(3)), BitEqualTo(I64({0, 1, 2})));
  EXPECT_THAT(ops::Arange(c, SymInt(0), SymInt(6), SymInt(2), DType::kF32), BitEqualTo(F32({0, 2, 4})));
  EXPECT_THAT(ops::Linspace(c, 0.5, 3.5, 4), BitEqualTo(F32({0.5, 1.5, 2.5, 3.5})));
  EXPECT_THAT(ops::Linspace(c, SymInt(-3), SymInt(5), 6, DType::kI64), BitEqualTo(I64({-3, -1, 0, 1, 3, 5})));
  EXPECT_THAT(ops::Linspace(c, 2.5, 9, 1), BitEqualTo(F32({2.5})));
  EXPECT_THAT(ops::Full(c, {2}, 2.5, DType::kF32), BitEqualTo(F32({2.5, 2.5})));
  EXPECT_THAT(ops::Zeros(c, {0, 2}, DType::kF32), IsTensorNear(Tensor::Zeros(DType::kF32, {0, 2}), Ulps(0)));
}

TEST(Indexing, ByHand) {
  Eager c;
  EXPECT_THAT(ops::Index(c, V(kX), {V(I64({1, -2}))}), BitEqualTo(F32({{4, 5, 6}, {1, 2, 3}})));
  EXPECT_THAT(ops::Index(c, V(kX), {Value(), V(I64({2, 0}))}), BitEqualTo(F32({{3, 1}, {6, 4}})));
  EXPECT_THAT(ops::Index(c, V(kX), {V(I64({0, 1})), V(I64({2, 0}))}), BitEqualTo(F32({3, 4})));
  EXPECT_THAT(ops::Index(c, V(Turned(kX)), {V(Bool({true, false, true}))}), BitEqualTo(F32({{1, 4}, {3, 6}})));
  EXPECT_THAT(ops::Gather(c, V(kX), 1, V(Tensor::Of<int64_t>({2, 1}, {2, 0}))), BitEqualTo(F32Of({2, 1}, {3, 4})));
  EXPECT_THAT(ops::IndexSelect(c, V(kX), 1, V(I64({2, 2}))), BitEqualTo(F32({{3, 3}, {6, 6}})));
  EXPECT_THAT(ops::Embedding(c, V(kX), V(I64({{1, 0}}))), BitEqualTo(F32Of({1, 2, 3}, {4, 5, 6, 1, 2, 3})));
  EXPECT_THAT(ops::Embedding(c, V(kX), V(Tensor::Zeros(DType::kI64, {0}))), IsTensorNear(Tensor::Zeros(DType::kF32, {0, 3}), Ulps(0)));
  EXPECT_THAT(ops::OneHot(c, V(I64({1, 0})), 3), BitEqualTo(I64({{0, 1, 0}, {1, 0, 0}})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Indexing, PutsAddsUpWhereAsked) {
  Eager c;
  const auto put = [&](bool accumulate) {
    return c.Call(ops::IndexPutOp(), {V(F32({1, 1, 1})), std::vector<Value>{V(I64({0, 0, -1}))}, V(F32({5, 6, 7})), accumulate});
  };
  EXPECT_THAT(put(false), BitEqualTo(F32({6, 1, 7})));
  EXPECT_THAT(put(true), BitEqualTo(F32({12, 1, 8})));
}

}  // namespace
}  // namespace conformance::eager
