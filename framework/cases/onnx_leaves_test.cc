#include "framework/cases/onnx_leaves.h"

#include <gmock/gmock.h>

#include "framework/testing/matchers.h"

namespace conformance::cases {
namespace {

using namespace conformance::testing;
using formats::OnnxAttribute;
using formats::OnnxElem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

formats::OnnxValueInfo Input(std::string name, OnnxElem elem, std::vector<formats::OnnxDim> dims) {
  formats::OnnxValueInfo value;
  value.name = std::move(name);
  value.type.elem = elem;
  value.type.shape = std::move(dims);
  return value;
}
formats::OnnxDim Named(std::string symbol) { return {.size = {}, .symbol = std::move(symbol)}; }
formats::OnnxDim Fixed(int64_t size) { return {.size = size, .symbol = {}}; }

formats::OnnxNode Node(std::string op, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  formats::OnnxNode node;
  node.op_type = std::move(op);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  return node;
}

/// ids -> Cast -> Unsqueeze -> Gather(table [50, 4]); kinds -> Gather(quantized table [3, 4]).
formats::OnnxModel TextModel() {
  formats::OnnxModel model;
  model.graph.inputs = {Input("ids", OnnxElem::kInt32, {Named("batch_size"), Named("sequence")}),
                        Input("kinds", OnnxElem::kInt64, {Named("batch_size"), Named("past_length + 1")}),
                        Input("table", OnnxElem::kFloat, {Fixed(50), Fixed(4)}),
                        Input("pixels", OnnxElem::kFloat16, {Fixed(1), Fixed(3), {}, {}})};
  formats::OnnxTensor table = formats::OnnxTensorOf("table", Tensor::Zeros(DType::kF32, {50, 4}));
  formats::OnnxTensor packed = formats::OnnxTensorOf("packed", Tensor::Zeros(DType::kI8, {3, 4}));
  model.graph.initializers = {table, packed};
  model.graph.nodes = {Node("Cast", {"ids"}, {"wide"}), Node("Unsqueeze", {"wide", "axes"}, {"more"}),
                       Node("Gather", {"table", "more"}, {"y"}),
                       Node("DequantizeLinear", {"packed", "scale"}, {"kind_table"}),
                       Node("Gather", {"kind_table", "kinds"}, {"z"})};
  return model;
}

TEST(OnnxLeaves, ReadsDeclaredSizesAndUses) {
  const auto plan = LeavesOf(TextModel());
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->leaves, SizeIs(3));  // `table` has a value
  EXPECT_EQ(plan->leaves[0].limits[0].AsInt(), 50);
  EXPECT_EQ(plan->leaves[1].limits[0].AsInt(), 3);
  EXPECT_EQ(plan->leaves[1].sizes[1].ToString(), "past_length + 1");
  EXPECT_THAT(plan->First(),
              UnorderedElementsAre(Pair("batch_size", 2), Pair("sequence", 9), Pair("past_length", 6),
                                   Pair("pixels_2", 32), Pair("pixels_3", 32)));
  const auto made = plan->Make(plan->First(), 3);
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT((*made)[1].second, HasShape(DType::kI64, {2, 7}));
  EXPECT_THAT(plan->Unseen(), SizeIs(3));
}

TEST(OnnxLeaves, DimensionsMayBeCalledAnything) {
  formats::OnnxModel model;
  model.graph.inputs = {Input("input.1", OnnxElem::kFloat, {Named("?"), Named("unk__7"), Named("2nd axis")})};
  const auto plan = LeavesOf(model);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->symbols, SizeIs(3));
  EXPECT_THAT(plan->Make(plan->First(), 0), IsOk());
}

TEST(OnnxLeaves, WhatTensorsCannotCarryIsRefusedByName) {
  formats::OnnxModel model = TextModel();
  model.graph.inputs[0].type.wrappers = {formats::OnnxType::Wrapper::kSequence};
  EXPECT_THAT(LeavesOf(model),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("a sequence"), HasSubstr("ids"))));
  model = TextModel();
  model.graph.inputs[0].type.elem = OnnxElem::kString;
  EXPECT_THAT(LeavesOf(model),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("STRING"), HasSubstr("ids"))));
  model = TextModel();
  model.graph.inputs[0].type.shape.reset();
  EXPECT_THAT(LeavesOf(model), IsError(ErrorKind::kUnsupported, HasSubstr("--inputs")));
}

}  // namespace
}  // namespace conformance::cases
