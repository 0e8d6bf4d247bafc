// Backends and exporters that live in workers of a command of their own (worker_test_host.cc).

#include "framework/engine/worker_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "framework/engine/class_case.h"
#include "framework/engine/isolation.h"
#include "framework/engine/posix_process.h"
#include "framework/engine/sweep.h"
#include "framework/engine/system_clock.h"
#include "framework/engine/worker_backend.h"
#include "framework/engine/worker_exporter.h"
#include "framework/engine/worker_reference.h"
#include "framework/formats/json.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using record::Outcome;
using ::testing::AllOf;
using ::testing::HasSubstr;

WorkerCommand TestCommand() {
  return {.name = "test",
          .argv = {CONFORMANCE_TEST_WORKER},
          .environment = {{"CONFORMANCE_TEST_VALUE", "a b"}},
          .how_to_add = "tools/setup --with test"};
}

std::shared_ptr<WorkerBackend> Backend(const std::string& name, std::shared_ptr<WorkerProgram> program) {
  WorkerBackendInfo info;
  info.name = name;
  info.formats = {"test"};
  info.qualified_version = "1.5";
  return std::make_shared<WorkerBackend>(std::move(info), std::move(program));
}

Result<NamedTensors> RunOnce(const ports::Backend& backend, const NamedTensors& inputs = {}) {
  CONFORMANCE_TRY(const auto session, backend.Prepare({}, {}));
  return session->Run(inputs);
}

TEST(WorkerProgram, StartsWhenItIsNeededAndIsShared) {
  const auto program = std::make_shared<WorkerProgram>(TestCommand());
  const auto doubles = Backend("double", program), echo = Backend("echo", program);
  EXPECT_FALSE(doubles->Capabilities().in_process);
  EXPECT_EQ(program->pool().started(), 0u);
  EXPECT_THAT(doubles->Version(), IsOkAnd(std::string("1.5")));
  EXPECT_THAT(echo->Version(), IsOkAnd(std::string("1.5")));
  const NamedTensors inputs = {{"x", Tensor::Of<float>({2}, {1, 2})}};
  const auto doubled = RunOnce(*doubles, inputs);
  ASSERT_THAT(doubled, IsOk());
  EXPECT_THAT((*doubled)[0].second, BitEqualTo(Tensor::Of<float>({2}, {2, 4})));
  EXPECT_THAT(RunOnce(*echo, inputs), IsOk());
  EXPECT_EQ(program->pool().started(), 1u);  // the one that told its version
}

TEST(WorkerProgram, ItsEnvironmentIsTheCommands) {
  const auto outputs = RunOnce(*Backend("environment", std::make_shared<WorkerProgram>(TestCommand())));
  ASSERT_THAT(outputs, IsOk());
  EXPECT_EQ((*outputs)[0].first, "a b");
}

TEST(WorkerProgram, WhatIsMissingSaysHowToAddIt) {
  const auto program = std::make_shared<WorkerProgram>(TestCommand());
  EXPECT_THAT(Backend("absent", program)->Version(),
              IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("no such library"),
                                                     HasSubstr("add it with: tools/setup --with test"))));
  EXPECT_THAT(Backend("nonesuch", program)->Version(),
              IsError(ErrorKind::kNotFound, AllOf(HasSubstr("nonesuch"), HasSubstr("echo"))));
  WorkerCommand command = TestCommand();
  command.argv = {"/nonexistent/python3"};
  EXPECT_THAT(Backend("echo", std::make_shared<WorkerProgram>(command))->Version(),
              IsError(ErrorKind::kUnavailable,
                      AllOf(HasSubstr("/nonexistent/python3"), HasSubstr("tools/setup --with test"))));
}

TEST(WorkerProgram, WhatItsLoaderMissesIsUnavailable) {
  WorkerCommand command = TestCommand();
  command.argv = {"sh", "-c", "echo 'libdeep.so: cannot open shared object file' >&2; exit 127"};
  const auto program = std::make_shared<WorkerProgram>(command);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(program->Hello(), IsError(ErrorKind::kUnavailable, AllOf(HasSubstr("libdeep.so: cannot open"),
                                                                         HasSubstr("add it with: tools/setup --with test"))));
  }
  EXPECT_EQ(program->pool().started(), 1u);
}

TEST(WorkerProgram, OneThatCannotStartIsTriedThreeTimes) {
  WorkerCommand command = TestCommand();
  command.argv = {"sh", "-c", "echo no such configuration >&2; exit 7"};
  const auto program = std::make_shared<WorkerProgram>(command);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(program->Hello(),
                IsError(ErrorKind::kCrash, AllOf(HasSubstr("exit code 7"), HasSubstr("no such configuration"))));
  }
  EXPECT_EQ(program->pool().started(), 3u);
}

TEST(WorkerReference, EvaluatesFoldersAndClassesInBothWidths) {
  const WorkerReference reference("doubles", std::make_shared<WorkerProgram>(TestCommand()));
  EXPECT_THAT(reference.Version(), IsOkAnd(std::string("2.5")));
  const ports::ModelInputs inputs{{{"x", Tensor::Of<float>({2}, {1, 2})}}, Json::MakeObject()};
  ports::ReferenceRequest request;
  request.inputs = &inputs;
  EXPECT_THAT(reference.Run(request), IsError(ErrorKind::kUnsupported, HasSubstr("checkpoint folders and classes")));
  request.source.spec["class"] = "M";
  const auto near = reference.Run(request);
  ASSERT_THAT(near, IsOk());
  EXPECT_THAT((*near)[0].second, BitEqualTo(Tensor::Of<float>({2}, {2, 4})));
  request.numerics = ops::Numerics::Oracle();
  const auto exact = reference.Run(request);
  ASSERT_THAT(exact, IsOk());
  EXPECT_THAT((*exact)[0].second, BitEqualTo(Tensor::Of<double>({2}, {2, 4})));
  request.source.spec["refused"] = true;
  EXPECT_THAT(reference.Run(request), IsError(ErrorKind::kUnsupported, HasSubstr("this class is refused")));
  EXPECT_THAT(WorkerReference("nonesuch", std::make_shared<WorkerProgram>(TestCommand())).Version(),
              IsError(ErrorKind::kNotFound, AllOf(HasSubstr("nonesuch"), HasSubstr("doubles"))));
}

TEST(WorkerExporter, PreparesInputsWhereTheWorkerIs) {
  WorkerExporterInfo info;
  info.name = "writer";
  info.format = "test";
  info.config = std::make_shared<PlainExportConfig>("test");
  const WorkerExporter exporter(std::move(info), std::make_shared<WorkerProgram>(TestCommand()));
  const ports::ModelInputs inputs{{{"x", Tensor::Of<float>({1}, {1})}}, Json::MakeObject()};
  const auto prepared = exporter.PrepareInputs({.folder = "anywhere", .spec = {}}, inputs, *exporter.DefaultConfig());
  ASSERT_THAT(prepared, IsOk());
  ASSERT_EQ(prepared->tensors.size(), 2u);
  EXPECT_EQ(prepared->tensors[1].first, "lengths");
}

class WorkerSweep : public ::testing::Test {
 protected:
  WorkerSweep() {
    toolbox_.exporters = {};
    toolbox_.export_configs.Add("test", PlainExportConfig::FromJson);
    toolbox_.process_launcher = MakePosixLauncher();
    toolbox_.clock = std::make_shared<SystemClock>();
    options_.isolation.limits.timeout = std::chrono::milliseconds(500);
    model_->variants = {{.name = "static", .recording = false, .dynamic = false}};
  }
  std::map<std::string, record::CellRecord> Run() {
    std::map<std::string, record::CellRecord> cells;
    const auto run = RunSweep(toolbox_, {model_}, options_);
    EXPECT_THAT(run, IsOk());
    if (run.ok()) {
      for (const auto& cell : run->cells) cells[cell.id.backend] = cell;
      versions_ = run->versions;
    }
    return cells;
  }
  Toolbox toolbox_ = FakeToolbox();
  SweepOptions options_;
  std::shared_ptr<FakeCase> model_ = std::make_shared<FakeCase>("m");
  std::map<std::string, std::string> versions_;
};

TEST_F(WorkerSweep, BackendsInWorkersNeedNoIsolationOfTheOthers) {
  toolbox_.exporters.Add(std::make_shared<FakeExporter>("fake", "test"));
  const auto program = std::make_shared<WorkerProgram>(TestCommand());
  for (const char* name : {"double", "segv", "hang", "absent"}) toolbox_.backends.Add(Backend(name, program));
  toolbox_.backends.Add(std::make_shared<FakeBackend>("here", std::vector<std::string>{"test"}));
  auto cells = Run();
  EXPECT_EQ(cells["double"].outcome, Outcome::kPass) << cells["double"].reason;
  EXPECT_EQ(cells["here"].outcome, Outcome::kPass);
  EXPECT_EQ(cells["segv"].outcome, Outcome::kCrash);
  EXPECT_EQ(cells["hang"].outcome, Outcome::kTimeout);  // the sweep's limit, not the program's own
  EXPECT_THAT(cells["hang"].reason, HasSubstr("0.5 s"));
  EXPECT_EQ(cells["absent"].outcome, Outcome::kUnavailable);
  EXPECT_THAT(cells["absent"].reason, HasSubstr("tools/setup --with test"));
  EXPECT_EQ(versions_["double"], "1.5");
  EXPECT_EQ(program->pool().started(), 0u);  // the sweep had workers of its own
}

TEST_F(WorkerSweep, StopNowReachesThem) {
  toolbox_.exporters.Add(std::make_shared<FakeExporter>("fake", "test"));
  toolbox_.backends.Add(Backend("hang", std::make_shared<WorkerProgram>(TestCommand())));
  options_.isolation.limits.timeout = std::chrono::seconds(100);
  options_.cancellation = std::make_shared<Cancellation>();
  std::thread twice([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    options_.cancellation->Request();
    options_.cancellation->Request();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(Run().empty());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  twice.join();
}

TEST_F(WorkerSweep, AnExporterAndABackendOfOneCommandShareItsWorkers) {
  const auto program = std::make_shared<WorkerProgram>(TestCommand());
  WorkerExporterInfo info;
  info.name = "writer";
  info.format = "test";
  info.config = std::make_shared<PlainExportConfig>("test");
  toolbox_.exporters.Add(std::make_shared<WorkerExporter>(std::move(info), program));
  model_->info.source =
      std::filesystem::temp_directory_path();  // a checkpoint that this exporter doesn't open
  toolbox_.backends.Add(Backend("double", program));
  toolbox_.backends.Add(Backend("echo", program));
  options_.threads = 1;
  auto cells = Run();
  EXPECT_EQ(cells["double"].outcome, Outcome::kPass) << cells["double"].reason << cells["double"].detail;
  EXPECT_EQ(cells["echo"].outcome, Outcome::kFail) << cells["echo"].reason;
}

TEST_F(WorkerSweep, APassOnOutputsThatDependOnNothingIsMistrustedThereToo) {
  const auto program = std::make_shared<WorkerProgram>(TestCommand());
  WorkerExporterInfo info;
  info.name = "writer";
  info.format = "test";
  info.config = std::make_shared<PlainExportConfig>("test");
  toolbox_.exporters.Add(std::make_shared<WorkerExporter>(std::move(info), program));
  toolbox_.references.Add(std::make_shared<WorkerReference>("doubles", program));
  toolbox_.backends.Add(std::make_shared<FakeBackend>("here", std::vector<std::string>{"test"}, [](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    return DoubledAll({{"x", *Find(inputs, "x")}});
  }));
  const auto cell = [&](const char* inputs) {
    Json row = *formats::ParseJson(R"({"name": "m", "class": "M", "sizes": {}, "ignores": "unused", "inputs": )" + std::string(inputs) + "}");
    const auto model = MakeClassCase(row, "doubles", {});
    EXPECT_THAT(model, IsOk());
    const auto run = RunSweep(toolbox_, {*model}, options_);
    EXPECT_THAT(run, IsOk());
    return run->cells.at(0);
  };
  const auto sound = cell(R"({"x": {"dtype": "f32", "shape": [2, 3], "range": [-1, 1]}})");
  EXPECT_EQ(sound.outcome, Outcome::kPass) << sound.reason;
  const auto doubtful = cell(R"({"x": {"dtype": "f32", "shape": [2, 3], "range": [-1, 1]}, "unused": {"dtype": "f32", "shape": [2], "range": [-1, 1]}})");
  EXPECT_EQ(doubtful.outcome, Outcome::kMistrusted);
  EXPECT_THAT(doubtful.reason, HasSubstr("no output depends on input unused"));
}

}  // namespace
}  // namespace conformance::engine
