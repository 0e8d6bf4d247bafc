#include "framework/ir/leaf_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "framework/formats/safetensors.h"
#include "framework/ir/pt2.h"
#include "framework/ir/small_program_testing.h"

namespace conformance::ir {
namespace {

using ::testing::ElementsAre;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

TEST(LeafNames, AreThoseOfTheGoldenFiles) {
  for (const char* model : {"gpt2", "llama_gqa", "bert"}) {
    const auto read = ReadPt2(kGolden / model / "torch_export.pt2");
    ASSERT_TRUE(read.ok()) << read.error().ToString();
    const LeafNames names = NamesOf(read->program);
    const auto inputs = formats::OpenSafetensors(kGolden / model / "inputs.safetensors");
    const auto expected = formats::OpenSafetensors(kGolden / model / "expected.safetensors");
    ASSERT_TRUE(inputs.ok() && expected.ok());
    for (const std::string& name : names.inputs) EXPECT_NE(inputs->Find(name), nullptr) << model << " " << name;
    for (const std::string& name : names.outputs) EXPECT_NE(expected->Find(name), nullptr) << model << " " << name;
  }
}

TEST(LeafNames, OfACache) {
  const auto read = ReadPt2(kGolden / "gpt2" / "torch_export.pt2");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const LeafNames names = NamesOf(read->program);
  EXPECT_THAT(names.inputs, ElementsAre("input_ids", "attention_mask"));
  EXPECT_THAT(names.outputs, ElementsAre("logits", "past_key_values.layers.0.keys", "past_key_values.layers.0.values",
                                         "past_key_values.layers.1.keys", "past_key_values.layers.1.values"));
}

TEST(LeafNames, PositionsAndPositionalArguments) {
  const std::string leaf = R"({"type":null,"context":null,"children_spec":[]})";
  const std::string spec = R"([1,{"type":"builtins.tuple","context":"null","children_spec":[{"type":"builtins.tuple","context":"null","children_spec":[)" +
                           leaf + R"(,{"type":"builtins.list","context":"null","children_spec":[)" + leaf + "," + leaf +
                           R"(]}]},{"type":"builtins.dict","context":"[\"mask\"]","children_spec":[)" + leaf + "]}]}]";
  const std::vector<std::string> names = {"x", "states", "mask"};
  EXPECT_THAT(*LeavesOfSpec(spec, &names), ElementsAre("x", "states.0", "states.1", "mask"));
  EXPECT_THAT(*LeavesOfSpec(spec), ElementsAre("0.0", "0.1.0", "0.1.1", "1.mask"));
  EXPECT_THAT(*LeavesOfSpec("[1," + leaf + "]"), ElementsAre(""));
}

TEST(LeafNames, SpecsAreMadeForThem) {
  const std::vector<std::string> names = {"logits", "past_key_values.layers.0.keys", "past_key_values.layers.0.values",
                                          "past_key_values.layers.1.keys", "hidden_states.0", "hidden_states.1", "loss"};
  EXPECT_EQ(*LeavesOfSpec(SpecOfLeaves(names, false)), names);
  const std::vector<std::string> none;
  EXPECT_EQ(*LeavesOfSpec(SpecOfLeaves(names, true), &none), names);
  EXPECT_EQ(*LeavesOfSpec(SpecOfLeaves({"0", "1"}, false)), (std::vector<std::string>{"0", "1"}));
  EXPECT_TRUE(LeavesOfSpec(SpecOfLeaves({}, true), &none)->empty());
}

TEST(LeafNames, WhatIsNoSpecIsRefused) {
  for (const char* text : {"", "[]", "[1]", "[1, {}]", "[1, {\"type\": \"a\"}]", "[1, {\"type\": \"a\", \"context\": \"{\", \"children_spec\": []}]"}) {
    EXPECT_FALSE(LeavesOfSpec(text).ok()) << text;
  }
}

TEST(LeafNames, FallBackToTheValues) {
  const LeafNames names = NamesOf(SmallProgram());  // its specs are not JSON of leaves
  EXPECT_THAT(names.inputs, ElementsAre("x"));
  EXPECT_THAT(names.outputs, ElementsAre("add"));
}

}  // namespace
}  // namespace conformance::ir
