// One operand, one number at a time. The formulas are in isa/real_kernels.inc and isa/integer_fns.cc.
#include <limits>

#include "references/eager/kernels.h"
#include "references/eager/pointwise.h"

namespace conformance::eager {
namespace {

Outputs One(const KernelCall& call, Fn fn, std::initializer_list<double> parameters) {
  return PointwiseOutput(call, fn, {{call.tensor(0)}}, {parameters.begin(), parameters.size()});
}

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

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
  return One(call, Fn::kClamp, {call.IsNone(1) ? -kUnbounded : call.number(1), call.IsNone(2) ? kUnbounded : call.number(2)});
}
Outputs ClampMin(const KernelCall& call) { return One(call, Fn::kClamp, {call.number(1), kUnbounded}); }
Outputs ClampMax(const KernelCall& call) { return One(call, Fn::kClamp, {-kUnbounded, call.number(1)}); }

Outputs ClampTensor(const KernelCall& call) {
  Tensor x = call.tensor(0);
  const Shape shape = call.out_shape();
  // The first of two bounds may stay in the compute type: it is rounded once, at the end.
  const DType between = call.out_compute();
  if (!call.IsNone(1)) x = Pointwise(call, Fn::kMaximum, {{x, call.tensor(1)}}, shape, between, between);
  if (!call.IsNone(2)) x = Pointwise(call, Fn::kMinimum, {{x, call.tensor(2)}}, shape, between, between);
  return PointwiseOutput(call, Fn::kCopy, {{x}});
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
