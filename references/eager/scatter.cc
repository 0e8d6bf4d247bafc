// Ops that join elements of a source with those that an index along one axis points to, and ops that replace a part.
#include <algorithm>
#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

enum class Join { kSum, kProduct, kMean, kLargest, kSmallest };

template <typename T>
T Joined(Join join, T a, T b) {
  if constexpr (std::is_same_v<T, int64_t>) {
    if (join == Join::kSum || join == Join::kMean) return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    if (join == Join::kProduct) return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
  switch (join) {
    case Join::kSum:
    case Join::kMean: return a + b;
    case Join::kProduct: return a * b;
    case Join::kLargest: return a != a || a > b ? a : b;
    default: return a != a || a < b ? a : b;
  }
}

template <typename T>
T Divided(T sum, int64_t count) {
  if constexpr (std::is_same_v<T, int64_t>) {
    const T quotient = sum / count;
    return sum % count != 0 && sum < 0 ? quotient - 1 : quotient;
  } else {
    return sum / static_cast<T>(count);
  }
}

/// A copy of x, of shape [.., n, ..], joined element by element with source[p] at index[p] along `axis`, in the order of p. Halves are
/// rounded after each step, as they are stored between steps in PyTorch.
template <typename T>
Outputs Scatter(const KernelCall& call, int64_t axis, const Tensor& index, const Tensor& source, Join join, bool include_self) {
  const Tensor& x = call.tensor(0);
  const DType store = call.out_store();
  const Tensor out = Tensor::Empty(store, x.shape());  // wider than x where the run keeps values wide
  CopyInto(call.isa(), x, out);
  const Tensor values = ContiguousAs<T>(call.isa(), source);
  std::vector<int64_t> counts(static_cast<size_t>(out.num_elements()), include_self ? 1 : 0);
  const int64_t width = static_cast<int64_t>(ByteSize(store));
  const auto read = [&](int64_t offset) {
    T value;
    LoadRun(call.isa(), store, out.raw() + offset * width, 1, 1, &value);
    return value;
  };
  const auto write = [&](int64_t offset, T value) { StoreRun(call.isa(), &value, 1, store, out.raw_mutable() + offset * width); };
  Shape at(index.shape().size(), 0);
  const int64_t size = out.rank() == 0 ? 1 : out.dim(axis);
  for (int64_t p = 0; p < index.num_elements(); ++p) {
    const int64_t id = index.data<int64_t>()[p];
    if (id < 0 || id >= size) return call.Invalid("index " + std::to_string(id) + " is out of range for size " + std::to_string(size));
    int64_t offset = 0;
    for (size_t d = 0; d < at.size() && out.rank() > 0; ++d) offset += (static_cast<int64_t>(d) == axis ? id : at[d]) * out.strides()[d];
    int64_t& count = counts[static_cast<size_t>(offset)];
    write(offset, count == 0 ? values.data<T>()[p] : Joined(join, read(offset), values.data<T>()[p]));
    ++count;
    for (size_t d = at.size(); d-- > 0;) {
      if (++at[d] < index.shape()[d]) break;
      at[d] = 0;
    }
  }
  for (int64_t i = 0; join == Join::kMean && i < out.num_elements(); ++i) {
    const int64_t count = counts[static_cast<size_t>(i)];
    if (count > 1) write(i, Divided(read(i), count));
  }
  return Only(out);
}

Outputs Scattered(const KernelCall& call, Join join, bool include_self) {
  const Tensor index = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  const Tensor& source = call.tensor(3);
  // The source may be larger than the index: its leading part counts.
  const Tensor part = source.rank() == 0 ? BroadcastTo(source, index.shape()) : source.View(index.shape(), source.strides(), source.offset());
  const int64_t axis = WrapAxis(call.integer(1), call.tensor(0).rank());
  return WithCompute(call.out_compute(), [&](auto t) { return Scatter<decltype(t)>(call, axis, index, part, join, include_self); });
}

/// index [k] repeated over the sizes of the source beside `axis`.
Tensor AlongSource(const KernelCall& call, int64_t axis, const Tensor& source) {
  Tensor index = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  if (source.rank() == 0) return index.Reshaped({});
  Shape shape(source.shape().size(), 1);
  shape[static_cast<size_t>(axis)] = index.num_elements();
  return BroadcastTo(index.Reshaped(shape), source.shape()).Clone();
}

}  // namespace

Outputs ScatterAdd(const KernelCall& call) { return Scattered(call, Join::kSum, true); }

Outputs ScatterReduce(const KernelCall& call) {
  const std::string& name = call.string(4);
  const Join join = name == "sum" ? Join::kSum : name == "prod" ? Join::kProduct : name == "mean" ? Join::kMean
                    : name == "amax" ? Join::kLargest : Join::kSmallest;
  return Scattered(call, join, call.boolean(5));
}

Outputs IndexAdd(const KernelCall& call) {
  const int64_t axis = WrapAxis(call.integer(1), call.tensor(0).rank());
  Tensor source = call.tensor(3);
  if (call.number(4) != 1) {
    const Tensor factor = AsOperand(call, NumberTensor(call.args()[4]), call.out_declared());
    source = Pointwise(call, Fn::kMul, {{source, factor}}, source.shape(), call.out_compute(), call.out_store());
  }
  const Tensor index = AlongSource(call, axis, source);
  return WithCompute(call.out_compute(), [&](auto t) { return Scatter<decltype(t)>(call, axis, index, source, Join::kSum, true); });
}

Outputs IndexCopy(const KernelCall& call) {
  const int64_t axis = WrapAxis(call.integer(1), call.tensor(0).rank());
  const Tensor out = CloneOf(call.isa(), call.tensor(0)), source = call.tensor(3);
  const Tensor index = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  const int64_t size = out.rank() == 0 ? 1 : out.dim(axis);
  for (int64_t i = 0; i < index.num_elements(); ++i) {
    const int64_t id = index.data<int64_t>()[i];
    if (id < 0 || id >= size) return call.Invalid("index " + std::to_string(id) + " is out of range for size " + std::to_string(size));
    if (out.rank() == 0) CopyInto(call.isa(), source, out);
    else CopyInto(call.isa(), Narrow(source, axis, i, 1), Narrow(out, axis, id, 1));
  }
  return Only(out);
}

Outputs SliceScatter(const KernelCall& call) {
  const Tensor out = CloneOf(call.isa(), call.tensor(0));
  const int64_t axis = WrapAxis(call.integer(2), out.rank()), size = out.dim(axis), step = call.integer(5);
  int64_t start = call.IsNone(3) ? 0 : call.integer(3);
  if (start < 0) start += size;
  const Tensor part = Narrow(out, axis, std::clamp<int64_t>(start, 0, size), call.tensor(1).dim(axis));
  Shape strides = part.strides();
  strides[static_cast<size_t>(axis)] *= step;
  CopyInto(call.isa(), call.tensor(1), part.View(part.shape(), std::move(strides), part.offset()));
  return Only(out);
}

Outputs SelectScatter(const KernelCall& call) {
  const Tensor out = CloneOf(call.isa(), call.tensor(0));
  const int64_t axis = WrapAxis(call.integer(2), out.rank()), size = out.dim(axis);
  const int64_t index = call.integer(3) < 0 ? call.integer(3) + size : call.integer(3);
  const Tensor slot = Narrow(out, axis, index, 1);
  CopyInto(call.isa(), ViewOrCopy(call.tensor(1), slot.shape()), slot);
  return Only(out);
}

}  // namespace conformance::eager
