#include "framework/formats/onnx_elements.h"

#include <cstring>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/small_floats.h"

namespace conformance::formats {
namespace {

template <typename T>
std::vector<double> Read(const std::byte* bytes, size_t count) {
  std::vector<double> numbers(count);
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
    numbers[i] = static_cast<double>(value);
  }
  return numbers;
}

template <typename T>
std::vector<double> ReadHalves(const std::byte* bytes, size_t count, T widen) {
  std::vector<double> numbers(count);
  for (size_t i = 0; i < count; ++i) {
    uint16_t value;
    std::memcpy(&value, bytes + i * sizeof(value), sizeof(value));
    numbers[i] = widen(value);
  }
  return numbers;
}

}  // namespace

void UnpackElements(OnnxElem elem, const std::byte* packed, int64_t count, uint8_t* out) {
  const int bits = OnnxElemBits(elem);
  const bool extend = elem == OnnxElem::kInt4 || elem == OnnxElem::kInt2;
  const unsigned mask = (1U << bits) - 1;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t bit = i * bits;
    unsigned value = static_cast<unsigned>(packed[bit / 8]) >> (bit % 8);
    if (bit % 8 + bits > 8) value |= static_cast<unsigned>(packed[bit / 8 + 1]) << (8 - bit % 8);
    value &= mask;
    if (extend && (value >> (bits - 1)) != 0) value |= ~mask;
    out[i] = static_cast<uint8_t>(value);
  }
}

std::vector<std::byte> PackElements(OnnxElem elem, const uint8_t* elements, int64_t count) {
  const int bits = OnnxElemBits(elem);
  const unsigned mask = (1U << bits) - 1;
  std::vector<std::byte> packed(static_cast<size_t>((count * bits + 7) / 8));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t bit = i * bits;
    const unsigned value = (elements[i] & mask) << (bit % 8);
    packed[static_cast<size_t>(bit / 8)] |= static_cast<std::byte>(value & 0xFF);
    if (bit % 8 + bits > 8) packed[static_cast<size_t>(bit / 8 + 1)] |= static_cast<std::byte>(value >> 8);
  }
  return packed;
}

Result<std::vector<double>> NumbersOf(const OnnxTensor& tensor) {
  if (tensor.elem == OnnxElem::kString) return std::vector<double>();
  const auto wanted = OnnxByteSize(tensor.elem, tensor.dims);
  const size_t found = tensor.raw == nullptr ? 0 : tensor.raw->bytes;
  if (!wanted || *wanted != found) {
    return Corrupt("a tensor's bytes do not fit its size")
        .With("place", "tensor " + Quoted(tensor.name))
        .With("found", std::to_string(found) + " bytes")
        .With("wanted", Describe(tensor));
  }
  const auto count = static_cast<size_t>(NumElements(tensor.dims));
  if (count == 0) return std::vector<double>();
  const std::byte* bytes = tensor.raw->data;
  switch (tensor.elem) {
    case OnnxElem::kFloat: return Read<float>(bytes, count);
    case OnnxElem::kDouble: return Read<double>(bytes, count);
    case OnnxElem::kComplex64: return Read<float>(bytes, 2 * count);
    case OnnxElem::kComplex128: return Read<double>(bytes, 2 * count);
    case OnnxElem::kFloat16: return ReadHalves(bytes, count, HalfToFloat);
    case OnnxElem::kBfloat16: return ReadHalves(bytes, count, BFloat16ToFloat);
    case OnnxElem::kInt64: return Read<int64_t>(bytes, count);
    case OnnxElem::kInt32: return Read<int32_t>(bytes, count);
    case OnnxElem::kInt16: return Read<int16_t>(bytes, count);
    case OnnxElem::kInt8: return Read<int8_t>(bytes, count);
    case OnnxElem::kUint64: return Read<uint64_t>(bytes, count);
    case OnnxElem::kUint32: return Read<uint32_t>(bytes, count);
    case OnnxElem::kUint16: return Read<uint16_t>(bytes, count);
    case OnnxElem::kBool:
    case OnnxElem::kUint8: return Read<uint8_t>(bytes, count);
    default: break;
  }
  std::vector<uint8_t> elements(count);
  if (OnnxElemBits(tensor.elem) < 8) {
    UnpackElements(tensor.elem, bytes, static_cast<int64_t>(count), elements.data());
  } else {
    std::memcpy(elements.data(), bytes, count);
  }
  std::vector<double> numbers(count);
  for (size_t i = 0; i < count; ++i) {
    switch (tensor.elem) {
      case OnnxElem::kInt4:
      case OnnxElem::kInt2: numbers[i] = static_cast<int8_t>(elements[i]); break;
      case OnnxElem::kUint4:
      case OnnxElem::kUint2: numbers[i] = elements[i]; break;
      default: numbers[i] = DecodeSmallFloat(tensor.elem, elements[i]);
    }
  }
  return numbers;
}

std::string Describe(const OnnxTensor& tensor) { return std::string(OnnxElemName(tensor.elem)) + ShapeText(tensor.dims); }

std::string Describe(const OnnxValue& value) {
  switch (value.kind) {
    case OnnxValue::Kind::kTensor: return Describe(value.tensor);
    case OnnxValue::Kind::kSequence: return "a sequence of " + std::to_string(value.items.size());
    case OnnxValue::Kind::kOptional: return value.items.empty() ? "nothing" : "an optional with " + Describe(value.items.front());
    case OnnxValue::Kind::kMap: return "a map of " + std::to_string(value.items.size());
    case OnnxValue::Kind::kNone: break;
  }
  return "nothing";
}

}  // namespace conformance::formats
