#include "framework/reduce/reducer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "framework/ir/text.h"
#include "framework/ops/ops.h"
#include "framework/reduce/tries.h"
#include "framework/rewrite/record_program.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::reduce {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Values = std::vector<ops::Value>;

/// Enough of an interpreter for these tests: every op keeps the shape of its first tensor, view has its own.
Result<NamedTensors> Shapes(const Candidate& candidate, const std::vector<std::string>& values) {
  const ir::Graph& graph = candidate.program.graph;
  std::map<std::string, Tensor, std::less<>> made;
  for (const auto& [name, tensor] : candidate.inputs) made.emplace(name, tensor);
  for (const ir::Node& node : graph.nodes()) {
    const Tensor self = made.at(graph.value(*node.inputs[0].arg.As<ir::ValueId>()).name);
    Tensor result = self;
    if (node.op() == "aten.view.default") {
      Shape shape;
      if (const auto* plain = node.Find("size")->As<std::vector<int64_t>>()) shape = *plain;
      if (NumElements(shape) != self.num_elements()) return ShapeError("view");
      result = self.Reshaped(shape);
    }
    made.emplace(graph.value(node.OutputValues()[0]).name, result);
  }
  NamedTensors outputs;
  for (const std::string& name : candidate.program.UserOutputs()) outputs.emplace_back(name, made.at(name));
  for (const std::string& name : values) outputs.emplace_back(name, made.at(name));
  return outputs;
}

Candidate Start() {
  Candidate start;
  start.program = rewrite::RecordProgram({{"x", {DType::kF32, {4, 6}}}, {"y", {DType::kF32, {4, 6}}}}, {}, [](ops::OpContext& c, const Values& in) {
                    const ops::Value a = ops::Exp(c, in[0]);
                    const ops::Value b = ops::Relu(c, ops::Add(c, ops::Neg(c, a), in[1]));
                    return Values{ops::Neg(c, ops::View(c, b, {24})), ops::Neg(c, a)};
                  }).value();
  start.inputs = {{"x", Ones({4, 6})}, {"y", Ones({4, 6})}};
  return start;
}

StillFails Contains(const std::string& op) {
  return [op](const Candidate& candidate) -> Result<bool> {
    return std::ranges::any_of(candidate.program.graph.nodes(), [&](const ir::Node& node) { return node.op() == op; });
  };
}

TEST(Reduce, TheGuiltyNodeAloneIsLeftOnOneElement) {
  const Reduction reduced = Reduce(Start(), Contains("aten.relu.default"), Shapes).value();
  EXPECT_TRUE(reduced.finished);
  EXPECT_THAT(ir::PrintGraph(reduced.smallest.program.graph), HasSubstr("aten.relu.default"));
  EXPECT_EQ(reduced.smallest.nodes(), 1u);
  ASSERT_THAT(reduced.smallest.inputs, SizeIs(1));
  EXPECT_EQ(reduced.smallest.inputs[0].second.shape(), (Shape{1, 1}));
  EXPECT_FALSE(reduced.steps.empty());
}

TEST(Reduce, TwoNodesThatFailTogetherStayTogether) {
  const auto both = [](const Candidate& candidate) -> Result<bool> {
    return *Contains("aten.exp.default")(candidate) && *Contains("aten.view.default")(candidate);
  };
  const Reduction reduced = Reduce(Start(), both, Shapes).value();
  EXPECT_TRUE(*both(reduced.smallest));
  EXPECT_EQ(reduced.smallest.nodes(), 2u);
}

TEST(Reduce, SizesStayWhereTheFailureNeedsThem) {
  const auto wide = [](const Candidate& candidate) -> Result<bool> {
    return std::ranges::any_of(candidate.inputs, [](const auto& entry) { return entry.second.dim(1) >= 3; });
  };
  const Reduction reduced = Reduce(Start(), wide, Shapes).value();
  ASSERT_THAT(reduced.smallest.inputs, SizeIs(1));
  EXPECT_EQ(reduced.smallest.inputs[0].second.shape(), (Shape{1, 3}));
}

TEST(Reduce, WhatDoesNotFailIsRefused) {
  EXPECT_THAT(Reduce(Start(), [](const Candidate&) -> Result<bool> { return false; }, Shapes), IsError(ErrorKind::kInvalid, HasSubstr("does not fail")));
}

TEST(Reduce, StopsWhenAskedWithWhatItHas) {
  ReduceOptions options;
  options.max_tries = 3;
  const Reduction reduced = Reduce(Start(), Contains("aten.relu.default"), Shapes, options).value();
  EXPECT_FALSE(reduced.finished);
  EXPECT_EQ(reduced.tries, 3u);
  EXPECT_TRUE(*Contains("aten.relu.default")(reduced.smallest));
}

TEST(Tries, AnInterruptedReductionGoesOnWhereItWas) {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "tries";
  size_t asked = 0;
  const auto remembered = [&](Tries& tries) {
    return [&](const Candidate& candidate) -> Result<bool> {
      const std::string key = Tries::KeyOf(candidate);
      if (const auto known = tries.Find(key)) return *known;
      ++asked;
      const bool fails = *Contains("aten.relu.default")(candidate);
      CONFORMANCE_RETURN_IF_ERROR(tries.Add(key, fails));
      return fails;
    };
  };
  Tries first = Tries::Open(file, "cell").value();
  ReduceOptions options;
  options.max_tries = 4;
  ASSERT_FALSE(Reduce(Start(), remembered(first), Shapes, options).value().finished);
  EXPECT_GT(asked, 0u);
  { std::ofstream(file, std::ios::app) << "0123"; }  // torn by a kill
  Tries second = Tries::Open(file, "cell").value();
  EXPECT_EQ(second.size(), asked);
  const Reduction reduced = Reduce(Start(), remembered(second), Shapes).value();
  EXPECT_TRUE(reduced.finished);
  EXPECT_LE(asked, reduced.tries);
  const Reduction undisturbed = Reduce(Start(), Contains("aten.relu.default"), Shapes).value();
  EXPECT_EQ(Tries::KeyOf(reduced.smallest), Tries::KeyOf(undisturbed.smallest));
  EXPECT_THAT(Tries::Open(file, "another cell"), IsError(ErrorKind::kInvalid, HasSubstr("something else")));
}

}  // namespace
}  // namespace conformance::reduce
