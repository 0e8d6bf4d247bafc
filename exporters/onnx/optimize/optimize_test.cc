#include "exporters/onnx/optimize/optimize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporters/onnx/optimize/fold.h"
#include "exporters/onnx/text_testing.h"
#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using formats::OnnxAttribute;
using ::testing::HasSubstr;
using ::testing::Not;
using Values = std::vector<ops::Value>;

formats::OnnxNode Node(std::string type, std::vector<OnnxAttribute> attributes = {}) {
  formats::OnnxNode node;
  node.op_type = std::move(type);
  node.outputs = {"y"};
  node.attributes = std::move(attributes);
  return node;
}

std::optional<Tensor> Folded(std::string type, std::vector<Tensor> inputs, std::vector<OnnxAttribute> attributes = {}) {
  return Fold(Node(std::move(type), std::move(attributes)), inputs);
}

TEST(Fold, IntegerArithmetic) {
  EXPECT_THAT(*Folded("Add", {I64({1, 2}), I64({10})}), BitEqualTo(I64({11, 12})));
  EXPECT_THAT(*Folded("Mod", {I64({-7, 7}), I64({3})}), BitEqualTo(I64({2, 1})));   // the divisor's sign
  EXPECT_THAT(*Folded("Div", {I64({-7, 7}), I64({2})}), BitEqualTo(I64({-3, 3})));  // towards zero
  EXPECT_THAT(*Folded("Max", {I64({1, 9}), I64({5})}), BitEqualTo(I64({5, 9})));
  EXPECT_FALSE(Folded("Div", {I64({1}), I64({0})}).has_value());
  EXPECT_FALSE(Folded("Add", {I64({INT64_MAX}), I64({1})}).has_value());
}

TEST(Fold, ComparisonsAndLogic) {
  EXPECT_THAT(*Folded("LessOrEqual", {I64({1, 2, 3}), I64({2})}), BitEqualTo(Bool({true, true, false})));
  EXPECT_THAT(*Folded("And", {Bool({true, true}), Bool({true, false})}), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(*Folded("Not", {Bool({true, false})}), BitEqualTo(Bool({false, true})));
  EXPECT_THAT(*Folded("Where", {Bool({true, false}), I64({1, 2}), I64({7})}), BitEqualTo(I64({1, 7})));
}

TEST(Fold, Shapes) {
  const Tensor x = I64({{1, 2, 3}, {4, 5, 6}});
  EXPECT_THAT(*Folded("Reshape", {x, I64({0, -1})}), BitEqualTo(x));
  EXPECT_THAT(*Folded("Reshape", {x, I64({3, 2})}), BitEqualTo(I64({{1, 2}, {3, 4}, {5, 6}})));
  EXPECT_THAT(*Folded("Transpose", {x}, {OnnxAttribute::Ints("perm", {1, 0})}), BitEqualTo(I64({{1, 4}, {2, 5}, {3, 6}})));
  EXPECT_THAT(*Folded("Unsqueeze", {I64({1, 2}), I64({0})}), BitEqualTo(I64({{1, 2}})));
  EXPECT_THAT(*Folded("Squeeze", {I64({{1, 2}}), I64({0})}), BitEqualTo(I64({1, 2})));
  EXPECT_THAT(*Folded("Expand", {I64({1, 2}), I64({2, 1})}), BitEqualTo(I64({{1, 2}, {1, 2}})));
  EXPECT_THAT(*Folded("Concat", {x, x}, {OnnxAttribute::Int("axis", 1)}), BitEqualTo(I64({{1, 2, 3, 1, 2, 3}, {4, 5, 6, 4, 5, 6}})));
  EXPECT_THAT(*Folded("Gather", {x, I64({-1, 0})}, {OnnxAttribute::Int("axis", 1)}), BitEqualTo(I64({{3, 1}, {6, 4}})));
  EXPECT_THAT(*Folded("Slice", {x, I64({1}), I64({INT64_MAX}), I64({1})}), BitEqualTo(I64({{2, 3}, {5, 6}})));
  EXPECT_THAT(*Folded("Range", {Tensor::Of<int64_t>({}, {5}), Tensor::Of<int64_t>({}, {0}), Tensor::Of<int64_t>({}, {-2})}), BitEqualTo(I64({5, 3, 1})));
}

TEST(Fold, LeavesAloneWhatItDoesNotKnowOrWhatGrows) {
  EXPECT_FALSE(Folded("Exp", {F32({1})}).has_value());
  EXPECT_FALSE(Folded("Expand", {I64({1}), I64({kMaxFolded + 1})}).has_value());
  EXPECT_FALSE(Folded("Range", {Tensor::Of<int64_t>({}, {0}), Tensor::Of<int64_t>({}, {kMaxFolded + 1}), Tensor::Of<int64_t>({}, {1})}).has_value());
  EXPECT_FALSE(Folded("Gather", {I64({1, 2}), I64({5})}).has_value());
}

std::string Optimized(const Result<ir::Program>& program, OptimizeCounts* counts = nullptr) {
  if (!program.ok()) return program.error().ToString();
  Result<LoweredModel> model = Translate(*program, 20);
  if (!model.ok()) return model.error().ToString();
  const OptimizeCounts done = Optimize(*model);
  if (counts != nullptr) *counts = done;
  return ModelText(model->model);
}

TEST(Optimize, FoldsConstantsDownToOne) {
  OptimizeCounts counts;
  const std::string text = Optimized(Recorded({{DType::kF32, {3}}}, [](ops::OpContext& c, const Values& in) {
                                       const ops::Value positions = ops::Arange(c, 3);
                                       return ops::Mul(c, in[0], ops::Add(c, ops::Mul(c, positions, ops::Scalar(2)), ops::Scalar(1)));
                                     }),
                                     &counts);
  EXPECT_EQ(text, "input x: f32[3]\nmul_1 = Mul(x, [1, 3, 5])\noutput mul_1: f32[3]\n");
  EXPECT_GE(counts.folded, 3);
}

TEST(Optimize, MergesWhatComputesTheSame) {
  OptimizeCounts counts;
  const std::string text = Optimized(Recorded({{DType::kF32, {3}}}, [](ops::OpContext& c, const Values& in) {
                                       return ops::Add(c, ops::Exp(c, in[0]), ops::Exp(c, in[0]));
                                     }),
                                     &counts);
  EXPECT_THAT(text, HasSubstr("= Add(exp, exp)"));
  EXPECT_EQ(counts.merged, 1);
}

TEST(Optimize, KeepsWhatAGraphInsideReads) {
  LoweredModel lowered;
  formats::OnnxGraph& graph = lowered.model.graph;
  const auto node = [](const char* type, std::string input, std::string output) {
    formats::OnnxNode made = Node(type);
    made.inputs = {std::move(input)};
    made.outputs = {std::move(output)};
    return made;
  };
  graph.inputs.resize(2);
  graph.inputs[0].name = "x", graph.inputs[1].name = "condition";
  graph.nodes = {node("Exp", "x", "e"), node("Identity", "e", "same"), node("If", "condition", "y")};
  formats::OnnxGraph branch;
  branch.nodes = {node("Neg", "same", "negative")};
  branch.outputs.emplace_back().name = "negative";
  graph.nodes[2].attributes = {OnnxAttribute::Graph("then_branch", branch), OnnxAttribute::Graph("else_branch", branch)};
  graph.outputs.emplace_back().name = "y";
  Optimize(lowered);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].op_type, "Exp");
  EXPECT_EQ(graph.nodes[1].attributes[0].graphs[0].nodes[0].inputs[0], "e");
}

TEST(Optimize, DoesNotMergeWhatDiffersInAnAttribute) {
  OptimizeCounts counts;
  Optimized(Recorded({{DType::kF32, {3, 3}}}, [](ops::OpContext& c, const Values& in) {
              return ops::Add(c, ops::Softmax(c, in[0], 0), ops::Softmax(c, in[0], 1));
            }),
            &counts);
  EXPECT_EQ(counts.merged, 0);
}

TEST(Optimize, ShapesThatAreKnownAreNumbers) {
  const std::string text = Optimized(Recorded({{DType::kF32, {3, 4}}}, [](ops::OpContext& c, const Values& in) {
    return ops::Roll(c, in[0], {SymInt(1)}, {});
  }));
  EXPECT_THAT(text, Not(HasSubstr("= Shape(")));
}

TEST(Optimize, OutputsKeepTheirNames) {
  const std::string text = Optimized(Recorded({{DType::kF32, {3}}}, [](ops::OpContext&, const Values& in) { return in[0]; }));
  EXPECT_THAT(text, HasSubstr("output.x = Identity(input.x)"));
}

}  // namespace
}  // namespace conformance::onnx
