// What the exporters' own test suites let through, each shown to be closed here. The numbers are those of a study of the exporter sweep of
// Hugging Face's transformers (W1, W3, W4 and W8, which need a judge: suites/models/judge_test.cc): W2 what is not run counts as passed; W6 a crash ends the run; W9 lists that nobody looks at go stale; W10 lost
// capabilities are not seen (W10 against an earlier run: reports/diff/diff_test.cc); W11 patches and fixes leave no trace (shown in the page:
// reports/render/html_test.cc); W12 exporters change what they are given.

#include <gmock/gmock.h>

#include <set>

#include "framework/engine/audit.h"
#include "framework/engine/posix_process.h"
#include "framework/engine/sweep.h"
#include "framework/engine/system_clock.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::NiceMock;
using ::testing::SizeIs;
using record::CellRecord;
using record::Outcome;
using record::Stage;

class WeakSpots : public ::testing::Test {
 protected:
  WeakSpots() { options_.threads = 1; }
  void UseBackend(FakeBackend::Behaviour behaviour) {
    toolbox_.backends = {};
    toolbox_.backends.Add(std::make_shared<FakeBackend>("double", std::vector<std::string>{"fake"}, std::move(behaviour)));
  }
  /// An exporter whose Lower is a test's.
  void UseExporter(std::function<Result<ports::Artifact>(const ports::ExportConfig&)> lower) {
    auto exporter = std::make_shared<NiceMock<MockExporter>>("fake", "fake");
    ON_CALL(*exporter, Lower).WillByDefault([lower = std::move(lower)](const auto&, const auto&, const ports::ExportConfig& config) {
      return lower(config);
    });
    toolbox_.exporters = {};
    toolbox_.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter));
  }
  static ports::Artifact Plain() {
    ports::Artifact artifact;
    artifact.format = "fake";
    return artifact;
  }
  record::RunRecord Run(std::shared_ptr<FakeCase> model = std::make_shared<FakeCase>("m")) {
    auto run = RunSweep(toolbox_, {std::move(model)}, options_);
    EXPECT_THAT(run, IsOk());
    return run.ok() ? *std::move(run) : record::RunRecord{};
  }

  Toolbox toolbox_ = FakeToolbox();
  SweepOptions options_;
};

// --- W2: a class that is left out "reports as passed rather than skipped"; an artifact that its runtime cannot load or run is tolerated.

TEST_F(WeakSpots, W2_NothingButAPassIsGreen) {
  struct Row {
    ErrorKind kind;
    Outcome outcome;
    int exit_code;
  };
  for (const Row& row : {Row{ErrorKind::kInvalid, Outcome::kFail, 1}, Row{ErrorKind::kUnsupported, Outcome::kUnsupported, 1},
                         Row{ErrorKind::kOutOfMemory, Outcome::kOutOfMemory, 1}, Row{ErrorKind::kTimeout, Outcome::kTimeout, 1},
                         Row{ErrorKind::kCrash, Outcome::kCrash, 1}, Row{ErrorKind::kInternal, Outcome::kError, 1},
                         Row{ErrorKind::kUnavailable, Outcome::kUnavailable, kExitBroken}}) {
    UseBackend([&](const auto&, const auto&, const auto&) -> Result<NamedTensors> { return Error(row.kind, "error 0x21"); });
    const auto run = Run();
    for (const CellRecord& cell : run.cells) {
      EXPECT_EQ(cell.outcome, row.outcome);
      EXPECT_FALSE(cell.as_expected());
      EXPECT_NE(cell.shown_word(), "pass");
    }
    EXPECT_EQ(ExitCode(run, {}), row.exit_code) << ToString(row.outcome);
  }
}

TEST_F(WeakSpots, W2_AnArtifactThatDoesNotLoadFailed) {
  auto backend = std::make_shared<NiceMock<MockBackend>>("runtime", "fake");
  ON_CALL(*backend, Prepare).WillByDefault([](const auto&, const auto&) -> Result<std::unique_ptr<ports::Session>> {
    return Corrupt("Failed to load method forward, error: 0x21");
  });
  toolbox_.backends.Add(std::shared_ptr<const ports::Backend>(backend));
  const auto run = Run();
  ASSERT_THAT(run.cells, SizeIs(2));
  EXPECT_EQ(run.cells[1].outcome, Outcome::kFail);
  EXPECT_EQ(run.cells[1].stage, Stage::kPrepare);
  EXPECT_THAT(run.cells[1].reason, HasSubstr("0x21"));
}

TEST_F(WeakSpots, W2_AllSkippedOrNothingSelectedIsNoSuccess) {
  UseBackend({});
  ListEntry skip;
  skip.kind = ListKind::kSkip;
  skip.pattern = "*";
  skip.id = "skip:*";
  options_.lists = {skip};
  const auto run = Run();
  EXPECT_EQ(run.cells[0].shown_word(), "skip");
  EXPECT_EQ(ExitCode(run, {}), kExitBroken);
  options_.lists.clear();
  options_.selection.variants = {"no such"};
  EXPECT_THAT(RunSweep(toolbox_, {std::make_shared<FakeCase>("m")}, options_), IsError(ErrorKind::kInvalid, HasSubstr("nothing is selected")));
}

// --- W6: one process runs everything, so a segmentation fault on serialising takes the other results along.

TEST_F(WeakSpots, W6_ACrashIsARowAndTheOthersHaveTheirs) {
  toolbox_.exporters = {};
  toolbox_.exporters.Add(std::make_shared<FakeExporter>("fake", "test"));
  toolbox_.export_configs.Add("test", PlainExportConfig::FromJson);
  toolbox_.process_launcher = MakePosixLauncher();
  toolbox_.clock = std::make_shared<SystemClock>();
  options_.isolation.all = true;
  options_.isolation.worker_command = {CONFORMANCE_TEST_WORKER};
  for (const char* name : {"double", "segv", "abort", "memory"}) {  // what runs is the worker's backend of that name
    toolbox_.backends.Add(std::make_shared<FakeBackend>(name, std::vector<std::string>{"test"}));
  }
  auto model = std::make_shared<FakeCase>("m");
  model->variants = {{.name = "static", .recording = false, .dynamic = false}};
  const auto run = Run(model);
  ASSERT_THAT(run.cells, SizeIs(4));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kPass) << run.cells[0].reason;
  EXPECT_EQ(run.cells[1].outcome, Outcome::kCrash);
  EXPECT_THAT(run.cells[1].reason, HasSubstr("SIGSEGV"));
  EXPECT_EQ(run.cells[2].outcome, Outcome::kCrash);
  EXPECT_EQ(run.cells[3].outcome, Outcome::kOutOfMemory);
  EXPECT_EQ(ExitCode(run, {}), 1);
}

// --- W9: nothing runs a skipped entry again.

TEST_F(WeakSpots, W9_AnEntryThatNoLongerHoldsFailsTheRunOrTheAudit) {
  UseBackend({});
  ListEntry entry;
  entry.pattern = "m/static/*";
  entry.date = "2026-07-31";  // the clock says 2026-08-01
  for (const ListKind kind : {ListKind::kExpectedFail, ListKind::kDisableOptimize, ListKind::kTolerance, ListKind::kSkip}) {
    entry.kind = kind;
    entry.id = std::string(ToString(kind)) + ":" + entry.pattern;
    entry.output = "*";
    options_.lists = {entry};
    const auto run = Run();
    const bool skip = kind == ListKind::kSkip;
    EXPECT_EQ(run.cells[0].shown_word(), skip ? "skip" : "unexpected-pass");
    EXPECT_EQ(ExitCode(run, {}), skip ? 0 : 1) << entry.id;
    ProgressSink nobody;
    const auto audited = RunAudit(toolbox_, {std::make_shared<FakeCase>("m")}, {.sweep = options_, .max_age_days = 90}, nobody);
    ASSERT_THAT(audited, IsOk());
    EXPECT_EQ((*audited)[0].state, EntryState::kNoLongerHolds) << entry.id;
  }
}

TEST_F(WeakSpots, W9_AReasonThatIsAnotherIsNotTheSameFailure) {
  // "this was recorded as a timeout, but it fails outright"
  UseBackend([](const auto&, const auto&, const auto&) -> Result<NamedTensors> { return Invalid("fails outright"); });
  ListEntry entry;
  entry.kind = ListKind::kExpectedFail;
  entry.pattern = "*";
  entry.id = "expected_fail:*";
  entry.outcome = Outcome::kTimeout;
  options_.lists = {entry};
  EXPECT_EQ(ExitCode(Run(), {}), 1);
}

// --- W10: an exporter that loses a component says nothing, and what is left is green.

TEST_F(WeakSpots, W10_AComponentThatTheExporterLosesIsAFailedCell) {
  UseBackend([](const ports::Artifact& artifact, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    if (artifact.path.string().find("image_encoder") != std::string::npos) return NotFound("no such file");
    return DoubledAll(inputs);
  });
  auto model = std::make_shared<FakeCase>("vlm");
  model->variants.clear();
  for (const char* component : {"image_encoder", "language_model", "decode"}) {
    model->variants.push_back({.name = component, .recording = false, .dynamic = false});
  }
  // What is there to be judged is the case's word, not the exporter's: it writes two of three files and reports success.
  UseExporter([](const ports::ExportConfig& config) -> Result<ports::Artifact> {
    ports::Artifact artifact = Plain();
    artifact.path = config.output_path;
    return artifact;
  });
  const auto run = Run(model);
  ASSERT_THAT(run.cells, SizeIs(3));
  EXPECT_EQ(run.cells[0].id.variant, "image_encoder");
  EXPECT_EQ(run.cells[0].outcome, Outcome::kFail);
  EXPECT_EQ(run.cells[1].outcome, Outcome::kPass);
  EXPECT_EQ(ExitCode(run, {}), 1);
}

TEST_F(WeakSpots, W10_AnExporterThatRefusesAComponentIsSeen) {
  UseBackend({});
  UseExporter([](const ports::ExportConfig& config) -> Result<ports::Artifact> {
    if (config.output_path.string().find("image_encoder") != std::string::npos) return NotFound("no such component");
    return Plain();
  });
  auto model = std::make_shared<FakeCase>("vlm");
  model->variants = {{.name = "image_encoder", .recording = false, .dynamic = false}, {.name = "decode", .recording = false, .dynamic = false}};
  const auto run = Run(model);
  ASSERT_THAT(run.cells, SizeIs(2));
  EXPECT_EQ(run.cells[0].outcome, Outcome::kError);
  EXPECT_EQ(run.cells[0].stage, Stage::kExport);
  EXPECT_EQ(ExitCode(run, {}), 1);
}

TEST_F(WeakSpots, W10_ALostStateOrInputIsNamed) {
  // The sliding window's cache is no output any more: logits alone are right.
  UseBackend([](const auto&, const auto&, const NamedTensors&) -> Result<NamedTensors> { return NamedTensors{}; });
  EXPECT_THAT(Run().cells[0].reason, HasSubstr("y"));
  EXPECT_EQ(Run().cells[0].outcome, Outcome::kFail);
  // An artifact that asks for what nobody has.
  UseBackend({});
  UseExporter([](const auto&) -> Result<ports::Artifact> {
    ports::Artifact artifact = Plain();
    artifact.inputs = {{"x", DType::kF32, {"2", "3"}}, {"past_key_values.layers.0.keys", DType::kF32, {"2", "3"}}};
    return artifact;
  });
  const auto run = Run();
  EXPECT_NE(run.cells[0].outcome, Outcome::kPass);
  EXPECT_THAT(run.cells[0].reason, HasSubstr("past_key_values.layers.0.keys"));
}

// --- W11: no record of which patch or fix took part.

TEST_F(WeakSpots, W11_EachCellSaysHowOftenEachPatchAndFixFired) {
  UseBackend({});
  UseExporter([](const auto&) -> Result<ports::Artifact> {
    ports::Artifact artifact = Plain();
    artifact.manifest["hits"]["alias"] = 2;
    artifact.manifest["hits"]["never"] = 0;
    return artifact;
  });
  for (const CellRecord& cell : Run().cells) {
    const Json* hits = cell.facts.Find("manifest") ? cell.facts.Find("manifest")->Find("hits") : nullptr;
    ASSERT_NE(hits, nullptr);
    EXPECT_EQ(hits->GetInt("alias").value(), 2);
    EXPECT_EQ(hits->GetInt("never").value(), 0);
  }
}

// --- W12: after an export the caller's inputs and model are others.

void Spoil(const Tensor& tensor) { const_cast<float*>(tensor.data<float>())[0] += 1; }

TEST_F(WeakSpots, W12_AnExporterThatChangesItsInputsIsNamed) {
  UseBackend({});
  auto exporter = std::make_shared<NiceMock<MockExporter>>("fake", "fake");
  Tensor kept;
  ON_CALL(*exporter, Prepare).WillByDefault([&](const auto&, const ports::ModelInputs& inputs, const auto&) -> Result<ports::TraceRequest> {
    kept = inputs.tensors[0].second;
    ports::TraceRequest request;
    request.inputs = inputs;
    return request;
  });
  ON_CALL(*exporter, Lower).WillByDefault([&](const auto&, const auto&, const auto&) -> Result<ports::Artifact> {
    Spoil(kept);
    return Plain();
  });
  toolbox_.exporters = {};
  toolbox_.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter));
  const auto run = Run();
  EXPECT_EQ(run.cells[0].outcome, Outcome::kError);
  EXPECT_EQ(run.cells[0].stage, Stage::kExport);
  EXPECT_EQ(run.cells[0].reason, "exporter 'fake' changed its input 'x'");
}

TEST_F(WeakSpots, W12_ABackendThatChangesItsInputsIsNamed) {
  UseBackend([](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    NamedTensors outputs = DoubledAll(inputs);
    Spoil(inputs[0].second);
    return outputs;
  });
  const auto run = Run();
  EXPECT_EQ(run.cells[0].outcome, Outcome::kError);
  EXPECT_EQ(run.cells[0].reason, "backend 'double' changed its input 'x'");
}

}  // namespace
}  // namespace conformance::engine
