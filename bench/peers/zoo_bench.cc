// The zoo's models, warm: each fixture's tiny checkpoint and three models of published sizes, in a plain forward and, where the class
// generates, in a step that reads a cache. With CONFORMANCE_BENCH_ARTIFACTS=FOLDER each is exported there, too, as NAME.onnx beside
// NAME.safetensors with its inputs: bench/peers/onnx_reference.py runs those in onnx.reference.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/random_model.h"
#include "bench/warm_model.h"
#include "exporters/onnx/onnx_exporter.h"
#include "framework/formats/safetensors.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/trace/trace.h"

namespace conformance {
namespace {

namespace fs = std::filesystem;

struct Call {
  std::string name;
  std::shared_ptr<const load::LoadedModel> loaded;
  load::InputPlan plan;
  NamedTensors inputs;
};

Status Export(const Call& call, const fs::path& folder) {
  ports::TraceRequest request;
  request.inputs = {call.inputs, call.plan.kwargs()};
  CONFORMANCE_TRY(const auto traced, trace::Trace(*call.loaded->model, request));
  onnx::OnnxConfig config;
  config.output_path = folder / (call.name + ".onnx");
  CONFORMANCE_TRY(const auto artifact, onnx::OnnxExporter().Lower(traced.program, *call.loaded->weights, config));
  NamedTensors inputs;
  for (const auto& input : artifact.inputs) {
    std::string_view name = input.name;
    if (name.starts_with("input.")) name.remove_prefix(6);  // where an output bears the same name
    const Tensor* value = Find(call.inputs, name);
    if (value == nullptr) return NotFound("the plan has no value for an input of the artifact").With("input", input.name);
    inputs.emplace_back(input.name, *value);
  }
  return formats::WriteSafetensors(folder / (call.name + ".safetensors"), inputs);
}

void Forward(benchmark::State& state, const Call& call) {
  bench::WarmModel model(*call.loaded);
  const auto inputs = nn::TreeFromTensors(call.inputs);
  if (!inputs.ok()) return state.SkipWithError(inputs.error().ToString().c_str());
  const auto first = model.Run(*inputs, call.plan.kwargs());
  if (!first.ok()) return state.SkipWithError(first.error().ToString().c_str());
  for (auto _ : state) {
    auto outputs = model.Run(*inputs, call.plan.kwargs());
    benchmark::DoNotOptimize(outputs);
  }
}

/// Adds the calls of a model. Without an entry point of that name a model has none of it.
void AddCalls(std::vector<Call>& calls, const std::string& name, const load::LoadedModel& model) {
  const auto loaded = std::make_shared<const load::LoadedModel>(model);
  for (const char* variant : {"static", "decode"}) {
    auto plan = load::InputPlan::Make(*loaded->model, variant);
    if (!plan.ok()) continue;
    auto inputs = plan->Make(plan->traced(), 0);
    if (!inputs.ok()) continue;
    calls.push_back({name + "." + variant, loaded, *std::move(plan), *std::move(inputs)});
  }
}

std::vector<Call> Calls() {
  std::vector<Call> calls;
  AddCalls(calls, "gpt2_124m", bench::Gpt2());
  AddCalls(calls, "vit_base", bench::VitBase());
  AddCalls(calls, "resnet50", bench::Resnet50());
  std::vector<fs::path> folders;
  for (const char* group : {"golden", "checkpoints"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(CONFORMANCE_FIXTURES_DIR) / group)) {
      if (fs::exists(entry.path() / "config.json")) folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  for (const auto& folder : folders) {
    load::LoadOptions options;
    options.dtype = DType::kF32;
    const auto loaded = load::LoadModel(folder, models::DefaultModels(), options);
    if (loaded.ok()) AddCalls(calls, folder.filename().string(), *loaded);
  }
  return calls;
}

}  // namespace
}  // namespace conformance

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::vector<conformance::Call> calls = conformance::Calls();
  if (const char* folder = std::getenv("CONFORMANCE_BENCH_ARTIFACTS")) {
    for (const auto& call : calls) {
      const auto made = conformance::Export(call, folder);
      if (!made.ok()) std::fprintf(stderr, "%s: %s\n", call.name.c_str(), made.error().ToString().c_str());
    }
  }
  for (const auto& call : calls) {
    benchmark::RegisterBenchmark(call.name.c_str(), [&call](benchmark::State& state) { conformance::Forward(state, call); });
  }
  benchmark::RunSpecifiedBenchmarks();
}
