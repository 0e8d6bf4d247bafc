// How the worker is found, and what a program without OpenVINO says. What it computes: openvino/openvino_backend_test.cc.

#include "references/runtimes/openvino_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "references/runtimes/testing_environment.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

namespace fs = std::filesystem;

TEST(OpenvinoWorker, LooksForLibrariesInTheEnvironmentThenInTheCache) {
  const TempFolder cache;
  const fs::path libraries = cache.path() / "python-openvino/lib/python3.99/site-packages/openvino/libs";
  fs::create_directories(libraries);
  const Variable cached("CONFORMANCE_CACHE", cache.path().c_str()), others("LD_LIBRARY_PATH", "/others");
  {
    const Variable named("CONFORMANCE_OPENVINO", nullptr);
    EXPECT_EQ(OpenvinoWorker().environment.at("LD_LIBRARY_PATH"), libraries.string() + ":/others");
  }
  const Variable named("CONFORMANCE_OPENVINO", "/some/libs");
  EXPECT_EQ(OpenvinoWorker().environment.at("LD_LIBRARY_PATH"), "/some/libs:/others");
  EXPECT_THAT(OpenvinoWorker().argv.at(0), EndsWith("libexec/conformance/openvino_worker"));
}

/// Without the worker (OpenVINO was not there to build it) as with one that finds no library.
TEST(OpenvinoWorker, WithoutLibrariesIsUnavailableWithTheCommandThatAddsIt) {
  const Variable cache("CONFORMANCE_CACHE", "/nowhere"), named("CONFORMANCE_OPENVINO", nullptr), others("LD_LIBRARY_PATH", nullptr);
  const auto version = MakeOpenvinoBackend()->Version();
  EXPECT_THAT(version, IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("openvino"), HasSubstr("tools/setup --with openvino, then build again"))));
}

TEST(OpenvinoWorker, IsQualifiedAgainstThePin) {
  const auto backend = MakeOpenvinoBackend();
  EXPECT_THAT(backend->QualifiedVersion(), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_FALSE(backend->Capabilities().in_process);
  const auto version = backend->Version();
  if (!version.ok()) GTEST_SKIP() << version.error().ToString();
  EXPECT_THAT(version, IsOkAnd(backend->QualifiedVersion()));
}

/// The names of the libraries that a program asks for are texts in it.
TEST(OpenvinoWorker, AsksForOpenvinosTbbAlone) {
  const fs::path worker = OpenvinoWorker().argv.at(0);
  if (!fs::exists(worker)) GTEST_SKIP() << "OpenVINO was not there to build it";
  std::ostringstream bytes;
  bytes << std::ifstream(worker, std::ios::binary).rdbuf();
  EXPECT_THAT(std::move(bytes).str(), AllOf(HasSubstr("libopenvino.so"), Not(HasSubstr("libtbb.so")), Not(HasSubstr("libprotobuf.so"))));
}

}  // namespace
}  // namespace conformance::runtimes
