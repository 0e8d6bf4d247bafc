#include "framework/formats/npy.h"

#include <complex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Fixture(const std::string& name) {
  return std::string(CONFORMANCE_FIXTURES_DIR) + "/formats/npy/" + name;
}

TEST(ReadNpy, ReadsWhatNumPyWrites) {
  EXPECT_THAT(ReadNpy(Fixture("f4.npy")), IsOkAnd(BitEqualTo(F32({{0, 0.5, 1}, {1.5, 2, 2.5}}))));
  EXPECT_THAT(ReadNpy(Fixture("c8.npy")), IsOkAnd(BitEqualTo(Tensor::Of<std::complex<float>>({2}, {{1, -2}, {0, 0.5}}))));
  EXPECT_THAT(ReadNpy(Fixture("f2.npy")), IsOkAnd(BitEqualTo(Cast(F32({1, -0.5, 65504}), DType::kF16))));
  EXPECT_THAT(ReadNpy(Fixture("i8_scalar.npy")),
              IsOkAnd(BitEqualTo(Tensor::Of<int64_t>({}, {9007199254740993}))));
  EXPECT_THAT(ReadNpy(Fixture("i4_empty.npy")), IsOkAnd(BitEqualTo(Tensor::Of<int32_t>({0, 3}, {}))));
  EXPECT_THAT(ReadNpy(Fixture("i2.npy")), IsOkAnd(BitEqualTo(Tensor::Of<int16_t>({1}, {-300}))));
  EXPECT_THAT(ReadNpy(Fixture("i1.npy")), IsOkAnd(BitEqualTo(Tensor::Of<int8_t>({2}, {-3, 4}))));
  EXPECT_THAT(ReadNpy(Fixture("u1.npy")), IsOkAnd(BitEqualTo(Tensor::Of<uint8_t>({1}, {255}))));
  EXPECT_THAT(ReadNpy(Fixture("b1.npy")), IsOkAnd(BitEqualTo(Bool({true, false}))));
}

TEST(ReadNpy, AllVersionsAreTheSameArray) {
  EXPECT_THAT(ReadNpy(Fixture("version2.npy")), IsOkAnd(BitEqualTo(*ReadNpy(Fixture("f4.npy")))));
  EXPECT_THAT(ReadNpy(Fixture("version3.npy")), IsOkAnd(BitEqualTo(*ReadNpy(Fixture("f4.npy")))));
}

TEST(ReadNpy, FortranOrderBecomesStrides) {
  const Tensor x = *ReadNpy(Fixture("f8_fortran.npy"));
  EXPECT_THAT(x.shape(), ElementsAre(2, 3, 4));
  EXPECT_THAT(x.strides(), ElementsAre(1, 2, 6));
  std::vector<double> counting(24);
  for (size_t i = 0; i < counting.size(); ++i) counting[i] = static_cast<double>(i);
  EXPECT_THAT(x.ToDoubles(), ::testing::ElementsAreArray(counting));
}

TEST(ReadNpy, KeysMayComeInAnyOrderAndQuotes) {
  std::string header = R"({"shape":(1,),"fortran_order":False,"descr":"<f4"})";
  header += "\n";
  const std::string bytes = std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' +
                            header + std::string("\0\0\x80\x3F", 4);
  EXPECT_THAT(ParseNpy(MappedFile::FromBytes("x", bytes)), IsOkAnd(BitEqualTo(F32({1}))));
}

TEST(WriteNpy, GivesNumPysBytes) {
  const TempFolder folder;
  for (const char* name : {"f4", "f2", "i8_scalar", "i4_empty", "i2", "i1", "u1", "b1"}) {
    const std::string file = Fixture(std::string(name) + ".npy");
    ASSERT_THAT(WriteNpy(folder.path() / "again.npy", *ReadNpy(file)), IsOk());
    EXPECT_EQ(*ReadFileText(folder.path() / "again.npy"), *ReadFileText(file)) << name;
  }
}

TEST(WriteNpy, StridedTensorsBecomeContiguous) {
  const TempFolder folder;
  const Tensor x = *ReadNpy(Fixture("f8_fortran.npy"));
  ASSERT_THAT(WriteNpy(folder.path() / "c.npy", x), IsOk());
  const Tensor y = *ReadNpy(folder.path() / "c.npy");
  EXPECT_THAT(y, BitEqualTo(x));
  EXPECT_TRUE(y.IsContiguous());
}

TEST(WriteNpy, HasNoNameForBFloat16) {
  const TempFolder folder;
  EXPECT_THAT(WriteNpy(folder.path() / "x.npy", Tensor::Zeros(DType::kBF16, {1})),
              IsError(ErrorKind::kUnsupported, HasSubstr("bf16")));
}

}  // namespace
}  // namespace conformance::formats
