// Arguments of forwards on meta: what is taken, what is refused, and what comes back.
#include <gmock/gmock.h>

#include "framework/formats/json.h"
#include "framework/models/registry.h"
#include "framework/testing/matchers.h"

namespace conformance::models {
namespace {

using namespace conformance::testing;
using nn::Tree;
using ops::Value;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path kFixtures = CONFORMANCE_FIXTURES_DIR;

class Forward : public ::testing::Test {
 protected:
  void Load(std::string_view name) {
    const bool golden = std::filesystem::exists(kFixtures / "golden" / name);
    const Json config = *formats::ReadJson(kFixtures / (golden ? "golden" : "checkpoints") / name / "config.json");
    const ModelTable table = DefaultModels();
    auto model = (*table.Resolve(config, ""))->make(config, "");
    ASSERT_THAT(model, IsOk());
    model_ = std::move(*model);
  }
  /// "logits f32[2, 9, 96]" for each leaf; the error's text where there is one.
  std::vector<std::string> Run(const nn::NamedValues& inputs, std::string_view kwargs = "{}") {
    context_ = std::make_unique<ops::MetaContext>();
    const Tree outputs = model_->Forward(*context_, *nn::TreeFromLeaves(inputs), *formats::ParseJson(kwargs));
    if (context_->failed()) return {"error: " + context_->status().error().ToString()};
    std::vector<std::string> leaves;
    for (const auto& [name, value] : nn::GetLeafTensors(outputs)) leaves.push_back(name + " " + ops::Describe(value.meta()));
    return leaves;
  }
  static Value Ids(std::vector<SymInt> sizes) { return Value::Meta({DType::kI64, std::move(sizes)}); }
  static Value Floats(std::vector<SymInt> sizes) { return Value::Meta({DType::kF32, std::move(sizes)}); }

  std::unique_ptr<nn::Model> model_;
  std::unique_ptr<ops::MetaContext> context_;
};

TEST_F(Forward, OutputsCarryTransformersNames) {
  Load("mistral_swa");
  EXPECT_THAT(Run({{"input_ids", Ids({2, 9})}}),
              ElementsAre("logits f32[2, 9, 96]", "past_key_values.layers.0.keys f32[2, 2, 3, 8]", "past_key_values.layers.0.values f32[2, 2, 3, 8]",
                          "past_key_values.layers.1.keys f32[2, 2, 3, 8]", "past_key_values.layers.1.values f32[2, 2, 3, 8]"));
  EXPECT_THAT(Run({{"input_ids", Ids({2, 9})}}, R"({"use_cache": false, "output_hidden_states": true, "logits_to_keep": 2})"),
              ElementsAre("logits f32[2, 2, 96]", "hidden_states.0 f32[2, 9, 32]", "hidden_states.1 f32[2, 9, 32]", "hidden_states.2 f32[2, 9, 32]"));
  Load("bert");
  EXPECT_THAT(Run({{"input_ids", Ids({2, 9})}}, R"({"use_cache": true})"), ElementsAre("last_hidden_state f32[2, 9, 32]", "pooler_output f32[2, 32]"));
}

TEST_F(Forward, TakesPositionsToKeep) {
  Load("llama_gqa");
  const std::string off = R"({"use_cache": false})";
  EXPECT_THAT(Run({{"input_ids", Ids({2, 9})}, {"logits_to_keep", Ids({4})}}, off), ElementsAre("logits f32[2, 4, 96]"));
  EXPECT_THAT(Run({{"input_ids", Ids({2, 9})}, {"logits_to_keep", Ids({2, 3})}}, off), ElementsAre("logits f32[2, 3, 96]"));
  EXPECT_THAT(Run({{"input_ids", Ids({2, 9})}, {"logits_to_keep", Ids({1, 2, 3})}}, off), ElementsAre(HasSubstr("logits_to_keep")));
}

TEST_F(Forward, TakesEmbeddingsInPlaceOfIds) {
  Load("gpt2");
  EXPECT_THAT(Run({{"inputs_embeds", Floats({2, 9, 32})}, {"token_type_ids", Ids({2, 9})}}, R"({"use_cache": false})"),
              ElementsAre("logits f32[2, 9, 96]"));
  EXPECT_THAT(Run({{"inputs_embeds", Floats({2, 9, 32})}, {"input_ids", Ids({2, 9})}}), ElementsAre(HasSubstr("exactly one")));
  EXPECT_THAT(Run({{"attention_mask", Ids({2, 9})}}), ElementsAre(HasSubstr("exactly one")));
}

TEST_F(Forward, RefusesArgumentsByName) {
  Load("gpt2");
  const nn::NamedValues ids = {{"input_ids", Ids({2, 9})}};
  EXPECT_THAT(Run(ids, R"({"output_attentions": true})"), ElementsAre(AllOf(HasSubstr("output_attentions"), HasSubstr("GPT2LMHeadModel"))));
  EXPECT_THAT(Run(ids, R"({"output_attentions": false, "return_dict": true, "use_cache": null})"), ::testing::SizeIs(5));
  EXPECT_THAT(Run(ids, R"({"return_dict": false})"), ElementsAre(HasSubstr("return_dict")));
  EXPECT_THAT(Run(ids, R"({"use_cache": 1})"), ElementsAre(AllOf(HasSubstr("use_cache"), HasSubstr("bool"))));
  EXPECT_THAT(Run(ids, R"({"use_cach": true})"), ElementsAre(AllOf(HasSubstr("use_cach"), HasSubstr("use_cache"))));
  EXPECT_THAT(Run({ids[0], {"labels", Ids({2, 9})}}), ElementsAre(HasSubstr("labels")));
  EXPECT_THAT(Run({ids[0], {"encoder_hidden_states", Floats({2, 9, 32})}}), ElementsAre(HasSubstr("encoder_hidden_states")));
  EXPECT_THAT(Run({ids[0], {"pixel_values", Floats({2, 3, 4, 4})}}), ElementsAre(HasSubstr("pixel_values")));
  EXPECT_THAT(Run({{"input_ids", Ids({9})}}), ElementsAre(AllOf(HasSubstr("input_ids"), HasSubstr("i64[9]"))));
  EXPECT_THAT(Run({{"input_ids", Floats({2, 9})}}), ElementsAre(AllOf(HasSubstr("input_ids"), HasSubstr("i64 or i32"))));
  EXPECT_THAT(Run({ids[0], {"past_key_values", Floats({2, 9})}}), ElementsAre(HasSubstr("past_key_values")));
  EXPECT_THAT(Run({ids[0], {"past_key_values.layers.2.keys", Floats({2, 4, 3, 8})}}), ElementsAre(HasSubstr("layers.2")));
  Load("bert");
  EXPECT_THAT(Run({ids[0], {"past_key_values.layers.0.keys", Floats({2, 4, 3, 8})}}), ElementsAre(HasSubstr("past_key_values")));
  EXPECT_THAT(Run({{"input_ids", Ids({2, 41})}}), ElementsAre(HasSubstr("error")));
}

TEST_F(Forward, CachesGrow) {
  Load("gpt2");
  nn::NamedValues inputs = {{"input_ids", Ids({2, 1})}, {"attention_mask", Ids({2, 7})}};
  for (const char* part : {"0.keys", "0.values", "1.keys", "1.values"})
    inputs.emplace_back(std::string("past_key_values.layers.") + part, Floats({2, 4, 6, 8}));
  EXPECT_THAT(Run(inputs)[1], "past_key_values.layers.0.keys f32[2, 4, 7, 8]");
  // GPT-2 gives its cache back only where it was asked to.
  EXPECT_THAT(Run(inputs, R"({"use_cache": false})"), ElementsAre("logits f32[2, 1, 96]"));
}

TEST_F(Forward, AWindowThatIsFullDoesNotTellPositions) {
  Load("mistral_swa");  // a window of 4, which keeps 3
  const auto after = [](int64_t kept) {
    nn::NamedValues inputs = {{"input_ids", Ids({2, 1})}};
    for (const char* part : {"0.keys", "0.values", "1.keys", "1.values"})
      inputs.emplace_back(std::string("past_key_values.layers.") + part, Floats({2, 2, kept, 8}));
    return inputs;
  };
  EXPECT_THAT(Run(after(2))[0], "logits f32[2, 1, 96]");
  EXPECT_THAT(Run(after(3)), ElementsAre(HasSubstr("position_ids or an attention_mask")));
  nn::NamedValues told = after(3);
  told.emplace_back("position_ids", Ids({2, 1}));
  EXPECT_THAT(Run(told)[0], "logits f32[2, 1, 96]");
}

TEST_F(Forward, AMaskOfAStateSpaceIsOfTheTokensOfTheCall) {
  Load("mamba_bias");
  const Value ids = Ids({2, 3});
  EXPECT_THAT(Run({{"input_ids", ids}, {"attention_mask", Ids({2, 3})}})[0], HasSubstr("logits"));
  EXPECT_THAT(Run({{"input_ids", ids}, {"attention_mask", Ids({2, 9})}}), ElementsAre(HasSubstr("as long as the tokens")));
}

TEST_F(Forward, BartReadsItsOwnTokensWhereNoneAreGivenForTheDecoder) {
  Load("bart_scaled");
  EXPECT_THAT(Run({{"input_ids", Ids({2, 7})}}, R"({"use_cache": false})")[0], "logits f32[2, 7, 96]");
  EXPECT_THAT(Run({{"inputs_embeds", Floats({2, 7, 16})}}), ElementsAre(HasSubstr("decoder_input_ids")));
  Load("t5_gated");
  EXPECT_THAT(Run({{"input_ids", Ids({2, 7})}}), ElementsAre(HasSubstr("decoder_input_ids")));
}

TEST(DebertaConfig, AConvolutionTakesNoActivationWithWeights) {
  Json config = *formats::ReadJson(kFixtures / "checkpoints/deberta_conv/config.json");
  const ModelTable table = DefaultModels();
  for (const char* activation : {"prelu", "xielu"}) {
    config["conv_act"] = activation;
    EXPECT_THAT((*table.Resolve(config, ""))->make(config, ""), IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("conv_act"), HasSubstr(activation))));
  }
}

TEST_F(Forward, LayoutsAreThoseOfTheUses) {
  Load("mistral_swa");
  const auto decode = model_->Layout("decode");
  ASSERT_THAT(decode, IsOk());
  // ids, mask, positions, and keys and values of two layers; the window of 4 keeps 3.
  EXPECT_EQ(decode->inputs.size(), 7u);
  EXPECT_EQ(decode->symbols[1].name, "past");
  EXPECT_EQ(decode->symbols[1].max, 3);
  EXPECT_THAT(model_->Layout("sideways"), IsError(ErrorKind::kUnsupported, HasSubstr("sideways")));
  Load("bert");
  EXPECT_THAT(model_->Layout("forward"), IsOk());
  EXPECT_THAT(model_->Layout("decode"), IsError(ErrorKind::kUnsupported));
}

}  // namespace
}  // namespace conformance::models
