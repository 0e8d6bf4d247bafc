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
  terms.generates = true;
  const SymInt past = SymInt::Symbol("past");
  terms.leaves = {Leaf("ids", LeafRole::kIds, {Batch(), Sequence()}), Leaf("mask", LeafRole::kMask, {Batch(), Sequence()})};
  terms.step = {Leaf("ids", LeafRole::kIds, {Batch(), 1}), Leaf("mask", LeafRole::kMask, {Batch(), past + 1}), Leaf("cache", LeafRole::kState, {Batch(), past})};
  return terms;
}
const NamedTensors kInputs = {{"ids", Ints({1, 5}, {1, 2, 3, 4, 5})}, {"mask", Ints({1, 5}, {0, 1, 1, 1, 1})}};

/// logits[i] = sum of all ids up to i; the cache is the ids that were seen. `stale`: the newest id is not written into it.
NamedTensors Model(const NamedTensors& inputs, bool stale = false) {
  const Tensor* cache = Find(inputs, "cache");
  std::vector<int64_t> seen = cache ? cache->ToInts() : std::vector<int64_t>(), logits;
  for (const int64_t id : Find(inputs, "ids")->ToInts()) {
    seen.push_back(id);
    int64_t sum = 0;
    for (const int64_t other : seen) sum += other;
    logits.push_back(sum);
  }
  EXPECT_EQ(Find(inputs, "mask")->num_elements(), static_cast<int64_t>(seen.size()));
  if (stale) seen.back() = 0;
  return {{"logits", Ints({1, static_cast<int64_t>(logits.size())}, logits)}, {"cache", Ints({1, static_cast<int64_t>(seen.size())}, seen)}};
}

TEST(Steps, TokenByTokenGivesThePrompt) {
  FakeRuns runs([](const NamedTensors& inputs) { return Model(inputs); });
  const NamedTensors start = *MakeSteps()->Start(Terms(), kInputs);
  EXPECT_THAT(start[1].second.ToInts(), ElementsAre(1, 1, 1, 1, 1));
  const auto derived = MakeSteps()->Derive(Terms(), start, Model(start), runs);
  ASSERT_THAT(derived, IsOk());
  EXPECT_THAT(runs.as, ElementsAre("decode", "decode"));
  EXPECT_THAT(Find(*derived, "logits")->ToInts(), ElementsAre(1, 3, 6, 10, 15));
  EXPECT_THAT(Find(*derived, "cache")->ToInts(), ElementsAre(1, 2, 3, 4, 5));
}

TEST(Steps, ShowsASlotOfTheCacheThatIsStale) {
  FakeRuns runs([](const NamedTensors& inputs) { return Model(inputs); });
  runs.step = [](const NamedTensors& inputs) { return Model(inputs, true); };
  const NamedTensors start = *MakeSteps()->Start(Terms(), kInputs);
  const auto derived = MakeSteps()->Derive(Terms(), start, Model(start), runs);
  ASSERT_THAT(derived, IsOk());
  EXPECT_THAT(Find(*derived, "logits")->ToInts(), ElementsAre(1, 3, 6, 10, 11));  // 4 is lost
  EXPECT_THAT(Find(*derived, "cache")->ToInts(), ElementsAre(1, 2, 3, 0, 0));
}

TEST(Steps, AStateThatNobodyGivesIsNamed) {
  FakeRuns runs([](const NamedTensors& inputs) { return Model(inputs); });
  runs.artifact = [](const NamedTensors& inputs) { return NamedTensors{Model(inputs)[0]}; };
  const NamedTensors start = *MakeSteps()->Start(Terms(), kInputs);
  EXPECT_THAT(MakeSteps()->Derive(Terms(), start, Model(start), runs), IsError(ErrorKind::kNotFound, HasSubstr("a state")));
}

TEST(Steps, SaysWhyNot) {
  ports::RelationTerms terms = Terms();
  EXPECT_EQ(MakeSteps()->NotApplicable(terms), "");
  terms.step.push_back(Leaf("encoder", LeafRole::kOther, {Batch()}));
  EXPECT_THAT(MakeSteps()->NotApplicable(terms), HasSubstr("a step also takes encoder"));
  terms.step.clear();
  EXPECT_EQ(MakeSteps()->NotApplicable(terms), "it has no variant decode");
}

}  // namespace
}  // namespace conformance::relations
