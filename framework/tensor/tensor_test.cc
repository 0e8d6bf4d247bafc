#include "framework/tensor/tensor.h"

#include <complex>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

TEST(Shapes, CountTheirElements) {
  EXPECT_EQ(NumElements({}), 1) << "a scalar";
  EXPECT_EQ(NumElements(Shape{2, 3, 4}), 24);
  EXPECT_EQ(NumElements(Shape{2, 0, 4}), 0);
}

TEST(Shapes, RefuseWhatDoesNotFit) {
  EXPECT_EQ(CheckedNumElements(Shape{2, 3}), 6);
  EXPECT_EQ(CheckedNumElements({}), 1);
  EXPECT_EQ(CheckedNumElements(Shape{kHuge, 1}), kHuge);
  EXPECT_EQ(CheckedNumElements(Shape{kHuge, 2}), std::nullopt);
  EXPECT_EQ(CheckedNumElements(Shape{1LL << 32, 1LL << 32}), std::nullopt);
  EXPECT_EQ(CheckedNumElements(Shape{-1}), std::nullopt);
  EXPECT_EQ(CheckedNumElements(Shape{0, -1}), std::nullopt);
  EXPECT_EQ(CheckedNumElements(Shape{0, 7}), 0);
  EXPECT_EQ(CheckedNumElements(Shape{0, 1LL << 32, 1LL << 32}), std::nullopt);  // its strides would not fit
  EXPECT_EQ(CheckedNumElements(Shape{1LL << 32, 1LL << 32, 0}), std::nullopt);
}

TEST(Shapes, HaveRowMajorStrides) {
  EXPECT_THAT(ContiguousStrides(Shape{2, 3, 4}), ElementsAre(12, 4, 1));
  EXPECT_THAT(ContiguousStrides(Shape{2, 0, 4}), ElementsAre(4, 4, 1)) << "a size of 0 counts as 1";
  EXPECT_THAT(ContiguousStrides({}), IsEmpty());
}

TEST(Tensor, DefaultIsAnEmptyVector) {
  const Tensor tensor;
  EXPECT_EQ(Describe(tensor), "f32[0]");
  EXPECT_EQ(tensor.num_elements(), 0);
  EXPECT_EQ(tensor.byte_size(), 0U);
  EXPECT_TRUE(tensor.IsContiguous());
  EXPECT_THAT(tensor.ToDoubles(), IsEmpty());
}

TEST(Tensor, ComplexElementsArePairs) {
  const Tensor z = Tensor::Of<std::complex<float>>({2, 2}, {{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  EXPECT_EQ(Describe(z), "complex64[2, 2]");
  EXPECT_EQ(z.byte_size(), 32U);
  const Tensor turned = z.View({2, 2}, {1, 2}, 0);
  const Tensor parts = ViewAsReal(turned);
  EXPECT_EQ(Describe(parts), "f32[2, 2, 2]");
  EXPECT_EQ(parts.storage(), z.storage());
  EXPECT_THAT(parts.ToDoubles(), ElementsAre(1, 2, 5, 6, 3, 4, 7, 8));
  EXPECT_TRUE(BitEqual(ViewAsComplex(parts), turned));
  EXPECT_EQ(ViewAsComplex(parts).storage(), z.storage());
  EXPECT_TRUE(BitEqual(ViewAsComplex(parts.View({2, 2}, {1, 2}, 0)), Tensor::Of<std::complex<float>>({2}, {{1, 3}, {2, 4}}))) << "a copy";
  EXPECT_THAT(turned.ToDoubles(), ElementsAre(1, 5, 3, 7)) << "real parts";
  EXPECT_TRUE(BitEqual(turned.Clone(), Tensor::Of<std::complex<float>>({2, 2}, {{1, 2}, {5, 6}, {3, 4}, {7, 8}})));
  const Tensor wide = Cast(turned, DType::kC128);
  EXPECT_TRUE(BitEqual(wide.View({2, 2}, {1, 2}, 0).Clone(), Cast(z, DType::kC128))) << "elements of 16 bytes";
  EXPECT_EQ(ViewAsReal(Tensor::Zeros(DType::kC64, {0, 3})).shape(), (Shape{0, 3, 2}));
}

TEST(Tensor, OfKeepsTypeAndValues) {
  const Tensor x = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(Describe(x), "f32[2, 2]");
  EXPECT_THAT(x.ToDoubles(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(x.dim(0), 2);
  EXPECT_EQ(x.dim(-1), 2);
  EXPECT_EQ(x.rank(), 2);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(x.raw()) % 64, 0U);
  EXPECT_THAT(Tensor::Of<bool>({3}, {true, false, true}).ToInts(), ElementsAre(1, 0, 1));
  EXPECT_THAT(Tensor::Of<int64_t>({1}, {kHuge}).ToInts(), ElementsAre(kHuge));
  EXPECT_EQ(Describe(Tensor::Of<int8_t>({}, {-3})), "i8[]");
  EXPECT_EQ(Tensor::Of<int8_t>({}, {-3}).At(0), -3);
}

TEST(Tensor, ZerosAreZero) {
  for (const DType dtype : {DType::kF64, DType::kF16, DType::kI32, DType::kBool}) {
    EXPECT_THAT(Tensor::Zeros(dtype, {3}).ToDoubles(), ElementsAre(0, 0, 0));
  }
}

TEST(Tensor, ATransposedViewSharesItsStorage) {
  const Tensor x = Tensor::Of<int32_t>({2, 3}, {0, 1, 2, 3, 4, 5});
  const Tensor t = x.View({3, 2}, {1, 3}, 0);
  EXPECT_FALSE(t.IsContiguous());
  EXPECT_THAT(t.ToInts(), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_EQ(t.At(1), 3);
  x.mutable_data<int32_t>()[3] = 30;
  EXPECT_EQ(t.IntAt(1), 30);
  const Tensor c = t.Contiguous();
  EXPECT_TRUE(c.IsContiguous());
  EXPECT_NE(c.storage(), x.storage());
  EXPECT_EQ(x.Contiguous().storage(), x.storage()) << "no copy where none is needed";
}

TEST(Tensor, StridedCopiesOfEveryElementWidth) {
  for (const DType dtype : {DType::kI8, DType::kI16, DType::kI32, DType::kI64}) {
    const Tensor x = Cast(Tensor::Of<int32_t>({2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), dtype);
    // Axes (2, 0, 1), starting at the second row of the first block: elements 3 + i + 6j.
    const Tensor v = x.View({3, 2, 1}, {1, 6, 3}, 3);
    EXPECT_THAT(v.Clone().ToInts(), ElementsAre(3, 9, 4, 10, 5, 11)) << ToString(dtype);
  }
}

TEST(Tensor, AStrideOfZeroRepeats) {
  const Tensor x = Tensor::Of<float>({2}, {5, 6});
  EXPECT_THAT(x.View({3, 2}, {0, 1}, 0).ToDoubles(), ElementsAre(5, 6, 5, 6, 5, 6));
  EXPECT_THAT(x.View({2, 2}, {1, 0}, 0).ToDoubles(), ElementsAre(5, 5, 6, 6));
}

TEST(Tensor, SizeOneAxesDoNotBreakContiguity) {
  const Tensor x = Tensor::Of<float>({2, 1, 2}, {1, 2, 3, 4});
  const Tensor odd = x.View({2, 1, 2}, {2, 77, 1}, 0);
  EXPECT_TRUE(odd.IsContiguous());
  EXPECT_THAT(odd.Contiguous().strides(), ElementsAre(2, 2, 1)) << "Contiguous() gives row-major strides";
  EXPECT_FALSE(x.View({2}, {2}, 0).IsContiguous());
  EXPECT_TRUE(x.View({0, 3}, {9, 9}, 0).IsContiguous());
  EXPECT_EQ(x.View({0, 3}, {9, 9}, 0).Clone().num_elements(), 0);
}

TEST(Tensor, ReshapedKeepsBytes) {
  const Tensor x = Tensor::Of<int16_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor y = x.Reshaped({3, 2});
  EXPECT_EQ(y.storage(), x.storage());
  EXPECT_THAT(y.strides(), ElementsAre(2, 1));
  EXPECT_THAT(y.ToInts(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Tensor, OverForeignBytesIsReadOnlyWhereTheyAre) {
  static float values[4] = {1, 2, 3, 4};
  auto storage = std::make_shared<Storage>();
  storage->data = reinterpret_cast<std::byte*>(values);
  storage->bytes = sizeof values;
  storage->writable = false;
  const Tensor x = Tensor::Over(storage, DType::kF32, {2}, 8);
  EXPECT_THAT(x.ToDoubles(), ElementsAre(3, 4));
  EXPECT_EQ(x.offset(), 2);
  EXPECT_EQ(x.raw(), reinterpret_cast<const std::byte*>(values + 2));
  EXPECT_DEATH({ (void)x.raw_mutable(); }, "read-only");
  EXPECT_DEATH({ (void)Tensor::Over(storage, DType::kF32, {4}, 4); }, "too small");
}

TEST(Tensor, BitEqualComparesTypesSizesAndBits) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = Tensor::Of<float>({2}, {nan, 0.0F});
  EXPECT_TRUE(BitEqual(x, x.Clone())) << "the same NaN";
  EXPECT_FALSE(BitEqual(x, Tensor::Of<float>({2}, {nan, -0.0F})));
  EXPECT_FALSE(BitEqual(x, Tensor::Of<float>({1, 2}, {nan, 0.0F})));
  EXPECT_FALSE(BitEqual(Tensor::Of<float>({1}, {0}), Tensor::Of<int32_t>({1}, {0})));
  const Tensor square = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(BitEqual(square.View({2, 2}, {1, 2}, 0), Tensor::Of<float>({2, 2}, {1, 3, 2, 4})))
      << "strides do not matter";
}

TEST(NamedTensors, AreFoundByName) {
  const NamedTensors tensors = {{"a", Tensor::Of<float>({1}, {1})}, {"b", Tensor::Of<float>({1}, {2})}};
  ASSERT_NE(Find(tensors, "b"), nullptr);
  EXPECT_EQ(Find(tensors, "b")->At(0), 2);
  EXPECT_EQ(Find(tensors, "c"), nullptr);
}

TEST(TensorDeathTest, OurOwnMistakesAbort) {
  EXPECT_DEATH({ (void)Tensor::Of<float>({2}, {1}); }, "as many values");
  EXPECT_DEATH({ (void)Tensor::Of<float>({2}, {1, 2}).Reshaped({3}); }, "reshape of \\[2\\] to \\[3\\]");
  EXPECT_DEATH({ (void)Tensor::Of<float>({2}, {1, 2}).dim(1); }, "axis 1");
}

}  // namespace
}  // namespace conformance
