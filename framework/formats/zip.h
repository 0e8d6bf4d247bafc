#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/file.h"
#include "framework/formats/output_file.h"

namespace conformance::formats {

/// What an archive may ask of its reader.
struct ZipLimits {
  uint64_t max_entries = 1'000'000;
  uint64_t max_inflated_bytes = uint64_t{1} << 30;  ///< of one compressed entry, unpacked
  uint64_t max_ratio = 200;                         ///< unpacked to packed size of one entry
};

struct ZipEntry {
  std::string name;
  uint64_t offset = 0;  ///< of its (packed) bytes from the start of the FILE
  uint64_t packed_size = 0;
  uint64_t size = 0;
  uint32_t crc = 0;
  bool stored = false;  ///< not compressed: its bytes are the file's
};

/// A zip archive over a mapping. Strict where the format is loose, because loose readers disagree: one central directory that ends
/// where the end record starts, no comment behind it, local headers that say the same as the directory, entries that do not
/// overlap, names once, none that leads out of a folder (absolute, `..`, `\`, drive, control characters), no encryption, no parts,
/// stored or deflated bytes only. Zip64 and data descriptors are understood. Cheap to copy (copies share the mapping).
/// Source: PKWARE APPNOTE 6.3.10.
class ZipFile {
 public:
  /// Errors: kCorrupt with file, place, found and wanted; kInvalid beyond a limit; kUnsupported for encryption and other methods.
  static Result<ZipFile> Open(const std::filesystem::path& path, const ZipLimits& limits = {});
  static Result<ZipFile> Parse(std::shared_ptr<const MappedFile> file, const ZipLimits& limits = {});

  const std::filesystem::path& path() const { return contents_->file->path(); }
  const std::shared_ptr<const MappedFile>& file() const { return contents_->file; }
  /// In the directory's order, folders (names ending in `/`) left out.
  const std::vector<ZipEntry>& entries() const { return contents_->entries; }
  const ZipEntry* Find(std::string_view name) const;

  /// The entry's bytes, its checksum verified: the mapping itself where it is stored, else unpacked into memory.
  /// Errors: kCorrupt where the bytes do not unpack to the size and checksum that the directory names.
  Result<std::shared_ptr<const MappedFile>> Read(const ZipEntry& entry) const;
  /// Verifies the checksum of a stored entry.
  Status Verify(const ZipEntry& entry) const;

 private:
  struct Contents {
    std::shared_ptr<const MappedFile> file;
    std::vector<ZipEntry> entries;
    std::unordered_map<std::string_view, size_t> by_name;  // keys are the entries' names
  };
  explicit ZipFile(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
  std::shared_ptr<const Contents> contents_;
};

/// Writes an archive of stored entries, each one's bytes at a multiple of 64 (as PyTorch does it, by an extra field), without
/// times or attributes: the same entries give the same bytes.
class ZipWriter {
 public:
  static Result<ZipWriter> Create(const std::filesystem::path& path);

  /// Errors: kInvalid for a name that ZipFile would refuse or that was added before; kIo.
  Status Add(const std::string& name, std::span<const std::byte> bytes);
  Status Add(const std::string& name, std::string_view text) {
    return Add(name, std::as_bytes(std::span(text)));
  }
  /// [offset, offset + size) of another file; it is read twice in blocks (checksum first), never mapped.
  Status AddRange(const std::string& name, const std::filesystem::path& source, uint64_t offset,
                  uint64_t size);
  /// Writes the directory and gives the file its name.
  Status Commit();

 private:
  explicit ZipWriter(OutputFile file) : file_(std::move(file)) {}
  Status Begin(const std::string& name, uint64_t size, uint32_t crc);

  struct Written {
    std::string name;
    uint64_t header_offset;
    uint64_t size;
    uint32_t crc;
  };
  OutputFile file_;
  std::vector<Written> written_;
  std::unordered_map<std::string, size_t> names_;
};

/// Whether a name stays inside the folder that it is unpacked into; the text says why not (empty: it does).
std::string WhyNotAZipName(std::string_view name);

}  // namespace conformance::formats
