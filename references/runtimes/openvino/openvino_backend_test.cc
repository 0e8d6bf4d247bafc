// In this process, where OpenVINO is linked. Through the worker: openvino_worker_test.cc.

#include "references/runtimes/openvino/openvino_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <new>
#include <openvino/openvino.hpp>
#include <stdexcept>

#include "framework/formats/onnx.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"
#include "references/runtimes/openvino/refusal.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using formats::OnnxDim;
using formats::OnnxModel;
using formats::OnnxNode;
using formats::OnnxValueInfo;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

OnnxDim Dim(int64_t size) { return {.size = size, .symbol = {}}; }
OnnxDim Dim(std::string symbol) { return {.size = {}, .symbol = std::move(symbol)}; }
OnnxValueInfo Value(std::string name, DType dtype, std::vector<OnnxDim> dims) {
  OnnxValueInfo info;
  info.name = std::move(name);
  info.type.elem = formats::OnnxElemOf(dtype);
  info.type.shape = std::move(dims);
  return info;
}
OnnxNode Node(std::string op, std::vector<std::string> inputs, std::vector<std::string> outputs, std::vector<formats::OnnxAttribute> attributes = {}) {
  OnnxNode node;
  node.op_type = std::move(op);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}
OnnxModel Model(std::vector<OnnxNode> nodes, std::vector<OnnxValueInfo> inputs, std::vector<OnnxValueInfo> outputs) {
  OnnxModel model;
  model.ir_version = 10;
  model.opset_imports = {{"", 18}};
  model.graph.name = "g";
  model.graph.nodes = std::move(nodes);
  model.graph.inputs = std::move(inputs);
  model.graph.outputs = std::move(outputs);
  return model;
}
/// relu(x + y) over an open batch, a cast to bool, and integers; names with dots.
OnnxModel Sample() {
  return Model({Node("Add", {"a.x", "y"}, {"sum"}), Node("Relu", {"sum"}, {"out.0"}),
                Node("Cast", {"y"}, {"out.1"}, {formats::OnnxAttribute::Int("to", static_cast<int64_t>(formats::OnnxElem::kBool))}),
                Node("Add", {"n", "n"}, {"twice"})},
               {Value("a.x", DType::kF32, {Dim("batch"), Dim(3)}), Value("y", DType::kF32, {Dim(3)}), Value("n", DType::kI64, {})},
               {Value("out.0", DType::kF32, {Dim("batch"), Dim(3)}), Value("out.1", DType::kBool, {Dim(3)}), Value("twice", DType::kI64, {})});
}
NamedTensors SampleInputs() {
  return {{"a.x", F32({{1, -2, 3}, {4, 5, -6}})}, {"y", F32({0, 1, 2})}, {"n", Tensor::Of<int64_t>({}, {21})}};
}
NamedTensors With(NamedTensors tensors, const std::string& name, const Tensor& tensor) {
  for (auto& entry : tensors) {
    if (entry.first == name) {
      entry.second = tensor;
      return tensors;
    }
  }
  tensors.emplace_back(name, tensor);
  return tensors;
}

/// One backend for all tests: its Core is to serve many sessions.
class Openvino : public ::testing::Test {
 protected:
  ports::Artifact At(const std::string& format, const std::string& name) {
    ports::Artifact artifact;
    artifact.format = format;
    artifact.path = folder_.path() / name;
    return artifact;
  }
  ports::Artifact Save(const OnnxModel& model) {
    const ports::Artifact artifact = At("onnx", "model.onnx");
    const auto bytes = formats::SerializeOnnx(model);
    EXPECT_THAT(bytes, IsOk());
    std::ofstream(artifact.path, std::ios::binary) << *bytes;
    return artifact;
  }
  /// The same model as OpenVINO's own IR.
  ports::Artifact SaveIr(const OnnxModel& model) {
    ov::save_model(ov::Core().read_model(Save(model).path.string()), (folder_.path() / "model.xml").string(), /*compress_to_fp16=*/false);
    return At("openvino", "model.xml");
  }
  std::unique_ptr<ports::Session> Prepared(const ports::Artifact& artifact) {
    auto session = backend_.Prepare(artifact, {});
    EXPECT_THAT(session, IsOk());
    return session.ok() ? *std::move(session) : nullptr;
  }
  Result<NamedTensors> Run(const OnnxModel& model, const NamedTensors& inputs) {
    CONFORMANCE_TRY(const auto session, backend_.Prepare(Save(model), {}));
    return session->Run(inputs);
  }

  static OpenvinoBackend backend_;
  TempFolder folder_;
};
OpenvinoBackend Openvino::backend_;

TEST_F(Openvino, TellsItsVersion) { EXPECT_THAT(backend_.Version(), IsOkAnd(MatchesRegex("20[0-9]+\\.[0-9]+\\.[0-9]+"))); }

TEST_F(Openvino, RunsOnnxAndItsOwnFilesAtAnyBatch) {
  for (const ports::Artifact& artifact : {Save(Sample()), SaveIr(Sample())}) {
    const auto session = Prepared(artifact);
    ASSERT_TRUE(session);
    for (int i = 0; i < 2; ++i) {
      const auto found = session->Run(SampleInputs());
      ASSERT_THAT(found, IsOk());
      ASSERT_EQ(found->size(), 3u);
      EXPECT_EQ((*found)[0].first, "out.0");
      EXPECT_THAT((*found)[0].second, BitEqualTo(F32({{1, 0, 5}, {4, 6, 0}})));
      EXPECT_EQ((*found)[1].first, "out.1");
      EXPECT_THAT((*found)[1].second, BitEqualTo(Bool({false, true, true})));
      EXPECT_EQ((*found)[2].first, "twice");
      EXPECT_THAT((*found)[2].second, BitEqualTo(Tensor::Of<int64_t>({}, {42})));
    }
    const auto five = session->Run(With(SampleInputs(), "a.x", Tensor::Zeros(DType::kF32, {5, 3})));
    ASSERT_THAT(five, IsOk());
    EXPECT_THAT((*five)[0].second, HasShape(DType::kF32, {5, 3}));
    const auto none = session->Run(With(SampleInputs(), "a.x", Tensor::Zeros(DType::kF32, {0, 3})));
    ASSERT_THAT(none, IsOk());
    EXPECT_THAT((*none)[0].second, HasShape(DType::kF32, {0, 3}));
  }
}

TEST_F(Openvino, TakesStridedInputs) {
  const Tensor transposed = F32({{1, 4}, {-2, 5}, {3, -6}}).View({2, 3}, {1, 2}, 0);
  const auto found = Run(Sample(), With(SampleInputs(), "a.x", transposed));
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT((*found)[0].second, BitEqualTo(F32({{1, 0, 5}, {4, 6, 0}})));
}

TEST_F(Openvino, CarriesEveryDType) {
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32, DType::kI16, DType::kI8, DType::kU8,
                            DType::kBool}) {
    const Tensor x = Cast(Tensor::Of<double>({2, 2}, {1, 0, 1, 1}), dtype);
    const auto same = Run(Model({Node("Identity", {"x"}, {"y"})}, {Value("x", dtype, {Dim(2), Dim(2)})}, {Value("y", dtype, {Dim(2), Dim(2)})}),
                          {{"x", x}});
    ASSERT_THAT(same, IsOk()) << ToString(dtype);
    EXPECT_THAT((*same)[0].second, BitEqualTo(x)) << ToString(dtype);
  }
}

TEST_F(Openvino, ComputesInF32WithoutLosingDigits) {
  // 1 + 2^-20 would be 1 in bf16 or f16, which the plugin prefers on some processors.
  const float fine = 1 + 0x1p-20f;
  const auto found = Run(Model({Node("MatMul", {"x", "y"}, {"z"})}, {Value("x", DType::kF32, {Dim(1), Dim(2)}), Value("y", DType::kF32, {Dim(2), Dim(1)})},
                               {Value("z", DType::kF32, {Dim(1), Dim(1)})}),
                         {{"x", F32({{fine, 0}})}, {"y", Tensor::Of<float>({2, 1}, {1, 1})}});
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT((*found)[0].second, BitEqualTo(Tensor::Of<float>({1, 1}, {fine})));
}

TEST_F(Openvino, FindsExternalDataBesideTheModel) {
  OnnxModel model = Model({Node("Add", {"x", "w"}, {"z"})}, {Value("x", DType::kF32, {Dim(2)})}, {Value("z", DType::kF32, {Dim(2)})});
  formats::OnnxTensor w;
  w.name = "w";
  w.elem = formats::OnnxElem::kFloat;
  w.dims = {2};
  w.external = formats::OnnxExternal{.location = "model.onnx_data", .offset = 4, .length = 8};
  model.graph.initializers = {w};
  const float data[3] = {99, 1.5f, 2.5f};
  std::ofstream(folder_.path() / "model.onnx_data", std::ios::binary).write(reinterpret_cast<const char*>(data), sizeof data);
  const auto sum = Run(model, {{"x", F32({1, 1})}});
  ASSERT_THAT(sum, IsOk());
  EXPECT_THAT((*sum)[0].second, BitEqualTo(F32({2.5f, 3.5f})));
}

TEST_F(Openvino, ShowsValuesInside) {
  const auto session = Prepared(Save(Sample()));
  ASSERT_TRUE(session);
  // One inside, one that is an output already, an input.
  for (int i = 0; i < 2; ++i) {
    const auto found = session->RunCapturing(SampleInputs(), {"sum", "twice", "y"});
    ASSERT_THAT(found, IsOk());
    std::vector<std::string> names;
    for (const auto& entry : *found) names.push_back(entry.first);
    EXPECT_THAT(names, ElementsAre("out.0", "out.1", "twice", "sum", "twice", "y"));
    EXPECT_THAT((*found)[3].second, BitEqualTo(F32({{1, -1, 5}, {4, 6, -4}})));
    EXPECT_THAT((*found)[4].second, BitEqualTo(Tensor::Of<int64_t>({}, {42})));
    EXPECT_THAT((*found)[5].second, BitEqualTo(F32({0, 1, 2})));
  }
  EXPECT_THAT(session->RunCapturing(SampleInputs(), {"nothing", "sum", "nowhere"}),
              IsError(ErrorKind::kNotFound, AllOf(HasSubstr("found: nothing"), HasSubstr("found: nowhere"), Not(HasSubstr("found: sum")))));
  EXPECT_THAT(session->Run(SampleInputs()), IsOk());
}

TEST_F(Openvino, NamesOutputsAsTheArtifactDoes) {
  // Two names of one value: whichever the reader keeps, each output has its own.
  ports::Artifact artifact = Save(Model({Node("Relu", {"x"}, {"b"}), Node("Identity", {"b"}, {"a"})}, {Value("x", DType::kF32, {Dim(1)})},
                                        {Value("b", DType::kF32, {Dim(1)}), Value("a", DType::kF32, {Dim(1)})}));
  artifact.outputs = {{.name = "b", .dtype = DType::kF32, .dims = {"1"}}, {.name = "a", .dtype = DType::kF32, .dims = {"1"}}};
  const auto session = Prepared(artifact);
  ASSERT_TRUE(session);
  const auto found = session->Run({{"x", F32({3})}});
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].first, "b");
  EXPECT_EQ((*found)[1].first, "a");
}

TEST_F(Openvino, RefusesInputsThatDoNotFit) {
  const auto session = Prepared(Save(Sample()));
  ASSERT_TRUE(session);
  EXPECT_THAT(session->Run({SampleInputs()[0]}), IsError(ErrorKind::kInvalid, HasSubstr("input 'y' is missing")));
  EXPECT_THAT(session->Run(With(SampleInputs(), "z", F32({1}))), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("no input 'z'"), HasSubstr("a.x"))));
  EXPECT_THAT(session->Run(With(SampleInputs(), "a.x", F64({{1, 1, 1}}))),
              IsError(ErrorKind::kType, AllOf(HasSubstr("a.x"), HasSubstr("f64[1, 3]"), HasSubstr("f32[?,3]"))));
  EXPECT_THAT(session->Run(With(SampleInputs(), "a.x", F32({{1, 1, 1, 1}}))), IsError(ErrorKind::kShape, HasSubstr("f32[?,3]")));
  EXPECT_THAT(session->Run(With(SampleInputs(), "a.x", F32({1, 1, 1}))), IsError(ErrorKind::kShape, HasSubstr("f32[?,3]")));
  EXPECT_THAT(session->Run(SampleInputs()), IsOk());
}

TEST_F(Openvino, IgnoresADeclaredInputThatItsReaderDropped) {
  // Of the second input of CastLike only the type counts, which is known without it.
  const auto session = Prepared(Save(Model({Node("CastLike", {"x", "like"}, {"y"})}, {Value("x", DType::kI64, {Dim(2)}), Value("like", DType::kF32, {Dim(1)})},
                                           {Value("y", DType::kF32, {Dim(2)})})));
  ASSERT_TRUE(session);
  const NamedTensors inputs = {{"x", Tensor::Of<int64_t>({2}, {1, 2})}, {"like", F32({0})}};
  const auto found = session->Run(inputs);
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT((*found)[0].second, BitEqualTo(F32({1, 2})));
  EXPECT_THAT(session->Run(With(inputs, "other", F32({1}))), IsError(ErrorKind::kInvalid, HasSubstr("no input 'other'")));
}

TEST_F(Openvino, NamesAnInputThatIsAnOutputAsTheFileDoes) {
  // Max of one tensor is that tensor, as Dropout is outside of training, and OpenVINO calls it by the output's name alone.
  for (const char* op : {"Max", "Dropout"}) {
    ports::Artifact artifact = Save(Model({Node(op, {"x"}, {"y"})}, {Value("x", DType::kF32, {Dim(2)})}, {Value("y", DType::kF32, {Dim(2)})}));
    artifact.inputs = {{.name = "x", .dtype = DType::kF32, .dims = {"2"}}};
    artifact.outputs = {{.name = "y", .dtype = DType::kF32, .dims = {"2"}}};
    const auto session = Prepared(artifact);
    ASSERT_TRUE(session);
    const auto found = session->Run({{"x", F32({1, 2})}});
    ASSERT_THAT(found, IsOk()) << op;
    EXPECT_EQ((*found)[0].first, "y");
    EXPECT_THAT((*found)[0].second, BitEqualTo(F32({1, 2})));
    // What the artifact lists and the file does not declare is no other name for it.
    artifact.inputs[0].name = "z";
    EXPECT_THAT(Prepared(artifact)->Run({{"z", F32({1, 2})}}), IsError(ErrorKind::kInvalid, HasSubstr("no input 'z'")));
  }
}

TEST_F(Openvino, WhatItLacksIsUnsupported) {
  OnnxModel model = Sample();
  model.graph.nodes[1].op_type = "Det";
  EXPECT_THAT(backend_.Prepare(Save(model), {}), IsError(ErrorKind::kUnsupported, HasSubstr("No conversion rule found for operations: Det-18")));
  // The front end takes an axis that is known only at run time; the plugin doesn't take what comes out.
  model = Model({Node("Unsqueeze", {"x", "axes"}, {"y"})}, {Value("x", DType::kF32, {Dim(2)}), Value("axes", DType::kI64, {Dim(1)})},
                {Value("y", DType::kF32, {Dim(1), Dim(2)})});
  EXPECT_THAT(backend_.Prepare(Save(model), {}), IsError(ErrorKind::kUnsupported, HasSubstr("doesn't support Unsqueeze operation with dynamic rank")));
}

TEST(Refusal, TellsWhatIsMissingFromWhatIsWrong) {
  const auto refusal = [](const char* text) { return Refusal("read the model", std::runtime_error(text)); };
  EXPECT_EQ(refusal("Exception from src/inference/src/cpp/core.cpp:97:\nNon-constant training_mode input is not supported.\n").ToString(),
            "openvino refuses to read the model: Non-constant training_mode input is not supported.");
  EXPECT_EQ(refusal("Non-constant training_mode input is not supported.").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(refusal("FrontEnd API failed with NotImplementedFailure:\nget_attribute is not implemented").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(refusal("Unsupported operation of type: Convert name: y").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(refusal("The split number is invalid").kind(), ErrorKind::kInvalid);
  EXPECT_EQ(refusal("std::bad_alloc").kind(), ErrorKind::kOutOfMemory);
  EXPECT_EQ(Refusal("run the model", std::bad_alloc()).kind(), ErrorKind::kOutOfMemory);
  EXPECT_EQ(refusal("").ToString(), "openvino refuses to read the model: it gives no reason");
}

TEST_F(Openvino, RefusesWhatItCannotLoad) {
  for (const auto& artifact : {At("onnx", "junk.onnx"), At("openvino", "junk.xml")}) {
    std::ofstream(artifact.path) << std::string(400, 'j');
    EXPECT_THAT(backend_.Prepare(artifact, {}),
                IsError(ErrorKind::kInvalid, AllOf(HasSubstr("openvino refuses to read the model"), Not(HasSubstr("Exception from")))));
  }
  EXPECT_THAT(backend_.Prepare(At("onnx", "nowhere.onnx"), {}), IsError(ErrorKind::kNotFound, HasSubstr("nowhere.onnx")));
  EXPECT_THAT(backend_.Prepare(At("pte", "junk.onnx"), {}), IsError(ErrorKind::kInvalid, HasSubstr("format 'pte'")));
}

TEST_F(Openvino, TakesProperties) {
  const ports::Artifact artifact = Save(Sample());
  const auto prepare = [&](const char* option, Json value) {
    ports::SessionOptions options;
    options.extra[option] = std::move(value);
    return backend_.Prepare(artifact, options);
  };
  EXPECT_THAT(prepare("config", Json::Object{{"INFERENCE_NUM_THREADS", 2}, {"ENABLE_HYPER_THREADING", false}, {"LOG_LEVEL", "LOG_NONE"}}), IsOk());
  EXPECT_THAT(prepare("config", Json::Object{{"NO_SUCH_KEY", "1"}}), IsError(ErrorKind::kInvalid, HasSubstr("refuses to compile")));
  EXPECT_THAT(prepare("config", Json::Object{{"LOG_LEVEL", Json::MakeArray()}}), IsError(ErrorKind::kInvalid, HasSubstr("LOG_LEVEL")));
  EXPECT_THAT(prepare("fast", 1), IsError(ErrorKind::kInvalid, HasSubstr("no option 'fast'")));
  ports::SessionOptions plain;
  plain.optimize = false;
  EXPECT_THAT(backend_.Prepare(artifact, plain), IsOk());
}

}  // namespace
}  // namespace conformance::runtimes
