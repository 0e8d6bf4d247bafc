#include "framework/ir/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ir/small_program_testing.h"
#include "framework/ir/text.h"

namespace conformance::ir {
namespace {

using ::testing::HasSubstr;

const VerifyOptions kWithOps{&ops::DefaultOps(), true};

// The small program's text with one place changed, read and verified: what the verifier says.
std::string Verdict(const std::string& from, const std::string& to) {
  std::string text = PrintProgram(SmallProgram());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in\n" << text;
  if (at == std::string::npos) return "";
  text.replace(at, from.size(), to);
  const auto program = ParseProgram(text);
  EXPECT_TRUE(program.ok()) << program.error().ToString();
  if (!program.ok()) return "";
  const Status status = Verify(*program, kWithOps);
  return status.ok() ? "fine" : status.error().ToString();
}

TEST(Verify, AcceptsASoundProgram) {
  const Status status = Verify(SmallProgram(), kWithOps);
  EXPECT_TRUE(status.ok()) << status.error().ToString();
}

TEST(Verify, ArgumentsAreTheOperators) {
  EXPECT_THAT(Verdict("weight=%p_fc_weight", "wait=%p_fc_weight"),
              AllOf(HasSubstr("does not have"), HasSubstr("1 linear (torch.ops.aten.linear.default)"), HasSubstr("found: wait"),
                    HasSubstr("input, weight, bias")));
  EXPECT_THAT(Verdict("weight=%p_fc_weight, ", ""), AllOf(HasSubstr("missing"), HasSubstr("nothing for weight")));
  EXPECT_THAT(Verdict("weight=%p_fc_weight", "weight=[1, 2]"), AllOf(HasSubstr("input weight"), HasSubstr("as_ints")));
  EXPECT_THAT(Verdict("dim=0", "dim=0.5"), HasSubstr("as_float"));
  EXPECT_THAT(Verdict("(input=%x, weight=%p_fc_weight", "(weight=%p_fc_weight, input=%x"), HasSubstr("out of order"));
  EXPECT_THAT(Verdict("*dtype=dtype.f32", "*dtype=dtype.f32, *dtype=dtype.f32"), HasSubstr("given twice"));
  EXPECT_THAT(Verdict("aten.linear.default", "aten.lineal.default"), AllOf(HasSubstr("unknown operator"), HasSubstr("aten.lineal")));
  EXPECT_THAT(Verdict("aten._assert_tensor_metadata", "%none: f32[] = aten._assert_tensor_metadata"), HasSubstr("number of outputs"));
}

TEST(Verify, KindsOfValuesAgree) {
  EXPECT_THAT(Verdict("self=%linear", "self=[%linear]"), HasSubstr("as_tensors"));
  EXPECT_THAT(Verdict("self=%linear", "self=optional(%sym_size_int)"),
              AllOf(HasSubstr("another kind"), HasSubstr("sym_size_int is an int"), HasSubstr("as_optional_tensor")));
}

TEST(Verify, ValuesAreMadeOnceAndFirst) {
  Program program = SmallProgram();
  GraphBuilder builder(program.graph);
  const ValueId add = builder.graph().FindValue("add");
  builder.SetInput(builder.graph().value(builder.graph().FindValue("view")).producer, "self", Argument(add));
  program.graph = std::move(builder).Take();
  const Status status = Verify(program);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().ToString(), AllOf(HasSubstr("before it is made"), HasSubstr("2 view"), HasSubstr("found: add")));

  GraphBuilder loose;
  loose.NewValue("nobody", MakeTensorMeta(DType::kF32, {}));
  EXPECT_THAT(Verify(std::move(loose).Take()).error().ToString(), AllOf(HasSubstr("nothing makes"), HasSubstr("nobody")));
}

TEST(Verify, TheSignatureFitsTheGraph) {
  EXPECT_THAT(Verdict("parameter \"fc.weight\"", "buffer \"fc.bias\""), AllOf(HasSubstr("twice"), HasSubstr("fc.bias")));
  EXPECT_THAT(Verdict("parameter \"fc.weight\"", "parameter"), HasSubstr("without name"));
  EXPECT_THAT(Verdict("tensor_constant \"c\"", "tensor_constant \"d\""), HasSubstr("without elements"));
  EXPECT_THAT(Verdict("tensor_constant \"c\"", "buffer \"c\""), HasSubstr("fine"));
  EXPECT_THAT(Verdict("%c_c: f32[4]", "%c_c: f32[5]"), AllOf(HasSubstr("unlike its declaration"), HasSubstr("f32[4]"), HasSubstr("f32[5]")));
  EXPECT_THAT(Verdict("user_output", "buffer_mutation \"nothing\""), HasSubstr("written back to nothing"));
  EXPECT_THAT(Verdict("user_output", "buffer_mutation \"fc.bias\""), HasSubstr("fine"));
  EXPECT_THAT(Verdict("user_output", "user_input_mutation \"view\""), HasSubstr("a graph input's name"));
  Program program = SmallProgram();
  program.signature.inputs.pop_back();
  EXPECT_THAT(Verify(program).error().ToString(), AllOf(HasSubstr("another length"), HasSubstr("found: 3"), HasSubstr("wanted: 4")));
}

TEST(Verify, SymbolsAreDeclared) {
  EXPECT_THAT(Verdict("range \"s0\" min 2 max 64", ""), AllOf(HasSubstr("without range constraint"), HasSubstr("s0")));
  EXPECT_THAT(Verdict("range \"s0\" min 2 max 64", "range \"s0\" min 65 max 64"), HasSubstr("empty range"));
  EXPECT_THAT(Verdict("%x: f32[s0, 3]", "%x: f32[s9, 3]"), AllOf(HasSubstr("s9"), HasSubstr("value x")));
}

TEST(Verify, MetasAreSound) {
  EXPECT_THAT(Verdict("%x: f32[s0, 3]", "%x: f32[s0, -3]"), HasSubstr("negative size"));
  EXPECT_THAT(Verdict("%x: f32[s0, 3]", "%x: f32[s0, 3] stride [1]"), HasSubstr("strides"));
  EXPECT_THAT(Verdict("%x: f32[s0, 3]", "%x: unknown[s0, 3]"), HasSubstr("unknown dtype"));
}

TEST(Verify, NestedGraphsAreVerified) {
  GraphBuilder inner;
  inner.NewValue("loose", MakeTensorMeta(DType::kF32, {}));
  GraphBuilder outer;
  Node node;
  node.target = "torch.ops.higher_order.cond";
  node.inputs = {{"true_graph", GraphRef{"true_graph_0", std::make_shared<const Graph>(std::move(inner).Take())}}};
  outer.Append(node);
  EXPECT_THAT(Verify(std::move(outer).Take()).error().ToString(), AllOf(HasSubstr("loose"), HasSubstr("true_graph_0")));
}

}  // namespace
}  // namespace conformance::ir
