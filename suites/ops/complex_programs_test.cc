// Programs of complex numbers (fixtures/programs) through the ONNX exporter, as pairs of reals, run by ONNX Runtime at other sizes than the traced
// ones and held against PyTorch's outputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "exporters/onnx/onnx_exporter.h"
#include "framework/formats/safetensors.h"
#include "framework/ir/pt2.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/weights/tensor_weights.h"
#include "references/runtimes/onnxruntime.h"

namespace conformance {
namespace {

using testing::IsError;
using testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kPrograms = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs";

Result<ports::Artifact> Exported(const std::string& name, int64_t opset, const std::filesystem::path& folder) {
  CONFORMANCE_TRY(ir::Pt2Program pt2, ir::ReadPt2(kPrograms / (name + ".pt2")));
  CONFORMANCE_TRY(auto tensors, pt2.Weights());
  onnx::OnnxConfig config;
  config.output_path = folder / (name + ".onnx");
  config.opset_version = opset;
  return onnx::OnnxExporter().Lower(pt2.program, weights::TensorWeights(std::move(tensors)), config);
}

class ComplexProgram : public ::testing::TestWithParam<std::tuple<const char*, int64_t>> {};

TEST_P(ComplexProgram, GivesPyTorchsOutputs) {
  const auto [name, opset] = GetParam();
  const runtimes::OnnxRuntimeBackend backend;
  if (const auto version = backend.Version(); !version.ok()) GTEST_SKIP() << version.error().ToString();
  const testing::TempFolder folder;
  const auto artifact = Exported(name, opset, folder.path());
  ASSERT_THAT(artifact, IsOk());
  const auto session = backend.Prepare(*artifact, {});
  ASSERT_THAT(session, IsOk());
  const auto tensors = formats::ReadNamedTensors(kPrograms / (std::string(name) + ".safetensors"));
  ASSERT_THAT(tensors, IsOk());
  NamedTensors inputs;
  for (const ports::ValueInfo& input : artifact->inputs) {
    const Tensor* given = Find(*tensors, "input." + input.name);
    ASSERT_NE(given, nullptr) << input.name;
    inputs.emplace_back(input.name, *given);
  }
  const auto outputs = (*session)->Run(inputs);
  ASSERT_THAT(outputs, IsOk());
  ASSERT_FALSE(outputs->empty());
  for (size_t k = 0; k < outputs->size(); ++k) {
    const Tensor* wanted = Find(*tensors, "output." + std::to_string(k));
    ASSERT_NE(wanted, nullptr) << k;
    EXPECT_THAT((*outputs)[k].second, testing::IsTensorNear(*wanted, testing::Within(2e-5, 2e-5))) << "output " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Onnx, ComplexProgram,
                         ::testing::Values(std::tuple("fourier", 18 /* istft needs Col2Im */), std::tuple("fourier", onnx::kDefaultOpset),
                                           std::tuple("rotary", onnx::kMinOpset), std::tuple("rotary", onnx::kDefaultOpset)));

TEST(ComplexPrograms, ComplexInputsAndOutputsAreRefusedByName) {
  const testing::TempFolder folder;
  EXPECT_THAT(Exported("complex", onnx::kDefaultOpset, folder.path()),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("input z is complex64"), HasSubstr("view_as_real"))));
}

}  // namespace
}  // namespace conformance
