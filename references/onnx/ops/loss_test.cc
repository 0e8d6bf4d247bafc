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

Array Floats(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
Array Classes(std::vector<int64_t> values) {
  return Array::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
}

TEST(NegativeLogLikelihoodLoss, WeighsAndIgnores) {
  const Array logs = Floats({3, 2}, {-1, -2, -3, -4, -5, -6}), weights = Floats({2}, {1, 3});
  const auto with = [&](const char* reduction) {
    return Numbers(
        Evaluate({"NegativeLogLikelihoodLoss",
                  {OnnxAttribute::String("reduction", reduction), OnnxAttribute::Int("ignore_index", -7)}},
                 {logs, Classes({0, 1, -7}), weights}));
  };
  EXPECT_THAT(with("none"), ElementsAre(1, 12, 0));
  EXPECT_THAT(with("sum"), ElementsAre(13));
  EXPECT_THAT(with("mean"), ElementsAre(3.25));
  // Nothing counts: 0 / 0.
  EXPECT_TRUE(
      std::isnan(Numbers(Evaluate({"NegativeLogLikelihoodLoss", {OnnxAttribute::Int("ignore_index", 0)}},
                                  {logs, Classes({0, 0, 0})}))
                     .at(0)));
}

TEST(NegativeLogLikelihoodLoss, SaysWhatDoesNotFit) {
  const Array logs = Floats({1, 2}, {-1, -2});
  EXPECT_THAT(Evaluate({"NegativeLogLikelihoodLoss"}, {logs, Classes({2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("a class out of range")));
  EXPECT_THAT(Evaluate({"NegativeLogLikelihoodLoss"}, {logs, Classes({0, 1})}), IsError(ErrorKind::kShape));
  EXPECT_THAT(Evaluate({"NegativeLogLikelihoodLoss"}, {logs, Classes({0}), Floats({3}, {1, 1, 1})}),
              IsError(ErrorKind::kShape, HasSubstr("wanted: [2]")));
  EXPECT_THAT(Evaluate({"NegativeLogLikelihoodLoss", {OnnxAttribute::String("reduction", "max")}},
                       {logs, Classes({0})}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"max\"")));
}

TEST(SoftmaxCrossEntropyLoss, GivesItsLogProbabilities) {
  // Equal scores, far from zero: log 1/2 each.
  const auto out = Evaluate({"SoftmaxCrossEntropyLoss", {}, 2}, {Floats({1, 2}, {1000, 1000}), Classes({1})});
  EXPECT_THAT(Numbers(out), Pointwise(DoubleNear(1e-6), {std::log(2.0)}));
  EXPECT_THAT(Numbers(out, 1), Pointwise(DoubleNear(1e-6), {-std::log(2.0), -std::log(2.0)}));
}

}  // namespace
}  // namespace conformance::onnx_reference
