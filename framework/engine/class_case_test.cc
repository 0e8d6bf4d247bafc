#include "framework/engine/class_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "framework/formats/json.h"
#include "framework/load/recordings.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kRow =
    R"({"name": "llama/LlamaForCausalLM", "class": "LlamaForCausalLM", "model_type": "llama",
  "config": {"hidden_size": 64}, "parameters": 1000, "kwargs": {"use_cache": true}, "sizes": {"batch": 2, "sequence": 12},
  "inputs": {"input_ids": {"dtype": "i64", "shape": ["batch", "sequence"], "range": [3, 95]}}})";

Result<std::shared_ptr<const Case>> Make(const std::string& row) {
  return MakeClassCase(formats::ParseJson(row).value(), "pytorch", {"--filter", "x"});
}

TEST(ClassCase, WhatIsNotItsOwnIsTheWorkersSpec) {
  const auto made = Make(kRow).value();
  const CaseInfo& info = made->Info();
  EXPECT_EQ(info.name, "llama/LlamaForCausalLM");
  EXPECT_EQ(info.model_class, "LlamaForCausalLM");
  EXPECT_EQ(info.judge, "pytorch");
  EXPECT_TRUE(info.source.empty());
  EXPECT_EQ(formats::WriteJson(info.spec),
            formats::WriteJson(
                formats::ParseJson(
                    R"({"class": "LlamaForCausalLM", "model_type": "llama", "config": {"hidden_size": 64}})")
                    .value()));
  EXPECT_GT(info.bytes, uint64_t{1} << 30);
}

TEST(ClassCase, IsExportedByThoseThatTakeASource) {
  const auto made = Make(kRow).value();
  ASSERT_EQ(made->Variants().size(), 2u);
  EXPECT_EQ(made->Variants()[1].name, "dynamic");
  const Offer offer = made->Offers(made->Variants()[0]);
  EXPECT_TRUE(offer.source);
  EXPECT_FALSE(offer.module || offer.program);
  EXPECT_TRUE(offer.formats.empty());
}

TEST(ClassCase, DynamicCallsHaveThreeShapesMore) {
  const auto made = Make(kRow).value();
  const auto loaded = made->Load(DType::kF32).value();
  const auto calls = [&](size_t variant) { return loaded->Calls(made->Variants()[variant], 0).value(); };
  EXPECT_EQ(calls(0).size(), 1u);
  const std::vector<Call> dynamic = calls(1);
  ASSERT_EQ(dynamic.size(), 4u);
  EXPECT_EQ(dynamic[0].assignment, "");
  EXPECT_EQ(dynamic[3].assignment, "batch=5,sequence=17");
  EXPECT_EQ(dynamic[3].inputs.tensors[0].second.shape(), (Shape{5, 17}));
  EXPECT_TRUE(dynamic[3].inputs.kwargs.Has("use_cache"));
}

TEST(ClassCase, WithoutSizesThereIsNothingDynamic) {
  const auto made =
      Make(R"({"name": "n", "class": "C", "inputs": {"x": {"dtype": "f32", "shape": [2], "range": [0, 1]}}})")
          .value();
  EXPECT_EQ(made->Variants().size(), 1u);
}

TEST(ForeignCheckpoint, IsBuiltFromItsFolderAndCalledWithItsOwnInputs) {
  const std::filesystem::path folder = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden/llama_gqa";
  const auto opened = OpenForeignCheckpoint(folder, "LlamaForCausalLM", Json(), "pytorch").value();
  EXPECT_EQ(opened->Info().name, "llama_gqa");
  EXPECT_EQ(opened->Info().model_class, "LlamaForCausalLM");
  EXPECT_EQ(opened->Info().source, folder);
  EXPECT_TRUE(opened->Info().spec.IsNull());
  EXPECT_EQ(opened->Info().judge, "pytorch");
  EXPECT_TRUE(opened->Offers(opened->Variants()[0]).source);
  const auto calls = opened->Load(DType::kF32).value()->Calls(opened->Variants()[0], 0).value();
  ASSERT_EQ(calls.size(), 1u);
  const NamedTensors recorded = load::ReadCaseInputs(folder).value()->tensors;
  ASSERT_EQ(calls[0].inputs.tensors.size(), recorded.size());
  EXPECT_TRUE(BitEqual(calls[0].inputs.tensors[0].second, recorded[0].second));
}

TEST(ForeignCheckpoint, AFolderWithoutInputsNeedsARow) {
  const TempFolder dir;
  std::ofstream(dir.path() / "config.json") << "{}";
  EXPECT_THAT(OpenForeignCheckpoint(dir.path(), "C", Json(), "pytorch"), IsError(ErrorKind::kInvalid, HasSubstr("inputs.safetensors")));
  const auto opened = OpenForeignCheckpoint(dir.path(), "C", formats::ParseJson(kRow).value(), "pytorch").value();
  EXPECT_EQ(opened->Variants().size(), 2u);
  EXPECT_EQ(opened->Load(DType::kF32).value()->Calls(opened->Variants()[1], 0).value().size(), 4u);
}

TEST(ClassCase, RefusalsNameTheClassAndTheField) {
  EXPECT_THAT(Make("3"), IsError(ErrorKind::kInvalid, HasSubstr("no object")));
  EXPECT_THAT(Make(R"({"class": "C"})"), IsError(ErrorKind::kInvalid, HasSubstr("name")));
  EXPECT_THAT(Make(R"({"name": "n"})"),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("class"), HasSubstr("n"))));
  EXPECT_THAT(Make(R"({"name": "n", "class": "C"})"),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("no inputs"), HasSubstr("n"))));
  EXPECT_THAT(Make(R"({"name": "n", "class": "C", "kwargs": 3})"),
              IsError(ErrorKind::kInvalid, HasSubstr("kwargs")));
  EXPECT_THAT(Make(R"({"name": "n", "class": "C", "parameters": -1})"),
              IsError(ErrorKind::kInvalid, HasSubstr("parameters")));
}

}  // namespace
}  // namespace conformance::engine
