// Complex numbers: pairs of reals. Sums go part by part through the kernels of real numbers; what mixes the parts is written out.
#include "references/eager/complex.h"

#include <array>
#include <cmath>
#include <numbers>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/rows.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

/// Tensor or number i as contiguous complex<T> of `shape`.
template <typename T>
Tensor ReadComplex(const KernelCall& call, size_t i, const Shape& shape) {
  const Tensor out = Tensor::Empty(*ComplexOf(kDTypeOf<T>), shape);
  CopyInto(call.isa(), BroadcastTo(TensorOrNumber(call, i), shape), out);
  return out;
}

Tensor Kept(const KernelCall& call, const Tensor& x) { return ContiguousAs(call.isa(), x, call.out_store()); }

/// fn(a, b) element by element, of complex<T>.
template <typename Function>
Outputs OfTwo(const KernelCall& call, const Function& function) {
  return WithParts(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    using Complex = std::complex<T>;
    const Shape shape = call.out_shape();
    const Tensor a = ReadComplex<T>(call, 0, shape), b = ReadComplex<T>(call, 1, shape);
    const auto *x = a.data<Complex>(), *y = b.data<Complex>();
    auto* out = a.mutable_data<Complex>();
    for (int64_t i = 0; i < a.num_elements(); ++i) out[i] = function(x[i], y[i]);
    return Only(Kept(call, a));
  });
}

/// The formula of PyTorch and numpy: no search for infinities, as std::complex does.
template <typename T>
std::complex<T> Product(std::complex<T> a, std::complex<T> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// R. L. Smith's division (1962), which does not overflow on the way; of a zero divisor inf or NaN. As in c10::complex.
template <typename T>
std::complex<T> Quotient(std::complex<T> x, std::complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  if (std::fabs(c) >= std::fabs(d)) {
    if (c == 0 && d == 0) return {a / std::fabs(c), b / std::fabs(d)};
    const T ratio = d / c, scale = T(1) / (c + d * ratio);
    return {(a + b * ratio) * scale, (b - a * ratio) * scale};
  }
  const T ratio = c / d, scale = T(1) / (c * ratio + d);
  return {(a * ratio + b) * scale, (b * ratio - a) * scale};
}

/// `a` + factor·`b`, part by part.
Outputs Combined(const KernelCall& call, size_t first, size_t second, double factor) {
  const DType parts = RealOf(call.out_compute());
  const Shape shape = call.out_shape();
  const auto as_pairs = [&](size_t i) {
    const Tensor x = TensorOrNumber(call, i);
    const Tensor wide = Tensor::Empty(call.out_compute(), x.shape());
    CopyInto(call.isa(), x, wide);
    return ViewAsReal(BroadcastTo(wide, shape));
  };
  Shape pairs = shape;
  pairs.push_back(2);
  const std::array<Tensor, 2> operands = {as_pairs(first), as_pairs(second)};
  const Fn fn = factor == 1 ? Fn::kAdd : factor == -1 ? Fn::kSub : Fn::kAddScaled;
  const double parameters[] = {factor};
  const Tensor sum = Pointwise(call, fn, operands, pairs, parts, parts, std::span(parameters, fn == Fn::kAddScaled ? 1 : 0));
  return Only(Kept(call, ViewAsComplex(sum)));
}

/// fn of each part apart.
Tensor EachPart(const KernelCall& call, Fn fn, const Tensor& z) {
  const Tensor pairs = ViewAsReal(z);
  return ViewAsComplex(Pointwise(call, fn, {{pairs}}, pairs.shape(), RealOf(call.ComputeType(call.declared(0))), pairs.dtype()));
}

/// re + i·im, in the type that output 0 is kept in.
Outputs OfParts(const KernelCall& call, const Tensor& re, const Tensor& im) {
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  CopyInto(call.isa(), BroadcastTo(re, out.shape()), PartOf(out, 0));
  CopyInto(call.isa(), BroadcastTo(im, out.shape()), PartOf(out, 1));
  return Only(out);
}

/// The imaginary part with the other sign.
Tensor Conjugate(const KernelCall& call, const Tensor& z) {
  const Tensor out = CloneOf(call.isa(), z);
  const Tensor part = PartOf(out, 1);
  CopyInto(call.isa(), Pointwise(call, Fn::kNeg, {{part}}, part.shape(), part.dtype(), part.dtype()), part);
  return out;
}

Tensor Number(double value) { return Tensor::Of<double>({}, {value}); }

Outputs Equals(const KernelCall& call, bool wanted) {
  const std::array<size_t, 2> both = {0, 1};
  const DType type = call.ComputeType(ResultType(call, both));
  return WithParts(type, [&](auto t) {
    using T = decltype(t);
    const Tensor a = ReadComplex<T>(call, 0, call.out_shape()), b = ReadComplex<T>(call, 1, call.out_shape());
    const Tensor out = Tensor::Empty(DType::kBool, call.out_shape());
    const auto *x = a.template data<std::complex<T>>(), *y = b.template data<std::complex<T>>();
    for (int64_t i = 0; i < out.num_elements(); ++i) out.mutable_data<bool>()[i] = (x[i] == y[i]) == wanted;
    return Only(out);
  });
}

Outputs Sums(const KernelCall& call, bool mean) {
  return WithParts(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Tensor z = Tensor::Empty(*ComplexOf(kDTypeOf<T>), call.tensor(0).shape());
    CopyInto(call.isa(), call.tensor(0), z);
    const bool listed = call.size() > 1 && call.op().args[1].name == "dim";
    const std::vector<int64_t> axes = WrapAxes(listed ? call.integers(1) : std::vector<int64_t>{}, z.rank());
    const Rows<T> rows = ReadRows<T>(call, ViewAsReal(z), axes);  // the parts stay the last axis that is kept
    Shape shape = call.out_shape();
    shape.push_back(2);
    const Tensor out = Tensor::Empty(kDTypeOf<T>, shape);
    Summation<T> summation(call, rows.width);
    for (int64_t i = 0; i < rows.count; ++i) {
      const T sum = summation.Sum(rows.row(i));
      out.mutable_data<T>()[i] = mean ? sum / static_cast<T>(rows.width) : sum;
    }
    return Only(Kept(call, ViewAsComplex(out)));
  });
}

}  // namespace

Tensor PartOf(const Tensor& z, int64_t part) {
  const Tensor pairs = ViewAsReal(z);
  Shape strides = pairs.strides();
  strides.pop_back();
  return pairs.View(z.shape(), std::move(strides), pairs.offset() + part);
}

Outputs ComplexAdd(const KernelCall& call) { return Combined(call, 0, 1, call.number(2)); }
Outputs ComplexSubtract(const KernelCall& call) { return Combined(call, 0, 1, -call.number(2)); }
Outputs ComplexReverseSubtract(const KernelCall& call) { return Combined(call, 1, 0, -call.number(2)); }
Outputs ComplexMultiply(const KernelCall& call) {
  return OfTwo(call, [](auto a, auto b) { return Product(a, b); });
}
Outputs ComplexDivide(const KernelCall& call) {
  return OfTwo(call, [](auto a, auto b) { return Quotient(a, b); });
}
Outputs ComplexReciprocal(const KernelCall& call) {
  return WithParts(call.out_compute(), [&](auto t) {
    using Complex = std::complex<decltype(t)>;
    const Tensor z = ReadComplex<decltype(t)>(call, 0, call.out_shape());
    for (int64_t i = 0; i < z.num_elements(); ++i) {
      auto& value = z.mutable_data<Complex>()[i];
      value = Quotient(Complex(1), value);
    }
    return Only(Kept(call, z));
  });
}
Outputs ComplexSquare(const KernelCall& call) {
  return WithParts(call.out_compute(), [&](auto t) {
    using Complex = std::complex<decltype(t)>;
    const Tensor z = ReadComplex<decltype(t)>(call, 0, call.out_shape());
    for (int64_t i = 0; i < z.num_elements(); ++i) {
      auto& value = z.mutable_data<Complex>()[i];
      value = Product(value, value);
    }
    return Only(Kept(call, z));
  });
}

Outputs ComplexNegate(const KernelCall& call) { return Only(EachPart(call, Fn::kNeg, call.tensor(0))); }
Outputs ComplexConjugate(const KernelCall& call) {
  return Only(IsComplex(call.declared(0)) ? Conjugate(call, call.tensor(0)) : call.tensor(0));
}
Outputs RealNegate(const KernelCall& call) { return UnaryOf(call, Fn::kNeg); }

Outputs ComplexEqual(const KernelCall& call) { return Equals(call, true); }
Outputs ComplexNotEqual(const KernelCall& call) { return Equals(call, false); }

Outputs ComplexMagnitude(const KernelCall& call) {
  return WithParts(call.ComputeType(call.declared(0)), [&](auto t) {
    using T = decltype(t);
    const Tensor z = ReadComplex<T>(call, 0, call.out_shape());
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
    for (int64_t i = 0; i < out.num_elements(); ++i) {
      const auto value = z.template data<std::complex<T>>()[i];
      out.mutable_data<T>()[i] = std::hypot(value.real(), value.imag());
    }
    return Only(Kept(call, out));
  });
}

Outputs ComplexAngle(const KernelCall& call) {
  const Tensor& z = call.tensor(0);
  return PointwiseOutput(call, Fn::kAtan2, {{PartOf(z, 1), PartOf(z, 0)}});
}

Outputs RealAngle(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const DType compute = call.out_compute();
  const Tensor negative = Pointwise(call, Fn::kLess, {{x, Number(0)}}, x.shape(), call.ComputeType(call.declared(0)), DType::kBool);
  const Tensor angle = Pointwise(call, Fn::kWhere, std::array{negative, Number(std::numbers::pi), Number(0)}, x.shape(), compute, compute);
  if (!IsFloating(call.declared(0))) return PointwiseOutput(call, Fn::kCopy, {{angle}});
  const Tensor nan = Pointwise(call, Fn::kIsNan, {{x}}, x.shape(), compute, DType::kBool);
  return PointwiseOutput(call, Fn::kWhere, std::array{nan, x, angle});
}

Outputs ComplexExp(const KernelCall& call) {  // e^re · (cos im + i·sin im)
  const Tensor& z = call.tensor(0);
  const DType parts = RealOf(call.out_compute());
  const auto of = [&](Fn fn, const Tensor& x) { return Pointwise(call, fn, {{x}}, z.shape(), parts, parts); };
  const auto times = [&](const Tensor& a, const Tensor& b) { return Pointwise(call, Fn::kMul, {{a, b}}, z.shape(), parts, parts); };
  const Tensor size = of(Fn::kExp, PartOf(z, 0));
  return OfParts(call, times(size, of(Fn::kCos, PartOf(z, 1))), times(size, of(Fn::kSin, PartOf(z, 1))));
}

Outputs ComplexOfParts(const KernelCall& call) { return OfParts(call, call.tensor(0), call.tensor(1)); }

Outputs Polar(const KernelCall& call) {
  const Tensor &size = call.tensor(0), &angle = call.tensor(1);
  const DType parts = RealOf(call.out_compute());
  const auto part = [&](Fn fn) {
    const Tensor turn = Pointwise(call, fn, {{angle}}, angle.shape(), parts, parts);
    return Pointwise(call, Fn::kMul, {{size, turn}}, call.out_shape(), parts, parts);
  };
  return OfParts(call, part(Fn::kCos), part(Fn::kSin));
}

Outputs RealPart(const KernelCall& call) { return Only(IsComplex(call.declared(0)) ? PartOf(call.tensor(0), 0) : call.tensor(0)); }
Outputs ImaginaryPart(const KernelCall& call) { return Only(PartOf(call.tensor(0), 1)); }
Outputs ViewParts(const KernelCall& call) { return Only(ViewAsReal(call.tensor(0))); }
Outputs ViewPairs(const KernelCall& call) { return Only(ViewAsComplex(call.tensor(0))); }

Outputs ComplexSum(const KernelCall& call) { return Sums(call, false); }
Outputs ComplexMean(const KernelCall& call) { return Sums(call, true); }

Outputs ComplexWhere(const KernelCall& call) {
  return WithParts(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Shape shape = call.out_shape();
    const Tensor a = ReadComplex<T>(call, 1, shape), b = ReadComplex<T>(call, 2, shape);
    const Tensor chosen = ContiguousAs(call.isa(), BroadcastTo(call.tensor(0), shape), DType::kBool);
    for (int64_t i = 0; i < a.num_elements(); ++i) {
      if (!chosen.data<bool>()[i]) a.template mutable_data<std::complex<T>>()[i] = b.template data<std::complex<T>>()[i];
    }
    return Only(Kept(call, a));
  });
}

Outputs ComplexMatmul(const KernelCall& call) {
  // One real product twice as deep for each part: [re, im]·[re; -im] and [re, im]·[im; re].
  const Tensor &a = call.tensor(0), &b = call.tensor(1);
  const auto joined = [&](const Tensor& first, const Tensor& second, int64_t axis) {
    Shape shape = first.shape();
    const int64_t size = shape[static_cast<size_t>(axis)];
    shape[static_cast<size_t>(axis)] *= 2;
    const Tensor out = Tensor::Empty(first.dtype(), shape);
    CopyInto(call.isa(), first, Narrow(out, axis, 0, size));
    CopyInto(call.isa(), second, Narrow(out, axis, size, size));
    return out;
  };
  const Tensor re = PartOf(b, 0), im = PartOf(b, 1);
  const Tensor minus = Pointwise(call, Fn::kNeg, {{im}}, im.shape(), im.dtype(), im.dtype());
  const int64_t deep = b.rank() == 1 ? 0 : b.rank() - 2;
  const Tensor left = joined(PartOf(a, 0), PartOf(a, 1), a.rank() - 1);
  ops::RuleResult rule = call.rule();
  rule.tensors[0].dtype = RealOf(rule.tensors[0].dtype);
  const auto product = [&](const Tensor& right) -> Outputs {
    const std::array<ops::Argument, 2> args = {ops::Value::Eager(left, {rule.tensors[0].dtype, ToSymInts(left.shape())}),
                                               ops::Value::Eager(right, {rule.tensors[0].dtype, ToSymInts(right.shape())})};
    return Matmul(call.With(args, rule));
  };
  CONFORMANCE_TRY(const auto real, product(joined(re, minus, deep)));
  CONFORMANCE_TRY(const auto imaginary, product(joined(im, re, deep)));
  return OfParts(call, real[0], imaginary[0]);
}

}  // namespace conformance::eager
