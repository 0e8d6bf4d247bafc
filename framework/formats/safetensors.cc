#include "framework/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::formats {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;  // the Rust library's MAX_HEADER_SIZE
constexpr uint64_t kLengthBytes = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

struct TypeInfo {
  std::string_view name;
  uint64_t bits;
  std::optional<DType> dtype;
};
// In the order of the Rust library's Dtype, by which its writer sorts.
constexpr std::array<TypeInfo, 22> kTypes = {{
    {"BOOL", 8, DType::kBool},
    {"F4", 4, {}},
    {"F6_E2M3", 6, {}},
    {"F6_E3M2", 6, {}},
    {"U8", 8, DType::kU8},
    {"I8", 8, DType::kI8},
    {"F8_E5M2", 8, {}},
    {"F8_E4M3", 8, {}},
    {"F8_E8M0", 8, {}},
    {"F8_E4M3FNUZ", 8, {}},
    {"F8_E5M2FNUZ", 8, {}},
    {"I16", 16, DType::kI16},
    {"U16", 16, {}},
    {"F16", 16, DType::kF16},
    {"BF16", 16, DType::kBF16},
    {"I32", 32, DType::kI32},
    {"U32", 32, {}},
    {"F32", 32, DType::kF32},
    {"C64", 64, DType::kC64},
    {"F64", 64, DType::kF64},
    {"I64", 64, DType::kI64},
    {"U64", 64, {}},
}};

const TypeInfo* FindType(std::string_view name) {
  const auto* it = std::ranges::find(kTypes, name, &TypeInfo::name);
  return it == kTypes.end() ? nullptr : it;
}
const TypeInfo& TypeOf(DType dtype) {
  return *std::ranges::find(kTypes, std::optional(dtype), &TypeInfo::dtype);
}

class HeaderReader {
 public:
  HeaderReader(const std::filesystem::path& path, uint64_t data_start, uint64_t data_size)
      : path_(path), data_start_(data_start), data_size_(data_size) {}

  Status Read(const Json& header, std::vector<SafetensorsEntry>& entries, SafetensorsMetadata& metadata) {
    for (const auto& [name, value] : header.AsObject()) {
      if (name == kMetadataKey) {
        CONFORMANCE_RETURN_IF_ERROR(Metadata(value, metadata));
        continue;
      }
      SafetensorsEntry entry;
      entry.name = name;
      CONFORMANCE_RETURN_IF_ERROR(Entry(value, entry));
      entries.push_back(std::move(entry));
    }
    std::ranges::stable_sort(entries, {},
                             [](const SafetensorsEntry& e) { return std::pair(e.offset, e.size); });
    return Cover(entries);
  }

 private:
  Error Bad(std::string message, const std::string& place, std::string found, std::string wanted) const {
    return CorruptFile(path_, std::move(message))
        .With("place", place)
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  }
  static std::string KindOf(const Json* value) {
    return value == nullptr ? "nothing" : std::string(Json::KindName(value->kind()));
  }

  Status Metadata(const Json& value, SafetensorsMetadata& metadata) const {
    if (value.IsNull()) return Ok();
    if (!value.IsObject())
      return Bad("metadata is not an object", "header key \"__metadata__\"", KindOf(&value),
                 "object of strings");
    for (const auto& [key, text] : value.AsObject()) {
      if (!text.IsString()) {
        return Bad("metadata that is not a string", "header key \"__metadata__\", " + Quoted(key),
                   KindOf(&text), "string");
      }
      metadata.emplace_back(key, text.AsString());
    }
    return Ok();
  }

  Status Entry(const Json& value, SafetensorsEntry& entry) const {
    const std::string place = "header entry of tensor " + Quoted(entry.name);
    if (!value.IsObject())
      return Bad("a tensor is not described by an object", place, KindOf(&value), "object");
    const Json* dtype = value.Find("dtype");
    if (dtype == nullptr || !dtype->IsString()) return Bad("bad dtype", place, KindOf(dtype), "string");
    const TypeInfo* type = FindType(dtype->AsString());
    if (type == nullptr)
      return Bad("unknown dtype", place, Quoted(dtype->AsString()), "BOOL, U8, I8, …, F32, F64, I64, U64");
    entry.dtype_name = type->name;
    entry.dtype = type->dtype;

    const Json* shape = value.Find("shape");
    if (shape == nullptr || !shape->IsArray())
      return Bad("bad shape", place, KindOf(shape), "array of sizes");
    for (const Json& size : shape->AsArray()) {
      if (!size.IsInt() || size.AsInt() < 0) {
        return Bad("bad shape", place, size.IsInt() ? std::to_string(size.AsInt()) : KindOf(&size),
                   "sizes of 0 or more");
      }
      entry.shape.push_back(size.AsInt());
    }
    const std::optional<int64_t> elements = CheckedNumElements(entry.shape);
    uint64_t bits = 0;
    if (!elements || __builtin_mul_overflow(static_cast<uint64_t>(*elements), type->bits, &bits)) {
      return Bad("the tensor's size overflows", place, "shape " + ShapeText(entry.shape),
                 "a size below 2^61 bytes");
    }
    if (bits % 8 != 0)
      return Bad("the tensor does not fill whole bytes", place, std::to_string(bits) + " bits",
                 "a multiple of 8");

    const Json* offsets = value.Find("data_offsets");
    if (offsets == nullptr || !offsets->IsArray() || offsets->AsArray().size() != 2 ||
        !offsets->AsArray()[0].IsInt() || !offsets->AsArray()[1].IsInt()) {
      return Bad("bad data_offsets", place, KindOf(offsets), "array of two integers");
    }
    const int64_t begin = offsets->AsArray()[0].AsInt();
    const int64_t end = offsets->AsArray()[1].AsInt();
    if (begin < 0 || end < begin || static_cast<uint64_t>(end) > data_size_) {
      return Bad("data_offsets outside the file", place, ShapeText(std::array{begin, end}),
                 "begin ≤ end ≤ " + std::to_string(data_size_) + ", the bytes that follow the header");
    }
    entry.size = static_cast<uint64_t>(end - begin);
    entry.offset = data_start_ + static_cast<uint64_t>(begin);
    if (entry.size != bits / 8) {
      return Bad("data_offsets do not fit dtype and shape", place, std::to_string(entry.size) + " bytes",
                 std::to_string(bits / 8) + " bytes for " + entry.dtype_name + ShapeText(entry.shape));
    }
    return Ok();
  }

  // Every byte behind the header belongs to one tensor, as the Rust library demands.
  Status Cover(const std::vector<SafetensorsEntry>& entries) const {
    uint64_t next = data_start_;
    for (const SafetensorsEntry& entry : entries) {
      if (entry.offset != next) {
        return Bad(entry.offset < next ? "tensors overlap" : "bytes that belong to no tensor",
                   "header entry of tensor " + Quoted(entry.name),
                   "begin " + std::to_string(entry.offset - data_start_),
                   "begin " + std::to_string(next - data_start_) + ", where the tensor before it ends");
      }
      next = entry.offset + entry.size;
    }
    if (next != data_start_ + data_size_) {
      return Bad("bytes that belong to no tensor", "byte " + std::to_string(next),
                 std::to_string(data_size_) + " bytes of data",
                 std::to_string(next - data_start_) + ", where the last tensor ends");
    }
    return Ok();
  }

  const std::filesystem::path& path_;
  uint64_t data_start_;
  uint64_t data_size_;
};

}  // namespace

Result<SafetensorsFile> SafetensorsFile::Open(const std::filesystem::path& path) {
  CONFORMANCE_TRY(std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  return Parse(std::move(file));
}

Result<SafetensorsFile> SafetensorsFile::Parse(std::shared_ptr<const MappedFile> file) {
  const std::filesystem::path& path = file->path();
  if (file->size() < kLengthBytes) {
    return CorruptFile(path, "too short for safetensors")
        .With("place", "byte 0")
        .With("found", std::to_string(file->size()) + " bytes")
        .With("wanted", "8 bytes with the header's length");
  }
  uint64_t length = 0;
  std::memcpy(&length, file->bytes().data(), kLengthBytes);
  const uint64_t room = file->size() - kLengthBytes;
  if (length > kMaxHeader || length > room) {
    return CorruptFile(path, "the header does not fit")
        .With("place", "byte 0")
        .With("found", "a header of " + std::to_string(length) + " bytes")
        .With("wanted", "at most " + std::to_string(std::min(room, kMaxHeader)));
  }
  const std::string_view text = file->text().substr(kLengthBytes, length);
  if (text.empty() || text.front() != '{') {
    return CorruptFile(path, "the header is no object")
        .With("place", "byte 8")
        .With("found", text.empty() ? "an empty header" : Quoted(text.substr(0, 1)))
        .With("wanted", "\"{\"");
  }
  auto header = ParseJson(text, {.max_bytes = kMaxHeader, .max_depth = 8}, path.string());
  if (!header.ok()) return std::move(header).error().Trail("in the header, which starts at byte 8");

  auto contents = std::make_shared<Contents>();
  CONFORMANCE_RETURN_IF_ERROR(HeaderReader(path, kLengthBytes + length, room - length)
                                  .Read(*header, contents->entries, contents->metadata));
  contents->file = std::move(file);
  for (size_t i = 0; i < contents->entries.size(); ++i)
    contents->by_name.emplace(contents->entries[i].name, i);
  return SafetensorsFile(std::move(contents));
}

const SafetensorsEntry* SafetensorsFile::Find(std::string_view name) const {
  const auto it = contents_->by_name.find(name);
  return it == contents_->by_name.end() ? nullptr : &contents_->entries[it->second];
}

Result<Tensor> SafetensorsFile::Read(std::string_view name) const {
  const SafetensorsEntry* entry = Find(name);
  if (entry == nullptr)
    return NotFound("no such tensor").With("file", path().string()).With("place", "tensor " + Quoted(name));
  return Read(*entry);
}

Result<Tensor> SafetensorsFile::Read(const SafetensorsEntry& entry) const {
  if (!entry.dtype) {
    return Unsupported("no computing with this dtype")
        .With("file", path().string())
        .With("place", "tensor " + Quoted(entry.name))
        .With("found", entry.dtype_name)
        .With("wanted", "BOOL, U8, I8, I16, F16, BF16, I32, F32, C64, F64 or I64");
  }
  return TensorOver(contents_->file, entry.offset, entry.size, *entry.dtype, entry.shape);
}

Result<NamedTensors> ReadNamedTensors(const std::filesystem::path& path) {
  CONFORMANCE_TRY(const SafetensorsFile file, SafetensorsFile::Open(path));
  NamedTensors tensors;
  for (const SafetensorsEntry& entry : file.entries()) {
    CONFORMANCE_TRY(Tensor tensor, file.Read(entry));
    tensors.emplace_back(entry.name, std::move(tensor));
  }
  return tensors;
}

std::string_view SafetensorsDTypeName(DType dtype) { return dtype == DType::kC128 ? "complex128" : TypeOf(dtype).name; }
std::optional<DType> DTypeFromSafetensorsName(std::string_view name) {
  const TypeInfo* type = FindType(name);
  return type == nullptr ? std::nullopt : type->dtype;
}

std::string SafetensorsHeader(std::vector<SafetensorsEntry>& entries, const SafetensorsMetadata& metadata) {
  Json header = Json::MakeObject();
  if (!metadata.empty()) {
    Json::Object pairs;
    for (const auto& [key, value] : metadata) pairs.emplace_back(key, value);
    header.AsObject().emplace_back(kMetadataKey, std::move(pairs));
  }
  uint64_t next = 0;
  for (SafetensorsEntry& entry : entries) {
    Json shape = Json::MakeArray();
    for (const int64_t size : entry.shape) shape.Append(size);
    Json about = Json::MakeObject();
    about["dtype"] = entry.dtype_name;
    about["shape"] = std::move(shape);
    about["data_offsets"] = Json::Array{next, next + entry.size};
    header.AsObject().emplace_back(entry.name, std::move(about));
    entry.offset = next;
    next += entry.size;
  }
  std::string text = WriteJson(header);
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  const uint64_t length = text.size();
  std::string bytes(kLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kLengthBytes);
  bytes += text;
  for (SafetensorsEntry& entry : entries) entry.offset += bytes.size();
  return bytes;
}

}  // namespace conformance::formats
