#include "framework/formats/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <numeric>
#include <thread>

#include "framework/formats/output_file.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> NamesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

TEST(MappedFile, ShowsTheBytesOfAFile) {
  const TempFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder.path() / "a", "hello"), IsOk());
  const auto file = MappedFile::Open(folder.path() / "a");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ((*file)->text(), "hello");
  EXPECT_EQ((*file)->path(), folder.path() / "a");
  const auto part = MappedFile::Part(*file, "part", 1, 3);
  EXPECT_EQ(part->text(), "ell");
  EXPECT_EQ(part->path(), "part");
}

TEST(MappedFile, StaysReadableWhenItsFileIsReplaced) {
  const TempFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder.path() / "a", "old"), IsOk());
  const auto file = *MappedFile::Open(folder.path() / "a");
  ASSERT_THAT(WriteFileAtomic(folder.path() / "a", "new"), IsOk());
  EXPECT_EQ(file->text(), "old");
  EXPECT_EQ(*ReadFileText(folder.path() / "a"), "new");
}

TEST(MappedFile, AnEmptyFileHasNoBytes) {
  const TempFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder.path() / "empty", ""), IsOk());
  EXPECT_EQ((*MappedFile::Open(folder.path() / "empty"))->size(), 0U);
  EXPECT_EQ(MappedFile::FromBytes("none", "")->size(), 0U);
}

TEST(MappedFile, RefusesWhatIsNoRegularFile) {
  const TempFolder folder;
  EXPECT_THAT(MappedFile::Open(folder.path() / "absent").status(),
              IsError(ErrorKind::kNotFound, HasSubstr("absent")));
  EXPECT_THAT(MappedFile::Open(folder.path()).status(), IsError(ErrorKind::kInvalid, HasSubstr("a folder")));
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  // Nobody writes into the pipe: a plain open would wait for ever.
  EXPECT_THAT(MappedFile::Open(folder.path() / "pipe").status(),
              IsError(ErrorKind::kInvalid, HasSubstr("a pipe")));
  EXPECT_THAT(ReadFileText(folder.path() / "pipe").status(), IsError(ErrorKind::kInvalid));
}

TEST(ReadFileText, HasALimit) {
  const TempFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder.path() / "a", "12345"), IsOk());
  EXPECT_EQ(*ReadFileText(folder.path() / "a", 5), "12345");
  EXPECT_THAT(ReadFileText(folder.path() / "a", 4).status(),
              IsError(ErrorKind::kInvalid, HasSubstr("at most 4")));
}

TEST(TensorOver, ViewsAlignedBytesAndCopiesOthers) {
  const std::string bytes("\0\0\x80\x3F\0\0\0\x40\0", 9);  // 1.0f, 2.0f, and a byte more
  const auto file = MappedFile::FromBytes("x", bytes);
  const Tensor view = *TensorOver(file, 0, 8, DType::kF32, {2});
  EXPECT_THAT(view.ToDoubles(), ElementsAre(1, 2));
  EXPECT_EQ(view.raw(), file->bytes().data());
  EXPECT_FALSE(view.storage()->writable);
  const auto shifted = MappedFile::FromBytes("x", "?" + bytes);
  const Tensor copy = *TensorOver(shifted, 1, 8, DType::kF32, {2});
  EXPECT_THAT(copy.ToDoubles(), ElementsAre(1, 2));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(copy.raw()) % 4, 0U);
}

TEST(TensorOver, KeepsTheFileAlive) {
  auto file = MappedFile::FromBytes("x", std::string("\1\0\0\0", 4));
  const Tensor view = *TensorOver(file, 0, 4, DType::kI32, {1});
  file.reset();
  EXPECT_EQ(view.IntAt(0), 1);
}

TEST(OutputFile, LeavesNothingBehindWithoutCommit) {
  const TempFolder folder;
  {
    auto file = *OutputFile::Create(folder.path() / "a");
    ASSERT_THAT(file.Write("half a file"), IsOk());
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "a"));
  }
  EXPECT_THAT(NamesIn(folder.path()), IsEmpty());
}

TEST(OutputFile, GathersSmallWritesAndPassesLargeOnes) {
  const TempFolder folder;
  std::string wanted;
  auto file = *OutputFile::Create(folder.path() / "a");
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<size_t>(i * 7), static_cast<char>('a' + i % 26));
    ASSERT_THAT(file.Write(piece), IsOk());
    wanted += piece;
    EXPECT_EQ(file.position(), wanted.size());
  }
  const std::string large(200000, 'L');
  ASSERT_THAT(file.Write(large), IsOk());
  ASSERT_THAT(file.Write("end"), IsOk());
  ASSERT_THAT(file.Commit(true), IsOk());
  EXPECT_EQ(*ReadFileText(folder.path() / "a"), wanted + large + "end");
  EXPECT_THAT(NamesIn(folder.path()), ElementsAre("a"));
}

TEST(OutputFile, PadsWithZeros) {
  const TempFolder folder;
  auto file = *OutputFile::Create(folder.path() / "a");
  ASSERT_THAT(file.PadTo(64), IsOk());
  EXPECT_EQ(file.position(), 0U);
  ASSERT_THAT(file.Write("x"), IsOk());
  ASSERT_THAT(file.PadTo(4096), IsOk());
  EXPECT_EQ(file.position(), 4096U);
  ASSERT_THAT(file.Commit(), IsOk());
  EXPECT_EQ(*ReadFileText(folder.path() / "a"), "x" + std::string(4095, '\0'));
}

TEST(OutputFile, CopiesRangesOfOtherFilesBetweenWrites) {
  const TempFolder folder;
  std::string source(3000000, '\0');
  for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<char>(i * 31 >> 3);
  ASSERT_THAT(WriteFileAtomic(folder.path() / "one", source), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder.path() / "two", "0123456789"), IsOk());
  auto file = *OutputFile::Create(folder.path() / "out");
  ASSERT_THAT(file.Write("<"), IsOk());
  ASSERT_THAT(file.CopyRange(folder.path() / "one", 1000, 2500000), IsOk());
  ASSERT_THAT(file.Write("|"), IsOk());
  ASSERT_THAT(file.CopyRange(folder.path() / "two", 3, 4), IsOk());
  ASSERT_THAT(file.CopyRange(folder.path() / "one", 0, 5), IsOk());
  ASSERT_THAT(file.Write(">"), IsOk());
  EXPECT_EQ(file.position(), 1U + 2500000 + 1 + 4 + 5 + 1);
  ASSERT_THAT(file.Commit(), IsOk());
  EXPECT_EQ(*ReadFileText(folder.path() / "out"),
            "<" + source.substr(1000, 2500000) + "|3456" + source.substr(0, 5) + ">");
}

TEST(OutputFile, CopiesFromWhereTheSystemCannot) {
  // copy_file_range refuses files of /proc; the buffer takes over.
  const TempFolder folder;
  auto file = *OutputFile::Create(folder.path() / "out");
  ASSERT_THAT(file.CopyRange("/proc/self/cmdline", 0, 4), IsOk());
  ASSERT_THAT(file.Commit(), IsOk());
  EXPECT_EQ(ReadFileText(folder.path() / "out")->size(), 4U);
}

TEST(OutputFile, ASourceThatIsTooShortIsAnErrorThatStays) {
  const TempFolder folder;
  ASSERT_THAT(WriteFileAtomic(folder.path() / "short", "12345"), IsOk());
  auto file = *OutputFile::Create(folder.path() / "out");
  EXPECT_THAT(file.CopyRange(folder.path() / "short", 3, 4),
              IsError(ErrorKind::kCorrupt, HasSubstr("2 more bytes")));
  EXPECT_THAT(file.Write("x"), IsError(ErrorKind::kCorrupt));
  EXPECT_THAT(file.Commit(), IsError(ErrorKind::kCorrupt));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

TEST(OutputFile, AMissingFolderIsAnError) {
  const TempFolder folder;
  EXPECT_THAT(OutputFile::Create(folder.path() / "no" / "a").status(),
              IsError(ErrorKind::kNotFound, HasSubstr("no/a")));
}

TEST(WriteFileAtomic, ReadersNeverSeeAPart) {
  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  ASSERT_THAT(WriteFileAtomic(path, std::string(50000, '0')), IsOk());
  std::vector<std::thread> writers;
  for (const char letter : {'1', '2'}) {
    writers.emplace_back([&path, letter] {
      for (int i = 0; i < 50; ++i) EXPECT_THAT(WriteFileAtomic(path, std::string(50000, letter)), IsOk());
    });
  }
  for (int i = 0; i < 100; ++i) {
    const std::string text = *ReadFileText(path);
    ASSERT_EQ(text, std::string(50000, text[0]));
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_THAT(NamesIn(folder.path()), ElementsAre("a"));
}

TEST(Quoted, IsFitForAMessage) {
  EXPECT_EQ(Quoted("plain"), "\"plain\"");
  EXPECT_EQ(Quoted(std::string("\0\n\x1B[31m\xFF", 8)), "\"\\x00\\x0a\\x1b[31m\\xff\"");
  EXPECT_EQ(Quoted("0123456789", 4), "\"0123…\"");
}

}  // namespace
}  // namespace conformance::formats
