// Whole sweeps over the fixtures' tiny models, in this process: cells a second, and what a second core adds.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "exporters/onnx/config.h"
#include "exporters/onnx/onnx_exporter.h"
#include "framework/compare/lanes_comparator.h"
#include "framework/engine/checkpoint_case.h"
#include "framework/engine/sweep.h"
#include "references/eager/model.h"
#include "references/runtimes/eager_backend.h"
#include "references/runtimes/onnxruntime.h"
#include "references/runtimes/program_backend.h"

namespace conformance::engine {
namespace {

namespace fs = std::filesystem;

Toolbox Tools() {
  Toolbox toolbox = BareToolbox();
  toolbox.models = models::DefaultModels();
  toolbox.exporters.Add(std::make_unique<onnx::OnnxExporter>());
  onnx::AddOnnxConfig(toolbox.export_configs);
  toolbox.references.Add(std::make_unique<eager::EagerReference>());
  toolbox.backends.Add(std::make_unique<runtimes::EagerBackend>(toolbox.models));
  toolbox.backends.Add(std::make_unique<runtimes::ProgramBackend>(toolbox.models));
  toolbox.backends.Add(std::make_unique<runtimes::OnnxRuntimeBackend>());
  toolbox.comparator = std::make_shared<compare::LanesComparator>();
  return toolbox;
}

std::vector<std::shared_ptr<const Case>> Cases(const Toolbox& toolbox) {
  std::vector<fs::path> folders;
  for (const char* group : {"golden", "checkpoints"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(CONFORMANCE_FIXTURES_DIR) / group)) {
      if (fs::exists(entry.path() / "config.json")) folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  std::vector<std::shared_ptr<const Case>> cases;
  for (const auto& folder : folders) {
    auto opened = OpenCheckpointCase(folder, toolbox.models);
    if (opened.ok()) cases.push_back(*std::move(opened));
  }
  return cases;
}

/// Items are cells. Processor time over real time says how much of another core was there to be had. Arguments: threads, and whether
/// artifacts are exported and run by ONNX Runtime beside the backends of our own.
void BM_FixturesSweep(benchmark::State& state) {
  const Toolbox toolbox = Tools();
  const auto cases = Cases(toolbox);
  SweepOptions options;
  options.threads = static_cast<int>(state.range(0));
  options.selection.exporters = {"none"};
  if (state.range(1)) options.selection.exporters.push_back("onnx");
  size_t cells = 0;
  for (auto _ : state) {
    const auto run = RunSweep(toolbox, cases, options);
    if (!run.ok()) {
      state.SkipWithError(run.error().ToString().c_str());
      break;
    }
    const bool all_ran = std::none_of(run->cells.begin(), run->cells.end(),
                                      [](const auto& cell) { return cell.outcome == record::Outcome::kUnavailable; });
    if (!all_ran) {
      state.SkipWithError("a backend is missing: tools/setup");
      break;
    }
    cells += run->cells.size();
  }
  state.SetItemsProcessed(static_cast<int64_t>(cells));
}
BENCHMARK(BM_FixturesSweep)
    ->ArgNames({"threads", "onnxruntime"})
    ->ArgsProduct({{1, 2}, {0, 1}})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace conformance::engine
