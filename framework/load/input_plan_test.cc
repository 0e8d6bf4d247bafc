#include "framework/load/input_plan.h"

#include <gmock/gmock.h>

#include <set>

#include "framework/formats/safetensors.h"
#include "framework/load/load.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::load {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

std::shared_ptr<const nn::Model> Model(std::string_view name) { return LoadModel(kGolden / name)->model; }

std::vector<std::string> Described(const NamedTensors& tensors, size_t count = 99) {
  std::vector<std::string> texts;
  for (const auto& [name, tensor] : tensors)
    if (texts.size() < count) texts.push_back(name + " " + Describe(tensor));
  return texts;
}

TEST(InputPlan, ForwardInputsArePaddedAtTheRight) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("llama_gqa"), "dynamic");
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->traced(), ElementsAre(Pair("batch", 2), Pair("sequence", 9)));
  const NamedTensors inputs = *plan->Make(plan->traced(), 1);
  EXPECT_THAT(Described(inputs), ElementsAre("input_ids i64[2, 9]", "attention_mask i64[2, 9]"));
  const Tensor& ids = inputs[0].second;
  const Tensor& mask = inputs[1].second;
  EXPECT_EQ(mask.IntAt(0), 1);
  EXPECT_EQ(mask.IntAt(9), 1);
  EXPECT_EQ(mask.IntAt(17), 0);
  EXPECT_EQ(ids.IntAt(17), 0);  // the pad token
  for (int64_t i = 0; i < 18; ++i) {
    EXPECT_LT(ids.IntAt(i), 96);
    if (mask.IntAt(i) != 0) {
      EXPECT_GT(ids.IntAt(i), 2);  // 0, 1 and 2 are special
    }
  }
}

TEST(InputPlan, SameSeedSameBytes) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("gpt2"), "decode");
  const NamedTensors a = *plan->Make(plan->traced(), 4), b = *plan->Make(plan->traced(), 4), c = *plan->Make(plan->traced(), 5);
  ASSERT_EQ(a.size(), 7u);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_THAT(a[i].second, BitEqualTo(b[i].second));
  EXPECT_FALSE(BitEqual(a.back().second, c.back().second));
}

TEST(InputPlan, DecodeInputsFitEachOther) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("mistral_swa"), "decode");
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(Described(*plan->Make(plan->traced(), 1), 4),
              ElementsAre("input_ids i64[2, 1]", "attention_mask i64[2, 4]", "position_ids i64[2, 1]", "past_key_values.layers.0.keys f32[2, 2, 3, 8]"));
  const NamedTensors inputs = *plan->Make(plan->traced(), 1);
  const Tensor* mask = Find(inputs, "attention_mask");
  const Tensor* positions = Find(inputs, "position_ids");
  EXPECT_EQ(mask->IntAt(4), 0);  // padded at the left, so the second row stands one position lower
  EXPECT_EQ(positions->IntAt(0), 3);
  EXPECT_EQ(positions->IntAt(1), 2);
}

TEST(InputPlan, EveryUnseenAssignmentCanBeMade) {
  for (const std::string_view name : {"gpt2", "llama_gqa", "mistral_swa", "mistral_yarn", "bert"}) {
    for (const std::string_view variant : {"dynamic", "prefill", "decode"}) {
      SCOPED_TRACE(std::string(name) + " " + std::string(variant));
      const auto model = Model(name);
      const Result<InputPlan> plan = InputPlan::Make(*model, variant);
      if (!plan.ok()) {
        EXPECT_EQ(name, "bert");
        continue;
      }
      const std::vector<Assignment> unseen = plan->Unseen();
      EXPECT_EQ(unseen.size(), 3u);
      std::set<std::string> texts = {ToString(plan->traced())};
      for (const Assignment& assignment : unseen) {
        EXPECT_TRUE(texts.insert(ToString(assignment)).second);
        EXPECT_THAT(plan->Make(assignment, 9), IsOk());
      }
    }
  }
}

/// The last size of the mask, which counts what a window has dropped, too, is never below what is there.
TEST(InputPlan, MasksAreAsLongAsWhatStandsBeforeNewTokens) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("mistral_swa"), "continue");
  ASSERT_THAT(plan, IsOk());
  std::vector<Assignment> assignments = plan->Unseen();
  assignments.push_back(plan->traced());
  ASSERT_EQ(assignments.size(), 4u);
  for (const Assignment& assignment : assignments) {
    const NamedTensors inputs = *plan->Make(assignment, 5);
    const int64_t kept = Find(inputs, "past_key_values.layers.0.keys")->dim(2), added = Find(inputs, "input_ids")->dim(1);
    EXPECT_GE(Find(inputs, "attention_mask")->dim(1), kept + added) << ToString(assignment);
  }
}

TEST(InputPlan, SeveralImagesInARowAreSeveralInEveryRow) {
  const auto model = LoadModel(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints/llava_layers")->model;
  constexpr int64_t kTokens = 16;  // patches of an image
  std::vector<int64_t> ids(2 * kTokens + 5, 7);
  for (int64_t i = 0; i < kTokens; ++i) ids[static_cast<size_t>(1 + i)] = ids[static_cast<size_t>(3 + kTokens + i)] = 95;
  const int64_t length = std::ssize(ids);
  const NamedTensors given = {{"input_ids", Tensor::Of<int64_t>({1, length}, ids)}, {"pixel_values", Tensor::Zeros(DType::kF32, {2, 3, 16, 16})}};
  const Result<InputPlan> plan = InputPlan::FromInputs(*model, "dynamic", given, Json::MakeObject());
  ASSERT_THAT(plan, IsOk());
  const NamedTensors inputs = *plan->Make({{"batch", 3}, {"sequence", 2 * kTokens + 9}}, 5);
  EXPECT_THAT(Described(inputs), ElementsAre("input_ids i64[3, 41]", "pixel_values f32[6, 3, 16, 16]"));
  int64_t places = 0;
  for (int64_t i = 0; i < inputs[0].second.num_elements(); ++i) places += inputs[0].second.IntAt(i) == 95;
  EXPECT_EQ(places, 6 * kTokens);
}

/// Exporters take an axis of size one as it is, so a picture that is alone stays alone where the batch grows.
TEST(InputPlan, WhatWasTracedAsOneStaysOne) {
  const std::filesystem::path folder = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints/qwen2_vl_window";
  const auto model = LoadModel(folder)->model;
  const auto file = formats::OpenSafetensors(folder / "inputs.safetensors");
  ASSERT_THAT(file, IsOk());
  NamedTensors given;
  for (const formats::SafetensorsEntry& entry : file->entries()) {
    Tensor tensor = *file->Read(entry);
    if (entry.name == "input_ids" || entry.name == "mm_token_type_ids" || entry.name == "attention_mask") {
      std::vector<int64_t> rows;  // and a row without a picture
      for (int64_t i = 0; i < tensor.dim(1); ++i) rows.push_back(tensor.IntAt(i));
      rows.resize(2 * rows.size(), entry.name == "input_ids" ? 7 : entry.name == "attention_mask" ? 1 : 0);
      tensor = Tensor::Of<int64_t>({2, tensor.dim(1)}, rows);
    }
    given.emplace_back(entry.name, tensor);
  }
  const Result<InputPlan> plan = InputPlan::FromInputs(*model, "dynamic", given, Json::MakeObject());
  ASSERT_THAT(plan, IsOk());
  ASSERT_EQ(plan->traced().at("images"), 1);
  EXPECT_FALSE(plan->Unseen().empty());
  for (const Assignment& assignment : plan->Unseen()) EXPECT_EQ(assignment.at("images"), 1) << ToString(assignment);
}

TEST(InputPlan, UnseenAssignmentsChangeBatchLengthAndBoth) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("bert"), "dynamic");
  EXPECT_THAT(plan->Unseen(), ElementsAre(ElementsAre(Pair("batch", 3), Pair("sequence", 9)), ElementsAre(Pair("batch", 2), Pair("sequence", 11)),
                                          ElementsAre(Pair("batch", 5), Pair("sequence", 13))));
}

TEST(InputPlan, GoldenInputsAreOneAssignment) {
  const auto model = Model("mistral_swa");
  const NamedTensors golden = *formats::ReadNamedTensors(kGolden / "mistral_swa" / "decode_inputs.safetensors");
  Json kwargs = Json::MakeObject();
  kwargs["use_cache"] = true;
  const Result<InputPlan> plan = InputPlan::FromInputs(*model, "decode", golden, kwargs);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->traced(), ElementsAre(Pair("batch", 1), Pair("past", 3)));
  const NamedTensors same = *plan->Make(plan->traced(), 1);
  EXPECT_THAT(*Find(same, "past_key_values.layers.1.values"), BitEqualTo(*Find(golden, "past_key_values.layers.1.values")));
  EXPECT_EQ(Find(same, "past_key_values.layers.0._sliding_window_tensor"), nullptr);
  // A batch of one is fixed by tracing; the cache may be shorter.
  EXPECT_THAT(plan->Unseen(), ElementsAre(ElementsAre(Pair("batch", 1), Pair("past", 2))));
}

TEST(InputPlan, MasksOfAFileTellTheSideOfThePadding) {
  const auto model = Model("gpt2");
  const Tensor ids = I64({{5, 6, 7, 8}, {0, 0, 9, 4}});
  const Result<InputPlan> plan =
      InputPlan::FromInputs(*model, "dynamic", {{"input_ids", ids}, {"attention_mask", I64({{1, 1, 1, 1}, {0, 0, 1, 1}})}}, Json::MakeObject());
  ASSERT_THAT(plan, IsOk());
  const NamedTensors other = *plan->Make({{"batch", 3}, {"sequence", 7}}, 1);
  const Tensor* mask = Find(other, "attention_mask");
  EXPECT_EQ(mask->IntAt(2 * 7), 0);
  EXPECT_EQ(mask->IntAt(2 * 7 + 6), 1);
}

TEST(InputPlan, AStaticCacheHasALengthThatStaysAndAnotherThatIsAValue) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("mistral_swa"), "decode_static_cache");
  ASSERT_THAT(plan, IsOk());
  const NamedTensors inputs = *plan->Make(plan->traced(), 1);
  // The window is 4.
  EXPECT_THAT(Described(inputs, 6), ElementsAre("input_ids i64[2, 1]", "attention_mask i64[2, 16]", "position_ids i64[2, 1]",
                                                "past_key_values.layers.0.keys f32[2, 2, 4, 8]", "past_key_values.layers.0.values f32[2, 2, 4, 8]",
                                                "past_key_values.layers.0.cumulative_length i64[]"));
  const int64_t written = Find(inputs, "past_key_values.layers.0.cumulative_length")->IntAt(0);
  EXPECT_EQ(written, plan->traced().at("written"));
  int64_t padded = 0;
  for (int64_t column = 0; column < 16; ++column) padded += Find(inputs, "attention_mask")->IntAt(16 + column) == 0;
  EXPECT_GT(padded, 0);
  EXPECT_GT(written, padded);
  EXPECT_EQ(Find(inputs, "position_ids")->IntAt(0), written);
  EXPECT_EQ(Find(inputs, "position_ids")->IntAt(1), written - padded);
  for (const DynamicShapes& shapes : {plan->AutoShapes(), plan->NamedShapes()}) {
    EXPECT_TRUE(std::holds_alternative<DimStatic>(shapes.at("attention_mask")[1]));
    EXPECT_TRUE(std::holds_alternative<DimStatic>(shapes.at("past_key_values.layers.0.keys")[2]));
    EXPECT_FALSE(std::holds_alternative<DimStatic>(shapes.at("past_key_values.layers.0.keys")[0]));
  }
  std::set<int64_t> seen;
  for (const Assignment& other : plan->Unseen()) {
    EXPECT_EQ(other.at("cache"), 16);
    seen.insert(other.at("written"));
  }
  EXPECT_GT(seen.size(), 1u);

  // From a file: its own length, and what it says is written.
  const Result<InputPlan> given = InputPlan::FromInputs(*Model("mistral_swa"), "static", inputs, Json::MakeObject());
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->traced(), plan->traced());
}

TEST(InputPlan, ACacheWithSeveralTokensHasTwoLengths) {
  const auto model = Model("llama_gqa");
  const Tensor entries = Ones({2, 2, 5, 8});
  NamedTensors inputs = {{"input_ids", I64({{5, 6, 7}, {8, 9, 4}})}};
  for (const char* leaf : {"0.keys", "0.values", "1.keys", "1.values"}) inputs.emplace_back(std::string("past_key_values.layers.") + leaf, entries);
  const Result<InputPlan> plan = InputPlan::FromInputs(*model, "static", inputs, Json::MakeObject());
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->traced(), ElementsAre(Pair("batch", 2), Pair("past", 5), Pair("sequence", 3)));
}

TEST(InputPlan, FileInputsThatDoNotFitAreNamed) {
  const auto model = Model("llama_gqa");
  const auto from = [&](const NamedTensors& inputs) { return InputPlan::FromInputs(*model, "static", inputs, Json::MakeObject()); };
  const Tensor ids = I64({{5, 6, 7}});
  EXPECT_THAT(from({{"input_ids", ids}, {"pixel_values", Ones({1})}}), IsError(ErrorKind::kInvalid, HasSubstr("pixel_values")));
  EXPECT_THAT(from({{"input_ids", ids}, {"attention_mask", I64({{1, 1}})}}), IsError(ErrorKind::kShape, HasSubstr("attention_mask")));
  EXPECT_THAT(from({{"input_ids", Ones({1, 3})}}), IsError(ErrorKind::kType, HasSubstr("input_ids")));
  EXPECT_THAT(from({{"input_ids", I64({5, 6})}}), IsError(ErrorKind::kShape, HasSubstr("input_ids")));
}

TEST(InputPlan, PicturesStandAmongTheWordsOfTheirRows) {
  const auto model = LoadModel(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints" / "qwen2_vl_rows")->model;
  const Result<InputPlan> plan = InputPlan::Make(*model, "dynamic");
  ASSERT_THAT(plan, IsOk());
  ASSERT_EQ(plan->Unseen().size(), 3u);
  // Five images of two rows: 3, 2, 2, 2 and 2 tokens of 4 patches each.
  const Result<NamedTensors> inputs =
      plan->Make({{"batch", 2}, {"sequence", 24}, {"images", 5}, {"patches", 44}}, 1);
  ASSERT_THAT(inputs, IsOk());
  EXPECT_EQ(Find(*inputs, "image_grid_thw")->ToInts(), (std::vector<int64_t>{1, 2, 6, 1, 4, 2, 1, 4, 2, 1, 4, 2, 1, 4, 2}));
  const std::vector<int64_t> types = Find(*inputs, "mm_token_type_ids")->ToInts(), ids = Find(*inputs, "input_ids")->ToInts();
  EXPECT_EQ(std::vector<int64_t>(types.begin(), types.begin() + 9), (std::vector<int64_t>{0, 1, 1, 1, 0, 1, 1, 0, 0}));
  EXPECT_EQ(std::vector<int64_t>(types.begin() + 24, types.begin() + 35), (std::vector<int64_t>{0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0}));
  for (size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i] == 95, types[i] == 1) << i;
  EXPECT_THAT(plan->Make({{"batch", 2}, {"sequence", 9}, {"images", 2}, {"patches", 44}}, 1), IsError(ErrorKind::kInvalid, HasSubstr("do not fit")));
}

std::shared_ptr<const nn::Model> Checkpoint(std::string_view name) { return LoadModel(kGolden.parent_path() / "checkpoints" / name)->model; }

TEST(InputPlan, SidesMayBeMultiplesOfASymbol) {
  const auto model = Checkpoint("unet_simple_group_norm");
  NamedTensors inputs = *InputPlan::Make(*model, "dynamic")->Make({{"batch", 2}, {"height", 3}, {"width", 5}, {"sequence", 4}}, 1);
  EXPECT_EQ(inputs[0].second.shape(), (Shape{2, 4, 6, 10}));
  const Result<InputPlan> plan = InputPlan::FromInputs(*model, "dynamic", inputs, {});
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->traced(), ElementsAre(Pair("batch", 2), Pair("height", 3), Pair("sequence", 4), Pair("width", 5)));
  inputs[0].second = Tensor::Zeros(DType::kF32, {2, 4, 7, 10});
  EXPECT_THAT(InputPlan::FromInputs(*model, "dynamic", inputs, {}), IsError(ErrorKind::kShape, HasSubstr("2*height")));
}

TEST(InputPlan, EntryPointsTakeTheirOwnInputs) {
  const auto model = Checkpoint("vae_attn");
  const NamedTensors both = {{"sample", Tensor::Zeros(DType::kF32, {2, 1, 8, 6})}, {"latent_sample", Tensor::Zeros(DType::kF32, {3, 4, 5, 7})}};
  const Result<InputPlan> decode = InputPlan::FromInputs(*model, "decode.dynamic", both, {});
  ASSERT_THAT(decode, IsOk());
  EXPECT_THAT(Described(*decode->Make(decode->traced(), 1)), ElementsAre("latent_sample f32[3, 4, 5, 7]"));
  EXPECT_EQ(decode->kwargs().Find("entry_point")->AsString(), "decode");
  const Result<InputPlan> forward = InputPlan::FromInputs(*model, "static", both, {});
  ASSERT_THAT(forward, IsOk());
  EXPECT_THAT(Described(*forward->Make(forward->traced(), 1)), ElementsAre("sample f32[2, 1, 8, 6]"));
  EXPECT_THAT(InputPlan::FromInputs(*model, "encode", {{"pixels", Tensor::Zeros(DType::kF32, {1})}}, {}), IsError(ErrorKind::kInvalid, HasSubstr("pixels")));
}

TEST(InputPlan, RecordedFloatsTakeTheModelsType) {
  LoadOptions half;
  half.dtype = DType::kF16;
  const auto loaded = LoadModel(kGolden.parent_path() / "checkpoints" / "unet_text_time", models::DefaultModels(), half);
  ASSERT_THAT(loaded, IsOk());
  const NamedTensors inputs = {{"sample", Tensor::Zeros(DType::kF32, {2, 4, 8, 8})}, {"timestep", Tensor::Zeros(DType::kI64, {})}};
  const Result<InputPlan> plan = InputPlan::FromInputs(*loaded->model, "static", inputs, {});
  ASSERT_THAT(plan, IsOk());
  // One step for all rows has no axis.
  EXPECT_THAT(Described(*plan->Make(plan->traced(), 1)), ElementsAre("sample f16[2, 4, 8, 8]", "timestep i64[]"));
}

TEST(InputPlan, AssignmentsAreChecked) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("bert"), "static");
  EXPECT_THAT(plan->Make({{"batch", 2}}, 1), IsError(ErrorKind::kInvalid, HasSubstr("sequence")));
  EXPECT_THAT(plan->Make({{"batch", 2}, {"sequence", 41}}, 1), IsError(ErrorKind::kInvalid, HasSubstr("between 1 and 40")));
  EXPECT_THAT(plan->Make({{"batch", 2}, {"sequence", 4}, {"past", 1}}, 1), IsError(ErrorKind::kInvalid, HasSubstr("past")));
}

TEST(InputPlan, ShapesForTracing) {
  const Result<InputPlan> plan = InputPlan::Make(*Model("gpt2"), "decode");
  const DynamicShapes automatic = plan->AutoShapes();
  ASSERT_EQ(automatic.at("past_key_values.layers.0.keys").size(), 4u);
  EXPECT_TRUE(std::holds_alternative<DimAuto>(automatic.at("past_key_values.layers.0.keys")[2]));
  const DynamicShapes named = plan->NamedShapes();
  const auto& keys = named.at("past_key_values.layers.0.keys");
  EXPECT_EQ(std::get<DimNamed>(keys[2]).name, "past");
  EXPECT_EQ(std::get<DimNamed>(keys[2]).range.max, 63);
  EXPECT_TRUE(std::holds_alternative<DimStatic>(keys[1]));
  EXPECT_EQ(std::get<DimDerived>(named.at("attention_mask")[1]).expression.ToString(), "past + 1");
}

}  // namespace
}  // namespace conformance::load
