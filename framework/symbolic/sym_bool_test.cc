#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/symbolic/parse.h"
#include "framework/symbolic/sym_int.h"

namespace conformance {
namespace {

using ::testing::HasSubstr;

const SymInt s0 = SymInt::Symbol("s0"), s1 = SymInt::Symbol("s1");

TEST(SymBool, RelationsAreOneFormWhateverTheirSides) {
  EXPECT_EQ(Le(s0, 40).ToString(), "s0 <= 40");
  EXPECT_EQ(Lt(s0, 40).ToString(), "s0 <= 39");
  EXPECT_EQ(Ge(s0, 2).ToString(), "s0 >= 2");
  EXPECT_EQ(Eq(s1, s0).ToString(), "s0 == s1");
  EXPECT_TRUE(SymBool::Same(Eq(s0, s1), Eq(s1, s0)));
  EXPECT_TRUE(SymBool::Same(Lt(s0, s1), Not(Ge(s0, s1))));
  EXPECT_TRUE(SymBool::Same(Ne(s0, s1), Not(Eq(s0, s1))));
  EXPECT_TRUE(SymBool::Same(Eq(SymInt(2) * s0, SymInt(4) * s1), Eq(s0, SymInt(2) * s1)));
  EXPECT_TRUE(SymBool::Same(Le(SymInt(4) * s0, 7), Le(s0, 1)));
}

TEST(SymBool, DivisibilityDecides) {
  EXPECT_EQ(Eq(SymInt(2) * s0, 7).AsBool(), false);
  EXPECT_EQ(Ne(SymInt(4) * s0 + SymInt(2) * s1, 1).AsBool(), true);
  EXPECT_EQ(Eq(s0, s0).AsBool(), true);
  EXPECT_EQ(Lt(s0, s0).AsBool(), false);
}

TEST(SymBool, BoundsOfAQuotientAreBoundsOfItsNumerator) {
  EXPECT_EQ(Ge(FloorDiv(s0, 10), 3).ToString(), "s0 >= 30");
  EXPECT_EQ(Le(FloorDiv(s0, 10), 3).ToString(), "s0 <= 39");
}

TEST(SymBool, Connectives) {
  EXPECT_EQ(And(Le(s0, 3), true).ToString(), "s0 <= 3");
  EXPECT_EQ(And(Le(s0, 3), false).AsBool(), false);
  EXPECT_EQ(Or(Le(s0, 3), true).AsBool(), true);
  EXPECT_EQ(And(Eq(s0, s1), Ne(s0, s1)).AsBool(), false);
  EXPECT_EQ(Or(Le(s0, s1), Lt(s1, s0)).AsBool(), true);
  EXPECT_TRUE(SymBool::Same(Not(And(Le(s0, 3), Eq(s1, 2))), Or(Ge(s0, 4), Ne(s1, 2))));
  EXPECT_EQ(*And(Le(s0, 3), Eq(s1, 2)).Evaluate({{"s0", 3}, {"s1", 2}}), true);
  EXPECT_EQ(*Or(Le(s0, 3), Eq(s1, 2)).Evaluate({{"s0", 4}, {"s1", 3}}), false);
  EXPECT_EQ(And(Le(s0, 3), Eq(s1, 2)).Substitute({{"s0", SymInt(1)}}).ToString(), "s1 == 2");
}

TEST(SymBool, TextIsReadBack) {
  for (const SymBool& condition : {Le(s0, 40), Eq(s0, s1), Ne(Mod(s0, 4), 0), SymBool(true), SymBool(false), And(Le(s0, 3), Eq(s1, 2)),
                                   Or(And(Le(s0, 3), Eq(s1, 2)), Ge(s0 * s1, 7))}) {
    const auto parsed = ParseSymBool(condition.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
    EXPECT_TRUE(SymBool::Same(*parsed, condition)) << condition.ToString() << " became " << parsed->ToString();
  }
}

TEST(ParseCondition, ReadsPythonWithForeignOperands) {
  const OperandReader reader = [](std::string_view rest) -> std::optional<Result<ParsedOperand>> {
    if (!rest.starts_with("L['x'].size()[1]")) return std::nullopt;
    return ParsedOperand{SymInt::Symbol("s7"), 16};
  };
  const auto condition = ParseCondition("((3*L['x'].size()[1]) % 5) == 0 and not L['x'].size()[1] // 2 > max(4, s0)", reader);
  ASSERT_TRUE(condition.ok()) << condition.error().ToString();
  const SymInt s7 = SymInt::Symbol("s7");
  EXPECT_TRUE(SymBool::Same(*condition, And(Eq(Mod(SymInt(3) * s7, 5), 0), Le(FloorDiv(s7, 2), Max(4, s0)))));
}

TEST(ParseCondition, RefusesWhatIsNoCondition) {
  for (const char* text : {"s0", "s0 ==", "s0 = 2", "(s0 <= 2", "s0 <= 2 and 3", "not s0", "s0 / 2 == 1", "s0 <= 2 <= 3", ""}) {
    const auto parsed = ParseCondition(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.error().message(), HasSubstr("wanted"));
  }
}

}  // namespace
}  // namespace conformance
