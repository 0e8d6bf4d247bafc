#include "framework/compare/onnx_values.h"

#include <gmock/gmock.h>

#include <limits>

#include "framework/compare/onnx_values_testing.h"

namespace conformance::compare {
namespace {

using formats::OnnxElem;
using formats::OnnxValue;
using testing::Holding;
using testing::StringsValue;
using testing::TensorValue;
using ::testing::HasSubstr;
using Kind = OnnxValue::Kind;

constexpr ports::PlainTolerance kBound = {.atol = 1e-7, .rtol = 1e-3};
constexpr float kInf = std::numeric_limits<float>::infinity(), kNaN = std::numeric_limits<float>::quiet_NaN();

OnnxValue Floats(std::vector<float> values) {
  const auto count = static_cast<int64_t>(values.size());
  return TensorValue<float>(OnnxElem::kFloat, {count}, values);
}

TEST(OnnxValues, FloatsAreHeldToTheToleranceAndOthersToTheBit) {
  EXPECT_EQ(Difference(Floats({1.0005F, kNaN, kInf}), Floats({1, kNaN, kInf}), kBound), "");
  EXPECT_THAT(Difference(Floats({1.002F}), Floats({1}), kBound), HasSubstr("element 0 is 1.00199"));
  EXPECT_THAT(Difference(Floats({3e38F}), Floats({kInf}), kBound), HasSubstr("wanted inf"));
  EXPECT_THAT(Difference(Floats({0}), Floats({kNaN}), kBound), HasSubstr("wanted nan"));
  const auto big = [](uint64_t value) { return TensorValue<uint64_t>(OnnxElem::kUint64, {1}, {value}); };
  EXPECT_EQ(Difference(big(uint64_t{1} << 63), big(uint64_t{1} << 63), kBound), "");
  EXPECT_NE(Difference(big((uint64_t{1} << 63) + 1), big(uint64_t{1} << 63), kBound), "");
}

TEST(OnnxValues, TypesAndSizesAreExact) {
  EXPECT_THAT(Difference(TensorValue<uint8_t>(OnnxElem::kUint8, {1}, {1}), TensorValue<int8_t>(OnnxElem::kInt8, {1}, {1}), kBound),
              HasSubstr("found UINT8[1], wanted INT8[1]"));
  EXPECT_THAT(Difference(Floats({1, 2}), TensorValue<float>(OnnxElem::kFloat, {1, 2}, {1, 2}), kBound), HasSubstr("wanted FLOAT[1, 2]"));
  const OnnxValue wide = TensorValue<double>(OnnxElem::kDouble, {1}, {1});
  EXPECT_NE(Difference(wide, Floats({1}), kBound), "");
  EXPECT_EQ(Difference(wide, Floats({1}), kBound, /*widened=*/true), "");
}

TEST(OnnxValues, PaddingOfSmallIntegersIsNobodys) {
  EXPECT_EQ(Difference(TensorValue<uint8_t>(OnnxElem::kUint4, {1}, {0xA3}), TensorValue<uint8_t>(OnnxElem::kUint4, {1}, {0x03}), kBound), "");
  EXPECT_THAT(Difference(TensorValue<uint8_t>(OnnxElem::kUint4, {2}, {0xA3}), TensorValue<uint8_t>(OnnxElem::kUint4, {2}, {0x03}), kBound),
              HasSubstr("element 1 is 10, wanted 0"));
}

TEST(OnnxValues, StringsSequencesMapsAndOptionals) {
  EXPECT_EQ(Difference(StringsValue({"a", "b"}), StringsValue({"a", "b"}), kBound), "");
  EXPECT_THAT(Difference(StringsValue({"a", "c"}), StringsValue({"a", "b"}), kBound), HasSubstr("element 1"));
  const OnnxValue two = Holding(Kind::kSequence, {Floats({1}), Floats({2})});
  EXPECT_EQ(Difference(two, two, kBound), "");
  EXPECT_THAT(Difference(Holding(Kind::kSequence, {Floats({1}), Floats({3})}), two, kBound), HasSubstr("item 1: "));
  EXPECT_THAT(Difference(Holding(Kind::kSequence, {Floats({1})}), two, kBound), HasSubstr("found a sequence of 1, wanted a sequence of 2"));
  OnnxValue map = Holding(Kind::kMap, {Floats({1})}), other = map;
  map.tensor = StringsValue({"a"}).tensor;
  other.tensor = StringsValue({"b"}).tensor;
  EXPECT_EQ(Difference(map, map, kBound), "");
  EXPECT_NE(Difference(other, map, kBound), "");
  // A declared optional's value may come bare, and the other way about; nothing is not a value.
  const OnnxValue held = Holding(Kind::kOptional, {Floats({1})}), nothing = Holding(Kind::kNone, {});
  EXPECT_EQ(Difference(Floats({1}), held, kBound), "");
  EXPECT_EQ(Difference(held, Floats({1}), kBound), "");
  EXPECT_NE(Difference(nothing, held, kBound), "");
  EXPECT_NE(Difference(held, nothing, kBound), "");
  EXPECT_EQ(Difference(nothing, nothing, kBound), "");
}

TEST(OnnxValues, AComparisonNamesTheOutputThatIsOff) {
  const formats::NamedOnnxValues wanted = {{"y", Floats({1})}, {"z", StringsValue({"a"})}};
  EXPECT_EQ(CompareOnnxValues(wanted, wanted, kBound).outcome, record::Outcome::kPass);
  const ports::Comparison off = CompareOnnxValues({{"y", Floats({1})}, {"z", StringsValue({"b"})}}, wanted, kBound);
  EXPECT_EQ(off.outcome, record::Outcome::kFail);
  EXPECT_THAT(off.reason, ::testing::StartsWith("z: "));
  ASSERT_EQ(off.figures.size(), 2U);
  EXPECT_EQ(off.figures[0].dtype, "f32");
  EXPECT_EQ(off.figures[1].dtype, "STRING");
  EXPECT_THAT(CompareOnnxValues({{"y", Floats({1})}}, wanted, kBound).reason, HasSubstr("found outputs y; wanted y, z"));
}

}  // namespace
}  // namespace conformance::compare
