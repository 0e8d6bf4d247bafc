#include "framework/cases/program_leaves.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "framework/ir/pt2.h"
#include "framework/testing/matchers.h"

namespace conformance::cases {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

Result<LeafPlan> PlanOf(const std::string& file) {
  const std::filesystem::path golden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";
  CONFORMANCE_TRY(const ir::Pt2Program read, ir::ReadPt2(golden / file));
  return LeavesOf(read.program);
}

// What PyTorch wrote about BERT: three inputs, the batch of the mask a symbol of its own, at most 40 positions.
TEST(ProgramLeaves, ReadsNamesSizesRangesAndUses) {
  const auto plan = PlanOf("bert/torch_export_dynamic.pt2");
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->leaves, SizeIs(3));
  EXPECT_EQ(plan->leaves[0].name, "input_ids");
  EXPECT_EQ(plan->leaves[0].fill, Fill::kIds);
  ASSERT_THAT(plan->leaves[0].limits, SizeIs(1));
  EXPECT_EQ(plan->leaves[0].limits[0].AsInt(), 96);  // rows of the word embedding
  EXPECT_EQ(plan->leaves[1].name, "attention_mask");
  EXPECT_EQ(plan->leaves[1].fill, Fill::kOnes);
  EXPECT_EQ(plan->leaves[2].name, "token_type_ids");
  EXPECT_EQ(plan->leaves[2].limits[0].AsInt(), 2);
  ASSERT_THAT(plan->symbols, SizeIs(3));
  EXPECT_THAT(plan->First(), UnorderedElementsAre(::testing::Pair("s18", 2), ::testing::Pair("s41", 9),
                                                  ::testing::Pair("s43", 2)));
  EXPECT_EQ(plan->symbols[1].max, 40);
}

// Guards are kept: each of the file's four, over the symbols.
TEST(ProgramLeaves, ReadsGuards) {
  const auto plan = PlanOf("bert/torch_export_dynamic.pt2");
  ASSERT_THAT(plan, IsOk());
  std::vector<std::string> open;
  for (const SymBool& condition : plan->conditions) {
    if (!condition.IsConstant()) open.push_back(condition.ToString());
  }
  EXPECT_THAT(open, ElementsAre("s41 <= 40"));  // the equalities hold by the symbols alone
}

TEST(ProgramLeaves, EveryDynamicGoldenProgramHasThreeOtherShapes) {
  for (const std::string model :
       {"bert", "gpt2", "llama_gqa", "modernbert", "patchtst", "resnet", "vit_cls", "wav2vec2_ctc"}) {
    const auto plan = PlanOf(model + "/torch_export_dynamic.pt2");
    ASSERT_THAT(plan, IsOk()) << model;
    const auto unseen = plan->Unseen();
    EXPECT_THAT(unseen, SizeIs(3)) << model;
    for (const load::Assignment& assignment : unseen) EXPECT_THAT(plan->Make(assignment, 1), IsOk()) << model;
  }
}

TEST(ProgramLeaves, AStaticProgramHasNoOpenSize) {
  for (const std::string model : {"bert", "clip", "gpt2", "resnet"}) {
    const auto plan = PlanOf(model + "/torch_export.pt2");
    ASSERT_THAT(plan, IsOk()) << model;
    EXPECT_THAT(plan->symbols, IsEmpty()) << model;
  }
}

// A size that the program reads out of an input: what stands in the input keeps to its range.
TEST(ProgramLeaves, SizesReadOutOfInputsKeepToTheirRange) {
  const auto read =
      ir::ReadPt2(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs/data_dependent.pt2");
  ASSERT_THAT(read, IsOk());
  const auto plan = LeavesOf(read->program);
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(std::any_of(plan->leaves.begin(), plan->leaves.end(),
                          [](const Leaf& leaf) { return leaf.least == 2; }));
}

// An int of forward that was traced as a symbol: one i64 whose value the symbol is.
TEST(ProgramLeaves, AnIntThatWasTracedIsASize) {
  const auto read = ir::ReadPt2(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs/types.pt2");
  ASSERT_THAT(read, IsOk());
  const auto plan = LeavesOf(read->program);
  ASSERT_THAT(plan, IsOk());
  const auto times = std::find_if(plan->leaves.begin(), plan->leaves.end(), [](const Leaf& leaf) { return leaf.name == "times"; });
  ASSERT_NE(times, plan->leaves.end());
  ASSERT_TRUE(times->value && times->value->AsSymbol());
  load::Assignment sizes = plan->First();
  sizes[*times->value->AsSymbol()] = 11;
  const auto inputs = plan->Make(sizes, 1);
  ASSERT_THAT(inputs, IsOk());
  EXPECT_EQ(Find(*inputs, "times")->ToInts(), std::vector<int64_t>{11});
  EXPECT_TRUE(Find(*inputs, "times")->shape().empty());
}

}  // namespace
}  // namespace conformance::cases
