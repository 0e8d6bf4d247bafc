#include "framework/formats/onnx_elements.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "framework/formats/small_floats.h"
#include "framework/testing/matchers.h"

namespace conformance::formats {
namespace {

using conformance::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

OnnxTensor TensorOfBytes(OnnxElem elem, std::vector<int64_t> dims, const std::vector<uint8_t>& bytes) {
  OnnxTensor tensor;
  tensor.elem = elem;
  tensor.dims = std::move(dims);
  auto owner = std::make_shared<std::vector<uint8_t>>(bytes);
  auto raw = std::make_shared<Storage>();
  raw->data = reinterpret_cast<std::byte*>(owner->data());
  raw->bytes = owner->size();
  raw->owner = owner;
  tensor.raw = raw;
  return tensor;
}

std::vector<double> Numbers(OnnxElem elem, std::vector<int64_t> dims, const std::vector<uint8_t>& bytes) {
  const auto numbers = NumbersOf(TensorOfBytes(elem, std::move(dims), bytes));
  EXPECT_TRUE(numbers.ok()) << numbers.error().ToString();
  return numbers.ok() ? *numbers : std::vector<double>();
}

TEST(OnnxElements, OfLessThanAByteStandInTheLowBitsFirst) {
  EXPECT_THAT(Numbers(OnnxElem::kInt4, {3}, {0x8F, 0x07}), ElementsAre(-1, -8, 7));
  EXPECT_THAT(Numbers(OnnxElem::kUint4, {3}, {0x8F, 0x07}), ElementsAre(15, 8, 7));
  EXPECT_THAT(Numbers(OnnxElem::kInt2, {5}, {0b11100100, 0b10}), ElementsAre(0, 1, -2, -1, -2));
  EXPECT_THAT(Numbers(OnnxElem::kUint2, {5}, {0b11100100, 0b10}), ElementsAre(0, 1, 2, 3, 2));
  // OCP Microscaling Formats 1.0, table 5: 0 0.5 1 1.5 2 3 4 6.
  EXPECT_THAT(Numbers(OnnxElem::kFloat4E2M1, {4}, {0x71, 0xD4}), ElementsAre(0.5, 6, 2, -3));
}

TEST(OnnxElements, PackingGivesBackWhatWasUnpacked) {
  for (const OnnxElem elem : {OnnxElem::kInt2, OnnxElem::kUint4, OnnxElem::kInt4, OnnxElem::kFloat6E2M3}) {
    const std::vector<uint8_t> bytes = {0x1B, 0xE4, 0x5A};
    const auto count = static_cast<int64_t>(24 / OnnxElemBits(elem));
    std::vector<uint8_t> elements(static_cast<size_t>(count));
    UnpackElements(elem, reinterpret_cast<const std::byte*>(bytes.data()), count, elements.data());
    const std::vector<std::byte> packed = PackElements(elem, elements.data(), count);
    EXPECT_THAT(packed, ElementsAre(std::byte{0x1B}, std::byte{0xE4}, std::byte{0x5A})) << OnnxElemName(elem);
  }
  const std::vector<uint8_t> three = {1, 0xFF, 3};  // 0xFF: -1 of an int4
  EXPECT_THAT(PackElements(OnnxElem::kInt4, three.data(), 3), ElementsAre(std::byte{0xF1}, std::byte{0x03}));
}

TEST(OnnxElements, OfEightBitsAndMore) {
  EXPECT_THAT(Numbers(OnnxElem::kUint16, {1}, {0xFF, 0xFF}), ElementsAre(65535));
  EXPECT_THAT(Numbers(OnnxElem::kFloat16, {1}, {0x00, 0x3C}), ElementsAre(1));
  EXPECT_THAT(Numbers(OnnxElem::kComplex64, {1}, {0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0}), ElementsAre(1, -2));
  // arXiv:2209.05433, table 1: the largest of e4m3 is 448; e5m2 has infinities.
  EXPECT_THAT(Numbers(OnnxElem::kFloat8E4M3Fn, {2}, {0x7E, 0x38}), ElementsAre(448, 1));
  EXPECT_THAT(Numbers(OnnxElem::kFloat8E5M2, {1}, {0x7C}), ElementsAre(std::numeric_limits<double>::infinity()));
  EXPECT_THAT(Numbers(OnnxElem::kFloat8E8M0, {2}, {127, 128}), ElementsAre(1, 2));
  EXPECT_TRUE(std::isnan(Numbers(OnnxElem::kFloat8E4M3Fn, {1}, {0x7F}).at(0)));
}

TEST(OnnxElements, AreNoneInAnEmptyTensorAndInStrings) {
  EXPECT_THAT(Numbers(OnnxElem::kUint4, {0, 3}, {}), IsEmpty());
  EXPECT_THAT(Numbers(OnnxElem::kString, {1}, {}), IsEmpty());
}

TEST(OnnxElements, ThatDoNotFitTheirSizeAreRefused) {
  EXPECT_THAT(NumbersOf(TensorOfBytes(OnnxElem::kUint16, {2}, {1, 2, 3})).status(),
              IsError(ErrorKind::kCorrupt, ::testing::HasSubstr("do not fit")));
}

TEST(OnnxElements, AreDescribedByTypeAndSize) {
  OnnxValue tensor;
  tensor.tensor = TensorOfBytes(OnnxElem::kUint16, {1, 2}, {1, 0, 2, 0});
  EXPECT_EQ(Describe(tensor), "UINT16[1, 2]");
  EXPECT_EQ(Describe(OnnxValue{.kind = OnnxValue::Kind::kSequence, .tensor = {}, .items = {tensor, tensor}}), "a sequence of 2");
  EXPECT_EQ(Describe(OnnxValue{.kind = OnnxValue::Kind::kOptional, .tensor = {}, .items = {tensor}}), "an optional with UINT16[1, 2]");
  EXPECT_EQ(Describe(OnnxValue{.kind = OnnxValue::Kind::kNone, .tensor = {}, .items = {}}), "nothing");
}

}  // namespace
}  // namespace conformance::formats
