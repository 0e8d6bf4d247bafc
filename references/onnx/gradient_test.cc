#include "references/onnx/gradient.h"

#include <gmock/gmock.h>

#include <cmath>
#include <tuple>

#include "framework/testing/matchers.h"
#include "references/onnx/interpreter.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using formats::OnnxModel;
using formats::OnnxNode;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

OnnxNode NodeOf(const std::string& op, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  OnnxNode node;
  node.op_type = op;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  return node;
}

OnnxNode GradientOf(const std::string& y, std::vector<std::string> xs, std::vector<std::string> outputs, std::vector<std::string> zs = {},
                    std::vector<std::string> inputs = {}) {
  OnnxNode node = NodeOf("Gradient", inputs.empty() ? xs : std::move(inputs), std::move(outputs));
  node.domain = "ai.onnx.preview.training";
  node.attributes = {OnnxAttribute::Strings("xs", std::move(xs)), OnnxAttribute::String("y", y)};
  if (!zs.empty()) node.attributes.push_back(OnnxAttribute::Strings("zs", std::move(zs)));
  return node;
}

/// Values by name -> the named outputs of nodes.
Result<Values> Evaluated(std::vector<OnnxNode> nodes, const std::vector<std::pair<std::string, Array>>& given, const std::vector<std::string>& outputs,
                   Limits limits = {}) {
  auto model = std::make_shared<OnnxModel>();
  model->ir_version = 7;
  model->opset_imports = {{"", 13}, {"ai.onnx.preview.training", 1}};
  model->graph.name = "g";
  model->graph.nodes = std::move(nodes);
  Values values;
  for (const auto& [name, array] : given) {
    model->graph.inputs.emplace_back().name = name;
    values.emplace_back(array);
  }
  for (const std::string& name : outputs) model->graph.outputs.emplace_back().name = name;
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Make(model, {}, limits));
  return interpreter.Run(values);
}

std::vector<double> Numbers(const Result<Values>& values, size_t index) {
  EXPECT_TRUE(values.ok()) << values.error().ToString();
  return values.ok() ? ToNumbers(*values->at(index).array()) : std::vector<double>();
}

Array F64(std::vector<double> values) { return Array::Of<double>({static_cast<int64_t>(values.size())}, values); }

TEST(Gradient, FollowsSumAndProduct) {
  // y = (a + b) a: dy/da = 2a + b, dy/db = a. The operator text's own example.
  const auto out = Evaluated({NodeOf("Add", {"a", "b"}, {"c"}), NodeOf("Mul", {"c", "a"}, {"y"}), GradientOf("y", {"a", "b"}, {"da", "db"})},
                       {{"a", F64({3, 5})}, {"b", F64({2, -1})}}, {"da", "db"});
  EXPECT_THAT(Numbers(out, 0), ElementsAre(8, 9));
  EXPECT_THAT(Numbers(out, 1), ElementsAre(3, 5));
}

TEST(Gradient, SumsOverWhatWasRepeated) {
  // y = a b with a [2, 3] and b [3]: dy/db sums over a's rows.
  const Array a = Array::Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto out = Evaluated({NodeOf("Mul", {"a", "b"}, {"y"}), GradientOf("y", {"a", "b"}, {"da", "db"})}, {{"a", a}, {"b", Array::Of<float>({3}, {7, 8, 9})}},
                       {"da", "db"});
  EXPECT_THAT(Numbers(out, 0), ElementsAre(7, 8, 9, 7, 8, 9));
  EXPECT_THAT(Numbers(out, 1), ElementsAre(5, 7, 9));
}

TEST(Gradient, IsTakenWhereItsOwnInputsSay) {
  // The part is computed anew: at a = 10 and b = 1 in place of 3 and 2. b is held, and nobody asks for its derivative.
  const auto out = Evaluated({NodeOf("Mul", {"a", "b"}, {"c"}), NodeOf("Mul", {"c", "a"}, {"y"}), GradientOf("y", {"a"}, {"da"}, {"b"}, {"p", "q"})},
                       {{"a", F64({3})}, {"b", F64({2})}, {"p", F64({10})}, {"q", F64({1})}}, {"y", "da"});
  EXPECT_THAT(Numbers(out, 0), ElementsAre(18));
  EXPECT_THAT(Numbers(out, 1), ElementsAre(20));
}

TEST(Gradient, IsZeroWhereNothingLeads) {
  const auto out = Evaluated({NodeOf("Exp", {"a"}, {"y"}), NodeOf("Neg", {"b"}, {"c"}), GradientOf("y", {"a", "b"}, {"da", "db"})},
                       {{"a", F64({0})}, {"b", F64({4, 4})}}, {"da", "db"});
  EXPECT_THAT(Numbers(out, 0), ElementsAre(1));
  EXPECT_THAT(Numbers(out, 1), ElementsAre(0, 0));
}

TEST(Gradient, OfFunctionsOfOneElement) {
  // Derivatives at 0.5, from the functions' own definitions.
  const double x = 0.5, s = 1 / (1 + std::exp(-x)), t = std::tanh(x);
  const std::pair<const char*, double> wanted[] = {{"Exp", std::exp(x)}, {"Log", 2},        {"Sqrt", 0.5 / std::sqrt(x)}, {"Sin", std::cos(x)}, {"Cos", -std::sin(x)},
                                                   {"Tanh", 1 - t * t},  {"Sigmoid", s * (1 - s)}, {"Reciprocal", -4},     {"Neg", -1},         {"Abs", 1},
                                                   {"Relu", 1},          {"Identity", 1}};
  for (const auto& [op, derivative] : wanted) {
    const auto out = Evaluated({NodeOf(op, {"a"}, {"y"}), GradientOf("y", {"a"}, {"da"})}, {{"a", F64({x})}}, {"da"});
    EXPECT_THAT(Numbers(out, 0), ElementsAre(DoubleNear(derivative, 1e-12))) << op;
  }
}

TEST(Gradient, OfFunctionsOfTwo) {
  // At a = 2, b = 3: a - b, a / b and a^b.
  const std::tuple<const char*, double, double> wanted[] = {{"Sub", 1, -1}, {"Div", 1.0 / 3, -2.0 / 9}, {"Pow", 12, 8 * std::log(2.0)}};
  for (const auto& [op, da, db] : wanted) {
    const auto out = Evaluated({NodeOf(op, {"a", "b"}, {"y"}), GradientOf("y", {"a", "b"}, {"da", "db"})}, {{"a", F64({2})}, {"b", F64({3})}}, {"da", "db"});
    EXPECT_THAT(Numbers(out, 0), ElementsAre(DoubleNear(da, 1e-12))) << op;
    EXPECT_THAT(Numbers(out, 1), ElementsAre(DoubleNear(db, 1e-12))) << op;
  }
}

TEST(Gradient, RefusesWhatItCannotGoThrough) {
  const std::vector<std::pair<std::string, Array>> a = {{"a", F64({1})}};
  EXPECT_THAT(Evaluated({NodeOf("Ceil", {"a"}, {"y"}), GradientOf("y", {"a"}, {"da"})}, a, {"da"}), IsError(ErrorKind::kUnsupported, HasSubstr("\"Ceil\"")));
  EXPECT_THAT(Evaluated({GradientOf("y", {"a"}, {"da"})}, a, {"da"}), IsError(ErrorKind::kInvalid, HasSubstr("made by no node")));
  EXPECT_THAT(Evaluated({NodeOf("Exp", {"a"}, {"y"}), GradientOf("y", {"a", "b"}, {"da"}, {}, {"a"})}, a, {"da"}), IsError(ErrorKind::kInvalid, HasSubstr("\"b\"")));
  EXPECT_THAT(Evaluated({NodeOf("Exp", {"a"}, {"y"}), GradientOf("y", {"a"}, {"da", "db"})}, a, {"da"}), IsError(ErrorKind::kInvalid, HasSubstr("more outputs")));
}

TEST(Gradient, ThatGrowsAModelWithoutEndIsRefused) {
  std::vector<OnnxNode> nodes = {NodeOf("Exp", {"a"}, {"y"})};
  for (int i = 0; i < 200; ++i) nodes.push_back(GradientOf("y", {"a"}, {"d" + std::to_string(i)}));
  EXPECT_THAT(Evaluated(std::move(nodes), {{"a", F64({1})}}, {"d0"}, {.max_nodes = 100}), IsError(ErrorKind::kOutOfMemory, HasSubstr("gradients written out")));
}

}  // namespace
}  // namespace conformance::onnx_reference
