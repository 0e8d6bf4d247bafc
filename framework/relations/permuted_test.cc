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
  terms.leaves = {Leaf("x", LeafRole::kOther, {Batch()})};
  return terms;
}
const NamedTensors kInputs = {{"x", Floats({3}, {1, 2, 3})}};

/// y = x, flat = x twice over [2·batch], outer = x ⊗ x.
NamedTensors Model(const NamedTensors& inputs) {
  const std::vector<double> x = inputs[0].second.ToDoubles();
  const auto n = static_cast<int64_t>(x.size());
  std::vector<float> flat, outer;
  for (const double a : x) {
    flat.insert(flat.end(), 2, static_cast<float>(a));
    for (const double b : x) outer.push_back(static_cast<float>(a * b));
  }
  return {{"y", inputs[0].second}, {"flat", Floats({2 * n}, flat)}, {"outer", Floats({n, n}, outer)}};
}

TEST(Permuted, OutputsComeBackInTheirOrderOnEveryAxisOfTheBatch) {
  FakeRuns runs(Model);
  const NamedTensors plain = Model(kInputs);
  const auto derived = MakePermuted()->Derive(Terms(), kInputs, plain, runs);
  ASSERT_THAT(derived, IsOk());
  ASSERT_EQ(derived->size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(BitEqual((*derived)[i].second, plain[i].second)) << (*derived)[i].first;
}

TEST(Permuted, ShowsWhatDependsOnARowsPlace) {
  FakeRuns runs(Model);
  runs.artifact = [](const NamedTensors& inputs) {
    NamedTensors y = Model(inputs);
    y[0].second = y[0].second.Clone();
    y[0].second.mutable_data<float>()[0] = 0;  // the first row is lost
    return y;
  };
  const auto derived = MakePermuted()->Derive(Terms(), kInputs, runs.artifact(kInputs), runs);
  ASSERT_THAT(derived, IsOk());
  EXPECT_THAT((*derived)[0].second.ToDoubles(), ElementsAre(1, 2, 0));  // beside 0, 2, 3
}

TEST(Permuted, OneRowHasNoOrder) {
  FakeRuns runs(Model);
  const NamedTensors one = {{"x", Floats({1}, {1})}};
  EXPECT_THAT(MakePermuted()->Derive(Terms(), one, Model(one), runs), IsError(ErrorKind::kUnsupported, HasSubstr("one row")));
}

}  // namespace
}  // namespace conformance::relations
