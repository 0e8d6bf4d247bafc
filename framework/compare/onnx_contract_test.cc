#include "framework/compare/onnx_contract.h"

#include <gmock/gmock.h>

#include "framework/base/random.h"
#include "framework/compare/onnx_values_testing.h"

namespace conformance::compare {
namespace {

using formats::NamedOnnxValues;
using formats::OnnxAttribute;
using formats::OnnxElem;
using formats::OnnxModel;
using formats::OnnxNode;
using formats::OnnxValue;
using testing::TensorValue;
using ::testing::HasSubstr;

OnnxNode NodeOf(const std::string& op, std::vector<std::string> inputs, std::vector<std::string> outputs, std::vector<OnnxAttribute> attributes = {}) {
  OnnxNode node;
  node.op_type = op;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}

OnnxModel ModelOf(std::vector<OnnxNode> nodes) {
  OnnxModel model;
  model.graph.nodes = std::move(nodes);
  return model;
}

OnnxValue Floats(const std::vector<float>& values) { return TensorValue<float>(OnnxElem::kFloat, {static_cast<int64_t>(values.size())}, values); }

std::vector<float> Drawn(size_t count, const std::function<double(Random&)>& draw) {
  Random random(7);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(draw(random));
  return values;
}

/// Why `y` isn't what the model draws; "no contract" where it draws nothing.
std::string Judged(const OnnxModel& model, const NamedOnnxValues& inputs, const OnnxValue& y, const OnnxValue& recorded) {
  const auto contract = ContractOf(model, inputs);
  if (!contract) return "no contract";
  return CompareByContract(*contract, {{"y", y}}, {{"y", recorded}}).reason;
}
std::string Judged(const OnnxModel& model, const NamedOnnxValues& inputs, const std::vector<float>& y) {
  return Judged(model, inputs, Floats(y), Floats(std::vector<float>(y.size())));
}

TEST(OnnxContract, UniformDrawsLieBetweenTheBoundsAndAroundTheirMiddle) {
  const OnnxModel model = ModelOf({NodeOf("RandomUniform", {}, {"y"}, {OnnxAttribute::Float("low", 2), OnnxAttribute::Float("high", 4)})});
  EXPECT_EQ(Judged(model, {}, Drawn(1000, [](Random& r) { return 2 + 2 * r.Uniform(); })), "");
  EXPECT_THAT(Judged(model, {}, Drawn(1000, [](Random& r) { return 2 + 1.5 * r.Uniform(); })), HasSubstr("add up to"));
  EXPECT_THAT(Judged(model, {}, Drawn(1000, [](Random& r) { return 2.5 * r.Uniform() + 1.75; })), HasSubstr("wanted from 2.0 to 4.0"));
}

TEST(OnnxContract, NormalDrawsHaveMeanAndVariance) {
  const OnnxModel model = ModelOf({NodeOf("RandomNormalLike", {"x"}, {"y"}, {OnnxAttribute::Float("mean", 1), OnnxAttribute::Float("scale", 3)})});
  EXPECT_EQ(Judged(model, {}, Drawn(1000, [](Random& r) { return 1 + 3 * r.Normal(); })), "");
  EXPECT_THAT(Judged(model, {}, Drawn(1000, [](Random& r) { return 2 + 3 * r.Normal(); })), HasSubstr("add up to"));
  EXPECT_THAT(Judged(model, {}, Drawn(1000, [](Random& r) { return 1 + r.Normal(); })), HasSubstr("variance"));
}

TEST(OnnxContract, BernoulliDrawsByTheChancesGiven) {
  const OnnxModel model = ModelOf({NodeOf("Bernoulli", {"x"}, {"y"})});
  const NamedOnnxValues fifth = {{"x", Floats(std::vector<float>(1000, 0.2F))}};
  EXPECT_EQ(Judged(model, fifth, Drawn(1000, [](Random& r) { return r.Uniform() < 0.2; })), "");
  EXPECT_THAT(Judged(model, fifth, Drawn(1000, [](Random& r) { return r.Uniform() < 0.8; })), HasSubstr("add up to"));
  EXPECT_THAT(Judged(model, {{"x", Floats({0.5F, 0.5F})}}, std::vector<float>{0, 0.5F}), HasSubstr("wanted 0 or 1"));
  EXPECT_THAT(Judged(model, {{"x", Floats({0, 1})}}, std::vector<float>{0, 0}), HasSubstr("element 1 is 0.0, wanted 1.0"));
}

TEST(OnnxContract, BernoullisFunctionBodyDrawsAboveTheInput) {
  const auto body = [](const char* op, std::vector<std::string> compared) {
    return ModelOf({NodeOf("RandomUniformLike", {"x"}, {"u"}), NodeOf(op, std::move(compared), {"b"}), NodeOf("Cast", {"b"}, {"y"})});
  };
  const NamedOnnxValues fifth = {{"x", Floats(std::vector<float>(1000, 0.2F))}};
  const std::vector<float> rare = Drawn(1000, [](Random& r) { return r.Uniform() < 0.2; }), often = Drawn(1000, [](Random& r) { return r.Uniform() < 0.8; });
  EXPECT_EQ(Judged(body("Greater", {"u", "x"}), fifth, often), "");
  EXPECT_NE(Judged(body("Greater", {"u", "x"}), fifth, rare), "");
  EXPECT_EQ(Judged(body("Greater", {"x", "u"}), fifth, rare), "");
  EXPECT_EQ(Judged(body("Less", {"u", "x"}), fifth, rare), "");
}

TEST(OnnxContract, DropoutKeepsOrZeroesInTrainingAlone) {
  const OnnxModel model = ModelOf({NodeOf("Dropout", {"x", "r", "t"}, {"y"})});
  const auto given = [](bool training) {
    return NamedOnnxValues{{"x", Floats(std::vector<float>(1000, 3))}, {"r", TensorValue<float>(OnnxElem::kFloat, {}, {0.75F})},
                           {"t", TensorValue<uint8_t>(OnnxElem::kBool, {}, {training ? uint8_t{1} : uint8_t{0}})}};
  };
  EXPECT_EQ(Judged(model, given(true), Drawn(1000, [](Random& r) { return r.Uniform() < 0.75 ? 0 : 12; })), "");
  EXPECT_THAT(Judged(model, given(true), Drawn(1000, [](Random& r) { return r.Uniform() < 0.75 ? 0 : 3; })), HasSubstr("wanted 0 or 12"));
  EXPECT_THAT(Judged(model, given(true), std::vector<float>(1000, 12)), HasSubstr("elements dropped"));
  EXPECT_EQ(Judged(model, given(false), std::vector<float>(1000, 3)), "no contract");
}

TEST(OnnxContract, MultinomialDrawsClassesByTheirWeights) {
  const OnnxModel model = ModelOf({NodeOf("Multinomial", {"x"}, {"y"}, {OnnxAttribute::Int("sample_size", 1000)})});
  const NamedOnnxValues given = {{"x", TensorValue<float>(OnnxElem::kFloat, {1, 2}, {0, 1.0986123F})}};  // weights 1 and 3
  const auto draws = [](double second) {
    std::vector<int32_t> y(1000);
    Random random(3);
    for (int32_t& each : y) each = random.Uniform() < second ? 1 : 0;
    return TensorValue<int32_t>(OnnxElem::kInt32, {1, 1000}, y);
  };
  EXPECT_EQ(Judged(model, given, draws(0.75), draws(0)), "");
  EXPECT_THAT(Judged(model, given, draws(0.25), draws(0)), HasSubstr("draws of class 0"));
  EXPECT_THAT(Judged(model, given, TensorValue<int32_t>(OnnxElem::kInt32, {1, 1}, {2}), TensorValue<int32_t>(OnnxElem::kInt32, {1, 1}, {0})),
              HasSubstr("a class below 2"));
}

TEST(OnnxContract, DrawsInTheMidstOfAGraphAreHeldToTypesAndSizes) {
  const OnnxModel model = ModelOf({NodeOf("RandomNormal", {}, {"n"}), NodeOf("Exp", {"n"}, {"y"})});
  EXPECT_EQ(Judged(model, {}, Floats({1, 2}), Floats({3, 4})), "");
  EXPECT_THAT(Judged(model, {}, Floats({1}), Floats({3, 4})), HasSubstr("found FLOAT[1], wanted FLOAT[2]"));
  EXPECT_FALSE(ContractOf(ModelOf({NodeOf("Exp", {"x"}, {"y"})}), {}).has_value());
}

}  // namespace
}  // namespace conformance::compare
