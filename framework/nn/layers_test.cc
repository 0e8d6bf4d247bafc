#include "framework/nn/layers.h"

#include <gmock/gmock.h>

#include <map>

#include "framework/nn/cache.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "references/eager/eager.h"

namespace conformance::nn {
namespace {

using namespace conformance::testing;
using ops::Value;
using ::testing::HasSubstr;

class MapWeights : public eager::WeightProvider {
 public:
  explicit MapWeights(std::map<std::string, Tensor> tensors) : tensors_(std::move(tensors)) {}
  Result<Tensor> Load(const ops::WeightInfo& info) override {
    if (info.constant != nullptr) return *info.constant;
    const auto found = tensors_.find(info.name);
    if (found == tensors_.end()) return NotFound("no " + info.name);
    return found->second;
  }

 private:
  std::map<std::string, Tensor> tensors_;
};

template <typename T, typename... Args>
Value Compute(MapWeights weights, const Tensor& x, Args&&... args) {
  T module(std::forward<Args>(args)...);
  module.Finish();
  eager::EagerContext context(eager::DefaultKernels(), {}, weights);
  const Value y = module.Forward(context, Value::Eager(x));
  EXPECT_THAT(context.status(), IsOk());
  return y;
}

TEST(Layers, LinearMultipliesByTheTransposedWeight) {
  MapWeights weights({{"weight", F32({{1, 2}, {3, 4}, {5, 6}})}, {"bias", F32({10, 20, 30})}});
  EXPECT_THAT(Compute<Linear>(weights, F32({{1, 1}, {2, 0}}), 2, 3, true), IsTensorNear(F32({{13, 27, 41}, {12, 26, 40}}), Ulps(0)));
  EXPECT_THAT(Compute<Linear>(weights, F32({{1, 1}}), 2, 3, false), IsTensorNear(F32({{3, 7, 11}}), Ulps(0)));
}

TEST(Layers, Conv1DMultipliesByTheWeightAsItStands) {
  MapWeights weights({{"weight", F32({{1, 3, 5}, {2, 4, 6}})}, {"bias", F32({10, 20, 30})}});
  EXPECT_THAT(Compute<Conv1D>(weights, F32Of({1, 2, 2}, {1, 1, 2, 0}), 3, 2),
              IsTensorNear(F32Of({1, 2, 3}, {13, 27, 41, 12, 26, 40}), Ulps(0)));
}

TEST(Layers, EmbeddingTakesRows) {
  MapWeights weights({{"weight", F32({{1, 2}, {3, 4}, {5, 6}})}});
  EXPECT_THAT(Compute<Embedding>(weights, I64({{2, 0}}), 3, 2), IsTensorNear(F32Of({1, 2, 2}, {5, 6, 1, 2}), Ulps(0)));
}

TEST(Layers, LayerNormCentresAndScales) {
  // Mean 2, variance 1: (1, 3) becomes (−1, 1), then · 2 + 1.
  MapWeights weights({{"weight", F32({2, 2})}, {"bias", F32({1, 1})}});
  EXPECT_THAT(Compute<LayerNorm>(weights, F32({{1, 3}}), 2, 0.0), IsTensorNear(F32({{-1, 3}}), Within(1e-6)));
}

TEST(Layers, RmsNormScalesToUnitMeanSquare) {
  // Mean square 12.5: 3 / √12.5 and 4 / √12.5.
  MapWeights weights({{"weight", F32({1, 2})}});
  EXPECT_THAT(Compute<RmsNorm>(weights, F32({{3, 4}}), "LlamaRMSNorm", 2, 0.0), IsTensorNear(F32({{0.84852814f, 2.2627417f}}), Ulps(2)));
}

TEST(Layers, RmsNormOfGemmasKindAddsOneToItsWeight) {
  MapWeights weights({{"weight", F32({0, 1})}});
  EXPECT_THAT(Compute<RmsNorm>(weights, F32({{3, 4}}), "Gemma2RMSNorm", 2, 0.0, RmsNorm::Style::kGemma),
              IsTensorNear(F32({{0.84852814f, 2.2627417f}}), Ulps(2)));
}

TEST(Layers, ScaledEmbeddingRoundsItsScaleToTheTypeOfTheTable) {
  MapWeights weights({{"weight", F32({{1, 2}, {3, 4}})}});
  EXPECT_THAT(Compute<Embedding>(weights, I64({1}), "ScaledWordEmbedding", 2, 2, std::nullopt, 2.5), IsTensorNear(F32({{7.5f, 10}}), Ulps(0)));
  // √3072 = 55.4256 is 55.5 in bf16.
  MapWeights halves({{"weight", Cast(F32({{1, 2}}), DType::kBF16)}});
  Embedding embedding("ScaledWordEmbedding", 1, 2, std::nullopt, 55.42562584220407);
  embedding.To(DType::kBF16);
  embedding.Finish();
  eager::EagerContext context(eager::DefaultKernels(), {}, halves);
  EXPECT_THAT(embedding.Forward(context, Value::Eager(I64({0}))), IsTensorNear(Cast(F32({{55.5f, 111}}), DType::kBF16), Ulps(0)));
}

TEST(Layers, RmsNormOfHalvesIsComputedInF32) {
  // The square of 300 is beyond f16's 65504.
  const Tensor x = Cast(F32({{300, 300}}), DType::kF16);
  MapWeights weights({{"weight", Cast(F32({1, 1}), DType::kF16)}});
  RmsNorm norm("LlamaRMSNorm", 2, 0.0);
  norm.To(DType::kF16);
  norm.Finish();
  eager::EagerContext context(eager::DefaultKernels(), {}, weights);
  const Value y = norm.Forward(context, Value::Eager(x));
  ASSERT_THAT(context.status(), IsOk());
  EXPECT_THAT(y, IsTensorNear(Cast(F32({{1, 1}}), DType::kF16), Ulps(1)));
}

Value Entry(std::initializer_list<float> values) {
  return Value::Eager(F32Of({1, 1, static_cast<int64_t>(values.size()), 1}, std::vector<float>(values)));
}

TEST(Cache, KeepsEverythingWithoutAWindow) {
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), {}, none);
  Cache cache({std::nullopt});
  EXPECT_TRUE(cache.IsEmpty(0));
  EXPECT_EQ(cache.Length(0).AsInt(), 0);
  cache.Update(context, Entry({1, 2}), Entry({10, 20}), 0);
  const auto [keys, values] = cache.Update(context, Entry({3}), Entry({30}), 0);
  EXPECT_THAT(keys, IsTensorNear(F32Of({1, 1, 3, 1}, {1, 2, 3}), Ulps(0)));
  EXPECT_THAT(values, IsTensorNear(F32Of({1, 1, 3, 1}, {10, 20, 30}), Ulps(0)));
  EXPECT_EQ(cache.Length(0).AsInt(), 3);
}

TEST(Cache, AWindowKeepsItsSizeLessOneAndShowsAll) {
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), {}, none);
  Cache cache({3});
  const auto [first, unused] = cache.Update(context, Entry({1, 2, 3, 4}), Entry({1, 2, 3, 4}), 0);
  EXPECT_EQ(first.size(2).AsInt(), 4);
  EXPECT_THAT(cache.layers()[0].keys, IsTensorNear(F32Of({1, 1, 2, 1}, {3, 4}), Ulps(0)));
  const auto [second, same] = cache.Update(context, Entry({5}), Entry({5}), 0);
  EXPECT_THAT(second, IsTensorNear(F32Of({1, 1, 3, 1}, {3, 4, 5}), Ulps(0)));
  EXPECT_THAT(cache.layers()[0].values, IsTensorNear(F32Of({1, 1, 2, 1}, {4, 5}), Ulps(0)));
}

TEST(Cache, ComesFromATreeAndGoesBack) {
  const Result<Tree> tree = TreeFromLeaves({{"layers.0.keys", Entry({1})},
                                            {"layers.0.values", Entry({2})},
                                            {"layers.0._sliding_window_tensor", Value::Eager(I64({4}))}});
  const Result<Cache> cache = Cache::FromTree(*tree, {4, 4});
  ASSERT_THAT(cache, IsOk());
  EXPECT_FALSE(cache->IsEmpty(0));
  EXPECT_TRUE(cache->IsEmpty(1));
  NamedValues leaves;
  cache->AppendLeaves("past_key_values", leaves);
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_EQ(leaves[1].first, "past_key_values.layers.0.values");
  EXPECT_EQ(GetLeafTensors(cache->ToTree())[0].first, "layers.0.keys");
}

TEST(Cache, RecurrentLayersHoldStates) {
  const std::vector<CacheLayer> layers = {CacheLayer::States(1), CacheLayer()};
  const Value conv = Value::Eager(F32({1, 2})), state = Value::Eager(F32({3}));
  const Result<Cache> cache = Cache::FromTree(
      *TreeFromLeaves({{"layers.0.conv_states.0", conv}, {"layers.0.recurrent_states.0", state}, {"layers.1.keys", Entry({1})}, {"layers.1.values", Entry({2})}}),
      layers, "cache_params");
  ASSERT_THAT(cache, IsOk());
  EXPECT_THAT(cache->layers()[0].recurrent_states[0], IsTensorNear(F32({3}), Ulps(0)));
  NamedValues leaves;
  cache->AppendLeaves("cache_params", leaves);
  ASSERT_EQ(leaves.size(), 4u);
  EXPECT_EQ(leaves[0].first, "cache_params.layers.0.conv_states.0");
  EXPECT_EQ(leaves[1].first, "cache_params.layers.0.recurrent_states.0");
  EXPECT_TRUE(GetLeafTensors(Cache(layers).ToTree()).empty());
  EXPECT_THAT(Cache::FromTree(*TreeFromLeaves({{"layers.0.keys", Entry({1})}}), layers, "cache_params"),
              IsError(ErrorKind::kInvalid, HasSubstr("cache_params.layers.0.keys")));
  EXPECT_THAT(Cache::FromTree(*TreeFromLeaves({{"layers.0.conv_states.0", conv}, {"layers.0.conv_states.1", conv}}), layers),
              IsError(ErrorKind::kInvalid, HasSubstr("conv_states")));
}

TEST(Cache, OfAnEncoderDecoderHasTwoParts) {
  const Result<Tree> tree = TreeFromLeaves({{"self_attention_cache.layers.0.keys", Entry({1})},
                                            {"self_attention_cache.layers.0.values", Entry({2})},
                                            {"cross_attention_cache.layers.0.keys", Entry({3, 4})},
                                            {"cross_attention_cache.layers.0.values", Entry({5, 6})}});
  const Result<EncoderDecoderCache> cache = EncoderDecoderCache::FromTree(*tree, 1);
  ASSERT_THAT(cache, IsOk());
  EXPECT_EQ(cache->self_attention.Length(0).AsInt(), 1);
  EXPECT_EQ(cache->cross_attention.Length(0).AsInt(), 2);
  NamedValues leaves;
  cache->AppendLeaves("past_key_values", leaves);
  ASSERT_EQ(leaves.size(), 4u);
  EXPECT_EQ(leaves[3].first, "past_key_values.cross_attention_cache.layers.0.values");
  EXPECT_THAT(EncoderDecoderCache::FromTree(*TreeFromLeaves({{"layers.0.keys", Entry({1})}}), 1), IsError(ErrorKind::kInvalid, HasSubstr("layers")));
}

/// A static layer of `entries` and so many tokens.
Cache Static(std::initializer_list<float> entries, int64_t seen, CacheLayer kind) {
  return *Cache::FromTree(*TreeFromLeaves({{"layers.0.keys", Entry(entries)},
                                           {"layers.0.values", Entry(entries)},
                                           {"layers.0.cumulative_length", Value::Eager(Tensor::Of<int64_t>({}, {seen}))}}),
                          {kind});
}

TEST(Cache, AStaticLayerWritesBehindWhatItHasSeen) {
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), ops::Numerics(), none);
  Cache cache = Static({1, 2, 0, 0, 9}, 2, {});
  EXPECT_THAT(cache.Positions(context, 2, 0).tensor(), BitEqualTo(I64({2, 3})));
  EXPECT_THAT(cache.KeyPositions(context, 2, 0).tensor(), BitEqualTo(I64({0, 1, 2, 3, 4})));
  const auto [keys, values] = cache.Update(context, Entry({5, 6}), Entry({7, 8}), 0);
  EXPECT_EQ(keys.tensor().ToDoubles(), (std::vector<double>{1, 2, 5, 6, 9}));
  EXPECT_EQ(values.tensor().ToDoubles(), (std::vector<double>{1, 2, 7, 8, 9}));
  EXPECT_EQ(cache.layers()[0].cumulative_length.tensor().IntAt(0), 4);
  EXPECT_EQ(cache.ToTree().class_name(), "StaticCache");
  cache.Update(context, Entry({5, 6}), Entry({7, 8}), 0);
  EXPECT_THAT(context.status(), IsError(ErrorKind::kInvalid, HasSubstr("index 5 is out of range for size 5")));
}

TEST(Cache, AStaticWindowRollsWhenItIsFull) {
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), ops::Numerics(), none);
  Cache cache = Static({1, 2, 0}, 2, 3);
  EXPECT_THAT(cache.KeyPositions(context, 2, 0).tensor(), BitEqualTo(I64({0, 1, 2, 3, 4})));
  // All five are to be seen: the mask knows which of them are in the window of each query.
  const ops::Value seen = cache.Update(context, Entry({3, 4}), Entry({3, 4}), 0).first;
  EXPECT_EQ(seen.tensor().ToDoubles(), (std::vector<double>{1, 2, 3, 4, 0}));
  EXPECT_EQ(cache.layers()[0].keys.tensor().ToDoubles(), (std::vector<double>{2, 3, 4}));
  // Tokens 1 to 3 are kept, and the next is number 4.
  EXPECT_THAT(cache.KeyPositions(context, 1, 0).tensor(), BitEqualTo(I64({1, 2, 3, 4})));
  cache.Update(context, Entry({5}), Entry({5}), 0);
  EXPECT_EQ(cache.layers()[0].keys.tensor().ToDoubles(), (std::vector<double>{3, 4, 5}));
  EXPECT_EQ(cache.layers()[0].cumulative_length.tensor().IntAt(0), 5);
  EXPECT_THAT(context.status(), IsOk());

  // A buffer with room for more than the window keeps all.
  Cache wide = Static({1, 2, 0, 0}, 2, 3);
  EXPECT_EQ(wide.Update(context, Entry({3}), Entry({3}), 0).first.tensor().ToDoubles(), (std::vector<double>{1, 2, 3, 0}));
  EXPECT_THAT(wide.KeyPositions(context, 1, 0).tensor(), BitEqualTo(I64({0, 1, 2, 3})));
}

TEST(Cache, RefusesAStaticLayerThatIsNotWhole) {
  const Value length = Value::Eager(Tensor::Of<int64_t>({}, {1}));
  const auto from = [](const NamedValues& leaves) { return Cache::FromTree(*TreeFromLeaves(leaves), {std::nullopt, std::nullopt}); };
  EXPECT_THAT(from({{"layers.0.cumulative_length", length}}), IsError(ErrorKind::kInvalid, HasSubstr("needs its buffers")));
  EXPECT_THAT(from({{"layers.0.keys", Entry({1})}, {"layers.0.values", Entry({1})}, {"layers.0.cumulative_length", Entry({1})}}),
              IsError(ErrorKind::kShape, HasSubstr("no single number")));
  EXPECT_THAT(from({{"layers.0.keys", Entry({1})}, {"layers.0.values", Entry({1})}, {"layers.0.cumulative_length", Value::Eager(Tensor::Of<float>({}, {1}))}}),
              IsError(ErrorKind::kType, HasSubstr("i64")));
  EXPECT_THAT(from({{"layers.0.keys", Entry({1})}, {"layers.0.values", Entry({1})}, {"layers.0.cumulative_length", length}, {"layers.1.keys", Entry({1})},
                    {"layers.1.values", Entry({1})}}),
              IsError(ErrorKind::kInvalid, HasSubstr("layers.1")));
}

TEST(Cache, RefusesWhatIsNoCache) {
  const auto from = [](const NamedValues& leaves) { return Cache::FromTree(*TreeFromLeaves(leaves), {std::nullopt}); };
  EXPECT_THAT(from({{"self_attention_cache.layers.0.keys", Entry({1})}}), IsError(ErrorKind::kInvalid, HasSubstr("self_attention_cache")));
  EXPECT_THAT(from({{"layers.1.keys", Entry({1})}}), IsError(ErrorKind::kInvalid, HasSubstr("layers.1")));
  EXPECT_THAT(from({{"layers.0.keys", Entry({1})}}), IsError(ErrorKind::kInvalid, HasSubstr("both or neither")));
  EXPECT_THAT(from({{"layers.0.states", Entry({1})}}), IsError(ErrorKind::kInvalid, HasSubstr("states")));
  EXPECT_THAT(from({{"layers.0.keys", Value::Eager(F32({1}))}}), IsError(ErrorKind::kShape, HasSubstr("layers.0.keys")));
}

}  // namespace
}  // namespace conformance::nn
