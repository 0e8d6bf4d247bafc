#include "references/eager/operand.h"

#include <algorithm>
#include <complex>
#include <cstring>

#include "references/eager/complex.h"

namespace conformance::eager {

Tensor BroadcastTo(const Tensor& x, const Shape& shape) {
  Shape strides(shape.size(), 0);
  const size_t lead = shape.size() - x.shape().size();
  for (size_t axis = 0; axis < x.shape().size(); ++axis) {
    if (x.shape()[axis] == shape[lead + axis]) strides[lead + axis] = x.strides()[axis];
  }
  return x.View(shape, std::move(strides), x.offset());
}

namespace {

/// Drops axes of size 1 and joins neighbours that are one axis in memory.
void Join(const Tensor& x, Shape& shape, Shape& strides) {
  for (size_t axis = 0; axis < x.shape().size(); ++axis) {
    const int64_t size = x.shape()[axis], stride = x.strides()[axis];
    if (size == 1) continue;
    if (!shape.empty() && strides.back() == stride * size) {
      shape.back() *= size;
      strides.back() = stride;
    } else {
      shape.push_back(size);
      strides.push_back(stride);
    }
  }
}

/// Calls visit(byte offset, elements, stride) for the pieces of rows that hold elements [start, start + count).
template <typename Visit>
void ForRows(const Shape& shape, const Shape& strides, int64_t start, int64_t count, Visit visit) {
  const size_t last = shape.size() - 1;
  Shape index(shape.size());
  int64_t offset = 0;
  for (size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = start % shape[axis];
    start /= shape[axis];
    offset += index[axis] * strides[axis];
  }
  while (count > 0) {
    const int64_t piece = std::min(count, shape[last] - index[last]);
    visit(offset, piece, strides[last]);
    count -= piece;
    offset -= index[last] * strides[last];
    index[last] = 0;
    for (size_t axis = last; axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

template <typename T>
Operand<T>::Operand(const IsaKernels& isa, const Tensor& x) : isa_(isa), data_(x.raw()), dtype_(x.dtype()) {
  Join(x, shape_, strides_);
  constant_ = std::ranges::all_of(strides_, [](int64_t stride) { return stride == 0; }) && x.num_elements() > 0;
  direct_ = !constant_ && dtype_ == kDTypeOf<T> && !strides_.empty() && strides_.back() == 1;
  if (constant_) {
    buffer_.resize(static_cast<size_t>(std::min(kBlock, x.num_elements())));
    LoadRun(isa_, dtype_, data_, 1, 1, buffer_.data());
    std::fill(buffer_.begin() + 1, buffer_.end(), buffer_[0]);
  }
}

template <typename T>
const T* Operand<T>::Read(int64_t start, int64_t count) {
  if (constant_) return buffer_.data();
  if (direct_) {
    const int64_t inner = shape_.back();
    if (shape_.size() == 1) return reinterpret_cast<const T*>(data_) + start;
    if (start % inner + count <= inner) {
      int64_t offset = 0;
      for (size_t axis = shape_.size(); axis-- > 0;) {
        offset += start % shape_[axis] * strides_[axis];
        start /= shape_[axis];
      }
      return reinterpret_cast<const T*>(data_) + offset;
    }
  }
  if (buffer_.empty()) buffer_.resize(kBlock);
  T* out = buffer_.data();
  const int64_t width = static_cast<int64_t>(ByteSize(dtype_));
  ForRows(shape_, strides_, start, count, [&](int64_t offset, int64_t piece, int64_t stride) {
    LoadRun(isa_, dtype_, data_ + offset * width, stride, piece, out);
    out += piece;
  });
  return buffer_.data();
}

template class Operand<float>;
template class Operand<double>;
template class Operand<int64_t>;

namespace {

template <typename T>
void CopyTo(const IsaKernels& isa, const Tensor& from, const Tensor& to) {
  Operand<T> in(isa, from);
  Shape shape, strides;
  Join(to, shape, strides);
  if (shape.empty()) shape = {1}, strides = {1};
  std::byte* out = to.raw_mutable();
  const int64_t width = static_cast<int64_t>(ByteSize(to.dtype()));
  std::byte element[8];
  for (int64_t start = 0; start < to.num_elements(); start += kBlock) {
    const int64_t count = std::min(kBlock, to.num_elements() - start);
    const T* values = in.Read(start, count);
    ForRows(shape, strides, start, count, [&](int64_t offset, int64_t piece, int64_t stride) {
      std::byte* place = out + offset * width;
      if (stride == 1) {
        StoreRun(isa, values, piece, to.dtype(), place);
      } else {
        for (int64_t i = 0; i < piece; ++i) {
          StoreRun(isa, values + i, 1, to.dtype(), element);
          std::memcpy(place + i * stride * width, element, static_cast<size_t>(width));
        }
      }
      values += piece;
    });
  }
}

/// The type to carry elements in from one dtype to another, losing nothing that the target keeps.
DType Between(DType from, DType to) {
  if (!IsFloating(from) && !IsFloating(to)) return DType::kI64;
  if (from == DType::kF64 || !IsFloating(from)) return DType::kF64;
  return DType::kF32;
}

/// target[i·target_stride + j] = source[i + j·source_stride] in squares that fit the first cache.
template <typename Bits>
void CopyTransposed(const Bits* source, Bits* target, int64_t rows, int64_t target_stride, int64_t cols, int64_t source_stride) {
  // Strides are often powers of two, so that lines fall into one set of the cache: no more of them at a time than it has ways.
  constexpr int64_t kTall = 16, kWide = 8;
  for (int64_t top = 0; top < rows; top += kTall) {
    const int64_t bottom = std::min(rows, top + kTall);
    for (int64_t left = 0; left < cols; left += kWide) {
      const int64_t right = std::min(cols, left + kWide);
      for (int64_t i = top; i < bottom; ++i) {
        for (int64_t j = left; j < right; ++j) target[i * target_stride + j] = source[i + j * source_stride];
      }
    }
  }
}

/// Same dtype: bytes move. Axes are joined where both sides allow it.
template <typename Bits>
void CopyBits(const Tensor& from, const Tensor& to) {
  Shape shape, in, out;
  for (size_t axis = 0; axis < to.shape().size(); ++axis) {
    const int64_t size = to.shape()[axis];
    if (size == 1) continue;
    if (!shape.empty() && in.back() == from.strides()[axis] * size && out.back() == to.strides()[axis] * size) {
      shape.back() *= size;
      in.back() = from.strides()[axis];
      out.back() = to.strides()[axis];
    } else {
      shape.push_back(size);
      in.push_back(from.strides()[axis]);
      out.push_back(to.strides()[axis]);
    }
  }
  if (shape.empty()) shape = {1}, in = {1}, out = {1};
  // The two innermost loops: the last axis and, for a transposition, the one along which the source's elements are adjacent.
  const size_t last = shape.size() - 1;
  size_t other = last;
  if (in[last] != 1 && out[last] == 1) {
    for (size_t axis = 0; axis < last; ++axis) other = in[axis] == 1 ? axis : other;
  }
  const Bits* source = from.data<Bits>();
  Bits* target = to.mutable_data<Bits>();
  Shape index(shape.size(), 0);
  while (true) {
    if (other != last) {
      CopyTransposed(source, target, shape[other], out[other], shape[last], in[last]);
    } else if (in[last] == 1 && out[last] == 1) {
      std::memmove(target, source, static_cast<size_t>(shape[last]) * sizeof(Bits));
    } else {
      for (int64_t i = 0; i < shape[last]; ++i) target[i * out[last]] = source[i * in[last]];
    }
    size_t axis = last;
    while (axis-- > 0) {
      if (axis == other) continue;
      source += in[axis];
      target += out[axis];
      if (++index[axis] < shape[axis]) break;
      source -= in[axis] * shape[axis];
      target -= out[axis] * shape[axis];
      index[axis] = 0;
    }
    if (axis > last) return;  // wrapped below the first axis
  }
}

}  // namespace

namespace {

/// Between complex types, from reals (the imaginary part is 0), and to reals (it is dropped; true where either part is not 0).
void CopyComplex(const IsaKernels& isa, const Tensor& from, const Tensor& to) {
  if (IsComplex(from.dtype()) && IsComplex(to.dtype())) return CopyInto(isa, ViewAsReal(from), ViewAsReal(to));
  if (IsComplex(to.dtype())) {
    CopyInto(isa, from, PartOf(to, 0));
    return CopyInto(isa, BroadcastTo(Tensor::Zeros(RealOf(to.dtype()), {}), to.shape()), PartOf(to, 1));
  }
  if (to.dtype() == DType::kBool) return CopyInto(isa, Cast(from, DType::kBool), to);
  CopyInto(isa, PartOf(from, 0), to);
}

}  // namespace

void CopyInto(const IsaKernels& isa, const Tensor& from, const Tensor& to) {
  if (to.num_elements() == 0) return;
  if (from.dtype() != to.dtype()) {
    if (IsComplex(from.dtype()) || IsComplex(to.dtype())) return CopyComplex(isa, from, to);
    return WithCompute(Between(from.dtype(), to.dtype()), [&](auto t) { CopyTo<decltype(t)>(isa, from, to); });
  }
  switch (ByteSize(to.dtype())) {
    case 16: return CopyBits<std::complex<double>>(from, to);
    case 1: return CopyBits<uint8_t>(from, to);
    case 2: return CopyBits<uint16_t>(from, to);
    case 4: return CopyBits<uint32_t>(from, to);
    default: return CopyBits<uint64_t>(from, to);
  }
}

Tensor ContiguousAs(const IsaKernels& isa, const Tensor& x, DType dtype) {
  if (x.dtype() == dtype && x.IsContiguous()) return x.Contiguous();
  Tensor copy = Tensor::Empty(dtype, x.shape());
  CopyInto(isa, x, copy);
  return copy;
}

Tensor CloneOf(const IsaKernels& isa, const Tensor& x) {
  Tensor copy = Tensor::Empty(x.dtype(), x.shape());
  CopyInto(isa, x, copy);
  return copy;
}

template <typename T>
Tensor ContiguousAs(const IsaKernels& isa, const Tensor& x) {
  return ContiguousAs(isa, x, kDTypeOf<T>);
}
template Tensor ContiguousAs<float>(const IsaKernels&, const Tensor&);
template Tensor ContiguousAs<double>(const IsaKernels&, const Tensor&);
template Tensor ContiguousAs<int64_t>(const IsaKernels&, const Tensor&);

}  // namespace conformance::eager
