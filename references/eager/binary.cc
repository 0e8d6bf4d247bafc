// Two operands with broadcasting. The formulas are in isa/real_kernels.inc and isa/integer_fns.cc.
#include <algorithm>
#include <array>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"

namespace conformance::eager {
namespace {

std::array<Tensor, 2> Both(const KernelCall& call) { return {TensorOrNumber(call, 0), TensorOrNumber(call, 1)}; }

Outputs Scaled(const KernelCall& call, std::array<Tensor, 2> operands, double alpha) {
  if (alpha == 1) return PointwiseOutput(call, Fn::kAdd, operands);
  if (alpha == -1) return PointwiseOutput(call, Fn::kSub, operands);
  return PointwiseOutput(call, Fn::kAddScaled, operands, {{alpha}});
}

bool Divides(Fn fn) {
  return fn == Fn::kRemainder || fn == Fn::kFloorDivide || fn == Fn::kFmod || fn == Fn::kTruncDivide;
}

bool HasZero(const Tensor& x) {
  const std::vector<int64_t> values = x.ToInts();
  return std::ranges::find(values, 0) != values.end();
}

}  // namespace

Outputs BinaryOf(const KernelCall& call, Fn fn) {
  auto operands = Both(call);
  if (IsIntegral(call.out_declared())) {
    for (Tensor& operand : operands) operand = AsOperand(call, operand, call.out_declared());
  }
  if (Divides(fn) && !IsFloating(call.out_declared()) && NumElements(call.out_shape()) > 0 && HasZero(operands[1])) {
    return call.Invalid("division of integers by zero");
  }
  return PointwiseOutput(call, fn, operands);
}

Outputs CompareOf(const KernelCall& call, Fn fn) {
  auto operands = Both(call);
  const DType type = ResultType(call, std::array<size_t, 2>{0, 1});
  for (Tensor& operand : operands) operand = AsOperand(call, operand, type);
  return std::vector<Tensor>{Pointwise(call, fn, operands, call.out_shape(), call.ComputeType(type), DType::kBool)};
}

Outputs Add(const KernelCall& call) { return Scaled(call, Both(call), call.number(2)); }
Outputs Subtract(const KernelCall& call) { return Scaled(call, Both(call), -call.number(2)); }
Outputs ReverseSubtract(const KernelCall& call) {
  auto operands = Both(call);
  std::swap(operands[0], operands[1]);
  return Scaled(call, operands, -call.number(2));
}

Outputs DivideMode(const KernelCall& call) {
  if (call.IsNone(2)) return BinaryOf(call, Fn::kDiv);
  return BinaryOf(call, call.string(2) == "floor" ? Fn::kFloorDivide : Fn::kTruncDivide);
}

Outputs Pow(const KernelCall& call) {
  auto operands = Both(call);
  const DType type = call.out_declared();
  if (call.IsTensor(1) || !IsFloating(type)) return BinaryOf(call, Fn::kPow);
  // The exponents that PyTorch answers without pow(), so with other roundings; of halves only these two.
  const double exponent = call.number(1);
  if (exponent == 2) return PointwiseOutput(call, Fn::kSquare, {{operands[0]}});
  if (exponent == 3) return PointwiseOutput(call, Fn::kCube, {{operands[0]}});
  if (ByteSize(type) == 2) {
    operands[1] = AsOperand(call, operands[1], type);
    return PointwiseOutput(call, Fn::kPow, operands);
  }
  if (exponent == 0.5) return PointwiseOutput(call, Fn::kSqrt, {{operands[0]}});
  if (exponent == -0.5) return PointwiseOutput(call, Fn::kRsqrt, {{operands[0]}});
  if (exponent == -1) return PointwiseOutput(call, Fn::kReciprocal, {{operands[0]}});
  if (exponent == -2) {
    const DType wide = call.out_compute();
    const Tensor square = Pointwise(call, Fn::kSquare, {{operands[0]}}, call.out_shape(), wide, wide);
    return PointwiseOutput(call, Fn::kReciprocal, {{square}});
  }
  return PointwiseOutput(call, Fn::kPow, operands);
}

}  // namespace conformance::eager
