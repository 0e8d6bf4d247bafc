// The first elements in stored order under other sizes.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "references/eager/kernels.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

/// Row-major, or with the channels innermost.
Shape StridesOf(const KernelCall& call, const Shape& shape) {
  const auto* format = std::get_if<ops::MemoryFormat>(&call.args()[2]);
  if (format == nullptr || *format == ops::MemoryFormat::kContiguous) return ContiguousStrides(shape);
  Shape last(shape);
  std::rotate(last.begin() + 1, last.begin() + 2, last.end());
  Shape strides = ContiguousStrides(last);
  std::rotate(strides.begin() + 1, strides.end() - 1, strides.end());
  return strides;
}

/// `stored`: of one axis, what there is to keep.
Tensor Resized(const KernelCall& call, const Tensor& stored) {
  const Shape shape = call.out_shape();
  const int64_t count = NumElements(shape), kept = std::min(count, stored.num_elements());
  if (count == kept) return stored.View(shape, StridesOf(call, shape), stored.offset());
  const Tensor made = Tensor::Zeros(stored.dtype(), {count});
  std::memcpy(made.raw_mutable(), stored.raw(), static_cast<size_t>(kept) * ByteSize(stored.dtype()));
  return made.View(shape, StridesOf(call, shape), 0);
}

}  // namespace

Outputs Resize(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  if (call.out_shape() == x.shape() && call.IsNone(2)) return std::vector<Tensor>{x.Clone()};
  std::vector<int64_t> outwards(x.shape().size());  // the axes by falling stride: as a copy of it would lie
  std::iota(outwards.begin(), outwards.end(), int64_t{0});
  std::ranges::stable_sort(outwards, std::ranges::greater{}, [&](int64_t axis) { return x.strides()[static_cast<size_t>(axis)]; });
  return std::vector<Tensor>{Resized(call, PermuteAxes(x, outwards).Clone().Reshaped({x.num_elements()}))};
}

Outputs ResizeInPlace(const KernelCall& call) {
  const Tensor& x = call.tensor(0);
  if (!x.storage()->writable) return call.Invalid("would change a read-only tensor, a weight that is mapped from its file");
  if (call.out_shape() == x.shape() && call.IsNone(2)) return std::vector<Tensor>{x};
  const int64_t room = static_cast<int64_t>(x.storage()->bytes / ByteSize(x.dtype())) - x.offset();
  return std::vector<Tensor>{Resized(call, x.View({room}, {1}, x.offset()))};
}

}  // namespace conformance::eager
