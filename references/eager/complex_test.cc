// Complex numbers by hand; PyTorch's own answers over the grid are in fixtures/ops (suites/ops).
#include "references/eager/complex.h"

#include <numbers>

#include <gtest/gtest.h>

#include "framework/ops/complex_use.h"
#include "framework/ops/ops.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;
using C = std::complex<float>;

Tensor Z(std::vector<C> values) {
  const auto count = static_cast<int64_t>(values.size());
  return Tensor::Of<C>({count}, values);
}
Tensor ZOf(Shape shape, std::vector<C> values) { return Tensor::Of<C>(std::move(shape), values); }

TEST(Complex, ArithmeticByHand) {
  Eager c;
  const auto a = V(Z({{1, 2}, {3, -4}})), b = V(Z({{5, 6}, {0, 2}}));
  EXPECT_THAT(ops::Add(c, a, b), BitEqualTo(Z({{6, 8}, {3, -2}})));
  EXPECT_THAT(ops::Sub(c, a, b), BitEqualTo(Z({{-4, -4}, {3, -6}})));
  EXPECT_THAT(ops::Mul(c, a, b), BitEqualTo(Z({{-7, 16}, {8, 6}})));  // 5 - 12 + (6 + 10)i
  EXPECT_THAT(ops::Div(c, a, V(Z({{0, 2}, {0, 2}}))), BitEqualTo(Z({{1, -0.5}, {-2, -1.5}})));
  EXPECT_THAT(ops::Mul(c, a, V(F32({2, 0.5}))), BitEqualTo(Z({{2, 4}, {1.5, -2}})));
  EXPECT_THAT(ops::Mul(c, a, ops::Scalar(ops::ComplexNumber({0, 1}))), BitEqualTo(Z({{-2, 1}, {4, 3}})));
  EXPECT_THAT(ops::Mul(c, V(F32({2, 3})), ops::Scalar(ops::ComplexNumber({0, 1}))), BitEqualTo(Z({{0, 2}, {0, 3}})));
  EXPECT_THAT(ops::Neg(c, a), BitEqualTo(Z({{-1, -2}, {-3, 4}})));
  EXPECT_THAT(ops::Abs(c, a), IsTensorNear(F32({2.236068F, 5}), Ulps(1)));
  EXPECT_THAT(ops::Sum(c, a), BitEqualTo(ZOf({}, {{4, -2}})));
  EXPECT_THAT(ops::Mean(c, a), BitEqualTo(ZOf({}, {{2, -1}})));
  EXPECT_THAT(ops::Equal(c, a, V(Z({{1, 2}, {3, 4}}))), BitEqualTo(Bool({true, false})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Complex, PartsAndPairs) {
  Eager c;
  const auto z = V(Z({{1, 2}, {-3, 0}}));
  EXPECT_THAT(ops::Real(c, z), BitEqualTo(F32({1, -3})));
  EXPECT_THAT(ops::Imag(c, z), BitEqualTo(F32({2, 0})));
  EXPECT_THAT(ops::Conj(c, z), BitEqualTo(Z({{1, -2}, {-3, -0.0F}})));
  EXPECT_THAT(ops::Angle(c, z), IsTensorNear(F32({1.1071488F, std::numbers::pi_v<float>}), Ulps(1)));
  EXPECT_THAT(ops::Angle(c, V(F32({2, -2, 0}))), IsTensorNear(F32({0, std::numbers::pi_v<float>, 0}), Ulps(0)));
  EXPECT_THAT(ops::ViewAsReal(c, z), BitEqualTo(F32Of({2, 2}, {1, 2, -3, 0})));
  EXPECT_THAT(ops::ViewAsComplex(c, V(F32Of({2, 2}, {1, 2, -3, 0}))), BitEqualTo(z.tensor()));
  EXPECT_THAT(ops::ViewAsComplex(c, V(Turned(F32Of({2, 2}, {1, -3, 2, 0})))), BitEqualTo(z.tensor()));  // strides that allow no view
  EXPECT_THAT(ops::Complex(c, V(F32({1, -3})), V(F32({2, 0}))), BitEqualTo(z.tensor()));
  EXPECT_THAT(ops::Polar(c, V(F32({2})), V(F32({0}))), BitEqualTo(Z({{2, 0}})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Complex, MovesLikeAnyElement) {
  Eager c;
  const auto z = V(ZOf({2, 3}, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}}));
  EXPECT_THAT(ops::Reshape(c, ops::Transpose(c, z, 0, 1), {6}), BitEqualTo(Z({{0, 1}, {3, 4}, {1, 2}, {4, 5}, {2, 3}, {5, 6}})));
  EXPECT_THAT(ops::Cat(c, {z, ops::To(c, z, DType::kC128)}, 1).dtype(), DType::kC128);
  EXPECT_THAT(ops::To(c, z, DType::kF32), BitEqualTo(F32Of({2, 3}, {0, 1, 2, 3, 4, 5})));  // the imaginary part is dropped
  EXPECT_THAT(ops::To(c, V(F32({7})), DType::kC64), BitEqualTo(Z({{7, 0}})));
  EXPECT_THAT(ops::To(c, V(Z({{0, 0}, {0, 1}})), DType::kBool), BitEqualTo(Bool({false, true})));
  EXPECT_THAT(ops::Matmul(c, V(ZOf({1, 2}, {{1, 1}, {0, 2}})), V(ZOf({2, 1}, {{3, 0}, {1, -1}}))), BitEqualTo(ZOf({1, 1}, {{5, 5}})));  // 3+3i + 2+2i
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Complex, TheOracleIsWide) {
  Eager c(Numerics::Oracle());
  const ops::Value z = ops::Mul(c, V(Z({{1, 1e-9F}})), V(Z({{1, 0}})));
  EXPECT_EQ(z.dtype(), DType::kC64);
  EXPECT_EQ(z.tensor().dtype(), DType::kC128);
  EXPECT_EQ(ops::Real(c, z).tensor().dtype(), DType::kF64);
}

TEST(Complex, OtherOperatorsRefuseByName) {
  const auto refused = [](auto call) {
    Eager c;
    call(c);
    return c.status();
  };
  const auto z = V(Z({{1, 2}}));
  EXPECT_THAT(refused([&](Eager& c) { ops::Relu(c, z); }),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("aten.relu.default"), HasSubstr("complex64[1]"))));
  EXPECT_THAT(refused([&](Eager& c) { ops::Softmax(c, z, 0); }), IsError(ErrorKind::kUnsupported, HasSubstr("complex64")));
  EXPECT_THAT(refused([&](Eager& c) { ops::Maximum(c, z, z); }), IsError(ErrorKind::kUnsupported, HasSubstr("complex64")));
  EXPECT_THAT(refused([&](Eager& c) { ops::Mul(c, z, V(Cast(F32({1}), DType::kF16))); }), IsError(ErrorKind::kUnsupported, HasSubstr("complex32")));
  EXPECT_THAT(refused([&](Eager& c) { ops::Imag(c, V(F32({1}))); }), IsError(ErrorKind::kType, HasSubstr("want self of type complex")));
}

// Each op of the table either has a kernel for complex numbers or is one whose kernel moves elements.
TEST(Complex, TheTableAndTheKernelsAgree) {
  for (const ops::ComplexOp& entry : ops::ComplexOps()) {
    const ops::OpDef* op = ops::DefaultOps().Find(entry.target);
    ASSERT_NE(op, nullptr) << entry.target;
    EXPECT_EQ(DefaultKernels().HasComplex(entry.target), entry.use == ops::ComplexUse::kComputes) << entry.target;
    const bool tensors = !op->returns.empty() && (op->returns[0].kind == ops::ArgKind::kTensor || op->returns[0].kind == ops::ArgKind::kTensorList);
    if (entry.use == ops::ComplexUse::kMoves && tensors) EXPECT_NE(DefaultKernels().Find(entry.target), nullptr) << entry.target;
  }
  EXPECT_TRUE(std::ranges::is_sorted(ops::ComplexOps(), {}, &ops::ComplexOp::target));
}

TEST(Fft, ByHand) {
  Eager c;
  const auto x = V(F32({1, 2, 3, 4}));
  EXPECT_THAT(ops::FftR2c(c, x, {0}, ops::FftNorm::kNone, true), BitEqualTo(Z({{10, 0}, {-2, 2}, {-2, 0}})));
  EXPECT_THAT(ops::FftR2c(c, x, {0}, ops::FftNorm::kNone, false), BitEqualTo(Z({{10, 0}, {-2, 2}, {-2, 0}, {-2, -2}})));
  EXPECT_THAT(ops::FftR2c(c, x, {0}, ops::FftNorm::kByRootN, true), BitEqualTo(Z({{5, 0}, {-1, 1}, {-1, 0}})));
  EXPECT_THAT(ops::FftC2r(c, V(Z({{10, 5}, {-2, 2}, {-2, 7}})), {0}, ops::FftNorm::kByN, 4), BitEqualTo(F32({1, 2, 3, 4})));  // 5 and 7 don't count
  EXPECT_THAT(ops::FftC2c(c, V(Z({{10, 0}, {-2, 2}, {-2, 0}, {-2, -2}})), {0}, ops::FftNorm::kByN, false), BitEqualTo(Z({{1, 0}, {2, 0}, {3, 0}, {4, 0}})));
  EXPECT_THAT(ops::FftR2c(c, V(F32Of({2, 2}, {1, 2, 3, 4})), {0, 1}, ops::FftNorm::kNone, true), BitEqualTo(ZOf({2, 2}, {{10, 0}, {-2, 0}, {-4, 0}, {0, 0}})));
  EXPECT_THAT(c.status(), IsOk());
}

TEST(Fft, RefusesByName) {
  const auto refused = [](auto call) {
    Eager c;
    call(c);
    return c.status();
  };
  EXPECT_THAT(refused([](Eager& c) { ops::FftR2c(c, V(I64({1})), {0}, ops::FftNorm::kNone, true); }), IsError(ErrorKind::kType, HasSubstr("f32 or f64")));
  EXPECT_THAT(refused([](Eager& c) { ops::FftC2c(c, V(Z({})), {0}, ops::FftNorm::kNone, true); }), IsError(ErrorKind::kShape, HasSubstr("at least one element")));
  EXPECT_THAT(refused([](Eager& c) { ops::FftC2c(c, V(Z({{1, 0}})), {0, 0}, ops::FftNorm::kNone, true); }), IsError(ErrorKind::kShape, HasSubstr("twice")));
  EXPECT_THAT(refused([](Eager& c) { ops::FftC2r(c, V(Z({{1, 0}, {1, 0}})), {0}, ops::FftNorm::kNone, 7); }),
              IsError(ErrorKind::kShape, HasSubstr("last_dim_size / 2 + 1")));
  EXPECT_THAT(refused([](Eager& c) { ops::FftC2c(c, V(ZOf({}, {{1, 0}})), {0}, ops::FftNorm::kNone, true); }), IsError(ErrorKind::kShape));
}

}  // namespace
}  // namespace conformance::eager
