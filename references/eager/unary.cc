// One operand, one number at a time. The formulas are in isa/real_kernels.inc and isa/integer_fns.cc.
#include <array>
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/pointwise.h"

namespace conformance::eager {
namespace {

Outputs One(const KernelCall& call, Fn fn, std::initializer_list<double> parameters) {
  return PointwiseOutput(call, fn, {{call.tensor(0)}}, {parameters.begin(), parameters.size()});
}

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// A bound in the type of the result: -3 is 253 for u8.
double BoundOf(const KernelCall& call, size_t i) {
  if (!IsIntegral(call.out_declared())) return call.number(i);
  return AsOperand(call, NumberTensor(call.args()[i]), call.out_declared()).At(0);
}

}  // namespace

Outputs UnaryOf(const KernelCall& call, Fn fn) { return One(call, fn, {}); }

Outputs TestOf(const KernelCall& call, Fn fn) {
  const Tensor x = call.tensor(0);
  return std::vector<Tensor>{Pointwise(call, fn, {{x}}, x.shape(), call.ComputeType(call.declared(0)), DType::kBool)};
}

Outputs BitwiseNot(const KernelCall& call) {
  return UnaryOf(call, call.declared(0) == DType::kBool ? Fn::kLogicalNot : Fn::kBitwiseNot);
}

Outputs Clamp(const KernelCall& call) {
  return One(call, Fn::kClamp, {call.IsNone(1) ? -kUnbounded : BoundOf(call, 1), call.IsNone(2) ? kUnbounded : BoundOf(call, 2)});
}
Outputs ClampMin(const KernelCall& call) { return One(call, Fn::kClamp, {BoundOf(call, 1), kUnbounded}); }
Outputs ClampMax(const KernelCall& call) { return One(call, Fn::kClamp, {-kUnbounded, BoundOf(call, 1)}); }

Outputs ClampTensor(const KernelCall& call) {
  Tensor x = call.tensor(0);
  const Shape shape = call.out_shape();
  // The first of two bounds may stay in the compute type: it is rounded once, at the end.
  const DType between = call.out_compute();
  if (!call.IsNone(1)) x = Pointwise(call, Fn::kMaximum, {{x, call.tensor(1)}}, shape, between, between);
  if (!call.IsNone(2)) x = Pointwise(call, Fn::kMinimum, {{x, call.tensor(2)}}, shape, between, between);
  return PointwiseOutput(call, Fn::kCopy, {{x}});
}

Outputs Celu(const KernelCall& call) { return One(call, Fn::kElu, {call.number(1), 1, 1 / call.number(1)}); }
Outputs Hardshrink(const KernelCall& call) { return One(call, Fn::kHardshrink, {call.number(1)}); }
Outputs Threshold(const KernelCall& call) { return One(call, Fn::kThreshold, {call.number(1), call.number(2)}); }

Outputs IsFinite(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const DType compute = call.ComputeType(call.declared(0));
  const Tensor nan = Pointwise(call, Fn::kIsNan, {{x}}, x.shape(), compute, DType::kBool);
  const Tensor inf = Pointwise(call, Fn::kIsInf, {{x}}, x.shape(), compute, DType::kBool);
  const Tensor either = Pointwise(call, Fn::kLogicalOr, {{nan, inf}}, x.shape(), DType::kI64, DType::kBool);
  return PointwiseOutput(call, Fn::kLogicalNot, {{either}});
}

Outputs NanToNum(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const DType type = call.out_declared();
  if (!IsFloating(type)) return PointwiseOutput(call, Fn::kCopy, {{x}});
  const double largest = type == DType::kF64 ? std::numeric_limits<double>::max() : type == DType::kF16 ? 65504
                         : type == DType::kBF16 ? 0x1.fep127 : std::numeric_limits<float>::max();
  const double nan = call.IsNone(1) ? 0 : call.number(1);
  const double high = call.IsNone(2) ? largest : call.number(2), low = call.IsNone(3) ? -largest : call.number(3);
  const DType compute = call.out_compute();
  const auto number = [](double value) { return Tensor::Of<double>({}, {value}); };
  Tensor y = x;
  const auto replace = [&](Fn test, std::initializer_list<Tensor> operands, double value) {
    const Tensor found = Pointwise(call, test, {operands.begin(), operands.size()}, x.shape(), compute, DType::kBool);
    y = Pointwise(call, Fn::kWhere, std::array{found, number(value), y}, x.shape(), compute, compute);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  replace(Fn::kEqual, {x, number(infinity)}, high);
  replace(Fn::kEqual, {x, number(-infinity)}, low);
  replace(Fn::kIsNan, {x}, nan);
  return PointwiseOutput(call, Fn::kCopy, {{y}});
}

Outputs Elu(const KernelCall& call) { return One(call, Fn::kElu, {call.number(1), call.number(2), call.number(3)}); }
Outputs Selu(const KernelCall& call) {  // Klambauer et al., arXiv:1706.02515
  return One(call, Fn::kElu, {1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1});
}
Outputs Gelu(const KernelCall& call) { return One(call, call.string(1) == "tanh" ? Fn::kGeluTanh : Fn::kGeluErf, {}); }
Outputs Hardtanh(const KernelCall& call) { return One(call, Fn::kClamp, {call.number(1), call.number(2)}); }
Outputs LeakyRelu(const KernelCall& call) { return One(call, Fn::kLeakyRelu, {call.number(1)}); }
Outputs Relu6(const KernelCall& call) { return One(call, Fn::kClamp, {0, 6}); }
Outputs Softplus(const KernelCall& call) { return One(call, Fn::kSoftplus, {call.number(1), call.number(2)}); }

}  // namespace conformance::eager
