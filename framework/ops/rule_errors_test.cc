// What rules say when they refuse: op, argument, what was found, what was wanted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ops/ops.h"
#include "framework/ops/recurrent.h"
#include "framework/ops/refused.h"
#include "framework/testing/matchers.h"

namespace conformance::ops {
namespace {

using ::testing::HasSubstr;
using testing::IsError;

Value F32(std::vector<int64_t> sizes) { return Value::Meta({DType::kF32, ToSymInts(sizes)}); }
Value I64(std::vector<int64_t> sizes) { return Value::Meta({DType::kI64, ToSymInts(sizes)}); }
Value Bool(std::vector<int64_t> sizes) { return Value::Meta({DType::kBool, ToSymInts(sizes)}); }

// The status after one call.
template <typename F>
Status After(F call) {
  MetaContext c;
  call(c);
  return c.status();
}
#define REFUSES(kind, text, expression) \
  EXPECT_THAT(After([](OpContext& c) { expression; }), IsError(ErrorKind::kind, HasSubstr(text)))

TEST(RuleErrors, OfRecurrences) {
  const std::vector<Value> plain = {F32({4, 3}), F32({4, 4}), F32({4}), F32({4})};
  const auto run = [&](const Value& x, const Value& h, std::vector<Value> params, RecurrentLayers layers) {
    return After([&](OpContext& c) { RnnTanh(c, x, h, std::move(params), layers); });
  };
  EXPECT_THAT(run(F32({5, 2, 3}), F32({1, 2, 4}), plain, {}), testing::IsOk());
  EXPECT_THAT(run(F32({5, 3}), F32({1, 2, 4}), plain, {}), IsError(ErrorKind::kShape, HasSubstr("want input of three axes")));
  EXPECT_THAT(run(F32({0, 2, 3}), F32({1, 2, 4}), plain, {}), IsError(ErrorKind::kShape, HasSubstr("at least one step along axis 0")));
  EXPECT_THAT(run(F32({5, 2, 3}), F32({2, 2, 4}), plain, {}), IsError(ErrorKind::kShape, HasSubstr("hx is f32[2, 2, 4], want hx a hidden state [1, 2, 4]")));
  EXPECT_THAT(run(F32({5, 2, 6}), F32({1, 2, 4}), plain, {}), IsError(ErrorKind::kShape, HasSubstr("want params a weight_ih [4, 6]")));
  EXPECT_THAT(run(F32({5, 2, 3}), F32({2, 2, 4}), plain, {.num_layers = 2}), IsError(ErrorKind::kInvalid, HasSubstr("holds 4 tensors, want 4 for each of 2")));
  EXPECT_THAT(run(F32({5, 2, 3}), F32({1, 2, 4}), plain, {.num_layers = 0}), IsError(ErrorKind::kInvalid, HasSubstr("num_layers is 0")));
  EXPECT_THAT(run(F32({5, 2, 3}), I64({1, 2, 4}), plain, {}), IsError(ErrorKind::kType, HasSubstr("hx is i64[1, 2, 4]")));
  EXPECT_THAT(After([&](OpContext& c) {
                const Value x = F32({5, 2, 3});
                const std::vector<Value> both = {F32({4, 3}), F32({4, 4}), F32({4, 4}), F32({4, 4})};
                c.CallMulti(RnnTanhOp(), {x, F32({2, 2, 4}), both, false, SymInt(2), 0.5, true, false, false});
              }),
              IsError(ErrorKind::kUnsupported, HasSubstr("dropout between layers in training is random")));
  EXPECT_NE(FindRefused("aten.lstm.data"), nullptr);
}

TEST(RuleErrors, OfShapes) {
  REFUSES(kShape, "aten.rms_norm.default: weight is f32[3], want weight [2]",
          RmsNorm(c, F32({1, 2}), {2}, F32({3}), 1e-6));
  REFUSES(kShape, "input is f32[1, 2], want input that ends in [3]", LayerNorm(c, F32({1, 2}), {3}, {}, {}));
  REFUSES(kShape, "bias is f32[3], want bias [4]", Linear(c, F32({2, 3}), F32({4, 3}), F32({3})));
  REFUSES(kShape, "other is f32[4, 5], want other [..., 3, n]", Matmul(c, F32({2, 3}), F32({4, 5})));
  REFUSES(kShape, "aten.view.default: self is f32[2, 3], want as many elements as in [4]",
          View(c, F32({2, 3}), {4}));
  REFUSES(kShape, "want at most one -1", View(c, F32({2, 3}), {-1, -1}));
  REFUSES(kShape, "which could be anything", View(c, F32({0}), {0, -1}));
  REFUSES(kShape, "self is f32[3], want self that expands to [4]", Expand(c, F32({3}), {4}));
  REFUSES(kShape, "want no -1 for a new axis", Expand(c, F32({3}), {-1, 3}));
  REFUSES(kShape, "axis is 2, want one in [-2, 1]", Transpose(c, F32({2, 3}), 0, 2));
  REFUSES(kShape, "axes are [0, 0], want each axis once, found 0 twice", Permute(c, F32({2, 3}), {0, 0}));
  REFUSES(kShape, "index is 3, want one inside axis 1 of f32[2, 3]", Select(c, F32({2, 3}), 1, 3));
  REFUSES(kShape, "tensors is f32[2, 4], want tensors like f32[2, 3] but for axis 0",
          Cat(c, {F32({2, 3}), F32({2, 4})}));
  REFUSES(kShape, "want self with 4 along axis 0, the sum of [2, 2]", SplitWithSizes(c, F32({5}), {2, 2}));
  REFUSES(kShape, "found sizes [2, 3] and [2], want sizes that broadcast", Add(c, F32({2, 3}), F32({2})));
  REFUSES(kShape, "weight is f32[10], want weight [n, d]", Embedding(c, F32({10}), I64({2})));
  REFUSES(kShape, "want index no longer than self f32[3, 4] beside axis 1",
          Gather(c, F32({3, 4}), 1, I64({5, 4})));
  REFUSES(kShape, "self is f32[2, 0], want self with at least one element along axis 1",
          Amax(c, F32({2, 0}), {1}));
  REFUSES(kShape, "key is f32[1, 4, 5, 6], want key [..., s, 8]",
          ScaledDotProductAttention(c, F32({1, 4, 5, 8}), F32({1, 4, 5, 6}), F32({1, 4, 5, 6})));
  REFUSES(
      kShape, "attn_mask is bool[5, 6], want attn_mask that broadcasts to [1, 4, 5, 7]",
      ScaledDotProductAttention(c, F32({1, 4, 5, 8}), F32({1, 4, 7, 8}), F32({1, 4, 7, 8}), Bool({5, 6})));
  REFUSES(kShape, "want query with a multiple of the 3 heads of key",
          ScaledDotProductAttention(c, F32({1, 4, 5, 8}), F32({1, 3, 5, 8}), F32({1, 3, 5, 8}), {}, 0, false,
                                    {}, true));
  REFUSES(kShape, "input is f32[2, 3, 9], want input with 4 channels, as weight f32[6, 4, 3] in 1 groups",
          Conv1d(c, F32({2, 3, 9}), F32({6, 4, 3})));
  REFUSES(kShape, "want none below 0", Zeros(c, {2, -1}));
  REFUSES(kShape, "the result is f32[2, 3], want the sizes of self",
          c.Call(AddTensorInPlaceOp(), {F32({3}), F32({2, 3})}));
}

TEST(RuleErrors, OfGradients) {
  REFUSES(kShape, "aten.convolution_backward.default: grad_output is f32[1, 2, 4], want grad_output [1, 2, 3]",
          c.CallMulti(ConvolutionBackwardOp(), {F32({1, 2, 4}), F32({1, 3, 5}), F32({2, 3, 3}), NoneType{}, std::vector<SymInt>{1}, std::vector<SymInt>{0},
                                                std::vector<SymInt>{1}, false, std::vector<SymInt>{0}, SymInt(1), std::vector<bool>{true, true, true}}));
  REFUSES(kShape, "aten.convolution_backward.default: input is f32[1, 4, 5], want input with 3 channels",
          c.CallMulti(ConvolutionBackwardOp(), {F32({1, 2, 4}), F32({1, 4, 5}), F32({2, 3, 3}), NoneType{}, std::vector<SymInt>{1}, std::vector<SymInt>{0},
                                                std::vector<SymInt>{1}, false, std::vector<SymInt>{0}, SymInt(1), std::vector<bool>{true, true, true}}));
  REFUSES(kType, "indices is f32[2], want indices of type i64 or i32",
          c.Call(EmbeddingDenseBackwardOp(), {F32({2, 3}), F32({2}), SymInt(5), SymInt(-1), false}));
  REFUSES(kShape, "grad_output is f32[3, 3], want grad_output with a row for each of indices i64[2]",
          c.Call(EmbeddingDenseBackwardOp(), {F32({3, 3}), I64({2}), SymInt(5), SymInt(-1), false}));
  REFUSES(kInvalid, "mode is 3, want 0 (sum), 1 (mean) or 2 (max)",
          c.CallMulti(EmbeddingBagOp(), {F32({4, 3}), I64({2}), I64({1}), false, SymInt(3)}));
  REFUSES(kInvalid, "found per_sample_weights beside mode 1",
          c.CallMulti(EmbeddingBagOp(), {F32({4, 3}), I64({2}), I64({1}), false, SymInt(1), false, F32({2})}));
  REFUSES(kShape, "sizes are [2, -1], want none below 0", Resize(c, F32({2}), {2, -1}));
}

TEST(RuleErrors, OfSizesThatNoMachineHas) {
  constexpr int64_t huge = int64_t{1} << 40;
  REFUSES(kShape, "want fewer than 2^63 elements", Expand(c, F32({1, 1}), {huge, huge}));
  REFUSES(kShape, "want sizes below 2^63", Repeat(c, F32({huge}), {huge}));
  REFUSES(kShape, "want fewer than 2^63 elements", View(c, F32({1}), {huge, huge}));
  REFUSES(kShape, "want sizes below 2^63", Flatten(c, F32({huge, huge})));
  REFUSES(kInvalid, "found 1099511627776 pieces, want at most 1048576", Split(c, F32({huge}), 1));
  REFUSES(kInvalid, "pieces, want at most 1048576", Chunk(c, F32({0}), huge));
  REFUSES(kInvalid, "padding is [4611686018427387904]",
          Conv1d(c, F32({1, 1, 3}), F32({1, 1, 3}), {}, {1}, {int64_t{1} << 62}));
}

TEST(RuleErrors, OfTypes) {
  REFUSES(kType, "weight is i64[4, 3], want weight of type f32", Linear(c, F32({2, 3}), I64({4, 3})));
  REFUSES(kType, "self is i64[2], want self of type f16, bf16, f32 or f64", Gelu(c, I64({2})));
  REFUSES(kType, "self is bool[2], want self of type an integer or a float", Neg(c, Bool({2})));
  REFUSES(kType, "indices is f32[2], want indices of type i64 or i32", Embedding(c, F32({10, 4}), F32({2})));
  REFUSES(kType, "condition is f32[2], want condition of type bool", Where(c, F32({2}), F32({2}), 0.0));
  REFUSES(kType, "want an int for a result of type i64", Add(c, I64({2}), I64({2}), 0.5));
  REFUSES(kType, "the result is f32[2], want one that fits into self",
          c.Call(MulTensorInPlaceOp(), {I64({2}), 0.5}));
  REFUSES(kType, "a is f32[2], want a of type i64", AssertTensorMetadata(c, F32({2}), DType::kI64));
}

TEST(RuleErrors, OfValues) {
  REFUSES(kInvalid, "approximate is 'fast', want 'none' or 'tanh'", Gelu(c, F32({2}), "fast"));
  REFUSES(kInvalid, "eps is -1.0, want one ≥ 0", RmsNorm(c, F32({2}), {2}, {}, -1));
  REFUSES(kInvalid, "step is 0, want one above 0", Slice(c, F32({2}), 0, 0, kEnd, 0));
  REFUSES(kInvalid, "want at least one", Cat(c, {}));
  REFUSES(kInvalid, "start is 5 and end 2, want a step that leads to the end", Arange(c, 5, 2, DType::kI64));
  REFUSES(kInvalid, "exponent is -1, want one ≥ 0 for integers", Pow(c, I64({2}), -1));
  REFUSES(
      kInvalid, "is_causal is True and attn_mask given",
      ScaledDotProductAttention(c, F32({1, 4, 8}), F32({1, 4, 8}), F32({1, 4, 8}), Bool({4, 4}), 0, true));
  REFUSES(kInvalid, "stride is [0], want 1 numbers of at least 1",
          Conv1d(c, F32({2, 4, 9}), F32({6, 4, 3}), {}, {0}));
  REFUSES(kInvalid, "rounding_mode is 'up', want 'trunc' or 'floor'", Div(c, F32({2}), 2, "up"));
}

TEST(RuleErrors, OfWhatIsNotDone) {
  REFUSES(kUnsupported, "dropout_p is 0.5, want 0",
          ScaledDotProductAttention(c, F32({1, 4, 8}), F32({1, 4, 8}), F32({1, 4, 8}), {}, 0.5));
  REFUSES(kUnsupported, "num_classes is -1, which takes it from the data", OneHot(c, I64({2}), -1));
  REFUSES(kUnsupported, "training is True",
          c.Call(BatchNormOp(), {F32({2, 3}), Value(), Value(), F32({3}), F32({3}), true, 0.1, 1e-5, true}));
  REFUSES(kUnsupported, "a float is no size", Item(c, F32({})));
}

TEST(RefusedOps, StandInOrderAndHaveNoContract) {
  std::string_view last;
  for (const RefusedOp& refused : RefusedOps()) {
    EXPECT_LT(last, refused.target);
    EXPECT_EQ(DefaultOps().Find(refused.target), nullptr) << refused.target;
    EXPECT_EQ(FindRefused(refused.target), &refused);
    last = refused.target;
  }
  EXPECT_THAT(std::string(FindRefused("aten._embedding_bag_forward_only.default")->reason), HasSubstr("bookkeeping"));
  EXPECT_EQ(FindRefused("aten.add.Tensor"), nullptr);
}

}  // namespace
}  // namespace conformance::ops
