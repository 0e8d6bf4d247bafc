#include "exporters/onnx/patches/patches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "exporters/onnx/text_testing.h"
#include "framework/ir/text.h"
#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"

namespace conformance::onnx {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Values = std::vector<ops::Value>;

std::string Patched(const Result<ir::Program>& program, rewrite::Hits* hits = nullptr) {
  if (!program.ok()) return program.error().ToString();
  const auto out = rewrite::ApplyPatches(OperatorPatches(), *program, hits);
  return out.ok() ? ir::PrintGraph(out->graph) : out.error().ToString();
}

TEST(OperatorPatches, MaskedScatterCountsAndGathers) {
  rewrite::Hits hits;
  const std::string text = Patched(Recorded({{DType::kF32, {3, 4}}, {DType::kBool, {4}}, {DType::kF32, {12}}},
                                            [](ops::OpContext& c, const Values& in) { return ops::MaskedScatter(c, in[0], in[1], in[2]); }),
                                   &hits);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("aten.masked_scatter")), HasSubstr("aten.cumsum.default"), HasSubstr("aten.index_select.default"),
                          HasSubstr("aten.where.self"), HasSubstr("output %masked_scatter")));
  EXPECT_EQ(hits.at("aten.masked_scatter.default"), 1);
}

TEST(OperatorPatches, RmsNormWithoutAWeightIsSpelledOut) {
  const auto with = Recorded({{DType::kF32, {2, 4}}, {DType::kF32, {4}}}, [](ops::OpContext& c, const Values& in) {
    return ops::RmsNorm(c, in[0], {4}, in[1], 1e-6);
  });
  const auto without = Recorded({{DType::kF32, {2, 4}}}, [](ops::OpContext& c, const Values& in) { return ops::RmsNorm(c, in[0], {4}, {}, 1e-6); });
  EXPECT_THAT(Patched(with), HasSubstr("aten.rms_norm.default"));
  EXPECT_THAT(Patched(without), AllOf(Not(HasSubstr("aten.rms_norm")), HasSubstr("aten.rsqrt.default")));
}

TEST(OperatorPatches, EveryEntrySaysWhy) {
  std::set<std::string> targets;
  for (const rewrite::OperatorPatch& patch : OperatorPatches()) {
    EXPECT_EQ(patch.info.backend, "onnx");
    EXPECT_TRUE(targets.insert(patch.info.target).second) << patch.info.target;
    EXPECT_THAT(patch.info.reason, Not(IsEmpty()));
    EXPECT_EQ(patch.info.kind, patch.rewrite ? "operator" : "by construction") << patch.info.target;
  }
}

}  // namespace
}  // namespace conformance::onnx
