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

Value Seq(std::vector<Array> arrays) {
  Sequence sequence;
  for (Array& array : arrays) sequence.items.emplace_back(std::move(array));
  sequence.elem = Elem::kFloat;
  return Value(std::move(sequence));
}
Array Row(std::vector<float> values) {
  return Array::Of<float>({static_cast<int64_t>(values.size())}, values);
}
Array At(int64_t position) { return Array::Of<int64_t>({}, {position}); }

TEST(Sequence, GrowsAndShrinksAtPositionsFromEitherEnd) {
  const auto longer = Evaluate({"SequenceInsert"}, {Seq({Row({1}), Row({2})}), Row({9, 9}), At(-1)});
  ASSERT_TRUE(longer.ok()) << longer.error().ToString();
  EXPECT_EQ(Kind(longer), "a sequence of 3");
  EXPECT_THAT(Numbers(Evaluate({"SequenceAt"}, {longer->at(0), At(1)})), ElementsAre(9, 9));
  EXPECT_THAT(Numbers(Evaluate({"SequenceAt"}, {longer->at(0), At(-1)})), ElementsAre(2));
  const auto shorter = Evaluate({"SequenceErase"}, {longer->at(0)});
  ASSERT_TRUE(shorter.ok()) << shorter.error().ToString();
  EXPECT_THAT(Numbers(Evaluate({"SequenceLength"}, {shorter->at(0)})), ElementsAre(2));
  EXPECT_THAT(Numbers(Evaluate({"SequenceAt"}, {shorter->at(0), At(1)})), ElementsAre(9, 9));
}

TEST(Sequence, SaysWhatDoesNotFit) {
  EXPECT_THAT(Evaluate({"SequenceInsert"}, {Seq({Row({1})}), Row({2}), At(2)}),
              IsError(ErrorKind::kInvalid, HasSubstr("found: 2, wanted: [-1, 1]")));
  EXPECT_THAT(Evaluate({"SequenceInsert"}, {Seq({Row({1})}), At(0)}),
              IsError(ErrorKind::kType, HasSubstr("wanted: float")));
  EXPECT_THAT(Evaluate({"SequenceErase"}, {Seq({})}),
              IsError(ErrorKind::kInvalid, HasSubstr("nothing can be erased")));
  EXPECT_THAT(Evaluate({"SequenceAt"}, {Row({1}), At(0)}),
              IsError(ErrorKind::kType, HasSubstr("no sequence")));
  EXPECT_THAT(Evaluate({"ConcatFromSequence", {OnnxAttribute::Int("axis", 0)}}, {Seq({})}),
              IsError(ErrorKind::kShape, HasSubstr("nothing to concatenate")));
  EXPECT_THAT(Evaluate({"ConcatFromSequence", {OnnxAttribute::Int("axis", 1)}}, {Seq({Row({1})})}),
              IsError(ErrorKind::kInvalid, HasSubstr("axis")));
}

TEST(Sequence, SplitsIntoPartsTheLastOneSmaller) {
  const auto parts = Evaluate({"SplitToSequence"}, {Row({1, 2, 3, 4, 5}), At(2)});
  EXPECT_EQ(Kind(parts), "a sequence of 3");
  EXPECT_THAT(Numbers(Evaluate({"SequenceAt"}, {parts->at(0), At(2)})), ElementsAre(5));
  EXPECT_EQ(Kind(Evaluate({"SplitToSequence"}, {Row({}), At(2)})), "a sequence of 0");
  const auto each = Evaluate({"SplitToSequence", {OnnxAttribute::Int("keepdims", 0)}}, {Row({1, 2})});
  EXPECT_EQ(Kind(Evaluate({"SequenceAt"}, {each->at(0), At(0)})), "float[]");
  EXPECT_THAT(Evaluate({"SplitToSequence"}, {Row({1, 2}), At(0)}),
              IsError(ErrorKind::kInvalid, HasSubstr("parts of no size")));
  EXPECT_THAT(Evaluate({"SplitToSequence"}, {Row({1, 2}), Array::Of<int64_t>({2}, {2, 1})}),
              IsError(ErrorKind::kShape, HasSubstr("in all 2")));
}

TEST(Sequence, ConcatenatesAlongAnAxisOrANewOne) {
  const Value pair = Seq({Row({1, 2}), Row({3, 4})});
  EXPECT_EQ(Kind(Evaluate({"ConcatFromSequence", {OnnxAttribute::Int("axis", 0)}}, {pair})), "float[4]");
  const auto stacked = Evaluate(
      {"ConcatFromSequence", {OnnxAttribute::Int("axis", -1), OnnxAttribute::Int("new_axis", 1)}}, {pair});
  EXPECT_EQ(Kind(stacked), "float[2, 2]");
  EXPECT_THAT(Numbers(stacked), ElementsAre(1, 3, 2, 4));
}

TEST(Sequence, MapsEachElementBesideAWholeTensor) {
  formats::OnnxGraph body;
  body.name = "body";
  for (const char* name : {"a", "b"}) {
    body.inputs.emplace_back();
    body.inputs.back().name = name;
  }
  body.outputs.emplace_back();
  body.outputs.back().name = "c";
  formats::OnnxNode add;
  add.op_type = "Add";
  add.inputs = {"a", "b"};
  add.outputs = {"c"};
  body.nodes = {add};
  const auto mapped =
      Evaluate({"SequenceMap", {OnnxAttribute::Graph("body", body)}}, {Seq({Row({1}), Row({2})}), Row({10})});
  ASSERT_TRUE(mapped.ok()) << mapped.error().ToString();
  EXPECT_THAT(Numbers(Evaluate({"SequenceAt"}, {mapped->at(0), At(1)})), ElementsAre(12));
  EXPECT_THAT(Evaluate({"SequenceMap", {OnnxAttribute::Graph("body", body)}},
                       {Seq({Row({1}), Row({2})}), Seq({Row({1})})}),
              IsError(ErrorKind::kShape, HasSubstr("sequences of two lengths")));
}

TEST(Optional, HoldsAValueOrNone) {
  const auto full = Evaluate({"Optional"}, {Row({3})});
  ASSERT_TRUE(full.ok()) << full.error().ToString();
  EXPECT_THAT(Numbers(Evaluate({"OptionalHasElement"}, {full->at(0)})), ElementsAre(1));
  EXPECT_THAT(Numbers(Evaluate({"OptionalGetElement"}, {full->at(0)})), ElementsAre(3));
  EXPECT_THAT(Numbers(Evaluate({"OptionalHasElement"}, {Value(Optional{})})), ElementsAre(0));
  EXPECT_THAT(Evaluate({"OptionalGetElement"}, {Value(Optional{})}),
              IsError(ErrorKind::kInvalid, HasSubstr("without a value")));
  EXPECT_THAT(Evaluate({"Optional"}, {full->at(0)}),
              IsError(ErrorKind::kType, HasSubstr("an optional in an optional")));
}

}  // namespace
}  // namespace conformance::onnx_reference
