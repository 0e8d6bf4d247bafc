// Kernels at the shapes of small language models, through the same path as a model's call: arguments bound, rule, kernel. The names
// are <op>/<sizes>; bench/peers/compare.py runs the same in PyTorch.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "framework/base/random.h"
#include "framework/ops/ops.h"
#include "references/eager/eager.h"

namespace conformance::eager {
namespace {

using ops::Argument;
using ops::Value;

Value Normal(Shape shape, uint64_t seed = 1) {
  Tensor tensor = Tensor::Empty(DType::kF32, std::move(shape));
  Random random(seed);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor.mutable_data<float>()[i] = static_cast<float>(random.Normal());
  return Value::Eager(std::move(tensor));
}

Value Ids(int64_t count, int64_t limit) {
  Tensor tensor = Tensor::Empty(DType::kI64, {count});
  Random random(2);
  for (int64_t i = 0; i < count; ++i) tensor.mutable_data<int64_t>()[i] = random.Between(0, limit - 1);
  return Value::Eager(std::move(tensor));
}

void Run(benchmark::State& state, const ops::OpDef& op, std::vector<Argument> args, double flops = 0) {
  for (auto _ : state) {
    auto outputs = RunOp(op, args);
    if (!outputs.ok()) return state.SkipWithError(outputs.error().ToString().c_str());
    benchmark::DoNotOptimize(outputs->front().raw());
  }
  if (flops > 0) {
    state.counters["GFLOPS"] = benchmark::Counter(flops / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  }
}

/// [m, k, n]
void Linear(benchmark::State& state) {
  const int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  Run(state, ops::LinearOp(), {Normal({m, k}), Normal({n, k}), Normal({n})}, 2.0 * static_cast<double>(m * k * n));
}
void Addmm(benchmark::State& state) {
  const int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  Run(state, ops::AddmmOp(), {Normal({n}), Normal({m, k}), Normal({k, n})}, 2.0 * static_cast<double>(m * k * n));
}
/// [rows, width]
void LayerNorm(benchmark::State& state) {
  const int64_t n = state.range(1);
  Run(state, ops::LayerNormOp(), {Normal({state.range(0), n}), std::vector<SymInt>{n}, Normal({n}), Normal({n}), 1e-5});
}
void RmsNorm(benchmark::State& state) {
  const int64_t n = state.range(1);
  Run(state, ops::RmsNormOp(), {Normal({state.range(0), n}), std::vector<SymInt>{n}, Normal({n}), 1e-6});
}
void Softmax(benchmark::State& state) { Run(state, ops::SoftmaxOp(), {Normal({state.range(0), state.range(1)}), SymInt(-1)}); }
void Gelu(benchmark::State& state) { Run(state, ops::GeluOp(), {Normal({state.range(0), state.range(1)}), std::string("none")}); }
void GeluTanh(benchmark::State& state) { Run(state, ops::GeluOp(), {Normal({state.range(0), state.range(1)}), std::string("tanh")}); }
void Tanh(benchmark::State& state) { Run(state, ops::TanhOp(), {Normal({state.range(0), state.range(1)})}); }
void Silu(benchmark::State& state) { Run(state, ops::SiluOp(), {Normal({state.range(0), state.range(1)})}); }
void Exp(benchmark::State& state) { Run(state, ops::ExpOp(), {Normal({state.range(0), state.range(1)})}); }
void Cube(benchmark::State& state) { Run(state, ops::PowTensorScalarOp(), {Normal({state.range(0), state.range(1)}), 3.0}); }
void Add(benchmark::State& state) {
  Run(state, ops::AddTensorOp(), {Normal({state.range(0), state.range(1)}), Normal({state.range(0), state.range(1)})});
}
void MulNumber(benchmark::State& state) { Run(state, ops::MulTensorOp(), {Normal({state.range(0), state.range(1)}), 0.5}); }
void AddRow(benchmark::State& state) {
  Run(state, ops::AddTensorOp(), {Normal({state.range(0), state.range(1)}), Normal({state.range(1)})});
}
void CopyTransposed(benchmark::State& state) {
  const Tensor x = Normal({state.range(0), state.range(1)}).tensor();
  Run(state, ops::CloneOp(), {Value::Eager(x.View({state.range(1), state.range(0)}, {1, state.range(1)}, 0))});
}
void SumLast(benchmark::State& state) {
  Run(state, ops::SumDimOp(), {Normal({state.range(0), state.range(1)}), std::vector<SymInt>{-1}});
}
void SumFirst(benchmark::State& state) {
  Run(state, ops::SumDimOp(), {Normal({state.range(0), state.range(1)}), std::vector<SymInt>{0}});
}
void Embedding(benchmark::State& state) {
  Run(state, ops::EmbeddingOp(), {Normal({state.range(1), state.range(2)}), Ids(state.range(0), state.range(1))});
}
/// [heads, queries, keys, head size]
void Attention(benchmark::State& state) {
  const int64_t h = state.range(0), l = state.range(1), s = state.range(2), d = state.range(3);
  Run(state, ops::ScaledDotProductAttentionOp(), {Normal({1, h, l, d}), Normal({1, h, s, d}), Normal({1, h, s, d})});
}
void AttentionCausal(benchmark::State& state) {
  const int64_t h = state.range(0), l = state.range(1), s = state.range(2), d = state.range(3);
  Run(state, ops::ScaledDotProductAttentionOp(),
      {Normal({1, h, l, d}), Normal({1, h, s, d}), Normal({1, h, s, d}), Value(), 0.0, true});
}
/// [heads, keys so far, head size]: one step of a cache
void Cat(benchmark::State& state) {
  const int64_t h = state.range(0), s = state.range(1), d = state.range(2);
  Run(state, ops::CatOp(), {std::vector<Value>{Normal({1, h, s, d}), Normal({1, h, 1, d})}, SymInt(2)});
}

BENCHMARK(Linear)->Name("linear")->Args({128, 768, 3072})->Args({128, 3072, 768})->Args({8, 768, 3072})->Args({2, 768, 3072})
    ->Args({1, 768, 3072})->Args({1, 3072, 768})->Args({1, 768, 50257})->Args({128, 768, 50257})->Unit(benchmark::kMicrosecond);
BENCHMARK(Addmm)->Name("addmm")->Args({128, 768, 2304})->Args({128, 768, 768})->Args({1, 768, 2304})->Args({1, 3072, 768})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(LayerNorm)->Name("layer_norm")->Args({128, 768})->Args({1, 768})->Unit(benchmark::kMicrosecond);
BENCHMARK(RmsNorm)->Name("rms_norm")->Args({128, 768})->Unit(benchmark::kMicrosecond);
BENCHMARK(Softmax)->Name("softmax")->Args({1536, 128})->Args({12, 1024})->Unit(benchmark::kMicrosecond);
BENCHMARK(Gelu)->Name("gelu")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(GeluTanh)->Name("gelu_tanh")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(Tanh)->Name("tanh")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(Silu)->Name("silu")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(Exp)->Name("exp")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(Cube)->Name("pow3")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(Add)->Name("add")->Args({128, 3072})->Args({1, 768})->Unit(benchmark::kMicrosecond);
BENCHMARK(MulNumber)->Name("mul_number")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(AddRow)->Name("add_row")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(CopyTransposed)->Name("copy_transposed")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(SumLast)->Name("sum_last")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(SumFirst)->Name("sum_first")->Args({128, 3072})->Unit(benchmark::kMicrosecond);
BENCHMARK(Embedding)->Name("embedding")->Args({128, 50257, 768})->Unit(benchmark::kMicrosecond);
BENCHMARK(Attention)->Name("attention")->Args({12, 128, 128, 64})->Args({12, 1, 128, 64})->Args({12, 512, 512, 64})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(AttentionCausal)->Name("attention_causal")->Args({12, 128, 128, 64})->Args({12, 512, 512, 64})->Unit(benchmark::kMicrosecond);
BENCHMARK(Cat)->Name("cat")->Args({12, 128, 64})->Args({12, 1024, 64})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace conformance::eager
