#include "framework/formats/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "framework/formats/output_file.h"

namespace conformance::formats {
namespace {

struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

// O_NONBLOCK: opening a pipe that nobody writes to must not hang before it is seen to be one.
Result<uint64_t> OpenRegular(const std::filesystem::path& path, Descriptor& out) {
  out.fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (out.fd < 0) return ErrnoError("cannot open", path.string(), errno);
  struct stat info {};
  if (::fstat(out.fd, &info) != 0) return ErrnoError("cannot look at", path.string(), errno);
  if (!S_ISREG(info.st_mode)) {
    return Invalid("not a regular file")
        .With("file", path.string())
        .With("found", S_ISDIR(info.st_mode) ? "a folder" : "a pipe, socket or device")
        .With("wanted", "a regular file");
  }
  return static_cast<uint64_t>(info.st_size);
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::filesystem::path& path) {
  Descriptor descriptor;
  CONFORMANCE_TRY(const uint64_t size, OpenRegular(path, descriptor));
  std::shared_ptr<MappedFile> file(new MappedFile());
  file->path_ = path;
  if (size == 0)
    return std::shared_ptr<const MappedFile>(file);  // nothing to map; mmap refuses a length of 0
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.fd, 0);
  if (data == MAP_FAILED) return ErrnoError("cannot map", path.string(), errno);
  file->owner_ = std::shared_ptr<const void>(data, [size](void* mapping) { ::munmap(mapping, size); });
  file->data_ = static_cast<std::byte*>(data);
  file->size_ = size;
  return std::shared_ptr<const MappedFile>(file);
}

std::shared_ptr<const MappedFile> MappedFile::FromBytes(std::string name, std::string_view bytes) {
  // operator new aligns for every element type, as a mapping does.
  std::shared_ptr<void> data(::operator new(bytes.size()), [](void* memory) { ::operator delete(memory); });
  std::shared_ptr<MappedFile> file(new MappedFile());
  file->path_ = std::move(name);
  file->data_ = static_cast<std::byte*>(data.get());
  file->size_ = bytes.size();
  if (!bytes.empty()) std::memcpy(file->data_, bytes.data(), bytes.size());
  file->owner_ = std::move(data);
  return file;
}

std::shared_ptr<const MappedFile> MappedFile::Part(const std::shared_ptr<const MappedFile>& whole,
                                                   std::string name, uint64_t offset, uint64_t size) {
  CONFORMANCE_CHECK(offset <= whole->size() && size <= whole->size() - offset, "a range inside the file");
  std::shared_ptr<MappedFile> file(new MappedFile());
  file->path_ = std::move(name);
  file->data_ = whole->data_ + offset;
  file->size_ = size;
  file->owner_ = whole;
  return file;
}

std::shared_ptr<const Storage> SliceOf(const std::shared_ptr<const MappedFile>& file, uint64_t offset,
                                       uint64_t size) {
  CONFORMANCE_CHECK(offset <= file->size() && size <= file->size() - offset, "a range inside the file");
  auto storage = std::make_shared<Storage>();
  storage->data = const_cast<std::byte*>(file->bytes().data()) + offset;
  storage->bytes = size;
  storage->writable = false;
  storage->owner = std::const_pointer_cast<MappedFile>(file);
  return storage;
}

Result<Tensor> TensorOver(const std::shared_ptr<const MappedFile>& file, uint64_t offset, uint64_t size,
                          DType dtype, Shape shape) {
  const std::shared_ptr<const Storage> storage = SliceOf(file, offset, size);
  if (dtype == DType::kBool) {
    for (uint64_t i = 0; i < size; ++i) {
      const auto value = static_cast<unsigned>(storage->data[i]);
      if (value > 1) {
        return CorruptFile(file->path(), "a bool that is neither 0 nor 1")
            .With("place", "byte " + std::to_string(offset + i))
            .With("found", std::to_string(value))
            .With("wanted", "0 or 1");
      }
    }
  }
  if (size == 0 || reinterpret_cast<uintptr_t>(storage->data) % ByteSize(dtype) == 0) {
    return Tensor::Over(storage, dtype, std::move(shape));
  }
  Tensor copy = Tensor::Empty(dtype, std::move(shape));
  std::memcpy(copy.raw_mutable(), storage->data, size);
  return copy;
}

Result<std::string> ReadFileText(const std::filesystem::path& path, uint64_t max_bytes) {
  Descriptor descriptor;
  CONFORMANCE_TRY(const uint64_t size, OpenRegular(path, descriptor));
  if (size > max_bytes) {
    return Invalid("the file is too long")
        .With("file", path.string())
        .With("found", std::to_string(size) + " bytes")
        .With("wanted", "at most " + std::to_string(max_bytes));
  }
  std::string text(size, '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(descriptor.fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoError("cannot read", path.string(), errno);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  text.resize(done);
  return text;
}

Status WriteFileAtomic(const std::filesystem::path& path, std::string_view text) {
  CONFORMANCE_TRY(OutputFile file, OutputFile::Create(path));
  CONFORMANCE_RETURN_IF_ERROR(file.Write(text));
  return file.Commit();
}

Error CorruptFile(const std::filesystem::path& file, std::string message) {
  return Corrupt(std::move(message)).With("file", file.string());
}

std::string Quoted(std::string_view text, size_t max_length) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text.substr(0, max_length)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      quoted += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      quoted += c;
    }
  }
  return quoted + (text.size() > max_length ? "…\"" : "\"");
}

}  // namespace conformance::formats
