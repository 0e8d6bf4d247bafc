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
  terms.leaves = {Leaf("x", LeafRole::kOther, {Batch(), 2})};
  return terms;
}
const NamedTensors kInputs = {{"x", Floats({2, 2}, {1, 2, 3, 4})}};

/// y = x; `pairs` [batch, batch] has no row of its own; `constant` follows no row.
NamedTensors Model(const NamedTensors& inputs) {
  const Tensor& x = inputs[0].second;
  const int64_t batch = x.dim(0);
  return {{"y", x}, {"pairs", Tensor::Zeros(DType::kF32, {batch, batch})}, {"constant", Floats({1}, {5})}};
}

TEST(Rows, OneByOneGivesTheBatch) {
  FakeRuns runs(Model);
  const auto derived = MakeRows()->Derive(Terms(), kInputs, Model(kInputs), runs);
  ASSERT_THAT(derived, IsOk());
  ASSERT_EQ(derived->size(), 2u);  // nothing is said of pairs
  EXPECT_EQ((*derived)[0].first, "y");
  EXPECT_THAT((*derived)[0].second.ToDoubles(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT((*derived)[1].second.ToDoubles(), ElementsAre(5));
  EXPECT_EQ(runs.runs, 2);
}

TEST(Rows, ShowsWhatLeaksFromTheFirstRow) {
  FakeRuns runs(Model);
  // Row i of the batch gets a part of row 0: by itself every row is row 0.
  runs.artifact = [](const NamedTensors& inputs) {
    std::vector<double> y = inputs[0].second.ToDoubles();
    for (size_t i = 2; i < y.size(); ++i) y[i] += 0.5 * y[i % 2];
    return NamedTensors{{"y", Cast(Tensor::Of<double>(inputs[0].second.shape(), y), DType::kF32)}};
  };
  const NamedTensors together = runs.artifact(kInputs);
  const auto derived = MakeRows()->Derive(Terms(), kInputs, together, runs);
  ASSERT_THAT(derived, IsOk());
  EXPECT_THAT(together[0].second.ToDoubles(), ElementsAre(1, 2, 3.5, 5));
  EXPECT_THAT((*derived)[0].second.ToDoubles(), ElementsAre(1, 2, 3, 4));
}

TEST(Rows, ABatchThatIsBakedInHasAnotherShape) {
  FakeRuns runs(Model);
  runs.artifact = [](const NamedTensors&) { return Model(kInputs); };
  EXPECT_THAT(MakeRows()->Derive(Terms(), kInputs, Model(kInputs), runs), IsError(ErrorKind::kShape, HasSubstr("y of row 0 by itself")));
}

TEST(Rows, WantsABatch) {
  ports::RelationTerms terms = Terms();
  EXPECT_EQ(MakeRows()->NotApplicable(terms), "");
  terms.leaves[0].sizes = {2, 2};
  EXPECT_THAT(MakeRows()->NotApplicable(terms), HasSubstr("no axis of its inputs is a batch"));
}

}  // namespace
}  // namespace conformance::relations
