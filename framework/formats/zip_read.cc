#include <algorithm>
#include <array>
#include <cstring>

#include <zlib.h>

#include "framework/formats/zip.h"
#include "framework/formats/zip_records.h"

namespace conformance::formats {
namespace {

struct Directory {
  uint64_t entries = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct CentralRecord {
  ZipEntry entry;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint64_t header_offset = 0;
  uint64_t end = 0;  // of everything that belongs to the entry
};

uint32_t Checksum(std::span<const std::byte> bytes) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return static_cast<uint32_t>(::crc32_z(::crc32_z(0, nullptr, 0), data, bytes.size()));
}

std::string Hex(uint64_t value) {
  std::array<char, 19> text{};
  std::snprintf(text.data(), text.size(), "0x%08llx", static_cast<unsigned long long>(value));
  return text.data();
}

class ZipReader {
 public:
  ZipReader(const MappedFile& file, const ZipLimits& limits)
      : file_(file), bytes_(file.text()), limits_(limits) {}

  Result<std::vector<CentralRecord>> Read() {
    CONFORMANCE_TRY(const Directory directory, FindDirectory());
    if (directory.entries > limits_.max_entries) {
      return Limit("too many entries", "end record", std::to_string(directory.entries),
                   std::to_string(limits_.max_entries));
    }
    // Each record has at least its fixed part: a count that the directory cannot hold never sizes anything.
    if (directory.entries > directory.size / kCentralBytes) {
      return Bad(
          "the directory is too short for its entries", "end record",
          std::to_string(directory.entries) + " entries in " + std::to_string(directory.size) + " bytes",
          "at least 46 bytes each");
    }
    std::vector<CentralRecord> records;
    records.reserve(directory.entries);
    uint64_t at = directory.offset;
    const uint64_t end = directory.offset + directory.size;
    for (uint64_t i = 0; i < directory.entries; ++i) {
      CONFORMANCE_TRY(CentralRecord record, ReadCentral(i, end, at));
      CONFORMANCE_RETURN_IF_ERROR(ReadLocal(directory.offset, record));
      records.push_back(std::move(record));
    }
    if (at != end)
      return Bad("bytes after the last directory record", "byte " + std::to_string(at),
                 std::to_string(end - at) + " bytes", "none");
    CONFORMANCE_RETURN_IF_ERROR(CheckOverlap(records));
    return records;
  }

 private:
  Error Bad(std::string message, std::string place, std::string found, std::string wanted) const {
    return CorruptFile(file_.path(), std::move(message))
        .With("place", std::move(place))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  }
  Error Limit(std::string message, std::string place, std::string found, std::string most) const {
    return Invalid(std::move(message))
        .With("file", file_.path().string())
        .With("place", std::move(place))
        .With("found", std::move(found))
        .With("wanted", "at most " + most);
  }
  Error Refused(std::string message, std::string place, std::string found, std::string wanted) const {
    return Unsupported(std::move(message))
        .With("file", file_.path().string())
        .With("place", std::move(place))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  }
  uint64_t Number(uint64_t offset, int size) const { return ReadLittle(bytes_, offset, size); }

  Result<Directory> FindDirectory() const {
    if (bytes_.size() < kEndBytes) {
      return Bad("too short for a zip archive", "byte 0", std::to_string(bytes_.size()) + " bytes",
                 "an end record of 22 bytes");
    }
    const uint64_t end = bytes_.size() - kEndBytes;
    const std::string place = "byte " + std::to_string(end);
    if (Number(end, 4) != kEndSignature || Number(end + 20, 2) != 0) {
      return Bad("no end record at the end of the archive", place, Hex(Number(end, 4)),
                 "0x06054b50, without a comment behind it");
    }
    Directory directory{Number(end + 10, 2), Number(end + 16, 4), Number(end + 12, 4)};
    if (Number(end + 4, 2) != 0 || Number(end + 6, 2) != 0 || Number(end + 8, 2) != directory.entries) {
      return Refused("an archive in parts", place, "disk " + std::to_string(Number(end + 4, 2)), "one file");
    }
    uint64_t directory_end = end;
    if (directory.entries == kIn64Short || directory.offset == kIn64 || directory.size == kIn64) {
      CONFORMANCE_RETURN_IF_ERROR(ReadEnd64(end, directory, directory_end));
    } else if (end >= kLocator64Bytes && Number(end - kLocator64Bytes, 4) == kLocator64Signature) {
      // PyTorch and others write the wide record even where nothing needs it; it must then say the same.
      Directory wide = directory;
      if (ReadEnd64(end, wide, directory_end).ok()) {
        if (wide.entries != directory.entries || wide.offset != directory.offset ||
            wide.size != directory.size) {
          return Bad("two end records that differ", place,
                     std::to_string(wide.entries) + " and " + std::to_string(directory.entries) + " entries",
                     "the same directory in both");
        }
      } else {
        directory_end = end;
      }
    }
    if (directory.offset > directory_end || directory.size != directory_end - directory.offset) {
      return Bad("the directory does not end where the end record starts", place,
                 "bytes " + std::to_string(directory.offset) + " to " + std::to_string(directory.offset) +
                     " + " + std::to_string(directory.size),
                 "an end at byte " + std::to_string(directory_end));
    }
    return directory;
  }

  Status ReadEnd64(uint64_t end, Directory& directory, uint64_t& directory_end) const {
    const std::string place = "byte " + std::to_string(end);
    if (end < kLocator64Bytes + kEnd64Bytes || Number(end - kLocator64Bytes, 4) != kLocator64Signature) {
      return Bad("the zip64 locator is missing", place, "no locator before the end record", "0x07064b50");
    }
    const uint64_t at = Number(end - kLocator64Bytes + 8, 8);
    // The record may be longer than its fixed part, but then holds what no version known here writes.
    if (at != end - kLocator64Bytes - kEnd64Bytes || Number(at, 4) != kEnd64Signature ||
        Number(at + 4, 8) != kEnd64Bytes - 12) {
      return Bad("bad zip64 end record", place, "offset " + std::to_string(at),
                 "a record of 56 bytes at byte " + std::to_string(end - kLocator64Bytes - kEnd64Bytes));
    }
    directory = {Number(at + 32, 8), Number(at + 48, 8), Number(at + 40, 8)};
    if (Number(at + 16, 4) != 0 || Number(at + 20, 4) != 0 || Number(at + 24, 8) != directory.entries) {
      return Refused("an archive in parts", "byte " + std::to_string(at),
                     "disk " + std::to_string(Number(at + 16, 4)), "one file");
    }
    directory_end = at;
    return Ok();
  }

  /// The zip64 extra field has 8 bytes for each value that did not fit, in this order.
  Status ReadExtra(std::string_view extra, const std::string& place, std::span<uint64_t* const> wide) const {
    while (extra.size() >= 4) {
      const uint64_t id = ReadLittle(extra, 0, 2);
      const uint64_t size = ReadLittle(extra, 2, 2);
      if (size > extra.size() - 4) {
        return Bad("an extra field is cut", place, std::to_string(size) + " bytes",
                   "at most " + std::to_string(extra.size() - 4));
      }
      if (id == kExtraZip64) {
        uint64_t at = 4;
        for (uint64_t* value : wide) {
          if (*value != kIn64) continue;
          if (at + 8 > 4 + size)
            return Bad("a zip64 field is cut", place, std::to_string(size) + " bytes", "8 bytes per value");
          *value = ReadLittle(extra, at, 8);
          at += 8;
        }
        return Ok();
      }
      extra.remove_prefix(4 + size);
    }
    return Ok();
  }

  Result<CentralRecord> ReadCentral(uint64_t index, uint64_t end, uint64_t& at) const {
    std::string place = "directory record " + std::to_string(index) + ", byte " + std::to_string(at);
    if (end - at < kCentralBytes || Number(at, 4) != kCentralSignature) {
      return Bad("bad directory record", place,
                 end - at < kCentralBytes ? std::to_string(end - at) + " bytes" : Hex(Number(at, 4)),
                 "46 bytes that begin with 0x02014b50");
    }
    CentralRecord record;
    record.flags = static_cast<uint16_t>(Number(at + 8, 2));
    record.method = static_cast<uint16_t>(Number(at + 10, 2));
    ZipEntry& entry = record.entry;
    entry.crc = static_cast<uint32_t>(Number(at + 16, 4));
    entry.packed_size = Number(at + 20, 4);
    entry.size = Number(at + 24, 4);
    record.header_offset = Number(at + 42, 4);
    const uint64_t name_size = Number(at + 28, 2);
    const uint64_t extra_size = Number(at + 30, 2);
    const uint64_t comment_size = Number(at + 32, 2);
    if (name_size + extra_size + comment_size > end - at - kCentralBytes) {
      return Bad(
          "bad directory record", place,
          std::to_string(name_size + extra_size + comment_size) + " bytes of name, extra field and comment",
          "at most " + std::to_string(end - at - kCentralBytes));
    }
    entry.name = bytes_.substr(at + kCentralBytes, name_size);
    place += ", entry " + Quoted(entry.name);
    if (const std::string why = WhyNotAZipName(entry.name); !why.empty()) {
      return Bad("a name that leads out of the archive", place, why, "a relative path of plain parts");
    }
    if ((record.flags & (kFlagEncrypted | kFlagStrongEncryption | kFlagMasked)) != 0) {
      return Refused("an encrypted entry", place, "flags " + Hex(record.flags), "no encryption");
    }
    if (Number(at + 34, 2) != 0 && Number(at + 34, 2) != kIn64Short) {
      return Refused("an archive in parts", place, "disk " + std::to_string(Number(at + 34, 2)), "one file");
    }
    const std::array<uint64_t*, 3> wide = {&entry.size, &entry.packed_size, &record.header_offset};
    CONFORMANCE_RETURN_IF_ERROR(
        ReadExtra(bytes_.substr(at + kCentralBytes + name_size, extra_size), place, wide));
    at += kCentralBytes + name_size + extra_size + comment_size;
    if (record.method != kMethodStored && record.method != kMethodDeflated) {
      return Refused("another compression method", place, "method " + std::to_string(record.method),
                     "0 (stored) or 8 (deflated)");
    }
    entry.stored = record.method == kMethodStored;
    if (entry.stored && entry.size != entry.packed_size) {
      return Bad("a stored entry of two sizes", place,
                 std::to_string(entry.packed_size) + " and " + std::to_string(entry.size) + " bytes",
                 "the same");
    }
    if (!entry.stored && entry.size > limits_.max_inflated_bytes) {
      return Limit("an entry unpacks to too much", place, std::to_string(entry.size) + " bytes",
                   std::to_string(limits_.max_inflated_bytes));
    }
    if (!entry.stored && entry.size / limits_.max_ratio > entry.packed_size) {
      return Limit("an entry unpacks to too much", place,
                   std::to_string(entry.size) + " bytes from " + std::to_string(entry.packed_size),
                   std::to_string(limits_.max_ratio) + " times the packed size");
    }
    return record;
  }

  Status ReadLocal(uint64_t directory_at, CentralRecord& record) const {
    ZipEntry& entry = record.entry;
    const uint64_t at = record.header_offset;
    const std::string place = "local header of entry " + Quoted(entry.name) + ", byte " + std::to_string(at);
    if (at > directory_at || directory_at - at < kLocalBytes || Number(at, 4) != kLocalSignature) {
      return Bad("bad local header", place,
                 at > directory_at || directory_at - at < kLocalBytes ? "an offset beyond the entries"
                                                                      : Hex(Number(at, 4)),
                 "0x04034b50 before the directory at byte " + std::to_string(directory_at));
    }
    const uint64_t room = directory_at - at - kLocalBytes;
    const uint64_t name_size = Number(at + 26, 2);
    const uint64_t extra_size = Number(at + 28, 2);
    if (name_size + extra_size > room || entry.packed_size > room - name_size - extra_size) {
      return Bad("an entry reaches into the directory", place, std::to_string(entry.packed_size) + " bytes",
                 "at most " + std::to_string(room - std::min(room, name_size + extra_size)));
    }
    const std::string_view name = bytes_.substr(at + kLocalBytes, name_size);
    if (name != entry.name)
      return Bad("an entry of two names", place, Quoted(name), Quoted(entry.name) + ", as in the directory");
    const auto flags = static_cast<uint16_t>(Number(at + 6, 2));
    if (Number(at + 8, 2) != record.method ||
        (flags & (kFlagEncrypted | kFlagDescriptor)) != (record.flags & (kFlagEncrypted | kFlagDescriptor))) {
      return Bad("local header and directory differ", place,
                 "method " + std::to_string(Number(at + 8, 2)) + ", flags " + Hex(flags),
                 "method " + std::to_string(record.method) + ", flags " + Hex(record.flags));
    }
    uint64_t size = Number(at + 22, 4);
    uint64_t packed = Number(at + 18, 4);
    const std::array<uint64_t*, 2> wide = {&size, &packed};
    CONFORMANCE_RETURN_IF_ERROR(
        ReadExtra(bytes_.substr(at + kLocalBytes + name_size, extra_size), place, wide));
    const bool described =
        (flags & kFlagDescriptor) != 0;  // then size and checksum stand behind the bytes, and here zeros
    const bool same = size == entry.size && packed == entry.packed_size && Number(at + 14, 4) == entry.crc;
    if (!same && !(described && size == 0 && packed == 0)) {
      const auto sizes = [](uint64_t all, uint64_t kept, uint64_t crc) {
        return std::to_string(all) + " bytes as " + std::to_string(kept) + ", checksum " + Hex(crc);
      };
      return Bad("local header and directory differ", place, sizes(size, packed, Number(at + 14, 4)),
                 sizes(entry.size, entry.packed_size, entry.crc));
    }
    entry.offset = at + kLocalBytes + name_size + extra_size;
    record.end = entry.offset + entry.packed_size;
    // A descriptor's size is one of four; what it says is not needed. Its signature tells at least that its bytes are not another's.
    if (described && directory_at - record.end >= 16 && Number(record.end, 4) == kDescriptorSignature)
      record.end += 16;
    return Ok();
  }

  Status CheckOverlap(const std::vector<CentralRecord>& records) const {
    std::vector<const CentralRecord*> sorted;
    sorted.reserve(records.size());
    for (const CentralRecord& record : records) sorted.push_back(&record);
    std::ranges::sort(sorted, {}, [](const CentralRecord* record) {
      return std::pair(record->header_offset, record->end);
    });
    for (size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i]->header_offset >= sorted[i - 1]->end) continue;
      return Bad(
          "entries overlap",
          "entry " + Quoted(sorted[i]->entry.name) + ", byte " + std::to_string(sorted[i]->header_offset),
          "inside of entry " + Quoted(sorted[i - 1]->entry.name),
          "a start at byte " + std::to_string(sorted[i - 1]->end) + " or later");
    }
    return Ok();
  }

  const MappedFile& file_;
  std::string_view bytes_;
  const ZipLimits& limits_;
};

/// Unpacks exactly `size` bytes: less or more is corrupt, and no more is ever allocated.
Result<std::string> Inflate(const std::filesystem::path& path, const ZipEntry& entry,
                            std::string_view packed) {
  const auto bad = [&](std::string found) {
    return CorruptFile(path, "an entry does not unpack")
        .With("place", "entry " + Quoted(entry.name) + ", byte " + std::to_string(entry.offset))
        .With("found", std::move(found))
        .With("wanted", std::to_string(entry.size) + " bytes");
  };
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return Error(ErrorKind::kOutOfMemory, "no memory to unpack with");
  std::string out(entry.size, '\0');
  uint64_t in_at = 0;
  uint64_t out_at = 0;
  int state = Z_OK;
  constexpr uint64_t kStep = 1U << 30;  // zlib counts in 32 bits
  while (state == Z_OK) {
    const auto in_step = static_cast<uInt>(std::min<uint64_t>(packed.size() - in_at, kStep));
    const auto out_step = static_cast<uInt>(std::min<uint64_t>(out.size() - out_at, kStep));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data())) + in_at;
    stream.avail_in = in_step;
    stream.next_out = reinterpret_cast<Bytef*>(out.data()) + out_at;
    stream.avail_out = out_step;
    state = ::inflate(&stream, Z_NO_FLUSH);
    in_at += in_step - stream.avail_in;
    out_at += out_step - stream.avail_out;
    if (state == Z_OK && stream.avail_in == in_step && stream.avail_out == out_step)
      state = Z_BUF_ERROR;  // no progress
  }
  ::inflateEnd(&stream);
  if (state != Z_STREAM_END || out_at != out.size() || in_at != packed.size()) {
    return bad(std::to_string(out_at) + " bytes from " + std::to_string(in_at) +
               (state == Z_STREAM_END ? "" : ", then nothing that unpacks"));
  }
  return out;
}

Status CheckChecksum(const std::filesystem::path& path, const ZipEntry& entry,
                     std::span<const std::byte> bytes) {
  const uint32_t found = Checksum(bytes);
  if (found == entry.crc) return Ok();
  return CorruptFile(path, "an entry's checksum is wrong")
      .With("place", "entry " + Quoted(entry.name) + ", byte " + std::to_string(entry.offset))
      .With("found", Hex(found))
      .With("wanted", Hex(entry.crc));
}

}  // namespace

std::string WhyNotAZipName(std::string_view name) {
  if (name.empty()) return "an empty name";
  if (name.front() == '/') return "an absolute path";
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "a control character";
    if (c == '\\' || c == ':') return "a " + Quoted(std::string(1, c));
  }
  for (size_t start = 0; start < name.size();) {
    const size_t slash = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, slash - start);
    if (part.empty() || part == "." || part == "..") return "the part " + Quoted(part);
    start = slash + 1;
  }
  return {};
}

Result<ZipFile> ZipFile::Open(const std::filesystem::path& path, const ZipLimits& limits) {
  CONFORMANCE_TRY(std::shared_ptr<const MappedFile> file, MappedFile::Open(path));
  return Parse(std::move(file), limits);
}

Result<ZipFile> ZipFile::Parse(std::shared_ptr<const MappedFile> file, const ZipLimits& limits) {
  CONFORMANCE_TRY(std::vector<CentralRecord> records, ZipReader(*file, limits).Read());
  auto contents = std::make_shared<Contents>();
  for (CentralRecord& record : records) {
    if (!record.entry.name.ends_with('/')) contents->entries.push_back(std::move(record.entry));
  }
  for (size_t i = 0; i < contents->entries.size(); ++i) {
    const std::string& name = contents->entries[i].name;
    if (contents->by_name.emplace(name, i).second) continue;
    return CorruptFile(file->path(), "two entries of one name")
        .With("place", "directory")
        .With("found", Quoted(name) + " twice")
        .With("wanted", "each name once");
  }
  contents->file = std::move(file);
  return ZipFile(std::move(contents));
}

const ZipEntry* ZipFile::Find(std::string_view name) const {
  const auto it = contents_->by_name.find(name);
  return it == contents_->by_name.end() ? nullptr : &contents_->entries[it->second];
}

Result<std::shared_ptr<const MappedFile>> ZipFile::Read(const ZipEntry& entry) const {
  const std::string_view packed = contents_->file->text().substr(entry.offset, entry.packed_size);
  const std::string name = path().string() + ":" + entry.name;
  if (entry.stored) {
    CONFORMANCE_RETURN_IF_ERROR(Verify(entry));
    return MappedFile::Part(contents_->file, name, entry.offset, entry.size);
  }
  CONFORMANCE_TRY(const std::string text, Inflate(path(), entry, packed));
  CONFORMANCE_RETURN_IF_ERROR(CheckChecksum(path(), entry, std::as_bytes(std::span(text))));
  return MappedFile::FromBytes(name, text);
}

Status ZipFile::Verify(const ZipEntry& entry) const {
  return CheckChecksum(path(), entry, contents_->file->bytes().subspan(entry.offset, entry.packed_size));
}

}  // namespace conformance::formats
