#include "framework/formats/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/formats/output_file.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Names(const ZipFile& zip) {
  std::vector<std::string> names;
  for (const ZipEntry& entry : zip.entries()) names.push_back(entry.name);
  return names;
}

std::string TextOf(const ZipFile& zip, const std::string& name) {
  const ZipEntry* entry = zip.Find(name);
  if (entry == nullptr) return "no such entry";
  const auto bytes = zip.Read(*entry);
  return bytes.ok() ? std::string((*bytes)->text()) : bytes.error().ToString();
}

std::filesystem::path Fixture(const std::string& name) {
  return std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "formats/zip" / name;
}

TEST(ZipFile, ReadsStoredAndDeflatedEntriesOfPythonsWriter) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += (i == 0 ? "" : " ") + std::to_string(i * i);
  for (const bool stored : {true, false}) {
    const ZipFile zip = *ZipFile::Open(Fixture(stored ? "stored.zip" : "deflated.zip"));
    EXPECT_THAT(Names(zip), ElementsAre("a.txt", "dir/b.txt", "empty", "h\xC3\xA9"))
        << "folders are left out";
    EXPECT_EQ(TextOf(zip, "a.txt"), "hello");
    EXPECT_EQ(TextOf(zip, "dir/b.txt"), text);
    EXPECT_EQ(TextOf(zip, "empty"), "");
    EXPECT_EQ(TextOf(zip, "h\xC3\xA9"), "utf-8");
    EXPECT_EQ(zip.Find("dir/b.txt")->stored, stored);
    EXPECT_EQ(zip.Find("b.txt"), nullptr);
  }
}

TEST(ZipFile, ReadsEntriesWhoseSizesFollowThem) {
  const ZipFile zip = *ZipFile::Open(Fixture("streamed.zip"));
  EXPECT_EQ(TextOf(zip, "a.txt"), "hello");
  EXPECT_EQ(TextOf(zip, "wide.txt"), "zip64");
}

TEST(ZipFile, StoredEntriesAreViewsOfTheMapping) {
  const ZipFile zip = *ZipFile::Open(Fixture("stored.zip"));
  const ZipEntry& entry = *zip.Find("a.txt");
  const auto bytes = *zip.Read(entry);
  EXPECT_EQ(bytes->bytes().data(), zip.file()->bytes().data() + entry.offset);
  EXPECT_EQ(bytes->path().string(), Fixture("stored.zip").string() + ":a.txt");
}

TEST(ZipFile, HasLimits) {
  const auto path = Fixture("deflated.zip");  // 11,000 bytes of digits in it pack to a third
  EXPECT_THAT(ZipFile::Open(path, {.max_entries = 4}).status(),
              IsError(ErrorKind::kInvalid, HasSubstr("at most 4")));
  EXPECT_THAT(ZipFile::Open(path, {.max_inflated_bytes = 5000}).status(),
              IsError(ErrorKind::kInvalid, HasSubstr("at most 5000")));
  EXPECT_THAT(ZipFile::Open(path, {.max_ratio = 2}).status(),
              IsError(ErrorKind::kInvalid, HasSubstr("2 times")));
}

TEST(ZipWriter, WritesWhatTheFormatAsksFor) {
  const TempFolder folder;
  ZipWriter writer = *ZipWriter::Create(folder.path() / "x.zip");
  ASSERT_THAT(writer.Add("p/a", "hello"), IsOk());
  ASSERT_THAT(writer.Commit(), IsOk());
  using std::string_literals::operator""s;
  // APPNOTE 6.3.10: 4.3.7, 4.3.12 and 4.3.16; the checksum of "hello" is 0x3610A686.
  const std::string local =
      "PK\3\4\x14\0\0\x08\0\0\0\0\x21\0\x86\xA6\x10\x36\x05\0\0\0\x05\0\0\0\x03\0\x1F\0p/aFB\x1B\0"s +
      std::string(27, 'Z');
  const std::string central =
      "PK\1\2\x14\0\x14\0\0\x08\0\0\0\0\x21\0\x86\xA6\x10\x36\x05\0\0\0\x05\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0p/a"s;
  const std::string end = "PK\5\6\0\0\0\0\1\0\1\0\x31\0\0\0\x45\0\0\0\0\0"s;
  ASSERT_EQ(local.size(), 64U) << "so that the bytes start there";
  EXPECT_EQ(*ReadFileText(folder.path() / "x.zip"), local + "hello" + central + end);
}

TEST(ZipWriter, AddsRangesOfOtherFiles) {
  const TempFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder.path() / "source", "0123456789"), IsOk());
  ZipWriter writer = *ZipWriter::Create(folder.path() / "x.zip");
  ASSERT_THAT(writer.AddRange("p/range", folder.path() / "source", 2, 5), IsOk());
  ASSERT_THAT(writer.Add("p/empty", ""), IsOk());
  ASSERT_THAT(writer.Add("p/h\xC3\xA9", "utf-8"), IsOk());
  ASSERT_THAT(writer.Commit(), IsOk());
  const ZipFile zip = *ZipFile::Open(folder.path() / "x.zip");
  EXPECT_EQ(TextOf(zip, "p/range"), "23456");
  EXPECT_EQ(TextOf(zip, "p/empty"), "");
  EXPECT_EQ(TextOf(zip, "p/h\xC3\xA9"), "utf-8");
}

TEST(ZipWriter, AlignsEveryEntryAndRepeatsItself) {
  const TempFolder folder;
  for (const char* name : {"one", "two"}) {
    ZipWriter writer = *ZipWriter::Create(folder.path() / name);
    for (size_t i = 0; i < 70; ++i) {
      ASSERT_THAT(writer.Add("entry" + std::to_string(i), std::string(i * 3, 'x')), IsOk());
    }
    ASSERT_THAT(writer.Commit(), IsOk());
  }
  const ZipFile zip = *ZipFile::Open(folder.path() / "one");
  ASSERT_EQ(zip.entries().size(), 70U);
  for (const ZipEntry& entry : zip.entries()) EXPECT_EQ(entry.offset % 64, 0U) << entry.name;
  EXPECT_EQ(*ReadFileText(folder.path() / "one"), *ReadFileText(folder.path() / "two"));
}

TEST(ZipWriter, MoreEntriesThanTheShortRecordCounts) {
  const TempFolder folder;
  const auto path = folder.path() / "many.zip";
  ZipWriter writer = *ZipWriter::Create(path);
  for (int i = 0; i < 66000; ++i) ASSERT_THAT(writer.Add(std::to_string(i), ""), IsOk());
  ASSERT_THAT(writer.Commit(), IsOk());
  EXPECT_EQ(ZipFile::Open(path)->entries().size(), 66000U);
}

TEST(ZipWriter, RefusesNamesThatAReaderWouldRefuse) {
  const TempFolder folder;
  ZipWriter writer = *ZipWriter::Create(folder.path() / "x.zip");
  ASSERT_THAT(writer.Add("a", "1"), IsOk());
  EXPECT_THAT(writer.Add("a", "2"), IsError(ErrorKind::kInvalid, HasSubstr("the same name twice")));
  EXPECT_THAT(writer.Add("../a", "2"), IsError(ErrorKind::kInvalid, HasSubstr("\"..\"")));
  EXPECT_THAT(writer.Add("", "2"), IsError(ErrorKind::kInvalid));
  EXPECT_THAT(writer.AddRange("b", folder.path() / "absent", 0, 1), IsError(ErrorKind::kNotFound));
}

TEST(WhyNotAZipName, NamesTheReason) {
  for (const char* good : {"a", "a/b", "a/", ".data/version", "a..b", "\xC3\xA9"})
    EXPECT_EQ(WhyNotAZipName(good), "") << good;
  EXPECT_THAT(WhyNotAZipName(".."), HasSubstr("\"..\""));
  EXPECT_THAT(WhyNotAZipName("a//b"), HasSubstr("\"\""));
  EXPECT_THAT(WhyNotAZipName("a/./b"), HasSubstr("\".\""));
  EXPECT_THAT(WhyNotAZipName("/a"), HasSubstr("absolute"));
  EXPECT_THAT(WhyNotAZipName("C:/a"), HasSubstr("\":\""));
}

}  // namespace
}  // namespace conformance::formats
