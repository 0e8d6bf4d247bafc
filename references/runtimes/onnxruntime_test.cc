#include "references/runtimes/onnxruntime.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "framework/formats/onnx.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

/// Builds small models and runs them. Skipped where the runtime is not there.
class OnnxRuntime : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto version = backend_.Version(); !version.ok()) GTEST_SKIP() << version.error().ToString();
    folder_ = fs::temp_directory_path() / ("onnxruntime_test." + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  static formats::OnnxValueInfo Value(std::string name, DType dtype, std::vector<formats::OnnxDim> dims) {
    formats::OnnxValueInfo info;
    info.name = std::move(name);
    info.type.elem = formats::OnnxElemOf(dtype);
    info.type.shape = std::move(dims);
    return info;
  }
  static formats::OnnxDim Dim(int64_t size) { return {.size = size, .symbol = {}}; }
  static formats::OnnxDim Dim(std::string symbol) { return {.size = {}, .symbol = std::move(symbol)}; }
  static formats::OnnxNode Node(std::string op, std::vector<std::string> inputs, std::vector<std::string> outputs) {
    formats::OnnxNode node;
    node.op_type = std::move(op);
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    return node;
  }
  formats::OnnxModel Model(std::vector<formats::OnnxNode> nodes, std::vector<formats::OnnxValueInfo> inputs,
                           std::vector<formats::OnnxValueInfo> outputs) {
    formats::OnnxModel model;
    model.ir_version = 10;
    model.opset_imports = {{"", 21}};
    model.graph.name = "g";
    model.graph.nodes = std::move(nodes);
    model.graph.inputs = std::move(inputs);
    model.graph.outputs = std::move(outputs);
    return model;
  }
  ports::Artifact Save(const formats::OnnxModel& model) {
    ports::Artifact artifact;
    artifact.format = "onnx";
    artifact.path = folder_ / "model.onnx";
    const auto bytes = formats::SerializeOnnx(model);
    EXPECT_THAT(bytes, IsOk());
    std::ofstream(artifact.path, std::ios::binary) << *bytes;
    return artifact;
  }
  Result<NamedTensors> Run(const formats::OnnxModel& model, const NamedTensors& inputs, const ports::SessionOptions& options = {}) {
    CONFORMANCE_TRY(auto session, backend_.Prepare(Save(model), options));
    return session->Run(inputs);
  }
  /// z = x + y over [n, 2] and [n, 2].
  formats::OnnxModel AddModel(DType dtype = DType::kF32) {
    return Model({Node("Add", {"x", "y"}, {"z"})}, {Value("x", dtype, {Dim("n"), Dim(2)}), Value("y", dtype, {Dim("n"), Dim(2)})},
                 {Value("z", dtype, {Dim("n"), Dim(2)})});
  }

  OnnxRuntimeBackend backend_;
  fs::path folder_;
};

TEST_F(OnnxRuntime, RunsAtAnySizeOfASymbol) {
  for (const bool optimize : {true, false}) {
    const auto two = Run(AddModel(), {{"y", F32({{1, 2}, {3, 4}})}, {"x", F32({{10, 20}, {30, 40}})}}, {.threads = 1, .optimize = optimize, .extra = {}});
    ASSERT_THAT(two, IsOk());
    ASSERT_EQ(two->size(), 1u);
    EXPECT_EQ((*two)[0].first, "z");
    EXPECT_THAT((*two)[0].second, BitEqualTo(F32({{11, 22}, {33, 44}})));
  }
  const auto none = Run(AddModel(), {{"x", Tensor::Zeros(DType::kF32, {0, 2})}, {"y", Tensor::Zeros(DType::kF32, {0, 2})}});
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT((*none)[0].second, HasShape(DType::kF32, {0, 2}));
}

TEST_F(OnnxRuntime, WhatItLacksIsUnsupported) {
  const auto prepare = [&](const formats::OnnxModel& model) { return backend_.Prepare(Save(model), {}); };
  EXPECT_THAT(prepare(AddModel(DType::kBF16)), IsError(ErrorKind::kUnsupported, HasSubstr("Could not find an implementation for Add")));
  formats::OnnxModel foreign = AddModel();
  foreign.graph.nodes[0].domain = "com.example";
  foreign.opset_imports.push_back({"com.example", 1});
  EXPECT_THAT(prepare(foreign), IsError(ErrorKind::kUnsupported, HasSubstr("com.example:Add")));
  formats::OnnxModel newer = AddModel();
  newer.ir_version = 1000;
  EXPECT_THAT(prepare(newer), IsError(ErrorKind::kUnsupported, HasSubstr("IR version: 1000")));
  newer = AddModel();
  newer.opset_imports = {{"", 1000}};
  EXPECT_THAT(prepare(newer), IsError(ErrorKind::kUnsupported, HasSubstr("Opset 1000")));
}

TEST_F(OnnxRuntime, TakesStridedInputs) {
  const Tensor x = F32({{1, 2}, {3, 4}}).View({2, 2}, {1, 2}, 0);  // the transpose
  const auto sum = Run(AddModel(), {{"x", x}, {"y", F32({{0, 0}, {0, 0}})}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_THAT((*sum)[0].second, BitEqualTo(F32({{1, 3}, {2, 4}})));
}

TEST_F(OnnxRuntime, CarriesEveryDType) {
  const std::vector<double> values = {1, 0, 1, 1};
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32, DType::kI16, DType::kI8,
                            DType::kU8, DType::kBool}) {
    const Tensor x = Cast(Tensor::Of<double>({2, 2}, values), dtype);
    const auto same = Run(Model({Node("Identity", {"x"}, {"y"})}, {Value("x", dtype, {Dim(2), Dim(2)})},
                                {Value("y", dtype, {Dim(2), Dim(2)})}),
                          {{"x", x}});
    ASSERT_THAT(same, IsOk()) << ToString(dtype);
    EXPECT_THAT((*same)[0].second, BitEqualTo(x)) << ToString(dtype);
  }
}

TEST_F(OnnxRuntime, FindsExternalDataBesideTheModel) {
  formats::OnnxModel model = Model({Node("Add", {"x", "w"}, {"z"})}, {Value("x", DType::kF32, {Dim(2)})}, {Value("z", DType::kF32, {Dim(2)})});
  formats::OnnxTensor w;
  w.name = "w";
  w.elem = formats::OnnxElem::kFloat;
  w.dims = {2};
  w.external = formats::OnnxExternal{.location = "model.onnx_data", .offset = 4, .length = 8};
  model.graph.initializers = {w};
  const float data[3] = {99, 1.5f, 2.5f};
  std::ofstream(folder_ / "model.onnx_data", std::ios::binary).write(reinterpret_cast<const char*>(data), sizeof data);
  const auto sum = Run(model, {{"x", F32({1, 1})}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_THAT((*sum)[0].second, BitEqualTo(F32({2.5f, 3.5f})));
}

TEST_F(OnnxRuntime, RefusesInputsThatDoNotFit) {
  const Tensor x = F32({{1, 2}});
  EXPECT_THAT(Run(AddModel(), {{"x", x}}), IsError(ErrorKind::kInvalid, HasSubstr("'y' is missing")));
  EXPECT_THAT(Run(AddModel(), {{"x", x}, {"y", x}, {"w", x}}), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("no input 'w'"), HasSubstr("x, y"))));
  EXPECT_THAT(Run(AddModel(), {{"x", x}, {"y", F64({{1, 2}})}}),
              IsError(ErrorKind::kType, AllOf(HasSubstr("input: y"), HasSubstr("f64[1, 2]"), HasSubstr("f32[n, 2]"))));
  EXPECT_THAT(Run(AddModel(), {{"x", x}, {"y", F32({1, 2})}}), IsError(ErrorKind::kShape, HasSubstr("another rank")));
  EXPECT_THAT(Run(AddModel(), {{"x", F32({{1, 2, 3}})}, {"y", x}}), IsError(ErrorKind::kShape, HasSubstr("axis 1")));
  EXPECT_THAT(Run(AddModel(), {{"x", x}, {"y", F32({{1, 2}, {3, 4}})}}),
              IsError(ErrorKind::kShape, HasSubstr("'n' is 2 on axis 0, but 1 in x axis 0")));
}

TEST_F(OnnxRuntime, ItsOwnRefusalsAreErrorsWithItsText) {
  EXPECT_THAT(Run(Model({Node("NoSuchOperator", {"x"}, {"y"})}, {Value("x", DType::kF32, {Dim(1)})}, {Value("y", DType::kF32, {Dim(1)})}),
                  {{"x", F32({1})}}),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("load the model"), HasSubstr("NoSuchOperator"), HasSubstr("model.onnx"))));
  // A size that the graph contradicts when it runs.
  formats::OnnxModel reshape = Model({Node("Reshape", {"x", "s"}, {"y"})}, {Value("x", DType::kF32, {Dim("n")}), Value("s", DType::kI64, {Dim(1)})},
                                     {Value("y", DType::kF32, {Dim("m")})});
  EXPECT_THAT(Run(reshape, {{"x", F32({1, 2, 3})}, {"s", I64({2})}}), IsError(ErrorKind::kInvalid, HasSubstr("run the model")));
  std::ofstream(folder_ / "broken.onnx") << "not a model";
  ports::Artifact artifact;
  artifact.format = "onnx";
  artifact.path = folder_ / "broken.onnx";
  EXPECT_THAT(backend_.Prepare(artifact, {}), IsError(ErrorKind::kCorrupt, HasSubstr("broken.onnx")));
  artifact.path = folder_ / "absent.onnx";
  EXPECT_THAT(backend_.Prepare(artifact, {}), IsError(ErrorKind::kNotFound, HasSubstr("absent.onnx")));
  artifact.format = "pte";
  EXPECT_THAT(backend_.Prepare(artifact, {}), IsError(ErrorKind::kInvalid, HasSubstr("'pte'")));
}

TEST_F(OnnxRuntime, OptionsAreChecked) {
  ports::SessionOptions options;
  options.extra["config"]["session.set_denormal_as_zero"] = "1";
  EXPECT_THAT(Run(AddModel(), {{"x", F32({{1, 2}})}, {"y", F32({{1, 2}})}}, options), IsOk());
  options.extra = Json::MakeObject();
  options.extra["level"] = 3;
  EXPECT_THAT(Run(AddModel(), {}, options), IsError(ErrorKind::kInvalid, HasSubstr("'level'")));
}

TEST_F(OnnxRuntime, ShowsIntermediatesByASecondSession) {
  // z = (x + y) · x, with x + y inside and external data beside the file.
  formats::OnnxModel model = Model({Node("Add", {"x", "w"}, {"sum"}), Node("Mul", {"sum", "x"}, {"z"})}, {Value("x", DType::kF32, {Dim("n")})},
                                   {Value("z", DType::kF32, {Dim("n")})});
  formats::OnnxTensor w;
  w.name = "w";
  w.elem = formats::OnnxElem::kFloat;
  w.dims = {2};
  w.external = formats::OnnxExternal{.location = "model.onnx_data", .offset = 0, .length = 8};
  model.graph.initializers = {w};
  const float data[2] = {1.5f, 2.5f};
  std::ofstream(folder_ / "model.onnx_data", std::ios::binary).write(reinterpret_cast<const char*>(data), sizeof data);
  const auto session = backend_.Prepare(Save(model), {});
  ASSERT_THAT(session, IsOk());
  const NamedTensors inputs = {{"x", F32({2, 4})}};
  for (int twice = 0; twice < 2; ++twice) {
    const auto seen = (*session)->RunCapturing(inputs, {"sum", "z", "x", "w"});
    ASSERT_THAT(seen, IsOk());
    ASSERT_EQ(seen->size(), 5u);
    EXPECT_EQ((*seen)[0].first, "z");
    EXPECT_THAT((*seen)[0].second, BitEqualTo(F32({7, 26})));
    EXPECT_EQ((*seen)[1].first, "sum");
    EXPECT_THAT((*seen)[1].second, BitEqualTo(F32({3.5f, 6.5f})));
    EXPECT_THAT((*seen)[2].second, BitEqualTo(F32({7, 26})));
    EXPECT_THAT((*seen)[3].second, BitEqualTo(F32({2, 4})));
    EXPECT_THAT((*seen)[4].second, BitEqualTo(F32({1.5f, 2.5f})));
  }
  EXPECT_THAT((*session)->RunCapturing(inputs, {"nothing"}), IsError(ErrorKind::kInvalid, HasSubstr("nothing")));
}

TEST(OnnxRuntimeMissing, IsUnavailableWithTheCommandThatAddsIt) {
  const OnnxRuntimeBackend backend({.library = "/nonexistent/libonnxruntime.so"});
  EXPECT_THAT(backend.Version(), IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("tools/setup"), HasSubstr("/nonexistent/libonnxruntime.so"))));
  ports::Artifact artifact;
  artifact.format = "onnx";
  EXPECT_THAT(backend.Prepare(artifact, {}), IsError(ErrorKind::kUnavailable));
  // A library that is another one.
  const OnnxRuntimeBackend other({.library = "libm.so.6"});
  EXPECT_THAT(other.Version(), IsError(ErrorKind::kUnavailable, HasSubstr("OrtGetApiBase")));
}

}  // namespace
}  // namespace conformance::runtimes
