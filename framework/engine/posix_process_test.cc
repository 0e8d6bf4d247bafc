#include "framework/engine/posix_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "framework/base/strings.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::chrono::steady_clock::time_point In(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

class PosixProcess : public ::testing::Test {
 protected:
  std::unique_ptr<ports::Process> Shell(std::string script, ports::LaunchRequest request = {}) {
    request.argv = {"sh", "-c", std::move(script)};
    auto process = launcher_->Launch(request);
    EXPECT_THAT(process, IsOk());
    return std::move(process).value();
  }
  static Status Say(ports::Process& process, std::string_view text, std::chrono::milliseconds time = 5s) {
    return process.Write(std::as_bytes(std::span(text)), In(time));
  }
  static Result<std::string> Hear(ports::Process& process, size_t size, std::chrono::milliseconds time = 5s) {
    std::string text(size, '\0');
    CONFORMANCE_RETURN_IF_ERROR(process.Read(std::as_writable_bytes(std::span(text)), In(time)));
    return text;
  }
  /// A line with a number; 0 where that is not what comes.
  static int64_t Number(ports::Process& process) {
    std::string line;
    while (line.empty() || line.back() != '\n') {
      const auto letter = Hear(process, 1);
      if (!letter.ok()) return 0;
      line += *letter;
    }
    return ParseInt(Trim(line)).value_or(0);
  }
  /// True once no process of that number is left (not even one that nobody has waited for).
  static bool Gone(int64_t pid, std::chrono::milliseconds time = 5s) {
    for (const auto deadline = In(time); std::chrono::steady_clock::now() < deadline;
         std::this_thread::sleep_for(5ms)) {
      if (::kill(static_cast<pid_t>(pid), 0) != 0) return true;
      std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
      std::string text((std::istreambuf_iterator<char>(stat)), {});
      if (text.find(") Z ") != std::string::npos) return true;
    }
    return false;
  }
  std::shared_ptr<ports::ProcessLauncher> launcher_ = MakePosixLauncher();
};

TEST_F(PosixProcess, TalksBothWays) {
  const auto process = Shell("read line; echo got:$line; exit 3");
  EXPECT_THAT(Say(*process, "hello\n"), IsOk());
  EXPECT_THAT(Hear(*process, 10), conformance::testing::IsOkAnd(std::string("got:hello\n")));
  const auto end = process->Wait(In(5s));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->exit_code, 3);
  EXPECT_EQ(end->signal, std::nullopt);
}

TEST_F(PosixProcess, LargeTransfersThatFillPipes) {
  const auto process = Shell("cat");
  const std::string text(300'000, 'x');
  std::thread writer([&] { EXPECT_THAT(Say(*process, text), IsOk()); });
  const auto echo = Hear(*process, text.size());
  writer.join();
  ASSERT_THAT(echo, IsOk());
  EXPECT_EQ(*echo, text);
}

TEST_F(PosixProcess, AnEndIsACrashAndNoSignalHere) {
  const auto process = Shell("exit 0");
  EXPECT_THAT(Hear(*process, 1), IsError(ErrorKind::kCrash, HasSubstr("standard output")));
  ASSERT_TRUE(process->Wait(In(5s)).has_value());
  EXPECT_THAT(Say(*process, std::string(200'000, 'x')),
              IsError(ErrorKind::kCrash, HasSubstr("standard input")));
}

TEST_F(PosixProcess, ASignalIsTold) {
  const auto process = Shell("kill -SEGV $$");
  const auto end = process->Wait(In(5s));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->signal, SIGSEGV);
  EXPECT_EQ(end->ToString(), "signal 11 (SIGSEGV)");
}

TEST_F(PosixProcess, DeadlinesHold) {
  const auto process = Shell("sleep 60");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(Hear(*process, 1, 50ms), IsError(ErrorKind::kTimeout));
  EXPECT_THAT(Say(*process, std::string(1'000'000, 'x'), 50ms), IsError(ErrorKind::kTimeout));
  EXPECT_EQ(process->Wait(In(50ms)), std::nullopt);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  process->Kill();
  const auto end = process->Wait(In(5s));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->signal, SIGKILL);
}

TEST_F(PosixProcess, KeepsTheLastOfStandardError) {
  // More than a pipe holds: it must be read along, or the child would hang.
  const auto process = Shell("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; echo done");
  EXPECT_THAT(Hear(*process, 5, 30s), IsOk());
  const std::string tail = process->StandardErrorTail();
  EXPECT_LE(tail.size(), 8192u);
  EXPECT_THAT(tail, EndsWith("line 19999\n"));
}

TEST_F(PosixProcess, DestroyingKillsTheWholeGroup) {
  auto process = Shell("sleep 60 & echo $!; wait");
  const int64_t grandchild = Number(*process), child = process->pid();
  ASSERT_GT(grandchild, 0);
  process.reset();
  EXPECT_TRUE(Gone(child));
  EXPECT_TRUE(Gone(grandchild));
}

TEST_F(PosixProcess, RequestsEnvironmentFolderAndLimit) {
  ports::LaunchRequest request;
  request.environment["CONFORMANCE_TEST_VALUE"] = "a b";
  request.working_directory = "/";
  request.address_space_bytes = uint64_t{1} << 30;
  const auto process = Shell("echo $CONFORMANCE_TEST_VALUE; pwd; ulimit -v", request);
  EXPECT_THAT(Hear(*process, 14), conformance::testing::IsOkAnd(std::string("a b\n/\n1048576\n")));
}

TEST_F(PosixProcess, OtherDescriptorsAreClosed) {
  const int secret = ::dup(0);      // inheritable
  const auto first = Shell("cat");  // its pipes must not be seen by the second
  const auto second = Shell("ls /proc/self/fd | wc -l");
  const auto count = Hear(*second, 2);
  ASSERT_THAT(count, IsOk());
  EXPECT_EQ(*count, "4\n");  // 0, 1, 2 and the folder that ls reads
  ::close(secret);
}

TEST_F(PosixProcess, WhatCannotRunIsUnavailable) {
  EXPECT_THAT(launcher_->Launch({.argv = {"/nonexistent/worker"},
                                 .environment = {},
                                 .working_directory = {},
                                 .address_space_bytes = {},
                                 .resident_bytes = {}}),
              IsError(ErrorKind::kUnavailable, HasSubstr("/nonexistent/worker")));
  EXPECT_THAT(launcher_->Launch({}), IsError(ErrorKind::kInvalid));
}

TEST_F(PosixProcess, WhatAChildStartedGoesWithItEvenInASessionOfItsOwn) {
  auto process = Shell("setsid sleep 60 & echo $!; sleep 0.1");
  const int64_t escaped = Number(*process);
  ASSERT_GT(escaped, 0);
  EXPECT_TRUE(process->Wait(In(5s)).has_value());
  EXPECT_TRUE(Gone(escaped));
}

/// A process whose child has children: one in the child's group, one that left it. Their numbers come on a pipe.
class ARunner {
 public:
  ARunner() {
    if (::pipe(pipe_) != 0) return;
    pid_ = ::fork();
    if (pid_ != 0) return;
    const auto launcher = MakePosixLauncher();
    ports::LaunchRequest request;
    request.argv = {"sh", "-c", "sleep 60 & a=$!; setsid sleep 60 & echo $$ $a $!; wait"};
    auto process = launcher->Launch(request);
    std::byte letter{};
    while (process.ok() && letter != std::byte{'\n'}) {
      if (!(*process)->Read({&letter, 1}, In(5s)).ok() || ::write(pipe_[1], &letter, 1) != 1) ::_exit(1);
    }
    ::pause();
    ::_exit(0);
  }
  ~ARunner() {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  std::vector<int64_t> Numbers() {
    std::string line;
    for (char letter = 0; letter != '\n' && ::read(pipe_[0], &letter, 1) == 1;) line += letter;
    std::vector<int64_t> numbers;
    for (const std::string& word : Split(Trim(line), ' ')) numbers.push_back(ParseInt(word).value_or(0));
    return numbers;
  }
  void End(int signal) {
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  int pipe_[2] = {-1, -1};
  pid_t pid_ = -1;
};

TEST_F(PosixProcess, NothingOutlivesTheRunnerHoweverItEnds) {
  for (const int signal : {SIGKILL, SIGABRT, SIGSEGV, SIGTERM}) {
    ARunner runner;
    const std::vector<int64_t> numbers = runner.Numbers();
    ASSERT_EQ(numbers.size(), 3u);
    for (const int64_t pid : numbers) EXPECT_EQ(::kill(static_cast<pid_t>(pid), 0), 0);
    runner.End(signal);
    for (const int64_t pid : numbers) EXPECT_TRUE(Gone(pid)) << "after signal " << signal;
  }
}

TEST_F(PosixProcess, AKeeperThatIsKilledTakesItsChildrenAlongAndIsReplaced) {
  const auto process = Shell("echo $PPID; sleep 60 & echo $!; wait");
  const int64_t keeper = Number(*process), grandchild = Number(*process);
  ::kill(static_cast<pid_t>(keeper), SIGKILL);
  const auto end = process->Wait(In(5s));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->ToString(), "unknown end");
  EXPECT_TRUE(Gone(process->pid()));
  EXPECT_TRUE(Gone(grandchild));
  EXPECT_GT(Number(*Shell("echo $PPID; sleep 60")), 0);
}

TEST_F(PosixProcess, MemoryIsCountedOverTheWholeGroup) {
  ports::LaunchRequest request;
  request.resident_bytes = uint64_t{64} << 20;
  // The shell stays small; what it starts keeps a line without an end.
  const auto process =
      Shell("{ head -c 150000000 /dev/zero; sleep 60; } | tail > /dev/null; echo survived", request);
  EXPECT_THAT(Hear(*process, 1, 30s), IsError(ErrorKind::kCrash));
  const auto end = process->Wait(In(5s));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->signal, SIGKILL);
  ASSERT_TRUE(end->resident_bytes.has_value());
  EXPECT_GT(*end->resident_bytes, *request.resident_bytes);
}

TEST_F(PosixProcess, AFloodOfStandardErrorNeitherHangsNorGrows) {
  auto process = Shell("yes >&2");
  EXPECT_THAT(Hear(*process, 1, 200ms), IsError(ErrorKind::kTimeout));
  EXPECT_LE(process->StandardErrorTail().size(), 8192u);
  process->BoundStandardError(1000);
  EXPECT_THAT(Hear(*process, 1), IsError(ErrorKind::kInvalid, HasSubstr("standard error")));
}

TEST_F(PosixProcess, ItsInputCanBeClosedAndItsOutputSeen) {
  const auto process = Shell("cat; echo end");
  EXPECT_FALSE(process->HasOutput());
  process->CloseInput();
  const auto end = process->Wait(In(5s));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->exit_code, 0);
  EXPECT_TRUE(process->HasOutput());
  EXPECT_THAT(Hear(*process, 4), conformance::testing::IsOkAnd(std::string("end\n")));
}

TEST_F(PosixProcess, StartsWhereTheRunnerIs) {
  const auto process = Shell("pwd");
  const std::string here = std::filesystem::current_path().string() + "\n";
  EXPECT_THAT(Hear(*process, here.size()), conformance::testing::IsOkAnd(here));
}

}  // namespace
}  // namespace conformance::engine
