#include "framework/engine/posix_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::chrono::steady_clock::time_point In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

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
  /// True once no process of that number is left (not even one that nobody has waited for).
  static bool Gone(int64_t pid, std::chrono::milliseconds time = 5s) {
    for (const auto deadline = In(time); std::chrono::steady_clock::now() < deadline; std::this_thread::sleep_for(5ms)) {
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
  EXPECT_THAT(Say(*process, std::string(200'000, 'x')), IsError(ErrorKind::kCrash, HasSubstr("standard input")));
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
  const auto line = Hear(*process, 3);
  ASSERT_THAT(line, IsOk());
  std::string number = *line;
  while (number.back() != '\n') number += Hear(*process, 1).value();
  const int64_t grandchild = std::stoll(number), child = process->pid();
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
  const int secret = ::dup(0);  // inheritable
  const auto first = Shell("cat");  // its pipes must not be seen by the second
  const auto second = Shell("ls /proc/self/fd | wc -l");
  const auto count = Hear(*second, 2);
  ASSERT_THAT(count, IsOk());
  EXPECT_EQ(*count, "4\n");  // 0, 1, 2 and the folder that ls reads
  ::close(secret);
}

TEST_F(PosixProcess, WhatCannotRunIsUnavailable) {
  EXPECT_THAT(launcher_->Launch({.argv = {"/nonexistent/worker"}, .environment = {}, .working_directory = {}, .address_space_bytes = {}}),
              IsError(ErrorKind::kUnavailable, HasSubstr("/nonexistent/worker")));
  EXPECT_THAT(launcher_->Launch({}), IsError(ErrorKind::kInvalid));
}

TEST_F(PosixProcess, ChildrenDieWithTheirParent) {
  int numbers[2];
  ASSERT_EQ(::pipe(numbers), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    // A process with a child of its own that is killed without a chance to clean up.
    const auto launcher = MakePosixLauncher();
    auto process = launcher->Launch({.argv = {"sleep", "60"}, .environment = {}, .working_directory = {}, .address_space_bytes = {}});
    const int64_t pid = process.ok() ? (*process)->pid() : -1;
    if (::write(numbers[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  int64_t pid = 0;
  ASSERT_EQ(::read(numbers[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ASSERT_GT(pid, 0);
  ASSERT_EQ(::kill(static_cast<pid_t>(pid), 0), 0);
  ::kill(middle, SIGKILL);
  ::waitpid(middle, nullptr, 0);
  EXPECT_TRUE(Gone(pid));
  ::close(numbers[0]);
  ::close(numbers[1]);
}

}  // namespace
}  // namespace conformance::engine
