// The part of a Program that computes exactly: programs by hand over the interpreter.

#include "framework/reduce/exact_part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "framework/ir/builder.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "framework/weights/tensor_weights.h"
#include "references/program/interpreter.h"

namespace conformance::program {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

ir::TensorMeta Meta(std::vector<int64_t> sizes) { return ir::MakeTensorMeta(DType::kF32, ToSymInts(sizes)); }

class Builder {
 public:
  ir::ValueId Op(const char* op, std::vector<ir::NamedArgument> inputs, std::vector<int64_t> sizes, const char* name) {
    return builder.AddOp({}, op, std::move(inputs), Meta(std::move(sizes)), {}, name);
  }
  reduce::Candidate Finish(ir::ValueId output, std::map<std::string, Tensor, std::less<>> weights) {
    builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(output));
    reduce::Candidate candidate;
    candidate.program = std::move(builder).Finish();
    candidate.weights = std::move(weights);
    candidate.inputs = {{"x", Ones({2, 4})}};
    return candidate;
  }
  ir::ProgramBuilder builder;
};

/// z = 0.1 · relu(linear(gelu(x), w)), x f32[2, 4], w f32[3, 4].
reduce::Candidate Small() {
  Builder b;
  const ir::ValueId w = b.builder.AddParameter("w", Meta({3, 4})), x = b.builder.AddUserInput("x", Meta({2, 4}));
  const ir::ValueId g = b.Op("aten.gelu.default", {{"self", ir::Argument(x)}}, {2, 4}, "g");
  const ir::ValueId l = b.Op("aten.linear.default", {{"input", ir::Argument(g)}, {"weight", ir::Argument(w)}}, {2, 3}, "l");
  const ir::ValueId r = b.Op("aten.relu.default", {{"self", ir::Argument(l)}}, {2, 3}, "r");
  const ir::ValueId z = b.Op("aten.mul.Tensor", {{"self", ir::Argument(r)}, {"other", ir::Argument(0.1)}}, {2, 3}, "z");
  return b.Finish(z, {{"w", Ones({3, 4})}});
}

NamedTensors Evaluate(const reduce::Candidate& part, const ops::Numerics& numerics) {
  const weights::TensorWeights weights(part.weights);
  const auto interpreter = Interpreter::Make(std::make_shared<const ir::Program>(part.program));
  EXPECT_THAT(interpreter, IsOk());
  auto outputs = interpreter->Run(weights, part.inputs, numerics);
  EXPECT_THAT(outputs, IsOk());
  return outputs.ok() ? *outputs : NamedTensors{};
}

TEST(ExactPart, IsCutOutWhereSomethingRounds) {
  const ProgramReference reference;
  const auto part = reduce::ExactPart(Small(), DType::kF32, 0, reference);
  ASSERT_THAT(part, IsOk());
  std::vector<std::string> ops;
  for (const ir::Node& node : part->program.graph.nodes()) ops.emplace_back(node.op());
  EXPECT_THAT(ops, ElementsAre("aten.linear.default", "aten.relu.default"));
  ASSERT_THAT(part->inputs, SizeIs(1));  // what gelu gave
  EXPECT_EQ(part->inputs[0].second.shape(), (Shape{2, 4}));
  for (const Tensor& tensor : {part->inputs[0].second, part->weights.at("w")}) {
    for (const double value : tensor.ToDoubles()) EXPECT_EQ(value, std::trunc(value));
  }
  // By hand, in whichever order.
  const std::vector<double> x = part->inputs[0].second.ToDoubles(), w = part->weights.at("w").ToDoubles();
  std::vector<double> wanted;
  for (size_t i = 0; i < 2; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      double sum = 0;
      for (size_t k = 0; k < 4; ++k) sum += x[i * 4 + k] * w[j * 4 + k];
      wanted.push_back(std::max(sum, 0.0));
    }
  }
  EXPECT_EQ(Evaluate(*part, {})[0].second.ToDoubles(), wanted);
  for (uint64_t seed = 1; seed <= 8; ++seed) EXPECT_EQ(Evaluate(*part, ops::Numerics::Ensemble(seed))[0].second.ToDoubles(), wanted);
}

TEST(ExactPart, NodesThatRoundAreTold) {
  const reduce::Candidate small = Small();
  const ir::Graph& graph = small.program.graph;
  EXPECT_FALSE(reduce::IsExactNode(graph, *graph.FindNode("g")));  // an error function
  EXPECT_TRUE(reduce::IsExactNode(graph, *graph.FindNode("l")));
  EXPECT_TRUE(reduce::IsExactNode(graph, *graph.FindNode("r")));
  EXPECT_FALSE(reduce::IsExactNode(graph, *graph.FindNode("z")));  // a tenth
}

TEST(ExactPart, NothingExactIsNotApplicable) {
  Builder b;
  const ir::ValueId x = b.builder.AddUserInput("x", Meta({2, 4}));
  const ir::ValueId y = b.Op("aten.softmax.int", {{"self", ir::Argument(x)}, {"dim", ir::Argument(-1)}}, {2, 4}, "y");
  const ProgramReference reference;
  EXPECT_THAT(reduce::ExactPart(b.Finish(y, {}), DType::kF32, 0, reference), IsError(ErrorKind::kUnsupported, HasSubstr("none of its arithmetic is exact")));
}

TEST(ExactPart, NumbersStayBelowWhatTheTypeHolds) {
  // Products, one behind the other: each makes numbers up to eight times as large.
  const auto chain = [](int length) {
    Builder b;
    const ir::ValueId w = b.builder.AddParameter("w", Meta({4, 4})), x = b.builder.AddUserInput("x", Meta({2, 4}));
    ir::ValueId y = x;
    for (int i = 0; i < length; ++i) {
      y = b.Op("aten.linear.default", {{"input", ir::Argument(y)}, {"weight", ir::Argument(w)}}, {2, 4}, ("y" + std::to_string(i)).c_str());
    }
    return b.Finish(y, {{"w", Ones({4, 4})}});
  };
  const ProgramReference reference;
  for (const auto& [dtype, largest] : {std::pair(DType::kF32, 0x1p24), std::pair(DType::kBF16, 256.0)}) {
    const auto part = reduce::ExactPart(chain(12), dtype, 0, reference);
    ASSERT_THAT(part, IsOk());
    EXPECT_EQ(part->nodes(), 12u);  // all of them, begun anew on the way where they must
    if (dtype == DType::kBF16) EXPECT_GT(part->inputs.size(), 1u);
    EXPECT_EQ(part->inputs.size(), part->program.UserOutputs().size());
    for (const auto& [name, y] : Evaluate(*part, ops::Numerics::Oracle())) {
      for (const double value : y.ToDoubles()) EXPECT_LE(std::fabs(value), largest);
    }
  }
}

}  // namespace
}  // namespace conformance::program
