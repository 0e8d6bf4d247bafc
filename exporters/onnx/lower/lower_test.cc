#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "exporters/onnx/config.h"
#include "exporters/onnx/decompose/decompose.h"
#include "exporters/onnx/fixes/fixes.h"
#include "exporters/onnx/lower/registry.h"
#include "exporters/onnx/lower/translate.h"
#include "exporters/onnx/patches/patches.h"
#include "exporters/onnx/text_testing.h"
#include "framework/ops/ops.h"
#include "framework/ops/recurrent.h"
#include "framework/rewrite/complex_pairs.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Values = std::vector<ops::Value>;

TEST(Translate, KnowsEveryOpByOneWayOrAnother) {
  std::set<std::string> handled = {"aten.copy_.default", "aten.fill_.Scalar",  // refused by name: in place without a twin
                                   "_operator.truediv", "torch.sym_float",     // numbers that no size is made of
                                   "aten.as_strided.default",                  // the layout in memory decides what it is
                                   "aten.cumprod.default", "aten._pdist_forward.default", "aten.im2col.default",
                                   "aten.pixel_unshuffle.default"};            // no operator of ONNX's does it
  for (const Decomposition& entry : Decompositions()) handled.insert(entry.target);
  for (const auto& fix : NodeFixes(kMinOpset)) handled.insert(fix.ops.begin(), fix.ops.end());
  for (const auto& patch : OperatorPatches()) {
    if (patch.rewrite) handled.insert(patch.targets.begin(), patch.targets.end());
  }
  for (const ops::OpDef* op : ops::DefaultOps().All()) {
    const bool known = FindTranslation(op->target) != nullptr || handled.contains(op->target) || rewrite::HasFormOverPairs(op->target);
    EXPECT_TRUE(known || op->traits.random) << op->target;  // no runtime draws PyTorch's numbers: refused by name
  }
}

TEST(Translate, EveryLineOfTheTableHasAContractAndStandsOnce) {
  std::set<std::string_view> targets;
  for (const TranslationEntry& entry : Translations()) {
    EXPECT_TRUE(targets.insert(entry.target).second) << entry.target;
    EXPECT_NE(ops::DefaultOps().Find(entry.target), nullptr) << entry.target;
    EXPECT_EQ(FindTranslation(entry.target), &entry);
  }
  EXPECT_EQ(FindTranslation("aten.nothing.default"), nullptr);
}

TEST(Translate, OperandsMeetInTheTypeOfTheResult) {
  EXPECT_EQ(Translated(Recorded({{DType::kI64, {2}}}, [](ops::OpContext& c, const Values& in) { return ops::Mul(c, in[0], 1.5); })),
            R"(input x: i64[2]
mul.Cast = Cast(x) {to=1}
mul = Mul(mul.Cast, 1.5)
output mul: f32[2]
)");
}

TEST(Translate, ReshapesNeedNoArithmeticWhereOneSizeFollows) {
  const std::string text = Translated(Recorded({{DType::kF32, {kBatch, kLength, 8}}}, [](ops::OpContext& c, const Values& in) {
    return ops::View(c, in[0], {kBatch, kLength, 2, 4});
  }));
  EXPECT_THAT(text, HasSubstr("= Reshape(x, [0, 0, 2, 4])"));
  const std::string merged = Translated(Recorded({{DType::kF32, {kBatch, kLength, 8}}}, [](ops::OpContext& c, const Values& in) {
    return ops::View(c, in[0], {kBatch * kLength, 8});
  }));
  EXPECT_THAT(merged, HasSubstr("= Reshape(x, [-1, 8])"));
}

TEST(Translate, FactorsAreKeptWhereTheyAreExact) {
  const auto resized = [](std::vector<double> factors) {
    return Translated(Recorded({{DType::kF32, {kBatch, 3, kLength, 8}}}, [&](ops::OpContext& c, const Values& in) {
      return ops::UpsampleNearest2d(c, in[0], factors);
    }));
  };
  EXPECT_THAT(resized({2.0, 3.0}), AllOf(HasSubstr("= Resize(x, -, [1, 1, 2, 3])"), HasSubstr("nearest_mode=floor")));
  EXPECT_THAT(resized({0.5, 1.0}), HasSubstr("= Resize(x, -, [1, 1, 0.5, 1])"));
  EXPECT_THAT(resized({1.3, 2.0}), HasSubstr("neither whole nor halvings"));
}

TEST(Translate, ARecurrenceOfLayersIsOneOperatorEach) {
  const auto recorded = Recorded({{DType::kF32, {kBatch, kLength, 3}}, {DType::kF32, {4, kBatch, 2}}, {DType::kF32, {8, 3}}, {DType::kF32, {8, 2}},
                                  {DType::kF32, {8, 4}}}, [](ops::OpContext& c, const Values& in) {
    const Values first = {in[2], in[3], in[2], in[3]}, second = {in[4], in[3], in[4], in[3]};
    Values params = first;
    params.insert(params.end(), second.begin(), second.end());
    return ops::Lstm(c, in[0], in[1], in[1], params, {.has_biases = false, .num_layers = 2, .bidirectional = true, .batch_first = true}).output;
  });
  const Result<LoweredModel> model = Translate(*recorded, kDefaultOpset);
  ASSERT_THAT(model, IsOk());
  std::vector<const formats::OnnxNode*> layers;
  for (const formats::OnnxNode& node : model->model.graph.nodes) {
    if (node.op_type == "LSTM") layers.push_back(&node);
  }
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0]->Find("direction")->s, "bidirectional");
  EXPECT_EQ(layers[0]->Find("hidden_size")->i, 2);
  EXPECT_EQ(layers[0]->inputs[3], "");  // no biases, and every row is of the whole length
  EXPECT_EQ(layers[0]->inputs[4], "");
  EXPECT_EQ(layers[0]->inputs.size(), 7u);
}

TEST(Translate, ARecurrenceIsOneScanOfAnyLength) {
  const auto recorded = Recorded({{DType::kF32, {kBatch, kLength, 8}}, {DType::kF32, {kBatch, 8}}}, [](ops::OpContext& c, const Values& in) {
    return ops::LinearRecurrence(c, in[0], in[0], in[1], 1);
  });
  const Result<LoweredModel> model = Translate(*recorded, kDefaultOpset);
  ASSERT_THAT(model, IsOk());
  const auto& nodes = model->model.graph.nodes;
  const auto scan = std::find_if(nodes.begin(), nodes.end(), [](const formats::OnnxNode& node) { return node.op_type == "Scan"; });
  ASSERT_NE(scan, nodes.end());
  EXPECT_EQ(scan->Find("scan_input_axes")->ints, (std::vector<int64_t>{1, 1}));
  const formats::OnnxGraph& body = scan->Find("body")->graphs[0];
  ASSERT_EQ(body.nodes.size(), 3u);
  EXPECT_EQ(body.nodes[0].op_type, "Mul");
  EXPECT_EQ(body.nodes[1].op_type, "Add");
  EXPECT_EQ(body.outputs[0].name, body.nodes[1].outputs[0]);
  EXPECT_THAT(formats::CheckOnnx(model->model), IsOk());
}

TEST(Translate, GroupsAreMultipliedEachByItsOwnMatrix) {
  const std::string text = Translated(Recorded({{DType::kF32, {kLength, 4}}, {DType::kF32, {2, 4, 3}}, {DType::kI32, {2}}},
                                               [](ops::OpContext& c, const Values& in) { return ops::GroupedMm(c, in[0], in[1], in[2]); }));
  size_t products = 0;
  for (size_t at = text.find("MatMul("); at != std::string::npos; at = text.find("MatMul(", at + 1)) ++products;
  EXPECT_EQ(products, 2u) << text;
  EXPECT_THAT(text, HasSubstr("output _grouped_mm: f32[length, 3]")) << text;
}

TEST(Translate, ExpandKeepsWhatIsThereByOnes) {
  const std::string text = Translated(Recorded({{DType::kF32, {kBatch, 1, kLength}}}, [](ops::OpContext& c, const Values& in) {
    return ops::Expand(c, in[0], {kBatch, 4, kLength});
  }));
  EXPECT_THAT(text, HasSubstr("= Expand(x, [1, 4, 1])"));
}

TEST(Translate, ASizeIsReadFromTheShape) {
  const std::string text = Translated(Recorded({{DType::kF32, {kBatch, kLength}}}, [](ops::OpContext& c, const Values& in) {
    return ops::Arange(c, kLength + 1);
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("= Shape(x) {start=1, end=2}"), HasSubstr("= Add("), HasSubstr("= Range(0, ")));
  EXPECT_THAT(text, HasSubstr("i64[length + 1]"));
}

TEST(Translate, TruthValuesAreChosenByLogic) {
  const ops::TensorMeta flags{DType::kBool, {3}};
  const std::string text = Translated(Recorded({flags, flags, flags}, [](ops::OpContext& c, const Values& in) {
    return ops::Where(c, in[0], in[1], in[2]);
  }));
  EXPECT_THAT(text, AllOf(HasSubstr("= And(x, y)"), HasSubstr("= Or("), Not(HasSubstr("= Where("))));
}

TEST(Translate, LinearKeepsTheWeightAsItIs) {
  const auto linear = [](ops::OpContext& c, const Values& in) { return ops::Linear(c, in[0], in[1], in[2]); };
  EXPECT_THAT(Translated(Recorded({{DType::kF32, {2, 3}}, {DType::kF32, {4, 3}}, {DType::kF32, {4}}}, linear)),
              HasSubstr("= Gemm(x, y, z) {transB=1}"));
  EXPECT_THAT(Translated(Recorded({{DType::kF32, {2, 5, 3}}, {DType::kF32, {4, 3}}, {DType::kF32, {4}}}, linear)),
              AllOf(HasSubstr("= Transpose(y) {perm=[1, 0]}"), HasSubstr("= MatMul(x, "), HasSubstr("= Add(")));
}

TEST(Translate, ReductionsPutTheirAxesWhereTheOpsetWantsThem) {
  const auto mean = Recorded({{DType::kF32, {2, 3}}}, [](ops::OpContext& c, const Values& in) { return ops::Mean(c, in[0], {1}); });
  EXPECT_THAT(Translated(mean, 17), HasSubstr("= ReduceMean(x) {keepdims=0, axes=[1]}"));
  EXPECT_THAT(Translated(mean, 18), HasSubstr("= ReduceMean(x, [1]) {keepdims=0}"));
}

TEST(Translate, EmptyTensorsOfAnotherRankArePassedOverByCat) {
  const std::string text = Translated(Recorded({{DType::kF32, {2, 3}}}, [](ops::OpContext& c, const Values& in) {
    return ops::Cat(c, {c.Constant(Tensor::Zeros(DType::kF32, {0})), in[0], in[0]}, 1);
  }));
  EXPECT_THAT(text, HasSubstr("= Concat(x, x) {axis=1}"));
}

TEST(Translate, NamesClashingBetweenInputsAndOutputsGetPrefixes) {
  const std::string text = Translated(Recorded({{DType::kF32, {2}}}, [](ops::OpContext&, const Values& in) { return in[0]; }));
  EXPECT_EQ(text, "input input.x: f32[2]\noutput.x = Identity(input.x)\noutput output.x: f32[2]\n");
}

TEST(Translate, AValueThatIsTwoOutputsGetsAnIdentity) {
  const auto program = rewrite::RecordProgram({{"x", {DType::kF32, {2}}}}, {}, [](ops::OpContext& c, const Values& in) {
    const ops::Value y = ops::Relu(c, in[0]);
    return Values{y, y};
  });
  ASSERT_THAT(program, IsOk());
  // Outputs by the same graph name cannot both keep it: the pytree's names tell them apart.
  ir::Program named = *program;
  ir::ModuleCallSignature root;
  root.in_spec = R"([1, {"type": "builtins.tuple", "context": "null", "children_spec": [{"type": "builtins.tuple", "context": "null", "children_spec": []},
    {"type": "builtins.dict", "context": "[\"x\"]", "children_spec": [{"type": null, "context": null, "children_spec": []}]}]}])";
  root.out_spec = R"([1, {"type": "builtins.dict", "context": "[\"a\", \"b\"]", "children_spec": [
    {"type": null, "context": null, "children_spec": []}, {"type": null, "context": null, "children_spec": []}]}])";
  named.module_call_graph.push_back({"", root});
  EXPECT_EQ(Translated(named), "input x: f32[2]\na = Relu(x)\nb = Identity(a)\noutput a: f32[2]\noutput b: f32[2]\n");
}

TEST(Translate, WhatHasNoTranslationIsRefusedByName) {
  const auto program = Recorded({{DType::kF32, {2, 3}}}, [](ops::OpContext& c, const Values& in) {
    return ops::AdaptiveAvgPool2d(c, ops::Unsqueeze(c, in[0], 0), {SymInt(2), SymInt(0)});
  });
  EXPECT_THAT(Translated(program), AllOf(HasSubstr("aten.adaptive_avg_pool2d.default"), HasSubstr("no translation to ONNX")));
}

TEST(Translate, AnUnknownOperatorIsRefusedByName) {
  auto program = Recorded({{DType::kF32, {2}}}, [](ops::OpContext& c, const Values& in) { return ops::Relu(c, in[0]); });
  ASSERT_THAT(program, IsOk());
  ir::ProgramBuilder builder(*std::move(program));
  builder.SetTarget(builder.graph().nodes().begin()->id(), "torch.ops.mine.relu.default");
  const auto lowered = Translate(std::move(builder).Finish(), 20);
  ASSERT_FALSE(lowered.ok());
  EXPECT_EQ(lowered.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(lowered.error().Fact("op"), "mine.relu.default");
  EXPECT_EQ(lowered.error().Fact("node"), "relu");
}

TEST(Translate, AnOperatorThatIsRefusedOnPurposeSaysWhy) {
  auto program = Recorded({{DType::kF32, {2}}}, [](ops::OpContext& c, const Values& in) { return ops::Relu(c, in[0]); });
  ASSERT_THAT(program, IsOk());
  ir::ProgramBuilder builder(*std::move(program));
  builder.SetTarget(builder.graph().nodes().begin()->id(), "torch.ops.aten.gru.data");
  const auto lowered = Translate(std::move(builder).Finish(), 20);
  ASSERT_FALSE(lowered.ok());
  EXPECT_THAT(lowered.error().Fact("reason"), HasSubstr("packed sequences"));
}

TEST(Translate, WhatDrawsAtRandomIsRefusedWithWhatToDo) {
  const auto program = Recorded({{DType::kF32, {2}}}, [](ops::OpContext& c, const Values& in) { return c.Call(ops::RandnLikeOp(), {in[0]}); });
  ASSERT_THAT(program, IsOk());
  const auto lowered = Translate(*program, 20);
  ASSERT_FALSE(lowered.ok());
  EXPECT_THAT(lowered.error().Fact("reason"), HasSubstr("an input of the model"));
}

TEST(Translate, AProgramThatMisdescribesItselfIsRefused) {
  auto program = Recorded({{DType::kF32, {2}}}, [](ops::OpContext& c, const Values& in) { return ops::Relu(c, in[0]); });
  ASSERT_THAT(program, IsOk());
  ir::ProgramBuilder builder(*std::move(program));
  builder.SetMeta(builder.graph().FindValue("relu"), ir::MakeTensorMeta(DType::kI64, {2}));
  EXPECT_THAT(Translated(std::move(builder).Finish()), HasSubstr("the program says that the result is i64[2], the op makes f32[2]"));
}

TEST(Translate, ValuesAreMapped) {
  const auto program = Recorded({{DType::kF32, {2}}}, [](ops::OpContext& c, const Values& in) { return ops::Exp(c, ops::Relu(c, in[0])); });
  ASSERT_THAT(program, IsOk());
  const auto lowered = Translate(*program, 20);
  ASSERT_THAT(lowered, IsOk());
  std::map<std::string, std::string> map;
  for (const auto& entry : lowered->value_map.entries) map[entry.program_value] = entry.artifact_value;
  EXPECT_EQ(map.at("x"), "x");
  EXPECT_EQ(map.at("relu"), "relu");
  EXPECT_EQ(map.at("exp"), lowered->outputs[0].name);
}

TEST(IrVersionOf, IsNewEnoughForNodeMetadata) {
  EXPECT_EQ(IrVersionOf(17), 10);
  EXPECT_EQ(IrVersionOf(23), 11);
  EXPECT_EQ(IrVersionOf(28), 14);
}

}  // namespace
}  // namespace conformance::onnx
