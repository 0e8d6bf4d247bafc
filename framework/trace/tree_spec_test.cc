#include "framework/trace/tree_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/testing/matchers.h"
#include "framework/trace/guards.h"
#include "framework/trace/names.h"

namespace conformance::trace {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;

TEST(TreeSpec, IsWhatPyTorchWrites) {
  // torch.utils._pytree.treespec_dumps(tree_structure({"a": [0, 0], "b": 0})), torch 2.13, without its blanks.
  EXPECT_EQ(SpecOfLeaves({"a.0", "a.1", "b"}),
            R"([1,{"type":"builtins.dict","context":"[\"a\",\"b\"]","children_spec":[{"type":"builtins.list","context":"null","children_spec":[)"
            R"({"type":null,"context":null,"children_spec":[]},{"type":null,"context":null,"children_spec":[]}]},)"
            R"({"type":null,"context":null,"children_spec":[]}]}])");
}

TEST(TreeSpec, NamesComeBack) {
  const std::vector<std::string> names = {"logits", "past.layers.0.keys", "past.layers.0.values", "past.layers.1.keys", "0.x"};
  EXPECT_THAT(LeavesOfSpec(SpecOfLeaves(names)), IsOkAnd(names));
  EXPECT_THAT(LeavesOfInputs(SpecOfInputs(names)), IsOkAnd(names));
}

TEST(TreeSpec, PositionalArgumentsGetTheirNames) {
  const std::string spec = R"([1, {"type": "builtins.tuple", "context": "null", "children_spec": [
    {"type": "builtins.tuple", "context": "null", "children_spec": [
      {"type": null, "context": null, "children_spec": []},
      {"type": "builtins.list", "context": "null", "children_spec": [{"type": null, "context": null, "children_spec": []}]}]},
    {"type": "builtins.dict", "context": "[\"mask\"]", "children_spec": [{"type": null, "context": null, "children_spec": []}]}]}])";
  EXPECT_THAT(LeavesOfInputs(spec, {"x", "states"}), IsOkAnd(ElementsAre("x", "states.0", "mask")));
  EXPECT_THAT(LeavesOfInputs(spec), IsOkAnd(ElementsAre("0", "1.0", "mask")));
}

TEST(TreeSpec, CachesOfTransformersExportersHavePaths) {
  const std::string spec = R"([1, {"type": "transformers.cache_utils:DynamicCache", "context":
    "{\"_t\": \"obj\", \"p\": \"c\", \"s\": {\"layers\": [{\"_t\": \"obj\", \"p\": \"l\", \"s\": {\"keys\": {\"_t\": \"tensor\", \"i\": 0}, \"values\": {\"_t\": \"tensor\", \"i\": 1}, \"ready\": true}}], \"by\": {\"_t\": \"items\", \"v\": [[3, {\"_t\": \"tensor\", \"i\": 2}]]}}}",
    "children_spec": [{"type": null, "context": null, "children_spec": []}, {"type": null, "context": null, "children_spec": []},
                      {"type": null, "context": null, "children_spec": []}]}])";
  EXPECT_THAT(LeavesOfSpec(spec), IsOkAnd(ElementsAre("layers.0.keys", "layers.0.values", "by.3")));
}

TEST(TreeSpec, DataclassesHaveTheirFields) {
  const std::string spec = R"([1, {"type": "m.Answer", "context": "[[\"half\", \"total\"], [\"absent\"]]", "children_spec": [
    {"type": null, "context": null, "children_spec": []}, {"type": null, "context": null, "children_spec": []}]}])";
  EXPECT_THAT(LeavesOfSpec(spec), IsOkAnd(ElementsAre("half", "total")));
}

TEST(TreeSpec, ASingleLeafIsTheOutput) {
  EXPECT_THAT(LeavesOfSpec(R"([1, {"type": null, "context": null, "children_spec": []}])"), IsOkAnd(ElementsAre("output")));
}

TEST(TreeSpec, WhatIsNoSpecIsAnError) {
  EXPECT_THAT(LeavesOfSpec("{}"), IsError(ErrorKind::kCorrupt));
  EXPECT_THAT(LeavesOfSpec("[1, {\"type\": \"builtins.list\"}]"), IsError(ErrorKind::kCorrupt));
  EXPECT_THAT(LeavesOfSpec("not json"), IsError(ErrorKind::kCorrupt));
  EXPECT_THAT(LeavesOfSpec(R"([1, {"type": "c", "context": "{\"_t\": \"tensor\", \"i\": 9}", "children_spec": []}])"), IsError(ErrorKind::kCorrupt));
  std::string deep = "null";
  for (int i = 0; i < 90; ++i) deep = R"({"type": "builtins.list", "context": "null", "children_spec": [)" + deep + "]}";
  EXPECT_FALSE(LeavesOfSpec("[1, " + deep + "]").ok());
}

TEST(Names, AreWordsThatPythonTakes) {
  EXPECT_EQ(InputName("past_key_values.layers.0.keys"), "past_key_values_layers_0_keys");
  EXPECT_EQ(InputName("0.x"), "_0_x");
  EXPECT_EQ(InputName(""), "input");
  EXPECT_EQ(WeightName("p", "model.embed_tokens.weight"), "p_model_embed_tokens_weight");
}

TEST(Names, LeafCodeIndexesDictsAndLists) { EXPECT_EQ(LeafCode("past.layers.0.keys"), "L['past']['layers'][0]['keys']"); }

}  // namespace
}  // namespace conformance::trace
