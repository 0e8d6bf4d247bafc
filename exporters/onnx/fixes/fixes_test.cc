#include "exporters/onnx/fixes/fixes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "exporters/onnx/config.h"
#include "exporters/onnx/text_testing.h"
#include "framework/ir/text.h"
#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Values = std::vector<ops::Value>;

const ops::TensorMeta kX{DType::kF32, {kBatch, 4}};

struct Fixed {
  std::string before, after;
  rewrite::Hits hits;
};
Fixed Fix(const Result<ir::Program>& program, int64_t opset = kDefaultOpset) {
  Fixed out;
  if (!program.ok()) return {program.error().ToString(), {}, {}};
  out.before = ir::PrintGraph(program->graph);
  const auto fixed = rewrite::ApplyNodeFixes(NodeFixes(opset), *program, &out.hits);
  out.after = fixed.ok() ? ir::PrintGraph(fixed->graph) : fixed.error().ToString();
  return out;
}

TEST(NodeFixes, AssertionsGo) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    ops::AssertTensorMetadata(c, in[0], DType::kF32);
    return ops::Relu(c, in[0]);
  }));
  EXPECT_THAT(fixed.before, HasSubstr("_assert_tensor_metadata"));
  EXPECT_EQ(fixed.after, "input %x: f32[batch, 4]\n%relu: f32[batch, 4] = aten.relu.default(self=%x)\noutput %relu\n");
  EXPECT_EQ(fixed.hits.at("assertion"), 1);
}

TEST(NodeFixes, ComparisonsThatFedAssertionsGo) {
  // As PyTorch writes it: a comparison of sizes, read by nobody.
  auto program = Recorded({kX}, [](ops::OpContext& c, const Values& in) { return ops::Relu(c, in[0]); });
  ASSERT_THAT(program, IsOk());
  ir::ProgramBuilder builder(*std::move(program));
  const ir::ValueId size = builder.NewValue("size", kBatch), condition = builder.NewValue("le", Le(kBatch, 7));
  ir::Node read, compare;
  read.target = "torch.ops.aten.sym_size.int";
  read.inputs = {{"self", builder.graph().FindValue("x")}, {"dim", ir::Argument(0)}};
  read.outputs.emplace_back(ir::SymIntRef(size));
  compare.target = "_operator.le";
  compare.inputs = {{"a", ir::Argument(ir::SymIntRef(size))}, {"b", ir::Argument(7)}};
  compare.outputs.emplace_back(ir::SymBoolRef(condition));
  builder.Append(std::move(read));
  builder.Append(std::move(compare));
  const Fixed fixed = Fix(std::move(builder).Finish());
  EXPECT_THAT(fixed.before, HasSubstr("_operator.le"));
  EXPECT_THAT(fixed.after, AllOf(Not(HasSubstr("_operator.le")), Not(HasSubstr("sym_size"))));
  EXPECT_EQ(fixed.hits.at("dead_comparison"), 1);
}

TEST(NodeFixes, AliasesGiveTheirInput) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    return ops::Relu(c, ops::Alias(c, ops::Detach(c, ops::Neg(c, in[0]))));
  }));
  EXPECT_EQ(fixed.after, R"(input %x: f32[batch, 4]
%neg: f32[batch, 4] = aten.neg.default(self=%x)
%relu: f32[batch, 4] = aten.relu.default(self=%neg)
output %relu
)");
  EXPECT_EQ(fixed.hits.at("alias"), 2);
}

TEST(NodeFixes, DetachInPlaceGivesItsInput) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    return ops::Relu(c, c.Call(ops::DetachInPlaceOp(), {ops::Neg(c, in[0])}));
  }));
  EXPECT_THAT(fixed.after, AllOf(HasSubstr("aten.relu.default(self=%neg)"), Not(HasSubstr("detach"))));
  EXPECT_EQ(fixed.hits.at("detach_inplace"), 1);
}

TEST(NodeFixes, CopiesAndCastsToTheOwnTypeGo) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    const ops::Value copy = c.Call(ops::ToDtypeOp(), {ops::Clone(c, ops::Contiguous(c, in[0])), DType::kF32});
    return ops::Relu(c, c.Call(ops::DropoutOp(), {copy, 0.1, false}));
  }));
  EXPECT_EQ(fixed.after, "input %x: f32[batch, 4]\n%relu: f32[batch, 4] = aten.relu.default(self=%x)\noutput %relu\n");
  EXPECT_EQ(fixed.hits.at("no_op"), 4);
}

TEST(NodeFixes, CastsToAnotherTypeStay) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) { return ops::To(c, in[0], DType::kI64); }));
  EXPECT_THAT(fixed.after, HasSubstr("i64[batch, 4] = aten.to.dtype"));
}

TEST(NodeFixes, DropoutInTrainingIsRefused) {
  auto program = Recorded({kX}, [](ops::OpContext& c, const Values& in) { return c.Call(ops::DropoutOp(), {in[0], 0.0, true}); });
  ASSERT_THAT(program, IsOk());
  ir::ProgramBuilder builder(*std::move(program));
  builder.SetInput(builder.graph().nodes().begin()->id(), "p", ir::Argument(0.5));
  EXPECT_THAT(Fix(std::move(builder).Finish()).after, HasSubstr("dropout in training mode"));
}

TEST(NodeFixes, InPlaceOpsBecomeTheirTwinsAndLaterReadersSeeTheResult) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    const ops::Value y = ops::Neg(c, in[0]);
    c.Call(ops::AddTensorInPlaceOp(), {y, in[0]});
    return ops::Relu(c, y);  // reads what was written
  }));
  EXPECT_EQ(fixed.after, R"(input %x: f32[batch, 4]
%neg: f32[batch, 4] = aten.neg.default(self=%x)
%add_: f32[batch, 4] = aten.add.Tensor(self=%neg, other=%x)
%relu: f32[batch, 4] = aten.relu.default(self=%add_)
output %relu
)");
  EXPECT_EQ(fixed.hits.at("in_place"), 1);
}

TEST(NodeFixes, InPlaceOpsKeepTheTypeOfWhatTheyWrite) {
  const Fixed fixed = Fix(Recorded({kX, {DType::kF64, {kBatch, 4}}}, [](ops::OpContext& c, const Values& in) {
    const ops::Value y = ops::Neg(c, in[0]);
    c.Call(ops::AddTensorInPlaceOp(), {y, in[1]});
    return y;
  }));
  EXPECT_THAT(fixed.after, AllOf(HasSubstr("f64[batch, 4] = aten.add.Tensor"), HasSubstr("f32[batch, 4] = aten.to.dtype"), HasSubstr("output %add_")));
}

TEST(NodeFixes, InPlaceOpsOnViewsArePutBackIntoWhatIsReadLater) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    const ops::Value base = ops::Neg(c, in[0]);
    c.Call(ops::MulTensorInPlaceOp(), {ops::Slice(c, base, 1, 0, 2), 2.0});
    return ops::Relu(c, base);  // sees the product in its first columns
  }));
  EXPECT_EQ(fixed.after, R"(input %x: f32[batch, 4]
%neg: f32[batch, 4] = aten.neg.default(self=%x)
%slice: f32[batch, 2] = aten.slice.Tensor(self=%neg, dim=1, start=0, end=2)
%mul_: f32[batch, 2] = aten.mul.Tensor(self=%slice, other=2.0)
%slice_scatter: f32[batch, 4] = aten.slice_scatter.default(self=%neg, src=%mul_, dim=1, start=0, end=2)
%relu: f32[batch, 4] = aten.relu.default(self=%slice_scatter)
output %relu
)");
}

// mask[0][:, 1:] = …: two steps down, two steps back.
TEST(NodeFixes, InPlaceOpsOnViewsOfViewsArePutBackStepByStep) {
  const Fixed fixed = Fix(Recorded({{DType::kF32, {2, 3, 4}}}, [](ops::OpContext& c, const Values& in) {
    const ops::Value base = ops::Neg(c, in[0]);
    const ops::Value row = ops::Select(c, base, 0, 1);
    c.Call(ops::FillScalarInPlaceOp(), {ops::Slice(c, row, 1, 1, 4), 7.0});
    return ops::Relu(c, base);
  }));
  EXPECT_THAT(fixed.after, AllOf(HasSubstr("%slice_scatter: f32[3, 4] = aten.slice_scatter.default(self=%select"),
                                 HasSubstr("%select_scatter: f32[2, 3, 4] = aten.select_scatter.default(self=%neg, src=%slice_scatter, dim=0, index=1)"),
                                 HasSubstr("aten.relu.default(self=%select_scatter)")));
}

TEST(NodeFixes, InPlaceOpsBesideAnotherViewThatIsReadLaterAreRefused) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    const ops::Value base = ops::Neg(c, in[0]);
    const ops::Value other = ops::Slice(c, base, 1, 1, 3);
    c.Call(ops::MulTensorInPlaceOp(), {ops::Slice(c, base, 1, 0, 2), 2.0});
    return ops::Relu(c, other);  // would have to see the product in its first column
  }));
  EXPECT_THAT(fixed.after, AllOf(HasSubstr("aten.mul_.Tensor changes slice"), HasSubstr("shares storage with slice_1"), HasSubstr("read later")));
}

TEST(NodeFixes, InPlaceOpsOnInputsAreRefused) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) { return c.Call(ops::ReluInPlaceOp(), {in[0]}); }));
  EXPECT_THAT(fixed.after, HasSubstr("writes to an input"));
}

TEST(NodeFixes, AnAnswerWrittenIntoOutIsItsTwins) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    const ops::Value out = ops::Neg(c, in[0]);
    c.Call(*ops::DefaultOps().Find("aten.atan2.out"), {in[0], in[0], out});
    return ops::Relu(c, out);
  }));
  EXPECT_EQ(fixed.after, R"(input %x: f32[batch, 4]
%atan2: f32[batch, 4] = aten.atan2.default(self=%x, other=%x)
%relu: f32[batch, 4] = aten.relu.default(self=%atan2)
output %relu
)");
}

TEST(NodeFixes, AResizeInPlaceIsReadByWhoComesLater) {
  const Fixed fixed = Fix(Recorded({{DType::kF32, {2, 3}}}, [](ops::OpContext& c, const Values& in) {
    const ops::Value x = ops::Neg(c, in[0]);
    return ops::Relu(c, c.Call(ops::ResizeInPlaceOp(), {x, std::vector<SymInt>{2, 2}}));
  }));
  EXPECT_THAT(fixed.after, AllOf(HasSubstr("f32[2, 2] = aten.resize.default(self=%neg, size=[2, 2])"), HasSubstr("aten.relu.default(self=%resize_)")));
}

// A stride of one value that another value's size is.
TEST(NodeFixes, StridesAreArithmeticOfSizes) {
  auto program = Recorded({kX, {DType::kF32, {kLength, kBatch, 4}}}, [](ops::OpContext& c, const Values& in) {
    return ops::Full(c, {SymInt(2)}, ops::Scalar(c.CallSymInt(ops::SymStrideOp(), {in[1], SymInt(0)})), DType::kI64);
  });
  ASSERT_THAT(program, IsOk());
  const Fixed fixed = Fix(std::move(program));
  EXPECT_THAT(fixed.before, HasSubstr("aten.sym_stride.int"));
  EXPECT_THAT(fixed.after, AllOf(Not(HasSubstr("aten.sym_stride.int")), HasSubstr("_operator.mul")));
  EXPECT_EQ(fixed.hits.at("layout"), 1);
}

TEST(NodeFixes, ASliceWithoutStartStartsAtZero) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    return c.Call(ops::SliceOp(), {in[0], SymInt(1), ops::NoneType{}, SymInt(3)});
  }));
  EXPECT_THAT(fixed.before, Not(HasSubstr("start=0")));
  EXPECT_THAT(fixed.after, HasSubstr("start=0"));
  EXPECT_EQ(fixed.hits.at("slice_implicit_start"), 1);
}

TEST(NodeFixes, AStableSortIsASort) {
  const Fixed fixed = Fix(Recorded({kX}, [](ops::OpContext& c, const Values& in) {
    return c.CallMulti(ops::SortStableOp(), {in[0], true, SymInt(1), true})[1];
  }));
  EXPECT_THAT(fixed.before, HasSubstr("aten.sort.stable"));
  EXPECT_THAT(fixed.after, HasSubstr("aten.sort.default(self=%x, dim=1, descending=True)"));
}

TEST(NodeFixes, ABfloat16ConvolutionRunsInF32BelowOpset22) {
  const auto program = Recorded({{DType::kBF16, {2, 3, 8}}, {DType::kBF16, {4, 3, 3}}}, [](ops::OpContext& c, const Values& in) {
    return ops::Conv1d(c, in[0], in[1]);
  });
  EXPECT_THAT(Fix(program, 21).after, AllOf(HasSubstr("f32[2, 4, 6] = aten.conv1d.default"), HasSubstr("bf16[2, 4, 6] = aten.to.dtype")));
  EXPECT_THAT(Fix(program, 22).after, HasSubstr("bf16[2, 4, 6] = aten.conv1d.default"));
}

TEST(NodeFixes, EveryEntrySaysWhyAndWhenItMayGo) {
  std::set<std::string> names;
  for (const rewrite::NodeFix& fix : NodeFixes(kMinOpset)) {
    EXPECT_EQ(fix.info.backend, "onnx");
    EXPECT_TRUE(names.insert(fix.info.name).second) << fix.info.name;
    EXPECT_THAT(fix.info.reason, Not(IsEmpty()));
    EXPECT_THAT(fix.info.delete_when, Not(IsEmpty()));
    EXPECT_EQ(fix.info.by_construction, fix.fix == nullptr) << fix.info.name;
  }
  // The peer's fifteen, by its names; its in-place ones are one entry here.
  for (const char* name : {"assertion", "dead_comparison", "bfloat16_convolution", "alias", "detach_inplace", "slice_implicit_start",
                           "index_put_last_dim_index", "in_place", "fill_diagonal_inplace", "sort_stable", "integral_tensor_float_scalar",
                           "mul_scalar_symbolic", "remainder_scalar", "scatter_reduce"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace conformance::onnx
