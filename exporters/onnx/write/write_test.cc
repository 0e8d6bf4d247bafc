#include "exporters/onnx/write/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "exporters/onnx/write/proto_bytes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Tensor Counting(Shape shape, float start) {
  std::vector<float> values(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = start + static_cast<float>(i);
  return Tensor::Of<float>(std::move(shape), values);
}

// Weights that stream in blocks of a few bytes; one may claim another size than it has.
class FakeWeights : public weights::Weights {
 public:
  void Add(std::string name, Tensor tensor) {
    weights::WeightInfo info;
    info.name = name;
    info.dtype = tensor.dtype();
    info.shape = tensor.shape();
    all_.push_back(info);
    tensors_.emplace_back(std::move(name), std::move(tensor));
  }
  void Claim(std::string name, Shape shape) {
    weights::WeightInfo info;
    info.name = std::move(name);
    info.shape = std::move(shape);
    all_.push_back(info);
  }
  const std::vector<weights::WeightInfo>& All() const override { return all_; }
  Result<Tensor> Load(std::string_view name) const override { return *Find(name); }
  std::optional<weights::ByteRange> Range(std::string_view) const override { return std::nullopt; }
  Status Stream(std::string_view name, const Sink& sink, size_t) const override {
    const Tensor* tensor = Find(name);
    if (tensor == nullptr) return NotFound("nothing to read");
    const auto bytes = tensor->bytes();
    for (size_t at = 0; at < bytes.size(); at += 100) CONFORMANCE_RETURN_IF_ERROR(sink(bytes.subspan(at, std::min<size_t>(100, bytes.size() - at))));
    return Ok();
  }

 private:
  const Tensor* Find(std::string_view name) const { return conformance::Find(tensors_, name); }
  std::vector<weights::WeightInfo> all_;
  NamedTensors tensors_;
};

formats::OnnxTensor Pending(std::string name, std::vector<int64_t> dims) {
  formats::OnnxTensor tensor;
  tensor.name = std::move(name);
  tensor.elem = formats::OnnxElem::kFloat;
  tensor.external = formats::OnnxExternal{"weights", 0, *formats::OnnxByteSize(tensor.elem, dims)};
  tensor.dims = std::move(dims);
  return tensor;
}

// y = x + a + b + c; a and c are large, b is small.
LoweredModel Model() {
  LoweredModel lowered;
  auto& model = lowered.model;
  model.ir_version = 10;
  model.opset_imports.push_back({"", 20});
  model.graph.name = "main_graph";
  const auto info = [](std::string name) {
    formats::OnnxValueInfo value;
    value.name = std::move(name);
    value.type.elem = formats::OnnxElem::kFloat;
    value.type.shape = {formats::OnnxDim{300, {}}};
    return value;
  };
  model.graph.inputs.push_back(info("x"));
  model.graph.outputs.push_back(info("y"));
  const auto add = [&](std::string a, std::string b, std::string y) {
    formats::OnnxNode node;
    node.op_type = "Add";
    node.name = "node_" + y;
    node.inputs = {std::move(a), std::move(b)};
    node.outputs = {std::move(y)};
    model.graph.nodes.push_back(std::move(node));
  };
  add("x", "a", "xa");
  add("xa", "b", "xab");
  add("xab", "c", "y");
  model.graph.initializers = {Pending("a", {300}), Pending("b", {1}), Pending("c", {300})};
  lowered.weights = {"a", "b", "c"};
  lowered.inputs.push_back({"x", DType::kF32, {"300"}});
  return lowered;
}
FakeWeights Weights() {
  FakeWeights weights;
  weights.Add("a", Counting({300}, 0));
  weights.Add("b", F32({7}));
  weights.Add("c", Counting({300}, 1000));
  return weights;
}

std::string Bytes(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}
std::vector<std::string> Files(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Write, LargeTensorsGoToTheSidecarAligned) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  LoweredModel lowered = Model();
  const auto written = Write(lowered, Weights(), config);
  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(Files(folder.path()), (std::vector<std::string>{"model.onnx", "model.onnx_data"}));
  EXPECT_THAT(formats::CheckOnnxFile(config.output_path), IsOk());
  const auto read = formats::ReadOnnx(config.output_path);
  ASSERT_THAT(read, IsOk());
  const auto& tensors = read->graph.initializers;
  ASSERT_EQ(tensors.size(), 3u);
  ASSERT_TRUE(tensors[0].external && tensors[2].external);
  EXPECT_EQ(*tensors[0].external, (formats::OnnxExternal{"model.onnx_data", 0, 1200}));
  EXPECT_EQ(*tensors[2].external, (formats::OnnxExternal{"model.onnx_data", 1216, 1200}));  // the next multiple of 64
  EXPECT_FALSE(tensors[1].external.has_value());
  EXPECT_THAT(formats::TensorOf(tensors[1]), IsOkAnd(BitEqualTo(F32({7}))));
  const std::string data = Bytes(folder.path() / "model.onnx_data");
  const auto expected = Counting({300}, 1000);
  EXPECT_EQ(data.substr(1216), std::string(reinterpret_cast<const char*>(expected.raw()), 1200));
  EXPECT_EQ(written->sidecar_bytes, data.size());
}

TEST(Write, EmbeddedTensorsAreReadBackFromOneFile) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  config.external_data = false;
  LoweredModel lowered = Model();
  ASSERT_THAT(Write(lowered, Weights(), config), IsOk());
  EXPECT_EQ(Files(folder.path()), (std::vector<std::string>{"model.onnx"}));
  EXPECT_THAT(formats::CheckOnnxFile(config.output_path), IsOk());
  const auto read = formats::ReadOnnx(config.output_path);
  ASSERT_THAT(read, IsOk());
  std::map<std::string, Tensor> found;
  for (const auto& tensor : read->graph.initializers) found.emplace(tensor.name, *formats::TensorOf(tensor));
  EXPECT_THAT(found.at("a"), BitEqualTo(Counting({300}, 0)));
  EXPECT_THAT(found.at("b"), BitEqualTo(F32({7})));
  EXPECT_THAT(found.at("c"), BitEqualTo(Counting({300}, 1000)));
  EXPECT_EQ(read->graph.nodes.size(), 3u);
}

TEST(Write, MoreThanTwoGigabytesWithoutASidecarIsRefusedBeforeAnythingIsWritten) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  config.external_data = false;
  LoweredModel lowered = Model();
  lowered.model.graph.initializers[0] = Pending("a", {int64_t{1} << 29});  // exactly 2 GiB of f32
  FakeWeights weights;
  weights.Claim("a", {int64_t{1} << 29});
  weights.Add("b", F32({7}));
  weights.Add("c", Counting({300}, 1000));
  const auto written = Write(lowered, weights, config);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().Fact("field"), "external_data");
  EXPECT_THAT(Files(folder.path()), IsEmpty());
}

TEST(Write, AnErrorLeavesNothing) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  LoweredModel lowered = Model();
  FakeWeights weights;
  weights.Add("a", Counting({300}, 0));
  weights.Add("b", F32({7}));
  weights.Claim("c", {300});  // there by name, and cannot be read
  EXPECT_FALSE(Write(lowered, weights, config).ok());
  EXPECT_THAT(Files(folder.path()), IsEmpty());
}

TEST(Write, WeightsThatAreNotAsDeclaredAreRefused) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  FakeWeights weights;
  weights.Add("a", Counting({30, 10}, 0));
  LoweredModel lowered = Model();
  const auto shape = Write(lowered, weights, config);
  ASSERT_FALSE(shape.ok());
  EXPECT_THAT(shape.error().ToString(), AllOf(HasSubstr("weight a is [30, 10]"), HasSubstr("wants [300]")));
  EXPECT_THAT(Write(lowered, FakeWeights(), config).error().ToString(), HasSubstr("have no 'a'"));
  config.output_path.clear();
  EXPECT_EQ(Write(lowered, Weights(), config).error().Fact("field"), "output_path");
}

TEST(Write, WithoutParametersTheyAreInputs) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  config.export_params = false;
  LoweredModel lowered = Model();
  ASSERT_THAT(Write(lowered, FakeWeights(), config), IsOk());
  const auto read = formats::ReadOnnx(config.output_path);
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(read->graph.initializers, IsEmpty());
  EXPECT_EQ(read->graph.inputs.size(), 4u);
  EXPECT_EQ(lowered.inputs.size(), 4u);
  EXPECT_THAT(formats::CheckOnnxFile(config.output_path), IsOk());
}

TEST(Write, InitializersMayBeListedAsInputsAsWell) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  config.keep_initializers_as_inputs = true;
  LoweredModel lowered = Model();
  ASSERT_THAT(Write(lowered, Weights(), config), IsOk());
  const auto read = formats::ReadOnnx(config.output_path);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->graph.initializers.size(), 3u);
  EXPECT_EQ(read->graph.inputs.size(), 4u);
  EXPECT_EQ(lowered.inputs.size(), 1u);  // a caller need not pass them
}

TEST(Write, TheSameModelGivesTheSameBytes) {
  const TempFolder folder;
  OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  std::string first, first_data;
  for (int round = 0; round < 2; ++round) {
    LoweredModel lowered = Model();
    ASSERT_THAT(Write(lowered, Weights(), config), IsOk());
    if (round == 0) {
      first = Bytes(config.output_path);
      first_data = Bytes(folder.path() / "model.onnx_data");
    }
  }
  EXPECT_EQ(Bytes(config.output_path), first);
  EXPECT_EQ(Bytes(folder.path() / "model.onnx_data"), first_data);
}

TEST(Write, TheSidecarStandsBesideTheModel) {
  EXPECT_EQ(SidecarPath("a/model.onnx"), "a/model.onnx_data");
  EXPECT_EQ(SidecarPath("a/model"), "a/model.onnx_data");
}

TEST(ProtoBytes, AreOnnxsOwnFieldNumbers) {
  // GraphProto (7, 12 bytes): initializer (5, 10 bytes): dims 2, data_type FLOAT, name "a", raw_data of 1 byte that follows.
  const std::string header = InitializerHeader(Pending("a", {2}), 1);
  EXPECT_EQ(header, std::string("\x3a\x0c\x2a\x0a\x08\x02\x10\x01\x42\x01\x61\x4a\x01", 13));
}

}  // namespace
}  // namespace conformance::onnx
