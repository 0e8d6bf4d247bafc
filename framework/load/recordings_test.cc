#include "framework/load/recordings.h"

#include <gmock/gmock.h>

#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/testing/tensors.h"

namespace conformance::load {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

std::vector<std::string> Names(const std::vector<Recording>& recordings) {
  std::vector<std::string> names;
  for (const Recording& recording : recordings) names.push_back(recording.name);
  return names;
}

TEST(Recordings, ReadsWhatAGeneratingCaseRecords) {
  const Result<std::vector<Recording>> recordings = ReadRecordings(kGolden / "mistral_swa");
  ASSERT_THAT(recordings, IsOk());
  EXPECT_THAT(Names(*recordings), ElementsAre("forward", "hidden", "prefill", "decode", "generate", "generate_batch"));
  const Recording& forward = (*recordings)[0];
  EXPECT_EQ(forward.kwargs.Find("use_cache")->AsBool(), true);
  EXPECT_DOUBLE_EQ(forward.atol, 1.41e-05);
  EXPECT_DOUBLE_EQ(forward.rtol, 1e-4);
  EXPECT_EQ(forward.expected.size(), 5u);  // bookkeeping leaves are left out
  EXPECT_TRUE(forward.keep.empty());
  EXPECT_EQ((*recordings)[1].kwargs.Find("output_hidden_states")->AsBool(), true);
  EXPECT_EQ((*recordings)[1].expected.size(), 3u);
  const Recording& decode = (*recordings)[3];
  EXPECT_EQ(decode.inputs.size(), 6u);
  EXPECT_FALSE(decode.kwargs.Has("past_key_values"));
  EXPECT_TRUE(decode.kwargs.Find("return_dict")->AsBool());
  const Recording& batch = (*recordings)[5];
  EXPECT_TRUE(batch.exact);
  EXPECT_EQ(Describe(batch.expected[0].second), "i64[2, 15]");
  EXPECT_EQ(batch.kwargs.Find("max_new_tokens")->AsInt(), 8);
  EXPECT_EQ(batch.kwargs.Find("eos_token_id")->AsInt(), 2);
}

TEST(Recordings, EntryPointsAreRecordingsOfTheirOwn) {
  const auto recordings = ReadRecordings(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints" / "vae_attn");
  ASSERT_THAT(recordings, IsOk());
  ASSERT_EQ(recordings->size(), 3u);
  const Recording &encode = (*recordings)[0], &decode = (*recordings)[1], &hidden = (*recordings)[2];
  EXPECT_EQ(encode.name, "encode");
  EXPECT_EQ(encode.entries, std::vector<std::string>{"encode"});
  ASSERT_EQ(encode.expected.size(), 3u);
  EXPECT_EQ(encode.expected[0].first, "latent_parameters");
  EXPECT_EQ(decode.name, "decode");
  ASSERT_EQ(decode.expected.size(), 1u);
  EXPECT_EQ(decode.expected[0].first, "sample");
  EXPECT_EQ(hidden.entries, (std::vector<std::string>{"encode", "decode"}));
  // Blocks' outputs are no states that the library has to be asked for.
  EXPECT_FALSE(hidden.kwargs.Has("output_hidden_states"));
}

TEST(Recordings, EncodersRecordForwardAndHidden) {
  EXPECT_THAT(Names(*ReadRecordings(kGolden / "bert")), ElementsAre("forward", "hidden"));
}

class Case : public ::testing::Test {
 protected:
  void Write(std::string_view json) {
    EXPECT_THAT(formats::WriteFileAtomic(folder_.path() / "case.json", json), IsOk());
    const auto write = [&](std::string_view name, const NamedTensors& tensors) {
      EXPECT_THAT(formats::WriteSafetensors(folder_.path() / name, tensors), IsOk());
    };
    write("inputs.safetensors", {{"input_ids", I64({{0, 5, 6}, {7, 8, 9}})}, {"attention_mask", I64({{0, 1, 1}, {1, 1, 1}})}});
    write("expected.safetensors", {{"logits", Ones({2, 3, 4})}, {"past_key_values.layers.0.keys", Ones({2, 1, 2, 4})}, {"pooler_output", Ones({2, 4})}});
  }
  TempFolder folder_;
};

TEST_F(Case, UnmaskedComparisonLeavesPaddingOut) {
  Write(R"({"tolerance": {"atol": 1e-5, "rtol": 1e-4}, "compare": "unmasked"})");
  const Result<std::vector<Recording>> recordings = ReadRecordings(folder_.path());
  ASSERT_THAT(recordings, IsOk());
  const NamedTensors& keep = (*recordings)[0].keep;
  ASSERT_EQ(keep.size(), 2u);
  EXPECT_EQ(Find(keep, "logits")->shape(), (Shape{2, 3, 1}));
  EXPECT_THAT(Find(keep, "logits")->ToInts(), ElementsAre(0, 1, 1, 1, 1, 1));
  // A cache of two entries holds the last two tokens.
  EXPECT_EQ(Find(keep, "past_key_values.layers.0.keys")->shape(), (Shape{2, 1, 2, 1}));
  EXPECT_THAT(Find(keep, "past_key_values.layers.0.keys")->ToInts(), ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(Find(keep, "pooler_output"), nullptr);
}

TEST_F(Case, ExpectedOutputsStandInTheOrderOfTheAnswer) {
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "outputs": {"pooler_output": {}, "logits": {}, "past_key_values.layers.0.keys": {}}})");
  NamedTensors states;
  for (const int64_t i : {10, 2, 0, 1, 9}) states.emplace_back("hidden_states." + std::to_string(i), Ones({2, 3, 4}));
  EXPECT_THAT(formats::WriteSafetensors(folder_.path() / "hidden.safetensors", states), IsOk());
  const std::vector<Recording> recordings = *ReadRecordings(folder_.path());
  EXPECT_EQ(recordings[0].expected[0].first, "pooler_output");
  EXPECT_EQ(recordings[0].expected[2].first, "past_key_values.layers.0.keys");
  EXPECT_EQ(recordings[1].expected[1].first, "hidden_states.1");
  EXPECT_EQ(recordings[1].expected[4].first, "hidden_states.10");
}

TEST_F(Case, FieldsOfTheWrongKindAreNamed) {
  Write("{}");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("tolerance")));
  Write(R"({"tolerance": {"atol": -1, "rtol": 0}})");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("tolerance.atol")));
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "compare": "some"})");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("compare")));
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "generate": {"inputs": "../secret.safetensors"}})");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("outside its folder")));
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "generate": {"inputs": "inputs.safetensors", "sequences": [[1, 2], [3]]}})");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("one length")));
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "entry_points": "encode"})");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("entry_points")));
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "entry_points": ["encode", ""]})");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kInvalid, HasSubstr("entry_points")));
  Write("[1");
  EXPECT_THAT(ReadRecordings(folder_.path()), IsError(ErrorKind::kCorrupt, HasSubstr("case.json")));
}

TEST_F(Case, InputsAloneAreReadForExports) {
  EXPECT_FALSE(HasRecordings(folder_.path()));
  EXPECT_FALSE(ReadCaseInputs(folder_.path())->has_value());
  Write(R"({"tolerance": {"atol": 0, "rtol": 0}, "forward_kwargs": {"use_cache": false, "past_key_values": {"object": "DynamicCache"}, "x": null}})");
  EXPECT_TRUE(HasRecordings(folder_.path()));
  const Result<std::optional<CaseInputs>> inputs = ReadCaseInputs(folder_.path());
  ASSERT_THAT(inputs, IsOk());
  EXPECT_EQ((*inputs)->tensors.size(), 2u);
  EXPECT_EQ(formats::WriteJson((*inputs)->kwargs), R"({"use_cache":false})");
}

}  // namespace
}  // namespace conformance::load
