#include "framework/nn/activations.h"

#include <cmath>
#include <numbers>

#include "framework/base/strings.h"
#include "framework/ops/add.h"
#include "framework/ops/clamp.h"
#include "framework/ops/div.h"
#include "framework/ops/erf.h"
#include "framework/ops/exp.h"
#include "framework/ops/gelu.h"
#include "framework/ops/greater.h"
#include "framework/ops/hardswish.h"
#include "framework/ops/leaky_relu.h"
#include "framework/ops/minimum.h"
#include "framework/ops/mish.h"
#include "framework/ops/mul.h"
#include "framework/ops/pow.h"
#include "framework/ops/relu.h"
#include "framework/ops/relu6.h"
#include "framework/ops/sigmoid.h"
#include "framework/ops/silu.h"
#include "framework/ops/softplus.h"
#include "framework/ops/sqrt.h"
#include "framework/ops/square.h"
#include "framework/ops/sub.h"
#include "framework/ops/tanh.h"
#include "framework/ops/to.h"
#include "framework/ops/where.h"

namespace conformance::nn {
namespace {

using ops::OpContext;
using ops::Value;
using Weights = std::vector<Value>;

const double kSqrtTwoOverPi = std::sqrt(2.0 / std::numbers::pi);

/// 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).
Value NewGelu(OpContext& c, const Value& x, const Weights&) {
  const Value cubic = ops::Add(c, x, ops::Mul(c, ops::Pow(c, x, 3.0), 0.044715));
  const Value tanh = ops::Tanh(c, ops::Mul(c, cubic, kSqrtTwoOverPi));
  return ops::Mul(c, ops::Mul(c, x, 0.5), ops::Add(c, tanh, 1.0));
}

/// 0.5 x (1 + tanh(0.7978845608 x (1 + 0.044715 x²))).
Value FastGelu(OpContext& c, const Value& x, const Weights&) {
  const Value scaled = ops::Mul(c, x, 0.7978845608);
  const Value square = ops::Add(c, ops::Mul(c, ops::Mul(c, x, 0.044715), x), 1.0);
  const Value tanh = ops::Tanh(c, ops::Mul(c, scaled, square));
  return ops::Mul(c, ops::Mul(c, x, 0.5), ops::Add(c, tanh, 1.0));
}

/// 0.5 x (1 + erf(x / √2)) in single steps.
Value PythonGelu(OpContext& c, const Value& x, const Weights&) {
  const Value erf = ops::Erf(c, ops::Div(c, x, std::numbers::sqrt2));
  return ops::Mul(c, ops::Mul(c, x, 0.5), ops::Add(c, erf, 1.0));
}

Value ClippedGelu(OpContext& c, const Value& x, const Weights&) { return ops::Clamp(c, ops::Gelu(c, x), -10.0, 10.0); }

Value QuickGelu(OpContext& c, const Value& x, const Weights&) {
  return ops::Mul(c, x, ops::Sigmoid(c, ops::Mul(c, x, 1.702)));
}

/// 0.5 (1 + erf((x − μ) / (σ √2))): Ma et al., arXiv:2209.10655.
Value Laplace(OpContext& c, const Value& x, const Weights&) {
  const Value scaled = ops::Div(c, ops::Sub(c, x, 0.707107), 0.282095 * std::numbers::sqrt2);
  return ops::Mul(c, ops::Add(c, ops::Erf(c, scaled), 1.0), 0.5);
}

/// One slope for all: x where x > 0, else a x.
Value Prelu(OpContext& c, const Value& x, const Weights& weights) {
  return ops::Where(c, ops::Greater(c, x, 0), x, ops::Mul(c, weights[0], x));
}

/// Huang & Schlag, arXiv:2411.13010. Parameters α_p, α_n; buffers β, ε. These are bf16 in a model of any type; each step on them is
/// computed in f32 and rounded back, which is what an op on halves does and what runtimes without such ops can follow.
Value Xielu(OpContext& c, const Value& x, const Weights& weights) {
  const DType own = weights[0].dtype();
  const DType result = PromoteTypes(own, x.dtype());
  const auto wide = [&](const Value& value) { return ops::To(c, value, DType::kF32); };
  const auto rounded = [&](const Value& value, DType to) { return ops::To(c, ops::To(c, value, own), to); };
  const Value alpha_p = rounded(ops::Softplus(c, wide(weights[0])), result);
  const Value softplus_n = rounded(ops::Softplus(c, wide(weights[1])), DType::kF32);
  const Value alpha_n = rounded(ops::Add(c, wide(weights[2]), softplus_n), result);
  const Value linear = ops::Mul(c, ops::To(c, weights[2], result), x);
  const Value positive = ops::Add(c, ops::Mul(c, ops::Mul(c, alpha_p, x), x), linear);
  const Value expm1 = ops::Sub(c, ops::Exp(c, ops::Minimum(c, x, ops::To(c, weights[3], result))), 1.0);
  const Value negative = ops::Add(c, ops::Mul(c, ops::Sub(c, expm1, x), alpha_n), linear);
  return ops::Where(c, ops::Greater(c, x, 0), positive, negative);
}

struct Entry {
  std::string_view name;
  std::string_view class_name;
  Activation::Function function;
};

constexpr Entry kActivations[] = {
    {"gelu", "GELUActivation", [](OpContext& c, const Value& x, const Weights&) { return ops::Gelu(c, x); }},
    {"gelu_10", "ClippedGELUActivation", ClippedGelu},
    {"gelu_accurate", "AccurateGELUActivation", NewGelu},
    {"gelu_fast", "FastGELUActivation", FastGelu},
    {"gelu_new", "NewGELUActivation", NewGelu},
    {"gelu_python", "GELUActivation", PythonGelu},
    {"gelu_python_tanh", "GELUTanh", NewGelu},
    {"gelu_pytorch_tanh", "GELUTanh",
     [](OpContext& c, const Value& x, const Weights&) { return ops::Gelu(c, x, "tanh"); }},
    {"hardswish", "Hardswish", [](OpContext& c, const Value& x, const Weights&) { return ops::Hardswish(c, x); }},
    {"laplace", "LaplaceActivation", Laplace},
    {"leaky_relu", "LeakyReLU", [](OpContext& c, const Value& x, const Weights&) { return ops::LeakyRelu(c, x); }},
    {"linear", "LinearActivation", [](OpContext&, const Value& x, const Weights&) { return x; }},
    {"mish", "MishActivation", [](OpContext& c, const Value& x, const Weights&) { return ops::Mish(c, x); }},
    {"prelu", "PReLU", Prelu},
    {"quick_gelu", "QuickGELUActivation", QuickGelu},
    {"relu", "ReLU", [](OpContext& c, const Value& x, const Weights&) { return ops::Relu(c, x); }},
    {"relu2", "ReLUSquaredActivation",
     [](OpContext& c, const Value& x, const Weights&) { return ops::Square(c, ops::Relu(c, x)); }},
    {"relu6", "ReLU6", [](OpContext& c, const Value& x, const Weights&) { return ops::Relu6(c, x); }},
    {"sigmoid", "Sigmoid", [](OpContext& c, const Value& x, const Weights&) { return ops::Sigmoid(c, x); }},
    {"silu", "SiLUActivation", [](OpContext& c, const Value& x, const Weights&) { return ops::Silu(c, x); }},
    {"sqrtsoftplus", "SqrtSoftplusActivation",
     [](OpContext& c, const Value& x, const Weights&) { return ops::Sqrt(c, ops::Softplus(c, x)); }},
    {"swish", "SiLU", [](OpContext& c, const Value& x, const Weights&) { return ops::Silu(c, x); }},
    {"tanh", "Tanh", [](OpContext& c, const Value& x, const Weights&) { return ops::Tanh(c, x); }},
    {"xielu", "XIELUActivation", Xielu},
};

const Entry& EntryOf(std::string_view name) {
  for (const Entry& entry : kActivations)
    if (entry.name == name) return entry;
  CONFORMANCE_CHECK(false, "unknown activation " + std::string(name));
  return kActivations[0];
}

}  // namespace

Activation::Activation(std::string_view name)
    : Module(std::string(EntryOf(name).class_name)), function_(EntryOf(name).function) {
  if (name == "prelu") AddParameter("weight", {1}, Init::kOnes);
  if (name == "xielu") {
    // transformers creates these in bf16 and keeps them so in a model of any type.
    AddParameter("alpha_p", {1}, Init::kZeros, DType::kBF16).fixed_dtype = true;
    AddParameter("alpha_n", {1}, Init::kZeros, DType::kBF16).fixed_dtype = true;
    AddBuffer("beta", {}, DType::kBF16).fixed_dtype = true;
    AddBuffer("eps", {}, DType::kBF16).fixed_dtype = true;
  }
}

Value Activation::Forward(OpContext& context, const Value& x) const {
  return Call(context, {{"input", x}}, [&] {
    Weights weights;
    for (const auto& parameter : parameters()) weights.push_back(Weight(context, *parameter));
    return function_(context, x, weights);
  });
}

const std::vector<std::string>& ActivationNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Entry& entry : kActivations) all.emplace_back(entry.name);
    return all;
  }();
  return names;
}

Status CheckActivation(std::string_view name) {
  for (const std::string& known : ActivationNames())
    if (known == name) return Ok();
  return Unsupported("unknown activation \"" + std::string(name) + "\"; nearest: " + Join(Nearest(name, ActivationNames()), ", "));
}

}  // namespace conformance::nn
