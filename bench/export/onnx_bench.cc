// Lowering GPT-2 with 124 M parameters to ONNX: the traced Program to graph, without and with writing the weights' sidecar.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "bench/random_model.h"
#include "exporters/onnx/onnx_exporter.h"
#include "framework/load/input_plan.h"
#include "framework/trace/trace.h"

namespace conformance {
namespace {

Result<trace::TracedProgram> Traced() {
  const load::LoadedModel& gpt2 = bench::Gpt2();
  CONFORMANCE_TRY(const auto plan, load::InputPlan::Make(*gpt2.model, "dynamic"));
  ports::TraceRequest request;
  CONFORMANCE_TRY(request.inputs.tensors, plan.Make(plan.traced(), 0));
  request.inputs.kwargs = plan.kwargs();
  request.dynamic_shapes = plan.AutoShapes();
  return trace::Trace(*gpt2.model, request);
}

void LowerGpt2(benchmark::State& state) {
  const auto traced = Traced();
  if (!traced.ok()) return state.SkipWithError(traced.error().ToString().c_str());
  for (auto step : state) {
    const auto lowered = onnx::LowerToModel(traced->program, onnx::OnnxConfig());
    if (!lowered.ok()) return state.SkipWithError(lowered.error().ToString().c_str());
  }
}
BENCHMARK(LowerGpt2)->Unit(benchmark::kMillisecond);

void LowerAndWriteGpt2(benchmark::State& state) {
  const auto traced = Traced();
  if (!traced.ok()) return state.SkipWithError(traced.error().ToString().c_str());
  const auto folder = std::filesystem::temp_directory_path() / "conformance_onnx_bench";
  std::filesystem::create_directories(folder);
  onnx::OnnxConfig config;
  config.output_path = folder / "gpt2.onnx";
  for (auto step : state) {
    const auto artifact = onnx::OnnxExporter().Lower(traced->program, *bench::Gpt2().weights, config);
    if (!artifact.ok()) return state.SkipWithError(artifact.error().ToString().c_str());
  }
  std::filesystem::remove_all(folder);
}
BENCHMARK(LowerAndWriteGpt2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace conformance
