#include "framework/cases/leaf_plan.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "framework/testing/matchers.h"

namespace conformance::cases {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

SymInt S(const char* name) { return SymInt::Symbol(name); }

/// ids [b, n] and mask [m, n], where b and m are 2 both: a batch, though nothing says so.
LeafPlan Text() {
  LeafPlan plan;
  plan.leaves = {
      {.name = "input_ids",
       .dtype = DType::kI64,
       .sizes = {S("b"), S("n")},
       .fill = Fill::kIds,
       .limits = {99}},
      {.name = "attention_mask", .dtype = DType::kI64, .sizes = {S("m"), S("n")}, .fill = Fill::kOnes}};
  plan.symbols = {{.name = "b", .first = 2, .min = 2, .max = {}},
                  {.name = "n", .first = 9, .min = 2, .max = 40},
                  {.name = "m", .first = 2, .min = 2, .max = {}}};
  return plan;
}

TEST(LeafPlan, TriesThreeOtherShapesAndKeepsEqualSizesEqual) {
  const LeafPlan plan = Text();
  EXPECT_THAT(plan.First(), UnorderedElementsAre(Pair("b", 2), Pair("n", 9), Pair("m", 2)));
  EXPECT_THAT(plan.Unseen(), ElementsAre(UnorderedElementsAre(Pair("b", 3), Pair("n", 9), Pair("m", 3)),
                                         UnorderedElementsAre(Pair("b", 2), Pair("n", 11), Pair("m", 2)),
                                         UnorderedElementsAre(Pair("b", 5), Pair("n", 13), Pair("m", 5))));
}

TEST(LeafPlan, KeepsToRangesAndConditions) {
  LeafPlan plan = Text();
  plan.symbols[1].max = 9;  // no room above: primes below
  for (const load::Assignment& assignment : plan.Unseen()) EXPECT_LE(assignment.at("n"), 9);
  EXPECT_THAT(plan.Unseen(), SizeIs(3));
  plan = Text();
  plan.conditions = {Eq(Mod(S("n"), 3), 0)};  // primes don't fit
  for (const load::Assignment& assignment : plan.Unseen()) EXPECT_EQ(assignment.at("n") % 3, 0);
  EXPECT_THAT(plan.Unseen(), SizeIs(3));
  plan = Text();
  plan.conditions = {Eq(S("n"), 9)};
  EXPECT_THAT(plan.Unseen(), SizeIs(3));  // three batches
  plan.conditions.push_back(Eq(S("b"), 2));
  EXPECT_THAT(plan.Unseen(), IsEmpty());
  EXPECT_THAT(plan.Make({{"b", 3}, {"n", 9}, {"m", 3}}, 0),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("don't fit together"), HasSubstr("b == 2"))));
}

TEST(LeafPlan, NothingOpenHasNoOtherShape) {
  LeafPlan plan;
  plan.leaves = {{.name = "x", .dtype = DType::kF32, .sizes = {2, 3}, .fill = Fill::kNormal}};
  EXPECT_THAT(plan.Unseen(), IsEmpty());
  EXPECT_THAT(plan.Make({}, 0), IsOk());
}

TEST(LeafPlan, FillsAsTheLeavesSay) {
  const auto made = Text().Make(Text().First(), 7);
  ASSERT_THAT(made, IsOk());
  const auto ids = (*made)[0].second.ToInts();
  EXPECT_TRUE(std::all_of(ids.begin(), ids.end(), [](int64_t id) { return id >= 0 && id < 99; }));
  EXPECT_GT(*std::max_element(ids.begin(), ids.end()), 2);
  EXPECT_EQ((*made)[1].second.ToInts(), std::vector<int64_t>(18, 1));
  EXPECT_TRUE(BitEqual((*made)[0].second, (*Text().Make(Text().First(), 7))[0].second));
  EXPECT_FALSE(BitEqual((*made)[0].second, (*Text().Make(Text().First(), 8))[0].second));

  LeafPlan plan;
  plan.leaves = {{.name = "position_ids",
                  .dtype = DType::kI64,
                  .sizes = {2, 4},
                  .fill = Fill::kPositions,
                  .limits = {3}},
                 {.name = "mask", .dtype = DType::kF16, .sizes = {1, 1, 2, 2}, .fill = Fill::kZeros},
                 {.name = "x", .dtype = DType::kBF16, .sizes = {0, 4}, .fill = Fill::kNormal}};
  const auto others = plan.Make({}, 0);
  ASSERT_THAT(others, IsOk());
  EXPECT_EQ((*others)[0].second.ToInts(),
            (std::vector<int64_t>{0, 1, 2, 0, 0, 1, 2, 0}));  // below the table's 3 rows
  EXPECT_EQ((*others)[1].second.ToDoubles(), std::vector<double>(4, 0.0));
  EXPECT_THAT((*others)[2].second, HasShape(DType::kBF16, {0, 4}));
}

TEST(LeafPlan, NamesAndTypesTellTheFill) {
  const auto fill = [](const char* name, DType dtype, size_t rank, bool picks) {
    return FillOf({.name = name, .dtype = dtype, .sizes = std::vector<SymInt>(rank, 2), .fill = {}}, picks);
  };
  EXPECT_EQ(fill("x", DType::kI64, 2, true), Fill::kIds);
  EXPECT_EQ(fill("decoder.position_ids", DType::kI64, 2, true), Fill::kPositions);
  EXPECT_EQ(fill("attention_mask", DType::kI64, 2, false), Fill::kOnes);
  EXPECT_EQ(fill("attention_mask", DType::kF32, 4, false), Fill::kZeros);
  EXPECT_EQ(fill("past_observed_mask", DType::kF32, 3, false), Fill::kOnes);
  EXPECT_EQ(fill("flag", DType::kBool, 1, false), Fill::kOnes);
  EXPECT_EQ(fill("lengths", DType::kI64, 1, false), Fill::kOnes);
  EXPECT_EQ(fill("pixel_values", DType::kF32, 4, false), Fill::kNormal);
  EXPECT_EQ(fill("spectrum", DType::kC64, 2, false), Fill::kNormal);
}

TEST(LeafPlan, PinsSizesThatFit) {
  LeafPlan plan = Text();
  ASSERT_THAT(plan.Pin({{"n", 12}}), IsOk());
  EXPECT_EQ(plan.First().at("n"), 12);
  EXPECT_THAT(plan.Pin({{"length", 12}}),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("no such dimension"), HasSubstr("b, n, m"))));
  EXPECT_THAT(plan.Pin({{"n", 41}}),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("out of its range"), HasSubstr("at most 40"))));
}

TEST(LeafPlan, RefusesSizesThatNoMachineHas) {
  LeafPlan plan;
  plan.leaves = {{.name = "x", .dtype = DType::kF32, .sizes = {S("n"), S("n")}, .fill = Fill::kNormal}};
  plan.symbols = {{.name = "n", .first = int64_t{1} << 40, .min = {}, .max = {}}};
  EXPECT_THAT(plan.Make(plan.First(), 0), IsError(ErrorKind::kInvalid, HasSubstr("too large")));
  plan.leaves.resize(300, {.name = "y", .dtype = DType::kF32, .sizes = {1 << 20}, .fill = Fill::kNormal});
  plan.symbols[0].first = 1;
  EXPECT_THAT(plan.Make(plan.First(), 0), IsError(ErrorKind::kInvalid, HasSubstr("too large together")));
}

}  // namespace
}  // namespace conformance::cases
