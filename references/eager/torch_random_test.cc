// Against numbers that PyTorch 2.13 printed after torch.manual_seed(7) on a processor with AVX-512; each line names the call.
#include "references/eager/torch_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "framework/ops/ops.h"
#include "references/eager/eager.h"

namespace conformance::eager {
namespace {

using testing::ElementsAre;

TEST(TorchGenerator, IsTheStandardsEngineOfTheLow32Bits) {
  TorchGenerator standard(5489);  // [rand.predef]: the 10000th draw of the default seed
  for (int i = 1; i < 10000; ++i) standard.Bits32();
  EXPECT_EQ(standard.Bits32(), 4123659995U);
  TorchGenerator low(7), high((uint64_t{1} << 32) + 7);
  EXPECT_EQ(low.Bits64(), high.Bits64());
}

TEST(TorchGenerator, DrawsUniforms) {
  TorchGenerator narrow(7), wide(7);
  EXPECT_EQ(narrow.UniformF32(), 0x1.11e15ep-1F);  // torch.rand(2)
  EXPECT_EQ(narrow.UniformF32(), 0x1.97262p-3F);
  EXPECT_EQ(wide.UniformF64(), 0x1.1e15e7465c988p-2);  // torch.rand(2, dtype=torch.float64)
  EXPECT_EQ(wide.UniformF64(), 0x1.18432a35053ecp-2);
}

TEST(TorchGenerator, KeepsTheSecondNormalOfAPair) {
  TorchGenerator draws(7);
  EXPECT_EQ(draws.Normal(), -0x1.2ca2e8774a1c0p-3);  // torch.randn(3, dtype=torch.float64), then torch.randn(1, dtype=torch.float64)
  EXPECT_EQ(draws.Normal(), 0x1.92811cc01ae83p-1);
  EXPECT_EQ(draws.Normal(), 0x1.e4c5cd4ba2dcfp-1);
  EXPECT_EQ(draws.Normal(), -0x1.1d45a657cf2b6p+0);
}

TEST(TorchGenerator, TakesTwoDrawsForWideRanges) {
  TorchGenerator draws(7);
  std::vector<int64_t> found;
  for (int i = 0; i < 5; ++i) found.push_back(draws.Integer(10, 0));
  for (int i = 0; i < 2; ++i) found.push_back(draws.Integer(uint64_t{1} << 28, 0));
  // torch.randint(10, (5,)), torch.randint(1 << 28, (2,))
  EXPECT_THAT(found, ElementsAre(5, 2, 1, 6, 3, 154469271, 173901148));
}

TEST(TorchGenerator, DrawsExponentials) {
  TorchGenerator draws(7);  // torch.empty(2, dtype=torch.float64).exponential_(2)
  EXPECT_EQ(draws.Exponential(2), 0x1.4f81e377c8288p-3);
  EXPECT_EQ(draws.Exponential(2), 0x1.47755178bda9ap-3);
}

TEST(FillNormal, DrawsTheLastSixteenAnew) {
  TorchGenerator draws(7);  // torch.randn(18), torch.rand(1)
  std::vector<float> out(18);
  FillNormal(draws, 0.0F, 1.0F, out);
  EXPECT_EQ(out[0], -0x1.a3e8acp-1F);
  EXPECT_EQ(out[8], -0x1.b2a426p-1F);
  EXPECT_EQ(out[17], -0x1.20c57cp-1F);
  EXPECT_EQ(draws.UniformF32(), 0x1.7cca8ap-1F);
}

TEST(FillNormal, OfHalvesDrawsNothingForATailThatIsDrawnAnew) {
  TorchGenerator draws(7);  // torch.randn(18, dtype=torch.bfloat16), torch.rand(1)
  std::vector<float> out(18);
  FillNormalOfHalves(draws, 0, 1, out);
  EXPECT_NEAR(out[0], -0x1.a4p-1F, 0x1p-9F);
  EXPECT_NEAR(out[17], -0x1.5cp+0F, 0x1p-8F);
  EXPECT_EQ(draws.UniformF32(), 0x1.40d858p-1F);
}

// One generator for a run: what is drawn first moves what comes after, and a cached normal outlives the op that drew it.
TEST(DrawingOps, ShareTheRunsGenerator) {
  NoWeights none;
  EagerContext context(DefaultKernels(), {.draw_seed = 7}, none);
  const ops::Argument three = std::vector<SymInt>{3}, f64 = DType::kF64;
  EXPECT_EQ(context.Call(ops::RandnOp(), {three, f64}).tensor().At(2), 0x1.e4c5cd4ba2dcfp-1);
  EXPECT_EQ(context.Call(ops::RandnOp(), {three, f64}).tensor().At(0), -0x1.1d45a657cf2b6p+0);
}

// The oracle judges by the numbers that were drawn in the declared type, not by those of a generator of doubles.
TEST(DrawingOps, DrawInTheDeclaredTypeUnderTheOracle) {
  Numerics oracle = Numerics::Oracle();
  oracle.draw_seed = 7;
  const auto drawn = RunOp(ops::RandOp(), {std::vector<SymInt>{2}}, oracle);
  ASSERT_TRUE(drawn.ok());
  EXPECT_EQ(drawn->front().dtype(), DType::kF64);
  EXPECT_THAT(drawn->front().ToDoubles(), ElementsAre(0x1.11e15ep-1, 0x1.97262p-3));
}

// torch.rand_like(torch.empty(2, 3).t()) draws down the columns of what it returns.
TEST(DrawingOps, FollowTheOrderOfMemory) {
  const Tensor x = Tensor::Zeros(DType::kF32, {3, 2}).View({2, 3}, {1, 2}, 0);
  const Numerics numerics{.draw_seed = 7};
  const auto along = RunOp(ops::RandLikeOp(), {ops::Value::Eager(x)}, numerics);
  const auto plain = RunOp(ops::RandOp(), {std::vector<SymInt>{3, 2}}, numerics);
  ASSERT_TRUE(along.ok() && plain.ok());
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < 3; ++j) EXPECT_EQ(along->front().At(i * 3 + j), plain->front().At(j * 2 + i));
  }
}

}  // namespace
}  // namespace conformance::eager
