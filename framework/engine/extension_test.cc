// What a user adds, seen from the engine: each port is a mock that behaves well or badly, and nothing else is real.

#include <gmock/gmock.h>

#include <chrono>
#include <limits>
#include <new>
#include <stdexcept>

#include "framework/engine/sweep.h"
#include "framework/engine/worker_client.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/mock_ports.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::_;
using ::testing::AllOf;
using ::testing::AtLeast;
using ::testing::ByMove;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::NiceMock;
using ::testing::Return;
using ::testing::StartsWith;
using ::testing::StrictMock;
using ::testing::Throw;
using record::CellRecord;
using record::Outcome;
using record::Stage;

using SessionResult = Result<std::unique_ptr<ports::Session>>;
using Outputs = Result<NamedTensors>;

class Extension : public ::testing::Test {
 protected:
  Extension() {
    artifact_.format = "mock";
    ON_CALL(*exporter_, Lower).WillByDefault([this](const auto&, const auto&, const auto&) -> Result<ports::Artifact> { return artifact_; });
    ON_CALL(*backend_, Prepare).WillByDefault([this](const auto&, const auto&) -> SessionResult {
      auto session = std::make_unique<NiceMock<MockSession>>();
      ON_CALL(*session, Run).WillByDefault(run_);
      return SessionResult(std::move(session));
    });
    ON_CALL(*reference_, Run).WillByDefault([](const ports::ReferenceRequest& request) -> Outputs {
      return DoubledAll(request.inputs->tensors, request.numerics == ops::Numerics::Oracle());
    });
    const FakeComparator honest;
    ON_CALL(*comparator_, Compare).WillByDefault([honest](const ports::ComparisonRequest& request) { return honest.Compare(request); });
    ON_CALL(*clock_, WallTime).WillByDefault(Return("2026-08-01T00:00:00Z"));
    case_->variants = {{.name = "static", .recording = false, .dynamic = false}};
    toolbox_ = FakeToolbox();
    toolbox_.exporters = {};
    toolbox_.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter_));
    toolbox_.backends.Add(std::shared_ptr<const ports::Backend>(backend_));
    toolbox_.references = {};
    toolbox_.references.Add(std::shared_ptr<const ports::Reference>(reference_));
    toolbox_.comparator = comparator_;
    toolbox_.clock = clock_;
    options_.threads = 1;
  }

  record::RunRecord Sweep() {
    auto run = RunSweep(toolbox_, {case_}, options_);
    EXPECT_THAT(run, IsOk());
    return run.ok() ? *std::move(run) : record::RunRecord{};
  }
  CellRecord Cell() {
    record::RunRecord run = Sweep();
    EXPECT_EQ(run.cells.size(), 1u);
    return run.cells.empty() ? CellRecord{} : run.cells[0];
  }

  ports::Artifact artifact_;
  std::function<Outputs(const NamedTensors&)> run_ = [](const NamedTensors& inputs) -> Outputs { return DoubledAll(inputs); };
  std::shared_ptr<NiceMock<MockExporter>> exporter_ = std::make_shared<NiceMock<MockExporter>>();
  std::shared_ptr<NiceMock<MockBackend>> backend_ = std::make_shared<NiceMock<MockBackend>>();
  std::shared_ptr<NiceMock<MockReference>> reference_ = std::make_shared<NiceMock<MockReference>>();
  std::shared_ptr<NiceMock<MockComparator>> comparator_ = std::make_shared<NiceMock<MockComparator>>();
  std::shared_ptr<NiceMock<MockClock>> clock_ = std::make_shared<NiceMock<MockClock>>();
  std::shared_ptr<FakeCase> case_ = std::make_shared<FakeCase>("model");
  Toolbox toolbox_;
  SweepOptions options_;
};

// --- Backend -------------------------------------------------------------------------------------------------------------

TEST_F(Extension, ABackendThatIsRightPasses) {
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kPass) << cell.reason;
  EXPECT_EQ(cell.stage, Stage::kCompare);
  EXPECT_EQ(cell.id.ToString(), "model/static/mock-exporter/mock-backend/f32");
  EXPECT_EQ(cell.figures.size(), 1u);
}

TEST_F(Extension, ABackendThatThrowsIsAnErrorAtItsStage) {
  ON_CALL(*backend_, Prepare).WillByDefault(Throw(std::runtime_error("no licence")));
  CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kError);
  EXPECT_EQ(cell.stage, Stage::kPrepare);
  EXPECT_THAT(cell.reason, AllOf(HasSubstr("mock-backend"), HasSubstr("no licence")));

  ON_CALL(*backend_, Prepare).WillByDefault([](const auto&, const auto&) -> SessionResult { throw 7; });
  EXPECT_THAT(Cell().reason, HasSubstr("no std::exception"));
}

TEST_F(Extension, ASessionThatThrowsIsAnError) {
  run_ = [](const NamedTensors&) -> Outputs { throw std::logic_error("lost"); };
  CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kError);
  EXPECT_EQ(cell.stage, Stage::kRun);
  EXPECT_THAT(cell.reason, HasSubstr("lost"));
  run_ = [](const NamedTensors&) -> Outputs { throw std::bad_alloc(); };
  cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kOutOfMemory);
}

TEST_F(Extension, WrongShapesFail) {
  run_ = [](const NamedTensors&) -> Outputs { return NamedTensors{{"y", F32({1, 2})}}; };
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kFail);
  EXPECT_EQ(cell.stage, Stage::kCompare);
  EXPECT_THAT(cell.reason, AllOf(HasSubstr("f32[2]"), HasSubstr("want f32[2, 3]")));
}

TEST_F(Extension, NaNFails) {
  run_ = [](const NamedTensors& inputs) -> Outputs {
    NamedTensors outputs = DoubledAll(inputs);
    outputs[0].second = outputs[0].second.Clone();
    outputs[0].second.mutable_data<float>()[4] = std::numeric_limits<float>::quiet_NaN();
    return outputs;
  };
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kFail);
  EXPECT_THAT(cell.reason, HasSubstr("element 4"));
}

TEST_F(Extension, NothingFails) {
  run_ = [](const NamedTensors&) -> Outputs { return NamedTensors{}; };
  EXPECT_EQ(Cell().outcome, Outcome::kFail);
  // Nor is a session that is none, or a comparison of nothing, a pass.
  ON_CALL(*backend_, Prepare).WillByDefault([](const auto&, const auto&) -> SessionResult { return std::unique_ptr<ports::Session>(); });
  EXPECT_EQ(Cell().outcome, Outcome::kError);
  ON_CALL(*reference_, Run).WillByDefault([](const auto&) -> Outputs { return NamedTensors{}; });
  ON_CALL(*backend_, Prepare).WillByDefault([](const auto&, const auto&) -> SessionResult {
    auto session = std::make_unique<NiceMock<MockSession>>();
    ON_CALL(*session, Run).WillByDefault([](const NamedTensors&) -> Outputs { return NamedTensors{}; });
    return SessionResult(std::move(session));
  });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kFail);
  EXPECT_THAT(cell.reason, HasSubstr("nothing was compared"));
}

TEST_F(Extension, ABackendsErrorsBecomeOutcomes) {
  struct Row {
    ErrorKind kind;
    Outcome outcome;
  };
  for (const auto& [kind, outcome] : {Row{ErrorKind::kInvalid, Outcome::kFail}, Row{ErrorKind::kShape, Outcome::kFail},
                                      Row{ErrorKind::kType, Outcome::kFail}, Row{ErrorKind::kCorrupt, Outcome::kFail},
                                      Row{ErrorKind::kNotFound, Outcome::kFail}, Row{ErrorKind::kIo, Outcome::kError},
                                      Row{ErrorKind::kInternal, Outcome::kError}, Row{ErrorKind::kUnsupported, Outcome::kUnsupported},
                                      Row{ErrorKind::kCrash, Outcome::kCrash}, Row{ErrorKind::kTimeout, Outcome::kTimeout},
                                      Row{ErrorKind::kOutOfMemory, Outcome::kOutOfMemory}}) {
    run_ = [kind = kind](const NamedTensors&) -> Outputs { return Error(kind, "why").With("input", "x").Trail("deep inside"); };
    const CellRecord cell = Cell();
    EXPECT_EQ(cell.outcome, outcome) << ToString(kind);
    EXPECT_EQ(cell.stage, Stage::kRun);
    EXPECT_EQ(cell.reason, "why (input: x)");
    EXPECT_EQ(cell.detail, "deep inside");
  }
}

TEST_F(Extension, AMissingBackendIsUnavailableBeforeAnyWork) {
  ON_CALL(*backend_, Version).WillByDefault([]() -> Result<std::string> { return Unavailable("run tools/setup"); });
  EXPECT_CALL(*exporter_, Lower).Times(0);
  const record::RunRecord run = Sweep();
  EXPECT_EQ(run.cells[0].outcome, Outcome::kUnavailable);
  EXPECT_EQ(run.cells[0].stage, Stage::kPrepare);
  EXPECT_THAT(run.cells[0].reason, HasSubstr("tools/setup"));
  EXPECT_THAT(run.warnings, Contains(AllOf(HasSubstr("mock-backend"), HasSubstr("tools/setup"))));
  EXPECT_EQ(ExitCode(run, {}), 2);  // nothing was compared
  Selection named;
  named.backends = {"mock-backend"};
  EXPECT_EQ(ExitCode(run, named), 1);
}

TEST_F(Extension, AnotherVersionThanTheQualifiedOneIsNoted) {
  ON_CALL(*backend_, QualifiedVersion).WillByDefault(Return("0.9"));
  const record::RunRecord run = Sweep();
  EXPECT_THAT(run.cells[0].notes, Contains(HasSubstr("mock-backend is 1.0; the project is qualified against 0.9")));
  EXPECT_THAT(run.warnings, Contains(HasSubstr("0.9")));
  EXPECT_EQ(run.versions.at("mock-backend"), "1.0");
}

TEST_F(Extension, ABackendOfAnotherFormatIsNoCell) {
  auto other = std::make_shared<NiceMock<MockBackend>>("other", "another-format");
  EXPECT_CALL(*other, Prepare).Times(0);
  toolbox_.backends.Add(std::shared_ptr<const ports::Backend>(other));
  EXPECT_EQ(Sweep().cells.size(), 1u);
}

// --- Exporter ------------------------------------------------------------------------------------------------------------

TEST_F(Extension, AnExporterThatRefusesIsUnsupported) {
  ON_CALL(*exporter_, Lower).WillByDefault([](const auto&, const auto&, const auto&) -> Result<ports::Artifact> {
    return Unsupported("no translation for aten.foo.default").With("node", "foo_1");
  });
  EXPECT_CALL(*backend_, Prepare).Times(0);
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kUnsupported);
  EXPECT_EQ(cell.stage, Stage::kExport);
  EXPECT_EQ(cell.reason, "no translation for aten.foo.default (node: foo_1)");
  EXPECT_EQ(ExitCode(Sweep(), {}), 1);
}

TEST_F(Extension, AnExporterThatRaisesIsAnError) {
  ON_CALL(*exporter_, Prepare).WillByDefault([](const auto&, const auto&, const auto&) -> Result<ports::TraceRequest> {
    return Invalid("attention 'flash' cannot be exported: set 'sdpa'");
  });
  CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kError);
  EXPECT_EQ(cell.stage, Stage::kExport);
  ON_CALL(*exporter_, Prepare).WillByDefault([](const auto&, const ports::ModelInputs& inputs, const auto&) -> Result<ports::TraceRequest> {
    ports::TraceRequest request;
    request.inputs = inputs;
    return request;
  });
  ON_CALL(*exporter_, Lower).WillByDefault(Throw(std::out_of_range("vector")));
  cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kError);
  EXPECT_THAT(cell.reason, HasSubstr("exporter 'mock-exporter' threw: vector"));
}

TEST_F(Extension, AnArtifactThatItsCheckerRefusesFails) {
  EXPECT_CALL(*exporter_, Check).WillRepeatedly([](const auto&) -> Status { return Invalid("bad type in node 3"); });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kFail);
  EXPECT_EQ(cell.stage, Stage::kCheck);
  EXPECT_EQ(cell.reason, "bad type in node 3");
}

TEST_F(Extension, AnExporterOfCheckpointsGetsTheFolder) {
  case_->info.source = "some/folder";
  ON_CALL(*exporter_, Capabilities).WillByDefault([] {
    ports::ExporterCapabilities capabilities;
    capabilities.format = "mock";
    capabilities.exports_checkpoints = true;
    return capabilities;
  });
  EXPECT_CALL(*exporter_, Prepare).Times(0);
  EXPECT_CALL(*exporter_, ExportCheckpoint(ports::ModelSource{.folder = "some/folder", .spec = {}}, _, _))
      .WillOnce([this](const auto&, const ports::ModelInputs& inputs, const auto&) -> Result<ports::Artifact> {
        EXPECT_EQ(inputs.tensors.size(), 1u);
        return artifact_;
      });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kPass) << cell.reason;
}

TEST_F(Extension, AnExporterWarnsOfAnotherRuntimeThanItWasQualifiedAgainst) {
  using Versions = std::vector<std::pair<std::string, std::string>>;
  ON_CALL(*exporter_, QualifiedVersions).WillByDefault(Return(Versions{{"mock-backend", "0.8"}, {"absent", "3"}}));
  EXPECT_THAT(Sweep().warnings, ::testing::ElementsAre("exporter 'mock-exporter' is qualified against mock-backend 0.8, found 1.0"));
  ON_CALL(*exporter_, QualifiedVersions).WillByDefault(Return(Versions{{"mock-backend", "1.0"}}));
  EXPECT_THAT(Sweep().warnings, ::testing::IsEmpty());
}

TEST_F(Extension, OneTraceAndOneArtifactServeAllBackends) {
  auto second = std::make_shared<NiceMock<MockBackend>>("second", "mock");
  ON_CALL(*second, Prepare).WillByDefault([this](const auto& artifact, const auto& options) { return backend_->Prepare(artifact, options); });
  toolbox_.backends.Add(std::shared_ptr<const ports::Backend>(second));
  int traces = 0;
  toolbox_.tracer = [&](const auto&, const auto&) -> Result<Traced> {
    ++traces;
    return Traced{.program = std::make_shared<const ir::Program>(), .specialisations = {}};
  };
  EXPECT_CALL(*exporter_, Lower).Times(1);
  EXPECT_CALL(*reference_, Run).Times(3);  // declared, f64, and with another input, once for both cells
  EXPECT_EQ(Sweep().cells.size(), 2u);
  EXPECT_EQ(traces, 1);
}

// --- Reference and comparator ----------------------------------------------------------------------------------------------

TEST_F(Extension, AReferenceThatFailsIsOurError) {
  ON_CALL(*reference_, Run).WillByDefault([](const auto&) -> Outputs { return Internal("kernel lost"); });
  CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kError);
  EXPECT_THAT(cell.reason + cell.detail, HasSubstr("kernel lost"));
  ON_CALL(*reference_, Run).WillByDefault(Throw(std::runtime_error("eigen")));
  EXPECT_EQ(Cell().outcome, Outcome::kError);
}

TEST_F(Extension, TheReferenceIsAskedInTheDeclaredTypeAndInF64AndWithAnotherInput) {
  std::vector<ops::Numerics> asked;
  EXPECT_CALL(*reference_, Run).Times(3).WillRepeatedly([&](const ports::ReferenceRequest& request) -> Outputs {
    EXPECT_NE(request.model, nullptr);
    EXPECT_NE(request.weights, nullptr);
    asked.push_back(request.numerics);
    return DoubledAll(request.inputs->tensors, asked.size() == 2);
  });
  Cell();
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[2], ops::Numerics{});
  EXPECT_EQ(asked[0], ops::Numerics{});
  EXPECT_EQ(asked[1], ops::Numerics::Oracle());
}

TEST_F(Extension, TheComparatorsWordCounts) {
  ON_CALL(*comparator_, Compare).WillByDefault([](const ports::ComparisonRequest& request) -> Result<ports::Comparison> {
    EXPECT_EQ(request.candidate->size(), 1u);
    EXPECT_NE(request.oracle, nullptr);
    EXPECT_EQ((*request.oracle)[0].second.dtype(), DType::kF64);
    EXPECT_FALSE(request.tolerance.has_value());
    ports::Comparison comparison;
    comparison.outcome = Outcome::kMistrusted;
    comparison.reason = "y is constant";
    comparison.figures.resize(1);
    return comparison;
  });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kMistrusted);
  EXPECT_EQ(cell.reason, "y is constant");
  EXPECT_EQ(ExitCode(Sweep(), {}), 1);
}

// --- Cases that are no checkpoint folders ------------------------------------------------------------------------------------

TEST_F(Extension, ACaseWithItsOwnJudgeIsJudgedByIt) {
  auto own = std::make_shared<NiceMock<MockReference>>("own");
  toolbox_.references.Add(std::shared_ptr<const ports::Reference>(own));
  Json spec = Json::MakeObject();
  spec["class"] = "LlamaForCausalLM";
  case_->info.spec = spec;
  case_->info.judge = "own";
  case_->offer = Offer{.formats = {}, .source = true, .dtypes = {}};  // a class that only programs of their own can build
  ON_CALL(*exporter_, Capabilities).WillByDefault([] {
    ports::ExporterCapabilities capabilities;
    capabilities.format = "mock";
    capabilities.exports_checkpoints = true;
    return capabilities;
  });
  EXPECT_CALL(*exporter_, ExportCheckpoint(ports::ModelSource{.folder = {}, .spec = spec}, _, _)).WillOnce(Return(artifact_));
  EXPECT_CALL(*reference_, Run).Times(0);
  EXPECT_CALL(*own, Run).Times(2).WillRepeatedly([&](const ports::ReferenceRequest& request) -> Outputs {
    EXPECT_EQ(request.model, nullptr);
    EXPECT_EQ(request.program, nullptr);
    EXPECT_EQ(request.artifact, nullptr);
    EXPECT_EQ(request.source.spec, spec);
    return DoubledAll(request.inputs->tensors, request.numerics == ops::Numerics::Oracle());
  });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kPass) << cell.reason;
  EXPECT_EQ(cell.facts.Find("judged_by")->AsString(), "own");
}

TEST_F(Extension, ACaseWithAJudgeThatThereIsNotIsRefused) {
  case_->info.judge = "nobody";
  EXPECT_THAT(RunSweep(toolbox_, {case_}, options_), IsError(ErrorKind::kInvalid, HasSubstr("no reference 'nobody'")));
}

TEST_F(Extension, AMissingJudgeIsUnavailableBeforeAnyWork) {
  ON_CALL(*reference_, Version).WillByDefault([]() -> Result<std::string> { return Unavailable("run tools/setup --with pytorch"); });
  EXPECT_CALL(*exporter_, Lower).Times(0);
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kUnavailable);
  EXPECT_THAT(cell.reason, HasSubstr("--with pytorch"));
}

TEST_F(Extension, AProgramEntersAtLower) {
  case_->offer = Offer{.formats = {}, .program = true, .dtypes = {}};
  toolbox_.tracer = [](const auto&, const auto&) -> Result<Traced> { return Internal("nothing is to be traced"); };
  EXPECT_CALL(*exporter_, Prepare).Times(0);
  EXPECT_CALL(*exporter_, Lower).Times(1);
  EXPECT_CALL(*reference_, Run).Times(2).WillRepeatedly([&](const ports::ReferenceRequest& request) -> Outputs {
    EXPECT_NE(request.program, nullptr);
    EXPECT_NE(request.weights, nullptr);
    return DoubledAll(request.inputs->tensors, request.numerics == ops::Numerics::Oracle());
  });
  EXPECT_EQ(Cell().outcome, Outcome::kPass);
}

TEST_F(Extension, AnArtifactIsHandedOverAsItIs) {
  case_->offer = Offer{.formats = {"mock"}, .dtypes = {}};
  EXPECT_CALL(*exporter_, Lower).Times(0);
  EXPECT_CALL(*backend_, Prepare(Field(&ports::Artifact::format, "mock"), _)).Times(2);
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.id.ToString(), "model/static/none/mock-backend/f32");
  EXPECT_EQ(cell.outcome, Outcome::kPass) << cell.reason;
  // Data that came with it: a recording.
  case_->variants = {{.name = "data", .recording = true, .dynamic = false}};
  EXPECT_EQ(Cell().outcome, Outcome::kPass);
}

TEST_F(Extension, ABackendCanBeTheJudge) {
  auto judge = std::make_shared<NiceMock<MockBackend>>("judge", "mock");
  ON_CALL(*judge, Prepare).WillByDefault([](const auto&, const ports::SessionOptions& options) -> SessionResult {
    EXPECT_FALSE(options.optimize);
    auto session = std::make_unique<NiceMock<MockSession>>();
    ON_CALL(*session, Run).WillByDefault([](const NamedTensors& inputs) -> Outputs { return DoubledAll(inputs); });
    return SessionResult(std::move(session));
  });
  toolbox_.backends.Add(std::shared_ptr<const ports::Backend>(judge));
  case_->offer = Offer{.formats = {"mock"}, .dtypes = {}};
  case_->info.judge = "judge";
  options_.selection.backends = {"mock-backend"};
  EXPECT_CALL(*reference_, Run).Times(0);
  EXPECT_CALL(*comparator_, Compare(AllOf(Field(&ports::ComparisonRequest::oracle, nullptr), Field(&ports::ComparisonRequest::tolerance, std::nullopt)))).Times(1);
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kPass) << cell.reason;
  EXPECT_THAT(cell.notes, Contains(HasSubstr("judged by judge, which has no f64")));
}

TEST_F(Extension, OneArtifactIsHeldAgainstAnother) {
  auto measure = std::make_shared<FakeCase>("older", "FakeModel", "older.mock");
  measure->offer = Offer{.formats = {"older"}, .program = true, .dtypes = {}};
  measure->info.judge = "own";
  case_->offer = Offer{.formats = {"mock"}, .dtypes = {}};
  case_->info.measure = measure;
  auto own = std::make_shared<NiceMock<MockReference>>("own");
  toolbox_.references.Add(std::shared_ptr<const ports::Reference>(own));
  EXPECT_CALL(*own, Run).Times(2).WillRepeatedly([&](const ports::ReferenceRequest& request) -> Outputs {
    EXPECT_NE(request.program, nullptr);
    EXPECT_EQ(request.artifact->format, "older");
    EXPECT_EQ(request.source.folder, "older.mock");
    NamedTensors outputs = DoubledAll(request.inputs->tensors, request.numerics == ops::Numerics::Oracle());
    outputs[0].second = Doubled(outputs[0].second);
    return outputs;
  });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kFail);  // it gives half of what the other does
  EXPECT_EQ(cell.facts.Find("against")->AsString(), "older.mock");
}

// --- Lists ---------------------------------------------------------------------------------------------------------------

ListEntry ExpectedFail(std::string pattern) {
  ListEntry entry;
  entry.kind = ListKind::kExpectedFail;
  entry.pattern = std::move(pattern);
  entry.id = "expected_fail:" + entry.pattern;
  return entry;
}

TEST_F(Extension, AListEntryThatStartsToPassFailsTheSweep) {
  options_.lists = {ExpectedFail("model/static/*")};
  run_ = [](const NamedTensors&) -> Outputs { return Invalid("known defect"); };
  record::RunRecord run = Sweep();
  EXPECT_EQ(run.cells[0].shown_word(), "expected-fail");
  EXPECT_EQ(ExitCode(run, {}), 0);

  run_ = [](const NamedTensors& inputs) -> Outputs { return DoubledAll(inputs); };
  run = Sweep();
  EXPECT_EQ(run.cells[0].shown_word(), "unexpected-pass");
  EXPECT_EQ(run.cells[0].expected, "expected_fail:model/static/*");
  EXPECT_THAT(run.cells[0].reason, HasSubstr("no longer needed"));
  EXPECT_EQ(ExitCode(run, {}), 1);
}

// --- Clock ---------------------------------------------------------------------------------------------------------------

TEST_F(Extension, SecondsComeFromTheClock) {
  std::chrono::steady_clock::time_point now{};
  ON_CALL(*clock_, Now).WillByDefault([&] { return now; });
  run_ = [&](const NamedTensors& inputs) -> Outputs {
    now += std::chrono::milliseconds(250);
    return DoubledAll(inputs);
  };
  const record::RunRecord run = Sweep();
  EXPECT_DOUBLE_EQ(run.cells[0].stage_seconds.at("run"), 0.25);
  EXPECT_DOUBLE_EQ(run.cells[0].seconds, 0.25);
  EXPECT_DOUBLE_EQ(run.seconds, 0.25);
  EXPECT_EQ(run.started, "2026-08-01T00:00:00Z");
}

// --- Process launcher ------------------------------------------------------------------------------------------------------

/// A worker in memory: answers hello, then ends.
class DyingWorker {
 public:
  Status Write(std::span<const std::byte> bytes) {
    ++requests_;
    (void)bytes;
    return Ok();
  }
  Status Read(std::span<std::byte> bytes) {
    if (answer_.empty() && requests_ == 1) {
      const std::string text = R"({"type":"hello","protocol":1,"backends":[],"exporters":[]})";
      answer_ = std::string{static_cast<char>(text.size()), 0, 0, 0} + text;
    }
    if (answer_.size() < bytes.size()) return Error(ErrorKind::kCrash, "end of stream");
    std::copy_n(reinterpret_cast<const std::byte*>(answer_.data()), bytes.size(), bytes.data());
    answer_.erase(0, bytes.size());
    if (answer_.empty()) requests_ = 100;
    return Ok();
  }

 private:
  int requests_ = 0;
  std::string answer_;
};

TEST_F(Extension, IsolationLaunchesWorkersAndTellsHowTheyEnd) {
  auto launcher = std::make_shared<StrictMock<MockProcessLauncher>>();
  toolbox_.process_launcher = launcher;
  options_.isolation.all = true;
  options_.isolation.worker_command = {"/usr/bin/worker", "worker"};
  options_.isolation.limits.address_space_bytes = 1 << 30;
  DyingWorker worker;
  EXPECT_CALL(*backend_, Prepare).Times(0);  // not in this process
  EXPECT_CALL(*launcher, Launch(AllOf(Field(&ports::LaunchRequest::argv, ::testing::ElementsAre("/usr/bin/worker", "worker")),
                                      Field(&ports::LaunchRequest::address_space_bytes, uint64_t{1} << 30))))
      .WillOnce([&](const auto&) -> Result<std::unique_ptr<ports::Process>> {
        auto process = std::make_unique<NiceMock<MockProcess>>();
        ON_CALL(*process, Write).WillByDefault([&](auto bytes, auto) { return worker.Write(bytes); });
        ON_CALL(*process, Read).WillByDefault([&](auto bytes, auto) { return worker.Read(bytes); });
        ON_CALL(*process, StandardErrorTail).WillByDefault(Return("line 1\nillegal instruction\n"));
        ON_CALL(*process, Wait).WillByDefault(Return(ports::ExitStatus{.exit_code = {}, .signal = 4}));
        return std::unique_ptr<ports::Process>(std::move(process));
      });
  const CellRecord cell = Cell();
  EXPECT_EQ(cell.outcome, Outcome::kCrash);
  EXPECT_EQ(cell.stage, Stage::kPrepare);
  EXPECT_THAT(cell.reason, HasSubstr("signal 4 (SIGILL)"));
  EXPECT_EQ(cell.detail, "line 1\nillegal instruction");
}

TEST_F(Extension, AWorkerThatCannotStartIsUnavailable) {
  auto launcher = std::make_shared<NiceMock<MockProcessLauncher>>();
  toolbox_.process_launcher = launcher;
  options_.isolation.all = true;
  options_.isolation.worker_command = {"/nonexistent"};
  EXPECT_CALL(*launcher, Launch).WillRepeatedly([](const auto&) -> Result<std::unique_ptr<ports::Process>> {
    return Unavailable("cannot run '/nonexistent'");
  });
  EXPECT_EQ(Cell().outcome, Outcome::kUnavailable);
  options_.isolation.worker_command = {};
  EXPECT_THAT(RunSweep(toolbox_, {case_}, options_), IsError(ErrorKind::kInvalid, HasSubstr("how to start a worker")));
}

// --- Toolbox -------------------------------------------------------------------------------------------------------------

TEST_F(Extension, NamesAreTakenOnce) {
  toolbox_.backends.Add(std::make_shared<NiceMock<MockBackend>>());
  EXPECT_THAT(RunSweep(toolbox_, {case_}, options_), IsError(ErrorKind::kInvalid, HasSubstr("backends: the name 'mock-backend' is taken twice")));
}

TEST_F(Extension, AToolboxMustBeWhole) {
  Toolbox nothing;
  EXPECT_THAT(nothing.Validate(), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("comparator"), HasSubstr("clock"), HasSubstr("tracer"))));
  toolbox_.references = {};
  EXPECT_THAT(RunSweep(toolbox_, {case_}, options_), IsError(ErrorKind::kInvalid, HasSubstr("no reference 'eager'")));
  toolbox_.exporters.Add(std::make_shared<NiceMock<MockExporter>>("none"));
  EXPECT_THAT(toolbox_.Validate(), IsError(ErrorKind::kInvalid, HasSubstr("'none'")));
  EXPECT_THAT(BareToolbox().Validate(), IsError(ErrorKind::kInvalid, HasSubstr("comparator")));
}

TEST_F(Extension, TablesOfEveryPortTakeMocks) {
  toolbox_.decomposers.Add(std::make_shared<NiceMock<MockDecomposer>>());
  toolbox_.fusions.Add(std::make_shared<NiceMock<MockFusion>>());
  toolbox_.quantizers.Add(std::make_shared<NiceMock<MockQuantizer>>());
  toolbox_.report_writers.Add(std::make_unique<NiceMock<MockReportWriter>>());
  EXPECT_THAT(toolbox_.Validate(), IsOk());
  EXPECT_EQ(toolbox_.decomposers.Names(), std::vector<std::string>{"mock-decomposer"});
  EXPECT_EQ(toolbox_.report_writers.Find("mock-report")->FileExtension(), ".mock");
  EXPECT_EQ(toolbox_.fusions.Find("absent"), nullptr);
  auto replacement = std::make_shared<NiceMock<MockQuantizer>>();
  toolbox_.quantizers.Replace(replacement);
  EXPECT_EQ(toolbox_.quantizers.Find("mock-quantizer"), replacement.get());
}

}  // namespace
}  // namespace conformance::engine
