// The local lane over the interpreter: programs by hand, with faults in known places.

#include "framework/compare/local_lane.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "framework/compare/cut_program.h"
#include "framework/ir/builder.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "framework/weights/tensor_weights.h"
#include "references/program/interpreter.h"

namespace conformance::program {
namespace {

using namespace conformance::testing;
using compare::LocalReport;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// y = softmax(linear(gelu(x), w) · 0.5), x f32[2, 8], w f32[4, 8].
ir::Program Small() {
  ir::ProgramBuilder builder;
  const auto meta = [](std::vector<int64_t> sizes) { return ir::MakeTensorMeta(DType::kF32, ToSymInts(sizes)); };
  const ir::ValueId w = builder.AddParameter("w", meta({4, 8})), x = builder.AddUserInput("x", meta({2, 8}));
  const ir::ValueId g = builder.AddOp({}, "aten.gelu.default", {{"self", ir::Argument(x)}}, meta({2, 8}), {}, "g");
  const ir::ValueId l = builder.AddOp({}, "aten.linear.default", {{"input", ir::Argument(g)}, {"weight", ir::Argument(w)}}, meta({2, 4}), {}, "l");
  const ir::ValueId m = builder.AddOp({}, "aten.mul.Tensor", {{"self", ir::Argument(l)}, {"other", ir::Argument(0.5)}}, meta({2, 4}), {}, "m");
  const ir::ValueId y = builder.AddOp({}, "aten.softmax.int", {{"self", ir::Argument(m)}, {"dim", ir::Argument(-1)}}, meta({2, 4}), {}, "y");
  builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(y));
  return std::move(builder).Finish();
}

Tensor Ramp(Shape shape, double step) {
  std::vector<float> values;
  for (int64_t i = 0; i < NumElements(shape); ++i) values.push_back(static_cast<float>(std::sin(static_cast<double>(i)) * step));
  return Tensor::Of<float>(shape, values);
}

/// A backend of the Program whose values a test may change on their way out.
class Session : public ports::Session {
 public:
  Session(std::shared_ptr<const ir::Program> program, std::shared_ptr<const weights::Weights> weights)
      : interpreter_(*Interpreter::Make(std::move(program))), weights_(std::move(weights)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return interpreter_.Run(*weights_, inputs); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    CONFORMANCE_TRY(NamedTensors all, interpreter_.Run(*weights_, inputs, numerics, values));
    for (auto& [name, tensor] : all) {
      if (const Tensor* other = Find(instead, name)) tensor = *other;
    }
    return all;
  }
  ops::Numerics numerics;
  NamedTensors instead;

 private:
  Interpreter interpreter_;
  std::shared_ptr<const weights::Weights> weights_;
};

class LocalLane : public ::testing::Test {
 protected:
  const std::shared_ptr<const ir::Program> program_ = std::make_shared<const ir::Program>(Small());
  const std::shared_ptr<const weights::Weights> weights_ =
      std::make_shared<const weights::TensorWeights>(std::map<std::string, Tensor, std::less<>>{{"w", Ramp({4, 8}, 1)}});
  const NamedTensors inputs_ = {{"x", Ramp({2, 8}, 2)}};
  Session session_{program_, weights_};
  ports::ValueMap map_ = compare::IdentityMap(*program_);
  const ProgramReference reference_;

  LocalReport Judge() {
    const NamedTensors outputs = *session_.Run(inputs_);
    compare::LocalRequest request;
    request.program = program_.get();
    request.weights = weights_.get();
    request.inputs = &inputs_;
    request.value_map = &map_;
    request.session = &session_;
    request.bound_inputs = &inputs_;
    request.outputs = &outputs;
    request.reference = &reference_;
    auto report = compare::JudgeLocally(request);
    EXPECT_THAT(report, IsOk());
    if (!report.ok()) return {};
    CheckSlices(request, *report);
    return *std::move(report);
  }
  /// Value by value it comes to the same.
  static void CheckSlices(compare::LocalRequest request, const LocalReport& whole) {
    request.memory_bytes = 1;
    const auto sliced = compare::JudgeLocally(request);
    ASSERT_THAT(sliced, IsOk());
    EXPECT_EQ(sliced->unavailable, whole.unavailable);
    EXPECT_EQ(sliced->judged, whole.judged);
    EXPECT_EQ(sliced->unseen, whole.unseen);
    EXPECT_EQ(sliced->undecided, whole.undecided);
    EXPECT_EQ(sliced->observation, whole.observation);
    ASSERT_EQ(sliced->over.size(), whole.over.size());
    for (size_t i = 0; i < whole.over.size(); ++i) EXPECT_EQ(sliced->over[i].reason, whole.over[i].reason);
    if (whole.unavailable.empty()) EXPECT_GT(sliced->slices + (whole.judged <= 1 ? 1 : 0), whole.slices);
  }
  /// The value as the backend computes it.
  Tensor Value(const std::string& name) { return *Find(*session_.RunCapturing(inputs_, {name}), name); }
};

/// Queries that see 200 values of ±1 with nearly equal weights: y is small beside what is summed.
TEST(LocalLaneOfHalves, AttentionsWeightsMayBeHalvesToo) {
  ir::ProgramBuilder builder;
  const auto meta = [](std::vector<int64_t> sizes) { return ir::MakeTensorMeta(DType::kF16, ToSymInts(sizes)); };
  const ir::ValueId q = builder.AddUserInput("q", meta({1, 1, 8, 4})), k = builder.AddUserInput("k", meta({1, 1, 200, 4})),
                    v = builder.AddUserInput("v", meta({1, 1, 200, 4}));
  const ir::ValueId y = builder.AddOp({}, "aten.scaled_dot_product_attention.default",
                                      {{"query", ir::Argument(q)}, {"key", ir::Argument(k)}, {"value", ir::Argument(v)}}, meta({1, 1, 8, 4}), {}, "y");
  builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(y));
  const auto program = std::make_shared<const ir::Program>(std::move(builder).Finish());
  const auto weights = std::make_shared<const weights::TensorWeights>(std::map<std::string, Tensor, std::less<>>());
  const auto scattered = [](Shape shape, double step, bool signs) {
    std::vector<float> numbers;
    for (int64_t i = 0; i < NumElements(shape); ++i) {
      const double number = std::sin(static_cast<double>(i * i + 1));
      numbers.push_back(static_cast<float>(signs ? std::copysign(1.0, number) : step * number));
    }
    return Cast(Tensor::Of<float>(shape, numbers), DType::kF16);
  };
  const NamedTensors inputs = {{"q", scattered({1, 1, 8, 4}, 1, false)}, {"k", scattered({1, 1, 200, 4}, 0.3, false)}, {"v", scattered({1, 1, 200, 4}, 1, true)}};
  Session session(program, weights);
  const NamedTensors outputs = *session.Run(inputs);
  const ports::ValueMap map = compare::IdentityMap(*program);
  const ProgramReference reference;
  compare::LocalRequest request;
  request.program = program.get();
  request.weights = weights.get();
  request.inputs = request.bound_inputs = &inputs;
  request.value_map = &map;
  request.session = &session;
  request.outputs = &outputs;
  request.reference = &reference;
  const auto legal = compare::JudgeLocally(request);
  ASSERT_THAT(legal, IsOk());
  EXPECT_EQ(legal->judged, 1);
  EXPECT_THAT(legal->over, IsEmpty()) << legal->over[0].reason;
  // A hundredth of what is summed is no rounding.
  std::vector<double> values = outputs[0].second.ToDoubles();
  for (double& value : values) value += 0.01;
  session.instead = {{"y", Cast(Tensor::Of<double>(outputs[0].second.shape(), values), DType::kF16)}};
  EXPECT_THAT(compare::JudgeLocally(request)->over, SizeIs(1));
}

TEST_F(LocalLane, SlicesTakeWhatTheyReadAlong) {
  // g 2·8, l and m and y 2·4 elements of 4 + 24 bytes.
  const std::vector<std::string> shown = compare::JudgedValues(*program_);
  ASSERT_THAT(compare::SlicesOf(*program_, shown, uint64_t{1} << 20), SizeIs(1));
  const auto slices = compare::SlicesOf(*program_, shown, (16 + 8 + 8) * 28);
  ASSERT_THAT(slices, SizeIs(2));
  EXPECT_THAT(slices[0].own, ElementsAre("g", "l", "m"));
  EXPECT_THAT(slices[0].borders, IsEmpty());
  EXPECT_THAT(slices[1].own, ElementsAre("y"));
  EXPECT_THAT(slices[1].borders, ElementsAre("m"));
  // What is not shown is made of what is.
  const auto without = compare::SlicesOf(*program_, {"g", "y"}, 1);
  ASSERT_THAT(without, SizeIs(2));
  EXPECT_THAT(without[1].borders, ElementsAre("g"));
}

TEST_F(LocalLane, FindsNothingInALegalRun) {
  const LocalReport report = Judge();
  EXPECT_THAT(report.over, IsEmpty());
  EXPECT_EQ(report.judged, 4);
  EXPECT_EQ(report.unseen + report.undecided, 0);
  EXPECT_EQ(report.observation, "");
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    session_.numerics = ops::Numerics::Ensemble(seed);
    EXPECT_THAT(Judge().over, IsEmpty()) << seed;
  }
}

TEST_F(LocalLane, NamesTheFirstOperatorThatDiverges) {
  // The linear's result is off in one element; what follows is right on what it was given, so that it alone is over its bound.
  Tensor l = Value("l").Clone();
  l.mutable_data<float>()[5] += 1e-3f;
  Tensor m = l.Clone();
  for (int i = 0; i < 8; ++i) m.mutable_data<float>()[i] *= 0.5f;
  session_.instead = {{"l", l}, {"m", m}};
  const LocalReport report = Judge();
  ASSERT_TRUE(report.diverges());
  EXPECT_EQ(report.over[0].node, "l");
  EXPECT_EQ(report.over[0].target, "aten.linear.default");
  EXPECT_EQ(report.over[0].index, 5);
  EXPECT_NEAR(report.over[0].error, 1e-3, 1e-5);
  EXPECT_LT(report.over[0].bound, 1e-4);
  EXPECT_THAT(report.over[0].reason, HasSubstr("l (aten.linear.default): error 0.001 at [1, 1] is over"));
  // softmax saw m, which was captured before y was made of the true one.
  EXPECT_EQ(report.over.back().node, "y");
}

TEST_F(LocalLane, WhatIsNotShownIsEvaluatedFromWhatIs) {
  map_.entries = {{"l", "l", "l"}, {"y", "y", "y"}};
  const LocalReport clean = Judge();
  EXPECT_THAT(clean.over, IsEmpty());
  EXPECT_EQ(clean.judged, 2);
  EXPECT_EQ(clean.unseen, 2);
  Tensor l = Value("l").Clone();
  l.mutable_data<float>()[0] += 1e-3f;
  session_.instead = {{"l", l}};
  const LocalReport report = Judge();
  ASSERT_THAT(report.over, SizeIs(2));  // the linear, over a gelu that nobody saw, and the softmax that was made of another l
  EXPECT_EQ(report.over[0].node, "l");
}

TEST_F(LocalLane, SaysWhereObservingChangedTheResult) {
  session_.numerics = ops::Numerics::Ensemble(3);
  EXPECT_THAT(Judge().observation, HasSubstr("observing changed the result: y by up to"));
}

TEST_F(LocalLane, ShapesAndNumbersThatAreNoneAreDivergences) {
  session_.instead = {{"m", Tensor::Zeros(DType::kF32, {4, 2})}};
  EXPECT_THAT(Judge().over.at(0).reason, HasSubstr("m (aten.mul.Tensor): shape [4, 2], wanted [2, 4]"));
  Tensor l = Value("l").Clone();
  l.mutable_data<float>()[2] = NAN;
  session_.instead = {{"l", l}};
  const LocalReport report = Judge();
  EXPECT_EQ(report.over.at(0).node, "l");
  EXPECT_THAT(report.over.at(0).reason, HasSubstr("found nan at [0, 2]"));
}

TEST_F(LocalLane, NothingToSeeIsSaid) {
  map_.entries.clear();
  EXPECT_THAT(Judge().unavailable, HasSubstr("maps none of the Program's values"));
  map_.entries = {{"elsewhere", "a", "a"}};
  EXPECT_THAT(Judge().unavailable, HasSubstr("maps none"));
}

TEST_F(LocalLane, AProgramThatWritesInPlaceIsNotLookedInto) {
  ir::ProgramBuilder builder;
  const ir::TensorMeta meta = ir::MakeTensorMeta(DType::kF32, {SymInt(2)});
  const ir::ValueId x = builder.AddUserInput("x", meta);
  const ir::ValueId copy = builder.AddOp({}, "aten.clone.default", {{"self", ir::Argument(x)}}, meta, {}, "copy");
  const ir::ValueId y = builder.AddOp({}, "aten.add_.Tensor", {{"self", ir::Argument(copy)}, {"other", ir::Argument(x)}}, meta, {}, "y");
  builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(y));
  EXPECT_THAT(compare::Cut(std::move(builder).Finish(), {{"copy", Tensor::Zeros(DType::kF32, {2})}}),
              IsError(ErrorKind::kUnsupported, HasSubstr("writes in place")));
}

TEST(LocalTable, IsSortedAndOfOperatorsThatThereAre) {
  std::set<std::string, std::less<>> known;
  for (const ops::OpDef* op : ops::DefaultOps().All()) {
    const std::string& target = op->target;
    known.insert(target.substr(0, target.find('.', target.find('.') + 1)));
  }
  std::string_view last;
  for (const compare::LocalRow& row : compare::LocalTable()) {
    EXPECT_LT(last, row.op);
    EXPECT_TRUE(known.contains(row.op)) << row.op;
    EXPECT_FALSE(row.source.empty()) << row.op;
    last = row.op;
  }
  ASSERT_NE(compare::FindLocalRow("aten.linear.default"), nullptr);
  EXPECT_EQ(compare::FindLocalRow("aten.linear.default")->scale, compare::LocalScale::kReduced);
  EXPECT_EQ(compare::FindLocalRow("aten.line.default"), nullptr);
  EXPECT_EQ(compare::FindLocalRow("aten.no_such_operator.default"), nullptr);
}

TEST(LocalBound, OfALinearIsLambdaTimesTheFormula) {
  // One row, K = 4, |x|·|W| = 10, y = 2: 4 · (√4 · 2^-24 · 10 + 2^-24 · 2).
  ir::ProgramBuilder builder;
  const auto meta = [](std::vector<int64_t> sizes) { return ir::MakeTensorMeta(DType::kF32, ToSymInts(sizes)); };
  const ir::ValueId w = builder.AddParameter("w", meta({1, 4})), x = builder.AddUserInput("x", meta({1, 4}));
  builder.AddOp({}, "aten.linear.default", {{"input", ir::Argument(x)}, {"weight", ir::Argument(w)}}, meta({1, 1}), {}, "l");
  const ir::Program program = std::move(builder).Finish();
  const Tensor input = F32({{1, 2, 3, 4}}), weight = F32({{1, -1, 1, 1}}), output = F64({6}), magnitude = F64({10});
  compare::LocalCall call;
  call.node = program.graph.FindNode("l");
  call.op = ops::DefaultOps().Find("aten.linear.default");
  call.inputs = {{"input", &input}, {"weight", &weight}};
  call.output = &output;
  call.magnitude = &magnitude;
  EXPECT_EQ(compare::ReductionLength(call), 4);
  const auto bound = compare::LocalBound(*compare::FindLocalRow("aten.linear.default"), call, DType::kF32);
  ASSERT_TRUE(bound.has_value());
  EXPECT_DOUBLE_EQ(bound->at(0), 4 * (2 * 0x1p-24 * 10 + 0x1p-24 * 6) + 0x1p-126);
  const auto half = compare::LocalBound(*compare::FindLocalRow("aten.linear.default"), call, DType::kF16);
  EXPECT_DOUBLE_EQ(half->at(0), 4 * (2 * 0x1p-24 * 10 + 0x1p-11 * 6) + 0x1p-24);
}

}  // namespace
}  // namespace conformance::program
