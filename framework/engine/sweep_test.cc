#include "framework/engine/sweep.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "framework/engine/journal.h"
#include "framework/engine/system_clock.h"
#include "framework/formats/json.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using record::Outcome;
using record::Stage;

namespace fs = std::filesystem;

/// Sees what a sweep tells.
class Watcher : public ProgressSink {
 public:
  void OnStart(size_t cells, size_t resumed) override { cells_ = cells, resumed_ = resumed; }
  void OnCellStart(const record::CellId&) override { ++started_; }
  void OnCellEnd(const record::CellRecord& cell, size_t, size_t) override {
    ended_.push_back(cell.id.ToString());
    if (on_end) on_end(ended_.size());
  }
  void OnResult(const record::CellRecord& cell) override { results_.push_back(cell.id.ToString()); }
  std::function<void(size_t)> on_end;
  size_t cells_ = 0, resumed_ = 0, started_ = 0;
  std::vector<std::string> ended_, results_;
};

class Sweep : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sweep_test.XXXXXX").string();
    folder_ = mkdtemp(name.data());
    toolbox_.backends.Add(std::make_shared<FakeBackend>());
    toolbox_.clock = clock_;
    options_.threads = 1;
    options_.version = "0.1.0";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::vector<std::shared_ptr<const Case>> Cases(size_t count) {
    std::vector<std::shared_ptr<const Case>> cases;
    for (size_t i = 0; i < count; ++i) cases.push_back(std::make_shared<FakeCase>("model" + std::to_string(i)));
    return cases;
  }
  void UseBackend(FakeBackend::Behaviour behaviour) {
    toolbox_.backends = {};
    toolbox_.backends.Add(std::make_shared<FakeBackend>("double", std::vector<std::string>{"fake"}, std::move(behaviour)));
  }
  record::RunRecord Run(const std::vector<std::shared_ptr<const Case>>& cases) {
    auto run = RunSweep(toolbox_, cases, options_, watcher_);
    EXPECT_THAT(run, IsOk());
    return run.ok() ? *std::move(run) : record::RunRecord{};
  }
  static std::string Text(const record::RunRecord& run) { return formats::WriteJson(run.ToJson()); }

  fs::path folder_;
  Toolbox toolbox_ = FakeToolbox();
  std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>();
  SweepOptions options_;
  Watcher watcher_;
};

ListEntry Entry(ListKind kind, std::string pattern) {
  ListEntry entry;
  entry.kind = kind;
  entry.pattern = std::move(pattern);
  entry.reason = "known";
  entry.model_change_needed = "a new head";
  entry.output = "*";
  entry.id = std::string(ToString(kind)) + ":" + entry.pattern;
  entry.place = "test.json, entry 1";
  return entry;
}

TEST_F(Sweep, SameRecordInTheSameOrderAtAnyNumberOfThreads) {
  // Every third cell fails, and cells take different times.
  UseBackend([](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
    const auto batch = inputs[0].second.dim(0);
    std::this_thread::sleep_for(std::chrono::microseconds(200 * (5 - batch)));
    NamedTensors outputs = DoubledAll(inputs);
    if (batch == 3) outputs[0].second = Tensor::Zeros(DType::kF32, outputs[0].second.shape());
    return outputs;
  });
  const auto cases = Cases(12);
  const std::string one = Text(Run(cases));
  EXPECT_EQ(watcher_.ended_, watcher_.results_);
  for (const int threads : {2, 3, 8}) {
    options_.threads = threads;
    watcher_ = {};
    EXPECT_EQ(Text(Run(cases)), one) << threads;
    EXPECT_EQ(watcher_.ended_.size(), 24u);
    EXPECT_EQ(watcher_.results_.size(), 24u);
    std::vector<std::string> plan;
    const auto planned = PlanSweep(toolbox_, cases, options_);
    ASSERT_THAT(planned, IsOk());
    for (const auto& cell : *planned) plan.push_back(cell.id.ToString());
    EXPECT_EQ(watcher_.results_, plan);
  }
}

TEST_F(Sweep, ACaseIsLoadedOnceAndLetGo) {
  const auto model = std::make_shared<FakeCase>("model");
  toolbox_.backends.Add(std::make_shared<FakeBackend>("second"));
  options_.threads = 4;
  EXPECT_EQ(Run({model}).cells.size(), 4u);
  EXPECT_EQ(model->loads, 1);
  const auto reference = std::dynamic_pointer_cast<const FakeReference>(toolbox_.references.Share("eager"));
  // Twice for each call of static and dynamic and once with another input, whatever the number of backends.
  EXPECT_EQ(reference->runs, 2 * (1 + 3) + 1);
}

TEST_F(Sweep, AFailedLoadIsTheOutcomeOfAllItsCellsAndNoOthers) {
  const auto broken = std::make_shared<FakeCase>("broken");
  broken->failure = Corrupt("header is cut").With("file", "model.safetensors");
  const auto run = Run({broken, std::make_shared<FakeCase>("whole")});
  ASSERT_THAT(run.cells, SizeIs(4));
  for (const int i : {0, 1}) {
    EXPECT_EQ(run.cells[i].outcome, Outcome::kError);
    EXPECT_EQ(run.cells[i].stage, Stage::kLoad);
    EXPECT_EQ(run.cells[i].reason, "header is cut (file: model.safetensors)");
  }
  EXPECT_EQ(run.cells[2].outcome, Outcome::kPass);
  EXPECT_EQ(broken->loads, 1);
}

TEST_F(Sweep, RecordingsAreJudgedByTheFolder) {
  const auto model = std::make_shared<FakeCase>("model");
  model->variants = {{.name = "forward", .recording = true, .dynamic = false}};
  toolbox_.backends.Add(std::make_shared<FakeBackend>(
      "eager", std::vector<std::string>{"checkpoint"},
      [](const ports::Artifact& artifact, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
        EXPECT_EQ(artifact.format, "checkpoint");
        EXPECT_EQ(artifact.options.GetString("recording").value(), "forward");
        EXPECT_NE(artifact.model, nullptr);
        return DoubledAll(inputs);
      }));
  const auto run = Run({model});
  ASSERT_THAT(run.cells, SizeIs(1));
  EXPECT_EQ(run.cells[0].id.ToString(), "model/forward/none/eager/f32");
  EXPECT_EQ(run.cells[0].outcome, Outcome::kPass) << run.cells[0].reason;
}

TEST_F(Sweep, ADynamicCellNamesTheSizeThatWasBakedIn) {
  UseBackend([](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
    if (inputs[0].second.dim(0) != 2) return ShapeError("want [2, 3]");
    return DoubledAll(inputs);
  });
  toolbox_.tracer = [](const auto&, const auto&) -> Result<Traced> {
    return Traced{.program = std::make_shared<const ir::Program>(), .specialisations = {"x.size(0) was specialised to 2 by view"}};
  };
  const auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kPass);  // static
  EXPECT_EQ(run.cells[1].outcome, Outcome::kFail);
  EXPECT_EQ(run.cells[1].stage, Stage::kRun);
  EXPECT_EQ(run.cells[1].reason, "at batch=3: want [2, 3]; baked in: x.size(0) was specialised to 2 by view");
  EXPECT_THAT(run.cells[1].notes, Contains(HasSubstr("specialised to 2")));
}

TEST_F(Sweep, ABakedSizeShowsInTheArtifactToo) {
  // An exporter that ignores `dynamic`, as foreign ones do.
  auto exporter = std::make_shared<::testing::NiceMock<MockExporter>>("foreign", "fake");
  ON_CALL(*exporter, Lower).WillByDefault([](const auto&, const auto&, const auto&) -> Result<ports::Artifact> {
    ports::Artifact artifact;
    artifact.format = "fake";
    artifact.inputs = {{"input.x", DType::kF32, {"2", "3"}}};
    return artifact;
  });
  toolbox_.exporters = {};
  toolbox_.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter));
  UseBackend([](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
    EXPECT_EQ(inputs[0].first, "input.x");
    if (inputs[0].second.dim(0) != 2) return ShapeError("bad input");
    return NamedTensors{{"output.y", Doubled(inputs[0].second)}};
  });
  const auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kPass) << run.cells[0].reason;
  EXPECT_THAT(run.cells[1].reason, HasSubstr("baked in: input.x axis 0 is fixed at 2, found 3"));
}

TEST_F(Sweep, AllShapesAreComparedThoughOneFails) {
  UseBackend([](const ports::Artifact&, const ports::SessionOptions&, const NamedTensors& inputs) -> Result<NamedTensors> {
    NamedTensors outputs = DoubledAll(inputs);
    if (inputs[0].second.dim(0) == 3) outputs[0].second = inputs[0].second;
    return outputs;
  });
  const auto run = Run(Cases(1));
  ASSERT_THAT(run.cells[1].figures, SizeIs(3));
  EXPECT_EQ(run.cells[1].figures[0].assignment, "");
  EXPECT_EQ(run.cells[1].figures[1].assignment, "batch=3");
  EXPECT_EQ(run.cells[1].figures[1].outcome, "fail");
  EXPECT_EQ(run.cells[1].figures[2].outcome, "pass");
  EXPECT_EQ(run.cells[1].outcome, Outcome::kFail);
  EXPECT_EQ(run.cells[1].reason, "at batch=3: y: element 0 is off");
}

TEST_F(Sweep, SkipIsNotRun) {
  options_.lists = {Entry(ListKind::kSkip, "model0/static/*")};
  int runs = 0;
  UseBackend([&](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    ++runs;
    return DoubledAll(inputs);
  });
  const auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kSkip);
  EXPECT_THAT(run.cells[0].reason, HasSubstr("a new head"));
  EXPECT_EQ(runs, 3);  // dynamic alone
  EXPECT_EQ(ExitCode(run, {}), 0);
  options_.selection.variants = {"static"};
  EXPECT_EQ(ExitCode(Run(Cases(1)), {}), 2);  // nothing was compared
}

TEST_F(Sweep, ExpectedFailMayNameOutcomeAndStage) {
  UseBackend([](const auto&, const auto&, const NamedTensors&) -> Result<NamedTensors> { return Invalid("refused"); });
  ListEntry entry = Entry(ListKind::kExpectedFail, "*");
  entry.outcome = Outcome::kFail;
  entry.stage = Stage::kRun;
  options_.lists = {entry};
  EXPECT_EQ(Run(Cases(1)).cells[0].shown_word(), "expected-fail");
  options_.lists[0].stage = Stage::kPrepare;
  const auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "fail");
  EXPECT_THAT(run.cells[0].notes, Contains("the entry expects fail at prepare"));
  EXPECT_EQ(ExitCode(run, {}), 1);
}

TEST_F(Sweep, DisableOptimizeRunsBothWays) {
  options_.lists = {Entry(ListKind::kDisableOptimize, "*/static/*")};
  options_.selection.variants = {"static"};
  bool optimised_works = false, plain_works = true;
  UseBackend([&](const ports::Artifact& artifact, const ports::SessionOptions& session, const NamedTensors& inputs) -> Result<NamedTensors> {
    EXPECT_EQ(artifact.options.GetBool("optimize").value(), session.optimize);  // exporter and runtime are switched together
    if (session.optimize ? optimised_works : plain_works) return DoubledAll(inputs);
    return Invalid("wrong fusion");
  });
  auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "pass");
  EXPECT_EQ(run.cells[0].expected_kind, "disable_optimize");
  EXPECT_THAT(run.cells[0].notes, Contains("with optimisation: fail at run: wrong fusion"));
  EXPECT_EQ(ExitCode(run, {}), 0);

  optimised_works = true;
  run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "unexpected-pass");
  EXPECT_EQ(ExitCode(run, {}), 1);

  plain_works = optimised_works = false;
  run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "fail");
  EXPECT_THAT(run.cells[0].reason, HasSubstr("wrong list"));

  optimised_works = true;
  run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "fail");
  EXPECT_EQ(ExitCode(run, {}), 1);
}

TEST_F(Sweep, ToleranceFailsWhereTheDefaultWouldPass) {
  ListEntry entry = Entry(ListKind::kTolerance, "*/static/*");
  entry.tolerance.atol = 0.5;
  options_.lists = {entry};
  options_.selection.variants = {"static"};
  float error = 0.25f;
  UseBackend([&](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    NamedTensors outputs = DoubledAll(inputs);
    outputs[0].second = outputs[0].second.Clone();
    outputs[0].second.mutable_data<float>()[0] += error;
    return outputs;
  });
  auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "pass") << run.cells[0].reason;
  EXPECT_EQ(run.cells[0].expected, "tolerance:*/static/*");
  EXPECT_EQ(ExitCode(run, {}), 0);
  error = 0;
  run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "unexpected-pass");
  EXPECT_EQ(ExitCode(run, {}), 1);
  error = 0.75f;
  run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].shown_word(), "fail");
  // An entry for another output leaves this one to the default bound.
  options_.lists[0].output = "z*";
  error = 0.25f;
  EXPECT_EQ(Run(Cases(1)).cells[0].shown_word(), "fail");
}

TEST_F(Sweep, OneEntryDecides) {
  options_.lists = {Entry(ListKind::kTolerance, "model0/static/*"), Entry(ListKind::kExpectedFail, "*/static/*")};
  const auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].expected_kind, "expected_fail");
  EXPECT_THAT(run.cells[0].notes, Contains(HasSubstr("'tolerance:model0/static/*' was left aside")));
}

TEST_F(Sweep, ListsAreCheckedAgainstTheWholeCatalogue) {
  options_.lists = {Entry(ListKind::kExpectedFail, "model1/*")};
  options_.selection.filters = {"model0/*"};
  EXPECT_THAT(RunSweep(toolbox_, Cases(2), options_), IsOk());  // it matches, though not what is selected
  EXPECT_THAT(RunSweep(toolbox_, Cases(1), options_),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("test.json, entry 1"), HasSubstr("'model1/*' matches no cell"))));
}

TEST_F(Sweep, AnEmptySelectionSaysWhatMatchesNothing) {
  options_.selection.backends = {"duoble"};
  EXPECT_THAT(RunSweep(toolbox_, Cases(1), options_),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("nothing is selected"), HasSubstr("--backend 'duoble'"), HasSubstr("nearest: double"))));
  options_.selection.backends = {};
  EXPECT_THAT(RunSweep(toolbox_, {}, options_), IsError(ErrorKind::kInvalid, HasSubstr("0 cells")));
}

TEST_F(Sweep, TheCommandRepeatsTheCell) {
  const auto folder = std::make_shared<FakeCase>("m", "FakeModel", "some folder/m");
  options_.seed = 3;
  auto run = Run({folder});
  EXPECT_EQ(run.cells[0].command, "conformance run 'some folder/m' --variant static --exporter fake --backend double --seed 3");
  EXPECT_EQ(run.cells[0].source, "some folder/m");
  options_.seed = 0;
  options_.optimize = false;
  options_.export_configs["fake"]["optimize"] = false;
  options_.backend_options["double"]["mode"] = "a b";
  run = Run({folder});
  EXPECT_THAT(run.cells[0].command, ::testing::EndsWith("--backend double --no-optimize --export-option fake:optimize=false "
                                                        "--backend-option 'double:mode=\"a b\"'"));
  options_.optimize = true;
  options_.export_configs.clear();
  options_.backend_options.clear();
  run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].command, "conformance run --filter model0/static/fake/double/f32 --variant static --exporter fake --backend double");
}

// --- run folders -----------------------------------------------------------------------------------------------------------

TEST_F(Sweep, AnInterruptedSweepResumesToTheSameRecord) {
  const auto cases = Cases(6);
  const std::string undisturbed = Text(Run(cases));
  options_.run_dir = folder_ / "run";
  options_.resume = true;  // nothing there yet: afresh
  options_.cancellation = std::make_shared<Cancellation>();
  watcher_ = {};
  watcher_.on_end = [&](size_t ended) {
    if (ended == 5) options_.cancellation->Request();
  };
  record::RunRecord part = Run(cases);
  EXPECT_EQ(part.cells.size(), 5u);
  EXPECT_EQ(part.planned, 12);
  EXPECT_EQ(ExitCode(part, {}), 1);
  EXPECT_THAT(part.stopped, HasSubstr("7 of 12 cells were not run; --resume"));

  options_.cancellation = nullptr;
  watcher_ = {};
  EXPECT_EQ(Text(Run(cases)), undisturbed);
  EXPECT_EQ(watcher_.resumed_, 5u);
  EXPECT_EQ(watcher_.ended_.size(), 7u);
  EXPECT_EQ(watcher_.results_.size(), 12u);

  watcher_ = {};
  EXPECT_EQ(Text(Run(cases)), undisturbed);  // finished: nothing runs, the record is there again
  EXPECT_EQ(watcher_.started_, 0u);
}

TEST_F(Sweep, ARunFolderIsNotTakenForAnotherRun) {
  options_.run_dir = folder_ / "run";
  Run(Cases(1));
  EXPECT_THAT(RunSweep(toolbox_, Cases(1), options_), IsError(ErrorKind::kInvalid, HasSubstr("--resume")));
  options_.resume = true;
  EXPECT_THAT(RunSweep(toolbox_, Cases(1), options_), IsOk());
  EXPECT_THAT(RunSweep(toolbox_, Cases(2), options_), IsError(ErrorKind::kInvalid, HasSubstr("'cells' is 2 there, 4 here")));
  options_.seed = 9;
  EXPECT_THAT(RunSweep(toolbox_, Cases(1), options_), IsError(ErrorKind::kInvalid, HasSubstr("'seed' is 0 there, 9 here")));
}

TEST_F(Sweep, EveryVerdictIsInTheJournalBeforeItIsCounted) {
  options_.run_dir = folder_ / "run";
  size_t checked = 0;
  watcher_.on_end = [&](size_t ended) {
    std::ifstream file(options_.run_dir / kJournalFile);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto contents = ParseJournal(text, "j");
    ASSERT_THAT(contents, IsOk());
    EXPECT_EQ(contents->cells.size(), ended);
    ++checked;
  };
  Run(Cases(3));
  EXPECT_EQ(checked, 6u);
}

TEST_F(Sweep, NothingIsLeftOfArtifacts) {
  options_.run_dir = folder_ / "run";
  Run(Cases(2));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(options_.run_dir)) names.push_back(entry.path().filename());
  EXPECT_THAT(names, ElementsAre("journal.jsonl"));
}

TEST_F(Sweep, RecordsDoNotNameTheFolderOfArtifacts) {
  auto exporter = std::make_shared<::testing::NiceMock<MockExporter>>("fake", "fake");
  ON_CALL(*exporter, Lower).WillByDefault([](const auto&, const auto&, const ports::ExportConfig& config) -> Result<ports::Artifact> {
    ports::Artifact artifact;
    artifact.format = "fake";
    artifact.path = config.output_path;
    artifact.manifest["export_config"] = config.to_json();
    return artifact;
  });
  toolbox_.exporters = {};
  toolbox_.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter));
  UseBackend([](const ports::Artifact& artifact, const auto&, const auto&) -> Result<NamedTensors> {
    return Invalid("cannot load " + artifact.path.string() + ": no such operator");
  });
  const auto run = Run(Cases(1));
  EXPECT_EQ(run.cells[0].reason, "cannot load model0-static-fake-f32.fake: no such operator");
  EXPECT_EQ(run.cells[0].facts.Find("manifest")->Find("export_config")->GetString("output_path").value(), "model0-static-fake-f32.fake");
}

TEST_F(Sweep, ReasonsAreOneLine) {
  UseBackend([](const auto&, const auto&, const auto&) -> Result<NamedTensors> {
    return Invalid("Exception:\n  at core.cpp\n\nno such operator\n").With("where", "a\nb");
  });
  EXPECT_EQ(Run(Cases(1)).cells[0].reason, "Exception: at core.cpp no such operator (where: a b)");
}

TEST_F(Sweep, WhatAKilledRunLeftIsCleared) {
  options_.run_dir = folder_ / "run";
  fs::create_directories(options_.run_dir / "artifacts");
  std::ofstream(options_.run_dir / "artifacts" / "model0.onnx") << "half a model";
  Run(Cases(1));
  EXPECT_FALSE(fs::exists(options_.run_dir / "artifacts"));
}

TEST_F(Sweep, TimesAreOfTheMachineByDefault) {
  toolbox_.clock = std::make_shared<SystemClock>();
  UseBackend([](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return DoubledAll(inputs);
  });
  const auto run = Run(Cases(1));
  EXPECT_GE(run.cells[0].stage_seconds.at("run"), 0.005);
  EXPECT_GE(run.seconds, run.cells[0].seconds);
  EXPECT_THAT(run.started, ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
}

}  // namespace
}  // namespace conformance::engine
