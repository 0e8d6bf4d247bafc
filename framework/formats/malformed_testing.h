#pragma once

// For the tests of malformed files: a table of what each one must lead to, and the memory that reading it may take. It replaces the
// program's operator new, so include it in one file of a program.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>
#include <set>
#include <string>
#include <vector>

#include "framework/base/result.h"

namespace conformance::formats {

/// Bytes that this program allocated since the start of the last measurement.
inline std::atomic<size_t> allocated_bytes{0};

struct MalformedCase {
  const char* file;
  ErrorKind kind;
  const char* place;  // these are parts of the facts' texts
  const char* found;
  const char* wanted;
};

/// Reads one file whole and gives the error. A file that opens is read to its last tensor or entry.
using ReadFile = std::function<Status(const std::filesystem::path&)>;

/// Every file of fixtures/malformed/`folder` is in the table or in `good`, leads to its error with all facts, and takes memory in
/// proportion to its own size only: protobuf and our structs blow a byte up to some hundreds, no file to gigabytes.
/// The table leaves out `extension` (".zip"); "" for folders.
inline void ExpectMalformed(const std::string& folder, const std::string& extension, const ReadFile& read,
                            const std::vector<MalformedCase>& cases, const std::set<std::string>& good = {}) {
  using ::testing::HasSubstr;
  const std::filesystem::path root = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "malformed" / folder;
  std::set<std::string> listed = good;
  for (const std::string& file : good) {
    const Status status = read(root / (file + extension));
    EXPECT_TRUE(status.ok()) << file << ": " << (status.ok() ? "" : status.error().ToString());
  }
  for (const MalformedCase& c : cases) {
    SCOPED_TRACE(c.file);
    EXPECT_TRUE(listed.insert(c.file).second) << "listed twice";
    const std::filesystem::path path = root / (c.file + extension);
    const size_t size = std::filesystem::is_regular_file(path) ? std::filesystem::file_size(path) : 0;
    allocated_bytes = 0;
    const Status status = read(path);
    const size_t taken = allocated_bytes;
    EXPECT_LE(taken, (size_t{1} << 17) + 2000 * size);
    ASSERT_FALSE(status.ok()) << "it was read";
    const Error& error = status.error();
    EXPECT_EQ(ToString(error.kind()), ToString(c.kind));
    EXPECT_THAT(std::string(error.Fact("file")), HasSubstr(c.file));
    EXPECT_THAT(std::string(error.Fact("place")), HasSubstr(c.place));
    EXPECT_THAT(std::string(error.Fact("found")), HasSubstr(c.found));
    EXPECT_THAT(std::string(error.Fact("wanted")), HasSubstr(c.wanted));
    for (const char* fact : {"file", "place", "found", "wanted"}) EXPECT_NE(error.Fact(fact), "") << fact;
    for (const auto& [name, value] : error.facts()) EXPECT_THAT(error.ToString(), HasSubstr(value)) << name;
  }
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    EXPECT_TRUE(listed.contains(entry.path().stem().string())) << entry.path() << " is in no table";
  }
}

}  // namespace conformance::formats

// The other forms call these, except where a sanitizer has its own.
[[gnu::noinline]] void* operator new(size_t size) {
  conformance::formats::allocated_bytes += size;
  if (void* memory = std::malloc(std::max<size_t>(size, 1))) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(size_t size, const std::nothrow_t&) noexcept {
  conformance::formats::allocated_bytes += size;
  return std::malloc(std::max<size_t>(size, 1));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
