#include "framework/engine/worker_kit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "framework/engine/posix_process.h"

namespace conformance::engine {
namespace {

using ::testing::HasSubstr;
using Word = WorkerCheck::Word;

std::vector<WorkerCheck> Checks(std::vector<std::string> command,
                                std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
  WorkerKitOptions options;
  options.command = std::move(command);
  options.timeout = timeout;
  return CheckWorker(*MakePosixLauncher(), options);
}

TEST(WorkerKit, AWorkerThatKeepsToTheProtocolPasses) {
  const auto checks = Checks({CONFORMANCE_FAULTY_WORKER});
  for (const WorkerCheck& check : checks) {
    const bool untried = check.name == "inputs that don't fit are errors";
    EXPECT_EQ(check.word, untried ? Word::kSkip : Word::kPass) << check.name << ": " << check.why;
  }
  EXPECT_TRUE(WorkerPasses(checks));
}

TEST(WorkerKit, WhatCannotBeTriedIsSkippedAndSaysWhy) {
  const auto checks = Checks({CONFORMANCE_TEST_WORKER});
  size_t skipped = 0;
  for (const WorkerCheck& check : checks) {
    EXPECT_NE(check.word, Word::kFail) << check.name << ": " << check.why;
    if (check.word != Word::kSkip) continue;
    ++skipped;
    EXPECT_THAT(check.why, HasSubstr("identity"));
  }
  EXPECT_EQ(skipped, 7u);
}

TEST(WorkerKit, OneThatCannotStartIsOneFailure) {
  const auto checks = Checks({"/nonexistent/worker"});
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_THAT(checks[0].why, HasSubstr("/nonexistent/worker"));
}

struct Fault {
  const char* name;
  const char* check;  ///< that must fail
  const char* why;
};

class WorkerKitFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(WorkerKitFaults, AreSeen) {
  // The faults that are seen by waiting are waited for shortly.
  const std::string name = GetParam().name;
  const bool waits = name == "silence" || name == "immortal";
  const auto checks =
      Checks({CONFORMANCE_FAULTY_WORKER, name}, std::chrono::milliseconds(waits ? 300 : 10'000));
  EXPECT_FALSE(WorkerPasses(checks));
  for (const WorkerCheck& check : checks) {
    if (check.name != GetParam().check) continue;
    EXPECT_EQ(check.word, Word::kFail);
    EXPECT_THAT(check.why, HasSubstr(GetParam().why));
    return;
  }
  FAIL() << "no check '" << GetParam().check << "'";
}

INSTANTIATE_TEST_SUITE_P(
    All, WorkerKitFaults,
    ::testing::Values(Fault{"chatter", "it says hello", "length is out of range"},
                      Fault{"trailer", "it says hello", "something follows"},
                      Fault{"version", "hello says what it has", "\"version\""},
                      Fault{"kinds", "an unknown type is an error", "\"oops\" is no kind of error"},
                      Fault{"silence", "unknown sessions are errors", "did not answer in time"},
                      Fault{"ids", "ids come back, in errors too", "does not come back"},
                      Fault{"bits", "bits of every dtype cross", "has other bits"},
                      Fault{"names", "names cross, in their order", "another name"},
                      Fault{"code", "shutdown is answered by bye and exit code 0", "exit code 3"},
                      Fault{"immortal", "the end of standard input ends it", "it goes on"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace conformance::engine
