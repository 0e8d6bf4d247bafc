#include "framework/ir/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "framework/ir/small_program_testing.h"
#include "framework/ir/text.h"
#include "framework/ir/verify.h"

namespace conformance::ir {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::string> NodeNames(const Graph& graph) {
  std::vector<std::string> out;
  for (const Node& node : graph.nodes()) out.push_back(node.name);
  return out;
}
TensorMeta F32(std::vector<SymInt> sizes) { return MakeTensorMeta(DType::kF32, std::move(sizes)); }

// x -> relu -> neg -> out, with neg used twice by add.
struct Chain {
  GraphBuilder builder;
  ValueId x, relu, neg, add;
  Chain() {
    x = builder.AddInput("x", F32({2}));
    relu = builder.AddOp({}, "aten.relu.default", {{"self", x}}, F32({2}));
    neg = builder.AddOp({}, "aten.neg.default", {{"self", relu}}, F32({2}));
    add = builder.AddOp({}, "aten.add.Tensor", {{"self", neg}, {"other", neg}}, F32({2}));
    builder.SetOutputs({Argument(add)});
  }
  NodeId Producer(ValueId value) const { return builder.graph().value(value).producer; }
};

TEST(GraphBuilder, NamesAreFresh) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("add", F32({}));
  EXPECT_EQ(builder.FreshName("mul"), "mul");
  EXPECT_EQ(builder.FreshName("add"), "add_1");
  const ValueId a = builder.AddOp({}, "aten.add.Tensor", {{"self", x}, {"other", x}}, F32({}));
  const ValueId b = builder.AddOp({}, "aten.add.Tensor", {{"self", a}, {"other", x}}, F32({}));
  EXPECT_EQ(builder.graph().value(a).name, "add_1");
  EXPECT_EQ(builder.graph().value(b).name, "add_2");
  EXPECT_EQ(builder.graph().FindValue("add_2"), b);
  EXPECT_EQ(builder.graph().FindValue("nothing"), ValueId::kNone);
}

TEST(GraphBuilder, NodesGoBeforeAndAfterOthers) {
  Chain c;
  c.builder.AddOp({GraphBuilder::Place::Kind::kBefore, c.Producer(c.neg)}, "aten.abs.default", {{"self", c.relu}}, F32({2}));
  c.builder.AddOp({GraphBuilder::Place::Kind::kAfter, c.Producer(c.add)}, "aten.exp.default", {{"self", c.add}}, F32({2}));
  c.builder.AddOp({GraphBuilder::Place::Kind::kBefore, c.Producer(c.relu)}, "aten.sin.default", {{"self", c.x}}, F32({2}));
  EXPECT_THAT(NodeNames(c.builder.graph()), ElementsAre("sin", "relu", "abs", "neg", "add", "exp"));
  EXPECT_TRUE(Verify(c.builder.graph()).ok());
}

TEST(GraphBuilder, UsesFollowReplacement) {
  Chain c;
  EXPECT_THAT(c.builder.graph().value(c.neg).uses(), SizeIs(2));
  c.builder.ReplaceAllUses(c.neg, c.relu);
  EXPECT_THAT(c.builder.graph().value(c.neg).uses(), SizeIs(0));
  EXPECT_THAT(c.builder.graph().value(c.relu).uses(), SizeIs(3));
  c.builder.ReplaceAllUses(c.add, c.x);  // the graph's output too
  EXPECT_EQ(c.builder.graph().NameOf(c.builder.graph().outputs()[0]), "x");
  c.builder.Erase(c.Producer(c.add));
  EXPECT_THAT(c.builder.graph().value(c.relu).uses(), SizeIs(1));
  EXPECT_EQ(c.builder.EraseDead(), 2u);
  const Graph graph = std::move(c.builder).Take();
  EXPECT_EQ(graph.node_count(), 0u);
  EXPECT_EQ(graph.value_capacity(), 1u);
  EXPECT_TRUE(Verify(graph).ok());
}

TEST(GraphBuilder, DeadCodeKeepsAssertionsAndWrites) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", F32({2}));
  builder.AddOp({}, "aten.relu.default", {{"self", x}}, F32({2}));
  builder.AddOp({}, "aten.add_.Tensor", {{"self", x}, {"other", 1}}, F32({2}));
  Node assertion;
  assertion.target = "torch.ops.aten._assert_tensor_metadata.default";
  assertion.inputs = {{"a", x}};
  builder.Append(assertion);
  EXPECT_EQ(builder.EraseDead(), 1u);
  EXPECT_THAT(NodeNames(builder.graph()), ElementsAre("add_", "_assert_tensor_metadata_default"));
  EXPECT_EQ(builder.EraseDead([](const Node& node) { return node.op() == "aten._assert_tensor_metadata.default"; }), 1u);
}

TEST(GraphBuilder, KnowsWhatWritesInPlace) {
  EXPECT_TRUE(WritesInPlace("torch.ops.aten.add_.Tensor"));
  EXPECT_TRUE(WritesInPlace("torch.ops.aten.detach_.default"));
  EXPECT_FALSE(WritesInPlace("torch.ops.aten.__and__.Tensor"));
  EXPECT_FALSE(WritesInPlace("torch.ops.aten.add.Tensor"));
  EXPECT_FALSE(WritesInPlace("_operator.add"));
}

TEST(GraphBuilder, InputsOfANodeChange) {
  Chain c;
  const NodeId add = c.Producer(c.add);
  c.builder.SetInput(add, "other", Argument(2.5));
  c.builder.SetInput(add, "alpha", Argument(3), NamedArgument::Kind::kKeyword);
  EXPECT_EQ(PrintNode(c.builder.graph(), c.builder.graph().node(add)), "%add: f32[2] = aten.add.Tensor(self=%neg, other=2.5, *alpha=3)");
  EXPECT_THAT(c.builder.graph().value(c.neg).uses(), SizeIs(1));
  c.builder.RemoveInput(add, "alpha");
  c.builder.SetTarget(add, TargetOf("aten.mul.Tensor"));
  EXPECT_EQ(PrintNode(c.builder.graph(), c.builder.graph().node(add)), "%add: f32[2] = aten.mul.Tensor(self=%neg, other=2.5)");
  c.builder.SetInputs(add, {{"self", c.relu}, {"other", c.relu}});
  EXPECT_THAT(c.builder.graph().value(c.neg).uses(), SizeIs(0));
}

TEST(GraphBuilder, ManyUsesAreReplacedAndErasedInTime) {
  // A value with 40,000 users: quadratic work would take minutes.
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", F32({2})), y = builder.AddInput("y", F32({2}));
  std::vector<ValueId> made;
  for (int i = 0; i < 40000; ++i) made.push_back(builder.AddOp({}, "aten.add.Tensor", {{"self", x}, {"other", y}}, F32({2})));
  const auto start = std::chrono::steady_clock::now();
  builder.ReplaceAllUses(x, y);
  EXPECT_THAT(builder.graph().value(y).uses(), SizeIs(80000));
  for (const ValueId value : made) builder.Erase(builder.graph().value(value).producer);
  EXPECT_THAT(builder.graph().value(y).uses(), SizeIs(0));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(GraphBuilder, TakingRenumbersAndKeepsEverything) {
  Chain c;
  c.builder.ReplaceAllUses(c.neg, c.relu);
  c.builder.Erase(c.Producer(c.neg));
  const std::string before = PrintGraph(c.builder.graph());
  const Graph graph = std::move(c.builder).Take();
  EXPECT_EQ(PrintGraph(graph), before);
  EXPECT_EQ(graph.value_capacity(), 3u);
  EXPECT_TRUE(Verify(graph).ok());
  // Uses still work after the new numbers.
  GraphBuilder again(graph);
  again.ReplaceAllUses(again.graph().FindValue("relu"), again.graph().FindValue("x"));
  EXPECT_EQ(again.EraseDead(), 1u);
  EXPECT_THAT(NodeNames(again.graph()), ElementsAre("add"));
  EXPECT_TRUE(Verify(std::move(again).Take()).ok());
}

TEST(GraphBuilder, ListsAndOptionalsAreUses) {
  GraphBuilder builder;
  const ValueId a = builder.AddInput("a", F32({2})), b = builder.AddInput("b", F32({2})), n = builder.AddInput("n", ValueMeta(Sym("s0")));
  builder.AddOp({}, "aten.cat.default", {{"tensors", std::vector<ValueId>{a, b, a}}}, F32({6}));
  builder.AddOp({}, "aten.index.Tensor", {{"self", a}, {"indices", std::vector<OptionalTensor>{{ValueId::kNone}, {b}}}}, F32({2}));
  builder.AddOp({}, "aten.expand.default", {{"self", a}, {"size", std::vector<SymIntRef>{n, int64_t{-1}}}}, F32({2, 2}));
  builder.AddOp({}, "aten.custom.default", {{"map", ArgumentMap{{"k", Argument(a)}}}}, F32({2}));
  EXPECT_THAT(builder.graph().value(a).uses(), SizeIs(5));
  EXPECT_THAT(builder.graph().value(b).uses(), SizeIs(2));
  EXPECT_THAT(builder.graph().value(n).uses(), SizeIs(1));
  builder.ReplaceAllUses(a, b);
  EXPECT_THAT(builder.graph().value(b).uses(), SizeIs(7));
  EXPECT_THAT(PrintGraph(builder.graph()), ::testing::HasSubstr("tensors=[%b, %b, %b]"));
}

TEST(ProgramBuilder, KeepsTheSignatureInStep) {
  const Program program = SmallProgram();
  ASSERT_TRUE(Verify(program).ok()) << Verify(program).error().ToString();
  std::vector<std::string> inputs;
  for (const Argument& input : program.graph.inputs()) inputs.emplace_back(program.graph.NameOf(input));
  EXPECT_THAT(inputs, ElementsAre("p_fc_weight", "b_fc_bias", "c_c", "x"));
  EXPECT_THAT(program.UserInputs(), ElementsAre("x"));
  EXPECT_THAT(program.UserOutputs(), ElementsAre("add"));
  EXPECT_EQ(program.FindInput(InputSpec::Kind::kBuffer, "fc.bias"), 1u);
}

TEST(ProgramBuilder, RemovesWeightsThatNothingUses) {
  ProgramBuilder builder(SmallProgram());
  const ValueId view = builder.graph().FindValue("view");
  builder.ReplaceAllUses(builder.graph().FindValue("add"), view);
  EXPECT_EQ(builder.EraseDead(), 1u);
  EXPECT_EQ(builder.RemoveUnusedWeights(), 1u);
  builder.AddOutput({OutputSpec::Kind::kBufferMutation, "fc.bias"}, Argument(builder.graph().FindValue("b_fc_bias")));
  const Program program = std::move(builder).Finish();
  EXPECT_TRUE(program.constants.empty());
  EXPECT_EQ(program.signature.inputs.size(), 3u);
  EXPECT_EQ(program.signature.outputs[0].kind, OutputSpec::Kind::kBufferMutation);  // mutations first
  EXPECT_TRUE(Verify(program).ok()) << Verify(program).error().ToString();
}

TEST(ProgramBuilder, AMutatedBufferStaysThoughUnread) {
  ProgramBuilder builder;
  const ValueId x = builder.AddUserInput("x", F32({2}));
  builder.AddBuffer("state", F32({2}), true);
  builder.AddOutput({OutputSpec::Kind::kBufferMutation, "state"}, Argument(x));
  EXPECT_EQ(builder.RemoveUnusedWeights(), 0u);
}

}  // namespace
}  // namespace conformance::ir
