// Sweeps in parts, stopped, broken, repeated and within a budget: what is there in the end is what one undisturbed run has.

#include <gmock/gmock.h>
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "framework/engine/journal.h"
#include "framework/engine/merge.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using record::Outcome;

namespace fs = std::filesystem;

class Watcher : public ProgressSink {
 public:
  void OnCellStart(const record::CellId& id) override { started.push_back(id.ToString()); }
  void OnCellEnd(const record::CellRecord&, size_t done, size_t) override {
    if (on_end) on_end(done);
  }
  void OnRerun(const record::CellRecord& cell) override { again.push_back(cell.id.ToString() + " " + cell.shown_word()); }
  std::function<void(size_t)> on_end;
  std::vector<std::string> started, again;
};

class Scale : public ::testing::Test {
 protected:
  Scale() {
    Behave([](const NamedTensors& inputs) -> Result<NamedTensors> {
      NamedTensors outputs = DoubledAll(inputs);
      if (inputs[0].second.dim(0) == 3) outputs[0].second = Tensor::Zeros(DType::kF32, outputs[0].second.shape());
      return outputs;  // dynamic variants fail
    });
    options_.threads = 1;
    options_.version = "0.1.0";
  }
  void Behave(std::function<Result<NamedTensors>(const NamedTensors&)> behaviour) {
    toolbox_.backends = {};
    toolbox_.backends.Add(std::make_shared<FakeBackend>(
        "double", std::vector<std::string>{"fake"},
        [behaviour = std::move(behaviour)](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) {
          return behaviour(inputs);
        }));
  }
  static std::vector<std::shared_ptr<const Case>> Cases(size_t count) {
    std::vector<std::shared_ptr<const Case>> cases;
    for (size_t i = 0; i < count; ++i) cases.push_back(std::make_shared<FakeCase>("model" + std::to_string(i)));
    return cases;
  }
  record::RunRecord Run(size_t cases) {
    auto run = RunSweep(toolbox_, Cases(cases), options_, watcher_);
    EXPECT_THAT(run, IsOk());
    return run.ok() ? *std::move(run) : record::RunRecord{};
  }
  static std::string Text(const record::RunRecord& run) { return formats::WriteJson(run.ToJson()); }
  std::string Merged(std::vector<fs::path> paths) {
    std::vector<NamedRun> runs;
    for (const auto& path : paths) {
      auto found = ReadRuns(path);
      EXPECT_THAT(found, IsOk());
      if (found.ok()) std::move(found->begin(), found->end(), std::back_inserter(runs));
    }
    const auto whole = MergeRuns(std::move(runs));
    EXPECT_THAT(whole, IsOk());
    return whole.ok() ? Text(*whole) : "";
  }

  TempFolder folder_;
  Toolbox toolbox_ = FakeToolbox();
  SweepOptions options_;
  Watcher watcher_;
};

// --- shards ----------------------------------------------------------------------------------------------------------------

TEST_F(Scale, ShardsInOneFolderMergeToTheWholeRun) {
  const std::string whole = Text(Run(5));
  options_.run_dir = folder_.path() / "run";
  for (const int64_t shard : {2, 0, 1}) {
    options_.shard = {shard, 3};
    const auto part = Run(5);
    EXPECT_EQ(part.planned, static_cast<int64_t>(part.cells.size()));
    EXPECT_EQ(part.plan.Part(), options_.shard.ToString());
    EXPECT_EQ(ExitCode(part, {}), 1);  // the dynamic ones fail
  }
  EXPECT_EQ(Merged({options_.run_dir}), whole);
  const auto files = JournalsIn(options_.run_dir);
  ASSERT_THAT(*files, SizeIs(3));
  EXPECT_EQ(Merged({(*files)[2], (*files)[0], (*files)[1]}), whole);
}

TEST_F(Scale, RecordsMergeInAnyOrderAndInSteps) {
  const std::string whole = Text(Run(4));
  std::vector<record::RunRecord> parts;
  for (int64_t shard = 0; shard < 3; ++shard) {
    options_.shard = {shard, 3};
    parts.push_back(Run(4));
  }
  std::vector<int> order = {0, 1, 2};
  do {
    std::vector<NamedRun> runs;
    for (const int i : order) runs.push_back({std::to_string(i), parts[i]});
    EXPECT_EQ(Text(*MergeRuns(runs)), whole);
    const auto two = MergeRuns({runs[0], runs[1]});
    ASSERT_THAT(two, IsOk());
    EXPECT_EQ(Text(*MergeRuns({{"two", *two}, runs[2]})), whole);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(Scale, AMissingShardIsNamedAndNotGreen) {
  Behave([](const NamedTensors& inputs) -> Result<NamedTensors> { return DoubledAll(inputs); });
  options_.shard = {0, 2};
  const auto half = Run(2);
  EXPECT_EQ(ExitCode(half, {}), 0);
  const auto whole = MergeRuns({{"half", half}});
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->planned, 4);
  EXPECT_EQ(ExitCode(*whole, {}), 1);
  EXPECT_THAT(whole->Remarks(), Contains(AllOf(HasSubstr("2 of 4 cells were not run: "), HasSubstr(whole->Missing()[0]))));
}

TEST_F(Scale, AShardWithoutCellsIsNoError) {
  options_.run_dir = folder_.path() / "run";
  std::vector<NamedRun> runs;
  size_t empty = 0;
  for (int64_t shard = 0; shard < 4; ++shard) {
    options_.shard = {shard, 4};
    const auto part = Run(1);
    empty += part.cells.empty();
    EXPECT_EQ(ExitCode(part, {}), part.cells.empty() || part.cells[0].id.variant == "static" ? 0 : 1);
    runs.push_back({std::to_string(shard), part});
  }
  EXPECT_EQ(empty, 2u);
  EXPECT_THAT(MergeRuns(runs)->cells, SizeIs(2));
  // A whole in which nothing was compared is broken, whatever its parts said.
  ListEntry entry;
  entry.kind = ListKind::kSkip;
  entry.pattern = "*";
  entry.reason = "known";
  options_.lists = {entry};
  options_.run_dir.clear();
  runs.clear();
  for (int64_t shard = 0; shard < 2; ++shard) {
    options_.shard = {shard, 2};
    runs.push_back({std::to_string(shard), Run(1)});
    EXPECT_EQ(ExitCode(runs.back().run, {}), 0);
  }
  EXPECT_EQ(ExitCode(*MergeRuns(runs), {}), kExitBroken);
}

TEST_F(Scale, OtherSweepsAreRefusedByName) {
  options_.shard = {0, 2};
  const auto first = Run(2);
  const auto refused = [&](const record::RunRecord& other) {
    const auto merged = MergeRuns({{"a.json", first}, {"b.json", other}});
    return merged.ok() ? std::string("merged") : merged.error().ToString();
  };
  options_.shard = {1, 2};
  EXPECT_EQ(refused(Run(2)), "merged");
  EXPECT_THAT(refused(Run(3)), AllOf(HasSubstr("'cells' is 4 there, 6 here"), HasSubstr("a.json"), HasSubstr("b.json")));
  options_.seed = 7;
  EXPECT_THAT(refused(Run(2)), HasSubstr("'seed' is 0 there, 7 here"));
  options_.seed = 0;
  options_.version = "0.2.0";
  EXPECT_THAT(refused(Run(2)), HasSubstr("'version' is 0.1.0 there, 0.2.0 here"));
  options_.version = "0.1.0";
  record::RunRecord other = Run(2);
  other.versions["double"] = "1.1";
  EXPECT_THAT(refused(other), HasSubstr("'double' is 1.0 there, 1.1 here"));
  other = Run(2);
  other.plan.division = "another";
  EXPECT_THAT(refused(other), HasSubstr("divided otherwise"));
  other.plan = {};
  EXPECT_THAT(refused(other), AllOf(HasSubstr("tells nothing of its plan"), HasSubstr("file: b.json")));
}

TEST_F(Scale, OfACellThatTwoHaveTheNewerCounts) {
  record::RunRecord old = Run(1), fresh = old;
  old.started = "2026-07-01T00:00:00Z";
  fresh.cells[1].outcome = Outcome::kPass;
  for (const bool forward : {true, false}) {
    const auto merged = forward ? MergeRuns({{"old", old}, {"new", fresh}}) : MergeRuns({{"new", fresh}, {"old", old}});
    ASSERT_THAT(merged, IsOk());
    EXPECT_EQ(merged->cells[1].outcome, Outcome::kPass);
    EXPECT_EQ(merged->started, old.started);
  }
}

TEST_F(Scale, DurationsBalanceShardsAndPutLongCellsFirst) {
  record::RunRecord past = Run(6);
  for (auto& cell : past.cells) cell.seconds = cell.id.model == "model3" ? 10 : 1;
  options_.history.Add(past);
  watcher_.started.clear();
  const auto run = Run(6);
  EXPECT_THAT(watcher_.started[0], HasSubstr("model3"));
  EXPECT_THAT(watcher_.started[2], HasSubstr("model0"));
  EXPECT_EQ(run.cells[0].id.model, "model0");  // the results' order stays the plan's
  std::vector<size_t> sizes;
  for (int64_t shard = 0; shard < 3; ++shard) {
    options_.shard = {shard, 3};
    sizes.push_back(Run(6).cells.size());
  }
  EXPECT_THAT(sizes, ElementsAre(1, 1, 10));  // 10 s, 10 s, ten times 1 s
}

// --- flakes ----------------------------------------------------------------------------------------------------------------

TEST_F(Scale, AFailureIsRunAgainAloneFromTheBeginning) {
  std::atomic<int> running = 0, most_alone = 0;
  std::atomic<bool> rerun = false;
  Behave([&](const NamedTensors& inputs) -> Result<NamedTensors> {
    const int now = ++running;
    if (rerun) most_alone = std::max<int>(most_alone, now);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --running;
    if (inputs[0].second.dim(0) == 3) return Invalid("refused");
    return DoubledAll(inputs);
  });
  options_.threads = 4;
  options_.reruns = 2;
  watcher_.on_end = [&](size_t done) { rerun = done == 12; };
  const auto run = Run(6);
  EXPECT_THAT(watcher_.again, SizeIs(6));
  EXPECT_EQ(most_alone, 1);
  for (size_t i = 1; i < 12; i += 2) {
    EXPECT_EQ(run.cells[i].outcome, Outcome::kFail);
    EXPECT_EQ(formats::WriteJson(*run.cells[i].facts.Find("runs")), R"({"count":3,"failed":3,"outcomes":["fail","fail","fail"]})");
    EXPECT_FALSE(run.cells[i - 1].facts.Has("runs"));
  }
}

TEST_F(Scale, AFlakeIsNamedAndIsNotGreen) {
  int calls = 0;
  Behave([&](const NamedTensors& inputs) -> Result<NamedTensors> {
    if (calls++ == 0) return Invalid("lost a race");
    return DoubledAll(inputs);
  });
  options_.selection.variants = {"static"};
  options_.reruns = 1;
  const auto run = Run(1);
  EXPECT_EQ(run.cells[0].shown_word(), "flake");
  EXPECT_THAT(run.cells[0].reason, HasSubstr("fails in 1 of 2 runs with the same seed: fail at run: lost a race"));
  EXPECT_THAT(watcher_.again, ElementsAre(HasSubstr("flake")));
  EXPECT_EQ(ExitCode(run, {}), 1);
  calls = 0;
  options_.reruns = 0;
  EXPECT_EQ(Run(1).cells[0].shown_word(), "fail");  // never silently anything else
}

TEST_F(Scale, ARunStoppedBeforeItsRerunsOwesThem) {
  options_.reruns = 1;
  const std::string undisturbed = Text(Run(3));
  options_.run_dir = folder_.path() / "run";
  options_.cancellation = std::make_shared<Cancellation>();
  watcher_.on_end = [&](size_t done) {
    if (done == 6) options_.cancellation->Request();
  };
  const auto part = Run(3);
  EXPECT_THAT(part.cells, SizeIs(6));
  EXPECT_THAT(part.stopped, HasSubstr("3 that failed were not run again; --resume"));
  EXPECT_EQ(ExitCode(part, {}), 1);
  options_.cancellation = nullptr;
  options_.resume = true;
  watcher_ = {};
  EXPECT_EQ(Text(Run(3)), undisturbed);
  EXPECT_THAT(watcher_.again, SizeIs(3));
  EXPECT_EQ(Merged({options_.run_dir}), undisturbed);
}

// --- budgets ---------------------------------------------------------------------------------------------------------------

TEST_F(Scale, ABudgetTakesMoreTheLargerItIsAndSaysWhatItLeaves) {
  record::RunRecord past = Run(4);
  for (auto& cell : past.cells) cell.seconds = 1;
  options_.history.Add(past);
  std::vector<std::string> before;
  for (const double budget : {0.5, 2.0, 5.0, 100.0}) {
    options_.budget_seconds = budget;
    watcher_.started.clear();
    const auto run = Run(4);
    EXPECT_EQ(run.cells.size() + run.left_out.size(), 8u);
    EXPECT_EQ(run.planned, static_cast<int64_t>(run.cells.size()));
    EXPECT_EQ(run.cells.size(), static_cast<size_t>(std::clamp(budget, 1.0, 8.0)));
    EXPECT_THAT(run.Missing(), IsEmpty());
    if (!run.left_out.empty()) {
      EXPECT_THAT(run.Remarks()[0], AllOf(HasSubstr("left out"), HasSubstr("of 8 cells, which were not run")));
    }
    ASSERT_GE(watcher_.started.size(), before.size());
    EXPECT_TRUE(std::equal(before.begin(), before.end(), watcher_.started.begin()));
    EXPECT_THAT(watcher_.started[0], HasSubstr("dynamic"));  // these failed
    before = watcher_.started;
  }
}

TEST_F(Scale, AnotherOptionMakesACellUnknownAgain) {
  Behave([](const NamedTensors& inputs) -> Result<NamedTensors> { return DoubledAll(inputs); });
  toolbox_.backends.Add(std::make_shared<FakeBackend>("other"));
  record::RunRecord past = Run(1);
  for (auto& cell : past.cells) cell.seconds = 1;
  options_.history.Add(past);
  options_.budget_seconds = 2;
  EXPECT_EQ(Run(1).cells[0].id.backend, "double");
  options_.backend_options["other"]["mode"] = 1;
  for (const auto& cell : Run(1).cells) EXPECT_EQ(cell.id.backend, "other");
}

TEST_F(Scale, WhatABudgetLeftAnotherRunMayBring) {
  const std::string whole = Text(Run(2));
  options_.budget_seconds = 0.001;
  const auto some = Run(2);
  EXPECT_THAT(some.cells, SizeIs(1));
  options_.budget_seconds = 0;
  EXPECT_EQ(Text(*MergeRuns({{"some", some}, {"all", Run(2)}})), whole);
  const auto merged = MergeRuns({{"some", some}});
  EXPECT_EQ(merged->planned, 1);
  EXPECT_THAT(merged->left_out, SizeIs(3));
}

// --- broken on the way -----------------------------------------------------------------------------------------------------

TEST_F(Scale, AFullDiskIsNoVerdict) {
  const std::string undisturbed = Text(Run(3));
  bool full = true;
  Behave([&](const NamedTensors& inputs) -> Result<NamedTensors> {
    if (full && inputs[0].second.dim(0) == 3) return ErrnoError("cannot write", "model.onnx", ENOSPC);
    NamedTensors outputs = DoubledAll(inputs);
    if (inputs[0].second.dim(0) == 3) outputs[0].second = Tensor::Zeros(DType::kF32, outputs[0].second.shape());
    return outputs;
  });
  options_.run_dir = folder_.path() / "run";
  const auto run = Run(3);
  EXPECT_THAT(run.cells, SizeIs(1));
  EXPECT_THAT(run.broken, AllOf(HasSubstr("No space left on device"), HasSubstr("model0/dynamic/fake/double/f32")));
  EXPECT_EQ(ExitCode(run, {}), kExitBroken);
  full = false;
  options_.resume = true;
  EXPECT_EQ(Text(Run(3)), undisturbed);
}

}  // namespace
}  // namespace conformance::engine
