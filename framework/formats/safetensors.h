#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/file.h"
#include "framework/tensor/tensor.h"

namespace conformance::formats {

/// One tensor as a file's header tells it.
struct SafetensorsEntry {
  std::string name;
  std::string dtype_name;      ///< as in the file: "F32", "F8_E4M3"
  std::optional<DType> dtype;  ///< none for types that only travel as bytes (U16, C64, F8_E4M3, F4, …)
  Shape shape;
  uint64_t offset = 0;  ///< from the start of the FILE, in bytes
  uint64_t size = 0;    ///< in bytes
};

/// String pairs of a header's "__metadata__", in file order.
using SafetensorsMetadata = std::vector<std::pair<std::string, std::string>>;

/// A mapped .safetensors file whose header has been checked whole. Cheap to copy (copies share the mapping).
/// Source: the format page of huggingface/safetensors; where it is silent, what its Rust library accepts.
class SafetensorsFile {
 public:
  /// Errors: kCorrupt with file, place, found and wanted for anything that the format forbids: lengths beyond the file, a header
  /// over 100 MB, unknown dtypes, sizes that overflow, ranges that overlap or leave holes or bytes at the end, names twice.
  static Result<SafetensorsFile> Open(const std::filesystem::path& path);
  static Result<SafetensorsFile> Parse(std::shared_ptr<const MappedFile> file);

  const std::filesystem::path& path() const { return contents_->file->path(); }
  /// In the order of their bytes in the file.
  const std::vector<SafetensorsEntry>& entries() const { return contents_->entries; }
  const SafetensorsMetadata& metadata() const { return contents_->metadata; }
  /// Null where there is none of that name.
  const SafetensorsEntry* Find(std::string_view name) const;

  /// A read-only view of the mapping (a copy where the file places it unaligned).
  /// Errors: kNotFound; kUnsupported for a dtype that only travels as bytes; kCorrupt for bools other than 0 and 1.
  Result<Tensor> Read(std::string_view name) const;
  Result<Tensor> Read(const SafetensorsEntry& entry) const;

 private:
  struct Contents {
    std::shared_ptr<const MappedFile> file;
    std::vector<SafetensorsEntry> entries;
    std::unordered_map<std::string_view, size_t> by_name;  // keys are the entries' names
    SafetensorsMetadata metadata;
  };
  explicit SafetensorsFile(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
  std::shared_ptr<const Contents> contents_;
};

inline Result<SafetensorsFile> OpenSafetensors(const std::filesystem::path& path) {
  return SafetensorsFile::Open(path);
}

/// All tensors of a file, in the order of their bytes. Errors: as Open and Read.
Result<NamedTensors> ReadNamedTensors(const std::filesystem::path& path);

/// The name that a header gives to `dtype` ("F32"), and back (none for types that only travel as bytes).
std::string_view SafetensorsDTypeName(DType dtype);
std::optional<DType> DTypeFromSafetensorsName(std::string_view name);

/// The header, with its length in front and padded with blanks to 8 bytes, of a file with these tensors in this order; offsets are
/// set in it and, file-relative, in `entries` (whose dtype_name, shape and size are given). For writers that stream the bytes.
std::string SafetensorsHeader(std::vector<SafetensorsEntry>& entries, const SafetensorsMetadata& metadata);

/// Writes as the Python library does, byte for byte: widest dtypes first, then by name; metadata by key. Strided tensors are made
/// contiguous. Errors: kInvalid for a name twice or "__metadata__"; kIo.
Status WriteSafetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                        const SafetensorsMetadata& metadata = {});

}  // namespace conformance::formats
