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

// One head of size 1; equal keys, so that what is attended to is averaged.
const Array kQuery = Floats({1, 1, 2, 1}, {1, 1}), kKeys = Floats({1, 1, 2, 1}, {0, 0}),
            kValues = Floats({1, 1, 2, 1}, {2, 4});

TEST(Attention, AveragesWhatItSees) {
  EXPECT_THAT(Numbers(Evaluate({"Attention"}, {kQuery, kKeys, kValues})), ElementsAre(3, 3));
  EXPECT_THAT(
      Numbers(Evaluate({"Attention", {OnnxAttribute::Int("is_causal", 1)}}, {kQuery, kKeys, kValues})),
      ElementsAre(2, 3));
  const Array mask = Array::Of<bool>({2, 2}, {false, true, false, false});
  // The second query sees nothing.
  EXPECT_THAT(Numbers(Evaluate({"Attention"}, {kQuery, kKeys, kValues, mask})), ElementsAre(4, 0));
}

TEST(Attention, ScoresAtEachStage) {
  // q · k · scale is 2; capped 2 tanh(1); with the mask 1 more.
  const Array q = Floats({1, 1, 1, 1}, {4}), k = Floats({1, 1, 1, 1}, {1}), v = Floats({1, 1, 1, 1}, {5}),
              mask = Floats({1}, {1});
  const auto stage = [&](int64_t mode) {
    return Numbers(Evaluate({"Attention",
                             {OnnxAttribute::Float("scale", 0.5), OnnxAttribute::Float("softcap", 2),
                              OnnxAttribute::Int("qk_matmul_output_mode", mode)},
                             4},
                            {q, k, v, mask, Floats({1, 1, 0, 1}, {}), Floats({1, 1, 0, 1}, {})}),
                   3);
  };
  const double capped = 2 * std::tanh(1.0);
  EXPECT_THAT(stage(0), ElementsAre(2));
  EXPECT_THAT(stage(1), Pointwise(DoubleNear(1e-6), {capped}));
  EXPECT_THAT(stage(2), Pointwise(DoubleNear(1e-6), {capped + 1}));
  EXPECT_THAT(stage(3), ElementsAre(1));
}

TEST(Attention, GroupsHeadsAndPutsThePastFirst) {
  // Four heads of queries over two of keys, in [batch, length, heads · size].
  const auto grouped =
      Evaluate({"Attention", {OnnxAttribute::Int("q_num_heads", 4), OnnxAttribute::Int("kv_num_heads", 2)}},
               {Floats({1, 1, 4}, {1, 1, 1, 1}), Floats({1, 1, 2}, {1, 1}), Floats({1, 1, 2}, {7, 8})});
  EXPECT_EQ(Kind(grouped), "float[1, 1, 4]");
  EXPECT_THAT(Numbers(grouped), ElementsAre(7, 7, 8, 8));
  const auto cached =
      Evaluate({"Attention", {OnnxAttribute::Int("is_causal", 1)}, 3},
               {Floats({1, 1, 1, 1}, {1}), Floats({1, 1, 1, 1}, {0}), Floats({1, 1, 1, 1}, {4}), kNone,
                Floats({1, 1, 1, 1}, {0}), Floats({1, 1, 1, 1}, {2})});
  EXPECT_THAT(Numbers(cached), ElementsAre(3));
  EXPECT_THAT(Numbers(cached, 2), ElementsAre(2, 4));
}

TEST(Attention, LooksThroughAWindow) {
  const Array q = Floats({1, 1, 3, 1}, {1, 1, 1}), k = Floats({1, 1, 3, 1}, {0, 0, 0}),
              v = Floats({1, 1, 3, 1}, {2, 4, 8});
  const auto out =
      Evaluate({"Attention",
                {OnnxAttribute::Int("left_window_size", 1), OnnxAttribute::Int("right_window_size", 0)},
                1,
                25},
               {q, k, v});
  EXPECT_THAT(Numbers(out), ElementsAre(2, 3, 6));
}

TEST(Attention, SaysWhatDoesNotFit) {
  EXPECT_THAT(Evaluate({"Attention"}, {kQuery, Floats({1, 1, 2, 2}, {0, 0, 0, 0}), kValues}),
              IsError(ErrorKind::kShape, HasSubstr("don't fit each other")));
  EXPECT_THAT(Evaluate({"Attention"}, {kQuery, kKeys, kValues, kNone, kKeys}),
              IsError(ErrorKind::kInvalid, HasSubstr("a past of keys or values alone")));
  EXPECT_THAT(Evaluate({"Attention"}, {kQuery, kKeys, kValues, Floats({3, 2}, {0, 0, 0, 0, 0, 0})}),
              IsError(ErrorKind::kShape, HasSubstr("a mask that doesn't broadcast")));
  EXPECT_THAT(Evaluate({"Attention"}, {kQuery, kKeys, kValues, Array::Of<std::string>({}, {"x"})}),
              IsError(ErrorKind::kType, HasSubstr("attn_mask")));
  EXPECT_THAT(Evaluate({"Attention"}, {Floats({1, 1, 4}, {1, 1, 1, 1}), Floats({1, 1, 2}, {1, 1}),
                                       Floats({1, 1, 2}, {7, 8})}),
              IsError(ErrorKind::kInvalid, HasSubstr("q_num_heads")));
  EXPECT_THAT(Evaluate({"Attention"}, {kQuery, kKeys, kValues}, {.max_work = 8}),
              IsError(ErrorKind::kTimeout));
}

TEST(LinearAttention, CarriesItsState) {
  // S = k v each step: 2 · 3, then + 5 · 7; the output is q S.
  const std::vector<OnnxAttribute> linear = {OnnxAttribute::Int("q_num_heads", 1),
                                             OnnxAttribute::Int("kv_num_heads", 1),
                                             OnnxAttribute::String("update_rule", "linear")};
  const Array q = Floats({1, 2, 1}, {1, 2}), k = Floats({1, 2, 1}, {2, 5}), v = Floats({1, 2, 1}, {3, 7});
  const auto out = Evaluate({"LinearAttention", linear, 2, 27}, {q, k, v});
  EXPECT_THAT(Numbers(out), ElementsAre(6, 82));
  EXPECT_EQ(Kind(out, 1), "float[1, 1, 1, 1]");
  EXPECT_THAT(Numbers(out, 1), ElementsAre(41));
  // Delta: S + β k (v - S k) = 10 + 1/2 · 2 (3 - 20), decayed to a half before.
  auto gated = linear;
  gated[2] = OnnxAttribute::String("update_rule", "gated_delta");
  const Array one = Floats({1, 1, 1}, {1});
  const auto delta =
      Evaluate({"LinearAttention", gated, 2, 27},
               {one, Floats({1, 1, 1}, {2}), Floats({1, 1, 1}, {3}), Floats({1, 1, 1, 1}, {20}),
                Floats({1, 1, 1}, {std::log(0.5F)}), Floats({1, 1, 1}, {0.5})});
  EXPECT_THAT(Numbers(delta, 1), Pointwise(DoubleNear(1e-5), {-7}));
  EXPECT_THAT(Evaluate({"LinearAttention", gated, 2, 27}, {one, one, one}),
              IsError(ErrorKind::kInvalid, HasSubstr("decay")));
  EXPECT_THAT(Evaluate({"LinearAttention", linear, 2, 27}, {q, one, v}), IsError(ErrorKind::kShape));
}

TEST(FlexAttention, RunsItsGraphs) {
  formats::OnnxGraph negate;
  negate.name = "negate";
  negate.inputs.emplace_back();
  negate.inputs[0].name = "s";
  negate.outputs.emplace_back();
  negate.outputs[0].name = "t";
  formats::OnnxNode node;
  node.op_type = "Neg";
  node.inputs = {"s"};
  node.outputs = {"t"};
  negate.nodes = {node};
  const testing::OneNode flex{
      "FlexAttention", {OnnxAttribute::Graph("prob_mod", negate)}, 1, 1, "ai.onnx.preview"};
  EXPECT_THAT(Numbers(Evaluate(flex, {kQuery, kKeys, kValues})), ElementsAre(-3, -3));
  testing::OneNode bad = flex;
  bad.attributes[0].graphs[0].nodes[0].op_type = "Shape";
  EXPECT_THAT(Evaluate(bad, {kQuery, kKeys, kValues}),
              IsError(ErrorKind::kShape, HasSubstr("a modifier that gives something else")));
}

TEST(RotaryEmbedding, TurnsPairs) {
  // A quarter turn of (1, 2); 9 stays.
  const Array x = Floats({1, 1, 1, 4}, {1, 2, 9, 9}), cosine = Floats({1, 1, 1}, {0}),
              sine = Floats({1, 1, 1}, {1});
  EXPECT_THAT(Numbers(Evaluate({"RotaryEmbedding", {OnnxAttribute::Int("rotary_embedding_dim", 2)}},
                               {x, cosine, sine})),
              ElementsAre(-2, 1, 9, 9));
  const Array table = Floats({2, 2}, {1, 1, 0, 0}), sines = Floats({2, 2}, {0, 0, 1, 1});
  const auto halves = Evaluate({"RotaryEmbedding"}, {x, table, sines, Array::Of<int64_t>({1, 1}, {1})});
  EXPECT_THAT(Numbers(halves), ElementsAre(-9, -9, 1, 2));
  const auto sides = Evaluate({"RotaryEmbedding", {OnnxAttribute::Int("interleaved", 1)}},
                              {x, table, sines, Array::Of<int64_t>({1, 1}, {1})});
  EXPECT_THAT(Numbers(sides), ElementsAre(-2, 1, -9, 9));
  EXPECT_THAT(Evaluate({"RotaryEmbedding"}, {x, table, sines, Array::Of<int64_t>({1, 1}, {2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("a position out of range")));
  EXPECT_THAT(Evaluate({"RotaryEmbedding"}, {x, cosine, sine}),
              IsError(ErrorKind::kShape, HasSubstr("2 pairs")));
}

TEST(RmsNormalization, ScalesToUnitMeanSquare) {
  const auto out = Evaluate({"RMSNormalization", {OnnxAttribute::Float("epsilon", 0)}},
                            {Floats({1, 2}, {3, 4}), Floats({2}, {1, 10})});
  EXPECT_THAT(Numbers(out), Pointwise(DoubleNear(1e-6), {3 / std::sqrt(12.5), 40 / std::sqrt(12.5)}));
  EXPECT_THAT(Evaluate({"RMSNormalization"}, {Floats({1, 2}, {3, 4}), Floats({3}, {1, 1, 1})}),
              IsError(ErrorKind::kShape));
  EXPECT_THAT(Evaluate({"RMSNormalization"}, {Floats({2}, {3, 4}), Array::Of<int64_t>({1}, {1})}),
              IsError(ErrorKind::kType));
}

}  // namespace
}  // namespace conformance::onnx_reference
