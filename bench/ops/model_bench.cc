// GPT-2 with 124 M random parameters: prefill of a prompt and steps of one token. bench/peers/compare.py runs the same in PyTorch.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>

#include "bench/gpt2.h"
#include "framework/load/load.h"
#include "framework/nn/tree.h"
#include "references/eager/eager.h"

namespace conformance::eager {
namespace {

/// The weights of a model, each loaded once.
class Loaded : public WeightProvider {
 public:
  explicit Loaded(std::shared_ptr<const weights::Weights> weights) : weights_(std::move(weights)) {}
  Result<Tensor> Load(const ops::WeightInfo& info) override {
    const auto known = tensors_.find(info.name);
    if (known != tensors_.end()) return known->second;
    CONFORMANCE_TRY(Tensor tensor, weights_->Load(info.name));
    tensors_.emplace(info.name, tensor);
    return tensor;
  }

 private:
  std::shared_ptr<const weights::Weights> weights_;
  std::map<std::string, Tensor, std::less<>> tensors_;
};

struct Gpt2 {
  const load::LoadedModel& loaded = bench::Gpt2::Get().loaded;
  Loaded weights{loaded.weights};

  static Gpt2& Get() {
    static Gpt2 model;
    return model;
  }

  Result<nn::Tree> Run(const nn::Tree& inputs) {
    EagerContext context(DefaultKernels(), {}, weights);
    Json kwargs = Json::MakeObject();
    kwargs.AsObject().emplace_back("use_cache", true);
    nn::Tree outputs = loaded.model->Forward(context, inputs, kwargs);
    if (context.failed()) return context.status().error();
    return outputs;
  }
};

nn::Tree Prompt(int64_t length) {
  Tensor ids = Tensor::Empty(DType::kI64, {1, length});
  for (int64_t i = 0; i < length; ++i) ids.mutable_data<int64_t>()[i] = (i * 7919) % 50257;
  nn::Tree inputs = nn::Tree::Dict();
  inputs.Set("input_ids", ops::Value::Eager(ids));
  return inputs;
}

void Prefill(benchmark::State& state) {
  const nn::Tree prompt = Prompt(state.range(0));
  auto first = Gpt2::Get().Run(prompt);  // makes the weights
  benchmark::DoNotOptimize(first);
  for (auto _ : state) {
    auto outputs = Gpt2::Get().Run(prompt);
    if (!outputs.ok()) return state.SkipWithError(outputs.error().ToString().c_str());
    benchmark::DoNotOptimize(outputs->Find("logits"));
  }
}

/// One token after a prompt of that length.
void Decode(benchmark::State& state) {
  auto prefill = Gpt2::Get().Run(Prompt(state.range(0)));
  if (!prefill.ok()) return state.SkipWithError(prefill.error().ToString().c_str());
  nn::Tree step = Prompt(1);
  step.Set("past_key_values", *prefill->Find("past_key_values"));
  for (auto _ : state) {
    auto outputs = Gpt2::Get().Run(step);
    if (!outputs.ok()) return state.SkipWithError(outputs.error().ToString().c_str());
    benchmark::DoNotOptimize(outputs->Find("logits"));
  }
}

BENCHMARK(Prefill)->Name("gpt2_prefill")->Arg(128)->Arg(16)->Unit(benchmark::kMillisecond);
BENCHMARK(Decode)->Name("gpt2_decode")->Arg(128)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace conformance::eager
