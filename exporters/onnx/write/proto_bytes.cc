#include "exporters/onnx/write/proto_bytes.h"

namespace conformance::onnx {
namespace {

constexpr int kModelGraph = 7;          // ModelProto.graph
constexpr int kGraphInitializer = 5;    // GraphProto.initializer
constexpr int kTensorDims = 1, kTensorDataType = 2, kTensorName = 8, kTensorRawData = 9;
constexpr int kVarint = 0, kLengthDelimited = 2;

void Varint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}
void Tag(int field, int wire, std::string& out) { Varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(wire), out); }

}  // namespace

std::string InitializerHeader(const formats::OnnxTensor& tensor, uint64_t data_bytes) {
  std::string inside;
  for (const int64_t size : tensor.dims) {
    Tag(kTensorDims, kVarint, inside);
    Varint(static_cast<uint64_t>(size), inside);
  }
  Tag(kTensorDataType, kVarint, inside);
  Varint(static_cast<uint64_t>(tensor.elem), inside);
  Tag(kTensorName, kLengthDelimited, inside);
  Varint(tensor.name.size(), inside);
  inside += tensor.name;
  Tag(kTensorRawData, kLengthDelimited, inside);
  Varint(data_bytes, inside);

  std::string initializer;
  Tag(kGraphInitializer, kLengthDelimited, initializer);
  Varint(inside.size() + data_bytes, initializer);
  std::string header;
  Tag(kModelGraph, kLengthDelimited, header);
  Varint(initializer.size() + inside.size() + data_bytes, header);
  return header + initializer + inside;
}

}  // namespace conformance::onnx
