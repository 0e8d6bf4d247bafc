// Rules over symbolic sizes: what is provable records nothing, and what is not is guarded, never baked in silently.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ops/ops.h"
#include "framework/ops/recurrent.h"
#include "framework/testing/matchers.h"

namespace conformance::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;

class Symbolic : public ::testing::Test {
 protected:
  // s0, s1, … in the order of the calls.
  SymInt Dim(int64_t hint, int64_t min = 2) {
    return *env.AddSymbol(std::nullopt, hint, {min, std::nullopt}, "an input");
  }
  static Value Of(DType dtype, std::vector<SymInt> sizes) { return Value::Meta({dtype, std::move(sizes)}); }
  static Value F32(std::vector<SymInt> sizes) { return Of(DType::kF32, std::move(sizes)); }
  static std::string Text(const Value& x) { return SizesText(x.sizes()); }
  std::vector<std::string> Guards() const {
    std::vector<std::string> texts;
    for (const GuardRecord& guard : env.guards()) texts.push_back(guard.condition.ToString());
    return texts;
  }
  std::vector<std::string> Assertions() const {
    std::vector<std::string> texts;
    for (const GuardRecord& guard : env.assertions()) texts.push_back(guard.condition.ToString());
    return texts;
  }

  ShapeEnv env;
  MetaContext c{&env};
  SymInt b = Dim(2), n = Dim(9);  // s0 and s1
};

// A decoder layer as model code writes it, with a cache: batch b, n new tokens after p old ones.
TEST_F(Symbolic, ADecoderLayerRecordsNothing) {
  const SymInt p = Dim(5);
  const Value ids = Of(DType::kI64, {b, n});
  Value x = Embedding(c, F32({100, 64}), ids);
  const Value positions = Unsqueeze(c, ops::Add(c, Arange(c, n), p), 0);
  const Value inverse = F32({8});
  const Value angles =
      Transpose(c,
                Matmul(c, Expand(c, Reshape(c, inverse, {1, -1, 1}), {positions.size(0), -1, 1}),
                       To(c, Unsqueeze(c, positions, 1), DType::kF32)),
                1, 2);
  const Value table = Cat(c, {angles, angles}, -1);
  const Value cos = Unsqueeze(c, Cos(c, table), 1), sin = Unsqueeze(c, Sin(c, table), 1);
  const auto rotate = [&](const Value& v) {
    const Value half = Cat(c, {Neg(c, Slice(c, v, -1, 8)), Slice(c, v, -1, 0, 8)}, -1);
    return ops::Add(c, Mul(c, v, cos), Mul(c, half, sin));
  };
  const Value normed = RmsNorm(c, x, {64}, F32({64}), 1e-6);
  const auto heads = [&](const Value& weight) {
    return Transpose(c, View(c, Linear(c, normed, weight), {b, n, -1, 16}), 1, 2);
  };
  const Value q = rotate(heads(F32({64, 64})));
  const Value old = F32({b, 2, p, 16});
  Value k = Cat(c, {old, rotate(heads(F32({32, 64})))}, 2);
  Value v = Cat(c, {old, heads(F32({32, 64}))}, 2);
  EXPECT_EQ(Text(k), "[s0, 2, s1 + s2, 16]");

  // Causal mask over n queries and n + p keys, and padding.
  const Value query_at = Reshape(c, ops::Add(c, Arange(c, n), p), {-1, 1}), key_at = Arange(c, k.size(2));
  Value mask = LessEqual(c, key_at, query_at);
  const Value padding = To(c, Of(DType::kI64, {b, n + p}), DType::kBool);
  mask = BitwiseAnd(c, Expand(c, Unsqueeze(c, Unsqueeze(c, mask, 0), 0), {b, 1, n, n + p}),
                    Unsqueeze(c, Unsqueeze(c, padding, 1), 1));
  mask = Slice(c, mask, -1, 0, k.size(-2));
  EXPECT_EQ(Text(mask), "[s0, 1, s1, s1 + s2]");

  k = Reshape(c, Expand(c, Unsqueeze(c, k, 2), {b, 2, 2, k.size(2), 16}), {b, 4, k.size(2), 16});
  v = Reshape(c, Expand(c, Unsqueeze(c, v, 2), {b, 2, 2, v.size(2), 16}), {b, -1, v.size(2), 16});
  EXPECT_EQ(Text(v), "[s0, 4, s1 + s2, 16]");
  const Value scores = Matmul(c, q, Transpose(c, k, 2, 3));
  const Value weights = Softmax(c, Where(c, mask, Mul(c, scores, 0.25), -1e9), -1, DType::kF32);
  const Value by_hand = Matmul(c, weights, v);
  const Value attended = ScaledDotProductAttention(c, q, k, v, mask);
  EXPECT_EQ(Text(by_hand), Text(attended));
  x = ops::Add(c, x, Linear(c, Reshape(c, Transpose(c, attended, 1, 2), {b, n, -1}), F32({64, 64})));
  const auto gates = Chunk(c, Linear(c, x, F32({256, 64})), 2, -1);
  x = ops::Add(c, x, Linear(c, Mul(c, Silu(c, gates[0]), gates[1]), F32({64, 128})));
  const Value last = Slice(c, x, 1, -1);
  EXPECT_EQ(Text(last), "[s0, 1, 64]");
  const Value flat = View(c, x, {-1, 64});
  EXPECT_EQ(Text(flat), "[s0*s1, 64]");
  EXPECT_EQ(Text(View(c, flat, {b, n, 64})), "[s0, s1, 64]");
  EXPECT_EQ(Text(View(c, flat, {b, -1, 64})), "[s0, s1, 64]");

  EXPECT_TRUE(c.status().ok()) << c.status().error().ToString();
  EXPECT_THAT(Guards(), IsEmpty());
  EXPECT_THAT(env.Specialisations(), IsEmpty());
}

TEST_F(Symbolic, ReshapeProvesByStructure) {
  EXPECT_EQ(Text(Reshape(c, F32({b, n, 64}), {b, n, -1, 16})), "[s0, s1, 4, 16]");
  EXPECT_EQ(Text(Reshape(c, F32({b, 4, n, 16}), {b * 4, n, 16})), "[4*s0, s1, 16]");
  EXPECT_EQ(Text(Reshape(c, F32({b * 4, n, 16}), {b, 4, n, 16})), "[s0, 4, s1, 16]");
  EXPECT_EQ(Text(Reshape(c, F32({b * 4, n}), {-1, 4, n})), "[s0, 4, s1]");
  EXPECT_EQ(Text(Reshape(c, F32({b * n, 3}), {b, -1, 3})), "[s0, s1, 3]");
  EXPECT_EQ(Text(Reshape(c, F32({b, n}), {-1})), "[s0*s1]");
  EXPECT_EQ(Text(Reshape(c, F32({n, 1}), {-1})), "[s1]");
  EXPECT_EQ(Text(Flatten(c, F32({b, n, 3}), 0, 1)), "[s0*s1, 3]");
  EXPECT_TRUE(c.status().ok());
  EXPECT_THAT(Guards(), IsEmpty());
}

TEST_F(Symbolic, ReshapeGuardsDivisibility) {
  const SymInt m = Dim(12);
  EXPECT_EQ(Text(Reshape(c, F32({m, 3}), {-1, 4, 3})), "[floor_div(s2, 4), 4, 3]");
  EXPECT_THAT(Guards(), ElementsAre("mod(s2, 4) == 0"));
  EXPECT_EQ(Text(Reshape(c, F32({m}), {4, -1})), "[4, floor_div(s2, 4)]");  // known by now
  EXPECT_EQ(env.guards().size(), 1u);
  Reshape(c, F32({n}), {2, -1});  // 9 elements
  EXPECT_THAT(c.status(),
              IsError(ErrorKind::kShape, HasSubstr("self is f32[s1], want as many elements as in [2, -1]")));
}

TEST_F(Symbolic, ReshapeToANumberSpecialisesAndSaysSo) {
  EXPECT_EQ(Text(Reshape(c, F32({b, n}), {b, 9})), "[s0, 9]");
  EXPECT_THAT(Guards(), ElementsAre("s1 == 9"));
  EXPECT_TRUE(env.guards()[0].specialises);
}

TEST_F(Symbolic, SlicesClampWithoutGuardsWhereProvable) {
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, 0, n)), "[s0, s1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, 0, -1)), "[s0, s1 - 1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, 1)), "[s0, s1 - 1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, -1)), "[s0, 1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, 0, 1)), "[s0, 1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, 0, kEnd, 2)), "[s0, floor_div(s1 + 1, 2)]");
  EXPECT_EQ(Text(Slice(c, F32({b, n * 2}), 1, n)), "[s0, s1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n + 7}), 1, 7)), "[s0, s1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n + 7}), 1, -n)), "[s0, s1]");
  EXPECT_EQ(Text(Slice(c, F32({b, n + 7}), 1, 3, n + 3)), "[s0, s1]");
  EXPECT_TRUE(c.status().ok());
  EXPECT_THAT(Guards(), IsEmpty());
}

TEST_F(Symbolic, SlicesGuardOnWhichSideOfTheSizeTheyAre) {
  EXPECT_EQ(Text(Slice(c, F32({64, 8}), 0, 0, n)),
            "[s1, 8]");                                      // a table of 64 positions: n may not outgrow it
  EXPECT_EQ(Text(Slice(c, F32({b, n}), 1, -4)), "[s0, 4]");  // a window of 4
  EXPECT_THAT(Guards(), ElementsAre("s1 <= 64", "s1 >= 4"));
  EXPECT_THAT(env.Specialisations(), IsEmpty());
}

TEST_F(Symbolic, BroadcastsGuardEqualityOfUnrelatedSizes) {
  const SymInt m = Dim(9);
  EXPECT_EQ(Text(ops::Add(c, F32({b, n}), F32({b, 1}))), "[s0, s1]");
  EXPECT_EQ(Text(ops::Add(c, F32({n}), F32({b, 1}))), "[s0, s1]");
  EXPECT_THAT(Guards(), IsEmpty());
  ops::Add(c, F32({n}), F32({m}));
  ASSERT_EQ(env.guards().size(), 1u);
  EXPECT_THAT(Guards()[0], ::testing::AnyOf("s1 == s2", "s2 == s1"));
  ops::Add(c, F32({n, m}), F32({m, n}));  // one size by now
  EXPECT_EQ(env.guards().size(), 1u);
  ops::Add(c, F32({b}), F32({n}));
  EXPECT_THAT(c.status(),
              IsError(ErrorKind::kShape, HasSubstr("found sizes [s0] and [s1], want sizes that broadcast")));
}

TEST_F(Symbolic, ASizeOfOneAtTheHintIsGuardedAsOne) {
  const SymInt m = Dim(1, 0);
  EXPECT_EQ(Text(ops::Add(c, F32({m}), F32({n}))), "[s1]");
  EXPECT_THAT(Guards(), ElementsAre("s2 == 1"));
  EXPECT_EQ(Text(Expand(c, F32({Dim(1, 0), 2}), {n, 2})), "[s1, 2]");
}

TEST_F(Symbolic, ExpandKeepsAndProves) {
  EXPECT_EQ(Text(Expand(c, F32({b, 1, n}), {-1, 4, -1})), "[s0, 4, s1]");
  EXPECT_EQ(Text(Expand(c, F32({1, n}), {b, 1, n})), "[s0, 1, s1]");
  EXPECT_EQ(Text(Repeat(c, F32({1, n}), {b, 2})), "[s0, 2*s1]");
  EXPECT_EQ(Text(RepeatInterleave(c, F32({b, 2, n, 16}), 2, 1)), "[s0, 4, s1, 16]");
  EXPECT_THAT(Guards(), IsEmpty());
  Expand(c, F32({n}), {4});
  EXPECT_THAT(c.status(),
              IsError(ErrorKind::kShape, HasSubstr("self is f32[s1], want self that expands to [4]")));
}

TEST_F(Symbolic, CatAddsAndUnbindSpecialises) {
  EXPECT_EQ(Text(Cat(c, {F32({b, n}), F32({b, 3}), F32({b, n})}, 1)), "[s0, 2*s1 + 3]");
  EXPECT_THAT(Guards(), IsEmpty());
  EXPECT_EQ(Unbind(c, F32({n, 4}), 0).size(), 9u);
  EXPECT_THAT(Guards(), ElementsAre("s1 == 9"));
  EXPECT_EQ(env.Specialisations().size(), 1u);
}

TEST_F(Symbolic, SplitsGuardTheirCountOnly) {
  const auto pieces = Split(c, F32({n}), 4);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(Text(pieces[0]), "[4]");
  EXPECT_EQ(Text(pieces[2]), "[s1 - 8]");
  EXPECT_THAT(env.Specialisations(), IsEmpty());
  const auto halves = Chunk(c, F32({2 * b, 3}), 2);
  EXPECT_EQ(Text(halves[1]), "[s0, 3]");
  const auto parts = SplitWithSizes(c, F32({n + b}), {n, b});
  EXPECT_EQ(Text(parts[1]), "[s0]");
  EXPECT_EQ(env.guards().size(), 1u);
}

TEST_F(Symbolic, WindowsBoundTheirInput) {
  EXPECT_EQ(Text(Conv1d(c, F32({b, 4, n}), F32({8, 4, 3}), {}, {2}, {1})), "[s0, 8, floor_div(s1 + 1, 2)]");
  EXPECT_THAT(Guards(), IsEmpty());
  EXPECT_EQ(Text(Conv1d(c, F32({b, 4, n}), F32({8, 4, 5}))), "[s0, 8, s1 - 4]");
  EXPECT_THAT(Guards(), ElementsAre("s1 >= 5"));
  EXPECT_EQ(Text(Unfold(c, F32({b, n}), 1, 4, 2)), "[s0, floor_div(s1, 2) - 1, 4]");
  EXPECT_EQ(env.guards().size(), 1u);
}

TEST_F(Symbolic, ArangeCountsWithoutGuards) {
  EXPECT_EQ(Text(Arange(c, n)), "[s1]");
  EXPECT_EQ(Text(Arange(c, b, b + n, DType::kI64)), "[s1]");
  EXPECT_EQ(Text(Arange(c, 0, n, 2, DType::kI64)), "[floor_div(s1 + 1, 2)]");
  EXPECT_EQ(Text(Arange(c, n, 0, -1, DType::kI64)), "[s1]");
  EXPECT_THAT(Guards(), IsEmpty());
}

TEST_F(Symbolic, IndexBroadcastsItsIndices) {
  const Value rows = Unsqueeze(c, Arange(c, b), 1), columns = Of(DType::kI64, {b, 3});
  EXPECT_EQ(Text(Index(c, F32({b, n, 8}), {rows, columns})), "[s0, 3, 8]");
  EXPECT_EQ(Text(Index(c, F32({b, n, 8}), {Arange(c, b), Of(DType::kI64, {b})})), "[s0, 8]");
  EXPECT_EQ(Text(Gather(c, F32({b, n}), 1, Of(DType::kI64, {b, 1}))), "[s0, 1]");
  EXPECT_THAT(Guards(), IsEmpty());
}

TEST_F(Symbolic, DataDependentSizesAreUnbacked) {
  const Value mask = Of(DType::kBool, {b, n});
  EXPECT_EQ(Text(Nonzero(c, mask)), "[u0, 2]");
  EXPECT_EQ(Text(Index(c, F32({b, n, 8}), {mask})), "[u1, 8]");
  const SymInt length = Item(c, Of(DType::kI64, {}));
  EXPECT_EQ(length.ToString(), "u2");
  EXPECT_THAT(Guards(), IsEmpty());
  // Two such sizes that must be equal are asserted, for nobody can know yet.
  const Value sum = ops::Add(c, F32({SymInt::Symbol("u0")}), F32({SymInt::Symbol("u1")}));
  EXPECT_EQ(sum.rank(), 1);
  EXPECT_EQ(Assertions().size(), 1u);
  EXPECT_TRUE(c.status().ok());
}

TEST_F(Symbolic, APlainIntFromASizeIsSpecialised) {
  EXPECT_EQ(Text(OneHot(c, Of(DType::kI64, {b}), 4)), "[s0, 4]");
  Value y = c.Call(OneHotOp(), {Of(DType::kI64, {b}), n});
  EXPECT_EQ(Text(y), "[s0, 9]");
  EXPECT_THAT(Guards(), ElementsAre("s1 == 9"));
}

TEST_F(Symbolic, PythonOperatorsComputeSizes) {
  EXPECT_EQ(c.CallSymInt(OperatorMulOp(), {n, 2}).ToString(), "2*s1");
  EXPECT_EQ(c.CallSymInt(OperatorAddOp(), {1, n}).ToString(), "s1 + 1");
  EXPECT_EQ(c.CallSymInt(OperatorFloordivOp(), {n, 2}).ToString(), "floor_div(s1, 2)");
  EXPECT_EQ(c.CallSymInt(OperatorNegOp(), {n}).ToString(), "-s1");
  EXPECT_EQ(c.CallSymInt(OperatorPowOp(), {n, 2}).ToString(), "s1**2");
  EXPECT_EQ(c.CallSymBool(OperatorGeOp(), {n, 2}).ToString(), Ge(n, 2).ToString());
  EXPECT_EQ(c.CallSymInt(SymSizeOp(), {F32({b, n}), 1}).ToString(), "s1");
  EXPECT_TRUE(c.status().ok());
  c.CallSymInt(OperatorFloordivOp(), {n, 0});
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("b is 0, want a divisor")));
}

TEST_F(Symbolic, RecurrencesTakeAnyBatchAndLength) {
  const std::vector<Value> layers = {F32({12, 3}), F32({12, 4}), F32({12}), F32({12}), F32({12, 3}), F32({12, 4}), F32({12}), F32({12})};
  const auto [y, hidden] = Gru(c, F32({b, n, 3}), F32({2, b, 4}), layers, {.bidirectional = true, .batch_first = true});
  EXPECT_EQ(Text(y), "[s0, s1, 8]");
  EXPECT_EQ(Text(hidden), "[2, s0, 4]");
  const std::vector<Value> projected = {F32({16, 3}), F32({16, 2}), F32({2, 4})};
  const LstmResult lstm = Lstm(c, F32({n, b, 3}), F32({1, b, 2}), F32({1, b, 4}), projected, {.has_biases = false});
  EXPECT_EQ(Text(lstm.output), "[s1, s0, 2]");
  EXPECT_EQ(Text(lstm.hidden), "[1, s0, 2]");
  EXPECT_EQ(Text(lstm.cell), "[1, s0, 4]");
  EXPECT_TRUE(c.status().ok());
  EXPECT_THAT(Guards(), IsEmpty());
}

TEST_F(Symbolic, LinearNamesTheArgumentThatDoesNotFit) {
  Linear(c, F32({b, n}), F32({4, b}));
  EXPECT_THAT(c.status(), IsError(ErrorKind::kShape, HasSubstr("weight is f32[4, s0], want weight [n, s1]")));
}

// A gradient has the sizes of what it is of, and asks no more than the forward pass did.
TEST_F(Symbolic, GradientsHaveTheSizesOfTheirInputs) {
  const std::vector<SymInt> stride = {1}, none = {0};
  const Value x = F32({b, 3, n}), weight = F32({4, 3, 3});
  const Value y = Convolution(c, x, weight, {}, {1}, {1}, {1}, false, {0}, 1);
  const auto made = c.CallMulti(ConvolutionBackwardOp(), {y, x, weight, NoneType{}, stride, stride, stride, false, none, SymInt(1),
                                                          std::vector<bool>{true, false, true}});
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(Text(made[0]), "[s0, 3, s1]");
  EXPECT_EQ(Text(made[1]), "[4]");
  const Value rows = c.Call(EmbeddingDenseBackwardOp(), {F32({b, n, 8}), Of(DType::kI64, {b, n}), SymInt(10), SymInt(-1), false});
  EXPECT_EQ(Text(rows), "[10, 8]");
  const auto bags = c.CallMulti(EmbeddingBagOp(), {F32({10, 8}), Of(DType::kI64, {n}), Of(DType::kI64, {b}), false, SymInt(2), false, NoneType{}, true});
  ASSERT_EQ(bags.size(), 4u);
  EXPECT_EQ(Text(bags[0]), "[s0 - 1, 8]");
  EXPECT_EQ(Text(bags[1]), "[s1]");
  EXPECT_EQ(Text(bags[3]), "[s0 - 1, 8]");
  EXPECT_THAT(Guards(), IsEmpty());
}

TEST_F(Symbolic, LayoutsOfValuesWithoutElementsAreRowMajor) {
  const Value x = F32({b, n, 4});
  EXPECT_EQ(c.CallSymInt(SymStrideOp(), {x, SymInt(0)}).ToString(), "4*s1");
  EXPECT_EQ(c.CallSymInt(SymStorageOffsetOp(), {x}).AsInt(), 0);
  EXPECT_EQ(c.CallSymBool(SymIsContiguousOp(), {x}).AsBool(), true);
  EXPECT_THAT(Guards(), IsEmpty());
}

}  // namespace
}  // namespace conformance::ops
