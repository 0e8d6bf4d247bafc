// Recurrences by hand; the seeded grid holds them against PyTorch.
#include <gmock/gmock.h>

#include <cmath>

#include "framework/ops/ops.h"
#include "framework/ops/recurrent.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ops::Value;

Value W(Shape shape, std::initializer_list<float> values) { return V(F32Of(std::move(shape), values)); }
Value Zeros(Shape shape) { return V(Tensor::Zeros(DType::kF32, std::move(shape))); }

// h' = relu(2·x + 1 + 10·h − 1) in whole numbers: nothing is rounded.
const std::vector<Value> kPlain = {W({1, 1}, {2}), W({1, 1}, {10}), W({1}, {1}), W({1}, {-1})};

TEST(RnnRelu, GoesFromStepToStep) {
  Eager c;
  const auto [y, h] = ops::RnnRelu(c, W({3, 1, 1}, {1, -50, 3}), W({1, 1, 1}, {4}), kPlain, {});
  ASSERT_THAT(c.status(), IsOk());
  EXPECT_THAT(y, BitEqualTo(F32Of({3, 1, 1}, {42, 320, 3206})));
  EXPECT_THAT(h, BitEqualTo(F32Of({1, 1, 1}, {3206})));
}

TEST(RnnRelu, ASecondDirectionBeginsAtTheEnd) {
  Eager c;
  std::vector<Value> params = kPlain;
  params.insert(params.end(), kPlain.begin(), kPlain.end());
  const auto [y, h] = ops::RnnRelu(c, W({1, 2, 1}, {1, 2}), Zeros({2, 1, 1}), params, {.bidirectional = true, .batch_first = true});
  ASSERT_THAT(c.status(), IsOk());
  EXPECT_THAT(y, BitEqualTo(F32Of({1, 2, 2}, {2, 42, 24, 4})));
  EXPECT_THAT(h, BitEqualTo(F32Of({2, 1, 1}, {24, 42})));
}

TEST(RnnRelu, ASecondLayerReadsTheFirst) {
  Eager c;
  const std::vector<Value> params = {W({1, 1}, {2}), W({1, 1}, {10}), W({1, 1}, {3}), W({1, 1}, {0})};
  const auto [y, h] = ops::RnnRelu(c, W({2, 1, 1}, {1, 2}), Zeros({2, 1, 1}), params, {.has_biases = false, .num_layers = 2});
  ASSERT_THAT(c.status(), IsOk());
  EXPECT_THAT(y, BitEqualTo(F32Of({2, 1, 1}, {6, 72})));
  EXPECT_THAT(h, BitEqualTo(F32Of({2, 1, 1}, {24, 72})));
}

// Weights of 0, so that the biases are the gates: i = f = o = 1/2, g = tanh(atanh(1/2)) = 1/2.
TEST(Lstm, KeepsHalfOfItsCellAndAddsAQuarter) {
  Eager c;
  const std::vector<Value> params = {Zeros({4, 1}), Zeros({4, 1}), V(F32({0, 0, std::atanh(0.5f), 0})), Zeros({4})};
  const auto [y, h, cell] = ops::Lstm(c, Zeros({2, 1, 1}), Zeros({1, 1, 1}), W({1, 1, 1}, {1}), params, {});
  ASSERT_THAT(c.status(), IsOk());
  // c = 0.75, then 0.625; h = tanh(c)/2.
  EXPECT_THAT(y, IsTensorNear(F32Of({2, 1, 1}, {0.31757447619f, 0.27729986f}), Ulps(4)));
  EXPECT_THAT(h, IsTensorNear(F32Of({1, 1, 1}, {0.27729986f}), Ulps(4)));
  EXPECT_THAT(cell, IsTensorNear(F32Of({1, 1, 1}, {0.625f}), Ulps(4)));
}

// Each gate alone, far from 0: the order is i, f, g, o.
TEST(Lstm, GatesStandInPyTorchsOrder) {
  const auto cell_of = [](std::vector<float> bias) {
    Eager c;
    const std::vector<Value> params = {Zeros({4, 1}), Zeros({4, 1}), V(Tensor::Of<float>({4}, bias)), Zeros({4})};
    const auto result = ops::Lstm(c, Zeros({1, 1, 1}), Zeros({1, 1, 1}), W({1, 1, 1}, {8}), params, {});
    return std::pair(result.cell.tensor().At(0), result.hidden.tensor().At(0));
  };
  EXPECT_EQ(cell_of({-200, 200, 200, 200}), (std::pair(8.0, std::tanh(8.0f) * 1.0)));  // i closed: the cell stays
  EXPECT_EQ(cell_of({200, -200, 200, 200}).first, 1);                                 // f closed: g alone
  EXPECT_EQ(cell_of({200, 200, -200, 200}).first, 7);                                 // g = −1
  EXPECT_EQ(cell_of({200, 200, 200, -200}), (std::pair(9.0, 0.0)));                   // o closed
}

TEST(Lstm, AProjectionComesAfterTheCell) {
  Eager c;
  // Two units with open gates and the same cell; the projection adds them up, ten times the second.
  const std::vector<Value> params = {Zeros({8, 1}), Zeros({8, 1}), V(F32({200, 200, -200, -200, 200, 200, 200, 200})), Zeros({8}), W({1, 2}, {1, 10})};
  const auto [y, h, cell] = ops::Lstm(c, Zeros({1, 1, 1}), Zeros({1, 1, 1}), Zeros({1, 1, 2}), params, {});
  ASSERT_THAT(c.status(), IsOk());
  EXPECT_THAT(cell, BitEqualTo(F32Of({1, 1, 2}, {1, 1})));
  EXPECT_THAT(y, IsTensorNear(F32Of({1, 1, 1}, {11 * 0.761594155956f}), Ulps(4)));
  EXPECT_THAT(h, IsTensorNear(F32Of({1, 1, 1}, {11 * 0.761594155956f}), Ulps(4)));
}

// r = z = 1/2; the reset gate halves what came through weight_hh with its bias: n = tanh(0 + (1·h + 1)/2).
TEST(Gru, TheResetGateComesAfterTheProduct) {
  Eager c;
  const std::vector<Value> params = {Zeros({3, 1}), W({3, 1}, {0, 0, 1}), Zeros({3}), V(F32({0, 0, 1}))};
  const auto [y, h] = ops::Gru(c, Zeros({1, 1, 1}), W({1, 1, 1}, {0.5}), params, {});
  ASSERT_THAT(c.status(), IsOk());
  EXPECT_THAT(y, IsTensorNear(F32Of({1, 1, 1}, {(0.5f + 0.635148952387f) / 2}), Ulps(4)));
  EXPECT_THAT(h, IsTensorNear(F32Of({1, 1, 1}, {(0.5f + 0.635148952387f) / 2}), Ulps(4)));
}

TEST(Gru, AClosedUpdateGateForgets) {
  Eager c;
  const std::vector<Value> params = {Zeros({3, 1}), Zeros({3, 1}), V(F32({0, -200, 200})), Zeros({3})};
  EXPECT_THAT(ops::Gru(c, Zeros({1, 1, 1}), W({1, 1, 1}, {8}), params, {}).hidden, BitEqualTo(F32Of({1, 1, 1}, {1})));
}

TEST(RnnTanh, HalvesAreRoundedAfterEachStep) {
  Eager c;
  const auto half = [](const Tensor& x) { return V(Cast(x, DType::kBF16)); };
  const std::vector<Value> params = {half(F32Of({1, 1}, {1})), half(F32Of({1, 1}, {0}))};
  const Value y = ops::RnnTanh(c, half(F32Of({1, 1, 1}, {1})), half(F32Of({1, 1, 1}, {0})), params, {.has_biases = false}).output;
  ASSERT_THAT(c.status(), IsOk());
  EXPECT_EQ(y.tensor().At(0), 0.76171875);  // tanh(1) = 0.76159…, of eight bits
}

TEST(Recurrence, NoRowsGiveNoRows) {
  Eager c;
  EXPECT_THAT(ops::RnnRelu(c, Zeros({3, 0, 1}), Zeros({1, 0, 1}), kPlain, {}).output, IsTensorNear(Tensor::Zeros(DType::kF32, {3, 0, 1}), Ulps(0)));
  EXPECT_THAT(c.status(), IsOk());
}

}  // namespace
}  // namespace conformance::eager
