// Gradients, bags of rows, other sizes and layouts by hand.
#include <gmock/gmock.h>

#include "framework/ops/ops.h"
#include "references/eager/testing.h"

namespace conformance::eager {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;
using ops::Value;
using Ints = std::vector<SymInt>;
using Flags = std::vector<bool>;

Value I64(Shape shape, const std::vector<int64_t>& values) { return V(Tensor::Of<int64_t>(std::move(shape), values)); }

Value AvgPoolBackward(ops::OpContext& c, const Value& gradient, const Value& x, Ints stride, Ints padding, bool whole, ops::Argument divisor) {
  return c.Call(ops::AvgPool2dBackwardOp(), {gradient, x, Ints{2, 2}, std::move(stride), std::move(padding), false, whole, std::move(divisor)});
}

TEST(AvgPool2dBackward, EachWindowGivesItsShares) {
  const Value x = V(Tensor::Zeros(DType::kF32, {1, 3, 3})), gradient = V(F32Of({1, 2, 2}, {4, 8, 12, 16}));
  Eager c;
  EXPECT_THAT(AvgPoolBackward(c, gradient, x, {1, 1}, {0, 0}, true, ops::NoneType{}), BitEqualTo(F32Of({1, 3, 3}, {1, 3, 2, 4, 10, 6, 3, 7, 4})));
  EXPECT_THAT(AvgPoolBackward(c, gradient, x, {1, 1}, {0, 0}, true, SymInt(2)), BitEqualTo(F32Of({1, 3, 3}, {2, 6, 4, 8, 20, 12, 6, 14, 8})));
}

TEST(AvgPool2dBackward, ThePaddingCountsOrNot) {
  const Value x = V(Tensor::Zeros(DType::kF32, {1, 2, 2})), gradient = V(F32Of({1, 2, 2}, {4, 8, 12, 16}));
  Eager c;  // each window holds one element and three of the padding
  EXPECT_THAT(AvgPoolBackward(c, gradient, x, {}, {1, 1}, true, ops::NoneType{}), BitEqualTo(F32Of({1, 2, 2}, {1, 2, 3, 4})));
  EXPECT_THAT(AvgPoolBackward(c, gradient, x, {}, {1, 1}, false, ops::NoneType{}), BitEqualTo(F32Of({1, 2, 2}, {4, 8, 12, 16})));
}

TEST(AvgPool2dBackward, WantsAGradientOfTheAnswersSizes) {
  Eager c;
  AvgPoolBackward(c, V(Tensor::Zeros(DType::kF32, {1, 3, 2})), V(Tensor::Zeros(DType::kF32, {1, 3, 3})), {1, 1}, {0, 0}, true, ops::NoneType{});
  EXPECT_THAT(c.status(), IsError(ErrorKind::kShape, HasSubstr("aten.avg_pool2d_backward.default: grad_output is f32[1, 3, 2], want grad_output [1, 2, 2]")));
}

TEST(AdaptiveAvgPool2dBackward, WindowsOverlap) {
  Eager c;  // places 0 and 1 cover [0, 2) and [1, 3)
  EXPECT_THAT(c.Call(ops::AdaptiveAvgPool2dBackwardOp(), {V(F32Of({1, 1, 2}, {2, 4})), V(Tensor::Zeros(DType::kF32, {1, 1, 3}))}),
              BitEqualTo(F32Of({1, 1, 3}, {1, 3, 2})));
}

TEST(MaxPool2dBackward, GoesWhereTheIndicesSay) {
  const auto call = [](ops::OpContext& c, int64_t second) {
    return c.Call(ops::MaxPool2dWithIndicesBackwardOp(), {V(F32Of({1, 2, 1}, {5, 7})), V(Tensor::Zeros(DType::kF32, {1, 3, 2})), Ints{2, 2}, Ints{1, 1},
                                                          Ints{0, 0}, Ints{1, 1}, false, I64({1, 2, 1}, {3, second})});
  };
  Eager c, other;
  EXPECT_THAT(call(c, 3), BitEqualTo(F32Of({1, 3, 2}, {0, 0, 0, 12, 0, 0})));
  call(other, 6);
  EXPECT_THAT(other.status(), IsError(ErrorKind::kInvalid, HasSubstr("index 6 is out of range for a plane of 6 elements")));
}

std::vector<Value> ConvolutionBackward(ops::OpContext& c, const Tensor& gradient, const Tensor& x, bool transposed, Flags mask) {
  return c.CallMulti(ops::ConvolutionBackwardOp(), {V(gradient), V(x), V(F32Of({1, 1, 2}, {10, 1})), Ints{1}, Ints{1}, Ints{0}, Ints{1}, transposed, Ints{0},
                                                    SymInt(1), std::move(mask)});
}

TEST(ConvolutionBackward, OfInputWeightAndBias) {
  Eager c;  // y = (10·1 + 2, 10·2 + 3)
  const auto all = ConvolutionBackward(c, F32Of({1, 1, 2}, {1, 2}), F32Of({1, 1, 3}, {1, 2, 3}), false, {true, true, true});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0], BitEqualTo(F32Of({1, 1, 3}, {10, 21, 2})));
  EXPECT_THAT(all[1], BitEqualTo(F32Of({1, 1, 2}, {5, 8})));
  EXPECT_THAT(all[2], BitEqualTo(F32Of({1}, {3})));
}

TEST(ConvolutionBackward, OfATransposedOne) {
  Eager c;  // y = (10, 1 + 20, 2)
  const auto all = ConvolutionBackward(c, F32Of({1, 1, 3}, {1, 0, 3}), F32Of({1, 1, 2}, {1, 2}), true, {true, true, true});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0], BitEqualTo(F32Of({1, 1, 2}, {10, 3})));
  EXPECT_THAT(all[1], BitEqualTo(F32Of({1, 1, 2}, {1, 6})));
  EXPECT_THAT(all[2], BitEqualTo(F32Of({1}, {4})));
}

TEST(ConvolutionBackward, MakesWhatTheMaskAsksFor) {
  Eager c;
  const auto some = ConvolutionBackward(c, F32Of({1, 1, 2}, {1, 2}), F32Of({1, 1, 3}, {1, 2, 3}), false, {false, true, false});
  ASSERT_EQ(some.size(), 1u);
  EXPECT_THAT(some[0], BitEqualTo(F32Of({1, 1, 2}, {5, 8})));
  EXPECT_TRUE(ConvolutionBackward(c, F32Of({1, 1, 2}, {1, 2}), F32Of({1, 1, 3}, {1, 2, 3}), false, {false, false, false}).empty());
  EXPECT_FALSE(c.failed());
  ConvolutionBackward(c, F32Of({1, 1, 2}, {1, 2}), F32Of({1, 1, 3}, {1, 2, 3}), false, {true});
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("output_mask has 1 flags, want 3")));
}

// Mean 0 and rstd 1: x' is x; mean(g) = 3, mean(g·x') = 1.5.
TEST(NormBackward, OfLayersAndGroups) {
  const Tensor gradient = F32Of({1, 2, 2}, {1, 2, 3, 6}), x = F32Of({1, 2, 2}, {-1, -1, 1, 1}), wanted = F32Of({1, 2, 2}, {-0.5, 0.5, -1.5, 1.5});
  const Flags all = {true, true, true};
  Eager c;
  const Value ones = V(F32Of({2, 2}, {1, 1, 1, 1}));
  const auto layer = c.CallMulti(ops::NativeLayerNormBackwardOp(),
                                 {V(gradient), V(x), Ints{2, 2}, V(F32Of({1, 1, 1}, {0})), V(F32Of({1, 1, 1}, {1})), ones, ones, all});
  ASSERT_EQ(layer.size(), 3u);
  EXPECT_THAT(layer[0], BitEqualTo(wanted));
  EXPECT_THAT(layer[1], BitEqualTo(F32Of({2, 2}, {-1, -2, 3, 6})));
  EXPECT_THAT(layer[2], BitEqualTo(F32Of({2, 2}, {1, 2, 3, 6})));
  const auto group = c.CallMulti(ops::NativeGroupNormBackwardOp(), {V(gradient), V(x), V(F32Of({1, 1}, {0})), V(F32Of({1, 1}, {1})), V(F32Of({2}, {1, 1})),
                                                                    SymInt(1), SymInt(2), SymInt(2), SymInt(1), all});
  ASSERT_EQ(group.size(), 3u);
  EXPECT_THAT(group[0], BitEqualTo(wanted));
  EXPECT_THAT(group[1], BitEqualTo(F32Of({2}, {-3, 9})));
  EXPECT_THAT(group[2], BitEqualTo(F32Of({2}, {3, 9})));
}

TEST(NormBackward, WantsTheWeightWhoseGradientIsAskedFor) {
  const Value x = V(F32Of({1, 4}, {-1, -1, 1, 1})), one = V(F32Of({1, 1}, {1}));
  Eager c;
  c.CallMulti(ops::NativeLayerNormBackwardOp(), {x, x, Ints{4}, one, one, ops::NoneType{}, ops::NoneType{}, Flags{true, true, false}});
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("output_mask asks for the gradient beside weight, which is None")));
  Eager other;
  other.CallMulti(ops::NativeLayerNormBackwardOp(), {x, x, Ints{4}, V(F32Of({2}, {1, 1})), one, ops::NoneType{}, ops::NoneType{}, Flags{true, false, false}});
  EXPECT_THAT(other.status(), IsError(ErrorKind::kShape, HasSubstr("mean is f32[2], want mean with as many elements as [1, 1]")));
}

TEST(EmbeddingDenseBackward, RowsAreAddedUpAndScaledByHowOftenTheyWere) {
  const auto call = [](ops::OpContext& c, bool scaled, int64_t last) {
    return c.Call(ops::EmbeddingDenseBackwardOp(), {V(F32Of({4, 1}, {1, 2, 3, 4})), I64({4}, {0, 2, 0, last}), SymInt(3), SymInt(1), scaled});
  };
  Eager c;
  EXPECT_THAT(call(c, false, 1), BitEqualTo(F32Of({3, 1}, {4, 0, 2})));
  EXPECT_THAT(call(c, true, 1), BitEqualTo(F32Of({3, 1}, {2, 0, 2})));
  call(c, false, 3);
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("index 3 is out of range for a table of 3 rows")));
}

std::vector<Value> Bag(ops::OpContext& c, int64_t mode, std::vector<int64_t> offsets, bool last, int64_t padding) {
  const auto count = static_cast<int64_t>(offsets.size());
  return c.CallMulti(ops::EmbeddingBagOp(), {V(F32({{1, 2}, {3, 4}, {5, 6}})), I64({3}, {0, 2, 1}), I64({count}, offsets), false, SymInt(mode), false,
                                             ops::NoneType{}, last, SymInt(padding)});
}
std::vector<double> Elements(const Value& value) { return value.tensor().ToDoubles(); }

TEST(EmbeddingBag, SumsMeansAndLargest) {
  Eager c;
  const auto sum = Bag(c, 0, {0, 2, 2}, false, -1), mean = Bag(c, 1, {0, 2, 2, 3}, true, -1), most = Bag(c, 2, {0, 2, 2}, false, -1);
  ASSERT_FALSE(c.failed());
  EXPECT_THAT(sum[0], BitEqualTo(F32({{6, 8}, {0, 0}, {3, 4}})));
  EXPECT_TRUE(Elements(sum[1]).empty());
  EXPECT_EQ(Elements(sum[2]), (std::vector<double>{0, 0, 0}));
  EXPECT_THAT(mean[0], BitEqualTo(F32({{3, 4}, {0, 0}, {3, 4}})));
  EXPECT_EQ(Elements(mean[1]), (std::vector<double>{0, 0, 2}));
  EXPECT_EQ(Elements(mean[2]), (std::vector<double>{2, 0, 1}));
  EXPECT_THAT(most[0], BitEqualTo(F32({{5, 6}, {0, 0}, {3, 4}})));
  EXPECT_EQ(Elements(most[3]), (std::vector<double>{2, 2, 0, 0, 1, 1}));
}

TEST(EmbeddingBag, RowsOfThePaddingCountNowhere) {
  Eager c;
  const auto mean = Bag(c, 1, {0, 2}, false, 2);
  EXPECT_THAT(mean[0], BitEqualTo(F32({{1, 2}, {3, 4}})));
  EXPECT_EQ(Elements(mean[2]), (std::vector<double>{1, 1}));
}

TEST(EmbeddingBag, OffsetsThatDoNotFitAreNamed) {
  for (const std::vector<int64_t>& offsets : {std::vector<int64_t>{1, 2}, {0, 4}, {0, 2, 1}}) {
    Eager c;
    Bag(c, 1, offsets, false, -1);
    EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("want offsets that start at 0, do not fall, and end within the 3 indices")));
  }
}

TEST(Resize, KeepsTheFirstElementsAsTheyAreStored) {
  Eager c;
  const Tensor x = F32({{1, 2, 3}, {4, 5, 6}});
  EXPECT_THAT(ops::Resize(c, V(x), {2, 2}), BitEqualTo(F32({{1, 2}, {3, 4}})));
  EXPECT_THAT(ops::Resize(c, V(x), {2, 4}), BitEqualTo(F32({{1, 2, 3, 4}, {5, 6, 0, 0}})));
  EXPECT_THAT(ops::Resize(c, V(Turned(x)), {2, 2}), BitEqualTo(F32({{1, 2}, {3, 4}})));
}

TEST(Resize, InPlaceSharesTheStorage) {
  Eager c;
  const Tensor x = F32({{1, 2, 3}, {4, 5, 6}});
  const Value row = V(x.View({2}, {1}, 3));
  const Value less = c.Call(ops::ResizeInPlaceOp(), {row, Ints{3}});
  EXPECT_THAT(less, BitEqualTo(F32({4, 5, 6})));  // beyond the view there is one more
  EXPECT_EQ(less.tensor().storage(), x.storage());
}

TEST(Resize, ChannelsLastIsAnOrderOfStorage) {
  Eager c;
  const Value made = c.Call(ops::ResizeOp(), {V(F32({1, 2, 3, 4})), Ints{1, 2, 2, 1}, ops::MemoryFormat::kChannelsLast});
  EXPECT_THAT(made, BitEqualTo(F32Of({1, 2, 2, 1}, {1, 3, 2, 4})));
  c.Call(ops::ResizeOp(), {V(F32({1, 2})), Ints{2}, ops::MemoryFormat::kPreserve});
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("memory_format is none that sizes [2] can have")));
}

const ops::OpDef& Atan2Out() { return *ops::DefaultOps().Find("aten.atan2.out"); }

TEST(OutVariants, WriteIntoOutOrMakeItAnew) {
  Eager c;
  const Tensor out = Tensor::Zeros(DType::kF64, {2});
  const Value y = c.Call(Atan2Out(), {V(F32({0, 0})), V(F32({1, 2})), V(out)});
  EXPECT_EQ(y.tensor().storage(), out.storage());
  EXPECT_EQ(y.dtype(), DType::kF64);
  EXPECT_THAT(c.Call(Atan2Out(), {V(F32({0, 0})), V(F32({1, 2})), V(Tensor::Zeros(DType::kF32, {0}))}), BitEqualTo(F32({0, 0})));
  c.Call(Atan2Out(), {V(F32({0, 0})), V(F32({1, 2})), V(Tensor::Zeros(DType::kI64, {2}))});
  EXPECT_THAT(c.status(), IsError(ErrorKind::kType, HasSubstr("aten.atan2.out: the result is f32[2], want one that fits into out")));
}

TEST(Layout, IsThatOfTheTensor) {
  Eager c;
  const Tensor x = F32({{1, 2, 3}, {4, 5, 6}}), turned = Turned(x);
  EXPECT_EQ(c.CallSymInt(ops::SymStrideOp(), {V(x), SymInt(0)}).AsInt(), 3);
  EXPECT_EQ(c.CallSymInt(ops::SymStrideOp(), {V(turned), SymInt(-1)}).AsInt(), 3);
  EXPECT_EQ(c.CallSymInt(ops::SymStorageOffsetOp(), {V(x.View({3}, {1}, 3))}).AsInt(), 3);
  EXPECT_EQ(c.CallSymBool(ops::SymIsContiguousOp(), {V(x)}).AsBool(), true);
  EXPECT_EQ(c.CallSymBool(ops::SymIsContiguousOp(), {V(turned)}).AsBool(), false);
  const Tensor image = Tensor::Zeros(DType::kF32, {1, 2, 2, 2});
  EXPECT_EQ(c.CallSymBool(ops::SymIsContiguousOp(), {V(image), ops::MemoryFormat::kChannelsLast}).AsBool(), false);
  EXPECT_EQ(c.CallSymBool(ops::SymIsContiguousOp(), {V(image.View({1, 2, 2, 2}, {8, 1, 4, 2}, 0)), ops::MemoryFormat::kChannelsLast}).AsBool(), true);
  EXPECT_FALSE(c.failed());
}

}  // namespace
}  // namespace conformance::eager
