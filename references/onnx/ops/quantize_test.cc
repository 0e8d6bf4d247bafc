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
using testing::Texts;

Array Floats(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
template <typename T>
Array Of(Shape dims, std::vector<T> values) {
  return Array::Of<T>(std::move(dims), values);
}

TEST(QuantizeLinear, RoundsToEvenAndSaturates) {
  const Array x = Floats({6}, {1, 3, 5, -1000, 1000, 2.5F});
  EXPECT_THAT(Numbers(Evaluate({"QuantizeLinear"}, {x, Floats({}, {2}), Of<uint8_t>({}, {10})})),
              ElementsAre(10, 12, 12, 0, 255, 11));
  EXPECT_THAT(
      Numbers(Evaluate({"QuantizeLinear", {OnnxAttribute::Int("output_dtype", 22)}}, {x, Floats({}, {2})})),
      ElementsAre(0, 2, 2, -8, 7, 1));
}

TEST(QuantizeLinear, HasScalesByAxisAndByBlock) {
  const Array x = Floats({2, 3}, {2, 4, 6, 8, 10, 12});
  EXPECT_THAT(Numbers(Evaluate({"QuantizeLinear", {OnnxAttribute::Int("axis", 0)}},
                               {x, Floats({2}, {1, 2}), Of<uint8_t>({2}, {0, 1})})),
              ElementsAre(2, 4, 6, 5, 6, 7));
  // Blocks of two along the last axis, the second one shorter.
  const auto blocked =
      Evaluate({"QuantizeLinear", {OnnxAttribute::Int("axis", -1), OnnxAttribute::Int("block_size", 2)}},
               {x, Floats({2, 2}, {1, 2, 4, 6})});
  EXPECT_THAT(Numbers(blocked), ElementsAre(2, 4, 3, 2, 2, 2));
  EXPECT_THAT(Numbers(Evaluate(
                  {"DequantizeLinear", {OnnxAttribute::Int("axis", -1), OnnxAttribute::Int("block_size", 2)}},
                  {blocked->at(0), Floats({2, 2}, {1, 2, 4, 6})})),
              ElementsAre(2, 4, 6, 8, 8, 12));
}

TEST(QuantizeLinear, SaysWhatDoesNotFit) {
  const Array x = Floats({2, 3}, {2, 4, 6, 8, 10, 12});
  EXPECT_THAT(Evaluate({"QuantizeLinear"}, {x, Floats({2}, {1, 2})}),
              IsError(ErrorKind::kShape, HasSubstr("one scale, or 3")));
  EXPECT_THAT(Evaluate({"QuantizeLinear"}, {x, Floats({2, 2}, {1, 2, 3, 4})}),
              IsError(ErrorKind::kInvalid, HasSubstr("block_size")));
  EXPECT_THAT(Evaluate({"QuantizeLinear", {OnnxAttribute::Int("block_size", 2)}},
                       {x, Floats({2, 3}, {1, 2, 3, 4, 5, 6})}),
              IsError(ErrorKind::kShape, HasSubstr("wanted: [2, 2]")));
  EXPECT_THAT(Evaluate({"QuantizeLinear"}, {x, Floats({}, {1}), Of<int64_t>({}, {1})}),
              IsError(ErrorKind::kType));
  EXPECT_THAT(Evaluate({"QuantizeLinear"}, {x, Of<std::string>({}, {"1"})}),
              IsError(ErrorKind::kType, HasSubstr("no numbers")));
  EXPECT_THAT(Evaluate({"QuantizeLinear", {OnnxAttribute::Int("output_dtype", 3)}},
                       {x, Floats({}, {1}), Of<uint8_t>({}, {1})}),
              IsError(ErrorKind::kType, HasSubstr("output_dtype")));
  EXPECT_THAT(Evaluate({"DequantizeLinear"}, {Of<int8_t>({1}, {1}), Floats({}, {1}), Of<uint8_t>({}, {1})}),
              IsError(ErrorKind::kType, HasSubstr("another type")));
}

TEST(DynamicQuantizeLinear, PutsZeroInItsRange) {
  const auto out = Evaluate({"DynamicQuantizeLinear", {}, 3}, {Floats({3}, {-1, 0, 4.1F})});
  EXPECT_THAT(Numbers(out, 1), Pointwise(DoubleNear(1e-7), {0.02}));
  EXPECT_THAT(Numbers(out, 2), ElementsAre(50));
  EXPECT_THAT(Numbers(out), ElementsAre(0, 50, 255));
  EXPECT_THAT(Numbers(Evaluate({"DynamicQuantizeLinear", {}, 3}, {Floats({2}, {0, 0})})), ElementsAre(0, 0));
}

TEST(MatMulInteger, TakesZeroPointsOff) {
  const Array a = Of<uint8_t>({2, 2}, {255, 1, 2, 3}), b = Of<int8_t>({2, 1}, {-128, 127});
  EXPECT_THAT(Numbers(Evaluate({"MatMulInteger"}, {a, b})), ElementsAre(255 * -128 + 127, -256 + 381));
  EXPECT_THAT(Numbers(Evaluate({"MatMulInteger"}, {a, b, Of<uint8_t>({2}, {1, 2}), Of<int8_t>({1}, {1})})),
              ElementsAre(254 * -129, 126));
  EXPECT_THAT(Evaluate({"MatMulInteger"}, {a, Of<int8_t>({1, 1}, {1})}),
              IsError(ErrorKind::kShape, HasSubstr("factors that don't fit")));
  EXPECT_THAT(Evaluate({"MatMulInteger"}, {a, b, Of<uint8_t>({3}, {1, 2, 3})}), IsError(ErrorKind::kShape));
  EXPECT_THAT(Evaluate({"MatMulInteger"}, {a, Floats({2, 1}, {1, 1})}),
              IsError(ErrorKind::kType, HasSubstr("input 1")));
}

TEST(QLinearMatMul, QuantizesTheProduct) {
  // (4 - 2) 0.5 · (3 + 1) 2 = 8; over 4 and 1 more.
  const auto out =
      Evaluate({"QLinearMatMul"},
               {Of<uint8_t>({1, 1}, {4}), Floats({}, {0.5}), Of<uint8_t>({}, {2}), Of<int8_t>({1, 1}, {3}),
                Floats({}, {2}), Of<int8_t>({}, {-1}), Floats({}, {4}), Of<int8_t>({}, {1})});
  EXPECT_EQ(Kind(out), "int8[1, 1]");
  EXPECT_THAT(Numbers(out), ElementsAre(3));
}

TEST(ConvInteger, PadsWithTheZeroPoint) {
  const Array x = Of<uint8_t>({1, 1, 3}, {11, 12, 13}), w = Of<uint8_t>({1, 1, 2}, {1, 1});
  EXPECT_THAT(Numbers(Evaluate({"ConvInteger", {OnnxAttribute::Ints("pads", {1, 1})}},
                               {x, w, Of<uint8_t>({}, {10})})),
              ElementsAre(1, 3, 5, 3));
  EXPECT_THAT(Evaluate({"ConvInteger"}, {x, Of<uint8_t>({1, 2, 2}, {1, 1, 1, 1})}),
              IsError(ErrorKind::kShape, HasSubstr("weights that don't fit")));
  EXPECT_THAT(Evaluate({"ConvInteger"}, {x, w, Of<uint8_t>({2}, {1, 1})}),
              IsError(ErrorKind::kShape, HasSubstr("x_zero_point")));
}

TEST(QLinearConv, AddsItsBias) {
  // (1 · 2 + 10) · 0.5 · 4 / 8 = 3, and the zero point.
  const auto out =
      Evaluate({"QLinearConv"}, {Of<uint8_t>({1, 1, 1}, {1}), Floats({}, {0.5}), Of<uint8_t>({}, {0}),
                                 Of<uint8_t>({1, 1, 1}, {2}), Floats({1}, {4}), Of<uint8_t>({1}, {0}),
                                 Floats({}, {8}), Of<uint8_t>({}, {100}), Of<int32_t>({1}, {10})});
  EXPECT_THAT(Numbers(out), ElementsAre(103));
}

}  // namespace
}  // namespace conformance::onnx_reference
