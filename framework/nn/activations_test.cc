#include "framework/nn/activations.h"

#include <gmock/gmock.h>

#include <map>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "references/eager/eager.h"

namespace conformance::nn {
namespace {

using namespace conformance::testing;
using ops::Value;
using ::testing::HasSubstr;

/// Parameters as PyTorch and transformers initialise them.
class InitialWeights : public eager::WeightProvider {
 public:
  Result<Tensor> Load(const ops::WeightInfo& info) override {
    if (info.name == "weight") return F32({0.25f});
    const std::map<std::string, float> xielu = {{"alpha_p", 0.2041015625f}, {"alpha_n", -1.046875f}, {"beta", 0.5f}, {"eps", -9.98377799987793e-07f}};
    Tensor value = Cast(F32({xielu.at(info.name)}), DType::kBF16);
    return info.meta.sizes.empty() ? value.Reshaped({}) : value;
  }
};

/// transformers 5.23's ACT2FN on PyTorch 2.13, at the points of kPoints.
const std::vector<float> kPoints = {-3.0f, -1.0f, -0.25f, 0.0f, 0.5f, 2.0f, 12.0f};
const std::map<std::string, std::vector<float>> kExpected = {
    {"gelu", {-0.00405022502f, -0.158655256f, -0.100323416f, 0.0f, 0.345731229f, 1.95449972f, 12.0f}},
    {"gelu_10", {-0.00405022502f, -0.158655256f, -0.100323416f, 0.0f, 0.345731229f, 1.95449972f, 10.0f}},
    {"gelu_accurate", {-0.00363743305f, -0.158807993f, -0.100324646f, 0.0f, 0.345714003f, 1.95459771f, 12.0f}},
    {"gelu_fast", {-0.00363743305f, -0.158807993f, -0.100324646f, 0.0f, 0.345714003f, 1.95459771f, 12.0f}},
    {"gelu_new", {-0.00363743305f, -0.158807993f, -0.100324646f, 0.0f, 0.345714003f, 1.95459771f, 12.0f}},
    {"gelu_python", {-0.00404968858f, -0.158655256f, -0.100323416f, 0.0f, 0.345731229f, 1.95449972f, 12.0f}},
    {"gelu_python_tanh", {-0.00363743305f, -0.158807993f, -0.100324646f, 0.0f, 0.345714003f, 1.95459771f, 12.0f}},
    {"gelu_pytorch_tanh", {-0.00363743305f, -0.158807993f, -0.100324646f, 0.0f, 0.345714003f, 1.95459771f, 12.0f}},
    {"hardswish", {0.0f, -0.333333343f, -0.114583336f, 0.0f, 0.291666657f, 1.66666663f, 12.0f}},
    {"laplace", {0.0f, 0.0f, 0.000345855951f, 0.00609445572f, 0.231421143f, 0.999997735f, 1.0f}},
    {"leaky_relu", {-0.0299999993f, -0.00999999978f, -0.00249999994f, 0.0f, 0.5f, 2.0f, 12.0f}},
    {"linear", {-3.0f, -1.0f, -0.25f, 0.0f, 0.5f, 2.0f, 12.0f}},
    {"mish", {-0.145647466f, -0.30340144f, -0.129926965f, 0.0f, 0.375245243f, 1.943959f, 12.0f}},
    {"prelu", {-0.75f, -0.25f, -0.0625f, 0.0f, 0.5f, 2.0f, 12.0f}},
    {"quick_gelu", {-0.0180713106f, -0.154204234f, -0.0988003463f, 0.0f, 0.350388438f, 1.93565857f, 12.0f}},
    {"relu", {0.0f, 0.0f, 0.0f, 0.0f, 0.5f, 2.0f, 12.0f}},
    {"relu2", {0.0f, 0.0f, 0.0f, 0.0f, 0.25f, 4.0f, 144.0f}},
    {"relu6", {0.0f, 0.0f, 0.0f, 0.0f, 0.5f, 2.0f, 6.0f}},
    {"sigmoid", {0.0474258736f, 0.268941432f, 0.437823504f, 0.5f, 0.622459352f, 0.880797029f, 0.999993801f}},
    {"silu", {-0.142277613f, -0.268941432f, -0.109455876f, 0.0f, 0.311229676f, 1.76159406f, 11.9999256f}},
    {"sqrtsoftplus", {0.220425397f, 0.559697866f, 0.758906722f, 0.832554579f, 0.986953378f, 1.45839918f, 3.46410251f}},
    {"swish", {-0.142277613f, -0.268941432f, -0.109455876f, 0.0f, 0.311229676f, 1.76159406f, 11.9999256f}},
    {"tanh", {-0.995054781f, -0.761594176f, -0.244918659f, 0.0f, 0.462117165f, 0.964027584f, 1.0f}},
    {"xielu", {0.141430974f, -0.20540902f, -0.101936869f, -7.99481882e-07f, 0.450195312f, 4.203125f, 121.3125f}},
};

TEST(Activations, ComputeWhatTransformersDoes) {
  ASSERT_EQ(kExpected.size(), ActivationNames().size());
  for (const std::string& name : ActivationNames()) {
    SCOPED_TRACE(name);
    Activation activation(name);
    activation.Finish();
    InitialWeights weights;
    eager::EagerContext context(eager::DefaultKernels(), {}, weights);
    const Value y = activation.Forward(context, Value::Eager(F32Of({7}, kPoints)));
    ASSERT_THAT(context.status(), IsOk());
    EXPECT_THAT(y, IsTensorNear(F32Of({7}, kExpected.at(name)), Within(1e-6, 1e-6)));
  }
}

TEST(Activations, ParametersStandUnderTransformersNames) {
  Activation prelu("prelu"), xielu("xielu");
  EXPECT_EQ(prelu.StateDict().size(), 1u);
  EXPECT_EQ(xielu.StateDict().size(), 4u);
  xielu.To(DType::kF32);
  // transformers keeps them in bf16 whatever the model has.
  for (const Parameter* parameter : xielu.StateDict()) EXPECT_EQ(parameter->dtype(), DType::kBF16) << parameter->name;
}

TEST(Activations, AnUnknownNameIsRefusedWithTheNearest) {
  EXPECT_THAT(CheckActivation("gelu_new"), IsOk());
  EXPECT_THAT(CheckActivation("gelu_neu"), IsError(ErrorKind::kUnsupported, HasSubstr("gelu_new")));
  EXPECT_THAT(CheckActivation(""), IsError(ErrorKind::kUnsupported));
}

}  // namespace
}  // namespace conformance::nn
