// A sweep that is killed, or whose journal finds no room, and one that goes on after it. Sweeps run in children only: threads do not
// survive a fork.

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "framework/engine/journal.h"
#include "framework/engine/merge.h"
#include "framework/engine/run_folder.h"
#include "framework/engine/sweep.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;

namespace fs = std::filesystem;

class Watcher : public ProgressSink {
 public:
  void OnCellEnd(const record::CellRecord&, size_t done, size_t) override {
    if (on_end) on_end(done);
  }
  std::function<void(size_t)> on_end;
};

class Kill : public ::testing::Test {
 protected:
  Kill() {
    // Dynamic variants fail, and are run again.
    toolbox_.backends.Add(std::make_shared<FakeBackend>(
        "double", std::vector<std::string>{"fake"},
        [](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          NamedTensors outputs = DoubledAll(inputs);
          if (inputs[0].second.dim(0) == 3) outputs[0].second = Tensor::Zeros(DType::kF32, outputs[0].second.shape());
          return outputs;
        }));
    for (int i = 0; i < 6; ++i) cases_.push_back(std::make_shared<FakeCase>("model" + std::to_string(i)));
    options_.threads = 2;
    options_.version = "0.1.0";
    options_.reruns = 1;
  }

  static std::string Text(const record::RunRecord& run) { return formats::WriteJson(run.ToJson()); }

  /// A child that runs the sweep and leaves its record in `report`.
  pid_t Start(const fs::path& report, const std::function<void(size_t)>& on_end = {}) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    Watcher watcher;
    watcher.on_end = on_end;
    const auto run = RunSweep(toolbox_, cases_, options_, watcher);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(run.ok() && formats::WriteFileAtomic(report, Text(*run)).ok() ? 0 : 1);
  }
  /// How the child ended: its exit code, or minus a signal.
  static int Wait(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string RunToTheEnd() {
    const fs::path report = folder_.path() / "report.json";
    EXPECT_EQ(Wait(Start(report)), 0);
    const auto text = formats::ReadFileText(report);
    EXPECT_THAT(text, IsOk());
    return text.ok() ? *text : "";
  }

  TempFolder folder_;
  Toolbox toolbox_ = FakeToolbox();
  std::vector<std::shared_ptr<const Case>> cases_;
  SweepOptions options_;
};

TEST_F(Kill, AtAnyMomentItResumesToTheSameRecord) {
  const std::string undisturbed = RunToTheEnd();
  options_.run_dir = folder_.path() / "run";
  options_.resume = true;
  int killed = 0;
  for (int round = 0, status = -SIGKILL; status == -SIGKILL; ++round) {
    ASSERT_LT(round, 100);
    const pid_t child = Start(folder_.path() / "killed.json");
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + 3 * round));
    ::kill(child, SIGKILL);
    status = Wait(child);
    ASSERT_TRUE(status == 0 || status == -SIGKILL) << status;
    killed += status == -SIGKILL;
  }
  EXPECT_GT(killed, 0);
  EXPECT_EQ(RunToTheEnd(), undisturbed);
  auto runs = ReadRuns(options_.run_dir);
  ASSERT_THAT(runs, IsOk());
  const auto merged = MergeRuns(*std::move(runs));
  ASSERT_THAT(merged, IsOk());
  EXPECT_EQ(Text(*merged), undisturbed);  // the folder alone tells all
}

TEST_F(Kill, AJournalWithoutRoomKeepsWhatIsDoneAndResumesToTheSameRecord) {
  options_.threads = 1;
  const std::string undisturbed = RunToTheEnd();
  options_.run_dir = folder_.path() / "run";
  const fs::path journal = options_.run_dir / kJournalFile, report = folder_.path() / "broken.json";
  ::signal(SIGXFSZ, SIG_IGN);
  const pid_t child = Start(report, [&](size_t done) {
    if (done != 3) return;
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = fs::file_size(journal) + 100;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  });
  ASSERT_EQ(Wait(child), 0);
  ::signal(SIGXFSZ, SIG_DFL);
  const auto json = formats::ReadJson(report);
  ASSERT_THAT(json, IsOk());
  const auto run = record::RunRecord::FromJson(*json);
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->cells.size(), 4u);  // three, and the one whose line did not fit
  EXPECT_THAT(run->broken, ::testing::AllOf(::testing::HasSubstr("cannot write the journal"), ::testing::HasSubstr(journal.string())));
  EXPECT_THAT(run->stopped, ::testing::HasSubstr("8 of 12 cells were not run"));
  EXPECT_EQ(ExitCode(*run, {}), kExitBroken);
  options_.resume = true;
  EXPECT_EQ(RunToTheEnd(), undisturbed);
}

}  // namespace
}  // namespace conformance::engine
