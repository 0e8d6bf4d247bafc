#include "framework/symbolic/shape_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SymInt Auto(ShapeEnv& env, const char* input, size_t axis, int64_t size) {
  std::vector<int64_t> sizes(axis + 1, 1);
  sizes[axis] = size;
  return (*env.SizesOf(input, sizes, std::vector<DimSpec>(axis + 1, DimAuto{})))[axis];
}
SymInt Named(ShapeEnv& env, const char* input, const char* name, int64_t size, SymRange range = {}) {
  const auto sizes = env.SizesOf(input, {size}, {DimNamed{name, range}});
  return (*sizes)[0];
}

TEST(Sizes, ByTheirSpecs) {
  ShapeEnv env;
  const auto sizes = env.SizesOf("ids", {2, 9, 1, 5}, {DimAuto{}, DimNamed{"seq", {2, 40}}, DimAuto{}});
  ASSERT_TRUE(sizes.ok());
  EXPECT_EQ(SizesText(*sizes), "[s0, seq, 1, 5]");
  EXPECT_EQ(env.RangeConstraints(), (std::map<std::string, SymRange>{{"s0", {2, std::nullopt}}, {"seq", {2, 40}}}));
  EXPECT_THAT(env.Specialisations(), ElementsAre("ids.size(2) is 1 in the traced inputs: sizes 0 and 1 are never dynamic"));
  EXPECT_EQ(env.Hint((*sizes)[0] * (*sizes)[1]), 18);
  EXPECT_EQ(env.FindSymbol("seq")->source, "ids.size(1)");
}

TEST(Sizes, ANameIsOneSymbol) {
  ShapeEnv env;
  const SymInt a = Named(env, "ids", "seq", 9, {2, 40});
  EXPECT_TRUE(SymInt::Same(a, Named(env, "mask", "seq", 9, {2, 40})));
  const auto other = env.SizesOf("mask", {8}, {DimNamed{"seq", {2, 40}}});
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message(), HasSubstr("'seq' is 9 at ids.size(0) and 8 at mask.size(0)"));
  EXPECT_FALSE(env.SizesOf("x", {9}, {DimNamed{"seq", {2, 64}}}).ok());
}

TEST(Sizes, OutsideOfTheRangeIsNamed) {
  ShapeEnv env;
  const auto sizes = env.SizesOf("ids", {2, 50}, {DimStatic{}, DimNamed{"seq", {2, 40}}});
  ASSERT_FALSE(sizes.ok());
  EXPECT_THAT(sizes.error().message(), HasSubstr("ids.size(1) is 50, outside of Dim 'seq' [2, 40]"));
  EXPECT_THAT(env.SizesOf("ids", {2}, {DimAuto{}, DimAuto{}}).error().message(), HasSubstr("1 dimensions"));
}

TEST(Sizes, DerivedDimensions) {
  ShapeEnv env;
  const SymInt seq = SymInt::Symbol("seq");
  const auto sizes = env.SizesOf("x", {9, 19}, {DimNamed{"seq", {2, 100}}, DimDerived{SymInt(2) * seq + SymInt(1)}});
  ASSERT_TRUE(sizes.ok()) << sizes.error().ToString();
  EXPECT_EQ(SizesText(*sizes), "[seq, 2*seq + 1]");
  EXPECT_EQ(env.Prove(Eq((*sizes)[1] - (*sizes)[0] - SymInt(1), (*sizes)[0])), true);
  EXPECT_THAT(env.SizesOf("y", {18}, {DimDerived{SymInt(2) * seq + SymInt(1)}}).error().message(), HasSubstr("cannot be"));
  EXPECT_THAT(env.SizesOf("y", {17}, {DimDerived{SymInt(2) * seq + SymInt(1)}}).error().message(), HasSubstr("'seq' is 9"));
  EXPECT_FALSE(env.SizesOf("y", {81}, {DimDerived{seq * seq}}).ok());
  // The Dim itself may come later, with its range.
  ShapeEnv later;
  ASSERT_TRUE(later.SizesOf("y", {20}, {DimDerived{SymInt(2) * seq}}).ok());
  EXPECT_EQ(SizesText(*later.SizesOf("x", {10}, {DimNamed{"seq", {3, 12}}})), "[seq]");
  EXPECT_EQ(later.RangeConstraints().at("seq"), (SymRange{3, 12}));
}

TEST(Prove, FromRangesAndStructure) {
  ShapeEnv env;
  const SymInt b = Auto(env, "x", 0, 2), t = Auto(env, "x", 1, 9);
  EXPECT_EQ(env.Prove(Ne(b, 1)), true);
  EXPECT_EQ(env.Prove(Eq(b, 0)), false);
  EXPECT_EQ(env.Prove(Eq(b * t, t * b)), true);
  EXPECT_EQ(env.Prove(Eq(b, t)), std::nullopt);
  EXPECT_EQ(env.Prove(Ge(b * t, t)), true);
  EXPECT_EQ(env.Prove(Gt(b * t - t, 1)), true);
  EXPECT_EQ(env.Prove(Ne(b * t, 0)), true);
  EXPECT_EQ(env.Prove(Eq(b * t, b)), false);         // t >= 2
  EXPECT_EQ(env.Prove(Le(FloorDiv(t, 2), t)), true);
  EXPECT_EQ(env.Prove(Le(FloorDiv(t, 4) * SymInt(4), t)), true);
  EXPECT_EQ(env.Prove(Lt(t, FloorDiv(t, 4) * SymInt(4) + SymInt(4))), true);
  EXPECT_EQ(env.Prove(Lt(Mod(t, b), b)), true);
  EXPECT_EQ(env.Prove(Eq(t - SymInt(4) * FloorDiv(t, 4), Mod(t, 4))), true);
  EXPECT_EQ(env.Prove(Le(Min(t, 7), 7)), true);
  EXPECT_EQ(env.Prove(Ge(Max(t, b), b)), true);
  EXPECT_EQ(env.Prove(Le(Max(t, b), t + b)), true);
  EXPECT_EQ(env.Prove(Le(t, 40)), std::nullopt);
  EXPECT_THAT(env.guards(), IsEmpty());
  EXPECT_EQ(env.Bounds(SymInt(3) * b + t), (SymRange{8, std::nullopt}));
}

TEST(Simplify, ByRanges) {
  ShapeEnv env;
  const SymInt t = Auto(env, "x", 0, 9);
  EXPECT_EQ(env.Simplify(Max(t, 1)).ToString(), "s0");
  EXPECT_EQ(env.Simplify(Min(t, 1)).ToString(), "1");
  EXPECT_EQ(env.Simplify(FloorDiv(Mod(t, 4), 8)).ToString(), "0");
  EXPECT_EQ(env.Simplify(Max(Max(t, 0) + SymInt(1), 2)).ToString(), "s0 + 1");
}

TEST(Guard, ProvableConditionsLeaveNoTrace) {
  ShapeEnv env;
  const SymInt b = Auto(env, "x", 0, 2);
  EXPECT_EQ(*env.Guard(Eq(b, 1), "broadcast", "model"), false);
  EXPECT_EQ(*env.Guard(Ge(b, 2), "broadcast", "model"), true);
  EXPECT_THAT(env.guards(), IsEmpty());
}

TEST(Guard, AnInequalityIsRecordedAndNarrowsTheRange) {
  ShapeEnv env;
  const SymInt t = Auto(env, "ids", 1, 9);
  EXPECT_EQ(*env.Guard(Gt(t, 40), "slice: positions", "model.embeddings"), false);
  ASSERT_THAT(env.guards(), SizeIs(1));
  EXPECT_EQ(env.guards()[0].condition.ToString(), "s0 <= 40");
  EXPECT_EQ(env.guards()[0].module_path, "model.embeddings");
  EXPECT_FALSE(env.guards()[0].specialises);
  EXPECT_EQ(env.RangeConstraints().at("s0"), (SymRange{2, 40}));
  EXPECT_EQ(env.Prove(Lt(t, 41)), true);
  EXPECT_EQ(*env.Guard(Le(t, 64), "again", ""), true);
  EXPECT_THAT(env.guards(), SizeIs(1));
}

TEST(Guard, AnEqualityBecomesAReplacement) {
  ShapeEnv env;
  const SymInt a = Auto(env, "ids", 1, 9), b = Auto(env, "mask", 1, 9);
  EXPECT_EQ(*env.Guard(Eq(a, b), "broadcast", "model"), true);
  EXPECT_EQ(env.Simplify(SymInt(3) * b + a).ToString(), "4*s0");
  EXPECT_EQ(env.FindSymbol("s1")->replaced_by->ToString(), "s0");
  EXPECT_EQ(env.Prove(Eq(a * b, a * a)), true);
  EXPECT_EQ(env.RangeConstraints().size(), 1u);
  EXPECT_THAT(env.Specialisations(), Not(::testing::Contains(HasSubstr("mask.size(1) was"))));
}

TEST(Guard, ReplacementsReachEarlierOnesAndCarryBounds) {
  ShapeEnv env;
  const SymInt a = Auto(env, "a", 0, 9), b = Auto(env, "b", 0, 9), c = Auto(env, "c", 0, 18);
  ASSERT_TRUE(env.Guard(Le(b, 12), "w", "").ok());
  ASSERT_TRUE(env.Guard(Eq(c, a + b), "w", "").ok());
  ASSERT_TRUE(env.Guard(Eq(a, b), "w", "").ok());
  EXPECT_EQ(env.Simplify(c).ToString(), "2*s0");
  EXPECT_EQ(env.RangeConstraints().at("s0"), (SymRange{2, 12}));
}

TEST(Guard, ALinearEquationIsSolvedForOneSymbol) {
  ShapeEnv env;
  const SymInt a = Auto(env, "a", 0, 6), b = Auto(env, "b", 0, 3);
  ASSERT_TRUE(*env.Guard(Eq(a, SymInt(2) * b), "view", ""));
  EXPECT_EQ(env.Simplify(a).ToString(), "2*s1");
  EXPECT_EQ(env.Prove(Eq(Mod(a, 2), 0)), true);
  EXPECT_EQ(env.Prove(Eq(FloorDiv(a, 2), b)), true);
}

TEST(Guard, ADivisibilityIsUsedAfterwards) {
  ShapeEnv env;
  const SymInt t = Auto(env, "x", 0, 8);
  ASSERT_TRUE(*env.Guard(Eq(Mod(t, 4), 0), "view", ""));
  EXPECT_EQ(env.Simplify(Mod(t, 4)).ToString(), "0");
  EXPECT_EQ(env.Prove(Eq(FloorDiv(t, 4) * SymInt(4), t)), true);
  EXPECT_EQ(env.Prove(Eq(FloorDiv(t, 4) * SymInt(8), SymInt(2) * t)), true);
}

TEST(Guard, FactsCombine) {
  ShapeEnv env;
  const SymInt a = Auto(env, "a", 0, 3), b = Auto(env, "b", 0, 5), c = Auto(env, "c", 0, 9);
  ASSERT_TRUE(*env.Guard(Le(a, b), "w", ""));
  ASSERT_TRUE(*env.Guard(Le(b, c), "w", ""));
  EXPECT_EQ(env.Prove(Le(a, c)), true);
  EXPECT_EQ(env.Prove(Le(a + b, SymInt(2) * c)), true);
  EXPECT_EQ(env.Prove(Le(a * c, b * c)), true);
  EXPECT_EQ(env.Prove(Lt(c, a)), false);
  EXPECT_EQ(env.Prove(Le(c, b)), std::nullopt);
  ASSERT_TRUE(*env.Guard(Ne(a, b), "w", ""));
  EXPECT_EQ(env.Prove(Lt(a, b)), true);
  EXPECT_EQ(env.Prove(Eq(a, b)), false);
}

TEST(Guard, BothDirectionsMakeAnEquality) {
  ShapeEnv env;
  const SymInt a = Auto(env, "a", 0, 5), b = Auto(env, "b", 0, 5);
  ASSERT_TRUE(*env.Guard(Le(a, b), "w", ""));
  ASSERT_TRUE(*env.Guard(Ge(a, b), "w", ""));
  EXPECT_EQ(env.Prove(Eq(a, b)), true);
}

TEST(Guard, AnAutoSymbolMaySpecialiseAndIsReported) {
  ShapeEnv env;
  const SymInt c = Auto(env, "pixels", 0, 3);
  EXPECT_EQ(*env.Guard(Eq(c, 3), "conv2d: channels", "vit.embeddings"), true);
  EXPECT_TRUE(env.guards()[0].specialises);
  EXPECT_EQ(env.Simplify(c).AsInt(), 3);
  EXPECT_THAT(env.Specialisations(), ElementsAre("pixels.size(0) was specialised to 3 by conv2d: channels in vit.embeddings"));
  EXPECT_TRUE(env.RangeConstraints().empty());
}

TEST(Guard, ChainsOfEqualitiesSpecialiseAllOfThem) {
  ShapeEnv env;
  const SymInt a = Auto(env, "a", 0, 4), b = Auto(env, "b", 0, 4);
  ASSERT_TRUE(*env.Guard(Eq(a, b), "w", ""));
  ASSERT_TRUE(*env.Guard(Eq(a, 4), "cat", "m"));
  EXPECT_THAT(env.Specialisations(), ElementsAre("a.size(0) was specialised to 4 by cat in m", "b.size(0) was specialised to 4 by cat in m"));
}

TEST(Guard, ANamedDimIsNeverSpecialised) {
  ShapeEnv env;
  const SymInt seq = Named(env, "ids", "seq", 9, {2, 40});
  const auto answer = env.Guard(Eq(seq, 9), "view: 9 positions", "model.layers.0");
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kInvalid);
  EXPECT_THAT(answer.error().message(), AllOf(HasSubstr("'seq' (ids.size(0)) would be specialised to 9"), HasSubstr("seq == 9"),
                                              HasSubstr("view: 9 positions"), HasSubstr("model.layers.0"), HasSubstr("Dim.AUTO")));
}

TEST(Guard, ANamedDimsBoundSuggestsTheDimToUse) {
  ShapeEnv env;
  const SymInt seq = Named(env, "ids", "seq", 9, {2, 64});
  const auto answer = env.Guard(Le(seq, 40), "slice", "model.embeddings");
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().message(), AllOf(HasSubstr("ids.size(0)"), HasSubstr("Dim('seq', min=2, max=64)"),
                                              HasSubstr("use that"), HasSubstr("Dim('seq', min=2, max=40)"), HasSubstr("model.embeddings")));
  ShapeEnv within;
  const SymInt fits = Named(within, "ids", "seq", 9, {2, 40});
  EXPECT_EQ(*within.Guard(Le(fits, 40), "slice", ""), true);
}

TEST(Guard, ANamedDimMayLoseZeroAndOne) {
  ShapeEnv env;
  const SymInt b = Named(env, "ids", "batch", 2);
  EXPECT_EQ(*env.Guard(Eq(b, 1), "broadcast", ""), false);
  EXPECT_EQ(env.RangeConstraints().at("batch"), (SymRange{2, std::nullopt}));
}

TEST(Guard, TwoNamedDimsAreNotTied) {
  ShapeEnv env;
  const SymInt a = Named(env, "x", "a", 4), b = Named(env, "y", "b", 4);
  const auto answer = env.Guard(Eq(a, b), "add", "m");
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().message(), AllOf(HasSubstr("'a' (x.size(0))"), HasSubstr("'b' (y.size(0))"), HasSubstr("one Dim")));
}

TEST(Guard, AnAutoSymbolYieldsToANamedOne) {
  ShapeEnv env;
  const SymInt a = Named(env, "x", "a", 4, {2, 16}), b = Auto(env, "y", 0, 4);
  ASSERT_TRUE(*env.Guard(Eq(a, b), "add", ""));
  EXPECT_EQ(env.Simplify(b).ToString(), "a");
  EXPECT_EQ(env.RangeConstraints().at("a"), (SymRange{2, 16}));
}

TEST(Unbacked, ADataDependentBranchIsAnError) {
  ShapeEnv env;
  const SymInt u = env.AddUnbacked("aten.nonzero");
  const auto answer = env.Guard(Gt(u, 4), "slice", "model.moe");
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().message(), AllOf(HasSubstr("data-dependent"), HasSubstr("u0 >= 5"), HasSubstr("aten.nonzero")));
  EXPECT_EQ(env.Hint(u), std::nullopt);
  EXPECT_EQ(env.Prove(Ge(u, 0)), true);
}

TEST(Unbacked, ZeroAndOneAreTheGeneralCase) {
  ShapeEnv env;
  const SymInt u = env.AddUnbacked("aten.nonzero");
  EXPECT_EQ(*env.Guard(Eq(u, 1), "broadcast", ""), false);
  EXPECT_EQ(*env.Guard(Ne(u, 0), "empty", ""), true);
  EXPECT_THAT(env.guards(), IsEmpty());
  EXPECT_EQ(env.Prove(Eq(u, 1)), std::nullopt);
}

TEST(Unbacked, DeferredGuardsBecomeAssertions) {
  ShapeEnv env;
  env.defer_runtime_asserts = true;
  const SymInt u = env.AddUnbacked("aten.item"), t = Auto(env, "x", 0, 9);
  EXPECT_EQ(*env.Guard(Le(u, t), "slice", "m"), true);
  ASSERT_THAT(env.assertions(), SizeIs(1));
  EXPECT_EQ(env.Prove(Le(u, t)), true);
  EXPECT_EQ(*env.Guard(Eq(u, t), "view", "m"), true);
  EXPECT_EQ(env.Simplify(u).ToString(), "s0");
}

TEST(Assert, IsCheckedAtTheHintsAndRemembered) {
  ShapeEnv env;
  const SymInt t = Auto(env, "x", 0, 9);
  EXPECT_FALSE(env.Assert(Le(t, 5), "w", "m").ok());
  ASSERT_TRUE(env.Assert(Le(t, 50), "w", "m").ok());
  EXPECT_THAT(env.assertions(), SizeIs(1));
  EXPECT_EQ(env.RangeConstraints().at("s0"), (SymRange{2, 50}));
  ASSERT_TRUE(env.Assert(Le(t, 60), "w", "m").ok());
  EXPECT_THAT(env.assertions(), SizeIs(1));
}

// The guards that PyTorch 2.13 records for wav2vec2's convolutions (sizes 2 x 320): ours find the same lower bound of 30.
TEST(Guard, AgreesWithPyTorchOnWav2Vec2) {
  ShapeEnv env;
  const SymInt b = Auto(env, "input_values", 0, 2), t = Auto(env, "input_values", 1, 320);
  const SymInt first = FloorDiv(t, 5) - SymInt(1), second = FloorDiv(t, 10) - SymInt(1);
  EXPECT_EQ(*env.Guard(Ge(t, 10), "conv1d", ""), true);
  EXPECT_EQ(*env.Guard(Eq(first, 1), "conv1d", ""), false);
  EXPECT_EQ(*env.Guard(Ge(SymInt(16) * b * first, 2), "w", ""), true);
  EXPECT_EQ(*env.Guard(Ge(first, 3), "w", ""), true);
  EXPECT_EQ(*env.Guard(Gt(SymInt(32) * second, 32), "w", ""), true);
  EXPECT_EQ(env.RangeConstraints().at("s1"), (SymRange{30, std::nullopt}));
  EXPECT_EQ(env.Prove(Ne(b * second, 1)), true);
  EXPECT_EQ(env.Simplify(Max(second, 1)).ToString(), "floor_div(s1, 10) - 1");
}

TEST(Prove, IsQuickEnoughForTracing) {
  ShapeEnv env;
  const SymInt b = Auto(env, "x", 0, 2), t = Auto(env, "x", 1, 9), c = Auto(env, "y", 1, 12);
  ASSERT_TRUE(env.Guard(Le(t, c), "w", "").ok());
  const auto start = std::chrono::steady_clock::now();
  int proved = 0;
  for (int i = 0; i < 20000; ++i) {
    proved += env.Prove(Eq(b * t * SymInt(32 + i % 7), t * b * SymInt(32 + i % 7))) == true;
    proved += env.Prove(Ne(t * SymInt(i % 50 + 1), 1)) == true;
    proved += env.Prove(Le(t, c + SymInt(i % 50))) == true;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(proved, 60000);
  EXPECT_LT(seconds, 5.0);  // a sanitizer on a busy machine; some 0.1 s otherwise
}

TEST(ShapeEnv, RestoredSymbolsMayBeTied) {
  ShapeEnv env;
  const SymInt a = *env.Restore("batch", 2, {1, 32}), b = *env.Restore("other", 2, {}), u = *env.Restore("u0", std::nullopt, {});
  EXPECT_TRUE(*env.Guard(Eq(a, b), "test", ""));
  EXPECT_TRUE(SymInt::Same(env.Simplify(a), env.Simplify(b)));
  EXPECT_FALSE(env.Hint(u).has_value());
  EXPECT_FALSE(env.Restore("batch", 2, {}).ok());
  EXPECT_FALSE(env.Restore("late", 40, {1, 32}).ok());
}

}  // namespace
}  // namespace conformance
