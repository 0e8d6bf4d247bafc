#include "framework/tensor/tensor.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "framework/base/strings.h"

namespace conformance {

int64_t NumElements(std::span<const int64_t> shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::optional<int64_t> CheckedNumElements(std::span<const int64_t> shape) {
  int64_t count = 1;
  int64_t step = 1;  // strides are products of the sizes with 0 as 1: those must fit as well
  for (const int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(step, std::max<int64_t>(size, 1), &step)) return std::nullopt;
    count *= size;
  }
  return count;
}

Shape ContiguousStrides(std::span<const int64_t> shape) {
  Shape strides(shape.size());
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    step *= std::max<int64_t>(shape[i], 1);
  }
  return strides;
}

namespace {
constexpr size_t kAlignment = 64;

std::shared_ptr<Storage> Allocate(size_t bytes) {
  const size_t rounded = (std::max<size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  auto* data = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
  if (data == nullptr) throw std::bad_alloc();
  auto storage = std::make_shared<Storage>();
  storage->owner = std::shared_ptr<void>(data, std::free);
  storage->data = data;
  storage->bytes = bytes;
  return storage;
}
}  // namespace

Tensor::Tensor() : Tensor(Empty(DType::kF32, {0})) {}

Tensor Tensor::Empty(DType dtype, Shape shape) {
  // Built field by field: the default constructor calls this.
  const int64_t count = NumElements(shape);
  return Over(Allocate(static_cast<size_t>(count) * ByteSize(dtype)), dtype, std::move(shape));
}

Tensor Tensor::Zeros(DType dtype, Shape shape) {
  Tensor tensor = Empty(dtype, std::move(shape));
  std::memset(tensor.raw_mutable(), 0, tensor.byte_size());
  return tensor;
}

Tensor Tensor::Over(std::shared_ptr<const Storage> storage, DType dtype, Shape shape, int64_t byte_offset) {
  Tensor tensor{nullptr};
  tensor.dtype_ = dtype;
  tensor.strides_ = ContiguousStrides(shape);
  tensor.num_elements_ = NumElements(shape);
  tensor.shape_ = std::move(shape);
  tensor.offset_ = byte_offset / static_cast<int64_t>(ByteSize(dtype));
  tensor.storage_ = std::move(storage);
  CONFORMANCE_CHECK(byte_offset % static_cast<int64_t>(ByteSize(dtype)) == 0, "offset must be a whole number of elements");
  CONFORMANCE_CHECK(static_cast<size_t>(byte_offset) + tensor.byte_size() <= tensor.storage_->bytes, "storage too small");
  return tensor;
}

template <typename T>
struct DTypeOf;
template <> struct DTypeOf<float> { static constexpr DType value = DType::kF32; };
template <> struct DTypeOf<double> { static constexpr DType value = DType::kF64; };
template <> struct DTypeOf<int64_t> { static constexpr DType value = DType::kI64; };
template <> struct DTypeOf<int32_t> { static constexpr DType value = DType::kI32; };
template <> struct DTypeOf<int16_t> { static constexpr DType value = DType::kI16; };
template <> struct DTypeOf<int8_t> { static constexpr DType value = DType::kI8; };
template <> struct DTypeOf<uint8_t> { static constexpr DType value = DType::kU8; };
template <> struct DTypeOf<bool> { static constexpr DType value = DType::kBool; };
template <> struct DTypeOf<std::complex<float>> { static constexpr DType value = DType::kC64; };
template <> struct DTypeOf<std::complex<double>> { static constexpr DType value = DType::kC128; };

template <typename T>
Tensor Tensor::Of(Shape shape, const std::vector<T>& values) {
  Tensor tensor = Empty(DTypeOf<T>::value, std::move(shape));
  CONFORMANCE_CHECK(tensor.num_elements() == static_cast<int64_t>(values.size()), "as many values as elements");
  T* out = tensor.mutable_data<T>();
  for (size_t i = 0; i < values.size(); ++i) out[i] = values[i];
  return tensor;
}
template Tensor Tensor::Of<float>(Shape, const std::vector<float>&);
template Tensor Tensor::Of<double>(Shape, const std::vector<double>&);
template Tensor Tensor::Of<int64_t>(Shape, const std::vector<int64_t>&);
template Tensor Tensor::Of<int32_t>(Shape, const std::vector<int32_t>&);
template Tensor Tensor::Of<int16_t>(Shape, const std::vector<int16_t>&);
template Tensor Tensor::Of<int8_t>(Shape, const std::vector<int8_t>&);
template Tensor Tensor::Of<uint8_t>(Shape, const std::vector<uint8_t>&);
template Tensor Tensor::Of<bool>(Shape, const std::vector<bool>&);
template Tensor Tensor::Of<std::complex<float>>(Shape, const std::vector<std::complex<float>>&);
template Tensor Tensor::Of<std::complex<double>>(Shape, const std::vector<std::complex<double>>&);

int64_t Tensor::dim(int64_t axis) const {
  const int64_t index = axis < 0 ? axis + rank() : axis;
  CONFORMANCE_CHECK(0 <= index && index < rank(), "axis " + std::to_string(axis) + " of " + ShapeText(shape_));
  return shape_[static_cast<size_t>(index)];
}

bool Tensor::IsContiguous() const {
  if (num_elements_ == 0) return true;
  int64_t step = 1;
  for (size_t i = shape_.size(); i-- > 0;) {
    if (shape_[i] != 1 && strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

std::byte* Tensor::raw_mutable() const {
  CONFORMANCE_CHECK(storage_->writable, "the storage is read-only");
  return storage_->data + offset_ * static_cast<int64_t>(ByteSize(dtype_));
}

Tensor Tensor::View(Shape shape, Shape strides, int64_t offset) const {
  Tensor view = *this;
  view.num_elements_ = NumElements(shape);
  view.shape_ = std::move(shape);
  view.strides_ = std::move(strides);
  view.offset_ = offset;
  return view;
}

Tensor Tensor::Contiguous() const { return IsContiguous() ? View(shape_, ContiguousStrides(shape_), offset_) : Clone(); }

namespace {
template <typename T>
void CopyStrided(const T* in, const Shape& shape, const Shape& strides, T* out) {
  const size_t rank = shape.size();
  if (rank == 0) {
    *out = *in;
    return;
  }
  const int64_t inner = shape[rank - 1];
  const int64_t inner_stride = strides[rank - 1];
  int64_t outer = 1;
  for (size_t i = 0; i + 1 < rank; ++i) outer *= shape[i];
  if (inner == 0) return;
  Shape index(rank, 0);
  for (int64_t row = 0; row < outer; ++row) {
    if (inner_stride == 1) {
      std::memcpy(out, in, static_cast<size_t>(inner) * sizeof(T));
    } else {
      for (int64_t i = 0; i < inner; ++i) out[i] = in[i * inner_stride];
    }
    out += inner;
    for (size_t axis = rank - 1; axis-- > 0;) {
      in += strides[axis];
      if (++index[axis] < shape[axis]) break;
      in -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}
}  // namespace

Tensor Tensor::Clone() const {
  Tensor copy = Empty(dtype_, shape_);
  if (num_elements_ == 0) return copy;
  if (IsContiguous()) {
    std::memcpy(copy.raw_mutable(), raw(), byte_size());
    return copy;
  }
  switch (ByteSize(dtype_)) {
    case 1: CopyStrided(data<uint8_t>(), shape_, strides_, copy.mutable_data<uint8_t>()); break;
    case 2: CopyStrided(data<uint16_t>(), shape_, strides_, copy.mutable_data<uint16_t>()); break;
    case 4: CopyStrided(data<uint32_t>(), shape_, strides_, copy.mutable_data<uint32_t>()); break;
    case 16: CopyStrided(data<std::complex<double>>(), shape_, strides_, copy.mutable_data<std::complex<double>>()); break;
    default: CopyStrided(data<uint64_t>(), shape_, strides_, copy.mutable_data<uint64_t>()); break;
  }
  return copy;
}

Tensor ViewAsReal(const Tensor& tensor) {
  if (!IsComplex(tensor.dtype())) return tensor;
  Shape shape = tensor.shape(), strides = tensor.strides();
  for (int64_t& stride : strides) stride *= 2;
  shape.push_back(2);
  strides.push_back(1);
  return Tensor::Over(tensor.storage(), RealOf(tensor.dtype()), {0}, 0).View(std::move(shape), std::move(strides), 2 * tensor.offset());
}

Tensor ViewAsComplex(const Tensor& tensor) {
  CONFORMANCE_CHECK(tensor.rank() > 0 && tensor.dim(-1) == 2 && (tensor.dtype() == DType::kF32 || tensor.dtype() == DType::kF64),
                    "complex numbers of " + Describe(tensor));
  Shape shape = tensor.shape(), strides = tensor.strides();
  shape.pop_back();
  bool fits = strides.back() == 1 && tensor.offset() % 2 == 0;
  strides.pop_back();
  for (int64_t& stride : strides) {
    fits = fits && stride % 2 == 0;
    stride /= 2;
  }
  if (!fits) return ViewAsComplex(tensor.Clone());
  return Tensor::Over(tensor.storage(), *ComplexOf(tensor.dtype()), {0}, 0).View(std::move(shape), std::move(strides), tensor.offset() / 2);
}

Tensor Tensor::Reshaped(Shape shape) const {
  CONFORMANCE_CHECK(IsContiguous() && NumElements(shape) == num_elements_,
                    "reshape of " + ShapeText(shape_) + " to " + ShapeText(shape));
  Shape strides = ContiguousStrides(shape);
  return View(std::move(shape), std::move(strides), offset_);
}

int64_t Tensor::ElementOffset(int64_t index) const {
  int64_t offset = 0;
  for (size_t axis = shape_.size(); axis-- > 0;) {
    offset += index % shape_[axis] * strides_[axis];
    index /= shape_[axis];
  }
  return offset;
}

double Tensor::At(int64_t index) const {
  const int64_t at = ElementOffset(index);
  switch (dtype_) {
    case DType::kF64: return data<double>()[at];
    case DType::kF32: return data<float>()[at];
    case DType::kF16: return HalfToFloat(data<uint16_t>()[at]);
    case DType::kBF16: return BFloat16ToFloat(data<uint16_t>()[at]);
    case DType::kC64: return data<std::complex<float>>()[at].real();
    case DType::kC128: return data<std::complex<double>>()[at].real();
    default: return static_cast<double>(IntAt(index));
  }
}

int64_t Tensor::IntAt(int64_t index) const {
  const int64_t at = ElementOffset(index);
  switch (dtype_) {
    case DType::kI64: return data<int64_t>()[at];
    case DType::kI32: return data<int32_t>()[at];
    case DType::kI16: return data<int16_t>()[at];
    case DType::kI8: return data<int8_t>()[at];
    case DType::kU8:
    case DType::kBool: return data<uint8_t>()[at];
    default: return static_cast<int64_t>(At(index));
  }
}

std::vector<double> Tensor::ToDoubles() const {
  const Tensor wide = Cast(*this, DType::kF64);
  return {wide.data<double>(), wide.data<double>() + wide.num_elements()};
}

std::vector<int64_t> Tensor::ToInts() const {
  const Tensor wide = Cast(*this, DType::kI64);
  return {wide.data<int64_t>(), wide.data<int64_t>() + wide.num_elements()};
}

const Tensor* Find(const NamedTensors& tensors, std::string_view name) {
  const auto it = std::ranges::find(tensors, name, &NamedTensors::value_type::first);
  return it == tensors.end() ? nullptr : &it->second;
}

std::string Describe(const Tensor& tensor) { return std::string(ToString(tensor.dtype())) + ShapeText(tensor.shape()); }

bool BitEqual(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const Tensor x = a.Contiguous();
  const Tensor y = b.Contiguous();
  return std::memcmp(x.raw(), y.raw(), x.byte_size()) == 0;
}

}  // namespace conformance
