#include "references/program/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "framework/compare/lanes_comparator.h"
#include "framework/formats/safetensors.h"
#include "framework/ir/pt2.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/testing/matchers.h"
#include "framework/weights/tensor_weights.h"
#include "references/eager/model.h"

namespace conformance::program {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

/// A program that PyTorch exported, ready to run.
struct Golden {
  Interpreter interpreter;
  weights::TensorWeights weights;
};
Result<Golden> Open(const std::string& name, const char* file) {
  CONFORMANCE_TRY(ir::Pt2Program pt2, ir::ReadPt2(kGolden / name / file));
  CONFORMANCE_TRY(auto tensors, pt2.Weights());
  CONFORMANCE_TRY(Interpreter interpreter, Interpreter::Make(std::make_shared<ir::Program>(std::move(pt2.program))));
  return Golden{std::move(interpreter), weights::TensorWeights(std::move(tensors))};
}

load::Recording Forward(const std::string& name) {
  const auto recordings = load::ReadRecordings(kGolden / name);
  EXPECT_THAT(recordings, IsOk());
  for (const auto& recording : *recordings) {
    if (recording.name == "forward") return recording;
  }
  return {};
}

/// Empty where each output is within atol + rtol · |expected|.
std::string Difference(const NamedTensors& found, const NamedTensors& wanted, double atol, double rtol) {
  ports::ComparisonRequest request;
  request.candidate = &found;
  request.reference = &wanted;
  request.tolerance = ports::PlainTolerance{.atol = atol, .rtol = rtol};
  const auto comparison = compare::LanesComparator().Compare(request);
  return comparison.ok() ? comparison->reason : comparison.error().ToString();
}

class GoldenProgram : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(GoldenProgram, GivesTheRecordedOutputs) {
  const auto [name, file] = GetParam();
  const auto golden = Open(name, file);
  ASSERT_THAT(golden, IsOk());
  const load::Recording recording = Forward(name);
  const auto outputs = golden->interpreter.Run(golden->weights, recording.inputs);
  ASSERT_THAT(outputs, IsOk());
  EXPECT_EQ(Difference(*outputs, recording.expected, recording.atol, recording.rtol), "");
}

INSTANTIATE_TEST_SUITE_P(Pt2, GoldenProgram,
                         ::testing::Values(std::pair("gpt2", "torch_export.pt2"), std::pair("gpt2", "torch_export_dynamic.pt2"),
                                           std::pair("llama_gqa", "torch_export.pt2"), std::pair("llama_gqa", "torch_export_dynamic.pt2"),
                                           std::pair("bert", "torch_export.pt2"), std::pair("bert", "torch_export_dynamic.pt2")),
                         [](const auto& info) {
                           return std::string(info.param.first) + (std::string(info.param.second).find("dynamic") == std::string::npos ? "" : "Dynamic");
                         });

class DynamicProgram : public ::testing::TestWithParam<const char*> {};

TEST_P(DynamicProgram, HoldsAtShapesThatItWasNotTracedAt) {
  const std::string name = GetParam();
  const auto golden = Open(name, "torch_export_dynamic.pt2");
  ASSERT_THAT(golden, IsOk());
  const auto loaded = load::LoadModel(kGolden / name);
  ASSERT_THAT(loaded, IsOk());
  const load::Recording recording = Forward(name);
  const auto plan = load::InputPlan::FromInputs(*loaded->model, "dynamic", recording.inputs, recording.kwargs);
  ASSERT_THAT(plan, IsOk());
  const auto unseen = plan->Unseen();
  ASSERT_EQ(unseen.size(), 3u);
  for (const auto& assignment : unseen) {
    const auto inputs = plan->Make(assignment, 7);
    ASSERT_THAT(inputs, IsOk());
    const auto eager = eager::RunModel(*loaded->model, *loaded->weights, {*inputs, recording.kwargs});
    ASSERT_THAT(eager, IsOk());
    const auto outputs = golden->interpreter.Run(golden->weights, *inputs);
    ASSERT_THAT(outputs, IsOk()) << load::ToString(assignment);
    EXPECT_EQ(Difference(*outputs, *eager, recording.atol, recording.rtol), "") << load::ToString(assignment);
  }
}

INSTANTIATE_TEST_SUITE_P(Pt2, DynamicProgram, ::testing::Values("gpt2", "llama_gqa", "bert"));

TEST(Interpreter, TheOracleKeepsF64AndIsNearerThanF32) {
  const auto golden = Open("llama_gqa", "torch_export.pt2");
  ASSERT_THAT(golden, IsOk());
  const load::Recording recording = Forward("llama_gqa");
  const auto oracle = golden->interpreter.Run(golden->weights, recording.inputs, ops::Numerics::Oracle());
  ASSERT_THAT(oracle, IsOk());
  EXPECT_EQ(oracle->at(0).second.dtype(), DType::kF64);
  const std::vector<double> exact = oracle->at(0).second.ToDoubles();
  const std::vector<double> recorded = recording.expected.at(0).second.ToDoubles();
  double worst = 0;
  for (size_t i = 0; i < exact.size(); ++i) worst = std::max(worst, std::fabs(exact[i] - recorded[i]));
  EXPECT_GT(worst, 0);  // f32 rounds
  EXPECT_LT(worst, recording.atol);
}

TEST(Interpreter, InputsThatDoNotFitAreNamed) {
  const auto golden = Open("bert", "torch_export_dynamic.pt2");
  ASSERT_THAT(golden, IsOk());
  const auto run = [&](NamedTensors inputs) { return golden->interpreter.Run(golden->weights, inputs); };
  const auto ids = [](Shape shape) { return Tensor::Zeros(DType::kI64, std::move(shape)); };
  EXPECT_THAT(run({{"input_ids", ids({2, 9})}}), IsError(ErrorKind::kInvalid, HasSubstr("an input is missing (input: attention_mask")));
  EXPECT_THAT(run({{"input_ids", ids({2, 9})}, {"attention_mask", ids({2, 8})}, {"token_type_ids", ids({2, 9})}}),
              IsError(ErrorKind::kShape, AllOf(HasSubstr("dimension: 1"), HasSubstr("wanted:"))));
  EXPECT_THAT(run({{"input_ids", ids({2, 41})}, {"attention_mask", ids({2, 41})}, {"token_type_ids", ids({2, 41})}}),
              IsError(ErrorKind::kShape, HasSubstr("<= 40")));
  EXPECT_THAT(run({{"input_ids", Tensor::Zeros(DType::kF32, {2, 9})}, {"attention_mask", ids({2, 9})}, {"token_type_ids", ids({2, 9})}}),
              IsError(ErrorKind::kType, HasSubstr("input: input_ids, found: f32[2, 9], wanted: i64[")));
  EXPECT_THAT(run({{"input_ids", ids({2, 9})}, {"attention_mask", ids({2, 9})}, {"token_type_ids", ids({2, 9})}, {"labels", ids({2})}}),
              IsError(ErrorKind::kInvalid, HasSubstr("found: labels")));
}

TEST(Interpreter, CapturesIntermediateValues) {
  const auto golden = Open("bert", "torch_export.pt2");
  ASSERT_THAT(golden, IsOk());
  const load::Recording recording = Forward("bert");
  const auto outputs = golden->interpreter.Run(golden->weights, recording.inputs, {}, {"embedding", "layer_norm_4"});
  ASSERT_THAT(outputs, IsOk());
  ASSERT_EQ(outputs->size(), 4u);
  EXPECT_EQ(Describe(outputs->at(2).second), "f32[2, 9, 32]");
  EXPECT_TRUE(BitEqual(outputs->at(3).second, outputs->at(0).second));  // last_hidden_state is layer_norm_4
  EXPECT_THAT(golden->interpreter.Run(golden->weights, recording.inputs, {}, {"nonesuch"}),
              IsError(ErrorKind::kNotFound, HasSubstr("nonesuch")));
}

}  // namespace
}  // namespace conformance::program
