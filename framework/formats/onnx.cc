#include "framework/formats/onnx.h"

#include <algorithm>
#include <array>

#include "framework/base/strings.h"
#include "framework/formats/file.h"

namespace conformance::formats {
namespace {

struct ElemInfo {
  std::string_view name;
  int bits;
  std::optional<DType> dtype;
};
// In the order of OnnxElem.
constexpr std::array<ElemInfo, 29> kElems = {{
    {"UNDEFINED", 0, {}},
    {"FLOAT", 32, DType::kF32},
    {"UINT8", 8, DType::kU8},
    {"INT8", 8, DType::kI8},
    {"UINT16", 16, {}},
    {"INT16", 16, DType::kI16},
    {"INT32", 32, DType::kI32},
    {"INT64", 64, DType::kI64},
    {"STRING", 0, {}},
    {"BOOL", 8, DType::kBool},
    {"FLOAT16", 16, DType::kF16},
    {"DOUBLE", 64, DType::kF64},
    {"UINT32", 32, {}},
    {"UINT64", 64, {}},
    {"COMPLEX64", 64, DType::kC64},
    {"COMPLEX128", 128, DType::kC128},
    {"BFLOAT16", 16, DType::kBF16},
    {"FLOAT8E4M3FN", 8, {}},
    {"FLOAT8E4M3FNUZ", 8, {}},
    {"FLOAT8E5M2", 8, {}},
    {"FLOAT8E5M2FNUZ", 8, {}},
    {"UINT4", 4, {}},
    {"INT4", 4, {}},
    {"FLOAT4E2M1", 4, {}},
    {"FLOAT8E8M0", 8, {}},
    {"UINT2", 2, {}},
    {"INT2", 2, {}},
    {"FLOAT6E2M3", 6, {}},
    {"FLOAT6E3M2", 6, {}},
}};

const ElemInfo& InfoOf(OnnxElem elem) {
  const auto index = static_cast<size_t>(elem);
  return index < kElems.size() ? kElems[index] : kElems[0];
}

OnnxAttribute Named(std::string name, OnnxAttribute::Kind kind) {
  OnnxAttribute attribute;
  attribute.name = std::move(name);
  attribute.kind = kind;
  return attribute;
}

}  // namespace

OnnxAttribute OnnxAttribute::Float(std::string name, float value) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kFloat);
  attribute.f = value;
  return attribute;
}
OnnxAttribute OnnxAttribute::Int(std::string name, int64_t value) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kInt);
  attribute.i = value;
  return attribute;
}
OnnxAttribute OnnxAttribute::String(std::string name, std::string value) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kString);
  attribute.s = std::move(value);
  return attribute;
}
OnnxAttribute OnnxAttribute::OfTensor(std::string name, OnnxTensor value) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kTensor);
  attribute.tensors.push_back(std::move(value));
  return attribute;
}
OnnxAttribute OnnxAttribute::Graph(std::string name, OnnxGraph value) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kGraph);
  attribute.graphs.push_back(std::move(value));
  return attribute;
}
OnnxAttribute OnnxAttribute::Floats(std::string name, std::vector<float> values) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kFloats);
  attribute.floats = std::move(values);
  return attribute;
}
OnnxAttribute OnnxAttribute::Ints(std::string name, std::vector<int64_t> values) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kInts);
  attribute.ints = std::move(values);
  return attribute;
}
OnnxAttribute OnnxAttribute::Strings(std::string name, std::vector<std::string> values) {
  OnnxAttribute attribute = Named(std::move(name), Kind::kStrings);
  attribute.strings = std::move(values);
  return attribute;
}

const OnnxAttribute* OnnxNode::Find(std::string_view attribute) const {
  const auto it = std::ranges::find(attributes, attribute, &OnnxAttribute::name);
  return it == attributes.end() ? nullptr : &*it;
}

OnnxElem OnnxElemOf(DType dtype) {
  return static_cast<OnnxElem>(std::ranges::find(kElems, std::optional(dtype), &ElemInfo::dtype) -
                               kElems.begin());
}
std::optional<DType> DTypeFromOnnx(OnnxElem elem) { return InfoOf(elem).dtype; }
std::string_view OnnxElemName(OnnxElem elem) { return InfoOf(elem).name; }
int OnnxElemBits(OnnxElem elem) { return InfoOf(elem).bits; }

std::optional<uint64_t> OnnxByteSize(OnnxElem elem, const std::vector<int64_t>& dims) {
  const std::optional<int64_t> elements = CheckedNumElements(dims);
  uint64_t bits = 0;
  if (!elements || __builtin_mul_overflow(static_cast<uint64_t>(*elements),
                                          static_cast<uint64_t>(OnnxElemBits(elem)), &bits)) {
    return std::nullopt;
  }
  return bits / 8 + (bits % 8 != 0 ? 1 : 0);
}

OnnxTensor OnnxTensorOf(std::string name, const Tensor& tensor) {
  OnnxTensor out;
  out.name = std::move(name);
  out.elem = OnnxElemOf(tensor.dtype());
  out.dims = tensor.shape();
  const Tensor contiguous = tensor.Contiguous();
  auto raw = std::make_shared<Storage>();
  raw->data = const_cast<std::byte*>(contiguous.raw());
  raw->bytes = contiguous.byte_size();
  raw->writable = false;
  raw->owner = std::const_pointer_cast<Storage>(contiguous.storage());
  out.raw = std::move(raw);
  return out;
}

Result<Tensor> TensorOf(const OnnxTensor& tensor) {
  const std::optional<DType> dtype = DTypeFromOnnx(tensor.elem);
  if (!dtype || tensor.external) {
    return Unsupported("no computing with this tensor")
        .With("place", "tensor " + Quoted(tensor.name))
        .With("found", tensor.external ? "external data" : std::string(OnnxElemName(tensor.elem)))
        .With("wanted", "inline numbers");
  }
  const std::optional<uint64_t> bytes = OnnxByteSize(tensor.elem, tensor.dims);
  const size_t found = tensor.raw == nullptr ? 0 : tensor.raw->bytes;
  if (!bytes || *bytes != found) {
    return Corrupt("a tensor's bytes do not fit its size")
        .With("place", "tensor " + Quoted(tensor.name))
        .With("found", std::to_string(found) + " bytes")
        .With("wanted", std::string(OnnxElemName(tensor.elem)) + ShapeText(tensor.dims));
  }
  if (found == 0) return Tensor::Empty(*dtype, tensor.dims);
  if (reinterpret_cast<uintptr_t>(tensor.raw->data) % ByteSize(*dtype) == 0)
    return Tensor::Over(tensor.raw, *dtype, tensor.dims);
  const Tensor copy = Tensor::Empty(*dtype, tensor.dims);
  std::copy_n(tensor.raw->data, found, copy.raw_mutable());
  return copy;
}

}  // namespace conformance::formats
