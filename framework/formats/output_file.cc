#include "framework/formats/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

namespace conformance::formats {
namespace {
constexpr size_t kBufferBytes = 1 << 16;
constexpr int kAttempts = 1000;
}  // namespace

struct OutputFile::State {
  std::filesystem::path path;
  std::filesystem::path temporary;
  int fd = -1;
  uint64_t position = 0;
  std::vector<std::byte> pending;
  Status status;
  std::filesystem::path
      source;  // the last file that was copied from: weights come from few files in many ranges
  int source_fd = -1;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (source_fd >= 0) ::close(source_fd);
    if (fd >= 0) ::close(fd);
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }

  Status Fail(Error error) {
    status = Status(std::move(error));
    return status;
  }

  Status Put(const std::byte* data, size_t size) {
    while (size > 0) {
      const ssize_t count = ::write(fd, data, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Fail(ErrnoError("cannot write", temporary.string(), errno));
      data += count;
      size -= static_cast<size_t>(count);
    }
    return Ok();
  }

  Status Flush() {
    if (!status.ok() || pending.empty()) return status;
    Status done = Put(pending.data(), pending.size());
    pending.clear();
    return done;
  }

  Status OpenSource(const std::filesystem::path& wanted) {
    if (source_fd >= 0 && source == wanted) return Ok();
    if (source_fd >= 0) ::close(source_fd);
    source_fd = ::open(wanted.c_str(), O_RDONLY | O_CLOEXEC);
    if (source_fd < 0) return Fail(ErrnoError("cannot open", wanted.string(), errno));
    source = wanted;
    return Ok();
  }

  // The whole range by read and write; what copy_file_range cannot do (other file systems, old kernels) ends here.
  Status CopyThroughBuffer(uint64_t offset, uint64_t size) {
    std::vector<std::byte> buffer(std::min<uint64_t>(size, 1 << 20));
    while (size > 0) {
      const ssize_t count = ::pread(source_fd, buffer.data(), std::min<uint64_t>(size, buffer.size()),
                                    static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Fail(ErrnoError("cannot read", source.string(), errno));
      if (count == 0) return Fail(EndsEarly(offset, size));
      CONFORMANCE_RETURN_IF_ERROR(Put(buffer.data(), static_cast<size_t>(count)));
      offset += static_cast<uint64_t>(count);
      size -= static_cast<uint64_t>(count);
    }
    return Ok();
  }

  Error EndsEarly(uint64_t offset, uint64_t missing) const {
    return Corrupt("the file ends before the range that is copied from it")
        .With("file", source.string())
        .With("place", "byte " + std::to_string(offset))
        .With("found", "end of file")
        .With("wanted", std::to_string(missing) + " more bytes");
  }
};

OutputFile::OutputFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputFile::OutputFile(OutputFile&&) noexcept = default;
OutputFile& OutputFile::operator=(OutputFile&&) noexcept = default;
OutputFile::~OutputFile() = default;

Result<OutputFile> OutputFile::Create(const std::filesystem::path& path) {
  // A rename would put a plain file where a device, pipe or folder stands.
  std::error_code absent;
  const auto target = std::filesystem::status(path, absent);
  if (std::filesystem::exists(target) && !std::filesystem::is_regular_file(target)) {
    return IoError("cannot write, this is no regular file").With("file", path.string()).With("wanted", "a new or regular file");
  }
  auto state = std::make_unique<State>();
  state->path = path;
  std::filesystem::path temporary;
  // A name in use belongs to another writer of the same file, or is what an ended process left.
  for (int attempt = 0; attempt < kAttempts && state->fd < 0; ++attempt) {
    temporary = path;
    temporary += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    state->fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (state->fd < 0 && errno != EEXIST) break;
  }
  if (state->fd < 0) return ErrnoError("cannot create", path.string(), errno);
  state->temporary = std::move(temporary);
  return OutputFile(std::move(state));
}

Status OutputFile::Write(std::span<const std::byte> bytes) {
  State& s = *state_;
  if (!s.status.ok()) return s.status;
  if (s.pending.size() + bytes.size() > kBufferBytes) CONFORMANCE_RETURN_IF_ERROR(s.Flush());
  if (bytes.size() > kBufferBytes / 2) {
    CONFORMANCE_RETURN_IF_ERROR(s.Flush());
    CONFORMANCE_RETURN_IF_ERROR(s.Put(bytes.data(), bytes.size()));
  } else {
    s.pending.insert(s.pending.end(), bytes.begin(), bytes.end());
  }
  s.position += bytes.size();
  return Ok();
}

Status OutputFile::PadTo(uint64_t alignment) {
  static constexpr std::array<std::byte, 512> kZeros{};
  uint64_t missing = (alignment - state_->position % alignment) % alignment;
  while (missing > 0) {
    const uint64_t count = std::min<uint64_t>(missing, kZeros.size());
    CONFORMANCE_RETURN_IF_ERROR(Write(std::span(kZeros).first(count)));
    missing -= count;
  }
  return state_->status;
}

Status OutputFile::CopyRange(const std::filesystem::path& source, uint64_t offset, uint64_t size) {
  State& s = *state_;
  CONFORMANCE_RETURN_IF_ERROR(s.Flush());
  CONFORMANCE_RETURN_IF_ERROR(s.OpenSource(source));
  uint64_t at = offset;
  uint64_t left = size;
  while (left > 0) {
    auto from = static_cast<off_t>(at);
    const ssize_t count = ::copy_file_range(s.source_fd, &from, s.fd, nullptr, left, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    at += static_cast<uint64_t>(count);
    left -= static_cast<uint64_t>(count);
  }
  if (left > 0) CONFORMANCE_RETURN_IF_ERROR(s.CopyThroughBuffer(at, left));
  s.position += size;
  return Ok();
}

uint64_t OutputFile::position() const { return state_->position; }
const std::filesystem::path& OutputFile::path() const { return state_->path; }

Status OutputFile::Commit(bool durable) {
  State& s = *state_;
  CONFORMANCE_RETURN_IF_ERROR(s.Flush());
  if (durable && ::fsync(s.fd) != 0) return s.Fail(ErrnoError("cannot write", s.temporary.string(), errno));
  const int closed = ::close(s.fd);
  s.fd = -1;
  if (closed != 0) return s.Fail(ErrnoError("cannot write", s.temporary.string(), errno));
  if (::rename(s.temporary.c_str(), s.path.c_str()) != 0)
    return s.Fail(ErrnoError("cannot rename to", s.path.string(), errno));
  s.temporary.clear();
  return Ok();
}

}  // namespace conformance::formats
