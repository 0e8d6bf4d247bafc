#include "framework/engine/class_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/formats/json.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using testing::IsError;
using ::testing::Le;

Json Parse(const char* text) { return formats::ParseJson(text).value(); }

Result<ClassInputs> Read(const char* sizes, const char* inputs) {
  return ClassInputs::FromJson(Parse(sizes), Parse(inputs));
}

constexpr const char* kText =
    R"({"input_ids": {"dtype": "i64", "shape": ["batch", "sequence"], "range": [3, 5]},
                                  "attention_mask": {"dtype": "bool", "shape": ["batch", "sequence"], "fill": "padding"}})";

TEST(ClassInputs, MakesTensorsOfTheNamedSizes) {
  const ClassInputs plan = Read(R"({"batch": 2, "sequence": 8})", kText).value();
  const NamedTensors tensors = plan.Make(plan.traced(), 7).value();
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors[0].first, "input_ids");
  EXPECT_EQ(tensors[0].second.shape(), (Shape{2, 8}));
  EXPECT_THAT(tensors[0].second.ToInts(), Each(AllOf(Ge(3), Le(5))));
  EXPECT_EQ(tensors[1].second.dtype(), DType::kBool);
  EXPECT_THAT(tensors[1].second.ToInts(), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0));
}

TEST(ClassInputs, SameSeedSameBytesAndAnotherSeedOthers) {
  const ClassInputs plan =
      Read(R"({"batch": 4})", R"({"x": {"dtype": "f32", "shape": ["batch", 9], "range": [-1, 1]}})").value();
  const auto x = [&](uint64_t seed) { return plan.Make(plan.traced(), seed).value()[0].second; };
  EXPECT_TRUE(BitEqual(x(1), x(1)));
  EXPECT_FALSE(BitEqual(x(1), x(2)));
  EXPECT_THAT(x(1).ToDoubles(), Each(AllOf(Ge(-1), Le(1))));
}

TEST(ClassInputs, MultiplesOfASizeAndValuesThatBeginAgain) {
  const ClassInputs plan =
      Read(R"({"batch": 2})", R"({"grid": {"dtype": "i64", "shape": ["batch", 3], "values": [1, 4, 5]},
                                                      "patches": {"dtype": "f32", "shape": ["20*batch", 2], "range": [0, 1]}})")
          .value();
  const NamedTensors tensors = plan.Make({{"batch", 3}}, 0).value();
  EXPECT_THAT(tensors[0].second.ToInts(), ElementsAre(1, 4, 5, 1, 4, 5, 1, 4, 5));
  EXPECT_EQ(tensors[1].second.shape(), (Shape{60, 2}));
}

TEST(ClassInputs, UnseenAreAnotherBatchOtherLengthsAndBoth) {
  const ClassInputs plan = Read(R"({"batch": 2, "sequence": 12})", kText).value();
  using load::Assignment;
  EXPECT_THAT(plan.Unseen(), ElementsAre(Assignment{{"batch", 3}, {"sequence", 12}},
                                         Assignment{{"batch", 2}, {"sequence", 13}},
                                         Assignment{{"batch", 5}, {"sequence", 17}}));
}

TEST(ClassInputs, UnseenOfASingleSizeAreThreeToo) {
  const auto one = [](const char* sizes, const char* name) {
    const std::string inputs =
        std::string(R"({"x": {"dtype": "f32", "shape": [")") + name + R"("], "range": [0, 1]}})";
    return Read(sizes, inputs.c_str()).value().Unseen();
  };
  using load::Assignment;
  EXPECT_THAT(one(R"({"batch": 2})", "batch"),
              ElementsAre(Assignment{{"batch", 3}}, Assignment{{"batch", 5}}, Assignment{{"batch", 7}}));
  EXPECT_THAT(one(R"({"samples": 4000})", "samples"),
              ElementsAre(Assignment{{"samples", 4001}}, Assignment{{"samples", 4003}},
                          Assignment{{"samples", 4007}}));
  EXPECT_TRUE(
      Read("{}", R"({"x": {"dtype": "f32", "shape": [2], "range": [0, 1]}})").value().Unseen().empty());
}

TEST(ClassInputs, GivenTensorsTakeTheirSizesFromTheRow) {
  const ClassInputs row = Read(R"({"batch": 2, "sequence": 8})", kText).value();
  const NamedTensors given = {{"input_ids", Tensor::Of<int64_t>({3, 4}, {7, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9})},
                              {"attention_mask", Tensor::Of<int64_t>({3, 4}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0})},
                              {"table", Tensor::Of<int64_t>({2}, {4, 6})}};
  const ClassInputs plan = ClassInputs::Of(given, &row);
  EXPECT_EQ(plan.traced(), (load::Assignment{{"batch", 3}, {"sequence", 4}}));
  const NamedTensors made = plan.Make({{"batch", 2}, {"sequence", 5}}, 0).value();
  ASSERT_EQ(made.size(), 3U);
  EXPECT_EQ(made[0].second.shape(), (Shape{2, 5}));
  EXPECT_THAT(made[0].second.ToInts(), Each(AllOf(Ge(7), Le(9))));
  EXPECT_THAT(made[1].second.ToInts(), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 1, 0));
  EXPECT_EQ(made[1].second.dtype(), DType::kI64);
  EXPECT_THAT(made[2].second.ToInts(), ElementsAre(4, 6));
}

TEST(ClassInputs, SizesThatTheGivenShapesDisagreeOnStayFixed) {
  const ClassInputs row = Read(R"({"batch": 2, "sequence": 8})", kText).value();
  const NamedTensors given = {{"input_ids", Tensor::Of<int64_t>({3, 1}, {7, 8, 9})}, {"attention_mask", Tensor::Of<int64_t>({3, 4}, std::vector<int64_t>(12, 1))}};
  const ClassInputs plan = ClassInputs::Of(given, &row);
  EXPECT_EQ(plan.traced(), (load::Assignment{{"batch", 3}}));
  EXPECT_EQ(plan.Make({{"batch", 5}}, 0).value()[1].second.shape(), (Shape{5, 4}));
}

TEST(ClassInputs, WithoutARowASharedFirstDimensionIsTheBatch) {
  const Tensor image = Tensor::Of<float>({2, 3}, {0, 1, 2, 3, 4, 5});
  const ClassInputs plan = ClassInputs::Of({{"pixel_values", image}, {"other", image}}, nullptr);
  EXPECT_EQ(plan.traced(), (load::Assignment{{"batch", 2}}));
  EXPECT_EQ(plan.Make({{"batch", 3}}, 0).value()[0].second.shape(), (Shape{3, 3}));
  EXPECT_TRUE(ClassInputs::Of({{"x", image}, {"y", Tensor::Of<float>({3}, {1, 2, 3})}}, nullptr).traced().empty());
}

TEST(ClassInputs, RefusalsNameInputFieldAndWhatWasWanted) {
  const auto refuses = [](const char* sizes, const char* inputs, const char* words) {
    EXPECT_THAT(Read(sizes, inputs), IsError(ErrorKind::kInvalid, HasSubstr(words))) << inputs;
  };
  refuses("[]", "{}", "sizes");
  refuses(R"({"batch": 0})", "{}", "batch");
  refuses(R"({"batch": 2.5})", "{}", "batch");
  refuses("{}", "{}", "no inputs");
  refuses("{}", R"({"x": 3})", "dtype");
  refuses("{}", R"({"x": {"dtype": "f8", "shape": [1], "range": [0, 1]}})", "f8");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": ["batch"], "range": [0, 1]}})", "batch");
  refuses(R"({"n": 1})", R"({"x": {"dtype": "f32", "shape": ["-2*n"], "range": [0, 1]}})", "-2*n");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": [-1], "range": [0, 1]}})", "-1");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": [1]}})", "one of range");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": [1], "range": [1, 0]}})", "low, high");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": [1], "fill": "padding"}})", "two dimensions");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": [1], "values": []}})", "array of numbers");
  refuses("{}", R"({"x": {"dtype": "f32", "shape": [1], "range": [0, 1], "scale": 2}})", "scale");
}

TEST(ClassInputs, AHugeShapeIsRefusedBeforeItIsMade) {
  const ClassInputs plan =
      Read(R"({"n": 2147483648})", R"({"x": {"dtype": "f32", "shape": ["n", "n"], "range": [0, 1]}})")
          .value();
  EXPECT_THAT(plan.Make(plan.traced(), 0), IsError(ErrorKind::kOutOfMemory, HasSubstr("2147483648")));
  EXPECT_THAT(plan.Make({}, 0), IsError(ErrorKind::kInvalid, HasSubstr("n")));
}

}  // namespace
}  // namespace conformance::engine
