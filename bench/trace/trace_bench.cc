// Tracing GPT-2 with 124 M parameters: the module's forward recorded node by node. No weight is read.
#include <benchmark/benchmark.h>

#include "bench/random_model.h"
#include "framework/load/input_plan.h"
#include "framework/trace/trace.h"

namespace conformance {
namespace {

void TraceGpt2(benchmark::State& state) {
  const load::LoadedModel& gpt2 = bench::Gpt2();
  const auto plan = load::InputPlan::Make(*gpt2.model, "dynamic");
  ports::TraceRequest request;
  request.inputs = {*plan->Make(plan->traced(), 0), plan->kwargs()};
  if (state.range(0) != 0) request.dynamic_shapes = plan->AutoShapes();
  for (auto step : state) {
    const auto traced = trace::Trace(*gpt2.model, request);
    if (!traced.ok()) return state.SkipWithError(traced.error().ToString().c_str());
    benchmark::DoNotOptimize(traced->program.graph.node_count());
  }
}
BENCHMARK(TraceGpt2)->ArgName("dynamic")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace conformance
