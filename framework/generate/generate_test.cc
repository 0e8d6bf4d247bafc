#include "framework/generate/generate.h"

#include <gmock/gmock.h>

#include "framework/formats/json.h"
#include "framework/ops/mul.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "references/eager/eager.h"

namespace conformance::generate {
namespace {

using namespace conformance::testing;
using nn::Tree;
using ops::Value;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor Column(const std::vector<int64_t>& values) { return Tensor::Of<int64_t>({static_cast<int64_t>(values.size()), 1}, values); }

/// Always answers "the token after the last one" of each row, modulo 8, and keeps a cache of one number a token.
class Counter : public nn::Model {
 public:
  explicit Counter(bool generates = true) : Counter(Traits(generates)) {}
  explicit Counter(nn::ModelTraits traits) : Model("Counter", Json::MakeObject(), std::move(traits)) { Finish(); }

  Tree Forward(ops::OpContext&, const Tree& inputs, const Json& kwargs) const override {
    const Tensor& ids = inputs.Find("input_ids")->value().tensor();
    const int64_t batch = ids.dim(0), time = ids.dim(1);
    std::vector<float> logits(static_cast<size_t>(batch * time * 8), 0.0f);
    for (int64_t i = 0; i < batch * time; ++i) logits[static_cast<size_t>(i * 8 + (ids.IntAt(i) + 1) % 8)] = 2.0f;
    Tree output = Tree::Dict({{"logits", Value::Eager(F32Of({batch, time, 8}, logits))}});
    if (kwargs.Find("use_cache")->AsBool()) {
      const Tree* past = inputs.At("past_key_values.length");
      const int64_t seen = (past ? past->value().tensor().IntAt(0) : 0) + time;
      output.Set("past_key_values", Tree::Dict({{"length", Value::Eager(I64({seen}))}}));
    }
    return output;
  }
  Result<nn::InputLayout> Layout(std::string_view) const override { return Unsupported("a toy"); }

 private:
  static nn::ModelTraits Traits(bool generates) {
    nn::ModelTraits traits;
    traits.generates = generates;
    return traits;
  }
};

class Greedily : public ::testing::Test {
 protected:
  Result<Generated> Run(const NamedTensors& inputs, GenerateOptions options) { return RunModel(counter_, inputs, std::move(options)); }
  Result<Generated> RunModel(const nn::Model& model, const NamedTensors& inputs, GenerateOptions options) {
    const ContextFactory contexts = [this]() -> Result<std::unique_ptr<ops::OpContext>> {
      return std::unique_ptr<ops::OpContext>(std::make_unique<eager::EagerContext>(eager::DefaultKernels(), ops::Numerics(), none_));
    };
    return Greedy(model, inputs, options, contexts, [this](const Step& step) {
      std::string text;
      for (const auto& [name, value] : nn::GetLeafTensors(*step.inputs)) {
        text += (text.empty() ? "" : " ") + name;
        for (const int64_t element : value.tensor().ToInts()) text += "," + std::to_string(element);
      }
      steps_.push_back(std::move(text));
    });
  }
  Counter counter_;
  eager::NoWeights none_;
  std::vector<std::string> steps_;
};

TEST_F(Greedily, PrefillThenOneTokenAtATime) {
  const Result<Generated> generated = Run({{"input_ids", I64({{1, 2, 3}})}}, {.max_new_tokens = 3});
  ASSERT_THAT(generated, IsOk());
  EXPECT_THAT(generated->sequences, BitEqualTo(I64({{1, 2, 3, 4, 5, 6}})));
  EXPECT_EQ(generated->min_top1_margin, 2.0);
  // A mask of ones is dropped, as transformers does.
  EXPECT_THAT(steps_, ElementsAre("input_ids,1,2,3 position_ids,0,1,2", "input_ids,4 position_ids,3 past_key_values.length,3",
                                  "input_ids,5 position_ids,4 past_key_values.length,4"));
}

TEST_F(Greedily, LeftPaddedBatchesKeepTheirMaskAndPositions) {
  const Result<Generated> generated = Run(
      {{"attention_mask", I64({{1, 1, 1}, {0, 0, 1}})}, {"input_ids", I64({{1, 2, 3}, {0, 0, 5}})}}, {.max_new_tokens = 2});
  ASSERT_THAT(generated, IsOk());
  EXPECT_THAT(generated->sequences, BitEqualTo(I64({{1, 2, 3, 4, 5}, {0, 0, 5, 6, 7}})));
  EXPECT_THAT(steps_, ElementsAre("input_ids,1,2,3,0,0,5 attention_mask,1,1,1,0,0,1 position_ids,0,1,2,0,0,0",
                                  "input_ids,4,6 attention_mask,1,1,1,1,0,0,1,1 position_ids,3,1 past_key_values.length,3"));
}

TEST_F(Greedily, RowsThatEndAreFilledWithThePadToken) {
  GenerateOptions options{.max_new_tokens = 5, .eos_token_ids = {5, 3}, .pad_token_id = 0};
  EXPECT_THAT(Run({{"input_ids", Column({3, 1})}}, options)->sequences, BitEqualTo(I64({{3, 4, 5}, {1, 2, 3}})));
  EXPECT_THAT(Run({{"input_ids", Column({3, 5})}}, options)->sequences,
              BitEqualTo(I64({{3, 4, 5, 0, 0, 0}, {5, 6, 7, 0, 1, 2}})));
  options.pad_token_id.reset();  // then the first end token pads
  EXPECT_THAT(Run({{"input_ids", Column({3, 5})}}, options)->sequences,
              BitEqualTo(I64({{3, 4, 5, 5, 5, 5}, {5, 6, 7, 0, 1, 2}})));
}

TEST_F(Greedily, PadTokensInThePromptMakeAMask) {
  const Result<Generated> generated = Run({{"input_ids", I64({{0, 0, 5}})}}, {.max_new_tokens = 1, .eos_token_ids = {7}, .pad_token_id = 0});
  ASSERT_THAT(generated, IsOk());
  EXPECT_THAT(steps_, ElementsAre("input_ids,0,0,5 attention_mask,0,0,1 position_ids,0,0,0"));
  steps_.clear();
  // Not where the pad token is the end token: then it cannot be told from one.
  EXPECT_THAT(Run({{"input_ids", I64({{0, 0, 5}})}}, {.max_new_tokens = 1, .eos_token_ids = {0}, .pad_token_id = 0}), IsOk());
  EXPECT_THAT(steps_, ElementsAre("input_ids,0,0,5 position_ids,0,1,2"));
}

/// As a Counter, with a static cache of one number an entry; says what it was called with.
class Buffered : public Counter {
 public:
  using Counter::Counter;
  Tree Forward(ops::OpContext& context, const Tree& inputs, const Json& kwargs) const override {
    const Tree* past = inputs.At("past_key_values.layers.0");
    called.push_back(past == nullptr ? "none" : Describe(past->Find("keys")->value().tensor()) + " " + std::to_string(past->Find("cumulative_length")->value().tensor().IntAt(0)));
    Tree output = Counter::Forward(context, inputs, kwargs);
    output.Set("past_key_values", *inputs.Find("past_key_values"));
    return output;
  }
  Result<nn::InputLayout> Layout(std::string_view use) const override {
    if (use != "decode_static_cache") return Unsupported("a toy");
    nn::InputLayout layout;
    const SymInt batch = SymInt::Symbol("batch");
    layout.inputs = {{"input_ids", DType::kI64, {batch, 1}},
                     {"past_key_values.layers.0.keys", DType::kF32, {batch, 3, Min(SymInt::Symbol("cache"), 5), 2}},
                     {"past_key_values.layers.0.cumulative_length", DType::kI64, {}},
                     {"past_key_values.cross_attention_cache.layers.0.keys", DType::kF32, {SymInt::Symbol("source")}}};
    return layout;
  }
  mutable std::vector<std::string> called;
};

TEST_F(Greedily, AStaticCacheIsMadeOnceAndAsLongAsItIsNeeded) {
  GenerateOptions options{.max_new_tokens = 2, .static_cache = true};
  const Buffered one;
  ASSERT_THAT(RunModel(one, {{"input_ids", I64({{1, 2}, {3, 4}})}}, options), IsOk());
  EXPECT_THAT(one.called, ElementsAre("f32[2, 3, 3, 2] 0", "f32[2, 3, 3, 2] 0"));  // 2 + 2 tokens, the last of which nothing looks at
  options.max_cache_len = 9;
  const Buffered other;
  ASSERT_THAT(RunModel(other, {{"input_ids", I64({{1, 2}})}}, options), IsOk());
  EXPECT_THAT(other.called, ElementsAre("f32[1, 3, 5, 2] 0", "f32[1, 3, 5, 2] 0"));
}

TEST_F(Greedily, WithoutSuchACacheTheSettingChangesNothing) {
  EXPECT_THAT(Run({{"input_ids", I64({{1, 2}})}}, {.max_new_tokens = 2, .static_cache = true}), IsOk());
}

TEST(GenerateOptions, ReadWhichCacheIsWanted) {
  const auto read = [](const char* text) { return GenerateOptions::FromJson(*formats::ParseJson(text), Json::MakeObject()); };
  EXPECT_FALSE(read(R"({"cache_implementation": "offloaded"})")->static_cache);
  EXPECT_TRUE(read(R"({"cache_implementation": "static", "max_cache_len": 64})")->static_cache);
  EXPECT_EQ(read(R"({"cache_implementation": "static", "max_cache_len": 64})")->max_cache_len, 64);
  EXPECT_TRUE(read(R"({"cache_implementation": "hybrid"})")->static_cache);
  EXPECT_THAT(read(R"({"cache_implementation": "quantized"})"), IsError(ErrorKind::kUnsupported, HasSubstr("quantized")));
}

TEST_F(Greedily, WithoutACacheTheWholeSequenceIsRunAgain) {
  const Result<Generated> generated = Run({{"input_ids", I64({{1, 2}})}, {"token_type_ids", I64({{0, 1}})}}, {.max_new_tokens = 2, .use_cache = false});
  ASSERT_THAT(generated, IsOk());
  EXPECT_THAT(steps_, ElementsAre("input_ids,1,2 position_ids,0,1 token_type_ids,0,1", "input_ids,1,2,3 position_ids,0,1,2 token_type_ids,0,1,1"));
}

TEST_F(Greedily, LengthsAreCountedOrTotal) {
  EXPECT_EQ(Run({{"input_ids", I64({{1, 2}})}}, {.max_length = 5})->sequences.dim(1), 5);
  EXPECT_EQ(Run({{"input_ids", I64({{1, 2}})}}, {.max_new_tokens = 1, .max_length = 5})->sequences.dim(1), 3);
  EXPECT_EQ(Run({{"input_ids", I64({{1, 2}})}}, {})->sequences.dim(1), 22);
  EXPECT_THAT(Run({{"input_ids", I64({{1, 2}})}}, {.max_length = 2}), IsError(ErrorKind::kInvalid, HasSubstr("prompt")));
}

TEST_F(Greedily, RefusesWhatItCannotDo) {
  EXPECT_THAT(Run({}, {}), IsError(ErrorKind::kInvalid, HasSubstr("input_ids")));
  EXPECT_THAT(Run({{"input_ids", F32({{1, 2}})}}, {}), IsError(ErrorKind::kShape, HasSubstr("input_ids")));
  EXPECT_THAT(Run({{"input_ids", I64({{1, 2}})}, {"attention_mask", Column({1})}}, {}), IsError(ErrorKind::kShape, HasSubstr("attention_mask")));
  EXPECT_THAT(Run({{"input_ids", I64({{1, 2}})}, {"pixel_values", F32({1})}}, {}), IsError(ErrorKind::kUnsupported, HasSubstr("pixel_values")));
  const Counter silent(false);
  EXPECT_THAT(Greedy(silent, {{"input_ids", Column({1})}}, {}, {}), IsError(ErrorKind::kUnsupported, HasSubstr("Counter")));
}

/// A Counter behind an encoder that doubles what it is given.
class Translator : public Counter {
 public:
  Translator() : Counter(Traits()) {}
  Tree Forward(ops::OpContext& context, const Tree& inputs, const Json& kwargs) const override {
    Tree decoder = Tree::Dict({{"input_ids", *inputs.Find("decoder_input_ids")}});
    if (const Tree* past = inputs.Find("past_key_values")) decoder.Set("past_key_values", *past);
    return Counter::Forward(context, decoder, kwargs);
  }
  Tree Encode(ops::OpContext& context, const Tree& inputs) const override {
    return Tree::Dict({{"encoder_outputs", Tree::Dict({{"last_hidden_state", ops::Mul(context, inputs.Find("input_ids")->value(), 2)}})}});
  }

 private:
  static nn::ModelTraits Traits() {
    nn::ModelTraits traits;
    traits.generates = true;
    traits.generation.ids = "decoder_input_ids";
    traits.generation.positions = false;
    traits.generation.encoded = {"input_ids"};
    traits.generation.encoder_decoder = true;
    return traits;
  }
};

TEST_F(Greedily, ADecoderBehindAnEncoderStartsAnew) {
  const Translator model;
  const NamedTensors inputs = {{"input_ids", I64({{5, 6}})}, {"attention_mask", I64({{1, 1}})}};
  const Result<Generated> generated = RunModel(model, inputs, {.max_new_tokens = 2, .decoder_start_token_id = 3});
  ASSERT_THAT(generated, IsOk());
  EXPECT_THAT(generated->sequences, BitEqualTo(I64({{3, 4, 5}})));
  // What the encoder gave and its mask go into every step, ones or not.
  EXPECT_THAT(steps_, ElementsAre("attention_mask,1,1 decoder_input_ids,3 encoder_outputs.last_hidden_state,10,12",
                                  "attention_mask,1,1 decoder_input_ids,4 past_key_values.length,1 encoder_outputs.last_hidden_state,10,12"));
  EXPECT_THAT(RunModel(model, inputs, {.max_new_tokens = 2}), IsError(ErrorKind::kInvalid, HasSubstr("decoder_start_token_id")));
  EXPECT_THAT(RunModel(model, {}, {}), IsError(ErrorKind::kInvalid, HasSubstr("input_ids")));
}

Json Parse(std::string_view text) { return *formats::ParseJson(text); }

TEST(GenerateOptions, ReadBothFilesWithArgumentsFirst) {
  const Result<GenerateOptions> options =
      GenerateOptions::FromJson(Parse(R"({"eos_token_id": [2, 7], "pad_token_id": 0, "max_length": 30, "do_sample": true, "temperature": 0.6, "top_p": 0.9})"),
                                Parse(R"({"max_new_tokens": 8, "do_sample": false, "num_beams": 1})"));
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->max_new_tokens, 8);
  EXPECT_EQ(options->max_length, 30);
  EXPECT_THAT(options->eos_token_ids, ElementsAre(2, 7));
  EXPECT_EQ(options->pad_token_id, 0);
  EXPECT_TRUE(options->use_cache);
}

TEST(GenerateOptions, RefuseWhatWouldChangeTheTokens) {
  const auto read = [](std::string_view text) { return GenerateOptions::FromJson(Parse(text), Json::MakeObject()); };
  EXPECT_THAT(read(R"({"do_sample": true})"), IsError(ErrorKind::kUnsupported, HasSubstr("do_sample")));
  EXPECT_THAT(read(R"({"num_beams": 4})"), IsError(ErrorKind::kUnsupported, HasSubstr("num_beams")));
  EXPECT_THAT(read(R"({"repetition_penalty": 1.1})"), IsError(ErrorKind::kUnsupported, HasSubstr("repetition_penalty")));
  EXPECT_THAT(read(R"({"repetition_penalty": 1, "min_length": 0, "bad_words_ids": null})"), IsOk());
  EXPECT_THAT(read(R"({"cache_implementation": "hybrid"})"), IsOk());
  EXPECT_THAT(read(R"({"cache_implementation": "static"})"), IsOk());
  EXPECT_THAT(read(R"({"cache_implementation": "quantized"})"), IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("quantized"), HasSubstr("static"))));
  EXPECT_THAT(read(R"({"cache_implementation": 3})"), IsError(ErrorKind::kType, HasSubstr("cache_implementation")));
  EXPECT_THAT(read(R"({"suppress_tokens": [5]})"), IsError(ErrorKind::kUnsupported, HasSubstr("suppress_tokens")));
  EXPECT_THAT(read(R"({"eos_token_id": "2"})"), IsError(ErrorKind::kType, AllOf(HasSubstr("eos_token_id"), HasSubstr("string"))));
  EXPECT_THAT(read(R"({"max_new_tokens": 0})"), IsError(ErrorKind::kType, HasSubstr("max_new_tokens")));
  EXPECT_THAT(read(R"({"pad_token_id": [0]})"), IsError(ErrorKind::kType, HasSubstr("pad_token_id")));
}

}  // namespace
}  // namespace conformance::generate
