// What a cell costs beside its own work: sweeps over backends and exporters that do nothing to speak of.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/engine/journal.h"
#include "framework/engine/posix_process.h"
#include "framework/engine/queue.h"
#include "framework/engine/sweep.h"
#include "framework/engine/system_clock.h"
#include "framework/engine/worker_backend.h"
#include "framework/engine/worker_program.h"
#include "framework/engine/worker_protocol.h"
#include "framework/testing/fakes.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;

std::vector<std::shared_ptr<const Case>> Cases(int64_t count) {
  std::vector<std::shared_ptr<const Case>> cases;
  for (int64_t i = 0; i < count; ++i)
    cases.push_back(std::make_shared<FakeCase>("model" + std::to_string(i)));
  return cases;
}

Toolbox Tools(int backends) {
  Toolbox toolbox = FakeToolbox();
  for (int i = 0; i < backends; ++i)
    toolbox.backends.Add(std::make_shared<FakeBackend>("double" + std::to_string(i)));
  toolbox.clock = std::make_shared<SystemClock>();
  return toolbox;
}

/// Whole sweeps; items are cells. Arguments: cases, threads, with a journal.
void BM_Sweep(benchmark::State& state) {
  const Toolbox toolbox = Tools(4);
  const auto cases = Cases(state.range(0));
  SweepOptions options;
  options.threads = static_cast<int>(state.range(1));
  const auto folder = std::filesystem::temp_directory_path() / "conformance_sweep_bench";
  size_t cells = 0;
  for (auto _ : state) {
    if (state.range(2)) {
      state.PauseTiming();
      std::filesystem::remove_all(folder);
      options.run_dir = folder;
      state.ResumeTiming();
    }
    const auto run = RunSweep(toolbox, cases, options);
    if (!run.ok()) {
      state.SkipWithError(run.error().ToString().c_str());
      break;
    }
    cells += run->cells.size();
  }
  std::filesystem::remove_all(folder);
  state.SetItemsProcessed(static_cast<int64_t>(cells));
}
BENCHMARK(BM_Sweep)
    ->ArgNames({"cases", "threads", "journal"})
    ->Args({100, 1, 0})
    ->Args({100, 1, 1})
    ->Args({100, 2, 0})
    ->Args({1000, 1, 0})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Whole sweeps with every backend in workers; items are cells. `fails`: one backend of four crashes in each cell, and so costs it a
/// worker and two tries.
void BM_IsolatedSweep(benchmark::State& state) {
  Toolbox toolbox = FakeToolbox();
  toolbox.exporters = {};
  toolbox.exporters.Add(std::make_shared<FakeExporter>("fake", "test"));
  toolbox.export_configs.Add("test", PlainExportConfig::FromJson);
  toolbox.process_launcher = MakePosixLauncher();
  toolbox.clock = std::make_shared<SystemClock>();
  for (const char* name : {"double0", "double1", "double2", state.range(1) != 0 ? "segv" : "double3"}) {
    toolbox.backends.Add(std::make_shared<FakeBackend>(name, std::vector<std::string>{"test"}));
  }
  SweepOptions options;
  options.threads = static_cast<int>(state.range(0));
  options.isolation.all = true;
  options.isolation.worker_command = {CONFORMANCE_TEST_WORKER};
  options.isolation.limits.resident_bytes = uint64_t{4} << 30;
  const auto cases = Cases(25);
  size_t cells = 0;
  for (auto _ : state) {
    const auto run = RunSweep(toolbox, cases, options);
    if (!run.ok() || (state.range(1) == 0 && ExitCode(*run, {}) != 0)) {
      state.SkipWithError(run.ok() ? "a cell does not pass" : run.error().ToString().c_str());
      break;
    }
    cells += run->cells.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(cells));
}
BENCHMARK(BM_IsolatedSweep)
    ->ArgNames({"threads", "fails"})
    ->Args({1, 0})
    ->Args({2, 0})
    ->Args({2, 1})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// A tensor to a worker and back; bytes are counted once.
void BM_WorkerTensor(benchmark::State& state) {
  const auto program = std::make_shared<WorkerProgram>(
      WorkerCommand{.name = "test", .argv = {CONFORMANCE_TEST_WORKER}, .environment = {}, .how_to_add = {}});
  const auto backend =
      IsolatedBackend(std::make_shared<FakeBackend>("echo", std::vector<std::string>{"test"}), program);
  const auto session = backend->Prepare({}, {});
  const NamedTensors inputs = {{"x", Tensor::Zeros(DType::kF32, {state.range(0)})}};
  for (auto _ : state) {
    if (!session.ok() || !(*session)->Run(inputs).ok()) {
      state.SkipWithError("no answer");
      break;
    }
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 4);
}
BENCHMARK(BM_WorkerTensor)
    ->Arg(16)
    ->Arg(1 << 14)
    ->Arg(1 << 20)
    ->Arg(1 << 24)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

/// The queue alone; items are jobs.
void BM_Queue(benchmark::State& state) {
  std::vector<JobNeeds> needs(10'000);
  for (size_t i = 0; i < needs.size(); ++i)
    needs[i].pieces = {static_cast<uint32_t>(i / 16), static_cast<uint32_t>(1000 + i / 4)};
  for (auto _ : state) {
    RunJobs(
        needs, {.threads = static_cast<int>(state.range(0)), .bytes = 0}, [](size_t) {},
        [] { return false; });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(needs.size()));
}
BENCHMARK(BM_Queue)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A long queue behind a memory that is full with one job of two threads' worth.
void BM_QueueBehindMemory(benchmark::State& state) {
  std::vector<JobNeeds> needs(static_cast<size_t>(state.range(0)));
  for (JobNeeds& job : needs) job.bytes = 10;
  for (auto _ : state) {
    RunJobs(needs, {.threads = 2, .bytes = 15}, [](size_t) {}, [] { return false; });
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(needs.size()));
}
BENCHMARK(BM_QueueBehindMemory)->Arg(1'000)->Arg(100'000)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Verdicts as lines, written and read again.
void BM_JournalLine(benchmark::State& state) {
  record::CellRecord cell;
  cell.id = {"model", "dynamic", "onnx", "onnxruntime", "f32"};
  cell.facts = Json::MakeObject();
  cell.figures.resize(12);
  for (auto& figures : cell.figures) figures.output = "past_key_values.layers.0.keys";
  const std::string line = [&] {
    Json json = Json::MakeObject();
    json["cell"] = cell.ToJson();
    return JournalLine(json);
  }();
  for (auto _ : state) {
    Json json = Json::MakeObject();
    json["cell"] = cell.ToJson();
    benchmark::DoNotOptimize(JournalLine(json));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(line.size()));
}
BENCHMARK(BM_JournalLine);

class Loop : public ByteStream {
 public:
  Status Write(std::span<const std::byte> bytes) override {
    data_.insert(data_.end(), bytes.begin(), bytes.end());
    return Ok();
  }
  Status Read(std::span<std::byte> bytes) override {
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(at_), bytes.size(), bytes.begin());
    at_ += bytes.size();
    return Ok();
  }
  void Clear() { data_.clear(), at_ = 0; }

 private:
  std::vector<std::byte> data_;
  size_t at_ = 0;
};

/// A message with one tensor through memory; bytes are the tensor's.
void BM_WorkerMessage(benchmark::State& state) {
  WorkerMessage message;
  message.header["type"] = "run";
  message.tensors = {{"x", Tensor::Zeros(DType::kF32, {state.range(0)})}};
  Loop loop;
  for (auto _ : state) {
    loop.Clear();
    benchmark::DoNotOptimize(WriteWorkerMessage(loop, message).ok());
    benchmark::DoNotOptimize(ReadWorkerMessage(loop).ok());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 4);
}
BENCHMARK(BM_WorkerMessage)->Arg(16)->Arg(1 << 20);

}  // namespace
}  // namespace conformance::engine
