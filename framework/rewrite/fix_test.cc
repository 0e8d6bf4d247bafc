#include "framework/rewrite/fix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ir/text.h"
#include "framework/ops/ops.h"
#include "framework/rewrite/record_program.h"
#include "framework/testing/matchers.h"

namespace conformance::rewrite {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Values = std::vector<ops::Value>;

const SymInt batch = SymInt::Symbol("batch");

ir::Program Small() {
  auto program = RecordProgram({{"x", {DType::kF32, {batch, 3}}}}, {{"batch", 2}}, [](ops::OpContext& c, const Values& in) {
    const ops::Value y = ops::Silu(c, ops::Alias(c, in[0]));
    return Values{ops::Mul(c, y, 2.0)};
  });
  EXPECT_THAT(program, IsOk());
  return *std::move(program);
}

NodeFix Named(std::string name, std::vector<std::string> ops, NodeFixFunction fix) {
  NodeFix out;
  out.info.backend = "test";
  out.info.name = std::move(name);
  out.ops = std::move(ops);
  out.fix = std::move(fix);
  return out;
}

const NodeFix kDropAlias = Named("alias", {"aten.alias.default"}, [](NodeEdit& edit) -> Result<bool> {
  CONFORMANCE_TRY(const auto args, edit.Arguments());
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(std::get<ops::Value>(args[0])));
  return true;
});
const NodeFix kSplitSilu = Named("silu", {"aten.silu.default"}, [](NodeEdit& edit) -> Result<bool> {
  CONFORMANCE_TRY(const auto args, edit.Arguments());
  const ops::Value x = std::get<ops::Value>(args[0]);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::Mul(edit.context(), x, ops::Sigmoid(edit.context(), x))));
  return true;
});

TEST(ApplyNodeFixes, ReplacesNodesAndKeepsTheirNames) {
  Hits hits;
  const auto fixed = ApplyNodeFixes({kDropAlias, kSplitSilu}, Small(), &hits);
  ASSERT_THAT(fixed, IsOk());
  EXPECT_EQ(ir::PrintGraph(fixed->graph), R"(input %x: f32[batch, 3]
%sigmoid: f32[batch, 3] = aten.sigmoid.default(self=%x)
%silu: f32[batch, 3] = aten.mul.Tensor(self=%x, other=%sigmoid)
%mul: f32[batch, 3] = aten.mul.Tensor(self=%silu, other=2.0)
output %mul
)");
  EXPECT_EQ(hits.at("alias"), 1);
  EXPECT_EQ(hits.at("silu"), 1);
}

TEST(ApplyNodeFixes, TheFirstFixThatConsumesANodeEndsItsTurn) {
  Hits hits;
  const NodeFix late = Named("late", {}, [](NodeEdit& edit) -> Result<bool> {
    EXPECT_NE(edit.node().op(), "aten.alias.default");
    return false;
  });
  EXPECT_THAT(ApplyNodeFixes({kDropAlias, late}, Small(), &hits), IsOk());
  EXPECT_EQ(hits.at("late"), 0);
}

TEST(ApplyNodeFixes, ErrorsNameTheFixAndTheNode) {
  const NodeFix bad = Named("bad", {"aten.silu.default"}, [](NodeEdit&) -> Result<bool> { return Unsupported("not today"); });
  const auto fixed = ApplyNodeFixes({bad}, Small());
  ASSERT_FALSE(fixed.ok());
  EXPECT_EQ(fixed.error().Fact("fix"), "bad");
  EXPECT_EQ(fixed.error().Fact("node"), "silu");
}

TEST(ApplyNodeFixes, AnErrorOfTheContextIsAnErrorOfTheFix) {
  const NodeFix bad = Named("bad", {"aten.silu.default"}, [](NodeEdit& edit) -> Result<bool> {
    CONFORMANCE_TRY(const auto args, edit.Arguments());
    ops::View(edit.context(), std::get<ops::Value>(args[0]), {7});
    return false;
  });
  const auto fixed = ApplyNodeFixes({bad}, Small());
  ASSERT_FALSE(fixed.ok());
  EXPECT_EQ(fixed.error().Fact("fix"), "bad");
}

TEST(ApplyNodeFixes, AReplacementOfAnotherTypeIsRefused) {
  const NodeFix bad = Named("bad", {"aten.silu.default"}, [](NodeEdit& edit) -> Result<bool> {
    CONFORMANCE_TRY(const auto args, edit.Arguments());
    CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::To(edit.context(), std::get<ops::Value>(args[0]), DType::kI64)));
    return true;
  });
  const auto fixed = ApplyNodeFixes({bad}, Small());
  ASSERT_FALSE(fixed.ok());
  EXPECT_THAT(fixed.error().ToString(), AllOf(HasSubstr("i64[batch, 3]"), HasSubstr("f32[batch, 3]")));
}

TEST(ApplyNodeFixes, ARewriteThatFixesASizeIsRefused) {
  const NodeFix bad = Named("bad", {"aten.silu.default"}, [](NodeEdit& edit) -> Result<bool> {
    edit.context().Guard(Eq(batch, 2), "a mistake");
    return false;
  });
  const auto fixed = ApplyNodeFixes({bad}, Small());
  ASSERT_FALSE(fixed.ok());
  EXPECT_THAT(fixed.error().ToString(), HasSubstr("batch = 2 only"));
}

TEST(ApplyNodeFixes, DeadNodesGoAndAssertionsStay) {
  const auto program = RecordProgram({{"x", {DType::kF32, {2}}}}, {}, [](ops::OpContext& c, const Values& in) {
    ops::Exp(c, ops::Neg(c, in[0]));
    ops::AssertTensorMetadata(c, in[0], DType::kF32);
    return Values{ops::Relu(c, in[0])};
  });
  ASSERT_THAT(program, IsOk());
  const auto fixed = ApplyNodeFixes({}, *program);
  ASSERT_THAT(fixed, IsOk());
  EXPECT_THAT(ir::PrintGraph(fixed->graph), AllOf(Not(HasSubstr("exp")), Not(HasSubstr("neg")), HasSubstr("_assert_tensor_metadata"), HasSubstr("relu")));
}

TEST(ApplyNodeFixes, ByConstructionEntriesCountAndDoNothing) {
  Hits hits;
  const auto fixed = ApplyNodeFixes({Named("never", {"aten.silu.default"}, nullptr)}, Small(), &hits);
  ASSERT_THAT(fixed, IsOk());
  EXPECT_EQ(hits.at("never"), 0);
}

TEST(ApplyProgramFixes, SeeTheWholeProgram) {
  ProgramFix fix;
  fix.info.name = "ranges";
  fix.fix = [](ir::ProgramBuilder& builder) -> Result<bool> {
    builder.rest().range_constraints["batch"] = {1, 64};
    return true;
  };
  Hits hits;
  const auto fixed = ApplyProgramFixes({fix}, Small(), &hits);
  ASSERT_THAT(fixed, IsOk());
  EXPECT_EQ(fixed->range_constraints.at("batch").max, 64);
  EXPECT_EQ(hits.at("ranges"), 1);
}

TEST(ApplyPatches, RewriteTheirTargets) {
  OperatorPatch patch;
  patch.info.target = "aten.silu.default";
  patch.targets = {"aten.silu.default"};
  patch.rewrite = kSplitSilu.fix;
  Hits hits;
  const auto patched = ApplyPatches({patch}, Small(), &hits);
  ASSERT_THAT(patched, IsOk());
  EXPECT_THAT(ir::PrintGraph(patched->graph), AllOf(HasSubstr("sigmoid"), HasSubstr("alias")));
  EXPECT_EQ(hits.at("aten.silu.default"), 1);
}

}  // namespace
}  // namespace conformance::rewrite
