#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "references/onnx/elem.h"

/// From a store to a C++ type, once for each kernel: `Visit…(store, what, []<typename T>(Tag<T>) { …; return Ok(); })`. Halves do not
/// occur: kernels that compute get them as f32. Errors: kType for a store that is none of the kind, naming `what`.
namespace conformance::onnx_reference {

template <typename T>
struct Tag {
  using type = T;
};

Error WrongStore(Store store, std::string_view what, std::string_view wanted);

template <typename F>
Status VisitFloats(Store store, std::string_view what, F&& f) {
  switch (store) {
    case Store::kF32: return f(Tag<float>());
    case Store::kF64: return f(Tag<double>());
    default: return WrongStore(store, what, "a floating-point type");
  }
}

template <typename F>
Status VisitIntegers(Store store, std::string_view what, F&& f) {
  switch (store) {
    case Store::kI64: return f(Tag<int64_t>());
    case Store::kI32: return f(Tag<int32_t>());
    case Store::kI16: return f(Tag<int16_t>());
    case Store::kI8: return f(Tag<int8_t>());
    case Store::kU64: return f(Tag<uint64_t>());
    case Store::kU32: return f(Tag<uint32_t>());
    case Store::kU16: return f(Tag<uint16_t>());
    case Store::kU8: return f(Tag<uint8_t>());
    default: return WrongStore(store, what, "an integer type");
  }
}

template <typename F>
Status VisitNumbers(Store store, std::string_view what, F&& f) {
  switch (store) {
    case Store::kF32: return f(Tag<float>());
    case Store::kF64: return f(Tag<double>());
    default: return VisitIntegers(store, what, f);
  }
}

/// Elements that are moved and not looked at, by their size: the integer of that size, or std::string.
struct Bytes16 {
  uint64_t words[2];
};
template <typename F>
Status VisitBytes(Store store, F&& f) {
  if (store == Store::kString) return f(Tag<std::string>());
  switch (BytesOf(store)) {
    case 1: return f(Tag<uint8_t>());
    case 2: return f(Tag<uint16_t>());
    case 4: return f(Tag<uint32_t>());
    case 8: return f(Tag<uint64_t>());
    default: return f(Tag<Bytes16>());
  }
}

}  // namespace conformance::onnx_reference
