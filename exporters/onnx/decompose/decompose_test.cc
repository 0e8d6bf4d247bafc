#include "exporters/onnx/decompose/decompose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporters/onnx/lower/registry.h"
#include "exporters/onnx/text_testing.h"
#include "framework/ir/text.h"
#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Values = std::vector<ops::Value>;

std::string Decomposed(const Result<ir::Program>& program, int64_t opset = 20) {
  if (!program.ok()) return program.error().ToString();
  const auto out = Decompose(*program, opset);
  return out.ok() ? ir::PrintGraph(out->graph) : out.error().ToString();
}

const ops::TensorMeta kQuery{DType::kF32, {kBatch, 4, kLength, 16}}, kKeys{DType::kF32, {kBatch, 4, kLength, 16}};

TEST(Decompose, AttentionWithoutAMask) {
  EXPECT_EQ(Decomposed(Recorded({kQuery, kKeys, kKeys}, [](ops::OpContext& c, const Values& in) {
              return ops::ScaledDotProductAttention(c, in[0], in[1], in[2]);
            })),
            R"(input %x: f32[batch, 4, length, 16]
input %y: f32[batch, 4, length, 16]
input %z: f32[batch, 4, length, 16]
%mul: f32[batch, 4, length, 16] = aten.mul.Tensor(self=%x, other=0.25)
%transpose: f32[batch, 4, 16, length] = aten.transpose.int(self=%y, dim0=-2, dim1=-1)
%matmul: f32[batch, 4, length, length] = aten.matmul.default(self=%mul, other=%transpose)
%softmax: f32[batch, 4, length, length] = aten.softmax.int(self=%matmul, dim=-1)
%scaled_dot_product_attention: f32[batch, 4, length, 16] = aten.matmul.default(self=%softmax, other=%z)
output %scaled_dot_product_attention
)");
}

TEST(Decompose, AttentionWithAMaskGivesZeroToQueriesWithoutKeys) {
  const std::string text = Decomposed(Recorded({kQuery, kKeys, {DType::kBool, {kBatch, 1, kLength, kLength}}}, [](ops::OpContext& c, const Values& in) {
    return ops::ScaledDotProductAttention(c, in[0], in[1], in[1], in[2]);
  }));
  EXPECT_THAT(text, HasSubstr("%any: bool[batch, 1, length, 1] = aten.any.dim(self=%z, dim=-1, keepdim=True)"));
  EXPECT_THAT(text, HasSubstr("= aten.where.self(condition=%any, self=%matmul_1, other="));
}

TEST(Decompose, AttentionWithAFloatMaskAddsIt) {
  const std::string text = Decomposed(Recorded({kQuery, kKeys, {DType::kF32, {kLength, kLength}}}, [](ops::OpContext& c, const Values& in) {
    return ops::ScaledDotProductAttention(c, in[0], in[1], in[1], in[2]);
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("aten.add.Tensor(self=%matmul, other=%z)"), HasSubstr("aten.amax.default(self=%z, dim=[-1], keepdim=True)")));
}

TEST(Decompose, CausalAttentionComparesPositions) {
  const std::string text = Decomposed(Recorded({kQuery, kKeys}, [](ops::OpContext& c, const Values& in) {
    return ops::ScaledDotProductAttention(c, in[0], in[1], in[1], {}, 0, true);
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("aten.arange.default(end=%sym_size_int)"), HasSubstr("aten.ge.Tensor"), Not(HasSubstr("aten.any"))));
}

TEST(Decompose, GroupedAttentionRepeatsHeads) {
  const ops::TensorMeta few{DType::kF32, {kBatch, 2, kLength, 16}};
  const std::string text = Decomposed(Recorded({kQuery, few}, [](ops::OpContext& c, const Values& in) {
    return ops::ScaledDotProductAttention(c, in[0], in[1], in[1], {}, 0, false, std::nullopt, true);
  }));
  EXPECT_THAT(text, HasSubstr("f32[batch, 2, 2, length, 16] = aten.expand.default"));
  EXPECT_THAT(text, HasSubstr("f32[batch, 4, length, 16] = aten.reshape.default"));
}

TEST(Decompose, HalvesAttendInF32) {
  const ops::TensorMeta half{DType::kF16, {2, 4, 3, 16}};
  const std::string text = Decomposed(Recorded({half}, [](ops::OpContext& c, const Values& in) {
    return ops::ScaledDotProductAttention(c, in[0], in[0], in[0]);
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("f32[2, 4, 3, 3] = aten.softmax.int"), HasSubstr("f16[2, 4, 3, 16] = aten.to.dtype")));
}

TEST(Decompose, GeluIsAnOperatorFromOpset20) {
  const auto program = Recorded({{DType::kF32, {4}}}, [](ops::OpContext& c, const Values& in) { return ops::Gelu(c, in[0]); });
  EXPECT_EQ(Decomposed(program, 19), R"(input %x: f32[4]
%mul: f32[4] = aten.mul.Tensor(self=%x, other=0.7071067811865475)
%erf: f32[4] = aten.erf.default(self=%mul)
%add: f32[4] = aten.add.Tensor(self=%erf, other=1.0)
%mul_1: f32[4] = aten.mul.Tensor(self=%x, other=0.5)
%gelu: f32[4] = aten.mul.Tensor(self=%mul_1, other=%add)
output %gelu
)");
  EXPECT_THAT(Decomposed(program, 20), HasSubstr("aten.gelu.default"));
}

TEST(Decompose, RmsNormIsAnOperatorFromOpset23) {
  const auto program = Recorded({{DType::kF32, {2, 4}}, {DType::kF32, {4}}}, [](ops::OpContext& c, const Values& in) {
    return ops::RmsNorm(c, in[0], {4}, in[1], 1e-6);
  });
  EXPECT_EQ(Decomposed(program, 22), R"(input %x: f32[2, 4]
input %y: f32[4]
%mul: f32[2, 4] = aten.mul.Tensor(self=%x, other=%x)
%mean: f32[2, 1] = aten.mean.dim(self=%mul, dim=[-1], keepdim=True)
%add: f32[2, 1] = aten.add.Tensor(self=%mean, other=1e-06)
%rsqrt: f32[2, 1] = aten.rsqrt.default(self=%add)
%mul_1: f32[2, 4] = aten.mul.Tensor(self=%x, other=%rsqrt)
%rms_norm: f32[2, 4] = aten.mul.Tensor(self=%mul_1, other=%y)
output %rms_norm
)");
  EXPECT_THAT(Decomposed(program, 23), HasSubstr("aten.rms_norm.default"));
}

TEST(Decompose, WideNormsAreSpelledOutAtEveryOpset) {
  const auto program = Recorded({{DType::kF64, {2, 4}}, {DType::kF64, {4}}}, [](ops::OpContext& c, const Values& in) {
    return ops::RmsNorm(c, ops::LayerNorm(c, in[0], {4}, in[1], {}), {4}, in[1], 1e-6);
  });
  EXPECT_THAT(Decomposed(program, 28), AllOf(Not(HasSubstr("aten.layer_norm")), Not(HasSubstr("aten.rms_norm"))));
}

TEST(Decompose, VarianceDividesByTheCountMinusTheCorrection) {
  const std::string text = Decomposed(Recorded({{DType::kF32, {kBatch, 4}}}, [](ops::OpContext& c, const Values& in) {
    return c.Call(ops::VarCorrectionOp(), {in[0], std::vector<SymInt>{0}, SymInt(1), true});
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("aten.sum.dim_IntList"), HasSubstr("int(batch - 1)"), HasSubstr("aten.div.Tensor")));
}

TEST(Decompose, DifferencesAreOfNeighbours) {
  EXPECT_EQ(Decomposed(Recorded({{DType::kI64, {6}}}, [](ops::OpContext& c, const Values& in) { return ops::Diff(c, in[0]); })),
            R"(input %x: i64[6]
%slice: i64[5] = aten.slice.Tensor(self=%x, dim=-1, start=1, end=9223372036854775807)
%slice_1: i64[5] = aten.slice.Tensor(self=%x, dim=-1, start=0, end=-1)
%diff: i64[5] = aten.sub.Tensor(self=%slice, other=%slice_1)
output %diff
)");
}

ops::Value ConvolutionBackward(ops::OpContext& c, const Values& in, int64_t stride, std::vector<bool> mask) {
  const std::vector<SymInt> none = {0}, one = {1};
  return c.CallMulti(ops::ConvolutionBackwardOp(), {in[0], in[1], in[2], ops::NoneType{}, std::vector<SymInt>{stride}, none, one, false, none, SymInt(1),
                                                    std::move(mask)})[0];
}

TEST(Decompose, TheGradientOfAConvolutionIsATransposedOne) {
  const auto program = Recorded({{DType::kF32, {2, 3, 4}}, {DType::kF32, {2, 1, 8}}, {DType::kF32, {3, 1, 2}}},
                                [](ops::OpContext& c, const Values& in) { return ConvolutionBackward(c, in, 2, {true, false, false}); });
  EXPECT_EQ(Decomposed(program), R"(input %x: f32[2, 3, 4]
input %y: f32[2, 1, 8]
input %z: f32[3, 1, 2]
%getitem: f32[2, 1, 8] = aten.convolution.default(input=%x, weight=%z, bias=None, stride=[2], padding=[0], dilation=[1], transposed=True, output_padding=[0], groups=1)
output %getitem
)");
}

// Where the length is open, so is what the stride left over: the longest that it can be is made, and cut.
TEST(Decompose, TheGradientOfAConvolutionOverAnOpenLengthIsCut) {
  const std::string text = Decomposed(Recorded({{DType::kF32, {2, 3, FloorDiv(kLength - 2, 2) + 1}}, {DType::kF32, {2, 1, kLength}}, {DType::kF32, {3, 1, 2}}},
                                               [](ops::OpContext& c, const Values& in) { return ConvolutionBackward(c, in, 2, {true, false, false}); }));
  EXPECT_THAT(text, AllOf(HasSubstr("transposed=True, output_padding=[1]"), HasSubstr("f32[2, 1, length] = aten.slice.Tensor(")));
}

TEST(Decompose, TheGradientOfATableIsASumByIndex) {
  const std::string text = Decomposed(Recorded({{DType::kF32, {kBatch, 3}}, {DType::kI64, {kBatch}}}, [](ops::OpContext& c, const Values& in) {
    return c.Call(ops::EmbeddingDenseBackwardOp(), {in[0], in[1], SymInt(5), SymInt(2), false});
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("aten.ne.Scalar"), HasSubstr("f32[5, 3] = aten.index_add.default(self=%zeros, dim=0, index=")));
}

TEST(Decompose, AResizeOfWhatLiesOtherwiseIsRefused) {
  auto program = Recorded({{DType::kF32, {2, 3}}}, [](ops::OpContext& c, const Values& in) { return ops::Resize(c, in[0], {2, 2}); });
  ASSERT_THAT(program, IsOk());
  EXPECT_THAT(Decomposed(program), AllOf(HasSubstr("aten.slice.Tensor"), HasSubstr("f32[2, 2] = aten.view.default")));
  ir::ProgramBuilder builder(*std::move(program));
  ir::ValueMeta meta = builder.graph().value(builder.graph().FindValue("x")).meta;
  std::get<ir::TensorMeta>(meta).strides = {1, 2};
  builder.SetMeta(builder.graph().FindValue("x"), std::move(meta));
  EXPECT_THAT(Decomposed(std::move(builder).Finish()), HasSubstr("resize of a tensor that is not recorded as stored row by row"));
}

TEST(Decompose, WhatIsAlwaysDecomposedNeedsNoTranslation) {
  for (const Decomposition& entry : Decompositions()) {
    EXPECT_NE(ops::DefaultOps().Find(entry.target), nullptr) << entry.target;
    EXPECT_NE(entry.reason, "");
    if (entry.until_opset != 0) {
      EXPECT_NE(FindTranslation(entry.target), nullptr) << entry.target;
    }
  }
}

TEST(RmsNormEps, IsThatOfTheTypeThatIsComputedIn) {
  EXPECT_EQ(RmsNormEps(DType::kF32), 0x1p-23);
  EXPECT_EQ(RmsNormEps(DType::kF64), 0x1p-52);
  EXPECT_EQ(RmsNormEps(DType::kF16), 0x1p-23);
  EXPECT_EQ(RmsNormEps(DType::kBF16), 0x1p-23);
}

}  // namespace
}  // namespace conformance::onnx
