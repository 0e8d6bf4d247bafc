#include "framework/engine/worker_protocol.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

constexpr uint64_t kStep = uint64_t{16} << 20;  // memory grows by this much ahead of the bytes that have come

constexpr std::string_view kKindNames[] = {
    "invalid", "shape",         "type",    "unsupported", "unavailable", "not found", "corrupt",
    "io",      "out of memory", "timeout", "crash",       "cancelled",   "internal"};

Error Garbage(std::string message, std::string found, std::string wanted) {
  return Corrupt(std::move(message))
      .With("place", "worker message")
      .With("found", std::move(found))
      .With("wanted", std::move(wanted));
}

// Reads `size` bytes, never holding more than a step beyond what has come.
Result<std::vector<std::byte>> ReadGrowing(ByteStream& stream, uint64_t size) {
  std::vector<std::byte> bytes;
  while (bytes.size() < size) {
    const size_t have = bytes.size();
    bytes.resize(static_cast<size_t>(std::min(size, have + kStep)));
    CONFORMANCE_RETURN_IF_ERROR(stream.Read(std::span(bytes).subspan(have)));
  }
  return bytes;
}

struct TensorHeader {
  std::string name;
  DType dtype;
  Shape shape;
  uint64_t bytes;
};

Result<std::vector<TensorHeader>> ReadTensorHeaders(const Json& header, const MessageLimits& limits) {
  std::vector<TensorHeader> tensors;
  const Json* list = header.Find("tensors");
  if (list == nullptr) return tensors;
  if (!list->IsArray())
    return Garbage("\"tensors\" is no array", std::string(Json::KindName(list->kind())), "array");
  uint64_t total = 0;
  for (const Json& entry : list->AsArray()) {
    if (!entry.IsObject())
      return Garbage("a tensor's header is no object", std::string(Json::KindName(entry.kind())), "object");
    CONFORMANCE_TRY(std::string name, entry.GetString("name"));
    CONFORMANCE_TRY(const std::string dtype_name, entry.GetString("dtype"));
    CONFORMANCE_TRY(Shape shape, entry.GetInts("shape"));
    const auto dtype = DTypeFromString(dtype_name);
    if (!dtype)
      return Garbage("unknown dtype of tensor \"" + name + "\"", dtype_name,
                     "f64, f32, f16, bf16, i64, i32, i16, i8, u8, bool");
    const auto count = CheckedNumElements(shape);
    uint64_t bytes = 0;
    if (!count || __builtin_mul_overflow(static_cast<uint64_t>(*count), ByteSize(*dtype), &bytes) ||
        __builtin_add_overflow(total, bytes, &total) || total > limits.max_tensor_bytes) {
      return Garbage("tensor \"" + name + "\" is too large", ShapeText(shape),
                     "at most " + std::to_string(limits.max_tensor_bytes) + " bytes in a message");
    }
    tensors.push_back({std::move(name), *dtype, std::move(shape), bytes});
  }
  return tensors;
}

Result<Tensor> ReadTensor(ByteStream& stream, const TensorHeader& header) {
  if (header.bytes <= kStep) {
    Tensor tensor = Tensor::Empty(header.dtype, header.shape);
    CONFORMANCE_RETURN_IF_ERROR(stream.Read({tensor.raw_mutable(), tensor.byte_size()}));
    return tensor;
  }
  CONFORMANCE_TRY(std::vector<std::byte> bytes, ReadGrowing(stream, header.bytes));
  auto owner = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  auto storage = std::make_shared<Storage>();
  storage->data = owner->data();
  storage->bytes = owner->size();
  storage->owner = std::move(owner);
  return Tensor::Over(std::move(storage), header.dtype, header.shape);
}

/// Other bytes than 0 and 1 in a bool are undefined behaviour for whoever reads them.
Status CheckBools(const TensorHeader& header, const Tensor& tensor) {
  if (header.dtype != DType::kBool) return Ok();
  for (const std::byte value : tensor.bytes()) {
    if (value > std::byte{1}) {
      return Garbage("tensor \"" + header.name + "\" has a bool that is none",
                     std::to_string(std::to_integer<int>(value)), "0 or 1");
    }
  }
  return Ok();
}

}  // namespace

std::string WorkerMessage::type() const {
  const Json* type = header.Find("type");
  return type != nullptr && type->IsString() ? type->AsString() : std::string();
}

Status WriteWorkerMessage(ByteStream& stream, const WorkerMessage& message) {
  Json header = message.header;
  std::vector<Tensor> contiguous;
  Json list = Json::MakeArray();
  for (const auto& [name, tensor] : message.tensors) {
    Json entry = Json::MakeObject();
    entry["name"] = name;
    entry["dtype"] = ToString(tensor.dtype());
    Json shape = Json::MakeArray();
    for (const int64_t size : tensor.shape()) shape.Append(size);
    entry["shape"] = std::move(shape);
    list.Append(std::move(entry));
    contiguous.push_back(tensor.Contiguous());
  }
  if (!contiguous.empty()) header["tensors"] = std::move(list);
  const std::string text = formats::WriteJson(header);
  if (text.size() > UINT32_MAX) return Invalid("a worker message's header is over 4 GiB");
  const auto length = static_cast<uint32_t>(text.size());
  std::vector<std::byte> frame(4 + text.size());
  for (int i = 0; i < 4; ++i) frame[static_cast<size_t>(i)] = static_cast<std::byte>(length >> (8 * i));
  std::memcpy(frame.data() + 4, text.data(), text.size());
  CONFORMANCE_RETURN_IF_ERROR(stream.Write(frame));
  for (const Tensor& tensor : contiguous) CONFORMANCE_RETURN_IF_ERROR(stream.Write(tensor.bytes()));
  return Ok();
}

Result<WorkerMessage> ReadWorkerMessage(ByteStream& stream, const MessageLimits& limits) {
  std::byte prefix[4];
  CONFORMANCE_RETURN_IF_ERROR(stream.Read(prefix));
  uint32_t length = 0;
  for (int i = 0; i < 4; ++i) length |= std::to_integer<uint32_t>(prefix[i]) << (8 * i);
  if (length < 2 || length > limits.max_header_bytes) {
    return Garbage("a message's length is out of range", std::to_string(length),
                   "2 to " + std::to_string(limits.max_header_bytes));
  }
  CONFORMANCE_TRY(const std::vector<std::byte> text, ReadGrowing(stream, length));
  WorkerMessage message;
  CONFORMANCE_TRY(
      message.header,
      formats::ParseJson({reinterpret_cast<const char*>(text.data()), text.size()}, {}, "worker message"));
  if (!message.header.IsObject()) {
    return Garbage("a message's header is no object", std::string(Json::KindName(message.header.kind())),
                   "object");
  }
  CONFORMANCE_TRY(const std::vector<TensorHeader> tensors, ReadTensorHeaders(message.header, limits));
  for (const TensorHeader& tensor : tensors) {
    CONFORMANCE_TRY(Tensor read, ReadTensor(stream, tensor));
    CONFORMANCE_RETURN_IF_ERROR(CheckBools(tensor, read));
    message.tensors.emplace_back(tensor.name, std::move(read));
  }
  message.header.Erase("tensors");
  return message;
}

std::span<const std::string_view> WorkerErrorKinds() { return kKindNames; }

Json ErrorToJson(const Error& error) {
  Json json = Json::MakeObject();
  json["kind"] = kKindNames[static_cast<size_t>(error.kind())];
  json["message"] = error.message();
  Json facts = Json::MakeArray();
  for (const auto& [name, value] : error.facts()) facts.Append(Json::Array{Json(name), Json(value)});
  json["facts"] = std::move(facts);
  Json trail = Json::MakeArray();
  for (const std::string& line : error.trail()) trail.Append(line);
  json["trail"] = std::move(trail);
  return json;
}

Error ErrorFromJson(const Json& json) {
  // A foreign worker may leave out anything but the message.
  const auto message = json.GetString("message");
  const auto kind_name = json.GetString("kind");
  ErrorKind kind = ErrorKind::kInternal;
  if (kind_name.ok()) {
    const auto* it = std::ranges::find(kKindNames, *kind_name);
    if (it != std::end(kKindNames)) kind = static_cast<ErrorKind>(it - std::begin(kKindNames));
  }
  Error error(kind, message.ok() ? *message : "the worker answered an error without a message");
  if (const Json* facts = json.Find("facts"); facts != nullptr && facts->IsArray()) {
    for (const Json& fact : facts->AsArray()) {
      if (fact.IsArray() && fact.AsArray().size() == 2 && fact.AsArray()[0].IsString() &&
          fact.AsArray()[1].IsString()) {
        error.With(fact.AsArray()[0].AsString(), fact.AsArray()[1].AsString());
      }
    }
  }
  if (auto trail = json.GetStrings("trail"); trail.ok()) {
    for (std::string& line : *trail) error.Trail(std::move(line));
  }
  return error;
}

}  // namespace conformance::engine
