// Choices of a Program and the scores behind them, evaluated by the interpreter.
#include "framework/engine/decisions.h"

#include <gmock/gmock.h>

#include "framework/compare/exact_lane.h"
#include "framework/ir/builder.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "framework/weights/tensor_weights.h"
#include "references/program/interpreter.h"

namespace conformance::program {
namespace {

using namespace conformance::testing;
using ports::Decision;

/// x f32[2, 3] -> argmax, x > 1 and round of exp(x).
ir::Program Choices() {
  ir::ProgramBuilder builder;
  const auto meta = [](DType dtype, std::vector<int64_t> sizes) { return ir::MakeTensorMeta(dtype, ToSymInts(sizes)); };
  const ir::ValueId x = builder.AddUserInput("x", meta(DType::kF32, {2, 3}));
  const ir::ValueId e = builder.AddOp({}, "aten.exp.default", {{"self", ir::Argument(x)}}, meta(DType::kF32, {2, 3}), {}, "e");
  const ir::ValueId best = builder.AddOp({}, "aten.argmax.default", {{"self", ir::Argument(e)}, {"dim", ir::Argument(-1)}}, meta(DType::kI64, {2}), {}, "best");
  const ir::ValueId more = builder.AddOp({}, "aten.gt.Scalar", {{"self", ir::Argument(e)}, {"other", ir::Argument(1.0)}}, meta(DType::kBool, {2, 3}), {}, "more");
  const ir::ValueId round = builder.AddOp({}, "aten.round.default", {{"self", ir::Argument(e)}}, meta(DType::kF32, {2, 3}), {}, "round");
  const ir::ValueId whole = builder.AddOp({}, "aten.to.dtype", {{"self", ir::Argument(round)}, {"dtype", ir::Argument(ir::ScalarType::kLong)}}, meta(DType::kI64, {2, 3}), {}, "whole");
  const ir::ValueId sum = builder.AddOp({}, "aten.add.Tensor", {{"self", ir::Argument(whole)}, {"other", ir::Argument(whole)}}, meta(DType::kI64, {2, 3}), {}, "sum");
  for (const ir::ValueId id : {best, more, whole, sum}) builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(id));
  return std::move(builder).Finish();
}

std::optional<Decision> Of(const std::string& output) {
  const auto decision = engine::DecisionOf(Choices(), weights::TensorWeights({}), {{"x", F32({{0, 1, 2}, {0.5f, 0.5f, -1}})}}, ProgramReference(), output);
  EXPECT_THAT(decision, IsOk());
  return decision.ok() ? *decision : std::nullopt;
}

TEST(DecisionOf, AnArgmaxIsItsScoresAlongAnAxis) {
  const auto best = Of("best");
  ASSERT_TRUE(best.has_value());
  EXPECT_EQ(best->kind, Decision::Kind::kIndex);
  EXPECT_EQ(best->axis, -1);
  EXPECT_NEAR(best->scores.At(2), 7.38905609893065, 1e-14);  // e², in f64
  EXPECT_GT(best->radius, 0);
  EXPECT_LT(best->radius, 1e-5);
  EXPECT_TRUE(compare::IsLegalChoice(*best, {2}, 1, 1, 0));   // a tie
  EXPECT_FALSE(compare::IsLegalChoice(*best, {2}, 0, 1, 2));
}

TEST(DecisionOf, AComparisonKnowsBothSidesAndARoundingItsMiddle) {
  const auto more = Of("more");
  ASSERT_TRUE(more.has_value());
  EXPECT_EQ(more->kind, Decision::Kind::kCompare);
  EXPECT_TRUE(compare::IsLegalChoice(*more, {2, 3}, 0, 1, 0));   // e⁰ against 1
  EXPECT_FALSE(compare::IsLegalChoice(*more, {2, 3}, 1, 0, 1));
  const auto whole = Of("whole");
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->kind, Decision::Kind::kRound);
  EXPECT_FALSE(compare::IsLegalChoice(*whole, {2, 3}, 1, 2, 3));  // e = 2.718
}

TEST(DecisionOf, OtherOutputsAreNoChoices) {
  EXPECT_FALSE(Of("sum").has_value());
  EXPECT_FALSE(Of("elsewhere").has_value());
}

}  // namespace
}  // namespace conformance::program
