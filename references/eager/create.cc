// Ops that make tensors from numbers.
#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"

namespace conformance::eager {
namespace {

Outputs Filled(const KernelCall& call, const Tensor& number) {
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  CopyInto(call.isa(), BroadcastTo(number, out.shape()), out);
  return std::vector<Tensor>{out};
}

/// start + i·step: integers exactly, reals in f64 and rounded once, as PyTorch's accumulator is a double.
Outputs Sequence(const KernelCall& call, const ops::Argument& start, const ops::Argument& step) {
  const Shape shape = call.out_shape();
  const bool integers = !IsFloating(call.out_declared());
  const Tensor first = NumberTensor(start), gap = NumberTensor(step);
  const Tensor wide = Tensor::Empty(integers ? DType::kI64 : DType::kF64, shape);
  for (int64_t i = 0; i < wide.num_elements(); ++i) {
    if (integers) wide.mutable_data<int64_t>()[i] = first.IntAt(0) + i * gap.IntAt(0);
    else wide.mutable_data<double>()[i] = first.At(0) + static_cast<double>(i) * gap.At(0);
  }
  return std::vector<Tensor>{ContiguousAs(call.isa(), wide, call.out_store())};
}

}  // namespace

Outputs Arange(const KernelCall& call) { return Sequence(call, SymInt(0), SymInt(1)); }
Outputs ArangeStart(const KernelCall& call) {
  // arange.start_step has its step third; arange.start stops before the keyword arguments.
  const bool has_step = call.op().args[2].name == "step";
  return Sequence(call, call.args()[0], has_step ? call.args()[2] : ops::Argument(SymInt(1)));
}

/// As PyTorch counts, from both ends to the middle, so that both are exact; in f64 and rounded once, cut for an integer.
Outputs Linspace(const KernelCall& call) {
  const bool integers = !IsFloating(call.out_declared());
  const auto number = [&](size_t i) {
    const double value = NumberTensor(call.args()[i]).At(0);
    return integers ? std::trunc(value) : value;
  };
  const double start = number(0), end = number(1);
  const Tensor wide = Tensor::Empty(DType::kF64, call.out_shape());
  const int64_t steps = wide.num_elements();
  const double step = steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0;
  for (int64_t i = 0; i < steps; ++i) {
    const bool up = i < steps / 2 || steps == 1;
    const double value = up ? start + static_cast<double>(i) * step : end - static_cast<double>(steps - 1 - i) * step;
    wide.mutable_data<double>()[i] = integers ? std::trunc(value) : value;
  }
  return std::vector<Tensor>{ContiguousAs(call.isa(), wide, call.out_store())};
}

Outputs FullFrom0(const KernelCall& call) { return Filled(call, TensorOrNumber(call, 0)); }
Outputs FullFrom1(const KernelCall& call) { return Filled(call, TensorOrNumber(call, 1)); }
Outputs FullFrom2(const KernelCall& call) { return Filled(call, TensorOrNumber(call, 2)); }
Outputs Ones(const KernelCall& call) { return Filled(call, Tensor::Of<int64_t>({}, {1})); }
Outputs Zeros(const KernelCall& call) { return Filled(call, Tensor::Of<int64_t>({}, {0})); }

Outputs FillInPlace(const KernelCall& call) {
  const Tensor& target = call.tensor(0);
  if (!target.storage()->writable) return call.Invalid("would write into a read-only tensor");
  CopyInto(call.isa(), BroadcastTo(TensorOrNumber(call, 1), target.shape()), target);
  return std::vector<Tensor>{target};
}

}  // namespace conformance::eager
