#include "references/onnx/value.h"

#include <complex>
#include <new>

#include "framework/base/strings.h"
#include "framework/formats/small_floats.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {
namespace {

// What an array takes beside its elements, roughly.
constexpr uint64_t kOverhead = 256;

struct Freed {
  std::shared_ptr<std::atomic<uint64_t>> live;
  uint64_t bytes = 0;
  void operator()(const std::byte* data) const {
    ::operator delete(const_cast<std::byte*>(data), std::align_val_t{64});
    if (live) live->fetch_sub(bytes, std::memory_order_relaxed);
  }
};

}  // namespace

Result<Array> Array::Make(Elem elem, Store store, Shape dims, uint64_t max_bytes, const std::shared_ptr<std::atomic<uint64_t>>& live) {
  const std::optional<int64_t> count = CheckedNumElements(dims);
  if (!count) {
    return ShapeError("a tensor of impossible size").With("found", ShapeText(dims)).With("wanted", "sizes of 0 or more whose product fits");
  }
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<uint64_t>(*count), BytesOf(store), &bytes) || bytes > max_bytes) {
    return Error(ErrorKind::kOutOfMemory, "a tensor that is too large")
        .With("found", std::string(NameOf(elem)) + ShapeText(dims))
        .With("wanted", "at most " + std::to_string(max_bytes) + " bytes");
  }
  Array array;
  array.elem_ = elem;
  array.store_ = store;
  array.dims_ = std::move(dims);
  array.count_ = *count;
  if (store == Store::kString) {
    auto strings = std::make_shared<std::vector<std::string>>(static_cast<size_t>(*count));
    array.data_ = reinterpret_cast<const std::byte*>(strings->data());
    array.owner_ = std::move(strings);
    return array;
  }
  auto* data = static_cast<std::byte*>(::operator new(std::max<uint64_t>(bytes, 1), std::align_val_t{64}, std::nothrow));
  if (data == nullptr) {
    return Error(ErrorKind::kOutOfMemory, "no memory for a tensor").With("found", std::string(NameOf(elem)) + ShapeText(array.dims_));
  }
  array.data_ = data;
  if (live) {
    bytes += kOverhead;
    live->fetch_add(bytes, std::memory_order_relaxed);
  }
  array.owner_ = std::shared_ptr<const std::byte>(data, Freed{live, bytes});
  return array;
}

Array Array::Over(Elem elem, Store store, Shape dims, const std::byte* data, std::shared_ptr<const void> owner) {
  Array array;
  array.elem_ = elem;
  array.store_ = store;
  array.dims_ = std::move(dims);
  array.count_ = NumElements(array.dims_);
  array.data_ = data;
  array.owner_ = std::move(owner);
  return array;
}

namespace {
template <typename T>
constexpr Elem ElemFor() {
  if constexpr (std::is_same_v<T, float>) return Elem::kFloat;
  if constexpr (std::is_same_v<T, double>) return Elem::kDouble;
  if constexpr (std::is_same_v<T, int64_t>) return Elem::kInt64;
  if constexpr (std::is_same_v<T, int32_t>) return Elem::kInt32;
  if constexpr (std::is_same_v<T, int16_t>) return Elem::kInt16;
  if constexpr (std::is_same_v<T, int8_t>) return Elem::kInt8;
  if constexpr (std::is_same_v<T, uint64_t>) return Elem::kUint64;
  if constexpr (std::is_same_v<T, uint32_t>) return Elem::kUint32;
  if constexpr (std::is_same_v<T, uint16_t>) return Elem::kUint16;
  if constexpr (std::is_same_v<T, uint8_t>) return Elem::kUint8;
  if constexpr (std::is_same_v<T, bool>) return Elem::kBool;
  return Elem::kString;
}
}  // namespace

template <typename T>
Array Array::Of(Shape dims, const std::vector<T>& values) {
  CONFORMANCE_CHECK(NumElements(dims) == static_cast<int64_t>(values.size()), "as many values as the sizes say");
  Result<Array> array = Make(ElemFor<T>(), onnx_reference::StoreOf(ElemFor<T>()), std::move(dims), UINT64_MAX);
  CONFORMANCE_CHECK(array.ok(), "a list in memory fits memory");
  T* data = array->template mutable_data<T>();
  for (size_t i = 0; i < values.size(); ++i) data[i] = values[i];
  return *std::move(array);
}
template Array Array::Of(Shape, const std::vector<float>&);
template Array Array::Of(Shape, const std::vector<double>&);
template Array Array::Of(Shape, const std::vector<int64_t>&);
template Array Array::Of(Shape, const std::vector<int32_t>&);
template Array Array::Of(Shape, const std::vector<int16_t>&);
template Array Array::Of(Shape, const std::vector<int8_t>&);
template Array Array::Of(Shape, const std::vector<uint64_t>&);
template Array Array::Of(Shape, const std::vector<uint32_t>&);
template Array Array::Of(Shape, const std::vector<uint16_t>&);
template Array Array::Of(Shape, const std::vector<uint8_t>&);
template Array Array::Of(Shape, const std::vector<bool>&);
template Array Array::Of(Shape, const std::vector<std::string>&);

Array Array::Reshaped(Shape dims) const {
  Array array = *this;
  CONFORMANCE_CHECK(NumElements(dims) == count_, "a reshape keeps the elements");
  array.dims_ = std::move(dims);
  return array;
}

Array Array::Called(Elem elem) const {
  Array array = *this;
  array.elem_ = elem;
  return array;
}

std::string Describe(const Array& array) { return std::string(NameOf(array.elem())) + ShapeText(array.dims()); }

Result<std::vector<int64_t>> ToInts(const Array& array, std::string_view what) {
  // Places and sizes are never so many; small integers would grow eightfold.
  if (array.count() > int64_t{1} << 29) return Error(ErrorKind::kOutOfMemory, "too many integers").With("input", std::string(what)).With("found", Describe(array));
  std::vector<int64_t> values(static_cast<size_t>(array.count()));
  CONFORMANCE_RETURN_IF_ERROR(VisitIntegers(array.store(), what, [&]<typename T>(Tag<T>) {
    const T* data = array.data<T>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int64_t>(data[i]);
    return Ok();
  }));
  return values;
}

namespace {
Status NeedOne(const Array& array, std::string_view what) {
  if (array.count() == 1) return Ok();
  return ShapeError(std::string(what) + " has one element").With("found", Describe(array)).With("wanted", "one element");
}
}  // namespace

Result<int64_t> ToInt(const Array& array, std::string_view what) {
  CONFORMANCE_RETURN_IF_ERROR(NeedOne(array, what));
  CONFORMANCE_TRY(const auto values, ToInts(array, what));
  return values[0];
}

Result<double> ToNumber(const Array& array, std::string_view what) {
  CONFORMANCE_RETURN_IF_ERROR(NeedOne(array, what));
  const auto values = ToNumbers(array);
  if (values.empty()) return TypeError(std::string(what) + " is a number").With("found", Describe(array)).With("wanted", "a number");
  return values[0];
}

Result<bool> ToBool(const Array& array, std::string_view what) {
  CONFORMANCE_RETURN_IF_ERROR(NeedOne(array, what));
  if (array.elem() != Elem::kBool) return TypeError(std::string(what) + " is a bool").With("found", Describe(array)).With("wanted", "bool");
  return *array.data<bool>();
}

std::vector<double> ToNumbers(const Array& array) {
  std::vector<double> values;
  const auto fill = [&](auto convert) {
    values.resize(static_cast<size_t>(array.count()));
    for (int64_t i = 0; i < array.count(); ++i) values[static_cast<size_t>(i)] = convert(i);
  };
  switch (array.store()) {
    case Store::kF16: fill([&](int64_t i) { return HalfToFloat(array.data<uint16_t>()[i]); }); break;
    case Store::kBF16: fill([&](int64_t i) { return BFloat16ToFloat(array.data<uint16_t>()[i]); }); break;
    case Store::kBool: fill([&](int64_t i) { return array.data<bool>()[i] ? 1 : 0; }); break;
    case Store::kCode: fill([&](int64_t i) { return formats::DecodeSmallFloat(array.elem(), array.data<uint8_t>()[i]); }); break;
    case Store::kC64:
    case Store::kC128:
    case Store::kString: break;
    default:
      (void)VisitNumbers(array.store(), "", [&]<typename T>(Tag<T>) {
        fill([&](int64_t i) { return static_cast<double>(array.data<T>()[i]); });
        return Ok();
      });
  }
  return values;
}

Value::Value(Sequence sequence) : data_(std::make_shared<const Sequence>(std::move(sequence))) {}
Value::Value(Optional optional) : data_(std::make_shared<const Optional>(std::move(optional))) {}
Value::Value(Map map) : data_(std::make_shared<const Map>(std::move(map))) {}

namespace {
template <typename T>
const T* Held(const auto& data) {
  const auto* held = std::get_if<std::shared_ptr<const T>>(&data);
  return held == nullptr ? nullptr : held->get();
}
}  // namespace

const Sequence* Value::sequence() const { return Held<Sequence>(data_); }
const Optional* Value::optional() const { return Held<Optional>(data_); }
const Map* Value::map() const { return Held<Map>(data_); }

std::string Describe(const Value& value) {
  if (const Array* array = value.array()) return Describe(*array);
  if (const Sequence* sequence = value.sequence()) return "a sequence of " + std::to_string(sequence->items.size());
  if (const Optional* optional = value.optional())
    return optional->value.IsAbsent() ? "an empty optional" : "an optional with " + Describe(optional->value);
  if (const Map* map = value.map()) return "a map of " + std::to_string(map->values.size());
  return "nothing";
}

}  // namespace conformance::onnx_reference
