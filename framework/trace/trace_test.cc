#include "framework/trace/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "framework/ir/text.h"
#include "framework/ops/ops.h"
#include "framework/rewrite/patches.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "framework/trace/tree_spec.h"

namespace conformance::trace {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using nn::Tree;

// y = x · wᵀ, registered as "fc".
class Dense : public nn::Module {
 public:
  Dense(int64_t in, int64_t out) : nn::Module("Dense"), weight_(AddParameter("weight", {out, in})) {}
  const nn::Parameter& weight() const { return weight_; }
  void TieTo(const nn::Parameter& target) { Tie(weight_, target); }
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const {
    return Call(context, {{"x", x}}, [&] { return ops::Linear(context, x, Weight(context, weight_)); });
  }

 private:
  nn::Parameter& weight_;
};

// A model whose forward is given by the test.
class TestModel : public nn::Model {
 public:
  using Body = std::function<Tree(const TestModel& self, ops::OpContext& context, const Tree& inputs, const Json& kwargs)>;
  explicit TestModel(Body body)
      : nn::Model("TestModel", Json::MakeObject(), {}),
        fc(Add<Dense>("fc", 3, 4)),
        tied(Add<Dense>("tied", 3, 4)),
        unused(Add<Dense>("unused", 3, 5)),
        scale(AddConstant("scale", F32({2, 3, 4, 5}))),
        body_(std::move(body)) {
    tied.TieTo(fc.weight());
    Finish();
  }
  Tree Forward(ops::OpContext& context, const Tree& inputs, const Json& kwargs) const override {
    return CallTree(context, {}, [&] { return body_(*this, context, inputs, kwargs); });
  }
  Result<nn::InputLayout> Layout(std::string_view) const override { return nn::InputLayout{}; }
  ops::Value Scale(ops::OpContext& context) const { return Weight(context, scale); }

  Dense& fc;
  Dense& tied;
  Dense& unused;
  nn::Parameter& scale;

 private:
  Body body_;
};

const TestModel::Body kDense = [](const TestModel& self, ops::OpContext& c, const Tree& inputs, const Json&) {
  const ops::Value y = self.fc.Forward(c, inputs.Find("x")->value());
  return Tree::Dict({{"y", Tree(ops::Mul(c, y, self.Scale(c)))}});
};

ports::TraceRequest Request(NamedTensors tensors, DynamicShapes shapes = {}) {
  ports::TraceRequest request;
  request.inputs.tensors = std::move(tensors);
  request.inputs.kwargs = Json::MakeObject();
  request.dynamic_shapes = std::move(shapes);
  return request;
}
Tensor Zeros(Shape shape) { return Tensor::Zeros(DType::kF32, std::move(shape)); }
std::string Graph(const Result<TracedProgram>& traced) { return traced.ok() ? ir::PrintGraph(traced->program.graph) : traced.error().ToString(); }

TEST(Trace, LiftsWeightsUnderTheirNamesAndKeepsModulePaths) {
  const TestModel model(kDense);
  const auto traced = Trace(model, Request({{"x", Zeros({2, 3})}}));
  EXPECT_EQ(Graph(traced), R"(input %p_fc_weight: f32[4, 3]
input %p_unused_weight: f32[5, 3]
input %b_scale: f32[4]
input %x: f32[2, 3]
# fc
%linear: f32[2, 4] = aten.linear.default(input=%x, weight=%p_fc_weight)
%mul: f32[2, 4] = aten.mul.Tensor(self=%linear, other=%b_scale)
output %mul
)");
  ASSERT_THAT(traced, IsOk());
  const ir::Program& program = traced->program;
  EXPECT_EQ(program.signature.inputs[0].kind, ir::InputSpec::Kind::kParameter);
  EXPECT_EQ(program.signature.inputs[0].target, "fc.weight");
  EXPECT_EQ(program.signature.inputs[2].kind, ir::InputSpec::Kind::kBuffer);
  EXPECT_FALSE(program.signature.inputs[2].persistent);
  EXPECT_THAT(program.constants.at("scale"), BitEqualTo(F32({2, 3, 4, 5})));
  const ir::Node& linear = *program.graph.nodes().begin();
  const auto frames = ir::ParseModuleStack(linear.metadata.at("nn_module_stack"));
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].class_name, "TestModel");
  EXPECT_EQ(frames[1].path, "fc");
  EXPECT_EQ(frames[1].class_name, "Dense");
  EXPECT_EQ(linear.metadata.at("torch_fn"), "linear;aten.linear.default");
  std::vector<std::string> calls;
  for (const auto& entry : program.module_call_graph) calls.push_back(entry.fqn);
  EXPECT_THAT(calls, ElementsAre("", "fc", "tied", "unused"));
}

TEST(Trace, ATiedParameterIsOneInput) {
  const TestModel model([](const TestModel& self, ops::OpContext& c, const Tree& inputs, const Json&) {
    const ops::Value x = inputs.Find("x")->value();
    return Tree(ops::Add(c, self.fc.Forward(c, x), self.tied.Forward(c, x)));
  });
  const std::string graph = Graph(Trace(model, Request({{"x", Zeros({2, 3})}})));
  EXPECT_THAT(graph, AllOf(HasSubstr("%linear_1: f32[2, 4] = aten.linear.default(input=%x, weight=%p_fc_weight)"), Not(HasSubstr("tied_weight"))));
}

TEST(Trace, DottedNamesOfInputsAndOutputsAreKept) {
  const TestModel model([](const TestModel&, ops::OpContext& c, const Tree& inputs, const Json&) {
    const Tree* layers = inputs.At("cache.layers");
    std::vector<Tree> out;
    for (const Tree& layer : layers->items()) out.push_back(Tree::Dict({{"keys", Tree(ops::Relu(c, layer.Find("keys")->value()))}}));
    return Tree::Dict({{"logits", inputs.Find("x")->value()}, {"cache", Tree::Dict({{"layers", Tree::List(std::move(out))}})}});
  });
  const auto traced = Trace(model, Request({{"cache.layers.0.keys", Zeros({2})}, {"x", Zeros({3})}, {"cache.layers.1.keys", Zeros({2})}}));
  ASSERT_THAT(traced, IsOk());
  const auto names = LeafNamesOf(traced->program);
  ASSERT_THAT(names, IsOk());
  EXPECT_THAT(names->inputs, ElementsAre("cache.layers.0.keys", "cache.layers.1.keys", "x"));
  EXPECT_THAT(names->outputs, ElementsAre("logits", "cache.layers.0.keys", "cache.layers.1.keys"));
  EXPECT_THAT(traced->program.UserInputs(), ElementsAre("cache_layers_0_keys", "cache_layers_1_keys", "x"));
}

TEST(Trace, AutoSizesBecomeSymbolsAndWhatIsForcedIsReported) {
  const TestModel model(kDense);
  const auto traced = Trace(model, Request({{"x", Zeros({2, 3})}}, {{"x", {DimAuto{}, DimAuto{}}}}));
  ASSERT_THAT(traced, IsOk());
  EXPECT_THAT(Graph(traced), AllOf(HasSubstr("%x: f32[s0, 3]"), HasSubstr("%mul: f32[s0, 4]")));
  EXPECT_THAT(traced->report.specialisations, ElementsAre(AllOf(HasSubstr("x.size(1) was specialised to 3"), HasSubstr("fc"))));
  EXPECT_THAT(traced->program.metadata.at("specialisations"), HasSubstr("x.size(1)"));
  EXPECT_EQ(traced->program.symbols.at("s0").hint, 2);
  EXPECT_EQ(traced->program.range_constraints.at("s0").min, 2);
  EXPECT_FALSE(traced->program.symbols.contains("s1"));
}

TEST(Trace, ANamedDimThatIsForcedIsAnErrorThatNamesIt) {
  const TestModel model(kDense);
  const auto traced = Trace(model, Request({{"x", Zeros({2, 3})}}, {{"x", {DimStatic{}, DimNamed{"width", {1, 64}}}}}));
  ASSERT_FALSE(traced.ok());
  EXPECT_THAT(traced.error().ToString(), AllOf(HasSubstr("width"), HasSubstr("x.size(1)"), HasSubstr("fc")));
}

TEST(Trace, NamedDimsKeepNameAndRangeAndDerivedOnesFollow) {
  const TestModel model([](const TestModel&, ops::OpContext& c, const Tree& inputs, const Json&) {
    const ops::Value x = inputs.Find("x")->value(), y = inputs.Find("y")->value();
    return Tree(ops::Cat(c, {x, y}, 0));
  });
  const SymInt seq = SymInt::Symbol("seq");
  const auto traced = Trace(model, Request({{"x", Zeros({4, 3})}, {"y", Zeros({9, 3})}}, {{"x", {DimNamed{"seq", {1, 32}}}}, {"y", {DimDerived{2 * seq + 1}}}}));
  EXPECT_THAT(Graph(traced), AllOf(HasSubstr("%x: f32[seq, 3]"), HasSubstr("%y: f32[2*seq + 1, 3]"), HasSubstr("%cat: f32[3*seq + 1, 3]")));
  ASSERT_THAT(traced, IsOk());
  EXPECT_EQ(traced->program.range_constraints.at("seq").max, 32);
}

TEST(Trace, GuardsBecomeCodeOverTheInputs) {
  const TestModel model([](const TestModel&, ops::OpContext& c, const Tree& inputs, const Json&) {
    const ops::Value x = inputs.Find("x")->value(), mask = inputs.At("cache.mask")->value();
    if (c.Guard(Le(mask.size(0), x.size(0)), "the mask is not longer")) return Tree(ops::Relu(c, x));
    return Tree(x);
  });
  const auto traced = Trace(model, Request({{"x", Zeros({6})}, {"cache.mask", Zeros({4})}}, {{"x", {DimAuto{}}}, {"cache.mask", {DimAuto{}}}}));
  ASSERT_THAT(traced, IsOk());
  EXPECT_THAT(traced->program.guards_code, ElementsAre("L['cache']['mask'].size()[0] <= L['x'].size()[0]"));
  ASSERT_EQ(traced->report.guards.size(), 1u);
  EXPECT_EQ(traced->report.guards[0].why, "the mask is not longer");
  EXPECT_THAT(traced->report.unused_inputs, ElementsAre("cache.mask"));
}

TEST(Trace, DataDependentConditionsAreErrorsOrAssertions) {
  const TestModel model([](const TestModel&, ops::OpContext& c, const Tree& inputs, const Json&) {
    const SymInt count = ops::Item(c, inputs.Find("n")->value());
    c.Guard(Le(count, 5), "few enough");
    return Tree(ops::Arange(c, count));
  });
  ports::TraceRequest request = Request({{"n", Tensor::Of<int64_t>({}, {3})}});
  const auto refused = Trace(model, request);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().ToString(), AllOf(HasSubstr("data-dependent"), HasSubstr("prefer_deferred_runtime_asserts_over_guards")));
  request.defer_runtime_asserts = true;
  const auto traced = Trace(model, request);
  EXPECT_THAT(Graph(traced), AllOf(HasSubstr("aten.item.default"), HasSubstr("_operator.le"), HasSubstr("aten._assert_scalar.default")));
}

TEST(Trace, StrictFailsOnInputsThatAreNeverRead) {
  const TestModel model(kDense);
  ports::TraceRequest request = Request({{"x", Zeros({2, 3})}, {"spare", Zeros({2})}, {"_window", Zeros({1})}});
  const auto lax = Trace(model, request);
  ASSERT_THAT(lax, IsOk());
  EXPECT_THAT(lax->report.unused_inputs, ElementsAre("spare"));
  EXPECT_THAT(lax->program.UserInputs(), Contains("spare"));  // what a caller passes stays
  request.strict = true;
  const auto strict = Trace(model, request);
  ASSERT_FALSE(strict.ok());
  EXPECT_THAT(strict.error().ToString(), HasSubstr("never reads spare"));
}

TEST(Trace, ShapesOfWhatIsNoInputAreRefused) {
  const TestModel model(kDense);
  const auto traced = Trace(model, Request({{"x", Zeros({2, 3})}}, {{"input_ids", {DimAuto{}}}}));
  ASSERT_FALSE(traced.ok());
  EXPECT_THAT(traced.error().ToString(), AllOf(HasSubstr("'input_ids'"), HasSubstr("inputs are x")));
}

TEST(Trace, ErrorsCarryOpAndModule) {
  const TestModel model(kDense);
  const auto traced = Trace(model, Request({{"x", Zeros({2, 5})}}));
  ASSERT_FALSE(traced.ok());
  EXPECT_EQ(traced.error().Fact("op"), "aten.linear.default");
  EXPECT_EQ(traced.error().Fact("module"), "fc");
}

TEST(Trace, NodesThatNobodyReadsAreLeftOut) {
  const TestModel model([](const TestModel& self, ops::OpContext& c, const Tree& inputs, const Json&) {
    ops::Exp(c, self.fc.Forward(c, inputs.Find("x")->value()));
    return Tree(ops::Relu(c, inputs.Find("x")->value()));
  });
  EXPECT_THAT(Graph(Trace(model, Request({{"x", Zeros({2, 3})}}))), AllOf(Not(HasSubstr("exp")), Not(HasSubstr("aten.linear"))));
}

TEST(Trace, PassedThroughAndConstantOutputsAreOutputs) {
  const TestModel model([](const TestModel&, ops::OpContext& c, const Tree& inputs, const Json&) {
    return Tree::Dict({{"same", inputs.Find("x")->value()}, {"constant", c.Constant(F32({7}))}});
  });
  const auto traced = Trace(model, Request({{"x", Zeros({2})}}));
  EXPECT_THAT(Graph(traced), AllOf(HasSubstr("output %x"), HasSubstr("output %c_lifted_tensor_0")));
}

TEST(Trace, KeywordArgumentsReachForward) {
  const TestModel model([](const TestModel&, ops::OpContext& c, const Tree& inputs, const Json& kwargs) {
    const bool negate = kwargs.Find("negate") != nullptr && kwargs.Find("negate")->AsBool();
    return Tree(negate ? ops::Neg(c, inputs.Find("x")->value()) : ops::Relu(c, inputs.Find("x")->value()));
  });
  ports::TraceRequest request = Request({{"x", Zeros({2})}});
  request.inputs.kwargs["negate"] = true;
  EXPECT_THAT(Graph(Trace(model, request)), HasSubstr("aten.neg.default"));
}

TEST(Trace, MethodPatchesHoldForOneTrace) {
  const TestModel model(kDense);
  rewrite::PatchRegistry registry;
  registry.Register("test", {"Dense::forward"},
                    [](ops::OpContext& c, const nn::Module&, const nn::NamedValues&, const std::function<std::vector<ops::Value>()>& original) {
                      return std::vector<ops::Value>{ops::Neg(c, original()[0])};
                    },
                    "a test");
  const nn::MethodPatches patches = registry.TableOf("test");
  ports::TraceRequest request = Request({{"x", Zeros({2, 3})}});
  EXPECT_THAT(Graph(Trace(model, request)), Not(HasSubstr("aten.neg")));
  request.method_patches = static_cast<const ops::PatchTable*>(&patches);
  EXPECT_THAT(Graph(Trace(model, request)), HasSubstr("aten.neg"));
  request.method_patches = nullptr;
  EXPECT_THAT(Graph(Trace(model, request)), Not(HasSubstr("aten.neg")));
}

TEST(Trace, TheSameRequestGivesTheSameProgram) {
  const TestModel model(kDense);
  const auto request = Request({{"x", Zeros({2, 3})}}, {{"x", {DimAuto{}}}});
  const auto first = Trace(model, request), second = Trace(model, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(ir::FirstDifference(first->program, second->program), "");
  EXPECT_EQ(ir::PrintProgram(first->program), ir::PrintProgram(second->program));
}

}  // namespace
}  // namespace conformance::trace
