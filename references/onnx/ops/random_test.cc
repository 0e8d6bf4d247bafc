#include <gmock/gmock.h>

#include <cmath>

#include "framework/testing/matchers.h"
#include "references/onnx/ops/one_node.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::Evaluate;
using ::testing::HasSubstr;
using testing::Kind;
using testing::Numbers;
using ::testing::Pointwise;
using testing::Texts;

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}
double Deviation(const std::vector<double>& values) {
  const double mean = Mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}
const OnnxAttribute kMany = OnnxAttribute::Ints("shape", {20000});

// Bounds of five standard errors of 20,000 draws.
TEST(Random, NormalHasItsMeanAndDeviation) {
  const auto drawn = Numbers(Evaluate(
      {"RandomNormal", {kMany, OnnxAttribute::Float("mean", 3), OnnxAttribute::Float("scale", 2)}}, {}));
  ASSERT_EQ(drawn.size(), 20000U);
  EXPECT_NEAR(Mean(drawn), 3, 5 * 2 / std::sqrt(20000.0));
  EXPECT_NEAR(Deviation(drawn), 2, 5 * 2 / std::sqrt(40000.0));
}

TEST(Random, UniformFillsItsRange) {
  const auto drawn = Numbers(Evaluate(
      {"RandomUniform", {kMany, OnnxAttribute::Float("low", -1), OnnxAttribute::Float("high", 3)}}, {}));
  ASSERT_EQ(drawn.size(), 20000U);
  EXPECT_NEAR(Mean(drawn), 1, 5 * (4 / std::sqrt(12.0)) / std::sqrt(20000.0));
  for (const double v : drawn) ASSERT_TRUE(v >= -1 && v <= 3) << v;
}

TEST(Random, SeedsRepeatAndDiffer) {
  const auto with = [](float seed) {
    return Numbers(Evaluate(
        {"RandomNormal", {OnnxAttribute::Ints("shape", {8}), OnnxAttribute::Float("seed", seed)}}, {}));
  };
  EXPECT_EQ(with(1), with(1));
  EXPECT_NE(with(1), with(2));
}

TEST(Random, LikesTakeSizesAndType) {
  const Array half = Array::Of<float>({2, 3}, {0, 0, 0, 0, 0, 0});
  EXPECT_EQ(Kind(Evaluate({"RandomNormalLike", {OnnxAttribute::Int("dtype", 10)}}, {half})), "float16[2, 3]");
  EXPECT_EQ(Kind(Evaluate({"RandomUniformLike"}, {half})), "float[2, 3]");
  EXPECT_THAT(Evaluate({"RandomUniformLike", {OnnxAttribute::Int("dtype", 7)}}, {half}),
              IsError(ErrorKind::kType, HasSubstr("found: 7")));
  EXPECT_THAT(Evaluate({"RandomUniform", {OnnxAttribute::Ints("shape", {1LL << 50})}}, {}),
              IsError(ErrorKind::kOutOfMemory));
  EXPECT_THAT(Evaluate({"RandomUniform", {OnnxAttribute::Ints("shape", {-1})}}, {}),
              IsError(ErrorKind::kShape));
}

TEST(Random, BernoulliFollowsItsProbabilities) {
  std::vector<float> chances(20000, 0.25F);
  chances[0] = 0;
  chances[1] = 1;
  const auto drawn =
      Evaluate({"Bernoulli", {OnnxAttribute::Int("dtype", 9)}}, {Array::Of<float>({20000}, chances)});
  EXPECT_EQ(Kind(drawn), "bool[20000]");
  const auto values = Numbers(drawn);
  EXPECT_EQ(values[0], 0);
  EXPECT_EQ(values[1], 1);
  EXPECT_NEAR(Mean(values), 0.25, 5 * std::sqrt(0.25 * 0.75 / 20000));
}

TEST(Random, MultinomialDrawsByWeight) {
  // Weights 1 and 3 in the first row, one class alone in the second.
  const auto drawn = Evaluate({"Multinomial", {OnnxAttribute::Int("sample_size", 10000)}},
                              {Array::Of<float>({2, 2}, {0, std::log(3.0F), -INFINITY, 5})});
  EXPECT_EQ(Kind(drawn), "int32[2, 10000]");
  const auto values = Numbers(drawn);
  EXPECT_NEAR(Mean({values.begin(), values.begin() + 10000}), 0.75, 5 * std::sqrt(0.25 * 0.75 / 10000));
  EXPECT_EQ(Mean({values.begin() + 10000, values.end()}), 1);
  EXPECT_THAT(Evaluate({"Multinomial"}, {Array::Of<float>({2}, {0, 0})}),
              IsError(ErrorKind::kShape, HasSubstr("[batch, classes]")));
  EXPECT_THAT(Evaluate({"Multinomial"}, {Array::Of<float>({1, 0}, {})}),
              IsError(ErrorKind::kInvalid, HasSubstr("no class")));
}

}  // namespace
}  // namespace conformance::onnx_reference
