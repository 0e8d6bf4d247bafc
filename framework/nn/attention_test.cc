#include "framework/nn/attention.h"

#include <gmock/gmock.h>

#include <limits>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "references/eager/eager.h"

namespace conformance::nn {
namespace {

using namespace conformance::testing;
using ops::Value;
using ::testing::HasSubstr;

/// "10;11" for the rows of one batch entry; "causal" or "none" where there is no mask.
std::string Text(const AttentionMask& mask, int64_t batch = 0) {
  if (!mask.mask.defined()) return mask.is_causal ? "causal" : "none";
  const Tensor& tensor = mask.mask.tensor();
  const int64_t queries = tensor.dim(2), keys = tensor.dim(3);
  std::string text;
  for (int64_t q = 0; q < queries; ++q) {
    if (q > 0) text += ";";
    for (int64_t k = 0; k < keys; ++k) text += tensor.IntAt((batch * tensor.dim(1) * queries + q) * keys + k) != 0 ? '1' : '0';
  }
  return text;
}

class Mask : public ::testing::Test {
 protected:
  AttentionMask Make(int64_t batch, int64_t queries, MaskRequest request) {
    request.embeds = Value::Meta({DType::kF32, {batch, queries, 4}});
    request.cache = cache_ ? &*cache_ : nullptr;
    return MakeAttentionMask(context_, request);
  }
  void Past(int64_t length, std::optional<int64_t> window = std::nullopt) {
    cache_.emplace(std::vector<CacheLayer>{window});
    if (length == 0) return;
    const Value entries = Value::Eager(Ones({1, 1, length, 1}));
    cache_ = *Cache::FromTree(*TreeFromLeaves({{"layers.0.keys", entries}, {"layers.0.values", entries}}), {window});
  }
  static Value Padding(std::initializer_list<std::initializer_list<int64_t>> rows) { return Value::Eager(I64(rows)); }

  eager::NoWeights none_;
  eager::EagerContext context_{eager::DefaultKernels(), {}, none_};
  std::optional<Cache> cache_;
};

TEST_F(Mask, NoneIsNeededWhereTheKernelKnows) {
  EXPECT_EQ(Text(Make(2, 3, {})), "causal");
  EXPECT_EQ(Text(Make(2, 3, {.causal = false})), "none");
  EXPECT_EQ(Text(Make(2, 3, {.sliding_window = 4})), "causal");  // three keys are all within the window
  Past(5);
  EXPECT_EQ(Text(Make(2, 1, {})), "none");  // one new token sees all
}

TEST_F(Mask, PaddingJoinsCausality) {
  const AttentionMask mask = Make(2, 3, {.attention_mask = Padding({{1, 1, 1}, {1, 1, 0}})});
  EXPECT_EQ(Text(mask, 0), "100;110;111");
  EXPECT_EQ(Text(mask, 1), "100;110;110");
}

TEST_F(Mask, LeftPaddingLeavesRowsThatSeeNothing) {
  EXPECT_EQ(Text(Make(1, 3, {.attention_mask = Padding({{0, 1, 1}})})), "000;010;011");
}

TEST_F(Mask, EncodersLookBothWays) {
  EXPECT_EQ(Text(Make(1, 3, {.attention_mask = Padding({{1, 1, 0}}), .causal = false})), "110;110;110");
}

TEST_F(Mask, AWindowCutsTheFarEnd) {
  EXPECT_EQ(Text(Make(1, 4, {.sliding_window = 2})), "1000;1100;0110;0011");
  EXPECT_EQ(Text(Make(1, 4, {.attention_mask = Padding({{0, 1, 1, 1}}), .sliding_window = 2})), "0000;0100;0110;0011");
  EXPECT_EQ(Text(Make(1, 4, {.sliding_window = 1, .causal = false})), "1100;1110;0111;0011");
}

TEST_F(Mask, SeveralTokensAfterACache) {
  Past(2);
  EXPECT_EQ(Text(Make(1, 2, {})), "1110;1111");
  EXPECT_EQ(Text(Make(1, 2, {.attention_mask = Padding({{0, 1, 1, 1}})})), "0110;0111");
}

TEST_F(Mask, OneTokenAfterACacheTakesThePaddingAlone) {
  Past(2);
  EXPECT_EQ(Text(Make(1, 1, {.attention_mask = Padding({{0, 1, 1}})})), "011");
}

TEST_F(Mask, AWindowsCacheTakesTheEndOfTheMask) {
  Past(2, 3);  // six tokens were seen, two are kept
  EXPECT_EQ(Text(Make(1, 1, {.attention_mask = Padding({{0, 1, 1, 1, 0, 1, 1}}), .sliding_window = 3})), "011");
  EXPECT_EQ(Text(Make(1, 2, {.attention_mask = Padding({{0, 1, 1, 1, 1, 1, 1, 1}}), .sliding_window = 3})), "1110;0111");
}

TEST_F(Mask, SequencesInOneRowDoNotSeeEachOther) {
  EXPECT_EQ(Text(Make(1, 5, {.position_ids = Padding({{0, 1, 2, 0, 1}})})), "10000;11000;11100;00010;00011");
  // Positions that go on by one are one sequence.
  EXPECT_EQ(Text(Make(1, 3, {.position_ids = Padding({{4, 5, 6}})})), "100;110;111");
}

TEST_F(Mask, FourAxesAreUsedAsTheyAre) {
  const Value given = Value::Eager(Ones({1, 1, 3, 3}));
  EXPECT_EQ(&Make(1, 3, {.attention_mask = given}).mask.tensor(), &given.tensor());
}

TEST_F(Mask, AMaskShorterThanTheCacheHidesTheRest) {
  Past(2);
  EXPECT_EQ(Text(Make(1, 2, {.attention_mask = Padding({{1, 1}})})), "1100;1100");
}

TEST_F(Mask, EagerAttentionAddsFloats) {
  const float lowest = std::numeric_limits<float>::lowest();
  const AttentionMask mask = Make(1, 2, {.kind = AttentionKind::kEager});
  EXPECT_THAT(mask.mask, IsTensorNear(F32Of({1, 1, 2, 2}, {0, lowest, 0, 0}), Ulps(0)));
  EXPECT_FALSE(mask.is_causal);
  EXPECT_FALSE(Make(1, 2, {.causal = false, .kind = AttentionKind::kEager}).mask.defined());
}

TEST_F(Mask, RefusesMasksThatDoNotFit) {
  Make(1, 3, {.attention_mask = Padding({{1, 1}})});
  EXPECT_THAT(context_.status(), IsError(ErrorKind::kShape, HasSubstr("attention_mask")));
}

TEST_F(Mask, RefusesThreeAxes) {
  Make(1, 3, {.attention_mask = Value::Eager(Ones({1, 3, 3}))});
  EXPECT_THAT(context_.status(), IsError(ErrorKind::kShape, HasSubstr("2 nor 4 axes")));
}

TEST_F(Mask, OverAStaticCacheTellsWhatIsWrittenAndCounts) {
  const Value entries = Value::Eager(Tensor::Zeros(DType::kF32, {1, 1, 4, 1}));
  const auto fixed = [&](int64_t seen, CacheLayer kind) {
    cache_ = *Cache::FromTree(*TreeFromLeaves({{"layers.0.keys", entries}, {"layers.0.values", entries},
                                               {"layers.0.cumulative_length", Value::Eager(Tensor::Of<int64_t>({}, {seen}))}}),
                              {kind});
  };
  const auto made = [&](const MaskRequest& request) { return MakeAttentionMask(context_, request).mask.tensor().ToInts(); };
  MaskRequest request{.embeds = Value::Eager(Tensor::Zeros(DType::kF32, {1, 1, 1}))};
  fixed(2, {});
  request.cache = &*cache_;
  EXPECT_THAT(made(request), ::testing::ElementsAre(1, 1, 1, 0));  // two seen, and the new one
  request.attention_mask = Value::Eager(I64({{0, 1, 1}}));
  EXPECT_THAT(made(request), ::testing::ElementsAre(0, 1, 1, 0));
  // Seven seen: entries 3 to 6 are kept, 7 is new, and a window of 4 looks at 4 to 7. The mask knows of all eight.
  fixed(7, 4);
  request.cache = &*cache_;
  request.sliding_window = 4;
  request.attention_mask = Value::Eager(I64({{1, 1, 1, 1, 1, 0, 1, 1}}));
  EXPECT_THAT(made(request), ::testing::ElementsAre(0, 1, 0, 1, 1));
  request.attention_mask = {};
  EXPECT_THAT(made(request), ::testing::ElementsAre(0, 1, 1, 1, 1));
  EXPECT_THAT(context_.status(), IsOk());
  request.causal = false;
  MakeAttentionMask(context_, request);
  EXPECT_THAT(context_.status(), IsError(ErrorKind::kUnsupported, HasSubstr("static")));
}

TEST_F(Mask, RefusesACacheThatItsWindowCannotHold) {
  Past(3, 3);
  Make(1, 1, {.sliding_window = 3});
  EXPECT_THAT(context_.status(), IsError(ErrorKind::kShape, HasSubstr("at most 2")));
}

TEST(Attend, GroupsShareKeys) {
  // Two query heads, one key head, one key: the value comes out for both.
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), {}, none);
  const Value q = Value::Eager(F32Of({1, 2, 1, 2}, {1, 2, 3, 4}));
  const Value k = Value::Eager(F32Of({1, 1, 1, 2}, {5, 6}));
  const Value v = Value::Eager(F32Of({1, 1, 1, 2}, {7, 8}));
  EXPECT_THAT(Attend(context, q, k, v, {}, 1.0, 2, 1), IsTensorNear(F32Of({1, 1, 4}, {7, 8, 7, 8}), Ulps(1)));
}

TEST(Attend, AQueryWithoutKeysGivesZeroOrTheMean) {
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), {}, none);
  const Value q = Value::Eager(F32Of({1, 1, 1, 1}, {2}));
  const Value k = Value::Eager(F32Of({1, 1, 2, 1}, {1, 3}));
  const Value v = Value::Eager(F32Of({1, 1, 2, 1}, {10, 20}));
  const Value nothing = Value::Eager(Tensor::Of<bool>({1, 1, 1, 2}, {false, false}));
  EXPECT_THAT(Attend(context, q, k, v, {nothing}, 1.0, 1, 1), IsTensorNear(F32Of({1, 1, 1}, {0}), Ulps(0)));
  // Scores vanish beside the lowest float, so both keys weigh the same.
  const float lowest = std::numeric_limits<float>::lowest();
  const Value lowest_mask = Value::Eager(F32Of({1, 1, 1, 2}, {lowest, lowest}));
  EXPECT_THAT(Attend(context, q, k, v, {lowest_mask, false, AttentionKind::kEager}, 1.0, 1, 1, {.softmax = true}),
              IsTensorNear(F32Of({1, 1, 1}, {15}), Ulps(1)));
  // Weights of the two keys: 1 / (1 + e⁴) and e⁴ / (1 + e⁴).
  EXPECT_THAT(Attend(context, q, k, v, {Value(), false, AttentionKind::kEager}, 1.0, 1, 1), IsTensorNear(F32Of({1, 1, 1}, {19.820138f}), Within(1e-5)));
}

TEST(Attend, HeadsAreNeighboursInTheRow) {
  eager::NoWeights none;
  eager::EagerContext context(eager::DefaultKernels(), {}, none);
  const Value x = Value::Eager(F32Of({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_THAT(SplitHeads(context, x, 2, 2), IsTensorNear(F32Of({1, 2, 2, 2}, {1, 2, 5, 6, 3, 4, 7, 8}), Ulps(0)));
}

}  // namespace
}  // namespace conformance::nn
