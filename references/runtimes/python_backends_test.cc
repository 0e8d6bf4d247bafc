// How the workers in Python are found. What they do is tested beside them (tools/workers).

#include "references/runtimes/python_backends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "framework/testing/matchers.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

/// A variable of the environment for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    if (value) setenv(name, value, 1);
    else unsetenv(name);
  }
  ~Variable() {
    if (before_) setenv(name_, before_->c_str(), 1);
    else unsetenv(name_);
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

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
  EXPECT_EQ(PythonWorker("openvino", "openvino_worker.py").argv[0], "/some/python");
  const Variable pytorch("CONFORMANCE_PYTHON_PYTORCH", "/another/python");
  EXPECT_EQ(PythonWorker("pytorch", "pytorch_worker.py").argv[0], "/another/python");
}

TEST_F(PythonWorkerTest, WhatIsMissingIsUnavailableWithTheCommandThatAddsIt) {
  {
    const Variable cache("CONFORMANCE_CACHE", "/nowhere");
    EXPECT_THAT(MakeOpenvinoBackend()->Version(),
                IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("/nowhere/python-openvino"), HasSubstr("tools/setup --with openvino"))));
  }
  const Variable workers("CONFORMANCE_WORKERS", "/nowhere");
  EXPECT_THAT(MakePytorchBackend()->Version(),
              IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("/nowhere/pytorch_worker.py"), HasSubstr("CONFORMANCE_WORKERS"))));
}

TEST_F(PythonWorkerTest, AreQualifiedAgainstThePins) {
  for (const auto& backend : {MakePytorchBackend(), MakeExecutorchBackend(), MakeOpenvinoBackend()}) {
    EXPECT_THAT(backend->QualifiedVersion(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+")) << backend->Name();
    EXPECT_FALSE(backend->Capabilities().in_process);
  }
}

}  // namespace
}  // namespace conformance::runtimes
