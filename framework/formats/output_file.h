#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "framework/base/result.h"

namespace conformance::formats {

/// A file being written, from front to back, under a temporary name beside its own; `Commit` gives it its name, and without it
/// nothing is left behind. Small writes are gathered. After an error every later call returns that error again.
class OutputFile {
 public:
  /// Errors: kNotFound where the folder is missing, kIo where the system refuses.
  static Result<OutputFile> Create(const std::filesystem::path& path);

  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  ~OutputFile();

  Status Write(std::span<const std::byte> bytes);
  Status Write(std::string_view text) { return Write(std::as_bytes(std::span(text))); }
  /// Zero bytes up to the next multiple of `alignment` (≥ 1).
  Status PadTo(uint64_t alignment);
  /// [offset, offset + size) of another file, copied by the system without passing through this process's memory where it can
  /// (copy_file_range), else through a small buffer. Errors: kCorrupt where the source ends earlier.
  Status CopyRange(const std::filesystem::path& source, uint64_t offset, uint64_t size);

  /// Bytes written so far: where the next one will stand.
  uint64_t position() const;
  const std::filesystem::path& path() const;

  /// Everything is written and the file has its name. `durable` waits until it is on the disk (fsync).
  Status Commit(bool durable = false);

 private:
  struct State;
  explicit OutputFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace conformance::formats
