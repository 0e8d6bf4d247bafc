// Ops that pick or place elements by an index along one axis.
#include <cstring>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

/// index in [0, size); with `negative`, also from [-size, 0).
Result<int64_t> InRange(const KernelCall& call, int64_t index, int64_t size, bool negative) {
  if (index >= 0 && index < size) return index;
  if (negative && index < 0 && index >= -size) return index + size;
  return call.Invalid("index " + std::to_string(index) + " is out of range for size " + std::to_string(size));
}

/// Visits every element of `index` (contiguous i64) with its coordinates' offset in x, where the coordinate along `axis` is replaced
/// by the index: visit(place in index, element offset in x).
template <typename Visit>
Status ForIndexed(const KernelCall& call, const Tensor& x, int64_t axis, const Tensor& index, const Visit& visit) {
  const size_t rank = index.shape().size();
  Shape at(rank, 0);
  const int64_t* ids = index.data<int64_t>();
  for (int64_t p = 0; p < index.num_elements(); ++p) {
    int64_t offset = 0;
    for (size_t d = 0; d < rank; ++d) {
      if (static_cast<int64_t>(d) != axis) offset += at[d] * x.strides()[d];
    }
    const int64_t size = rank == 0 ? 1 : x.shape()[static_cast<size_t>(axis)];
    CONFORMANCE_TRY(const int64_t id, InRange(call, ids[p], size, false));
    if (rank > 0) offset += id * x.strides()[static_cast<size_t>(axis)];
    visit(p, offset);
    for (size_t d = rank; d-- > 0;) {
      if (++at[d] < index.shape()[d]) break;
      at[d] = 0;
    }
  }
  return Ok();
}

Outputs ScatterInto(const KernelCall& call, const Tensor& source) {
  const Tensor& x = call.tensor(0);
  const Tensor out = x.Clone();
  const Tensor index = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  // The source may be larger than the index: its leading part counts.
  const Tensor part = source.rank() == 0 ? BroadcastTo(source, index.shape()) : source.View(index.shape(), source.strides(), source.offset());
  const Tensor values = ContiguousAs(call.isa(), part, out.dtype());
  const size_t width = ByteSize(out.dtype());
  CONFORMANCE_RETURN_IF_ERROR(
      ForIndexed(call, out, WrapAxis(call.integer(1), x.rank()), index, [&](int64_t p, int64_t offset) {
        std::memcpy(out.raw_mutable() + static_cast<size_t>(offset) * width, values.raw() + static_cast<size_t>(p) * width, width);
      }));
  return Only(out);
}

/// Slices of x along `axis` in the order of `ids` (contiguous i64), each copied.
Result<Tensor> Slices(const KernelCall& call, const Tensor& x, int64_t axis, const Tensor& ids) {
  Shape shape = x.shape();
  shape[static_cast<size_t>(axis)] = ids.num_elements();
  const Tensor out = Tensor::Empty(x.dtype(), shape);
  const int64_t size = x.shape()[static_cast<size_t>(axis)];
  const Tensor first = size > 0 ? Narrow(x, axis, 0, 1) : x;
  const bool whole = axis == 0 && first.IsContiguous();
  const size_t bytes = first.byte_size();
  for (int64_t p = 0; p < ids.num_elements(); ++p) {
    CONFORMANCE_TRY(const int64_t id, InRange(call, ids.data<int64_t>()[p], size, false));
    if (whole) {
      const std::byte* from = x.raw() + id * x.strides()[0] * static_cast<int64_t>(ByteSize(x.dtype()));
      std::memcpy(out.raw_mutable() + static_cast<size_t>(p) * bytes, from, bytes);
    } else {
      CopyInto(call.isa(), Narrow(x, axis, id, 1), Narrow(out, axis, p, 1));
    }
  }
  return out;
}

}  // namespace

Outputs Gather(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  const Tensor index = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  const Tensor out = Tensor::Empty(x.dtype(), index.shape());
  const size_t width = ByteSize(x.dtype());
  CONFORMANCE_RETURN_IF_ERROR(
      ForIndexed(call, x, WrapAxis(call.integer(1), x.rank()), index, [&](int64_t p, int64_t offset) {
        std::memcpy(out.raw_mutable() + static_cast<size_t>(p) * width, x.raw() + offset * static_cast<int64_t>(width), width);
      }));
  return Only(out);
}

Outputs ScatterSource(const KernelCall& call) { return ScatterInto(call, call.tensor(3)); }
Outputs ScatterValue(const KernelCall& call) { return ScatterInto(call, TensorOrNumber(call, 3)); }

Outputs IndexSelect(const KernelCall& call) {
  Tensor x = call.tensor(0);
  if (x.rank() == 0) x = x.View({1}, {1}, x.offset());
  const Tensor ids = ContiguousAs(call.isa(), call.tensor(2), DType::kI64);
  CONFORMANCE_TRY(const Tensor out, Slices(call, x, WrapAxis(call.integer(1), x.rank()), ids));
  return Only(ViewOrCopy(out, call.out_shape()));
}

Outputs Embedding(const KernelCall& call) {
  const Tensor ids = ContiguousAs(call.isa(), call.tensor(1), DType::kI64);
  CONFORMANCE_TRY(const Tensor out, Slices(call, call.tensor(0), 0, ids));
  return Only(out.Reshaped(call.out_shape()));
}

}  // namespace conformance::eager
