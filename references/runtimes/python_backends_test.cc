// How the workers in Python are found. What they do is tested beside them (tools/workers).

#include "references/runtimes/python_backends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "framework/testing/matchers.h"
#include "references/runtimes/testing_environment.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class PythonWorkerTest : public ::testing::Test {
  Variable python_{"CONFORMANCE_PYTHON", nullptr}, pytorch_{"CONFORMANCE_PYTHON_PYTORCH", nullptr}, workers_{"CONFORMANCE_WORKERS", nullptr};
};

TEST_F(PythonWorkerTest, RunsTheCheckoutsScriptsByTheCachesInterpreter) {
  const Variable cache("CONFORMANCE_CACHE", "/nowhere");
  const auto command = PythonWorker("pytorch", "pytorch_worker.py");
  EXPECT_THAT(command.argv, ElementsAre("/nowhere/python-pytorch/bin/python", "-B", EndsWith("/tools/workers/pytorch_worker.py")));
  EXPECT_TRUE(std::filesystem::exists(command.argv[2]));
  EXPECT_EQ(command.how_to_add, "tools/setup --with pytorch");
}

TEST_F(PythonWorkerTest, TheEnvironmentNamesOthers) {
  const Variable python("CONFORMANCE_PYTHON", "/some/python");
  EXPECT_EQ(PythonWorker("executorch", "executorch_worker.py").argv[0], "/some/python");
  const Variable pytorch("CONFORMANCE_PYTHON_PYTORCH", "/another/python");
  EXPECT_EQ(PythonWorker("pytorch", "pytorch_worker.py").argv[0], "/another/python");
}

TEST_F(PythonWorkerTest, WhatIsMissingIsUnavailableWithTheCommandThatAddsIt) {
  {
    const Variable cache("CONFORMANCE_CACHE", "/nowhere");
    EXPECT_THAT(MakeExecutorchBackend()->Version(),
                IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("/nowhere/python-executorch"), HasSubstr("tools/setup --with executorch"))));
  }
  const Variable workers("CONFORMANCE_WORKERS", "/nowhere");
  EXPECT_THAT(MakePytorchBackend()->Version(),
              IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("/nowhere/pytorch_worker.py"), HasSubstr("CONFORMANCE_WORKERS"))));
}

TEST_F(PythonWorkerTest, AreQualifiedAgainstThePins) {
  for (const auto& backend : {MakePytorchBackend(), MakeExecutorchBackend()}) {
    EXPECT_THAT(backend->QualifiedVersion(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+")) << backend->Name();
    EXPECT_FALSE(backend->Capabilities().in_process);
  }
}

}  // namespace
}  // namespace conformance::runtimes
