#include "framework/nn/tree.h"

#include <gmock/gmock.h>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::nn {
namespace {

using namespace conformance::testing;
using ops::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value V(float value) { return Value::Eager(F32({value})); }

std::vector<std::string> Names(const NamedValues& leaves) {
  std::vector<std::string> names;
  for (const auto& [name, value] : leaves) names.push_back(name);
  return names;
}

TEST(Tree, NamesLeavesAsTransformersDoes) {
  const Tree layer = Tree::Dict({{"keys", V(1)}, {"values", V(2)}}, "DynamicLayer");
  const Tree cache = Tree::Dict({{"layers", Tree::List({layer, layer})}}, "DynamicCache");
  const Tree output = Tree::Dict({{"loss", Tree()},
                                  {"logits", V(0)},
                                  {"past_key_values", cache},
                                  {"flag", Tree::Scalar(true)},
                                  {"hidden_states", Tree::List({V(3), Tree(), V(4)})}},
                                 "CausalLMOutputWithPast");
  EXPECT_THAT(Names(GetLeafTensors(output)),
              ElementsAre("logits", "past_key_values.layers.0.keys", "past_key_values.layers.0.values",
                          "past_key_values.layers.1.keys", "past_key_values.layers.1.values", "hidden_states.0", "hidden_states.2"));
  EXPECT_THAT(Names(GetLeafTensors(V(1))), ElementsAre("output"));
  EXPECT_THAT(Names(GetLeafTensors(Tree::List({V(1), V(2)}))), ElementsAre("0", "1"));
  EXPECT_THAT(GetLeafTensors(Tree()), ElementsAre());
}

TEST(Tree, FindsByPath) {
  const Tree tree = Tree::Dict({{"a", Tree::List({V(1), Tree::Dict({{"b", V(2)}})})}});
  ASSERT_NE(tree.At("a.1.b"), nullptr);
  EXPECT_EQ(tree.At("a.1.b")->value().tensor().At(0), 2);
  EXPECT_EQ(tree.At(""), &tree);
  EXPECT_EQ(tree.At("a.2"), nullptr);
  EXPECT_EQ(tree.At("a.-1"), nullptr);
  EXPECT_EQ(tree.At("a.0.b"), nullptr);
  EXPECT_EQ(tree.At("c"), nullptr);
}

TEST(Tree, SetReplacesAndAppends) {
  Tree tree = Tree::Dict({{"a", V(1)}});
  tree.Set("b", V(2));
  tree.Set("a", V(3));
  EXPECT_THAT(Names(GetLeafTensors(tree)), ElementsAre("a", "b"));
  EXPECT_EQ(tree.Find("a")->value().tensor().At(0), 3);
}

TEST(Tree, LeavesMakeTheTreeAgain) {
  const NamedValues leaves = {{"input_ids", V(1)},
                              {"past.layers.1.keys", V(2)},
                              {"past.layers.0.keys", V(3)},
                              {"past.layers.0.values", V(4)},
                              {"sparse.3", V(5)},
                              {"sparse.1", V(6)}};
  const Result<Tree> tree = TreeFromLeaves(leaves);
  ASSERT_THAT(tree, IsOk());
  EXPECT_EQ(tree->At("past.layers")->kind(), Tree::Kind::kList);
  EXPECT_EQ(tree->At("past.layers.0.values")->value().tensor().At(0), 4);
  // Numbers with gaps are names.
  EXPECT_EQ(tree->At("sparse")->kind(), Tree::Kind::kDict);
  EXPECT_THAT(Names(GetLeafTensors(*tree)), ElementsAre("input_ids", "past.layers.0.keys", "past.layers.0.values",
                                                        "past.layers.1.keys", "sparse.3", "sparse.1"));
}

TEST(Tree, ElevenItemsKeepTheirOrder) {
  NamedValues leaves;
  for (const int i : {10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) leaves.emplace_back("h." + std::to_string(i), V(static_cast<float>(i)));
  const Result<Tree> tree = TreeFromLeaves(leaves);
  ASSERT_THAT(tree, IsOk());
  EXPECT_EQ(tree->At("h")->items()[10].value().tensor().At(0), 10);
  EXPECT_EQ(tree->At("h")->items()[2].value().tensor().At(0), 2);
}

TEST(Tree, RefusesNamesThatContradict) {
  EXPECT_THAT(TreeFromLeaves({{"a", V(1)}, {"a.b", V(2)}}), IsError(ErrorKind::kInvalid, HasSubstr("a.b")));
  EXPECT_THAT(TreeFromLeaves({{"a.b", V(1)}, {"a", V(2)}}), IsError(ErrorKind::kInvalid));
  EXPECT_THAT(TreeFromLeaves({{"a", V(1)}, {"a", V(2)}}), IsError(ErrorKind::kInvalid, HasSubstr("two leaves")));
  EXPECT_THAT(TreeFromLeaves({{"a..b", V(1)}}), IsError(ErrorKind::kInvalid, HasSubstr("empty")));
  EXPECT_THAT(TreeFromLeaves({{"", V(1)}}), IsError(ErrorKind::kInvalid));
  EXPECT_THAT(TreeFromLeaves({{"a", Value()}}), IsError(ErrorKind::kInvalid));
}

TEST(Tree, TensorsNeedElements) {
  EXPECT_THAT(TensorsOf({{"x", Value::Meta({DType::kF32, {2}})}}), IsError(ErrorKind::kInvalid, HasSubstr("x")));
  const Result<NamedTensors> tensors = TensorsOf({{"x", V(7)}});
  ASSERT_THAT(tensors, IsOk());
  EXPECT_EQ(Find(*tensors, "x")->At(0), 7);
}

TEST(Tree, DescribesItself) {
  const Tree tree = Tree::Dict({{"a", V(1)}, {"n", Tree::Scalar(3)}, {"l", Tree::List({Tree()})}}, "Out");
  EXPECT_EQ(Describe(tree), "Out{a: f32[1], n: 3, l: [None]}");
}

}  // namespace
}  // namespace conformance::nn
