// Two operands with broadcasting. The formulas are in isa/real_kernels.inc and isa/integer_fns.cc.
#include <algorithm>
#include <array>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

std::array<Tensor, 2> Both(const KernelCall& call) { return {TensorOrNumber(call, 0), TensorOrNumber(call, 1)}; }

Outputs Scaled(const KernelCall& call, std::array<Tensor, 2> operands, double alpha) {
  if (call.out_declared() == DType::kBool) alpha = alpha != 0;
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
  // A number beside halves counts as a half where a quotient is cut: elsewhere it stays as precise as the calculation.
  if (IsIntegral(call.out_declared()) || fn == Fn::kRemainder || fn == Fn::kFmod) {
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
  if (call.string(2) == "floor") return BinaryOf(call, Fn::kFloorDivide);
  const DType type = call.out_declared();
  if (!IsFloating(type) || ByteSize(type) > 2 || !call.numerics().round_stores) return BinaryOf(call, Fn::kTruncDivide);
  // The quotient of halves is a half before it is cut, in PyTorch.
  auto operands = Both(call);
  for (Tensor& operand : operands) operand = AsOperand(call, operand, type);
  const Tensor quotient = Pointwise(call, Fn::kDiv, operands, call.out_shape(), call.out_compute(), type);
  return PointwiseOutput(call, Fn::kTrunc, {{quotient}});
}

Outputs Prelu(const KernelCall& call) {
  const Tensor &x = call.tensor(0), &weight = call.tensor(1);
  Tensor shares = weight;
  if (weight.num_elements() != 1) {  // one for each channel, axis 1
    Shape shape(x.shape().size(), 1);
    shape[x.rank() > 1 ? 1 : 0] = weight.num_elements();
    shares = ContiguousAs(call.isa(), weight, weight.dtype()).Reshaped(shape);
  } else {
    shares = ContiguousAs(call.isa(), weight, weight.dtype()).Reshaped({});
  }
  return PointwiseOutput(call, Fn::kPrelu, {{x, shares}});
}

Outputs Glu(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const int64_t axis = WrapAxis(call.integer(1), x.rank()), half = x.dim(axis) / 2;
  const DType between = call.out_compute();
  const Tensor gate = Pointwise(call, Fn::kSigmoid, {{Narrow(x, axis, half, half)}}, call.out_shape(), between, between);
  return PointwiseOutput(call, Fn::kMul, {{Narrow(x, axis, 0, half), gate}});
}

Outputs Lerp(const KernelCall& call) {
  const Tensor &a = call.tensor(0), &b = call.tensor(1);
  const Tensor weight = TensorOrNumber(call, 2);
  // From the nearer end, as PyTorch does: exact at both.
  const DType wide = call.out_compute();
  const Shape shape = call.out_shape();
  const Tensor gap = Pointwise(call, Fn::kSub, {{b, a}}, shape, wide, wide);
  const Tensor from_a = Pointwise(call, Fn::kAdd, {{a, Pointwise(call, Fn::kMul, {{weight, gap}}, shape, wide, wide)}}, shape, wide, wide);
  const Tensor rest = Pointwise(call, Fn::kSub, {{Tensor::Of<double>({}, {1}), weight}}, weight.shape(), wide, wide);
  const Tensor from_b = Pointwise(call, Fn::kSub, {{b, Pointwise(call, Fn::kMul, {{gap, rest}}, shape, wide, wide)}}, shape, wide, wide);
  const Tensor size = Pointwise(call, Fn::kAbs, {{weight}}, weight.shape(), wide, wide);
  const Tensor near_a = Pointwise(call, Fn::kLess, {{size, Tensor::Of<double>({}, {0.5})}}, weight.shape(), wide, DType::kBool);
  return PointwiseOutput(call, Fn::kWhere, std::array{near_a, from_a, from_b});
}

namespace {

Outputs AddCombined(const KernelCall& call, Fn fn) {
  const DType wide = call.out_compute();
  const Shape shape = call.out_shape();
  const Tensor value = AsOperand(call, NumberTensor(call.args()[3]), call.out_declared());
  const Tensor scaled = Pointwise(call, Fn::kMul, {{value, call.tensor(1)}}, shape, wide, wide);
  const Tensor term = Pointwise(call, fn, {{scaled, call.tensor(2)}}, shape, wide, wide);
  return PointwiseOutput(call, Fn::kAdd, {{call.tensor(0), term}});
}

}  // namespace

Outputs Addcmul(const KernelCall& call) { return AddCombined(call, Fn::kMul); }
Outputs Addcdiv(const KernelCall& call) { return AddCombined(call, Fn::kDiv); }

Outputs Outer(const KernelCall& call) {
  const Tensor& a = call.tensor(0);
  return PointwiseOutput(call, Fn::kMul, {{a.View({a.dim(0), 1}, {a.strides()[0], 1}, a.offset()), call.tensor(1)}});
}

Outputs Pow(const KernelCall& call) {
  auto operands = Both(call);
  const DType type = call.out_declared();
  if (call.IsTensor(1) || !IsFloating(type)) return BinaryOf(call, Fn::kPow);
  // The exponents that PyTorch answers without pow(), so with other roundings; of halves not all.
  const double exponent = call.number(1);
  if (exponent == 2) return PointwiseOutput(call, Fn::kSquare, {{operands[0]}});
  // What PyTorch multiplies out in bf16 it rounds after each product; in f16 it does not.
  const DType between = type == DType::kBF16 ? call.out_store(0) : call.out_compute();
  const auto square = [&] { return Pointwise(call, Fn::kSquare, {{operands[0]}}, call.out_shape(), call.out_compute(), between); };
  if (exponent == 3 && type == DType::kBF16) return PointwiseOutput(call, Fn::kMul, {{square(), operands[0]}});
  if (exponent == 3) return PointwiseOutput(call, Fn::kCube, {{operands[0]}});
  if (exponent == -2 && type == DType::kBF16) return PointwiseOutput(call, Fn::kReciprocal, {{square()}});
  if (ByteSize(type) == 2) {
    operands[1] = AsOperand(call, operands[1], type);
    return PointwiseOutput(call, Fn::kPow, operands);
  }
  if (exponent == 0.5) return PointwiseOutput(call, Fn::kSqrt, {{operands[0]}});
  if (exponent == -0.5) return PointwiseOutput(call, Fn::kRsqrt, {{operands[0]}});
  if (exponent == -1) return PointwiseOutput(call, Fn::kReciprocal, {{operands[0]}});
  if (exponent == -2) return PointwiseOutput(call, Fn::kReciprocal, {{square()}});
  return PointwiseOutput(call, Fn::kPow, operands);
}

}  // namespace conformance::eager
