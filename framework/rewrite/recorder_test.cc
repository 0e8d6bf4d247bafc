#include "framework/rewrite/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ir/text.h"
#include "framework/ir/verify.h"
#include "framework/ops/ops.h"
#include "framework/rewrite/bind.h"
#include "framework/rewrite/record_program.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::rewrite {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;

const SymInt batch = SymInt::Symbol("batch"), length = SymInt::Symbol("length");
using Values = std::vector<ops::Value>;

std::string Graph(const Result<ir::Program>& program) { return program.ok() ? ir::PrintGraph(program->graph) : program.error().ToString(); }

TEST(Recorder, WritesNodesUnderTheNamesThatPyTorchGives) {
  const auto program = RecordProgram({{"x", {DType::kF32, {2, 3}}}, {"w", {DType::kF32, {4, 3}}}}, {}, [](ops::OpContext& c, const Values& in) {
    const ops::Value y = ops::Linear(c, in[0], in[1]);
    return Values{ops::Add(c, y, ops::Linear(c, in[0], in[1]))};
  });
  EXPECT_EQ(Graph(program), R"(input %x: f32[2, 3]
input %w: f32[4, 3]
%linear: f32[2, 4] = aten.linear.default(input=%x, weight=%w)
%linear_1: f32[2, 4] = aten.linear.default(input=%x, weight=%w)
%add: f32[2, 4] = aten.add.Tensor(self=%linear, other=%linear_1)
output %add
)");
}

TEST(Recorder, SizesBecomeNodesOnceWhereTheyAreNeeded) {
  const auto program = RecordProgram({{"x", {DType::kF32, {batch, length, 8}}}}, {{"batch", 2}, {"length", 9}}, [](ops::OpContext& c, const Values& in) {
    const ops::Value flat = ops::View(c, in[0], {batch * length, 8});
    return Values{ops::View(c, flat, {batch * length * 2, 4}), ops::Arange(c, length)};
  });
  EXPECT_EQ(Graph(program), R"(input %x: f32[batch, length, 8]
%sym_size_int: int(batch) = aten.sym_size.int(self=%x, dim=0)
%sym_size_int_1: int(length) = aten.sym_size.int(self=%x, dim=1)
%mul: int(batch*length) = _operator.mul(a=%sym_size_int, b=%sym_size_int_1)
%view: f32[batch*length, 8] = aten.view.default(self=%x, size=[%mul, 8])
%mul_1: int(2*batch) = _operator.mul(a=2, b=%sym_size_int)
%mul_2: int(2*batch*length) = _operator.mul(a=%mul_1, b=%sym_size_int_1)
%view_1: f32[2*batch*length, 4] = aten.view.default(self=%view, size=[%mul_2, 4])
%arange: i64[length] = aten.arange.default(end=%sym_size_int_1)
output %view_1
output %arange
)");
}

TEST(Recorder, EqualConstantsAreOne) {
  const auto program = RecordProgram({{"x", {DType::kF32, {2}}}}, {}, [](ops::OpContext& c, const Values& in) {
    const ops::Value one = c.Constant(F32({1, 2})), same = c.Constant(F32({1, 2})), other = c.Constant(F32({1, 3}));
    return Values{ops::Add(c, ops::Add(c, in[0], one), ops::Add(c, same, other))};
  });
  ASSERT_THAT(program, IsOk());
  EXPECT_EQ(program->constants.size(), 2u);
  EXPECT_THAT(program->constants.at("lifted_tensor_1"), BitEqualTo(F32({1, 3})));
}

TEST(Recorder, ListsAndSeveralOutputsHaveOneArgumentEach) {
  const auto program = RecordProgram({{"x", {DType::kF32, {4, 6}}}}, {}, [](ops::OpContext& c, const Values& in) {
    const Values parts = ops::Split(c, in[0], 3, 1);
    return Values{ops::Cat(c, {parts[1], parts[0]}, 1)};
  });
  EXPECT_THAT(Graph(program), HasSubstr("[%getitem: f32[4, 3], %getitem_1: f32[4, 3]] = aten.split.Tensor(self=%x, split_size=3, dim=1)"));
}

TEST(Recorder, ADataDependentSizeIsReadFromWhatHasIt) {
  const auto program = RecordProgram({{"x", {DType::kBool, {4}}}}, {}, [](ops::OpContext& c, const Values& in) {
    const ops::Value found = ops::Nonzero(c, in[0]);
    return Values{ops::Arange(c, found.size(0))};
  });
  EXPECT_THAT(Graph(program), HasSubstr("= aten.sym_size.int(self=%nonzero, dim=0)"));
}

TEST(Recorder, KeepsTheFirstErrorWithItsOp) {
  const auto program = RecordProgram({{"x", {DType::kF32, {4, 6}}}}, {}, [](ops::OpContext& c, const Values& in) {
    return Values{ops::View(c, in[0], {5, 5})};
  });
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().Fact("op"), "aten.view.default");
}

TEST(ResultName, FollowsFx) {
  EXPECT_EQ(ResultName("aten.linear.default"), "linear");
  EXPECT_EQ(ResultName("aten.__and__.Tensor"), "and_1");
  EXPECT_EQ(ResultName("_operator.floordiv"), "floordiv");
  EXPECT_EQ(ResultName("torch.sym_max"), "sym_max");
}

TEST(Bind, ArgumentsComeInTheSchemasOrderWithDefaults) {
  const auto program = RecordProgram({{"x", {DType::kF32, {batch, 6}}}}, {{"batch", 2}}, [](ops::OpContext& c, const Values& in) {
    return Values{ops::Slice(c, in[0], 1, 0, 4)};
  });
  ASSERT_THAT(program, IsOk());
  const auto args = BindNode(program->graph, *program->graph.nodes().begin(), ops::SliceOp());
  ASSERT_THAT(args, IsOk());
  ASSERT_EQ(args->size(), 5u);
  EXPECT_EQ(std::get<ops::Value>((*args)[0]).sizes()[0].ToString(), "batch");
  EXPECT_EQ(std::get<SymInt>((*args)[3]).AsInt(), 4);
  EXPECT_EQ(std::get<SymInt>((*args)[4]).AsInt(), 1);
}

TEST(EnvOf, KnowsTheProgramsSymbols) {
  const auto program = RecordProgram({{"x", {DType::kF32, {batch, 6}}}}, {{"batch", 2}}, [](ops::OpContext& c, const Values& in) {
    return Values{ops::Relu(c, in[0])};
  });
  ASSERT_THAT(program, IsOk());
  const auto env = EnvOf(*program);
  ASSERT_THAT(env, IsOk());
  EXPECT_EQ(env->Hint(2 * batch), 4);
}

}  // namespace
}  // namespace conformance::rewrite
