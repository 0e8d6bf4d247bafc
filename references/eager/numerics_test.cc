// What Numerics asks of every kernel: oracle, rounding of stores, orders of summation, noise.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "framework/base/random.h"
#include "framework/ops/ops.h"
#include "framework/ops/recurrent.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ops::Value;

Tensor Normal(Shape shape, uint64_t seed, DType dtype = DType::kF32) {
  Tensor tensor = Tensor::Empty(DType::kF64, std::move(shape));
  Random random(seed);
  for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor.mutable_data<double>()[i] = random.Normal();
  return Cast(tensor, dtype);
}

double LargestDifference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (int64_t i = 0; i < a.num_elements(); ++i) largest = std::max(largest, std::fabs(a.At(i) - b.At(i)));
  return largest;
}

using Forward = std::function<Value(ops::OpContext&)>;

/// Ops that sum, each on a few hundred numbers.
std::vector<std::pair<std::string, Forward>> Sums() {
  const Value x = V(Normal({8, 300}, 1)), w = V(Normal({16, 300}, 2)), b = V(Normal({16}, 3)), row = V(Normal({300}, 4));
  const Value q = V(Normal({1, 2, 40, 16}, 5)), k = V(Normal({1, 2, 40, 16}, 6)), v = V(Normal({1, 2, 40, 16}, 7));
  const Value image = V(Normal({1, 8, 6, 6}, 8)), filters = V(Normal({4, 8, 3, 3}, 9));
  const Value steps = V(Normal({4, 2, 30}, 10)), state = V(Normal({1, 2, 20}, 11));
  const std::vector<Value> weights = {V(Normal({80, 30}, 12)), V(Normal({80, 20}, 13))};
  return {
      {"linear", [=](auto& c) { return ops::Linear(c, x, w, b); }},
      {"matmul", [=](auto& c) { return ops::Matmul(c, x, ops::T(c, w)); }},
      {"vector", [=](auto& c) { return ops::Matmul(c, x, row); }},
      {"sum", [=](auto& c) { return ops::Sum(c, x, {0}); }},
      {"mean", [=](auto& c) { return ops::Mean(c, x, {-1}); }},
      {"var", [=](auto& c) { return ops::Var(c, x, {1}); }},
      {"softmax", [=](auto& c) { return ops::Softmax(c, x, -1); }},
      {"layer_norm", [=](auto& c) { return ops::LayerNorm(c, x, {300}, row, row, 1e-5); }},
      {"rms_norm", [=](auto& c) { return ops::RmsNorm(c, x, {300}, row, 1e-6); }},
      {"attention", [=](auto& c) { return ops::ScaledDotProductAttention(c, q, k, v, {}, 0, true); }},
      {"lstm", [=](auto& c) { return ops::Lstm(c, steps, state, state, weights, {.has_biases = false}).output; }},
      {"conv", [=](auto& c) { return ops::Conv2d(c, image, filters); }},
  };
}

Tensor Under(const Forward& forward, const Numerics& numerics) {
  Eager eager(numerics);
  const Value y = forward(eager);
  EXPECT_THAT(eager.status(), IsOk());
  return y.tensor();
}

TEST(OrderSeed, ChangesTheLastDigitsOfEverySumAndNothingElse) {
  for (const auto& [name, forward] : Sums()) {
    const Tensor natural = Under(forward, {}), oracle = Under(forward, Numerics::Oracle());
    const Tensor first = Under(forward, {.order_seed = 1}), again = Under(forward, {.order_seed = 1});
    const Tensor second = Under(forward, {.order_seed = 2});
    EXPECT_THAT(first, BitEqualTo(again)) << name;
    EXPECT_FALSE(BitEqual(first, second)) << name;
    EXPECT_FALSE(BitEqual(first, natural)) << name;
    for (const Tensor* y : {&natural, &first, &second}) EXPECT_LT(LargestDifference(*y, oracle), 5e-5) << name;
  }
}

TEST(OrderSeed, AlsoWorksInF64) {
  for (const auto& [name, forward] : Sums()) {
    Numerics seeded = Numerics::Oracle();
    seeded.order_seed = 3;
    const Tensor natural = Under(forward, Numerics::Oracle()), other = Under(forward, seeded);
    // In f64 sums of a few f32 numbers are exact in any order.
    if (name != "sum" && name != "mean") {
      EXPECT_FALSE(BitEqual(natural, other)) << name;
    }
    EXPECT_LT(LargestDifference(natural, other), 1e-13) << name;
  }
}

TEST(Oracle, KeepsF64ElementsUnderTheDeclaredType) {
  Eager eager(Numerics::Oracle());
  const Value third = ops::Div(eager, V(F32({1})), 3.0);
  EXPECT_EQ(third.dtype(), DType::kF32);
  EXPECT_THAT(third, IsTensorNear(F64({1.0 / 3.0}), Ulps(0)));
  // Exactly 0 only if nothing was rounded on the way.
  EXPECT_THAT(ops::Sub(eager, ops::Mul(eager, third, 3.0), V(F32({1}))), IsTensorNear(F64({0}), Ulps(0)));
  const Value half = ops::To(eager, third, DType::kF16);
  EXPECT_EQ(half.dtype(), DType::kF16);
  EXPECT_EQ(half.tensor().At(0), 1.0 / 3.0);
  // Integers and bool are what they are.
  EXPECT_THAT(ops::Add(eager, V(I64({1})), 2), BitEqualTo(I64({3})));
  EXPECT_THAT(ops::Greater(eager, third, 0.25), BitEqualTo(Bool({true})));
}

TEST(Oracle, CanRoundItsStores) {
  Eager eager({.compute = Numerics::Compute::kF64});
  EXPECT_THAT(ops::Div(eager, V(F32({1})), 3.0), BitEqualTo(F32({1.0F / 3.0F})));
}

TEST(RoundStores, HalvesAreComputedInF32AndRoundedOnce) {
  const Tensor x = Cast(F32({1.0F, 2048.0F}), DType::kF16);
  Eager eager;
  // 2048 + 1 lies half way to the next f16 number and goes to the even one.
  EXPECT_THAT(ops::Add(eager, V(x), 1.0), BitEqualTo(Cast(F32({2, 2048}), DType::kF16)));
  Eager wide({.round_stores = false});
  const Value y = ops::Add(wide, V(x), 1.0);
  EXPECT_EQ(y.dtype(), DType::kF16);
  EXPECT_THAT(y, BitEqualTo(F32({2, 2049})));
}

TEST(FusedStores, LeaveSomeHalvesWide) {
  const Tensor x = Normal({64}, 1, DType::kBF16);
  const auto wide_ones = [&](double share, uint64_t seed) {
    Eager eager({.order_seed = seed, .fused_stores = share});
    int wide = 0;
    for (int i = 0; i < 100; ++i) wide += ops::Mul(eager, V(x), V(x)).tensor().dtype() == DType::kF32;
    return wide;
  };
  EXPECT_EQ(wide_ones(0, 1), 0);
  EXPECT_EQ(wide_ones(1, 1), 100);
  EXPECT_THAT(wide_ones(0.5, 1), ::testing::AllOf(::testing::Gt(25), ::testing::Lt(75)));
  EXPECT_EQ(wide_ones(0.5, 1), wide_ones(0.5, 1));
}

TEST(Noise, IsSeededBoundedAndOnTranscendentalsOnly) {
  const Tensor x = Normal({5000}, 1);
  const Numerics noisy{.order_seed = 7, .noise_ulp = 2};
  for (const auto& [name, forward] : std::vector<std::pair<std::string, Forward>>{
           {"exp", [&](auto& c) { return ops::Exp(c, V(x)); }},
           {"tanh", [&](auto& c) { return ops::Tanh(c, V(x)); }},
           {"gelu", [&](auto& c) { return ops::Gelu(c, V(x)); }},
           {"sigmoid", [&](auto& c) { return ops::Sigmoid(c, V(x)); }}}) {
    const Tensor plain = Under(forward, {}), one = Under(forward, noisy), again = Under(forward, noisy);
    EXPECT_FALSE(BitEqual(plain, one)) << name;
    EXPECT_THAT(one, BitEqualTo(again)) << name;
    EXPECT_THAT(one, IsTensorNear(plain, Ulps(3))) << name;
  }
  const Forward multiply = [&](auto& c) { return ops::Mul(c, V(x), V(x)); };
  EXPECT_THAT(Under(multiply, noisy), BitEqualTo(Under(multiply, {})));
}

TEST(Noise, ReachesEveryStepOfARecurrence) {
  const Value x = V(Normal({3, 2, 5}, 1)), state = V(Normal({1, 2, 6}, 2));
  const std::vector<Value> weights = {V(Normal({18, 5}, 3)), V(Normal({18, 6}, 4))};
  const Forward gru = [&](auto& c) { return ops::Gru(c, x, state, weights, {.has_biases = false}).output; };
  const Tensor plain = Under(gru, {}), noisy = Under(gru, {.noise_ulp = 2});
  for (int64_t row = 0; row < 6; ++row) {
    const auto of = [&](const Tensor& y) { return y.View({6}, {1}, row * 6); };
    EXPECT_FALSE(BitEqual(of(plain).Clone(), of(noisy).Clone())) << row;
  }
  EXPECT_LT(LargestDifference(plain, noisy), 5e-6);
}

TEST(Noise, ReachesSoftmaxAndAttention) {
  const Value x = V(Normal({4, 50}, 1)), q = V(Normal({1, 1, 9, 8}, 2));
  const Numerics noisy{.noise_ulp = 2};
  const Forward softmax = [&](auto& c) { return ops::Softmax(c, x, -1); };
  const Forward attention = [&](auto& c) { return ops::ScaledDotProductAttention(c, q, q, q); };
  for (const Forward& forward : {softmax, attention}) {
    EXPECT_FALSE(BitEqual(Under(forward, noisy), Under(forward, {})));
    EXPECT_LT(LargestDifference(Under(forward, noisy), Under(forward, {})), 5e-6);
  }
}

}  // namespace
}  // namespace conformance::eager
