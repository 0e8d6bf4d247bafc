// Models of published sizes with random weights: GPT-2's prefill of a prompt and steps of one token, images through ViT-base and ResNet-50.
// bench/peers/compare.py runs the same in PyTorch.
#include <benchmark/benchmark.h>

#include "bench/random_model.h"
#include "bench/warm_model.h"
#include "framework/base/random.h"
#include "framework/load/load.h"
#include "framework/nn/tree.h"

namespace conformance::eager {
namespace {

Result<nn::Tree> RunGpt2(const nn::Tree& inputs) {
  static bench::WarmModel model(bench::Gpt2());
  Json kwargs = Json::MakeObject();
  kwargs.AsObject().emplace_back("use_cache", true);
  return model.Run(inputs, kwargs);
}

nn::Tree Prompt(int64_t length) {
  Tensor ids = Tensor::Empty(DType::kI64, {1, length});
  for (int64_t i = 0; i < length; ++i) ids.mutable_data<int64_t>()[i] = (i * 7919) % 50257;
  nn::Tree inputs = nn::Tree::Dict();
  inputs.Set("input_ids", ops::Value::Eager(ids));
  return inputs;
}

void Prefill(benchmark::State& state) {
  const nn::Tree prompt = Prompt(state.range(0));
  auto first = RunGpt2(prompt);  // makes the weights
  benchmark::DoNotOptimize(first);
  for (auto _ : state) {
    auto outputs = RunGpt2(prompt);
    if (!outputs.ok()) return state.SkipWithError(outputs.error().ToString().c_str());
    benchmark::DoNotOptimize(outputs->Find("logits"));
  }
}

/// One token after a prompt of that length.
void Decode(benchmark::State& state) {
  auto prefill = RunGpt2(Prompt(state.range(0)));
  if (!prefill.ok()) return state.SkipWithError(prefill.error().ToString().c_str());
  nn::Tree step = Prompt(1);
  step.Set("past_key_values", *prefill->Find("past_key_values"));
  for (auto _ : state) {
    auto outputs = RunGpt2(step);
    if (!outputs.ok()) return state.SkipWithError(outputs.error().ToString().c_str());
    benchmark::DoNotOptimize(outputs->Find("logits"));
  }
}

/// One image of 224 × 224.
void Image(benchmark::State& state, const load::LoadedModel& (*loaded)()) {
  bench::WarmModel model(loaded());
  Tensor pixels = Tensor::Empty(DType::kF32, {1, 3, 224, 224});
  Random random = Random::For(1, "pixel_values");
  for (int64_t i = 0; i < pixels.num_elements(); ++i) pixels.mutable_data<float>()[i] = static_cast<float>(random.Normal());
  nn::Tree inputs = nn::Tree::Dict();
  inputs.Set("pixel_values", ops::Value::Eager(pixels));
  const Json kwargs = Json::MakeObject();
  auto first = model.Run(inputs, kwargs);  // makes the weights
  benchmark::DoNotOptimize(first);
  for (auto _ : state) {
    auto outputs = model.Run(inputs, kwargs);
    if (!outputs.ok()) return state.SkipWithError(outputs.error().ToString().c_str());
    benchmark::DoNotOptimize(outputs->Find("logits"));
  }
}

BENCHMARK(Prefill)->Name("gpt2_prefill")->Arg(128)->Arg(16)->Unit(benchmark::kMillisecond);
BENCHMARK(Decode)->Name("gpt2_decode")->Arg(128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Image, vit, bench::VitBase)->Name("vit_base")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Image, resnet, bench::Resnet50)->Name("resnet50")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace conformance::eager
