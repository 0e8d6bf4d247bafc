// Programs that PyTorch exported from models that are not ours: with interpreter_test.cc all golden files run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "framework/formats/safetensors.h"
#include "framework/ir/pt2.h"
#include "framework/testing/matchers.h"
#include "framework/weights/tensor_weights.h"
#include "references/program/interpreter.h"

namespace conformance::program {
namespace {

using namespace conformance::testing;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

struct Case {
  const char* model;
  const char* file;
  double atol;  ///< as recorded beside the outputs: 10 x the difference between f32 and f64, at least 1e-5
};

NamedTensors ReadAll(const std::filesystem::path& path) {
  const auto tensors = formats::ReadNamedTensors(path);
  EXPECT_THAT(tensors, IsOk());
  return tensors.ok() ? *tensors : NamedTensors();
}

Result<NamedTensors> RunFile(const Case& golden, const NamedTensors& inputs) {
  CONFORMANCE_TRY(ir::Pt2Program pt2, ir::ReadPt2(kGolden / golden.model / golden.file));
  CONFORMANCE_TRY(auto tensors, pt2.Weights());
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Make(std::make_shared<ir::Program>(std::move(pt2.program))));
  return interpreter.Run(weights::TensorWeights(std::move(tensors)), inputs);
}

void ExpectNear(const Tensor& found, const Tensor& wanted, double atol, const std::string& name) {
  ASSERT_EQ(found.dtype(), wanted.dtype()) << name;
  ASSERT_EQ(found.shape(), wanted.shape()) << name;
  const std::vector<double> x = found.ToDoubles(), y = wanted.ToDoubles();
  for (size_t i = 0; i < x.size(); ++i) ASSERT_LE(std::fabs(x[i] - y[i]), atol + 1e-4 * std::fabs(y[i])) << name << " element " << i;
}

class GoldenPt2 : public ::testing::TestWithParam<Case> {};

TEST_P(GoldenPt2, GivesTheRecordedOutputs) {
  const NamedTensors expected = ReadAll(kGolden / GetParam().model / "expected.safetensors");
  const auto outputs = RunFile(GetParam(), ReadAll(kGolden / GetParam().model / "inputs.safetensors"));
  ASSERT_THAT(outputs, IsOk());
  EXPECT_EQ(outputs->size(), expected.size());
  for (const auto& [name, wanted] : expected) {
    const Tensor* found = Find(*outputs, name);
    ASSERT_NE(found, nullptr) << name;
    ExpectNear(*found, wanted, GetParam().atol, name);
  }
}

std::string TestName(const ::testing::TestParamInfo<Case>& info) {
  return std::string(info.param.model) + "_" + std::filesystem::path(info.param.file).stem().string();
}

constexpr const char* kStatic = "torch_export.pt2";
constexpr const char* kDynamic = "torch_export_dynamic.pt2";
INSTANTIATE_TEST_SUITE_P(Static, GoldenPt2,
                         ::testing::Values(Case{"clip", kStatic, 2.69e-5}, Case{"modernbert", kStatic, 1.28e-5},
                                           Case{"patchtst", kStatic, 2.33e-5}, Case{"resnet", kStatic, 1e-5}, Case{"vit_cls", kStatic, 1e-5},
                                           Case{"wav2vec2_ctc", kStatic, 1.41e-5}),
                         TestName);
const auto kDynamicCases = ::testing::Values(Case{"modernbert", kDynamic, 1.28e-5}, Case{"patchtst", kDynamic, 2.33e-5},
                                             Case{"resnet", kDynamic, 1e-5}, Case{"vit_cls", kDynamic, 1e-5}, Case{"wav2vec2_ctc", kDynamic, 1.41e-5});
INSTANTIATE_TEST_SUITE_P(Dynamic, GoldenPt2, kDynamicCases, TestName);

// Another batch: a row more, equal to the first, gives the first row's outputs again, and the others stay.
Tensor WithFirstRowAgain(const Tensor& tensor) {
  Shape shape = tensor.shape();
  const size_t row = tensor.byte_size() / static_cast<size_t>(shape[0]);
  ++shape[0];
  const Tensor dense = tensor.Contiguous(), out = Tensor::Empty(tensor.dtype(), shape);
  std::copy_n(dense.raw(), dense.byte_size(), out.raw_mutable());
  std::copy_n(dense.raw(), row, out.raw_mutable() + dense.byte_size());
  return out;
}

class GoldenPt2Batch : public ::testing::TestWithParam<Case> {};

TEST_P(GoldenPt2Batch, HoldsAtABatchThatItWasNotTracedAt) {
  NamedTensors inputs = ReadAll(kGolden / GetParam().model / "inputs.safetensors");
  for (auto& [name, tensor] : inputs) tensor = WithFirstRowAgain(tensor);
  const auto outputs = RunFile(GetParam(), inputs);
  ASSERT_THAT(outputs, IsOk());
  for (const auto& [name, wanted] : ReadAll(kGolden / GetParam().model / "expected.safetensors")) {
    const Tensor* found = Find(*outputs, name);
    ASSERT_NE(found, nullptr) << name;
    ExpectNear(*found, WithFirstRowAgain(wanted), GetParam().atol, name);
  }
}

INSTANTIATE_TEST_SUITE_P(Dynamic, GoldenPt2Batch, kDynamicCases, TestName);

}  // namespace
}  // namespace conformance::program
