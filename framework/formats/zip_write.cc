#include <algorithm>
#include <cerrno>
#include <fstream>

#include <zlib.h>

#include "framework/formats/zip.h"
#include "framework/formats/zip_records.h"

namespace conformance::formats {
namespace {

constexpr uint64_t kAlignment = 64;
constexpr uint64_t kVersion20 = 20;
constexpr uint64_t kVersion45 = 45;  // zip64

// 1980-01-01 00:00, the format's zero: the same entries give the same bytes.
constexpr uint64_t kDosTime = 0;
constexpr uint64_t kDosDate = 0x21;

uint64_t Narrow(uint64_t value) { return std::min<uint64_t>(value, kIn64); }

Result<uint32_t> ChecksumOfRange(const std::filesystem::path& source, uint64_t offset, uint64_t size) {
  std::ifstream stream(source, std::ios::binary);
  if (!stream) return ErrnoError("cannot open", source.string(), errno);
  stream.seekg(static_cast<std::streamoff>(offset));
  std::string buffer(std::min<uint64_t>(size, 1 << 20), '\0');
  uLong crc = ::crc32_z(0, nullptr, 0);
  for (uint64_t left = size; left > 0;) {
    const uint64_t step = std::min<uint64_t>(left, buffer.size());
    if (!stream.read(buffer.data(), static_cast<std::streamsize>(step))) {
      return Corrupt("the file ends before the range that is copied from it")
          .With("file", source.string())
          .With("place", "byte " + std::to_string(offset + size - left))
          .With("found", "end of file")
          .With("wanted", std::to_string(left) + " more bytes");
    }
    crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(buffer.data()), step);
    left -= step;
  }
  return static_cast<uint32_t>(crc);
}

}  // namespace

Result<ZipWriter> ZipWriter::Create(const std::filesystem::path& path) {
  CONFORMANCE_TRY(OutputFile file, OutputFile::Create(path));
  return ZipWriter(std::move(file));
}

Status ZipWriter::Begin(const std::string& name, uint64_t size, uint32_t crc) {
  std::string why = WhyNotAZipName(name);
  if (why.empty() && name.size() > 0xFFF0) why = "a name of " + std::to_string(name.size()) + " bytes";
  if (why.empty() && !names_.emplace(name, written_.size()).second) why = "the same name twice";
  if (!why.empty()) {
    return Invalid("a name that cannot be written")
        .With("file", file_.path().string())
        .With("place", "entry " + Quoted(name))
        .With("found", why);
  }
  const bool wide = size >= kIn64;
  const uint64_t header_offset = file_.position();
  std::string extra;
  if (wide) {
    AppendLittle(extra, kExtraZip64, 2);
    AppendLittle(extra, 16, 2);
    AppendLittle(extra, size, 8);
    AppendLittle(extra, size, 8);
  }
  const uint64_t start = header_offset + kLocalBytes + name.size() + extra.size() + 4;
  const uint64_t padding = (kAlignment - start % kAlignment) % kAlignment;
  AppendLittle(extra, kExtraPadding, 2);
  AppendLittle(extra, padding, 2);
  extra.append(padding, 'Z');

  std::string header;
  AppendLittle(header, kLocalSignature, 4);
  AppendLittle(header, wide ? kVersion45 : kVersion20, 2);
  AppendLittle(header, kFlagUtf8, 2);
  AppendLittle(header, kMethodStored, 2);
  AppendLittle(header, kDosTime, 2);
  AppendLittle(header, kDosDate, 2);
  AppendLittle(header, crc, 4);
  AppendLittle(header, Narrow(size), 4);
  AppendLittle(header, Narrow(size), 4);
  AppendLittle(header, name.size(), 2);
  AppendLittle(header, extra.size(), 2);
  CONFORMANCE_RETURN_IF_ERROR(file_.Write(header + name + extra));
  written_.push_back({name, header_offset, size, crc});
  return Ok();
}

Status ZipWriter::Add(const std::string& name, std::span<const std::byte> bytes) {
  const uLong start = ::crc32_z(0, nullptr, 0);
  const uLong crc =
      bytes.empty() ? start : ::crc32_z(start, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  CONFORMANCE_RETURN_IF_ERROR(Begin(name, bytes.size(), static_cast<uint32_t>(crc)));
  return file_.Write(bytes);
}

Status ZipWriter::AddRange(const std::string& name, const std::filesystem::path& source, uint64_t offset,
                           uint64_t size) {
  CONFORMANCE_TRY(const uint32_t crc, ChecksumOfRange(source, offset, size));
  CONFORMANCE_RETURN_IF_ERROR(Begin(name, size, crc));
  return file_.CopyRange(source, offset, size);
}

Status ZipWriter::Commit() {
  const uint64_t directory = file_.position();
  for (const Written& entry : written_) {
    std::string extra;
    if (entry.size >= kIn64 || entry.header_offset >= kIn64) {
      std::string values;
      if (entry.size >= kIn64) AppendLittle(values, entry.size, 8);
      if (entry.size >= kIn64) AppendLittle(values, entry.size, 8);
      if (entry.header_offset >= kIn64) AppendLittle(values, entry.header_offset, 8);
      AppendLittle(extra, kExtraZip64, 2);
      AppendLittle(extra, values.size(), 2);
      extra += values;
    }
    const uint64_t version = extra.empty() ? kVersion20 : kVersion45;
    std::string record;
    AppendLittle(record, kCentralSignature, 4);
    AppendLittle(record, version, 2);
    AppendLittle(record, version, 2);
    AppendLittle(record, kFlagUtf8, 2);
    AppendLittle(record, kMethodStored, 2);
    AppendLittle(record, kDosTime, 2);
    AppendLittle(record, kDosDate, 2);
    AppendLittle(record, entry.crc, 4);
    AppendLittle(record, Narrow(entry.size), 4);
    AppendLittle(record, Narrow(entry.size), 4);
    AppendLittle(record, entry.name.size(), 2);
    AppendLittle(record, extra.size(), 2);
    AppendLittle(record, 0, 2);  // comment
    AppendLittle(record, 0, 2);  // disk
    AppendLittle(record, 0, 2);  // internal attributes
    AppendLittle(record, 0, 4);  // external attributes
    AppendLittle(record, Narrow(entry.header_offset), 4);
    CONFORMANCE_RETURN_IF_ERROR(file_.Write(record + entry.name + extra));
  }
  const uint64_t size = file_.position() - directory;
  const uint64_t count = written_.size();
  std::string end;
  if (count >= kIn64Short || size >= kIn64 || directory >= kIn64) {
    const uint64_t end64 = file_.position();
    AppendLittle(end, kEnd64Signature, 4);
    AppendLittle(end, kEnd64Bytes - 12, 8);
    AppendLittle(end, kVersion45, 2);
    AppendLittle(end, kVersion45, 2);
    AppendLittle(end, 0, 4);
    AppendLittle(end, 0, 4);
    AppendLittle(end, count, 8);
    AppendLittle(end, count, 8);
    AppendLittle(end, size, 8);
    AppendLittle(end, directory, 8);
    AppendLittle(end, kLocator64Signature, 4);
    AppendLittle(end, 0, 4);
    AppendLittle(end, end64, 8);
    AppendLittle(end, 1, 4);
  }
  AppendLittle(end, kEndSignature, 4);
  AppendLittle(end, 0, 2);
  AppendLittle(end, 0, 2);
  AppendLittle(end, std::min<uint64_t>(count, kIn64Short), 2);
  AppendLittle(end, std::min<uint64_t>(count, kIn64Short), 2);
  AppendLittle(end, Narrow(size), 4);
  AppendLittle(end, Narrow(directory), 4);
  AppendLittle(end, 0, 2);
  CONFORMANCE_RETURN_IF_ERROR(file_.Write(end));
  return file_.Commit();
}

}  // namespace conformance::formats
