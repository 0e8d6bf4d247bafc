// Small programs that PyTorch exported (fixtures/programs), at sizes other than the traced ones, against PyTorch's own outputs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kPrograms = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs";

struct Recorded {
  NamedTensors inputs, outputs;
};
Recorded ReadRecorded(const std::string& name) {
  Recorded out;
  const auto tensors = formats::ReadNamedTensors(kPrograms / (name + ".safetensors"));
  EXPECT_THAT(tensors, IsOk());
  if (!tensors.ok()) return out;
  for (const auto& [key, tensor] : *tensors) {
    const size_t dot = key.find('.');
    (key.starts_with("input") ? out.inputs : out.outputs).emplace_back(key.substr(dot + 1), tensor);
  }
  return out;
}

Result<NamedTensors> RunFile(const std::string& name, const NamedTensors& inputs) {
  CONFORMANCE_TRY(ir::Pt2Program pt2, ir::ReadPt2(kPrograms / (name + ".pt2")));
  CONFORMANCE_TRY(auto tensors, pt2.Weights());
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Make(std::make_shared<ir::Program>(std::move(pt2.program))));
  return interpreter.Run(weights::TensorWeights(std::move(tensors)), inputs);
}

class SmallProgram : public ::testing::TestWithParam<const char*> {};

TEST_P(SmallProgram, GivesPyTorchsOutputs) {
  const Recorded recorded = ReadRecorded(GetParam());
  const auto outputs = RunFile(GetParam(), recorded.inputs);
  ASSERT_THAT(outputs, IsOk());
  ASSERT_FALSE(outputs->empty());
  for (const auto& [name, found] : *outputs) {
    // A program with a single output calls it "output"; PyTorch's tree gives it no name.
    const Tensor* wanted = Find(recorded.outputs, outputs->size() == 1 ? "" : name);
    ASSERT_NE(wanted, nullptr) << name;
    ASSERT_EQ(found.dtype(), wanted->dtype()) << name;
    ASSERT_EQ(found.shape(), wanted->shape()) << name;
    const auto x = ViewAsReal(found).ToDoubles(), y = ViewAsReal(*wanted).ToDoubles();
    for (size_t i = 0; i < x.size(); ++i) {
      if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) continue;  // infinities
      EXPECT_LE(std::fabs(x[i] - y[i]), 1e-5 + 1e-5 * std::fabs(y[i])) << name << " element " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pt2, SmallProgram,
                         ::testing::Values("by_data", "cache", "complex", "composites", "constant_inputs", "data_dependent", "derived", "draws", "floats", "fourier",
                                           "gradients", "layers", "layouts", "losses", "more_composites", "moves", "mutations", "positions", "recurrent", "rotary", "sizes", "types",
                                           "wrapped", "writes"));

TEST(SmallPrograms, WritingLeavesInputsAsTheyWere) {
  const Recorded recorded = ReadRecorded("mutations");
  const NamedTensors inputs = {{"x", Tensor::Of<float>({2, 3}, {1, 1, 1, 1, 1, 1})}};
  const auto first = RunFile("mutations", inputs), again = RunFile("mutations", inputs);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(BitEqual(first->at(0).second, again->at(0).second));
  EXPECT_EQ(inputs[0].second.ToDoubles(), (std::vector<double>(6, 1.0)));
}

TEST(SmallPrograms, ADerivedDimensionIsHeldAgainstItsDim) {
  const auto ones = [](Shape shape) { return Tensor::Of<float>(shape, std::vector<float>(static_cast<size_t>(NumElements(shape)), 1.0f)); };
  EXPECT_THAT(RunFile("derived", {{"x", ones({5, 4})}, {"y", ones({11, 4})}}), IsOk());
  EXPECT_THAT(RunFile("derived", {{"x", ones({5, 4})}, {"y", ones({10, 4})}}), IsError(ErrorKind::kShape, HasSubstr("11")));
}

TEST(SmallPrograms, ARuntimeAssertionFails) {
  const Tensor x = Tensor::Of<float>({3}, {1, 0, 2});
  EXPECT_THAT(RunFile("data_dependent", {{"x", x}, {"n", Tensor::Of<int64_t>({}, {1})}}), IsError(ErrorKind::kInvalid, HasSubstr("u0 >= 2")));
}

TEST(SmallPrograms, ACheckOfATensorFails) {
  NamedTensors inputs = ReadRecorded("composites").inputs;
  for (auto& [name, tensor] : inputs) {
    if (name == "ids") tensor = Tensor::Of<int64_t>(tensor.shape(), std::vector<int64_t>(static_cast<size_t>(tensor.num_elements()), -1));
  }
  EXPECT_THAT(RunFile("composites", inputs), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("a runtime assertion fails"), HasSubstr("wanted: true"))));
}

TEST(SmallPrograms, ASizeAmongTheInputsIsOneIntegerWithinItsRange) {
  const auto run = [](const Tensor& size) { return RunFile("sizes", {{"x", Tensor::Zeros(DType::kF32, {1, 2, 2, 2})}, {"size", size}}); };
  EXPECT_THAT(run(Tensor::Of<int64_t>({}, {6})), IsOk());
  EXPECT_THAT(run(Tensor::Of<float>({}, {6})), IsError(ErrorKind::kType, AllOf(HasSubstr("size"), HasSubstr("one integer"))));
  EXPECT_THAT(run(Tensor::Of<int64_t>({2}, {6, 6})), IsError(ErrorKind::kType, HasSubstr("one integer")));
  EXPECT_THAT(run(Tensor::Of<int64_t>({}, {33})), IsError(ErrorKind::kShape, AllOf(HasSubstr("dimension: size"), HasSubstr("<= 32"))));
}

TEST(SmallPrograms, HigherOrderOpsAreRefusedByName) {
  EXPECT_THAT(RunFile("cond", {{"x", Tensor::Zeros(DType::kF32, {6, 4})}}), IsError(ErrorKind::kUnsupported, HasSubstr("higher_order.cond: it chooses by sizes")));
}

}  // namespace
}  // namespace conformance::program
