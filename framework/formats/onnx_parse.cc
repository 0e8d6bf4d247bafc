#include <limits>
#include <optional>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "framework/formats/file.h"
#include "framework/formats/onnx_proto.h"

namespace conformance::formats {
namespace {

// Graphs inside of attributes inside of nodes: three levels of messages each.
constexpr int kMaxMessageDepth = 128;

template <typename Proto>
bool ParseProto(std::string_view bytes, Proto& proto) {
  google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream stream(&array);
  stream.SetRecursionLimit(kMaxMessageDepth);
  return proto.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

std::optional<uint64_t> ReadVarint(std::string_view bytes, size_t& at) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// Where and why bytes do not parse, for a message: the library says neither. Walks the fields of the outermost message.
template <typename Proto>
std::pair<size_t, std::string> FindFault(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t start = at;
    const std::optional<uint64_t> key = ReadVarint(bytes, at);
    if (!key) return {start, "a field's number without end"};
    const std::string field = "field " + std::to_string(*key >> 3);
    const uint64_t wire_type = *key & 7;
    std::optional<uint64_t> size = 0;
    if (wire_type == 0 && !ReadVarint(bytes, at)) return {start, field + " with a number without end"};
    if (wire_type == 1) size = 8;
    if (wire_type == 5) size = 4;
    if (wire_type == 2) size = ReadVarint(bytes, at);
    if ((wire_type == 3 || wire_type == 4 || wire_type > 5))
      return {start, field + " of wire type " + std::to_string(wire_type)};
    if (!size || *size > bytes.size() - at) {
      return {start, field + " of " + (size ? std::to_string(*size) : "unknown many") + " bytes where " +
                         std::to_string(bytes.size() - at) + " are left"};
    }
    at += *size;
    Proto alone;
    if (!ParseProto(bytes.substr(start, at - start), alone)) {
      return {start,
              field + ", malformed or more than " + std::to_string(kMaxMessageDepth) + " messages deep"};
    }
  }
  return {at, "the end"};
}

/// `what`: "an ONNX model"; `message`: "ModelProto".
template <typename Proto>
Status ParseWhole(std::string_view bytes, std::string_view file, std::string_view what, std::string_view message, Proto& proto) {
  const auto corrupt = [&](size_t place, std::string found) {
    Error error = Corrupt("not " + std::string(what));
    if (!file.empty()) error.With("file", std::string(file));
    return error.With("place", "byte " + std::to_string(place))
        .With("found", std::move(found))
        .With("wanted", "the protobuf message " + std::string(message));
  };
  if (bytes.empty()) return corrupt(0, "no bytes");
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return corrupt(0, std::to_string(bytes.size()) + " bytes, more than protobuf can hold");
  }
  if (ParseProto(bytes, proto)) return Ok();
  const auto [place, found] = FindFault<Proto>(bytes);
  return corrupt(place, found);
}

}  // namespace

Result<OnnxModel> ParseOnnx(std::string_view bytes, std::string_view file) {
  onnx::ModelProto proto;
  CONFORMANCE_RETURN_IF_ERROR(ParseWhole(bytes, file, "an ONNX model", "ModelProto", proto));
  return FromProto(proto, file);
}

Result<OnnxTensor> ParseOnnxTensor(std::string_view bytes, std::string_view file) {
  onnx::TensorProto proto;
  CONFORMANCE_RETURN_IF_ERROR(ParseWhole(bytes, file, "an ONNX tensor", "TensorProto", proto));
  CONFORMANCE_TRY(OnnxTensor tensor, TensorFromProto(proto, file));
  if (tensor.external) {
    return Unsupported("a tensor's bytes are in another file")
        .With("file", std::string(file))
        .With("place", "tensor \"" + tensor.name + "\"")
        .With("found", tensor.external->location)
        .With("wanted", "bytes of its own");
  }
  return tensor;
}

namespace {

Status NoneOutside(const OnnxValue& value, std::string_view file) {
  if (value.tensor.external) {
    return Unsupported("a tensor's bytes are in another file")
        .With("file", std::string(file))
        .With("place", "tensor \"" + value.tensor.name + "\"")
        .With("found", value.tensor.external->location)
        .With("wanted", "bytes of its own");
  }
  for (const OnnxValue& item : value.items) CONFORMANCE_RETURN_IF_ERROR(NoneOutside(item, file));
  return Ok();
}

template <typename Proto>
Result<OnnxValue> ParseValue(std::string_view bytes, std::string_view file, std::string_view what, std::string_view message) {
  Proto proto;
  // A value of nothing at all is a message without bytes.
  if (!bytes.empty()) CONFORMANCE_RETURN_IF_ERROR(ParseWhole(bytes, file, what, message, proto));
  CONFORMANCE_TRY(OnnxValue value, ValueFromProto(proto, file));
  CONFORMANCE_RETURN_IF_ERROR(NoneOutside(value, file));
  return value;
}

}  // namespace

Result<OnnxValue> ParseOnnxValue(std::string_view bytes, const OnnxType& type, std::string_view file) {
  if (type.wrappers.empty()) {
    OnnxValue value;
    CONFORMANCE_TRY(value.tensor, ParseOnnxTensor(bytes, file));
    return value;
  }
  switch (type.wrappers.front()) {
    case OnnxType::Wrapper::kSequence: return ParseValue<onnx::SequenceProto>(bytes, file, "an ONNX sequence", "SequenceProto");
    case OnnxType::Wrapper::kOptional: return ParseValue<onnx::OptionalProto>(bytes, file, "an ONNX optional", "OptionalProto");
    case OnnxType::Wrapper::kMap: return ParseValue<onnx::MapProto>(bytes, file, "an ONNX map", "MapProto");
  }
  return Internal("a kind of type that isn't one");
}

Result<OnnxValue> ReadOnnxValue(const std::filesystem::path& path, const OnnxType& type) {
  CONFORMANCE_TRY(const auto file, MappedFile::Open(path));
  return ParseOnnxValue(file->text(), type, path.string());
}

Result<OnnxTensor> ReadOnnxTensor(const std::filesystem::path& path) {
  CONFORMANCE_TRY(const auto file, MappedFile::Open(path));
  return ParseOnnxTensor(file->text(), path.string());
}

Result<OnnxModel> ReadOnnx(const std::filesystem::path& path) {
  CONFORMANCE_TRY(const auto file, MappedFile::Open(path));
  return ParseOnnx(file->text(), path.string());
}

}  // namespace conformance::formats
