#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::formats {

/// The bytes of a regular file, mapped read-only. What is read from it is paged in when touched and shared by all who hold it.
/// A file that another process cuts short while it is mapped ends this process (SIGBUS), as with any mapping.
class MappedFile {
 public:
  /// Errors: kNotFound; kIo where the system refuses; kInvalid for what is no regular file (folder, pipe, device).
  static Result<std::shared_ptr<const MappedFile>> Open(const std::filesystem::path& path);
  /// Bytes in memory that read like a file of that name: parts of archives, tests and fuzzers.
  static std::shared_ptr<const MappedFile> FromBytes(std::string name, std::string_view bytes);
  /// [offset, offset + size) of `whole`, which it keeps alive, as a file of that name. The range lies inside.
  static std::shared_ptr<const MappedFile> Part(const std::shared_ptr<const MappedFile>& whole,
                                                std::string name, uint64_t offset, uint64_t size);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  uint64_t size() const { return size_; }

 private:
  MappedFile() = default;

  std::filesystem::path path_;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
  std::shared_ptr<const void> owner_;  // unmaps or frees the bytes
};

/// [offset, offset + size) of a mapping as read-only storage that keeps the mapping alive. The range lies inside.
std::shared_ptr<const Storage> SliceOf(const std::shared_ptr<const MappedFile>& file, uint64_t offset,
                                       uint64_t size);

/// A tensor over `size` bytes at `offset` of a mapping, which hold exactly `shape` in row-major order: a view where the address
/// suits the dtype, else a copy. Bytes of a bool tensor other than 0 and 1 are an error (kCorrupt).
Result<Tensor> TensorOver(const std::shared_ptr<const MappedFile>& file, uint64_t offset, uint64_t size,
                          DType dtype, Shape shape);

/// A whole regular file as text. Errors: as MappedFile::Open; kInvalid where it is longer than `max_bytes`.
Result<std::string> ReadFileText(const std::filesystem::path& path, uint64_t max_bytes = uint64_t{1} << 30);

/// Writes a new file beside `path` and renames it: readers see the old text or the new one, never a part.
Status WriteFileAtomic(const std::filesystem::path& path, std::string_view text);

/// An error's usual beginning: `message` with the fact `file`.
Error CorruptFile(const std::filesystem::path& file, std::string message);

/// Text of a path, name or value that came from a file, fit for a message: control characters and bytes beyond ASCII escaped, cut
/// after `max_length` characters.
std::string Quoted(std::string_view text, size_t max_length = 80);

}  // namespace conformance::formats
