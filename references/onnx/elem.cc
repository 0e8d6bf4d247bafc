#include "references/onnx/elem.h"

#include <array>

namespace conformance::onnx_reference {
namespace {

struct Info {
  std::string_view name;
  Store store;
};
// In the order of OnnxElem.
constexpr std::array<Info, 29> kInfos = {{
    {"undefined", Store::kCode},      {"float", Store::kF32},        {"uint8", Store::kU8},          {"int8", Store::kI8},
    {"uint16", Store::kU16},          {"int16", Store::kI16},        {"int32", Store::kI32},         {"int64", Store::kI64},
    {"string", Store::kString},       {"bool", Store::kBool},        {"float16", Store::kF16},       {"double", Store::kF64},
    {"uint32", Store::kU32},          {"uint64", Store::kU64},       {"complex64", Store::kC64},     {"complex128", Store::kC128},
    {"bfloat16", Store::kBF16},       {"float8e4m3fn", Store::kCode}, {"float8e4m3fnuz", Store::kCode}, {"float8e5m2", Store::kCode},
    {"float8e5m2fnuz", Store::kCode}, {"uint4", Store::kU8},         {"int4", Store::kI8},           {"float4e2m1", Store::kCode},
    {"float8e8m0", Store::kCode},     {"uint2", Store::kU8},         {"int2", Store::kI8},           {"float6e2m3", Store::kCode},
    {"float6e3m2", Store::kCode},
}};

const Info& InfoOf(Elem elem) {
  const auto index = static_cast<size_t>(elem);
  return kInfos[index < kInfos.size() ? index : 0];
}

}  // namespace

Store StoreOf(Elem elem) { return InfoOf(elem).store; }
std::string_view NameOf(Elem elem) { return InfoOf(elem).name; }

size_t BytesOf(Store store) {
  switch (store) {
    case Store::kF64:
    case Store::kI64:
    case Store::kU64:
    case Store::kC64: return 8;
    case Store::kF32:
    case Store::kI32:
    case Store::kU32: return 4;
    case Store::kF16:
    case Store::kBF16:
    case Store::kI16:
    case Store::kU16: return 2;
    case Store::kI8:
    case Store::kU8:
    case Store::kBool:
    case Store::kCode: return 1;
    case Store::kC128: return 16;
    case Store::kString: return sizeof(std::string);
  }
  return 1;
}

std::string Types::ToString() const {
  std::string text;
  for (size_t i = 1; i < kInfos.size(); ++i) {
    if (!Has(static_cast<Elem>(i))) continue;
    if (!text.empty()) text += ", ";
    text += kInfos[i].name;
  }
  return text;
}

}  // namespace conformance::onnx_reference
