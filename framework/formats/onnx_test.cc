#include "framework/formats/onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/formats/file.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using Kind = OnnxAttribute::Kind;

std::filesystem::path Fixture(const std::string& name) {
  return std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "formats/onnx" / name;
}

OnnxValueInfo Value(std::string name, OnnxElem elem, std::optional<std::vector<OnnxDim>> shape) {
  return {std::move(name), {{}, elem, std::move(shape)}, "", {}};
}
const OnnxTensor* Initializer(const OnnxModel& model, std::string_view name) {
  for (const OnnxTensor& tensor : model.graph.initializers) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}
const OnnxType* TypeIn(const std::vector<OnnxValueInfo>& values, std::string_view name) {
  for (const OnnxValueInfo& value : values) {
    if (value.name == name) return &value.type;
  }
  return nullptr;
}

/// y = x · w + b, x [n, 3]; where the weight is outside, nothing of it exists.
OnnxModel Linear(bool external) {
  OnnxModel model;
  model.ir_version = 10;
  model.opset_imports = {{"", 20}};
  model.producer_name = "test";
  model.graph.name = "linear";
  model.graph.inputs = {Value("x", OnnxElem::kFloat, {{{{}, "n"}, {3, ""}}})};
  model.graph.outputs = {Value("y", OnnxElem::kFloat, {{{{}, "n"}, {2, ""}}})};
  OnnxTensor weight;
  weight.name = "w";
  weight.elem = OnnxElem::kFloat;
  weight.dims = {3, 2};
  if (external)
    weight.external = OnnxExternal{"linear.onnx.data", 4096, 24};
  else
    weight = OnnxTensorOf("w", F32({{1, 2}, {3, 4}, {5, 6}}));
  model.graph.initializers = {weight, OnnxTensorOf("b", F32({0.5, -0.5}))};
  OnnxNode matmul;
  matmul.name = "matmul";
  matmul.op_type = "MatMul";
  matmul.inputs = {"x", "w"};
  matmul.outputs = {"xw"};
  OnnxNode add;
  add.name = "add";
  add.op_type = "Add";
  add.inputs = {"xw", "b"};
  add.outputs = {"y"};
  model.graph.nodes = {matmul, add};
  return model;
}

TEST(ParseOnnx, ReadsAModelOfThePythonLibrary) {
  const OnnxModel model = *ReadOnnx(Fixture("small.onnx"));
  EXPECT_EQ(model.ir_version, 10);
  EXPECT_THAT(model.opset_imports, ElementsAre(OnnxOpset{"", 20}));
  EXPECT_EQ(model.producer_name, "fixtures");
  EXPECT_THAT(model.metadata_props, ElementsAre(Pair("origin", "fixturegen")));
  EXPECT_EQ(model.graph.name, "small");
  EXPECT_EQ(model.graph.doc_string, "a small graph");
  ASSERT_EQ(model.graph.nodes.size(), 4U);
  EXPECT_EQ(model.graph.nodes[1].name, "add");
  EXPECT_EQ(model.graph.nodes[1].doc_string, "adds");
  EXPECT_THAT(model.graph.nodes[3].inputs, ElementsAre("z", "", "limit"))
      << "an optional input that is left out";
  EXPECT_EQ(model.graph.inputs[0].name, "x");
  EXPECT_EQ(*model.graph.inputs[0].type.shape, (std::vector<OnnxDim>{{{}, "batch"}, {3, ""}}));
  EXPECT_EQ(model.graph.inputs[1].type.elem, OnnxElem::kBool);
  EXPECT_TRUE(model.graph.inputs[1].type.shape->empty()) << "a scalar is not an unknown shape";
  const OnnxAttribute* branch = model.graph.nodes[2].Find("then_branch");
  ASSERT_NE(branch, nullptr);
  EXPECT_EQ(branch->kind, Kind::kGraph);
  EXPECT_EQ(branch->graphs[0].nodes[0].op_type, "Relu");
  EXPECT_EQ(branch->graphs[0].outputs[0].type.shape, std::nullopt);
  EXPECT_EQ(model.graph.nodes[2].Find("absent"), nullptr);
}

TEST(ParseOnnx, ReadsTensorsFromEveryField) {
  const OnnxModel model = *ReadOnnx(Fixture("small.onnx"));
  const auto tensor = [&](const char* name) { return TensorOf(*Initializer(model, name)); };
  EXPECT_THAT(tensor("weight"), IsOkAnd(BitEqualTo(F32({{0, 1}, {2, 3}, {4, 5}}))));  // raw_data
  EXPECT_THAT(tensor("bias"), IsOkAnd(BitEqualTo(F32({0.5, -0.5}))));                 // float_data
  EXPECT_THAT(tensor("half"), IsOkAnd(BitEqualTo(Cast(F32({1, -2}), DType::kF16))));  // int32_data and below
  EXPECT_THAT(tensor("brain"), IsOkAnd(BitEqualTo(Cast(F32({1.5}), DType::kBF16))));
  EXPECT_THAT(tensor("byte"), IsOkAnd(BitEqualTo(Tensor::Of<int8_t>({3}, {-1, 0, 127}))));
  EXPECT_THAT(tensor("flags"), IsOkAnd(BitEqualTo(Bool({true, false}))));
  EXPECT_THAT(tensor("long"), IsOkAnd(BitEqualTo(I64({9007199254740993}))));        // int64_data
  EXPECT_THAT(tensor("wide"), IsOkAnd(BitEqualTo(Tensor::Of<double>({}, {0.1}))));  // double_data
  EXPECT_THAT(tensor("limit"), IsOkAnd(BitEqualTo(Tensor::Of<float>({}, {6}))));
  const OnnxTensor* unsigned_one = Initializer(model, "unsigned");  // uint64_data
  ASSERT_EQ(unsigned_one->raw->bytes, 4U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(unsigned_one->raw->data[i], std::byte{0xFF});
  const OnnxTensor* nibbles = Initializer(model, "nibbles");  // 1, -2, 3: low half first
  ASSERT_EQ(nibbles->raw->bytes, 2U);
  EXPECT_EQ(nibbles->raw->data[0], std::byte{0xE1});
  EXPECT_EQ(nibbles->raw->data[1], std::byte{0x03});
  EXPECT_THAT(Initializer(model, "words")->strings, ElementsAre("a", "bc"));
  EXPECT_THAT(tensor("nibbles"), IsError(ErrorKind::kUnsupported, HasSubstr("INT4")));
  EXPECT_THAT(tensor("words"), IsError(ErrorKind::kUnsupported, HasSubstr("STRING")));
}

TEST(ParseOnnx, ReadsEveryKindOfAttribute) {
  const OnnxModel model = *ReadOnnx(Fixture("attributes.onnx"));
  const OnnxNode& node = model.graph.nodes[0];
  EXPECT_EQ(node.domain, "test");
  EXPECT_EQ(node.Find("a_float")->f, 0.25F);
  EXPECT_EQ(node.Find("an_int")->i, -7);
  EXPECT_EQ(node.Find("a_string")->s, "text");
  EXPECT_THAT(TensorOf(node.Find("a_tensor")->tensors[0]), IsOkAnd(BitEqualTo(F32({0.5, -0.5}))));
  EXPECT_THAT(node.Find("floats")->floats, ElementsAre(1, 2.5));
  EXPECT_THAT(node.Find("ints")->ints, ElementsAre(1, 2, 3));
  EXPECT_THAT(node.Find("strings")->strings, ElementsAre("p", "q"));
  EXPECT_EQ(node.Find("tensors")->tensors.size(), 2U);
  EXPECT_EQ(node.Find("graphs")->kind, Kind::kGraphs);
  EXPECT_EQ(node.Find("a_type")->types[0],
            (OnnxType{{}, OnnxElem::kFloat, std::vector<OnnxDim>{{1, ""}, {{}, "n"}, {}}}));
  EXPECT_EQ(model.graph.outputs[0].type,
            (OnnxType{{OnnxType::Wrapper::kSequence}, OnnxElem::kInt64, std::nullopt}));
  EXPECT_THAT(model.graph.inputs[0].type.wrappers, ElementsAre(OnnxType::Wrapper::kOptional));
}

TEST(ParseOnnx, ReadsFunctions) {
  const OnnxModel model = *ReadOnnx(Fixture("function.onnx"));
  ASSERT_EQ(model.functions.size(), 1U);
  const OnnxFunction& function = model.functions[0];
  EXPECT_EQ(function.name, "Leak");
  EXPECT_EQ(function.domain, "test");
  EXPECT_THAT(function.inputs, ElementsAre("a"));
  EXPECT_EQ(function.attribute_protos[0].f, 0.5F);
  EXPECT_EQ(function.nodes[0].attributes[0].ref_attr_name, "slope");
  EXPECT_THAT(function.opset_imports, ElementsAre(OnnxOpset{"", 20}));
  EXPECT_THAT(CheckOnnx(model), IsOk());
}

TEST(SerializeOnnx, GivesTheSameBytesAndTheSameModel) {
  for (const char* name : {"small.onnx", "attributes.onnx", "function.onnx", "external.onnx"}) {
    const OnnxModel model = *ReadOnnx(Fixture(name));
    const std::string bytes = *SerializeOnnx(model);
    EXPECT_EQ(*SerializeOnnx(model), bytes) << name;
    EXPECT_EQ(*SerializeOnnx(*ParseOnnx(bytes)), bytes) << name;
  }
  // Nothing is in typed fields here, and the Python library writes fields in the same order.
  for (const char* name : {"function.onnx", "external.onnx"}) {
    EXPECT_EQ(*SerializeOnnx(*ReadOnnx(Fixture(name))), *ReadFileText(Fixture(name))) << name;
  }
}

TEST(SerializeOnnx, WritesWhatWasBuilt) {
  const OnnxModel model = *ParseOnnx(*SerializeOnnx(Linear(true)));
  EXPECT_EQ(model.graph.nodes[0].op_type, "MatMul");
  EXPECT_EQ(model.graph.initializers[0].external, (OnnxExternal{"linear.onnx.data", 4096, 24}));
  EXPECT_EQ(model.graph.initializers[0].raw, nullptr);
  EXPECT_THAT(TensorOf(model.graph.initializers[0]),
              IsError(ErrorKind::kUnsupported, HasSubstr("external data")));
  EXPECT_THAT(TensorOf(model.graph.initializers[1]), IsOkAnd(BitEqualTo(F32({0.5, -0.5}))));
}

TEST(SerializeOnnx, RefusesTensorsWhoseBytesDoNotFit) {
  OnnxModel model = Linear(false);
  model.graph.initializers[0].dims = {3, 3};
  EXPECT_THAT(
      SerializeOnnx(model),
      IsError(ErrorKind::kInvalid, AllOf(HasSubstr("\"w\""), HasSubstr("24 bytes"), HasSubstr("[3, 3]"))));
  model = Linear(true);
  model.graph.initializers[0].external->length = 20;
  EXPECT_THAT(SerializeOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("20 bytes")));
  model = Linear(false);
  model.graph.nodes[0].attributes = {OnnxAttribute::OfTensor("value", {})};
  model.graph.nodes[0].attributes[0].tensors.clear();
  EXPECT_THAT(SerializeOnnx(model),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("\"value\""), HasSubstr("matmul"))));
}

TEST(CheckOnnx, AcceptsAModelWithAndWithoutItsWeights) {
  EXPECT_THAT(CheckOnnx(Linear(false)), IsOk());
  EXPECT_THAT(CheckOnnx(Linear(true)), IsOk());
  EXPECT_THAT(CheckOnnx(*ReadOnnx(Fixture("small.onnx"))), IsOk());
  EXPECT_THAT(CheckOnnx(*ReadOnnx(Fixture("external.onnx"))), IsOk());
}

TEST(CheckOnnx, InfersOverTheWholeModel) {
  OnnxModel model = Linear(true);
  model.graph.initializers[0].dims = {4, 2};
  model.graph.initializers[0].external->length = 32;
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("Incompatible dimensions")))
      << "a weight's size counts, bytes or not";
  model = Linear(true);
  model.graph.outputs[0].type.elem = OnnxElem::kInt64;
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("type")));
  model = Linear(true);
  model.graph.outputs[0].type.shape = std::vector<OnnxDim>{{{}, "n"}, {7, ""}};
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("7")));
}

TEST(CheckOnnx, RefusesWhatTheCheckerRefuses) {
  OnnxModel model = Linear(false);
  model.graph.nodes[0].op_type = "NoSuchOp";
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("NoSuchOp")));
  model = Linear(false);
  std::swap(model.graph.nodes[0], model.graph.nodes[1]);
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("topologically sorted")));
  model = Linear(false);
  model.graph.nodes[1].outputs = {"xw"};
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("SSA")));
  model = Linear(false);
  model.ir_version = 0;
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("ir_version")));
  model = Linear(false);
  model.opset_imports.clear();
  EXPECT_THAT(CheckOnnx(model), IsError(ErrorKind::kInvalid, HasSubstr("opset_import")));
}

TEST(CheckOnnxFile, LooksAtExternalDataToo) {
  EXPECT_THAT(CheckOnnxFile(Fixture("external.onnx")), IsOk());
  EXPECT_THAT(CheckOnnxFile(Fixture("small.onnx")), IsOk());
  const TempFolder folder;
  std::filesystem::copy_file(Fixture("external.onnx"), folder.path() / "external.onnx");
  EXPECT_THAT(CheckOnnxFile(folder.path() / "external.onnx"),
              IsError(ErrorKind::kInvalid, HasSubstr("external.onnx.data")));
  EXPECT_THAT(CheckOnnxFile(folder.path() / "absent.onnx"),
              IsError(ErrorKind::kInvalid, HasSubstr("absent.onnx")));
}

TEST(InferShapes, AddsTypesAndKeepsTheRest) {
  const OnnxModel before = Linear(true);
  const OnnxModel after = *InferShapes(before);
  const OnnxType* xw = TypeIn(after.graph.value_info, "xw");
  ASSERT_NE(xw, nullptr);
  EXPECT_EQ(*xw, (OnnxType{{}, OnnxElem::kFloat, std::vector<OnnxDim>{{{}, "n"}, {2, ""}}}));
  EXPECT_EQ(after.graph.inputs.size(), 1U) << "external weights are inputs for the inference only";
  EXPECT_EQ(after.graph.initializers.size(), 2U);
  OnnxModel without = after;
  without.graph.value_info.clear();
  EXPECT_EQ(*SerializeOnnx(without), *SerializeOnnx(before));
}

TEST(InferShapes, ReachesNestedGraphs) {
  const OnnxModel after = *InferShapes(*ReadOnnx(Fixture("small.onnx")));
  const OnnxGraph& branch = after.graph.nodes[2].Find("then_branch")->graphs[0];
  EXPECT_EQ(branch.outputs[0].type.shape, (std::vector<OnnxDim>{{{}, "batch"}, {2, ""}}));
  EXPECT_NE(TypeIn(after.graph.value_info, "z"), nullptr);
}

TEST(InferShapes, FailsWithTheLibrarysText) {
  OnnxModel model = Linear(false);
  model.graph.inputs[0].type.shape = std::vector<OnnxDim>{{{}, "n"}, {5, ""}};
  EXPECT_THAT(InferShapes(model), IsError(ErrorKind::kInvalid, HasSubstr("Incompatible dimensions")));
}

TEST(OnnxElems, MapAndMeasure) {
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                            DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    EXPECT_EQ(DTypeFromOnnx(OnnxElemOf(dtype)), dtype);
    EXPECT_EQ(OnnxElemBits(OnnxElemOf(dtype)), static_cast<int>(8 * ByteSize(dtype)));
  }
  EXPECT_EQ(static_cast<int>(OnnxElemOf(DType::kBF16)), 16);
  EXPECT_EQ(OnnxElemName(OnnxElem::kFloat8E4M3FnUz), "FLOAT8E4M3FNUZ");
  EXPECT_EQ(DTypeFromOnnx(OnnxElem::kUint4), std::nullopt);
  EXPECT_EQ(OnnxByteSize(OnnxElem::kInt4, {3}), 2U);
  EXPECT_EQ(OnnxByteSize(OnnxElem::kFloat6E2M3, {4}), 3U);
  EXPECT_EQ(OnnxByteSize(OnnxElem::kDouble, {}), 8U);
  EXPECT_EQ(OnnxByteSize(OnnxElem::kDouble, {1LL << 62}), std::nullopt);
  EXPECT_EQ(OnnxByteSize(OnnxElem::kDouble, {-1}), std::nullopt);
}

TEST(OnnxTensorOf, SharesContiguousStorage) {
  const Tensor x = F32({{1, 2}, {3, 4}});
  EXPECT_EQ(OnnxTensorOf("x", x).raw->data, x.raw());
  const OnnxTensor t = OnnxTensorOf("t", x.View({2, 2}, {1, 2}, 0));
  EXPECT_THAT(TensorOf(t), IsOkAnd(BitEqualTo(F32({{1, 3}, {2, 4}}))));
  EXPECT_THAT(TensorOf(OnnxTensorOf("e", Tensor::Zeros(DType::kI64, {0, 2}))),
              IsOkAnd(BitEqualTo(Tensor::Zeros(DType::kI64, {0, 2}))));
}

TEST(Onnx, KnowsHowFarItReaches) {
  EXPECT_GE(MaxOnnxOpset(), 23);
  EXPECT_GE(MaxOnnxIrVersion(), 11);
}

}  // namespace
}  // namespace conformance::formats
