#include "references/eager/pointwise.h"

#include <algorithm>
#include <array>
#include <limits>

#include "framework/base/random.h"
#include "references/eager/operand.h"

namespace conformance::eager {

Tensor NumberTensor(const ops::Argument& number) {
  if (const auto* real = std::get_if<double>(&number)) return Tensor::Of<double>({}, {*real});
  if (const auto* flag = std::get_if<bool>(&number)) return Tensor::Of<bool>({}, {*flag});
  if (const auto* complex = std::get_if<ops::ComplexNumber>(&number)) return Tensor::Of<std::complex<double>>({}, {complex->value});
  return Tensor::Of<int64_t>({}, {std::get<SymInt>(number).constant()});
}

Tensor TensorOrNumber(const KernelCall& call, size_t i) {
  return call.IsTensor(i) ? call.tensor(i) : NumberTensor(call.args()[i]);
}

DType ResultType(const KernelCall& call, std::span<const size_t> arguments) {
  const auto category = [](DType type) { return IsComplex(type) ? 3 : IsFloating(type) ? 2 : type == DType::kBool ? 0 : 1; };
  std::optional<DType> groups[3];  // tensors with axes, without, numbers
  for (const size_t i : arguments) {
    if (call.IsNone(i)) continue;
    size_t group = 2;
    DType type = DType::kF32;  // PyTorch's default for a float number
    if (call.IsTensor(i)) {
      group = call.tensor(i).rank() > 0 ? 0 : 1;
      type = call.declared(i);
    } else if (std::holds_alternative<ops::ComplexNumber>(call.args()[i])) {
      type = DType::kC64;
    } else if (std::holds_alternative<bool>(call.args()[i])) {
      type = DType::kBool;
    } else if (std::holds_alternative<SymInt>(call.args()[i])) {
      type = DType::kI64;
    }
    groups[group] = groups[group] ? PromoteTypes(*groups[group], type) : type;
  }
  std::optional<DType> result;
  for (const auto& group : groups) {
    // A complex tensor without axes or number keeps the precision of reals with axes.
    if (group && result && IsComplex(*group) && IsFloating(*result)) result = ComplexOf(*result).value_or(DType::kC64);
    else if (group && (!result || category(*group) > category(*result))) result = group;
  }
  return result.value_or(DType::kF32);
}

Tensor AsOperand(const KernelCall& call, const Tensor& x, DType type) {
  if (x.dtype() == type || x.dtype() == DType::kBool) return x;
  if (type == DType::kBool) return ContiguousAs(call.isa(), x, type);  // a fraction is true
  const bool wraps = IsIntegral(type) && IsIntegral(x.dtype());
  const bool rounds = IsFloating(type) && ByteSize(type) == 2 && call.numerics().round_stores;
  return wraps || rounds ? ContiguousAs(call.isa(), x, type) : x;
}

namespace {

bool IsTranscendental(Fn fn) {
  switch (fn) {
    case Fn::kExp: case Fn::kLog: case Fn::kRsqrt: case Fn::kSin: case Fn::kCos: case Fn::kTanh: case Fn::kSigmoid:
    case Fn::kErf: case Fn::kSilu: case Fn::kMish: case Fn::kSoftplus: case Fn::kGeluErf: case Fn::kGeluTanh:
    case Fn::kElu: case Fn::kLog1p: case Fn::kExpm1: case Fn::kPow: case Fn::kAcos: case Fn::kAcosh: case Fn::kAsin: case Fn::kAsinh:
    case Fn::kAtan: case Fn::kAtanh: case Fn::kCosh: case Fn::kSinh: case Fn::kTan: case Fn::kErfc: case Fn::kExp2: case Fn::kLog2:
    case Fn::kLog10: case Fn::kLogSigmoid: case Fn::kAtan2: return true;
    default: return false;
  }
}

template <typename T>
VectorFn<T> FindFn(const IsaKernels& isa, Fn fn) {
  if constexpr (std::is_same_v<T, int64_t>) {
    return IntegerFn(fn);
  } else {
    const VectorFn<T> loop = isa.real<T>().fn[static_cast<int>(fn)];
    return loop != nullptr ? loop : ScalarFn<T>(fn);
  }
}

/// Runs that every operand can serve cheaply end at multiples of this; 0: no such rows.
template <typename T>
int64_t CommonRow(const std::vector<Operand<T>>& operands) {
  int64_t row = 0;
  for (const Operand<T>& operand : operands) {
    if (operand.IsPlain() || operand.IsConstant() || operand.row() < 128) continue;
    row = row == 0 ? operand.row() : std::min(row, operand.row());
  }
  return row;
}

template <typename T>
void Run(const KernelCall& call, Fn fn, std::span<const Tensor> tensors, const Tensor& out, std::span<const double> parameters) {
  const VectorFn<T> loop = FindFn<T>(call.isa(), fn);
  CONFORMANCE_CHECK(loop != nullptr, call.op().target + ": no such function for this type");
  std::array<T, 4> p{};
  for (size_t i = 0; i < parameters.size(); ++i) {
    // An unbounded clamp of integers has infinite bounds.
    if constexpr (std::is_same_v<T, int64_t>) {
      p[i] = parameters[i] >= 9.2e18 ? std::numeric_limits<int64_t>::max()
             : parameters[i] <= -9.2e18 ? std::numeric_limits<int64_t>::min() : static_cast<int64_t>(parameters[i]);
    } else {
      p[i] = static_cast<T>(parameters[i]);
    }
  }
  std::vector<Operand<T>> operands;
  operands.reserve(tensors.size());
  for (const Tensor& tensor : tensors) operands.emplace_back(call.isa(), BroadcastTo(tensor, out.shape()));
  const bool plain = out.dtype() == kDTypeOf<T>;
  const bool all_plain = plain && std::ranges::all_of(operands, [](const auto& operand) { return operand.IsPlain(); });
  const int64_t total = out.num_elements();
  const int64_t row = CommonRow(operands);
  const int64_t longest = all_plain ? int64_t{1} << 16 : kBlock;
  std::vector<T> buffer(plain ? 0 : static_cast<size_t>(std::min(kBlock, total)));
  const bool noisy = std::is_floating_point_v<T> && call.numerics().noise_ulp > 0 && IsTranscendental(fn);
  std::byte* bytes = out.raw_mutable();
  for (int64_t start = 0; start < total;) {
    int64_t count = std::min(longest, total - start);
    if (row > 0) count = std::min(count, row - start % row);
    const T* in[3] = {};
    for (size_t i = 0; i < operands.size(); ++i) in[i] = operands[i].Read(start, count);
    T* to = plain ? reinterpret_cast<T*>(bytes) + start : buffer.data();
    loop(in[0], in[1], in[2], to, count, p.data());
    if constexpr (std::is_floating_point_v<T>) {
      if (noisy) AddNoise(call, to, count, start);
    }
    if (!plain) {
      StoreRun(call.isa(), to, count, out.dtype(), bytes + start * static_cast<int64_t>(ByteSize(out.dtype())));
    }
    start += count;
  }
}

}  // namespace

template <typename T>
void AddNoise(const KernelCall& call, T* values, int64_t n, int64_t start) {
  const double ulps = call.numerics().noise_ulp;
  if (ulps == 0) return;
  Random random(call.seed() + static_cast<uint64_t>(start));
  const double unit = ulps * static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
  for (int64_t i = 0; i < n; ++i) {
    values[i] = static_cast<T>(static_cast<double>(values[i]) * (1 + unit * (2 * random.Uniform() - 1)));
  }
}
template void AddNoise<float>(const KernelCall&, float*, int64_t, int64_t);
template void AddNoise<double>(const KernelCall&, double*, int64_t, int64_t);

Tensor Pointwise(const KernelCall& call, Fn fn, std::span<const Tensor> operands, const Shape& shape, DType compute, DType store,
                 std::span<const double> parameters) {
  Tensor out = Tensor::Empty(store, shape);
  if (out.num_elements() == 0) return out;
  WithCompute(compute, [&](auto t) { Run<decltype(t)>(call, fn, operands, out, parameters); });
  return out;
}

Result<std::vector<Tensor>> PointwiseOutput(const KernelCall& call, Fn fn, std::span<const Tensor> operands,
                                            std::span<const double> parameters) {
  return std::vector<Tensor>{Pointwise(call, fn, operands, call.out_shape(), call.out_compute(), call.out_store(), parameters)};
}

}  // namespace conformance::eager
