// Sweeps whose backends crash, hang and run out of memory for real, in workers (worker_test_host.cc).

#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <thread>

#include "framework/engine/posix_process.h"
#include "framework/engine/sweep.h"
#include "framework/engine/system_clock.h"
#include "framework/engine/worker_test_room.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using record::Outcome;
using record::Stage;
using ::testing::AllOf;
using ::testing::HasSubstr;

class IsolatedSweep : public ::testing::Test {
 protected:
  IsolatedSweep() {
    toolbox_.exporters = {};
    toolbox_.exporters.Add(std::make_shared<FakeExporter>("fake", "test"));
    toolbox_.export_configs.Add("test", PlainExportConfig::FromJson);
    toolbox_.process_launcher = MakePosixLauncher();
    toolbox_.clock = std::make_shared<SystemClock>();
    options_.isolation.all = true;
    options_.isolation.worker_command = {CONFORMANCE_TEST_WORKER};
    options_.isolation.limits.timeout = std::chrono::seconds(2);
    options_.threads = 3;
  }
  /// Only its name matters: what runs is the worker's backend of that name.
  void AddBackend(const std::string& name) {
    toolbox_.backends.Add(
        std::make_shared<FakeBackend>(name, std::vector<std::string>{"test"},
                                      [](const auto&, const auto&, const auto&) -> Result<NamedTensors> {
                                        return Internal("ran in the harness's own process");
                                      }));
  }
  std::map<std::string, record::CellRecord> Run(size_t models) {
    std::vector<std::shared_ptr<const Case>> cases;
    for (size_t i = 0; i < models; ++i) {
      auto model = std::make_shared<FakeCase>("m" + std::to_string(i));
      model->variants = {{.name = "static", .recording = false, .dynamic = false}};
      cases.push_back(std::move(model));
    }
    auto run = RunSweep(toolbox_, cases, options_);
    EXPECT_THAT(run, IsOk());
    std::map<std::string, record::CellRecord> cells;
    if (run.ok()) {
      for (auto& cell : run->cells) cells[cell.id.model + ' ' + cell.id.backend] = std::move(cell);
    }
    return cells;
  }

  Toolbox toolbox_ = FakeToolbox();
  SweepOptions options_;
};

TEST_F(IsolatedSweep, EachFailureCostsItsOwnCellAlone) {
  for (const char* name :
       {"segv", "double", "abort", "hang", "exit", "throw", "memory", "grow", "garbage", "flood-error"})
    AddBackend(name);
  options_.isolation.limits.resident_bytes = kTestRoomMib << 20;
  options_.isolation.limits.log_bytes = uint64_t{1} << 20;
  const auto cells = Run(3);
  ASSERT_EQ(cells.size(), 30u);
  for (const auto& [name, cell] : cells) {
    if (cell.id.backend == "double") continue;
    EXPECT_EQ(cell.stage, Stage::kRun) << name;
    EXPECT_FALSE(cell.reason.empty()) << name;
  }
  for (const std::string model : {"m0", "m1", "m2"}) {
    const auto& good = cells.at(model + " double");
    EXPECT_EQ(good.outcome, Outcome::kPass) << good.reason;
    const auto& segv = cells.at(model + " segv");
    EXPECT_EQ(segv.outcome, Outcome::kCrash);
    EXPECT_THAT(segv.reason, HasSubstr("signal 11 (SIGSEGV)"));
    EXPECT_THAT(segv.detail, HasSubstr("about to raise 11"));
    EXPECT_EQ(cells.at(model + " abort").outcome, Outcome::kCrash);
    EXPECT_THAT(cells.at(model + " exit").reason, HasSubstr("exit code 3"));
    EXPECT_EQ(cells.at(model + " hang").outcome, Outcome::kTimeout);
    EXPECT_THAT(cells.at(model + " hang").reason, HasSubstr("2.0 s"));
    EXPECT_EQ(cells.at(model + " throw").outcome, Outcome::kError);
    EXPECT_EQ(cells.at(model + " memory").outcome, Outcome::kOutOfMemory);
    const auto& grow = cells.at(model + " grow");
    EXPECT_EQ(grow.outcome, Outcome::kOutOfMemory);
    EXPECT_THAT(grow.reason, HasSubstr("limit of " + std::to_string(kTestRoomMib) + " MiB"));
    EXPECT_THAT(grow.detail, AllOf(HasSubstr("in memory at last: "), HasSubstr("about to grow")));
    EXPECT_EQ(cells.at(model + " garbage").outcome, Outcome::kCrash);
    EXPECT_EQ(cells.at(model + " flood-error").outcome, Outcome::kCrash);
  }
}

TEST_F(IsolatedSweep, ACellAfterOneThatBrokeTheWorkerIsRunAgain) {
  for (const char* name : {"poison", "double"}) AddBackend(name);
  options_.threads = 1;
  const auto cells = Run(4);
  for (const std::string model : {"m0", "m1", "m2", "m3"}) {
    EXPECT_EQ(cells.at(model + " double").outcome, Outcome::kPass) << cells.at(model + " double").reason;
  }
}

TEST_F(IsolatedSweep, StopNowEndsTheSweepAtOnce) {
  AddBackend("hang");
  options_.isolation.limits.timeout = std::chrono::seconds(100);
  options_.cancellation = std::make_shared<Cancellation>();
  std::thread twice([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    options_.cancellation->Request();
    options_.cancellation->Request();
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto cells = Run(5);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  EXPECT_TRUE(cells.empty());  // what a killed worker says is no verdict
  twice.join();
}

}  // namespace
}  // namespace conformance::engine
