#include "references/runtimes/onnxruntime_values.h"

#include <cstring>
#include <optional>
#include <vector>

#include "framework/formats/onnx_elements.h"

namespace conformance::runtimes::ort {
namespace {

using formats::OnnxElem;
using formats::OnnxTensor;
using formats::OnnxValue;
using Kind = OnnxValue::Kind;

/// The runtime counts as TensorProto does up to INT4; later types have numbers of their own, which older headers of it don't name.
struct LaterType {
  OnnxElem elem;
  int number;
};
constexpr LaterType kLaterTypes[] = {{OnnxElem::kFloat4E2M1, 23}, {OnnxElem::kUint2, 24}, {OnnxElem::kInt2, 25}, {OnnxElem::kFloat8E8M0, 26}};

std::optional<ONNXTensorElementDataType> NumberOf(OnnxElem elem) {
  if (elem <= OnnxElem::kInt4) return static_cast<ONNXTensorElementDataType>(elem);
  for (const LaterType& type : kLaterTypes) {
    if (type.elem == elem) return static_cast<ONNXTensorElementDataType>(type.number);
  }
  return std::nullopt;
}

std::optional<OnnxElem> ElemOf(ONNXTensorElementDataType number) {
  if (number > ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED && number <= ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4) return static_cast<OnnxElem>(number);
  for (const LaterType& type : kLaterTypes) {
    if (type.number == static_cast<int>(number)) return type.elem;
  }
  return std::nullopt;
}

Result<OrtAllocator*> AllocatorOf(const OrtApi& api) {
  OrtAllocator* allocator = nullptr;
  CONFORMANCE_ORT_TRY(api, api.GetAllocatorWithDefaultOptions(&allocator), "give its allocator");
  return allocator;
}

Result<Handle<OrtValue>> TensorTo(const OrtApi& api, const OnnxTensor& tensor, const std::string& name) {
  const std::string doing = "take input '" + name + "'";
  const auto number = NumberOf(tensor.elem);
  if (!number) return Unsupported("onnxruntime has no such element type").With("input", name).With("found", Describe(tensor));
  CONFORMANCE_TRY(OrtAllocator * allocator, AllocatorOf(api));
  Handle<OrtValue> value(api.ReleaseValue);
  CONFORMANCE_ORT_TRY(api, api.CreateTensorAsOrtValue(allocator, tensor.dims.data(), tensor.dims.size(), *number, value.out()), doing);
  if (tensor.elem == OnnxElem::kString) {
    std::vector<const char*> texts;
    for (const std::string& text : tensor.strings) {
      if (text.find('\0') != std::string::npos) return Unsupported("onnxruntime takes no string with a zero byte").With("input", name);
      texts.push_back(text.c_str());
    }
    if (!texts.empty()) CONFORMANCE_ORT_TRY(api, api.FillStringTensor(value.get(), texts.data(), texts.size()), doing);
    return value;
  }
  const size_t bytes = tensor.raw == nullptr ? 0 : tensor.raw->bytes;
  const auto wanted = formats::OnnxByteSize(tensor.elem, tensor.dims);
  if (!wanted || *wanted != bytes) return Corrupt("a tensor's bytes do not fit its size").With("input", name).With("found", std::to_string(bytes) + " bytes");
  if (bytes == 0) return value;
  void* data = nullptr;
  CONFORMANCE_ORT_TRY(api, api.GetTensorMutableData(value.get(), &data), doing);
  std::memcpy(data, tensor.raw->data, bytes);
  return value;
}

Result<OnnxValue> TensorFrom(const OrtApi& api, OrtValue& value, const std::string& name) {
  constexpr std::string_view doing = "read an output";
  Handle<OrtTensorTypeAndShapeInfo> info(api.ReleaseTensorTypeAndShapeInfo);
  CONFORMANCE_ORT_TRY(api, api.GetTensorTypeAndShape(&value, info.out()), doing);
  ONNXTensorElementDataType number = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  CONFORMANCE_ORT_TRY(api, api.GetTensorElementType(info.get(), &number), doing);
  const auto elem = ElemOf(number);
  if (!elem) return Unsupported("an output of an element type that is not known here").With("output", name).With("found", "number " + std::to_string(number));
  OnnxValue to;
  OnnxTensor& tensor = to.tensor;
  tensor.name = name;
  tensor.elem = *elem;
  size_t rank = 0;
  CONFORMANCE_ORT_TRY(api, api.GetDimensionsCount(info.get(), &rank), doing);
  tensor.dims.resize(rank);
  CONFORMANCE_ORT_TRY(api, api.GetDimensions(info.get(), tensor.dims.data(), rank), doing);
  if (*elem == OnnxElem::kString) {
    tensor.strings.resize(static_cast<size_t>(NumElements(tensor.dims)));
    for (size_t i = 0; i < tensor.strings.size(); ++i) {
      size_t length = 0;
      CONFORMANCE_ORT_TRY(api, api.GetStringTensorElementLength(&value, i, &length), doing);
      tensor.strings[i].resize(length);
      CONFORMANCE_ORT_TRY(api, api.GetStringTensorElement(&value, length, i, tensor.strings[i].data()), doing);
    }
    return to;
  }
  const auto bytes = formats::OnnxByteSize(*elem, tensor.dims);
  if (!bytes) return Corrupt("an output of an impossible size").With("output", name).With("found", Describe(tensor));
  auto owner = std::make_shared<std::vector<std::byte>>(*bytes);
  if (*bytes > 0) {
    void* data = nullptr;
    CONFORMANCE_ORT_TRY(api, api.GetTensorMutableData(&value, &data), doing);
    std::memcpy(owner->data(), data, *bytes);
  }
  auto raw = std::make_shared<Storage>();
  raw->data = owner->data();
  raw->bytes = owner->size();
  raw->owner = std::move(owner);
  tensor.raw = std::move(raw);
  return to;
}

}  // namespace

Result<Handle<OrtValue>> ToRuntime(const OrtApi& api, const OnnxValue& value, const std::string& name) {
  switch (value.kind) {
    case Kind::kTensor: return TensorTo(api, value.tensor, name);
    // The runtime has no values of an optional's type: what such an input takes is what it holds.
    case Kind::kOptional: return ToRuntime(api, value.items.at(0), name);
    case Kind::kSequence: {
      std::vector<Handle<OrtValue>> items;
      std::vector<const OrtValue*> pointers;
      for (const OnnxValue& item : value.items) {
        CONFORMANCE_TRY(Handle<OrtValue> each, ToRuntime(api, item, name));
        pointers.push_back(each.get());
        items.push_back(std::move(each));
      }
      if (items.empty()) return Unsupported("onnxruntime's C API makes no sequence without items").With("input", name);
      Handle<OrtValue> sequence(api.ReleaseValue);
      CONFORMANCE_ORT_TRY(api, api.CreateValue(pointers.data(), pointers.size(), ONNX_TYPE_SEQUENCE, sequence.out()), "take input '" + name + "'");
      return sequence;
    }
    case Kind::kNone: return Unsupported("onnxruntime's C API makes no optional without a value").With("input", name);
    case Kind::kMap: break;
  }
  return Unsupported("maps are not handed to onnxruntime").With("input", name).With("found", Describe(value));
}

Result<OnnxValue> FromRuntime(const OrtApi& api, OrtValue& value, const std::string& name) {
  constexpr std::string_view doing = "read an output";
  OnnxValue to;
  int there = 0;
  CONFORMANCE_ORT_TRY(api, api.HasValue(&value, &there), doing);
  if (there == 0) {
    to.kind = Kind::kNone;
    return to;
  }
  ONNXType type = ONNX_TYPE_UNKNOWN;
  CONFORMANCE_ORT_TRY(api, api.GetValueType(&value, &type), doing);
  if (type == ONNX_TYPE_TENSOR) return TensorFrom(api, value, name);
  if (type != ONNX_TYPE_SEQUENCE) return Unsupported("an output that is neither tensor nor sequence").With("output", name).With("found", "type " + std::to_string(type));
  to.kind = Kind::kSequence;
  CONFORMANCE_TRY(OrtAllocator * allocator, AllocatorOf(api));
  size_t count = 0;
  CONFORMANCE_ORT_TRY(api, api.GetValueCount(&value, &count), doing);
  for (size_t i = 0; i < count; ++i) {
    Handle<OrtValue> item(api.ReleaseValue);
    CONFORMANCE_ORT_TRY(api, api.GetValue(&value, static_cast<int>(i), allocator, item.out()), doing);
    CONFORMANCE_TRY(OnnxValue each, FromRuntime(api, *item.get(), name));
    to.items.push_back(std::move(each));
  }
  return to;
}

}  // namespace conformance::runtimes::ort
