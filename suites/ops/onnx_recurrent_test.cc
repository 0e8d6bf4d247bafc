// Recurrences through the ONNX exporter, traced at one batch and length and run by ONNX Runtime at others, against the kernels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "exporters/onnx/onnx_exporter.h"
#include "framework/base/random.h"
#include "framework/ops/ops.h"
#include "framework/ops/recurrent.h"
#include "framework/rewrite/record_program.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/weights/tensor_weights.h"
#include "references/eager/eager.h"
#include "references/runtimes/onnxruntime.h"

namespace conformance {
namespace {

using ops::Value;
using Values = std::vector<Value>;

constexpr int64_t kWide = 3, kHidden = 4;

struct Setting {
  const char* name;
  const ops::OpDef& (*op)();
  int64_t gates;
  int64_t kept = kHidden;  // less: a projection
  DType dtype = DType::kF32;
  ops::RecurrentLayers layers = {};
};
void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

Tensor Drawn(Shape shape, uint64_t seed, DType dtype) {
  Tensor tensor = Tensor::Empty(DType::kF64, std::move(shape));
  Random random(seed);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor.mutable_data<double>()[i] = random.Normal();
  return Cast(tensor, dtype);
}

std::vector<Shape> ParamShapes(const Setting& s) {
  const int64_t directions = s.layers.bidirectional ? 2 : 1;
  std::vector<Shape> shapes;
  for (int64_t cell = 0; cell < s.layers.num_layers * directions; ++cell) {
    shapes.push_back({s.gates * kHidden, cell < directions ? kWide : s.kept * directions});
    shapes.push_back({s.gates * kHidden, s.kept});
    if (s.layers.has_biases) shapes.insert(shapes.end(), 2, Shape{s.gates * kHidden});
    if (s.kept != kHidden) shapes.push_back({s.kept, kHidden});
  }
  return shapes;
}

/// The call of the op: values are the input, the states and the parameters.
Values Call(const Setting& s, ops::OpContext& context, const Values& values) {
  const size_t states = s.gates == 4 ? 2 : 1;
  const Values state(values.begin() + 1, values.begin() + 1 + static_cast<int64_t>(states)), params(values.begin() + 1 + static_cast<int64_t>(states), values.end());
  return context.CallMulti(s.op(), {values[0], states == 2 ? ops::Argument(state) : ops::Argument(state[0]), params, s.layers.has_biases,
                                    SymInt(s.layers.num_layers), 0.0, false, s.layers.bidirectional, s.layers.batch_first});
}

/// Shapes of the input and the states.
std::vector<std::vector<SymInt>> DataSizes(const Setting& s, const SymInt& batch, const SymInt& length) {
  const SymInt cells = s.layers.num_layers * (s.layers.bidirectional ? 2 : 1);
  std::vector<std::vector<SymInt>> sizes = {s.layers.batch_first ? std::vector<SymInt>{batch, length, kWide} : std::vector<SymInt>{length, batch, kWide},
                                            {cells, batch, s.kept}};
  if (s.gates == 4) sizes.push_back({cells, batch, kHidden});
  return sizes;
}

class OnnxRecurrent : public ::testing::TestWithParam<Setting> {};

TEST_P(OnnxRecurrent, AnswersAtOtherBatchesAndLengths) {
  const Setting& s = GetParam();
  const runtimes::OnnxRuntimeBackend backend;
  if (const auto version = backend.Version(); !version.ok()) GTEST_SKIP() << version.error().ToString();
  const std::vector<Shape> params = ParamShapes(s);
  std::vector<rewrite::ProgramInput> metas;
  for (auto& sizes : DataSizes(s, SymInt::Symbol("batch"), SymInt::Symbol("length"))) metas.push_back({"x" + std::to_string(metas.size()), {s.dtype, sizes}});
  for (const Shape& shape : params) metas.push_back({"x" + std::to_string(metas.size()), {s.dtype, ToSymInts(shape)}});
  const auto program = rewrite::RecordProgram(metas, {{"batch", 2}, {"length", 5}}, [&](ops::OpContext& c, const Values& values) { return Call(s, c, values); });
  ASSERT_THAT(program, testing::IsOk());
  const testing::TempFolder folder;
  onnx::OnnxConfig config;
  config.output_path = folder.path() / "op.onnx";
  const auto artifact = onnx::OnnxExporter().Lower(*program, weights::TensorWeights({}), config);
  ASSERT_THAT(artifact, testing::IsOk());
  const auto session = backend.Prepare(*artifact, {});
  ASSERT_THAT(session, testing::IsOk());
  for (const auto& [batch, length] : std::vector<std::pair<int64_t, int64_t>>{{2, 5}, {3, 11}, {1, 1}}) {
    NamedTensors inputs;
    Values values;
    std::vector<Shape> shapes;
    for (const auto& sizes : DataSizes(s, batch, length)) shapes.push_back(*AsInts(sizes));
    shapes.insert(shapes.end(), params.begin(), params.end());
    for (size_t i = 0; i < shapes.size(); ++i) {
      const Tensor tensor = Drawn(shapes[i], 100 + i, s.dtype);
      inputs.emplace_back(artifact->inputs[i].name, tensor);
      values.push_back(Value::Eager(tensor));
    }
    eager::NoWeights none;
    eager::EagerContext context(eager::DefaultKernels(), ops::Numerics::Oracle(), none);
    const Values wanted = Call(s, context, values);
    ASSERT_THAT(context.status(), testing::IsOk());
    const auto outputs = (*session)->Run(inputs);
    ASSERT_THAT(outputs, testing::IsOk());
    ASSERT_EQ(outputs->size(), wanted.size());
    const double allowed = s.dtype == DType::kF64 ? 1e-12 : s.dtype == DType::kF32 ? 1e-5 : 1e-2;
    for (size_t k = 0; k < wanted.size(); ++k) {
      const Tensor& found = (*outputs)[k].second;
      ASSERT_EQ(found.dtype(), s.dtype);
      ASSERT_EQ(found.shape(), wanted[k].tensor().shape()) << k;
      for (int64_t i = 0; i < found.num_elements(); ++i) {
        const double want = wanted[k].tensor().At(i);
        ASSERT_NEAR(found.At(i), want, allowed * (1 + std::fabs(want))) << "output " << k << " element " << i << " at batch " << batch << ", length " << length;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layers, OnnxRecurrent,
    ::testing::Values(Setting{"lstm", ops::LstmOp, 4}, Setting{"gru", ops::GruOp, 3}, Setting{"tanh", ops::RnnTanhOp, 1}, Setting{"relu", ops::RnnReluOp, 1},
                      Setting{"lstm_of_two_layers_and_directions", ops::LstmOp, 4, kHidden, DType::kF32, {true, 2, true, true}},
                      Setting{"gru_of_two_layers_and_directions", ops::GruOp, 3, kHidden, DType::kF32, {true, 2, true, true}},
                      Setting{"tanh_of_two_layers_and_directions", ops::RnnTanhOp, 1, kHidden, DType::kF32, {false, 2, true, false}},
                      Setting{"lstm_without_biases", ops::LstmOp, 4, kHidden, DType::kF32, {false, 1, false, true}},
                      Setting{"lstm_with_a_projection", ops::LstmOp, 4, 2, DType::kF32, {true, 2, true, true}},
                      Setting{"lstm_of_f64", ops::LstmOp, 4, kHidden, DType::kF64, {true, 1, true, false}},
                      Setting{"gru_of_f64", ops::GruOp, 3, kHidden, DType::kF64, {true, 2, true, true}},
                      Setting{"relu_of_f64", ops::RnnReluOp, 1, kHidden, DType::kF64, {false, 1, true, false}},
                      Setting{"gru_of_f16", ops::GruOp, 3, kHidden, DType::kF16, {true, 1, true, true}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace conformance
