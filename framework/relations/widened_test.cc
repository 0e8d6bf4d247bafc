#include <gtest/gtest.h>

#include "framework/relations/relations.h"
#include "framework/relations/runs_testing.h"
#include "framework/testing/matchers.h"

namespace conformance::relations {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;

TEST(Widened, OutputsComeBackInTheCellsType) {
  FakeRuns runs([](const NamedTensors& inputs) { return inputs; });
  runs.wide = [](const NamedTensors&) { return NamedTensors{{"y", Floats({2}, {1, 2})}, {"ids", Ints({1}, {7})}}; };
  const NamedTensors narrow = {{"y", Cast(Floats({2}, {1, 2.5}), DType::kF16)}, {"ids", Ints({1}, {7})}};
  const auto derived = MakeWidened()->Derive({}, {}, narrow, runs);
  ASSERT_THAT(derived, IsOk());
  EXPECT_EQ(Find(*derived, "y")->dtype(), DType::kF16);
  EXPECT_THAT(Find(*derived, "y")->ToDoubles(), ElementsAre(1, 2));
  EXPECT_THAT(Find(*derived, "ids")->ToInts(), ElementsAre(7));
}

}  // namespace
}  // namespace conformance::relations
