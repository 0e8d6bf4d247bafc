#include "framework/relations/axes.h"

#include <gtest/gtest.h>

#include "framework/relations/runs_testing.h"
#include "framework/testing/matchers.h"

namespace conformance::relations {
namespace {

using namespace conformance::testing;
using ports::LeafRole;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Axes, SlicesAndConcatenatesAlongAnyAxis) {
  const Tensor x = Ints({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Slice(x, 1, 1, 2).ToInts(), ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(Slice(x, 0, 1, 1).ToInts(), ElementsAre(4, 5, 6));
  const auto joined = Concatenate({Slice(x, 1, 2, 1), Slice(x, 1, 0, 2)}, 1);
  ASSERT_THAT(joined, IsOk());
  EXPECT_THAT(joined->ToInts(), ElementsAre(3, 1, 2, 6, 4, 5));
  EXPECT_THAT(Concatenate({x, Ints({1, 2}, {1, 2})}, 0), IsError(ErrorKind::kShape, HasSubstr("do not fit")));
  EXPECT_THAT(Concatenate({x, Floats({2, 3}, {1, 2, 3, 4, 5, 6})}, 0), IsError(ErrorKind::kType, HasSubstr("types")));
}

TEST(Axes, ReordersInBlocks) {
  const Tensor x = Ints({6}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Reorder(x, 0, {2, 0, 1}).ToInts(), ElementsAre(5, 6, 1, 2, 3, 4));
}

TEST(Axes, ARowIsItsShareOfEachLeafThatFollowsTheBatch) {
  ports::RelationTerms terms;
  terms.leaves = {Leaf("ids", LeafRole::kIds, {Batch(), 2}), Leaf("pixels", LeafRole::kOther, {SymInt(2) * Batch(), 1}), Leaf("table", LeafRole::kOther, {2})};
  const NamedTensors inputs = {{"ids", Ints({2, 2}, {1, 2, 3, 4})}, {"pixels", Ints({4, 1}, {1, 2, 3, 4})}, {"table", Ints({2}, {7, 8})}};
  EXPECT_EQ(BatchProblem(terms), "");
  EXPECT_EQ(*BatchOf(terms, inputs), 2);
  const NamedTensors row = RowOf(terms, inputs, 2, 1);
  EXPECT_THAT(row[0].second.ToInts(), ElementsAre(3, 4));
  EXPECT_THAT(row[1].second.ToInts(), ElementsAre(3, 4));
  EXPECT_THAT(row[2].second.ToInts(), ElementsAre(7, 8));
}

TEST(Axes, SaysWhyABatchCannotBeTakenApart) {
  ports::RelationTerms terms;
  terms.leaves = {Leaf("x", LeafRole::kOther, {2, 3})};
  EXPECT_THAT(BatchProblem(terms), HasSubstr("no axis"));
  terms.leaves = {Leaf("x", LeafRole::kOther, {Batch(), Batch()})};
  EXPECT_THAT(BatchProblem(terms), HasSubstr("two axes of input x"));
  terms.coupled = "pictures";
  EXPECT_EQ(BatchProblem(terms), "pictures");
}

TEST(Axes, FullyAttendedIsWithoutPadding) {
  ports::RelationTerms terms;
  terms.leaves = {Leaf("mask", LeafRole::kMask, {Batch(), Sequence()}), Leaf("positions", LeafRole::kPositions, {Batch(), Sequence()})};
  const NamedTensors full = FullyAttended(terms, {{"mask", Ints({1, 3}, {0, 1, 1})}, {"positions", Ints({1, 3}, {0, 0, 1})}});
  EXPECT_THAT(full[0].second.ToInts(), ElementsAre(1, 1, 1));
  EXPECT_THAT(full[1].second.ToInts(), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace conformance::relations
