// What composites refuse, and the shapes that they give; their numbers are held against PyTorch's in references/program/small_programs_test.cc.
#include "framework/rewrite/composites.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "framework/ops/ops.h"
#include "framework/ops/refused.h"
#include "framework/testing/matchers.h"

namespace conformance::rewrite {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ops::Value;

TEST(Composites, StandOnceAndAreNoOtherOps) {
  std::set<std::string> seen;
  for (const std::string& target : CompositeTargets()) {
    EXPECT_TRUE(seen.insert(target).second) << target;
    EXPECT_EQ(ops::DefaultOps().Find(target), nullptr) << target;
    EXPECT_EQ(ops::FindRefused(target), nullptr) << target;
  }
  EXPECT_TRUE(seen.contains("aten.einsum.default"));
  EXPECT_TRUE(seen.contains("aten.meshgrid.indexing"));
}

/// Describes what comes out, or the error.
std::string Written(const std::string& target, std::vector<ops::Argument> args) {
  const auto at = std::ranges::find(CompositeTargets(), target) - CompositeTargets().begin();
  ShapeEnv env;
  ops::MetaContext context(&env);
  const std::vector<Value> values = Composites()[static_cast<size_t>(at)].write(context, args);
  if (context.failed()) return context.status().error().ToString();
  std::string text;
  for (const Value& value : values) text += (text.empty() ? "" : ", ") + ops::Describe(value.meta());
  return text;
}
Value F32(std::vector<SymInt> sizes) { return Value::Meta({DType::kF32, std::move(sizes)}); }

TEST(Composites, AChainOfMatricesIsMultipliedFromTheLeft) {
  EXPECT_EQ(Written("aten.linalg_multi_dot.default", {std::vector<Value>{F32({2, 3}), F32({3, 4}), F32({4, 5})}}), "f32[2, 5]");
  EXPECT_EQ(Written("aten.linalg_multi_dot.default", {std::vector<Value>{F32({2, 3})}}), "f32[2, 3]");
}

TEST(Composites, TakingAlongAnAxisStretchesTheOthers) {
  const Value index = Value::Meta({DType::kI64, {SymInt(1), SymInt(5)}});
  EXPECT_EQ(Written("aten.take_along_dim.default", {F32({2, 3}), index, SymInt(-1)}), "f32[2, 5]");
  EXPECT_EQ(Written("aten.take_along_dim.default", {F32({2, 3}), index, ops::NoneType{}}), "f32[5]");
}

TEST(Composites, RefuseByNameWhatTheyHaveNoAnswerFor) {
  EXPECT_THAT(Written("aten.rrelu.default", {F32({2}), 0.1, 0.2, true}), HasSubstr("training"));
  EXPECT_THAT(Written("aten.linalg_matrix_power.default", {F32({2, 2}), SymInt(-1)}), AllOf(HasSubstr("power"), HasSubstr("-1")));
  EXPECT_THAT(Written("aten.triu_indices.default", {SymInt(1 << 20), SymInt(1 << 20), SymInt(0), ops::NoneType{}}), HasSubstr("1048576 by 1048576"));
  EXPECT_THAT(Written("aten.quantile.scalar", {F32({4}), 2.0, SymInt(0), false, std::string("linear")}), HasSubstr("wanted: 0 to 1"));
  EXPECT_THAT(Written("aten.quantile.scalar", {F32({4}), 0.5, SymInt(0), false, std::string("nearest")}), HasSubstr("nearest"));
  EXPECT_THAT(Written("aten.tensor_split.sections", {F32({SymInt::Symbol("s0")}), SymInt(2), SymInt(0)}), HasSubstr("s0 into 2"));
  EXPECT_THAT(Written("aten.linalg_cross.default", {F32({4}), F32({4}), SymInt(0)}), HasSubstr("4 components"));
}

std::string Einsum(const char* equation, std::vector<Value> operands) {
  return Written("aten.einsum.default", {std::string(equation), std::move(operands), ops::NoneType{}});
}

TEST(Einsum, GivesTheLabelsOfItsOutput) {
  EXPECT_EQ(Einsum("bij,bjk->bik", {F32({2, 3, 4}), F32({2, 4, 5})}), "f32[2, 3, 5]");
  EXPECT_EQ(Einsum("bij, bjk -> kb", {F32({2, 3, 4}), F32({2, 4, 5})}), "f32[5, 2]");
}

TEST(Einsum, WithoutAnOutputTheAlphabetDecides) {
  EXPECT_EQ(Einsum("ba", {F32({2, 3})}), "f32[3, 2]");
  EXPECT_EQ(Einsum("ij,jk", {F32({2, 3}), F32({3, 4})}), "f32[2, 4]");
  EXPECT_EQ(Einsum("i,i", {F32({3}), F32({3})}), "f32[]");
}

TEST(Einsum, DotsStandForTheOtherAxes) {
  EXPECT_EQ(Einsum("...ij,...jk->...ik", {F32({7, 6, 2, 3}), F32({7, 6, 3, 4})}), "f32[7, 6, 2, 4]");
  EXPECT_EQ(Einsum("...i->...", {F32({7, 6, 2})}), "f32[7, 6]");
}

TEST(Einsum, SizesOfOneAreStretched) {
  EXPECT_EQ(Einsum("ij,ij->ij", {F32({2, 1}), F32({1, 3})}), "f32[2, 3]");
  EXPECT_EQ(Einsum("ij,ij->i", {F32({2, 3}), F32({1, 3})}), "f32[2]");
  EXPECT_EQ(Einsum("...i,...i->...", {F32({4, 1, 2}), F32({5, 2})}), "f32[4, 5]");
}

TEST(Einsum, ALabelTwiceIsADiagonal) {
  EXPECT_EQ(Einsum("ii->i", {F32({3, 3})}), "f32[3]");
  EXPECT_EQ(Einsum("ii", {F32({3, 3})}), "f32[]");
  EXPECT_EQ(Einsum("bii,ij->jb", {F32({2, 3, 3}), F32({3, 4})}), "f32[4, 2]");
  EXPECT_EQ(Einsum("iii->i", {F32({3, 3, 3})}), "f32[3]");
}

TEST(Einsum, RefusesByName) {
  EXPECT_THAT(Einsum("ii->i", {F32({3, 2})}), AllOf(HasSubstr("einsum of axes with the same label and other sizes"), HasSubstr("equation: ii->i")));
  EXPECT_THAT(Einsum("ij->ijk", {F32({2, 3})}), HasSubstr("label that no operand has"));
  EXPECT_THAT(Einsum("ijk->i", {F32({2, 3})}), HasSubstr("another number of labels"));
  EXPECT_THAT(Einsum("ij,jk->ik", {F32({2, 3})}), HasSubstr("another number of operands"));
}

TEST(Composites, RefuseWhatDependsOnData) {
  EXPECT_THAT(Written("aten.histc.default", {F32({4}), SymInt(5), SymInt(0), SymInt(0)}), HasSubstr("bounds are those of the elements"));
  const Value repeats = Value::Meta({DType::kI64, {4}});
  EXPECT_EQ(Written("aten.repeat_interleave.self_Tensor", {F32({4, 2}), repeats, SymInt(0), SymInt(9)}), "f32[9, 2]");
}

TEST(Composites, PositionsAreATensorForEachAxis) {
  EXPECT_EQ(Written("aten.where.default", {Value::Meta({DType::kBool, {3, 4}})}), "i64[u0], i64[u0]");
  EXPECT_EQ(Written("aten.where.default", {Value::Meta({DType::kBool, {}})}), "i64[u0]");
  EXPECT_EQ(Written("aten.nonzero_numpy.default", {F32({3, 4})}), "i64[u0], i64[u0]");
  EXPECT_EQ(Written("aten.argwhere.default", {F32({3, 4})}), "i64[u0, 2]");
}

TEST(Composites, TheSumOfRepeatsIsASizeThatIsKnownWhenRun) {
  const Value repeats = Value::Meta({DType::kI32, {4}});
  EXPECT_EQ(Written("aten.repeat_interleave.self_Tensor", {F32({4, 2}), repeats, SymInt(0), ops::NoneType{}}), "f32[u0, 2]");
  EXPECT_EQ(Written("aten.repeat_interleave.Tensor", {repeats, ops::NoneType{}}), "i32[u0]");
}

TEST(Composites, RefuseWhatPyTorchRefuses) {
  EXPECT_THAT(Written("aten.meshgrid.indexing", {std::vector<Value>{F32({2})}, std::string("zz")}), AllOf(HasSubstr("found: zz"), HasSubstr("ij or xy")));
  EXPECT_THAT(Written("aten.histc.default", {F32({4}), SymInt(0), SymInt(0), SymInt(3)}), HasSubstr("histc without bins"));
}

TEST(Composites, NormsOfMatricesAreThoseWithoutSingularValues) {
  const std::vector<SymInt> axes = {-2, -1};
  EXPECT_EQ(Written("aten.linalg_matrix_norm.default", {F32({5, 2, 3}), SymInt(-1), axes, false, ops::NoneType{}}), "f32[5]");
  EXPECT_EQ(Written("aten.linalg_norm.default", {F32({2, 3}), 1.0, ops::NoneType{}, true, DType::kF64}), "f64[1, 1]");
  EXPECT_THAT(Written("aten.linalg_matrix_norm.default", {F32({2, 3}), SymInt(2), axes, false, ops::NoneType{}}), HasSubstr("by their singular values"));
  EXPECT_THAT(Written("aten.linalg_matrix_norm.str_ord", {F32({2, 3}), std::string("nuc"), axes, false, ops::NoneType{}}), HasSubstr("by their singular values"));
}

TEST(Composites, CellsGiveTheirStates) {
  const std::vector<Value> states = {F32({2, 5}), F32({2, 5})};
  EXPECT_EQ(Written("aten.lstm_cell.default", {F32({2, 3}), states, F32({20, 3}), F32({20, 5}), F32({20}), F32({20})}), "f32[2, 5], f32[2, 5]");
  EXPECT_EQ(Written("aten.gru_cell.default", {F32({2, 3}), F32({2, 5}), F32({15, 3}), F32({15, 5}), ops::NoneType{}, ops::NoneType{}}), "f32[2, 5]");
  EXPECT_THAT(Written("aten.lstm_cell.default", {F32({2, 3}), std::vector<Value>{F32({2, 5})}, F32({20, 3}), F32({20, 5}), ops::NoneType{}, ops::NoneType{}}),
              HasSubstr("another number of states"));
  EXPECT_THAT(Written("aten.rnn_tanh_cell.default", {F32({2, 3}), F32({2, 5}), F32({5, 4}), F32({5, 5}), ops::NoneType{}, ops::NoneType{}}),
              HasSubstr("want weight"));
}

TEST(Composites, GridsAreIndexedBothWays) {
  const std::vector<Value> axes = {F32({2}), F32({3}), F32({4})};
  EXPECT_EQ(Written("aten.meshgrid.indexing", {axes, std::string("ij")}), "f32[2, 3, 4], f32[2, 3, 4], f32[2, 3, 4]");
  EXPECT_EQ(Written("aten.meshgrid.indexing", {axes, std::string("xy")}), "f32[3, 2, 4], f32[3, 2, 4], f32[3, 2, 4]");
}

}  // namespace
}  // namespace conformance::rewrite
