// Ops that draw at random: PyTorch's own draws (torch_random.h). They are made in the declared type whatever the run computes in, and widened
// then: a draw in f64 would take other bits of the generator, and the oracle would judge by other numbers.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/torch_random.h"

namespace conformance::eager {
namespace {

/// Row-major, as far as its elements tell: the step along an axis of size 1 does not matter.
bool IsRowMajor(const Shape& shape, const Shape& strides) {
  int64_t step = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] == 0) return true;
    if (shape[axis] != 1 && strides[axis] != step) return false;
    step *= shape[axis];
  }
  return true;
}

/// Strides of a dense tensor whose axes lie in memory in the order of those of `like`: what PyTorch's empty_like makes
/// (c10/core/MemoryFormat.h, at::infer_dense_strides). PyTorch fills memory in the order in which it lies.
Shape DenseStrides(const Shape& shape, const Shape& like) {
  const size_t rank = shape.size();
  std::vector<size_t> order(rank);  // innermost first
  std::iota(order.rbegin(), order.rend(), size_t{0});
  const auto compare = [&](size_t a, size_t b) {  // 1: a lies outside of b; 0: open
    if (like[a] == 0 || like[b] == 0) return 0;
    if (like[a] != like[b]) return like[a] < like[b] ? -1 : 1;
    return shape[a] > shape[b] ? 1 : 0;
  };
  for (size_t i = 1; i < rank; ++i) {
    size_t at = i;
    for (size_t below = i; below-- > 0;) {
      const int outside = compare(order[below], order[at]);
      if (outside < 0) break;
      if (outside > 0) std::swap(order[below], order[std::exchange(at, below)]);
    }
  }
  Shape strides(rank);
  int64_t step = 1;
  for (const size_t axis : order) {
    strides[axis] = step;
    if (shape[axis] > 1) step *= shape[axis];
  }
  return strides;
}

/// How a result lies in memory, and so the order in which it is drawn.
struct Place {
  Shape shape, strides;

  static Place RowMajor(const Shape& shape) {
    Shape strides(shape.size());
    int64_t step = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      strides[axis] = step;
      step *= std::max<int64_t>(shape[axis], 1);
    }
    return {shape, std::move(strides)};
  }
  static Place Like(const Tensor& x) { return {x.shape(), DenseStrides(x.shape(), x.strides())}; }

  int64_t count() const { return NumElements(shape); }
  bool row_major() const { return IsRowMajor(shape, strides); }
};

/// Asked for its format by name, a tensor like another is row-major.
Place LikeOrContiguous(const KernelCall& call) {
  const auto* format = std::get_if<ops::MemoryFormat>(&call.args().back());
  return format != nullptr && *format == ops::MemoryFormat::kContiguous ? Place::RowMajor(call.tensor(0).shape()) : Place::Like(call.tensor(0));
}

/// Draws in the order of memory, in a type that has them all, become output `k` of the call.
Tensor Placed(const KernelCall& call, const Tensor& flat, const Place& place, size_t k = 0) {
  const Tensor declared = ContiguousAs(call.isa(), flat, call.out_declared(k));
  return ContiguousAs(call.isa(), declared, call.out_store(k)).View(place.shape, place.strides, 0);
}

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

/// Draws in the order of memory become the first argument's elements.
Outputs WriteDraws(const KernelCall& call, const Tensor& flat) {
  const Tensor& target = call.tensor(0);
  if (!target.storage()->writable) return call.Invalid("would write into a read-only tensor, a weight that is mapped from its file");
  const Place place = Place::Like(target);
  const Tensor declared = ContiguousAs(call.isa(), flat, call.declared(0));
  CopyInto(call.isa(), declared.View(place.shape, place.strides, 0), target);
  return Only(target);
}

Tensor Uniforms(const KernelCall& call, int64_t count, DType dtype, double from, double to) {
  TorchGenerator& draws = call.draws();
  const Tensor out = Tensor::Empty(dtype == DType::kF64 ? DType::kF64 : DType::kF32, {count});
  if (dtype == DType::kF64) {
    for (int64_t i = 0; i < count; ++i) {
      const double value = std::fma(draws.UniformF64(), to - from, from);
      out.mutable_data<double>()[i] = value >= to ? from : value;
    }
    return out;
  }
  const auto first = static_cast<float>(from), end = static_cast<float>(to);
  for (int64_t i = 0; i < count; ++i) out.mutable_data<float>()[i] = std::fma(draws.UniformF32(), end - first, first);
  // What is rounded up to the end of the range becomes its start (ATen/native/cpu/DistributionTemplates.h).
  const auto limit = static_cast<float>(Cast(Cast(Tensor::Of<double>({1}, {to}), DType::kF32), dtype).At(0));
  const Tensor kept = ContiguousAs(call.isa(), CloneOf(call.isa(), ContiguousAs(call.isa(), out, dtype)), DType::kF32);
  for (int64_t i = 0; i < count; ++i) {
    float& value = kept.mutable_data<float>()[i];
    if (value >= limit) value = first;
  }
  return kept;
}

/// In sixteens where the result is contiguous and has as many, else one by one.
Tensor Normals(const KernelCall& call, int64_t count, bool contiguous, DType dtype, double mean, double std) {
  TorchGenerator& draws = call.draws();
  const bool wide = dtype == DType::kF64;
  const Tensor out = Tensor::Empty(wide ? DType::kF64 : DType::kF32, {count});
  const auto size = static_cast<size_t>(count);
  if (count >= 16 && contiguous) {
    if (wide) FillNormal(draws, mean, std, std::span(out.mutable_data<double>(), size));
    else if (dtype == DType::kF32) FillNormal(draws, static_cast<float>(mean), static_cast<float>(std), std::span(out.mutable_data<float>(), size));
    else FillNormalOfHalves(draws, static_cast<float>(mean), static_cast<float>(std), std::span(out.mutable_data<float>(), size));
    return out;
  }
  for (int64_t i = 0; i < count; ++i) {
    const double value = std::fma(draws.Normal(), std, mean);
    if (wide) out.mutable_data<double>()[i] = value;
    else out.mutable_data<float>()[i] = static_cast<float>(value);
  }
  return out;
}

Tensor Exponentials(const KernelCall& call, int64_t count, DType dtype, double rate) {
  const bool wide = dtype == DType::kF64;
  const Tensor out = Tensor::Empty(wide ? DType::kF64 : DType::kF32, {count});
  for (int64_t i = 0; i < count; ++i) {
    const double value = call.draws().Exponential(rate);
    if (wide) out.mutable_data<double>()[i] = value;
    else out.mutable_data<float>()[i] = static_cast<float>(value);
  }
  return out;
}

Tensor Integers(const KernelCall& call, int64_t count, int64_t low, int64_t high) {
  const Tensor out = Tensor::Empty(DType::kI64, {count});
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  for (int64_t i = 0; i < count; ++i) out.mutable_data<int64_t>()[i] = call.draws().Integer(range, low);
  return out;
}

/// By one probability: a double for each, whatever the type of the result.
Tensor Bernoullis(const KernelCall& call, int64_t count, double p) {
  const Tensor out = Tensor::Empty(DType::kBool, {count});
  for (int64_t i = 0; i < count; ++i) out.mutable_data<bool>()[i] = call.draws().UniformF64() < p;
  return out;
}

/// By a probability for each, in the order of `p`'s elements: a double where `declared` is f64, else 24 bits.
Result<Tensor> Bernoullis(const KernelCall& call, const Tensor& p, DType declared) {
  const Tensor wide = ContiguousAs(call.isa(), p, DType::kF64);
  const Tensor out = Tensor::Empty(DType::kBool, {wide.num_elements()});
  for (int64_t i = 0; i < wide.num_elements(); ++i) {
    const double chance = wide.data<double>()[i];
    if (!(chance >= 0 && chance <= 1)) return call.Invalid("a probability is " + std::to_string(chance) + ", want one in [0, 1]");
    const double draw = declared == DType::kF64 ? call.draws().UniformF64() : static_cast<double>(call.draws().UniformF32());
    out.mutable_data<bool>()[i] = draw < chance;
  }
  return out;
}

/// p's elements, one for each of x, in the order in which x's lie in memory.
Tensor InOrderOf(const KernelCall& call, const Place& place, const Tensor& p) {
  const Tensor dense = Tensor::Empty(p.dtype(), {place.count()});
  CopyInto(call.isa(), BroadcastTo(p, place.shape), dense.View(place.shape, place.strides, 0));
  return dense;
}

}  // namespace

Outputs Rand(const KernelCall& call) {
  const Place place = Place::RowMajor(call.out_shape());
  return Only(Placed(call, Uniforms(call, place.count(), call.out_declared(), 0, 1), place));
}
Outputs RandLike(const KernelCall& call) {
  const Place place = LikeOrContiguous(call);
  return Only(Placed(call, Uniforms(call, place.count(), call.out_declared(), 0, 1), place));
}
Outputs Uniform(const KernelCall& call) {
  const Place place = Place::Like(call.tensor(0));
  return Only(Placed(call, Uniforms(call, place.count(), call.out_declared(), call.number(1), call.number(2)), place));
}
Outputs UniformInPlace(const KernelCall& call) {
  return WriteDraws(call, Uniforms(call, call.tensor(0).num_elements(), call.declared(0), call.number(1), call.number(2)));
}

Outputs Randn(const KernelCall& call) {
  const Place place = Place::RowMajor(call.out_shape());
  return Only(Placed(call, Normals(call, place.count(), true, call.out_declared(), 0, 1), place));
}
Outputs RandnLike(const KernelCall& call) {
  const Place place = LikeOrContiguous(call);
  return Only(Placed(call, Normals(call, place.count(), place.row_major(), call.out_declared(), 0, 1), place));
}
Outputs NormalFunctional(const KernelCall& call) {
  const Place place = Place::Like(call.tensor(0));
  return Only(Placed(call, Normals(call, place.count(), place.row_major(), call.out_declared(), call.number(1), call.number(2)), place));
}
Outputs NormalInPlace(const KernelCall& call) {
  const Tensor& target = call.tensor(0);
  const bool contiguous = IsRowMajor(target.shape(), target.strides());
  return WriteDraws(call, Normals(call, target.num_elements(), contiguous, call.declared(0), call.number(1), call.number(2)));
}

Outputs Exponential(const KernelCall& call) {
  const Place place = Place::Like(call.tensor(0));
  return Only(Placed(call, Exponentials(call, place.count(), call.out_declared(), call.number(1)), place));
}
Outputs ExponentialInPlace(const KernelCall& call) {
  return WriteDraws(call, Exponentials(call, call.tensor(0).num_elements(), call.declared(0), call.number(1)));
}

Outputs Randint(const KernelCall& call) {
  const Place place = Place::RowMajor(call.out_shape());
  const bool has_low = call.op().args[0].name == "low";
  return Only(Placed(call, Integers(call, place.count(), has_low ? call.integer(0) : 0, call.integer(has_low ? 1 : 0)), place));
}
Outputs RandintLike(const KernelCall& call) {
  const Place place = LikeOrContiguous(call);
  const bool has_low = call.op().args[1].name == "low";
  return Only(Placed(call, Integers(call, place.count(), has_low ? call.integer(1) : 0, call.integer(has_low ? 2 : 1)), place));
}

// Fisher and Yates from the front (ATen/native/TensorFactories.cpp); 64 bits only where 32 would be seen.
Outputs Randperm(const KernelCall& call) {
  const int64_t n = call.out_shape()[0];
  const Tensor order = Tensor::Empty(DType::kI64, {n});
  auto* data = order.mutable_data<int64_t>();
  std::iota(data, data + n, int64_t{0});
  const bool wide = n >= static_cast<int64_t>(UINT32_MAX / 20);
  for (int64_t i = 0; i + 1 < n; ++i) {
    const uint64_t bits = wide ? call.draws().Bits64() : call.draws().Bits32();
    std::swap(data[i], data[i + static_cast<int64_t>(bits % static_cast<uint64_t>(n - i))]);
  }
  return Only(Placed(call, order, Place::RowMajor({n})));
}

Outputs Bernoulli(const KernelCall& call) {
  CONFORMANCE_TRY(const Tensor drawn, Bernoullis(call, call.tensor(0), call.declared(0)));
  return Only(Placed(call, drawn, Place::RowMajor(call.out_shape())));
}
Outputs BernoulliP(const KernelCall& call) {
  const Place place = Place::RowMajor(call.out_shape());
  return Only(Placed(call, Bernoullis(call, place.count(), call.number(1)), place));
}
Outputs BernoulliFloatInPlace(const KernelCall& call) {
  return WriteDraws(call, Bernoullis(call, call.tensor(0).num_elements(), call.number(1)));
}
Outputs BernoulliTensor(const KernelCall& call) {
  const Place place = Place::Like(call.tensor(0));
  CONFORMANCE_TRY(const Tensor drawn, Bernoullis(call, InOrderOf(call, place, call.tensor(1)), call.declared(1)));
  return Only(Placed(call, drawn, place));
}
Outputs BernoulliTensorInPlace(const KernelCall& call) {
  const Place place = Place::Like(call.tensor(0));
  CONFORMANCE_TRY(const Tensor drawn, Bernoullis(call, InOrderOf(call, place, call.tensor(1)), call.declared(1)));
  return WriteDraws(call, drawn);
}

namespace {

/// The largest `samples` of each row of weights over exponential draws, as the Gumbel trick has it.
void DrawOnce(const KernelCall& call, const Tensor& weights, int64_t samples, int64_t* out) {
  const DType declared = call.declared(0);
  const Place place = Place::Like(weights);
  const Tensor drawn = ContiguousAs(call.isa(), Exponentials(call, place.count(), declared, 1), declared).View(place.shape, place.strides, 0);
  const Tensor q = ContiguousAs(call.isa(), drawn, DType::kF64), p = ContiguousAs(call.isa(), weights, DType::kF64);
  const DType compute = call.ComputeType(declared);
  const Tensor wide = Tensor::Empty(DType::kF64, {place.count()});
  for (int64_t i = 0; i < place.count(); ++i) {
    const double a = p.data<double>()[i], b = q.data<double>()[i];
    wide.mutable_data<double>()[i] = compute == DType::kF64 ? a / b : static_cast<double>(static_cast<float>(a) / static_cast<float>(b));
  }
  const Tensor kept = ContiguousAs(call.isa(), ContiguousAs(call.isa(), wide, call.StoreType(declared)), DType::kF64);
  const int64_t count = weights.shape().back();
  std::vector<int64_t> order(static_cast<size_t>(count));
  for (int64_t row = 0; count > 0 && row < place.count() / count; ++row) {
    const double* scores = kept.data<double>() + row * count;
    std::iota(order.begin(), order.end(), int64_t{0});
    std::partial_sort(order.begin(), order.begin() + samples, order.end(),
                      [&](int64_t a, int64_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
    std::copy_n(order.begin(), samples, out + row * samples);
  }
}

/// Where each uniform draw falls among the sums of a row, which are taken in T from the left.
template <typename T>
void DrawAgain(const KernelCall& call, const double* weights, int64_t count, int64_t samples, int64_t* out) {
  std::vector<T> sums(static_cast<size_t>(count));
  T sum = 0;
  for (int64_t i = 0; i < count; ++i) sums[static_cast<size_t>(i)] = sum += static_cast<T>(weights[i]);
  for (T& value : sums) value /= sum;
  sums.back() = 1;
  for (int64_t i = 0; i < samples; ++i) {
    const double draw = call.draws().UniformF64();
    out[i] = std::lower_bound(sums.begin(), sums.end(), draw, [](T a, double b) { return static_cast<double>(a) < b; }) - sums.begin();
  }
}

}  // namespace

Outputs Multinomial(const KernelCall& call) {
  const Tensor& weights = call.tensor(0);
  const int64_t count = weights.shape().back(), samples = call.integer(1), rows = weights.num_elements() / count;
  const Tensor plain = ContiguousAs(call.isa(), weights, DType::kF64);
  for (int64_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      const double weight = plain.data<double>()[row * count + i];
      if (!(weight >= 0) || !std::isfinite(weight)) return call.Invalid("a weight is " + std::to_string(weight) + ", want finite ones from 0 on");
      sum += weight;
    }
    if (sum == 0) return call.Invalid("the weights of row " + std::to_string(row) + " are all 0");
  }
  const Tensor out = Tensor::Empty(DType::kI64, call.out_shape());
  auto* data = out.mutable_data<int64_t>();
  if (!call.boolean(2) || samples == 1) {
    DrawOnce(call, weights, samples, data);
    return Only(out);
  }
  const bool wide = call.out_declared() == DType::kF64 || call.ComputeType(call.declared(0)) == DType::kF64;
  for (int64_t row = 0; row < rows; ++row) {
    const double* from = plain.data<double>() + row * count;
    if (wide) DrawAgain<double>(call, from, count, samples, data + row * samples);
    else DrawAgain<float>(call, from, count, samples, data + row * samples);
  }
  return Only(out);
}

namespace {

/// x times what is 0 where an element is dropped and where it stays `scale`, in the type of x: 0 · inf is NaN, as in PyTorch.
Tensor Scaled(const KernelCall& call, const Tensor& x, const Tensor& stayed, double scale) {
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  const Tensor plain = ContiguousAs(call.isa(), x, DType::kF64);
  const Tensor kept = ContiguousAs(call.isa(), stayed, DType::kBool);
  const Tensor wide = Tensor::Empty(DType::kF64, out.shape());
  const bool narrow = call.out_compute() == DType::kF32;
  if (narrow) scale = Cast(Cast(Tensor::Of<double>({1}, {scale}), DType::kF32), call.out_store()).At(0);
  for (int64_t i = 0; i < out.num_elements(); ++i) {
    const double value = plain.data<double>()[i], factor = kept.data<bool>()[i] ? scale : 0;
    wide.mutable_data<double>()[i] = narrow ? static_cast<double>(static_cast<float>(value) * static_cast<float>(factor)) : value * factor;
  }
  CopyInto(call.isa(), wide, out);
  return out;
}

}  // namespace

Outputs Dropout(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const double p = call.number(1);
  if (!call.boolean(2) || p == 0 || x.num_elements() == 0) return Only(x);
  const Place place = Place::Like(x);
  if (p == 1) return Only(Scaled(call, x, Tensor::Zeros(DType::kBool, x.shape()), 0));
  const Tensor stayed = Bernoullis(call, place.count(), 1 - p).View(place.shape, place.strides, 0);
  const bool narrow = call.out_compute() == DType::kF32;
  const double scale = narrow ? static_cast<double>(1.0F / static_cast<float>(1 - p)) : 1 / (1 - p);
  return Only(Scaled(call, x, stayed, scale));
}

Outputs NativeDropout(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const double p = call.number(1);
  const bool train = call.IsNone(2) || call.boolean(2);
  if (!train || x.num_elements() == 0) {
    const Tensor stayed = Tensor::Empty(DType::kBool, x.shape());
    std::fill_n(stayed.mutable_data<bool>(), stayed.num_elements(), true);
    return std::vector<Tensor>{CloneOf(call.isa(), x), stayed};
  }
  const Place place = Place::Like(x);
  const Tensor stayed = Bernoullis(call, place.count(), 1 - p).View(place.shape, place.strides, 0);
  return std::vector<Tensor>{Scaled(call, x, stayed, p == 1 ? 0 : 1 / (1 - p)), stayed};
}

}  // namespace conformance::eager
