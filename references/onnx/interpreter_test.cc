#include "references/onnx/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/testing/matchers.h"

namespace conformance::onnx_reference {
namespace {

using formats::OnnxAttribute;
using formats::OnnxFunction;
using formats::OnnxGraph;
using formats::OnnxModel;
using formats::OnnxNode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using conformance::testing::IsError;

OnnxNode Node(std::string op, std::vector<std::string> inputs, std::vector<std::string> outputs, std::vector<OnnxAttribute> attributes = {},
              std::string domain = "") {
  OnnxNode node;
  node.op_type = std::move(op);
  node.domain = std::move(domain);
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}

formats::OnnxValueInfo Info(std::string name) {
  formats::OnnxValueInfo info;
  info.name = std::move(name);
  return info;
}

OnnxGraph Graph(std::vector<OnnxNode> nodes, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  OnnxGraph graph;
  graph.name = "g";
  graph.nodes = std::move(nodes);
  for (auto& name : inputs) graph.inputs.push_back(Info(std::move(name)));
  for (auto& name : outputs) graph.outputs.push_back(Info(std::move(name)));
  return graph;
}

OnnxModel Model(OnnxGraph graph, std::vector<OnnxFunction> functions = {}) {
  OnnxModel model;
  model.ir_version = 10;
  model.opset_imports = {{"", 21}, {"local", 1}};
  model.graph = std::move(graph);
  model.functions = std::move(functions);
  return model;
}

Result<Values> Evaluate(OnnxModel model, std::vector<Value> inputs, RunOptions options = {}, Limits limits = {}) {
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Make(std::make_shared<const OnnxModel>(std::move(model)), {}, limits));
  return interpreter.Run(inputs, options);
}

std::vector<double> Numbers(const Result<Values>& values) {
  if (!values.ok()) ADD_FAILURE() << values.error().ToString();
  return values.ok() && !values->empty() && (*values)[0].array() ? ToNumbers(*(*values)[0].array()) : std::vector<double>();
}

TEST(Interpreter, NestedGraphsSeeTheGraphsAroundThem) {
  // then: x + x, where x is two graphs further out; else: x · x.
  const OnnxGraph inner = Graph({Node("Add", {"x", "x"}, {"y"})}, {}, {"y"});
  const OnnxGraph middle = Graph({Node("If", {"c"}, {"z"}, {OnnxAttribute::Graph("then_branch", inner), OnnxAttribute::Graph("else_branch", inner)})}, {}, {"z"});
  const OnnxGraph other = Graph({Node("Mul", {"x", "x"}, {"y"})}, {}, {"y"});
  const OnnxGraph graph =
      Graph({Node("If", {"c"}, {"out"}, {OnnxAttribute::Graph("then_branch", middle), OnnxAttribute::Graph("else_branch", other)})}, {"c", "x"}, {"out"});
  const Array x = Array::Of<float>({2}, {3, 5});
  EXPECT_THAT(Numbers(Evaluate(Model(graph), {Array::Of<bool>({}, {true}), x})), ElementsAre(6, 10));
  EXPECT_THAT(Numbers(Evaluate(Model(graph), {Array::Of<bool>({}, {false}), x})), ElementsAre(9, 25));
}

TEST(Interpreter, FunctionsTakeTheAttributesOfTheirCall) {
  OnnxFunction function;
  function.name = "ToType";
  function.domain = "local";
  function.inputs = {"a"};
  function.outputs = {"b"};
  function.attributes = {"type"};
  function.opset_imports = {{"", 21}};
  OnnxAttribute reference = OnnxAttribute::Int("to", 0);
  reference.ref_attr_name = "type";
  function.nodes = {Node("Cast", {"a"}, {"b"}, {reference})};
  const OnnxGraph graph = Graph({Node("ToType", {"x"}, {"y"}, {OnnxAttribute::Int("type", 7)}, "local")}, {"x"}, {"y"});
  const auto out = Evaluate(Model(graph, {function}), {Array::Of<float>({2}, {2.9F, -2.9F})});
  EXPECT_THAT(Numbers(out), ElementsAre(2, -2));
  EXPECT_EQ((*out)[0].array()->elem(), Elem::kInt64);
}

TEST(Interpreter, FunctionsThatCallThemselvesAreRefused) {
  OnnxFunction function;
  function.name = "F";
  function.domain = "local";
  function.inputs = {"a"};
  function.outputs = {"b"};
  function.opset_imports = {{"", 21}, {"local", 1}};
  function.nodes = {Node("F", {"a"}, {"b"}, {}, "local")};
  const OnnxGraph graph = Graph({Node("F", {"x"}, {"y"}, {}, "local")}, {"x"}, {"y"});
  EXPECT_THAT(Evaluate(Model(graph, {function}), {}), IsError(ErrorKind::kInvalid, HasSubstr("calls itself")));
}

TEST(Interpreter, CyclesAndNamesMadeTwiceAreRefused) {
  EXPECT_THAT(Evaluate(Model(Graph({Node("Add", {"x", "b"}, {"a"}), Node("Relu", {"a"}, {"b"})}, {"x"}, {"b"})), {}),
              IsError(ErrorKind::kInvalid, HasSubstr("nothing before it makes")));
  EXPECT_THAT(Evaluate(Model(Graph({Node("Relu", {"x"}, {"a"}), Node("Relu", {"x"}, {"a"})}, {"x"}, {"a"})), {}),
              IsError(ErrorKind::kInvalid, HasSubstr("made twice")));
}

TEST(Interpreter, GraphsMayBeNestedAndNotTooDeep) {
  const auto nested = [](int depth) {
    OnnxGraph graph = Graph({Node("Add", {"x", "x"}, {"y"})}, {}, {"y"});
    for (int i = 0; i < depth; ++i) {
      const std::string name = "y" + std::to_string(i);
      graph = Graph({Node("If", {"c"}, {name}, {OnnxAttribute::Graph("then_branch", graph)})}, {}, {name});
    }
    graph.inputs = {Info("c"), Info("x")};
    return Evaluate(Model(graph), {Array::Of<bool>({}, {true}), Array::Of<float>({1}, {4})});
  };
  EXPECT_THAT(Numbers(nested(60)), ElementsAre(8));
  EXPECT_THAT(nested(70), IsError(ErrorKind::kInvalid, HasSubstr("nested too deep")));
}

TEST(Interpreter, AnEndlessLoopIsStopped) {
  const OnnxGraph body = Graph({Node("Identity", {"c"}, {"d"})}, {"i", "c"}, {"d"});
  const OnnxGraph graph = Graph({Node("Loop", {"", "t"}, {}, {OnnxAttribute::Graph("body", body)})}, {"t"}, {"t"});
  EXPECT_THAT(Evaluate(Model(graph), {Array::Of<bool>({}, {true})}, {}, {.max_steps = 1000}), IsError(ErrorKind::kTimeout, HasSubstr("too many nodes")));
}

TEST(Interpreter, HalvesAreRoundedOnceForEachNodeAndNotAtAllInTheOracle) {
  OnnxAttribute to_half = OnnxAttribute::Int("to", 10);
  const OnnxGraph graph = Graph({Node("Cast", {"x"}, {"h"}, {to_half}), Node("Add", {"h", "h"}, {"s"}), Node("Add", {"s", "h"}, {"y"})}, {"x"}, {"y"});
  const Array x = Array::Of<float>({1}, {0.1F});
  // 0.1 in f16 is 0.0999755859375; thrice that, 0.2999267578125, lies between 0.2998046875 and 0.300048828125: halfway down.
  EXPECT_THAT(Numbers(Evaluate(Model(graph), {x})), ElementsAre(0.2998046875));
  const auto wide = Evaluate(Model(graph), {x}, {.oracle = true});
  EXPECT_THAT(Numbers(wide), ElementsAre(3 * double{0.1F}));
  EXPECT_EQ((*wide)[0].array()->elem(), Elem::kFloat16);
}

TEST(Interpreter, HugeTensorsAreRefused) {
  OnnxGraph graph = Graph({Node("Concat", {"x", "x"}, {"y"}, {OnnxAttribute::Int("axis", 0)})}, {"x"}, {"y"});
  EXPECT_THAT(Evaluate(Model(graph), {Array::Of<float>({2}, {1, 2})}, {}, {.max_tensor_bytes = 15}), IsError(ErrorKind::kOutOfMemory, HasSubstr("too large")));
}

}  // namespace
}  // namespace conformance::onnx_reference
