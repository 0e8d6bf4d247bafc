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
testing::OneNode Step(std::string op, std::vector<OnnxAttribute> attributes, size_t outputs) {
  return {std::move(op), std::move(attributes), outputs, 1, "ai.onnx.preview.training"};
}
Array One(float value) { return Floats({1}, {value}); }
Array Count(int64_t value) { return Array::Of<int64_t>({}, {value}); }

TEST(Training, Momentum) {
  const auto with = [](const char* mode, int64_t count) {
    return Evaluate(Step("Momentum",
                         {OnnxAttribute::Float("alpha", 0.5), OnnxAttribute::Float("beta", 2),
                          OnnxAttribute::Float("norm_coefficient", 0), OnnxAttribute::String("mode", mode)},
                         2),
                    {Floats({}, {0.5}), Count(count), One(10), One(4), One(6)});
  };
  // V' = 3 + 1 · 4 in the first step, 3 + 2 · 4 later.
  EXPECT_THAT(Numbers(with("standard", 0)), ElementsAre(6.5));
  EXPECT_THAT(Numbers(with("standard", 0), 1), ElementsAre(7));
  EXPECT_THAT(Numbers(with("standard", 1)), ElementsAre(4.5));
  EXPECT_THAT(Numbers(with("nesterov", 1)), ElementsAre(10 - 0.5 * (4 + 5.5)));
  EXPECT_THAT(with("fast", 1), IsError(ErrorKind::kInvalid, HasSubstr("\"fast\"")));
}

TEST(Training, AdagradAndAdam) {
  // H' = 7 + 3², its root 4.
  EXPECT_THAT(Numbers(Evaluate(Step("Adagrad", {OnnxAttribute::Float("epsilon", 0)}, 2),
                               {Floats({}, {2}), Count(0), One(1), One(3), One(7)})),
              ElementsAre(1 - 2 * 3 / 4.0));
  const auto adam = Evaluate(Step("Adam",
                                  {OnnxAttribute::Float("alpha", 0.5), OnnxAttribute::Float("beta", 0.5),
                                   OnnxAttribute::Float("epsilon", 0)},
                                  3),
                             {Floats({}, {2}), Count(0), One(1), One(2), One(4), One(28)});
  EXPECT_THAT(Numbers(adam, 1), ElementsAre(3));
  EXPECT_THAT(Numbers(adam, 2), ElementsAre(16));
  EXPECT_THAT(Numbers(adam), ElementsAre(1 - 2 * 3 / 4.0));
}

TEST(Training, SaysWhatDoesNotFit) {
  EXPECT_THAT(Evaluate(Step("Adagrad", {}, 2), {Floats({}, {2}), Count(0), One(1), One(3)}),
              IsError(ErrorKind::kInvalid, HasSubstr("a multiple of 3")));
  EXPECT_THAT(
      Evaluate(Step("Adagrad", {}, 2), {Floats({}, {2}), Count(0), One(1), Floats({2}, {3, 3}), One(7)}),
      IsError(ErrorKind::kShape));
  EXPECT_THAT(Evaluate(Step("Adagrad", {}, 2), {Floats({2}, {2, 2}), Count(0), One(1), One(3), One(7)}),
              IsError(ErrorKind::kShape, HasSubstr("the rate")));
}

}  // namespace
}  // namespace conformance::onnx_reference
