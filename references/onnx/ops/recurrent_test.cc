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

const Value kNone;
Array Floats(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
// f(x) = x, so that sums can be followed by hand.
const OnnxAttribute kAffine = OnnxAttribute::Strings("activations", {"Affine"});

TEST(Rnn, AddsUpOverSteps) {
  // h' = 2 x + 3 h + 1 + 4.
  const std::vector<Value> inputs = {Floats({2, 1, 1}, {1, 10}), Floats({1, 1, 1}, {2}),
                                     Floats({1, 1, 1}, {3}), Floats({1, 2}, {1, 4})};
  const auto out = Evaluate({"RNN", {kAffine}, 2}, inputs);
  EXPECT_EQ(Kind(out), "float[2, 1, 1, 1]");
  EXPECT_THAT(Numbers(out), ElementsAre(7, 46));
  EXPECT_THAT(Numbers(out, 1), ElementsAre(46));
  const auto reverse = Evaluate({"RNN", {kAffine, OnnxAttribute::String("direction", "reverse")}, 2}, inputs);
  EXPECT_THAT(Numbers(reverse), ElementsAre(82, 25));
  EXPECT_THAT(Numbers(reverse, 1), ElementsAre(82));
  const auto clipped = Evaluate({"RNN", {kAffine, OnnxAttribute::Float("clip", 5)}, 2}, inputs);
  EXPECT_THAT(Numbers(clipped), ElementsAre(5, 5));
}

TEST(Rnn, EndsEachSequenceAtItsLength) {
  // Two samples, layout [batch, length, input]; the second is one step long.
  const auto out = Evaluate({"RNN", {kAffine, OnnxAttribute::Int("layout", 1)}, 2},
                            {Floats({2, 2, 1}, {1, 2, 5, 6}), Floats({1, 1, 1}, {1}), Floats({1, 1, 1}, {1}),
                             kNone, Array::Of<int32_t>({2}, {2, 1})});
  EXPECT_EQ(Kind(out), "float[2, 2, 1, 1]");
  EXPECT_THAT(Numbers(out), ElementsAre(1, 3, 5, 0));
  EXPECT_EQ(Kind(out, 1), "float[2, 1, 1]");
  EXPECT_THAT(Numbers(out, 1), ElementsAre(3, 5));
}

TEST(Gru, MixesTheOldStateAndTheNew) {
  // Without weights z and r are 1/2 and the new state tanh(0): half of the old one stays.
  const auto out =
      Evaluate({"GRU", {}, 2}, {Floats({1, 1, 1}, {9}), Floats({1, 3, 1}, {0, 0, 0}),
                                Floats({1, 3, 1}, {0, 0, 0}), kNone, kNone, Floats({1, 1, 1}, {3})});
  EXPECT_THAT(Numbers(out, 1), ElementsAre(1.5));
  // z = 0 by its bias; h = (r h₀) 2 + 4 with r = 1/2, or r (h₀ 2 + 4).
  const std::vector<Value> biased = {Floats({1, 1, 1}, {0}),
                                     Floats({1, 3, 1}, {0, 0, 0}),
                                     Floats({1, 3, 1}, {0, 0, 2}),
                                     Floats({1, 6}, {-200, 0, 0, 0, 0, 4}),
                                     kNone,
                                     Floats({1, 1, 1}, {3})};
  const OnnxAttribute activations = OnnxAttribute::Strings("activations", {"Sigmoid", "Affine"});
  EXPECT_THAT(Numbers(Evaluate({"GRU", {activations}, 2}, biased), 1), ElementsAre(7));
  EXPECT_THAT(
      Numbers(Evaluate({"GRU", {activations, OnnxAttribute::Int("linear_before_reset", 1)}, 2}, biased), 1),
      ElementsAre(5));
}

TEST(Lstm, KeepsItsCell) {
  // Without weights all gates are 1/2: C = 4 / 2, H = tanh(2) / 2.
  const Array zeros = Floats({1, 4, 1}, {0, 0, 0, 0}), one = Floats({1, 1, 1}, {0});
  const auto out =
      Evaluate({"LSTM", {}, 3}, {one, zeros, zeros, kNone, kNone, kNone, Floats({1, 1, 1}, {4})});
  EXPECT_THAT(Numbers(out, 2), ElementsAre(2));
  EXPECT_THAT(Numbers(out, 1), Pointwise(DoubleNear(1e-6), {std::tanh(2.0) / 2}));
  // Peepholes open input and output and shut the forget gate; c is its bias alone.
  const auto peeped =
      Evaluate({"LSTM", {OnnxAttribute::Strings("activations", {"Sigmoid", "Affine", "Affine"})}, 3},
               {one, zeros, zeros, Floats({1, 8}, {0, 0, 0, 3, 0, 0, 0, 0}), kNone, kNone,
                Floats({1, 1, 1}, {4}), Floats({1, 3}, {50, 50, -50})});
  EXPECT_THAT(Numbers(peeped, 2), Pointwise(DoubleNear(1e-6), {3}));
  EXPECT_THAT(Numbers(peeped, 1), Pointwise(DoubleNear(1e-6), {3}));
}

TEST(Recurrent, SaysWhatDoesNotFit) {
  const Array x = Floats({1, 1, 1}, {1}), w = Floats({1, 1, 1}, {1});
  EXPECT_THAT(Evaluate({"RNN"}, {x, Floats({1, 2, 1}, {1, 1}), w}),
              IsError(ErrorKind::kShape, HasSubstr("input 1")));
  EXPECT_THAT(Evaluate({"GRU"}, {x, w, w}), IsError(ErrorKind::kShape, HasSubstr("wanted: [1, 3, 1]")));
  EXPECT_THAT(Evaluate({"RNN"}, {x, w, w, kNone, Array::Of<int32_t>({1}, {2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("at most 1")));
  EXPECT_THAT(Evaluate({"RNN", {OnnxAttribute::Strings("activations", {"Sine"})}}, {x, w, w}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"Sine\"")));
  EXPECT_THAT(Evaluate({"RNN", {OnnxAttribute::String("direction", "sideways")}}, {x, w, w}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"sideways\"")));
  EXPECT_THAT(Evaluate({"RNN", {OnnxAttribute::Int("hidden_size", 4)}}, {x, w, w}),
              IsError(ErrorKind::kShape, HasSubstr("hidden_size")));
}

}  // namespace
}  // namespace conformance::onnx_reference
