#include "framework/tensor/dtype.h"

#include <array>

#include <gtest/gtest.h>

namespace conformance {
namespace {

constexpr std::array kAll = {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64,
                             DType::kI32, DType::kI16, DType::kI8,  DType::kU8,   DType::kBool, DType::kC64, DType::kC128};

TEST(DType, NamesReadBack) {
  for (const DType dtype : kAll) {
    EXPECT_EQ(DTypeFromString(ToString(dtype)), dtype);
    EXPECT_EQ(DTypeFromTorchName(TorchName(dtype)), dtype);
  }
  EXPECT_EQ(ToString(DType::kBF16), "bf16");
  EXPECT_EQ(TorchName(DType::kBF16), "bfloat16");
  EXPECT_EQ(TorchName(DType::kU8), "uint8");
  EXPECT_EQ(DTypeFromString("float32"), std::nullopt);
  EXPECT_EQ(DTypeFromTorchName("f32"), std::nullopt);
  EXPECT_EQ(DTypeFromString(""), std::nullopt);
  EXPECT_EQ(ToString(DType::kC64), "complex64");
  EXPECT_EQ(TorchName(DType::kC128), "complex128");
}

TEST(DType, PartsOfComplexNumbers) {
  EXPECT_EQ(RealOf(DType::kC64), DType::kF32);
  EXPECT_EQ(RealOf(DType::kC128), DType::kF64);
  EXPECT_EQ(RealOf(DType::kI8), DType::kI8);
  EXPECT_EQ(ComplexOf(DType::kF64), DType::kC128);
  EXPECT_EQ(ComplexOf(DType::kBF16), DType::kC64);
  EXPECT_EQ(ComplexOf(DType::kI64), DType::kC64);
  EXPECT_EQ(ComplexOf(DType::kF16), std::nullopt) << "PyTorch's complex32";
}

TEST(DType, SizesAndKinds) {
  constexpr std::array<size_t, 12> kSizes = {8, 4, 2, 2, 8, 4, 2, 1, 1, 1, 8, 16};
  for (size_t i = 0; i < kAll.size(); ++i) {
    EXPECT_EQ(ByteSize(kAll[i]), kSizes[i]) << ToString(kAll[i]);
    EXPECT_EQ(IsFloating(kAll[i]), i < 4) << ToString(kAll[i]);
    EXPECT_EQ(IsIntegral(kAll[i]), 4 <= i && i < 9) << ToString(kAll[i]);
    EXPECT_EQ(IsComplex(kAll[i]), i >= 10) << ToString(kAll[i]);
  }
}

TEST(PromoteTypes, IsPyTorchsTable) {
  // torch.promote_types of every pair, rows and columns in the order of kAll (PyTorch 2.13).
  constexpr std::array<std::array<const char*, 12>, 12> kTable = {{
      {"f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "f64", "complex128", "complex128"},
      {"f64", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "complex64", "complex128"},
      {"f64", "f32", "f16", "f32", "f16", "f16", "f16", "f16", "f16", "f16", "complex64", "complex128"},
      {"f64", "f32", "f32", "bf16", "bf16", "bf16", "bf16", "bf16", "bf16", "bf16", "complex64", "complex128"},
      {"f64", "f32", "f16", "bf16", "i64", "i64", "i64", "i64", "i64", "i64", "complex64", "complex128"},
      {"f64", "f32", "f16", "bf16", "i64", "i32", "i32", "i32", "i32", "i32", "complex64", "complex128"},
      {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i16", "i16", "i16", "complex64", "complex128"},
      {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "i16", "i8", "complex64", "complex128"},
      {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i16", "u8", "u8", "complex64", "complex128"},
      {"f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u8", "bool", "complex64", "complex128"},
      {"complex128", "complex64", "complex64", "complex64", "complex64", "complex64", "complex64", "complex64", "complex64", "complex64", "complex64", "complex128"},
      {"complex128", "complex128", "complex128", "complex128", "complex128", "complex128", "complex128", "complex128", "complex128", "complex128", "complex128", "complex128"},
  }};
  for (size_t i = 0; i < kAll.size(); ++i) {
    for (size_t j = 0; j < kAll.size(); ++j) {
      EXPECT_EQ(ToString(PromoteTypes(kAll[i], kAll[j])), kTable[i][j])
          << ToString(kAll[i]) << " with " << ToString(kAll[j]);
    }
  }
}

}  // namespace
}  // namespace conformance
