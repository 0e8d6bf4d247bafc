#include "exporters/onnx/model_fixes/model_fixes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporters/onnx/text_testing.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using formats::OnnxAttribute;
using ::testing::HasSubstr;

formats::OnnxNode Node(std::string type, std::vector<std::string> inputs, std::vector<std::string> outputs, std::vector<OnnxAttribute> attributes = {}) {
  formats::OnnxNode node;
  node.name = type + "_node";
  node.op_type = std::move(type);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}
formats::OnnxValueInfo Info(std::string name, std::vector<int64_t> sizes) {
  formats::OnnxValueInfo info;
  info.name = std::move(name);
  info.type.elem = formats::OnnxElem::kFloat;
  info.type.shape.emplace();
  for (const int64_t size : sizes) info.type.shape->push_back({size, {}});
  return info;
}

TEST(ModelFixes, TopkIsSortedInTheGraphAndInFunctions) {
  formats::OnnxModel model;
  model.graph.nodes.push_back(Node("TopK", {"x", "k"}, {"v", "i"}, {OnnxAttribute::Int("sorted", 0)}));
  formats::OnnxFunction function;
  function.nodes.push_back(Node("TopK", {"x", "k"}, {"v", "i"}, {OnnxAttribute::Int("sorted", 0)}));
  function.nodes.push_back(Node("TopK", {"x", "k"}, {"w", "j"}));
  model.functions.push_back(function);
  rewrite::Hits hits;
  ASSERT_THAT(ApplyModelFixes(ModelFixes(), model, &hits), IsOk());
  EXPECT_EQ(model.graph.nodes[0].Find("sorted")->i, 1);
  EXPECT_EQ(model.functions[0].nodes[0].Find("sorted")->i, 1);
  EXPECT_EQ(hits.at("topk_sorted"), 2);
}

// The mask's Where and the result's share 0. No attention, and so left alone, where `maker` is no MatMul.
formats::OnnxModel Choosing(const char* maker) {
  formats::OnnxModel model;
  model.graph.inputs = {Info("m", {2}), Info("a", {2}), Info("x", {2, 2}), Info("zero_own", {})};
  model.graph.initializers.push_back(formats::OnnxTensorOf("zero", Tensor::Of<float>({}, {0})));
  model.graph.nodes = {Node("Where", {"m", "zero", "x"}, {"b"}), Node(maker, {"b", "x"}, {"p"}), Node("Where", {"a", "p", "zero"}, {"y"})};
  model.graph.outputs.push_back(Info("y", {2, 2}));
  return model;
}

TEST(ModelFixes, AnAttentionsFallbackHasAConstantOfItsOwn) {
  formats::OnnxModel model = Choosing("MatMul");
  rewrite::Hits hits;
  ASSERT_THAT(ApplyModelFixes(ModelFixes(), model, &hits), IsOk());
  EXPECT_EQ(hits.at("own_fallback"), 1);
  EXPECT_EQ(model.graph.nodes[0].inputs[1], "zero");
  EXPECT_EQ(model.graph.nodes[2].inputs[2], "zero_own_1");  // zero_own is taken
  ASSERT_EQ(model.graph.initializers.size(), 2u);
  EXPECT_EQ(model.graph.initializers[1].name, "zero_own_1");
  EXPECT_EQ(model.graph.initializers[1].raw, model.graph.initializers[0].raw);
  ASSERT_THAT(ApplyModelFixes(ModelFixes(), model, &hits), IsOk());
  EXPECT_EQ(hits.at("own_fallback"), 1);  // done again, it does nothing
  for (const char* maker : {"Add", "Mul"}) {
    model = Choosing(maker);
    ASSERT_THAT(ApplyModelFixes(ModelFixes(), model, nullptr), IsOk());
    EXPECT_EQ(model.graph.nodes[2].inputs[2], "zero") << maker;
  }
}

formats::OnnxModel Gathering(const Tensor& indices) {
  formats::OnnxModel model;
  model.graph.inputs.push_back(Info("x", {2, 3, 4}));
  model.graph.initializers.push_back(formats::OnnxTensorOf("indices", indices));
  model.graph.nodes.push_back(Node("GatherND", {"x", "indices"}, {"y"}));
  model.graph.outputs.push_back(Info("y", {2, 4}));
  return model;
}

TEST(ModelFixes, GatherNdAtConstantPositionsIsAGather) {
  formats::OnnxModel model = Gathering(I64({{0, 1}, {1, -1}}));
  rewrite::Hits hits;
  ASSERT_THAT(ApplyModelFixes(ModelFixes(), model, &hits), IsOk());
  // Rows 0 · 3 + 1 and 1 · 3 + 2 of the first two axes made one.
  EXPECT_THAT(ModelText(model), HasSubstr("y.gather_rows = Reshape(x, [6, 4])\ny = Gather(y.gather_rows, [1, 5]) {axis=0}\n"));
  EXPECT_EQ(hits.at("constant_gather_nd"), 1);
}

TEST(ModelFixes, PositionsOutsideAreLeftToTheRuntime) {
  formats::OnnxModel model = Gathering(I64({{0, 1}, {1, 3}}));
  rewrite::Hits hits;
  ASSERT_THAT(ApplyModelFixes(ModelFixes(), model, &hits), IsOk());
  EXPECT_EQ(model.graph.nodes[0].op_type, "GatherND");
  EXPECT_EQ(hits.at("constant_gather_nd"), 0);
}

}  // namespace
}  // namespace conformance::onnx
