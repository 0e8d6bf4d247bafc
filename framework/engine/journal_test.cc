#include "framework/engine/journal.h"

#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace fs = std::filesystem;

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "journal_test.XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  static JournalHeader Header(int64_t seed = 1) {
    JournalHeader header;
    header.version = "0.1.0";
    header.started = "2026-08-01T00:00:00Z";
    header.plan.SetCells({"gpt2/static/onnx/onnxruntime/f32", "gpt2/dynamic/onnx/onnxruntime/f32", "gpt2/decode/onnx/onnxruntime/f32"});
    header.plan.config["seed"] = seed;
    header.planned = 3;
    return header;
  }
  static JournalHeader Part(int64_t shard, int64_t shards, const std::string& division = "d") {
    JournalHeader header = Header();
    header.plan.shard = shard;
    header.plan.shards = shards;
    header.plan.division = division;
    return header;
  }
  static record::CellRecord Cell(std::string variant, record::Outcome outcome = record::Outcome::kPass) {
    record::CellRecord cell;
    cell.id = {"gpt2", std::move(variant), "onnx", "onnxruntime", "f32"};
    cell.outcome = outcome;
    cell.facts = Json::MakeObject();
    return cell;
  }
  Result<std::unique_ptr<Journal>> Open(bool resume, const JournalHeader& header = Header()) {
    JournalSession session;
    session.command_line = "conformance run --run-dir a";
    session.versions["onnxruntime"] = "1.32.0";
    return Journal::Open(folder_, header, std::move(session), resume, contents_);
  }
  std::string Text() const {
    std::ifstream file(folder_ / kJournalFile);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void SetText(const std::string& text) { std::ofstream(folder_ / kJournalFile) << text; }
  std::vector<std::string> Variants() const {
    std::vector<std::string> names;
    for (const auto& cell : contents_.cells) names.push_back(cell.id.variant);
    return names;
  }
  /// A journal with a header and two verdicts.
  void WriteTwo() {
    const auto journal = Open(false);
    ASSERT_THAT(journal, IsOk());
    ASSERT_THAT((*journal)->Append(Cell("static"), 1.5), IsOk());
    ASSERT_THAT((*journal)->Append(Cell("dynamic", record::Outcome::kFail), 2.5), IsOk());
  }

  fs::path folder_;
  JournalContents contents_;
};

TEST_F(JournalTest, WhatWasAppendedIsThereAgain) {
  WriteTwo();
  const auto journal = Open(true);
  ASSERT_THAT(journal, IsOk());
  EXPECT_THAT(Variants(), ElementsAre("static", "dynamic"));
  EXPECT_EQ(contents_.cells[1].outcome, record::Outcome::kFail);
  EXPECT_EQ(contents_.seconds, 2.5);
  EXPECT_EQ(contents_.header.started, "2026-08-01T00:00:00Z");
  ASSERT_THAT((*journal)->Append(Cell("decode"), 4), IsOk());
  EXPECT_THAT(ParseJournal(Text(), "j")->cells, SizeIs(3));
}

TEST_F(JournalTest, ResumeStartsAfreshWhereThereIsNothing) {
  EXPECT_THAT(Open(true), IsOk());  // the folder is empty
  EXPECT_THAT(contents_.cells, IsEmpty());
  fs::remove_all(folder_);
  EXPECT_THAT(Open(true), IsOk());  // the folder is absent
  SetText("");
  EXPECT_THAT(Open(true), IsOk());
  SetText("0123456789abcdef {\"journal\":1,\"vers");  // killed while the header was written
  EXPECT_THAT(Open(false), IsOk());
  EXPECT_THAT(ParseJournal(Text(), "j")->header.plan.hash, Header().plan.hash);
}

TEST_F(JournalTest, AnEarlierRunIsNotOverwritten) {
  WriteTwo();
  EXPECT_THAT(Open(false), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("--resume"), HasSubstr("journal.jsonl"))));
  EXPECT_THAT(ParseJournal(Text(), "j")->cells, SizeIs(2));
}

TEST_F(JournalTest, AnotherPlanIsRefusedByName) {
  WriteTwo();
  EXPECT_THAT(Open(true, Header(2)), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("another plan"), HasSubstr("'seed' is 1 there, 2 here"))));
  JournalHeader other = Header();
  std::vector<std::string> ids = other.plan.cells;
  ids.push_back("gpt2/prefill/onnx/onnxruntime/f32");
  other.plan.SetCells(ids);
  EXPECT_THAT(Open(true, other), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("'cells' is 3 there, 4 here"),
                                                                    HasSubstr("'gpt2/prefill/onnx/onnxruntime/f32' is here alone"))));
  std::swap(ids[0], ids[1]);
  ids.pop_back();
  other.plan.SetCells(ids);
  EXPECT_THAT(Open(true, other), IsError(ErrorKind::kInvalid, HasSubstr("the order differs from 'gpt2/static/onnx/onnxruntime/f32' on")));
  other = Header();
  other.budget_seconds = 60;
  EXPECT_THAT(Open(true, other), IsError(ErrorKind::kInvalid, HasSubstr("'budget' is 0.0 there, 60.0 here")));
  other = Header();
  other.version = "0.2.0";
  EXPECT_THAT(Open(true, other), IsError(ErrorKind::kInvalid, HasSubstr("'version' is 0.1.0 there")));
  other = Header();
  other.plan.config["optimize"] = true;
  EXPECT_THAT(Open(true, other), IsError(ErrorKind::kInvalid, HasSubstr("'optimize' is absent there, true here")));
}

TEST_F(JournalTest, ATornTailIsDroppedWhereverItTears) {
  WriteTwo();
  const std::string whole = Text();
  const size_t first_end = whole.find('\n', whole.find('\n') + 1) + 1;  // header and session
  const size_t second_end = whole.find('\n', first_end) + 1;
  std::vector<size_t> sizes;
  for (const size_t end : {first_end, second_end, whole.size()}) {
    for (const size_t back : {0, 1, 2, 15, 16, 17, 18, 100}) {
      if (end - back >= first_end && end - back < whole.size()) sizes.push_back(end - back);
    }
  }
  for (const size_t size : sizes) {
    SetText(whole.substr(0, size));
    const auto journal = Open(true);
    ASSERT_THAT(journal, IsOk()) << size;
    EXPECT_THAT(contents_.cells, SizeIs(size < second_end ? 0 : 1)) << size;
    EXPECT_THAT(contents_.warnings, IsEmpty()) << size;
    ASSERT_THAT((*journal)->Append(Cell("decode"), 9), IsOk());
    const auto again = ParseJournal(Text(), "j");
    ASSERT_THAT(again, IsOk());
    EXPECT_THAT(again->cells, SizeIs(size < second_end ? 1 : 2)) << size;
    EXPECT_THAT(again->warnings, IsEmpty()) << size;
  }
}

TEST_F(JournalTest, ADamagedLineCostsItsCellAlone) {
  WriteTwo();
  std::string text = Text();
  text[text.find("static", text.find("\"cell\""))] = 'S';
  SetText(text);
  ASSERT_THAT(Open(true), IsOk());
  EXPECT_THAT(Variants(), ElementsAre("dynamic"));
  EXPECT_THAT(contents_.warnings, ElementsAre(HasSubstr("line 3 is damaged")));
}

TEST_F(JournalTest, VerdictsWithoutAHeaderAreRefused) {
  WriteTwo();
  std::string text = Text();
  text[0] = text[0] == '0' ? '1' : '0';
  SetText(text);
  EXPECT_THAT(Open(true), IsError(ErrorKind::kCorrupt, HasSubstr("without a whole header")));
  Json header = Header().ToJson();
  header["journal"] = 3;
  SetText(JournalLine(header));
  EXPECT_THAT(Open(true), IsError(ErrorKind::kUnsupported, HasSubstr("format 3")));
}

TEST_F(JournalTest, ACellThatStandsTwiceCountsOnce) {
  const auto journal = Open(false);
  ASSERT_THAT((*journal)->Append(Cell("static", record::Outcome::kCrash), 1), IsOk());
  ASSERT_THAT((*journal)->Append(Cell("static"), 2), IsOk());
  const auto contents = ParseJournal(Text(), "j");
  ASSERT_THAT(contents->cells, SizeIs(1));
  EXPECT_EQ(contents->cells[0].outcome, record::Outcome::kPass);
}

TEST_F(JournalTest, OneRunAtATimeAndTheOtherIsNamed) {
  const auto journal = Open(false, Part(1, 4));
  ASSERT_THAT(journal, IsOk());
  EXPECT_THAT(Open(true, Part(1, 4)),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("another run is at work on shard 2/4"), HasSubstr(folder_.string()),
                                                 HasSubstr("process: " + std::to_string(::getpid()) + " on "),
                                                 HasSubstr("started as: conformance run --run-dir a"))));
}

TEST_F(JournalTest, OtherShardsShareTheFolder) {
  const auto second = Open(false, Part(1, 4)), third = Open(false, Part(2, 4));
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(third, IsOk());
  std::vector<std::string> names;
  const auto files = JournalsIn(folder_);
  ASSERT_THAT(files, IsOk());
  for (const auto& file : *files) names.push_back(file.filename());
  EXPECT_THAT(names, ElementsAre("journal-2-of-4.jsonl", "journal-3-of-4.jsonl"));
}

TEST_F(JournalTest, AnotherSweepDoesNotShareTheFolder) {
  ASSERT_THAT(Open(false, Part(1, 4)), IsOk());
  JournalHeader other = Part(0, 4);
  other.plan.config["seed"] = 2;
  EXPECT_THAT(Open(false, other), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("of another sweep: 'seed' is 1 there, 2 here"),
                                                                     HasSubstr("journal-2-of-4.jsonl"))));
  EXPECT_THAT(Open(false, Part(0, 3)), IsError(ErrorKind::kInvalid, HasSubstr("'shards' is 4 there, 3 here")));
  EXPECT_THAT(Open(false), IsError(ErrorKind::kInvalid, HasSubstr("'shards' is 4 there, 1 here")));
  EXPECT_THAT(Open(false, Part(0, 4, "e")), IsError(ErrorKind::kInvalid, HasSubstr("divided otherwise")));
  EXPECT_THAT(Open(false, Part(0, 4)), IsOk());
}

TEST_F(JournalTest, EachSessionSaysWhoItIs) {
  WriteTwo();
  ASSERT_THAT(Open(true), IsOk());
  EXPECT_EQ(contents_.session.pid, ::getpid());
  EXPECT_EQ(contents_.session.versions.at("onnxruntime"), "1.32.0");
  EXPECT_EQ(ParseJournal(Text(), "j")->session.command_line, "conformance run --run-dir a");
}

TEST_F(JournalTest, SurvivesKillAndItsLockDoesNotBlock) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto journal = Open(false);
    if (!journal.ok() || !(*journal)->Append(Cell("static"), 1).ok()) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_THAT(Open(true), IsOk());
  EXPECT_THAT(Variants(), ElementsAre("static"));
}

TEST_F(JournalTest, AFullDiskLeavesWholeLines) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto journal = Open(false);
    if (!journal.ok() || !(*journal)->Append(Cell("static"), 1).ok()) ::_exit(1);
    const rlimit limit{Text().size() + 100, Text().size() + 100};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Status status = (*journal)->Append(Cell("dynamic"), 2);
    ::_exit(!status.ok() && status.error().kind() == ErrorKind::kIo ? 0 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(Text().back(), '\n');
  ASSERT_THAT(Open(true), IsOk());
  EXPECT_THAT(Variants(), ElementsAre("static"));
}

TEST_F(JournalTest, AFullDiskThatHasRoomAgainGoesOn) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto journal = Open(false);
    if (!journal.ok() || !(*journal)->Append(Cell("static"), 1).ok()) ::_exit(1);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit tight{Text().size() + 100, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    if ((*journal)->Append(Cell("dynamic"), 2).ok()) ::_exit(2);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit((*journal)->Append(Cell("decode"), 3).ok() ? 0 : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_EQ(WEXITSTATUS(status), 0);
  ASSERT_THAT(Open(true), IsOk());
  EXPECT_THAT(Variants(), ElementsAre("static", "decode"));
  EXPECT_THAT(contents_.warnings, IsEmpty());
}

TEST_F(JournalTest, AFolderThatCannotBeWrittenIsAnError) {
  std::ofstream(folder_ / "file") << "x";
  JournalContents contents;
  EXPECT_THAT(Journal::Open(folder_ / "file" / "run", Header(), {}, false, contents),
              IsError(ErrorKind::kIo, HasSubstr("run's folder")));
}

TEST_F(JournalTest, AReadOnlyFolderIsAnError) {
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const pid_t child = ::fork();
  if (child == 0) {
    // The superuser is refused nothing.
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(1);
    const auto journal = Open(false);
    const bool right = !journal.ok() && journal.error().kind() == ErrorKind::kIo &&
                       journal.error().ToString().find((folder_ / kJournalFile).string()) != std::string::npos;
    ::_exit(right ? 0 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  fs::permissions(folder_, fs::perms::owner_all);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace conformance::engine
