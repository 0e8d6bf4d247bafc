#include <gtest/gtest.h>

#include "framework/relations/relations.h"
#include "framework/relations/runs_testing.h"
#include "framework/testing/matchers.h"

namespace conformance::relations {
namespace {

using namespace conformance::testing;
using ports::LeafRole;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ports::RelationTerms Terms() {
  ports::RelationTerms terms;
  terms.dynamic = true;
  terms.pad_id = 9;
  terms.leaves = {Leaf("ids", LeafRole::kIds, {Batch(), Sequence()}), Leaf("mask", LeafRole::kMask, {Batch(), Sequence()}),
                  Leaf("positions", LeafRole::kPositions, {Batch(), Sequence()})};
  return terms;
}
const NamedTensors kInputs = {{"ids", Ints({1, 2}, {3, 4})}, {"mask", Ints({1, 2}, {0, 1})}, {"positions", Ints({1, 2}, {0, 0})}};

/// y[i] = ids[i] + 10 · position + the sum of all ids that count; `last` is the last id; `pairs` [1, sequence, sequence] is 0.
NamedTensors Sum(const NamedTensors& inputs, bool masked) {
  const std::vector<int64_t> ids = inputs[0].second.ToInts(), mask = inputs[1].second.ToInts(), positions = inputs[2].second.ToInts();
  const auto n = static_cast<int64_t>(ids.size());
  int64_t sum = 0;
  for (size_t i = 0; i < ids.size(); ++i) sum += masked ? ids[i] * mask[i] : ids[i];
  std::vector<int64_t> y;
  for (size_t i = 0; i < ids.size(); ++i) y.push_back(ids[i] + 10 * positions[i] + sum);
  return {{"y", Ints({1, n}, y)}, {"last", Ints({1}, {ids.back()})}, {"pairs", Tensor::Zeros(DType::kF32, {1, n, n})}};
}
NamedTensors Model(const NamedTensors& inputs) { return Sum(inputs, true); }

TEST(Padded, ChangesNothingOfTheOthersOnEitherSide) {
  for (const bool left : {false, true}) {
    FakeRuns runs(Model);
    const auto relation = left ? MakePaddedLeft() : MakePaddedRight();
    const auto start = relation->Start(Terms(), kInputs);
    ASSERT_THAT(start, IsOk());
    const NamedTensors plain = Model(*start);
    EXPECT_THAT(plain[0].second.ToInts(), ElementsAre(10, 21));  // all count: 3 + 7, 4 + 10 + 7
    NamedTensors seen;
    runs.artifact = [&](const NamedTensors& inputs) {
      seen = inputs;
      return Model(inputs);
    };
    const auto derived = relation->Derive(Terms(), *start, plain, runs);
    ASSERT_THAT(derived, IsOk());
    EXPECT_THAT(seen[0].second.ToInts(), left ? ElementsAre(9, 9, 9, 3, 4) : ElementsAre(3, 4, 9, 9, 9));
    EXPECT_THAT(seen[1].second.ToInts(), left ? ElementsAre(0, 0, 0, 1, 1) : ElementsAre(1, 1, 0, 0, 0));
    EXPECT_THAT(seen[2].second.ToInts(), left ? ElementsAre(0, 0, 0, 0, 1) : ElementsAre(0, 1, 2, 3, 4));
    EXPECT_TRUE(BitEqual(*Find(*derived, "y"), plain[0].second));
    EXPECT_EQ(Find(*derived, "pairs")->shape(), (Shape{1, 2, 2}));
  }
}

TEST(Padded, ShowsAMaskThatIsLost) {
  FakeRuns runs(Model);
  runs.artifact = [](const NamedTensors& inputs) { return Sum(inputs, false); };
  const NamedTensors start = *MakePaddedRight()->Start(Terms(), kInputs);
  const NamedTensors plain = runs.artifact(start);
  EXPECT_TRUE(BitEqual(plain[0].second, Model(start)[0].second));  // where all count nothing is seen of it
  const auto derived = MakePaddedRight()->Derive(Terms(), start, plain, runs);
  ASSERT_THAT(derived, IsOk());
  EXPECT_FALSE(BitEqual(*Find(*derived, "y"), plain[0].second));
}

TEST(Padded, WhatIsKeptOfTheLastColumnIsLeftOutWherePaddingIsLast) {
  FakeRuns runs(Model);
  ports::RelationTerms terms = Terms();
  terms.generates = true;
  const NamedTensors start = *MakePaddedRight()->Start(terms, kInputs);
  EXPECT_EQ(Find(*MakePaddedRight()->Derive(terms, start, Model(start), runs), "last"), nullptr);
  EXPECT_NE(Find(*MakePaddedLeft()->Derive(terms, start, Model(start), runs), "last"), nullptr);
}

TEST(Padded, SaysWhyNot) {
  ports::RelationTerms terms = Terms();
  EXPECT_EQ(MakePaddedRight()->NotApplicable(terms), "");
  EXPECT_EQ(MakePaddedLeft()->NotApplicable(terms), "");
  terms.leaves.pop_back();
  EXPECT_EQ(MakePaddedRight()->NotApplicable(terms), "");
  EXPECT_THAT(MakePaddedLeft()->NotApplicable(terms), HasSubstr("takes no positions"));
  terms.leaves.pop_back();
  EXPECT_THAT(MakePaddedRight()->NotApplicable(terms), HasSubstr("no attention mask"));
  terms.leaves.push_back(Leaf("embeds", LeafRole::kOther, {Batch(), Sequence(), 4}));
  EXPECT_THAT(MakePaddedRight()->NotApplicable(terms), HasSubstr("input embeds"));
  terms = Terms();
  terms.lengths = "its frequencies";
  EXPECT_EQ(MakePaddedRight()->NotApplicable(terms), "its frequencies");
  terms.dynamic = false;
  EXPECT_EQ(MakePaddedRight()->NotApplicable(terms), "its lengths are fixed");
}

}  // namespace
}  // namespace conformance::relations
