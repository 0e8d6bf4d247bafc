#include <gmock/gmock.h>

#include <cmath>

#include "framework/testing/matchers.h"
#include "references/onnx/ops/one_node.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::Evaluate;
using ::testing::HasSubstr;
using testing::Kind;
using testing::Numbers;
using ::testing::Pointwise;

Array Floats(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
Array Scalar(int64_t value) { return Array::Of<int64_t>({}, {value}); }

TEST(Dft, OfAnImpulseTurnsRound) {
  // An impulse at 1: e^(-2πik/n), for a length of two prime factors and for a prime one.
  for (const int64_t n : {int64_t{6}, int64_t{7}}) {
    std::vector<float> signal(static_cast<size_t>(n), 0);
    signal[1] = 1;
    std::vector<double> wanted;
    for (int64_t k = 0; k < n; ++k) {
      const double angle = 2 * std::acos(-1.0) * static_cast<double>(k) / static_cast<double>(n);
      wanted.insert(wanted.end(), {std::cos(angle), -std::sin(angle)});
    }
    EXPECT_THAT(Numbers(Evaluate({"DFT"}, {Floats({1, n, 1}, signal)})), Pointwise(DoubleNear(1e-7), wanted))
        << n;
  }
}

TEST(Dft, OneSidedAndBack) {
  const auto half =
      Evaluate({"DFT", {OnnxAttribute::Int("onesided", 1)}}, {Floats({1, 5, 1}, {1, 2, 3, 4, 5})});
  EXPECT_EQ(Kind(half), "float[1, 3, 2]");
  const auto back = Evaluate({"DFT", {OnnxAttribute::Int("onesided", 1), OnnxAttribute::Int("inverse", 1)}},
                             {half->at(0), Scalar(5)});
  EXPECT_EQ(Kind(back), "float[1, 5, 1]");
  EXPECT_THAT(Numbers(back), Pointwise(DoubleNear(1e-6), {1, 2, 3, 4, 5}));
}

TEST(Dft, RefusesWhatIsNoSignal) {
  EXPECT_THAT(Evaluate({"DFT"}, {Floats({1, 2, 3}, {1, 2, 3, 4, 5, 6})}),
              IsError(ErrorKind::kShape, HasSubstr("[..., 1] or [..., 2]")));
  EXPECT_THAT(Evaluate({"DFT"}, {Floats({1, 2, 1}, {1, 2}), Value(), Scalar(2)}),
              IsError(ErrorKind::kInvalid, HasSubstr("none to transform")));
  EXPECT_THAT(Evaluate({"DFT"}, {Floats({1, 2, 1}, {1, 2}), Scalar(-1)}),
              IsError(ErrorKind::kInvalid, HasSubstr("dft_length")));
  EXPECT_THAT(Evaluate({"DFT"}, {Floats({1, 2, 1}, {1, 2}), Scalar(1LL << 40)}),
              IsError(ErrorKind::kOutOfMemory));
  EXPECT_EQ(Kind(Evaluate({"DFT"}, {Floats({0, 4, 1}, {})})), "float[0, 4, 2]");
}

TEST(Stft, CutsFramesAndWeighsThem) {
  // Frames of two, one apart, the second element not counted: each transform is flat at the first.
  const auto out = Evaluate({"STFT"}, {Floats({1, 3, 1}, {1, 2, 3}), Scalar(1), Floats({2}, {1, 0})});
  EXPECT_EQ(Kind(out), "float[1, 2, 2, 2]");
  EXPECT_THAT(Numbers(out), ElementsAre(1, 0, 1, 0, 2, 0, 2, 0));
  EXPECT_THAT(Evaluate({"STFT"}, {Floats({1, 3, 1}, {1, 2, 3}), Scalar(0)}),
              IsError(ErrorKind::kInvalid, HasSubstr("frame_step")));
  EXPECT_THAT(Evaluate({"STFT"}, {Floats({1, 3, 1}, {1, 2, 3}), Scalar(1), Value(), Scalar(4)}),
              IsError(ErrorKind::kShape, HasSubstr("longer than the signal")));
}

TEST(Windows, PeriodicAndSymmetric) {
  EXPECT_THAT(Numbers(Evaluate({"HannWindow"}, {Scalar(4)})), Pointwise(DoubleNear(1e-7), {0.0, 0.5, 1.0, 0.5}));
  EXPECT_THAT(Numbers(Evaluate({"HannWindow", {OnnxAttribute::Int("periodic", 0)}}, {Scalar(3)})),
              Pointwise(DoubleNear(1e-7), {0, 1, 0}));
  EXPECT_THAT(Numbers(Evaluate({"HammingWindow"}, {Scalar(2)})), Pointwise(DoubleNear(1e-7), {4.0 / 46, 1.0}));
  EXPECT_THAT(Numbers(Evaluate({"BlackmanWindow"}, {Scalar(2)})), Pointwise(DoubleNear(1e-7), {0, 1}));
  EXPECT_EQ(Kind(Evaluate({"BlackmanWindow", {OnnxAttribute::Int("output_datatype", 11)}}, {Scalar(0)})),
            "double[0]");
  EXPECT_THAT(Evaluate({"HannWindow"}, {Scalar(-1)}), IsError(ErrorKind::kInvalid, HasSubstr("found: -1")));
  EXPECT_THAT(Evaluate({"HannWindow", {OnnxAttribute::Int("output_datatype", 8)}}, {Scalar(1)}),
              IsError(ErrorKind::kType));
}

TEST(MelWeightMatrix, MakesTrianglesInsideTheSpectrum) {
  const auto out = Evaluate({"MelWeightMatrix"},
                            {Scalar(2), Scalar(16), Scalar(8000), Floats({}, {0}), Floats({}, {4000})});
  EXPECT_EQ(Kind(out), "float[9, 2]");
  for (const double v : Numbers(out)) EXPECT_TRUE(v >= 0 && v <= 1) << v;
  EXPECT_THAT(Evaluate({"MelWeightMatrix"},
                       {Scalar(2), Scalar(16), Scalar(8000), Floats({}, {0}), Floats({}, {9e4F})}),
              IsError(ErrorKind::kInvalid, HasSubstr("beyond the spectrum")));
}

}  // namespace
}  // namespace conformance::onnx_reference
