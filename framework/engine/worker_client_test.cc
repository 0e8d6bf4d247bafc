#include "framework/engine/worker_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "framework/engine/posix_process.h"
#include "framework/engine/worker_backend.h"
#include "framework/engine/worker_errors.h"
#include "framework/engine/worker_program.h"
#include "framework/engine/worker_test_room.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Only its name crosses: the behaviour is the worker's (worker_test_host.cc).
class Named : public ports::Backend {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  std::string_view Name() const override { return name_; }
  ports::BackendCapabilities Capabilities() const override { return {.formats = {"test"}, .dtypes = {}}; }
  Result<std::string> Version() const override { return std::string("1"); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact&,
                                                  const ports::SessionOptions&) const override {
    return Internal("must not be called here");
  }

 private:
  std::string name_;
};

class IsolatedBackendTest : public ::testing::Test {
 protected:
  std::shared_ptr<WorkerProgram> program = Program(std::chrono::seconds(20));
  static std::shared_ptr<WorkerProgram> Program(std::chrono::milliseconds timeout,
                                                std::vector<std::string> argv = {CONFORMANCE_TEST_WORKER}) {
    WorkerLimits limits;
    limits.timeout = timeout;
    return std::make_shared<WorkerProgram>(
        WorkerCommand{.name = "test", .argv = std::move(argv), .environment = {}, .how_to_add = {}},
        MakePosixLauncher(), limits);
  }
  Result<NamedTensors> Run(const std::string& backend, NamedTensors inputs = {}) {
    CONFORMANCE_TRY(auto session,
                    IsolatedBackend(std::make_shared<Named>(backend), program)->Prepare({}, {}));
    return session->Run(inputs);
  }
};

TEST_F(IsolatedBackendTest, RunsInAnotherProcessAndKeepsItForTheNext) {
  for (int i = 0; i < 5; ++i) {
    const auto outputs = Run("echo", {{"x", Tensor::Of<float>({2}, {1, 2})}});
    ASSERT_THAT(outputs, IsOk());
    EXPECT_TRUE(BitEqual((*outputs)[0].second, Tensor::Of<float>({2}, {1, 2})));
  }
  EXPECT_EQ(program->pool().started(), 1u);
}

TEST_F(IsolatedBackendTest, ACrashNamesSignalAndLastLines) {
  EXPECT_THAT(Run("segv"), IsError(ErrorKind::kCrash,
                                   AllOf(HasSubstr("signal 11 (SIGSEGV)"), HasSubstr("about to raise 11"))));
  EXPECT_THAT(Run("abort"), IsError(ErrorKind::kCrash, HasSubstr("signal 6 (SIGABRT)")));
  EXPECT_THAT(Run("exit"), IsError(ErrorKind::kCrash, HasSubstr("exit code 3")));
  EXPECT_THAT(Run("echo"), IsOk());  // the next session has a worker again
  EXPECT_EQ(program->pool().started(), 4u);
}

TEST_F(IsolatedBackendTest, AHangEndsAtTheLimit) {
  program = Program(std::chrono::milliseconds(300));
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(Run("hang"), IsError(ErrorKind::kTimeout, HasSubstr("no answer in 0.3 s")));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

TEST_F(IsolatedBackendTest, ErrorsAndExceptionsAreAnsweredAndCostNoWorker) {
  EXPECT_THAT(Run("throw"), IsError(ErrorKind::kInternal, HasSubstr("thrown inside")));
  EXPECT_THAT(Run("memory"), IsError(ErrorKind::kOutOfMemory, HasSubstr("memory")));
  EXPECT_THAT(Run("nonesuch"), IsError(ErrorKind::kNotFound, HasSubstr("nonesuch")));
  ports::Artifact refused;
  refused.path = "refused";
  EXPECT_THAT(IsolatedBackend(std::make_shared<Named>("echo"), program)->Prepare(refused, {}),
              IsError(ErrorKind::kUnsupported, HasSubstr("this artifact is refused (file: refused)")));
  EXPECT_EQ(program->pool().started(), 1u);
}

TEST_F(IsolatedBackendTest, GarbageOnTheProtocolIsACrash) {
  program = Program(std::chrono::seconds(5), {"sh", "-c", "printf 'hello, I am no worker at all'; sleep 5"});
  EXPECT_THAT(Run("echo"), IsError(ErrorKind::kCrash, HasSubstr("answer cannot be read")));
  program = Program(std::chrono::seconds(5), {"sh", "-c", "echo broken >&2; exit 3"});
  EXPECT_THAT(Run("echo"), IsError(ErrorKind::kCrash, AllOf(HasSubstr("exit code 3"), HasSubstr("broken"))));
}

// 127 is the loader's word for a library that is not there.
TEST_F(IsolatedBackendTest, AWorkerWithoutItsLibrariesIsUnavailable) {
  program = Program(std::chrono::seconds(5), {"sh", "-c", "echo no such library >&2; exit 127"});
  EXPECT_THAT(Run("echo"), IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("is not there"), HasSubstr("no such library"))));
}

TEST_F(IsolatedBackendTest, GarbageWhereAnAnswerWasDueIsACrash) {
  EXPECT_THAT(Run("garbage"), IsError(ErrorKind::kCrash, AllOf(HasSubstr("answer cannot be read"),
                                                               HasSubstr("length is out of range"))));
  EXPECT_THAT(Run("flood-output"), IsError(ErrorKind::kCrash, HasSubstr("answer cannot be read")));
  EXPECT_THAT(Run("echo"), IsOk());
}

TEST_F(IsolatedBackendTest, WhatNobodyAskedForIsNotTakenForAnAnswer) {
  const auto late = IsolatedBackend(std::make_shared<Named>("late"), program);
  auto session = late->Prepare({}, {});
  ASSERT_THAT(session, IsOk());
  EXPECT_THAT((*session)->Run({}), IsOk());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_THAT((*session)->Run({}), IsError(ErrorKind::kCrash, HasSubstr("nobody had asked for")));
  session->reset();
  EXPECT_THAT(Run("late"), IsOk());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_THAT(Run("echo"), IsOk());  // the next session is not the one that pays
}

TEST_F(IsolatedBackendTest, LimitsOfMemoryAnswerAndLogEndTheWorker) {
  WorkerLimits limits;
  limits.timeout = std::chrono::seconds(60);
  limits.resident_bytes = kTestRoomMib << 20;
  limits.answer_bytes = uint64_t{1} << 20;
  limits.log_bytes = uint64_t{1} << 20;
  program = program->With(MakePosixLauncher(), limits);
  EXPECT_THAT(Run("grow"),
              IsError(ErrorKind::kOutOfMemory,
                      AllOf(HasSubstr("more than its limit of " + std::to_string(kTestRoomMib) + " MiB"),
                            HasSubstr("about to grow"), HasSubstr("in memory at last: "))));
  EXPECT_THAT(Run("large"), IsError(ErrorKind::kCrash, HasSubstr("at most 1048576 bytes in a message")));
  EXPECT_THAT(Run("flood-error"),
              IsError(ErrorKind::kCrash, AllOf(HasSubstr("more to standard error than it may (limit: 1 MiB"),
                                               HasSubstr("never enough"))));
  EXPECT_THAT(Run("echo"), IsOk());
}

TEST_F(IsolatedBackendTest, AHangThatAnEarlierSessionCausedIsNotTheNextOnesFault) {
  program = Program(std::chrono::milliseconds(300));
  EXPECT_THAT(Run("stick"), IsOk());
  EXPECT_THAT(Run("stuck"), IsOk());
  EXPECT_EQ(program->pool().started(), 2u);
}

TEST_F(IsolatedBackendTest, WhatAnEarlierSessionBrokeIsNotTheNextOnesFault) {
  const NamedTensors inputs = {{"x", Tensor::Of<float>({2}, {1, 2})}};
  EXPECT_THAT(Run("poison", inputs), IsOk());
  const auto outputs = Run("double", inputs);
  ASSERT_THAT(outputs, IsOk());
  EXPECT_THAT((*outputs)[0].second, BitEqualTo(Tensor::Of<float>({2}, {2, 4})));
  EXPECT_EQ(program->pool().started(), 2u);
  EXPECT_THAT(Run("segv"),
              IsError(ErrorKind::kCrash));  // in a used worker, then in a fresh one: its own fault
  EXPECT_EQ(program->pool().started(), 3u);
}

TEST_F(IsolatedBackendTest, StopEndsWhatRuns) {
  program = Program(std::chrono::seconds(60));
  auto session = IsolatedBackend(std::make_shared<Named>("hang"), program)->Prepare({}, {});
  ASSERT_THAT(session, IsOk());
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    program->pool().Stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT((*session)->Run({}), IsError(ErrorKind::kCrash, HasSubstr("SIGKILL")));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
  stopper.join();
  EXPECT_THAT(program->pool().Take(), IsError(ErrorKind::kCancelled));
}

TEST_F(IsolatedBackendTest, TwoSessionsHaveTwoWorkers) {
  const auto echo = IsolatedBackend(std::make_shared<Named>("echo"), program);
  const auto hang = IsolatedBackend(std::make_shared<Named>("segv"), program);
  auto first = echo->Prepare({}, {});
  auto second = hang->Prepare({}, {});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT((*second)->Run({}), IsError(ErrorKind::kCrash, HasSubstr("SIGSEGV")));
  EXPECT_THAT((*first)->Run({}), IsOk());  // the innocent one is not touched
}

}  // namespace
}  // namespace conformance::engine
