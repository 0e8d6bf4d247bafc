#include "framework/symbolic/sym_int.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace conformance {
namespace {

using ::testing::HasSubstr;

SymInt S(const char* name) { return SymInt::Symbol(name); }
const SymInt s0 = S("s0"), s1 = S("s1"), s2 = S("s2");

std::string Text(const SymInt& value) { return value.ToString(); }

TEST(SymInt, ConstantsAreNumbers) {
  EXPECT_EQ((SymInt(3) * SymInt(4) + SymInt(1)).constant(), 13);
  EXPECT_EQ(FloorDiv(-7, 2).constant(), -4);  // towards minus infinity
  EXPECT_EQ(Mod(-7, 2).constant(), 1);
  EXPECT_EQ(Mod(7, -2).constant(), -1);
  EXPECT_EQ(CeilDiv(7, 2).constant(), 4);
  EXPECT_EQ(CeilDiv(-7, 2).constant(), -3);
  EXPECT_EQ(Max(3, 5).constant(), 5);
  EXPECT_EQ(Min(3, 5).constant(), 3);
}

TEST(SymInt, SumsAndProductsAreSortedAndMerged) {
  EXPECT_EQ(Text(s1 + s0 + s0), "2*s0 + s1");
  EXPECT_EQ(Text(s0 - s0), "0");
  EXPECT_EQ(Text((s0 + SymInt(1)) * (s0 - SymInt(1))), "s0**2 - 1");
  EXPECT_EQ(Text(s1 * s0 * SymInt(3) - SymInt(2)), "3*s0*s1 - 2");
  EXPECT_EQ(Text(-s0), "-s0");
  EXPECT_TRUE(SymInt::Same(s0 * (s1 + s2), s1 * s0 + s2 * s0));
  EXPECT_FALSE(SymInt::Same(s0, s1));
}

TEST(SymInt, DivisionUsesDivisibility) {
  EXPECT_EQ(Text(FloorDiv(SymInt(4) * s0, 2)), "2*s0");
  EXPECT_EQ(Text(FloorDiv(s0 * s1 * SymInt(32), s0 * SymInt(32))), "s1");
  EXPECT_EQ(Text(FloorDiv(s0 * SymInt(32) + SymInt(16), 16)), "2*s0 + 1");
  EXPECT_EQ(Text(FloorDiv(s0 * SymInt(4) + SymInt(2), 8)), "floor_div(s0, 2)");
  EXPECT_EQ(Text(FloorDiv(SymInt(7) * s0 + SymInt(9), 4)), "s0 + floor_div(3*s0 + 1, 4) + 2");
  EXPECT_EQ(Text(FloorDiv(FloorDiv(s0, 2), 3)), "floor_div(s0, 6)");
  EXPECT_EQ(Text(FloorDiv(FloorDiv(s0 - SymInt(1), 2), 2)), "floor_div(s0 + 3, 4) - 1");
  EXPECT_EQ(Text(FloorDiv(s0 * s1 + s0, s1 + SymInt(1))), "s0");
  EXPECT_EQ(Text(FloorDiv(s0 * s1 + s2, s1)), "s0 + floor_div(s2, s1)");
  EXPECT_EQ(Text(FloorDiv(s0, s0)), "1");
  EXPECT_EQ(Text(FloorDiv(s0, -2)), "-s0 + floor_div(s0, 2)");
  // Both ways of writing a rounded-up half are one.
  EXPECT_TRUE(SymInt::Same(FloorDiv(s0 - SymInt(1), 2) + SymInt(1), CeilDiv(s0, 2)));
}

TEST(SymInt, ModUsesDivisibility) {
  EXPECT_EQ(Text(Mod(SymInt(4) * s0, 4)), "0");
  EXPECT_EQ(Text(Mod(SymInt(6) * s0 + SymInt(5), 4)), "2*mod(s0, 2) + 1");
  EXPECT_EQ(Text(Mod(s0 * s1, s1)), "0");
  EXPECT_EQ(Text(Mod(s0 * s1 + s2, s1)), "mod(s2, s1)");
  EXPECT_EQ(Text(Mod(Mod(s0, 8), 4)), "mod(s0, 4)");
  EXPECT_EQ(Text(Mod(Mod(s0, 4), 8)), "mod(s0, 4)");
}

TEST(SymInt, ExtremaDropWhatCannotWin) {
  EXPECT_EQ(Text(Max(s0, s0 + SymInt(3))), "s0 + 3");
  EXPECT_EQ(Text(Min(s0, s0 + SymInt(3))), "s0");
  EXPECT_EQ(Text(Max(Max(s0, 3), 5)), "max(s0, 5)");
  EXPECT_EQ(Text(Min(32, SymInt(32) * s0)), "32*min(s0, 1)");
  EXPECT_TRUE(SymInt::Same(Max(s0, Max(s1, s0)), Max(s1, s0)));
}

TEST(SymInt, EvaluatesWithSymbols) {
  const SymbolValues values = {{"s0", 9}, {"s1", 4}};
  EXPECT_EQ(*(s0 * s1 + FloorDiv(s0, s1) - Mod(s0, s1)).Evaluate(values), 36 + 2 - 1);
  EXPECT_EQ((s0 + s2).Evaluate(values).error().kind(), ErrorKind::kNotFound);
  EXPECT_THAT((s0 + s2).Evaluate(values).error().message(), HasSubstr("s2"));
  EXPECT_EQ(FloorDiv(s0, s1 - SymInt(4)).Evaluate(values).error().kind(), ErrorKind::kInvalid);
  EXPECT_THAT(FloorDiv(s0, 0).Evaluate(values).error().message(), HasSubstr("division_by_zero"));
}

TEST(SymInt, OverflowIsAnErrorWhenEvaluated) {
  const SymInt big = SymInt(int64_t{1} << 62) * SymInt(4);
  EXPECT_EQ(Text(big + s0), "invalid(overflow)");
  EXPECT_EQ(big.Evaluate({}).error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ((s0 * SymInt(int64_t{1} << 62)).Evaluate({{"s0", 4}}).error().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(Text(FloorDiv(std::numeric_limits<int64_t>::min(), -1)), "invalid(overflow)");
}

TEST(SymInt, SubstitutionSimplifiesAgain) {
  EXPECT_EQ(Text(FloorDiv(s0, 4).Substitute({{"s0", s1 * SymInt(8)}})), "2*s1");
  EXPECT_EQ(Text((s0 - s1).Substitute({{"s0", s1}})), "0");
  EXPECT_EQ(Text(Max(s0, 3).Substitute({{"s0", SymInt(7)}})), "7");
  EXPECT_EQ((s0 + FloorDiv(s1, s2)).Symbols(), (std::set<std::string>{"s0", "s1", "s2"}));
  EXPECT_EQ(s0.AsSymbol(), "s0");
  EXPECT_EQ((s0 + SymInt(1)).AsSymbol(), std::nullopt);
}

TEST(SymInt, TextIsReadBack) {
  for (const char* text : {"0", "-12", "s0", "2*s0 + 1", "s0*s1 - 3", "floor_div(s0 + 3, 4)", "mod(s0, 4)", "32*min(s0, 1)", "-s0 + 5",
                           "s0**2 + max(s0, s1, 3)", "seq_len - 1", "-9223372036854775808", "invalid(overflow)"}) {
    const auto parsed = ParseSymInt(text);
    ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
    EXPECT_EQ(Text(*parsed), text);
  }
  EXPECT_EQ(Text(*ParseSymInt("(s0 + 1) // 2 * 2 % 3 - -4")), Text(Mod(CeilDiv(s0, 2) * SymInt(2), 3) + SymInt(4)));
}

TEST(SymInt, BadTextIsRefusedWithItsPlace) {
  for (const char* text : {"", "s0 +", "floor_div(s0)", "(s0", "s0 s1", "2 ** s0", "s0 <= 2", "99999999999999999999", "foo(1)", "1 and 2"}) {
    const auto parsed = ParseSymInt(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalid);
    EXPECT_THAT(parsed.error().message(), HasSubstr("wanted"));
  }
  EXPECT_FALSE(ParseSymInt(std::string(100000, '(')).ok());
  EXPECT_FALSE(ParseSymInt(std::string(100000, '-')).ok());
}

TEST(SymInt, HugeExpressionsEndInAnErrorSymbol) {
  SymInt sum = 1;
  for (int i = 0; i < 12; ++i) sum += S(("s" + std::to_string(i)).c_str());
  SymInt product = 1;
  for (int i = 0; i < 12; ++i) product *= sum;
  EXPECT_EQ(Text(product), "invalid(too_many_terms)");
}

// Every simplification must keep the value: random expressions against plain arithmetic.
struct RandomExpression {
  SymInt value;
  std::function<std::optional<int64_t>(int64_t, int64_t)> plain;
};
RandomExpression Grow(std::mt19937& random, int depth) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  if (depth == 0 || pick(5) == 0) {
    const int kind = pick(3);
    if (kind == 0) return {s0, [](int64_t a, int64_t) { return std::optional(a); }};
    if (kind == 1) return {s1, [](int64_t, int64_t b) { return std::optional(b); }};
    const int64_t constant = pick(13) - 4;
    return {SymInt(constant), [constant](int64_t, int64_t) { return std::optional(constant); }};
  }
  const RandomExpression x = Grow(random, depth - 1), y = Grow(random, depth - 1);
  const auto combine = [&](SymInt value, auto f) {
    return RandomExpression{std::move(value), [x, y, f](int64_t a, int64_t b) -> std::optional<int64_t> {
                              const auto u = x.plain(a, b), v = y.plain(a, b);
                              if (!u || !v) return std::nullopt;
                              return f(*u, *v);
                            }};
  };
  using Maybe = std::optional<int64_t>;
  const auto floor_div = [](int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); };
  switch (pick(7)) {
    case 0: return combine(x.value + y.value, [](int64_t a, int64_t b) { return Maybe(a + b); });
    case 1: return combine(x.value - y.value, [](int64_t a, int64_t b) { return Maybe(a - b); });
    case 2: return combine(x.value * y.value, [](int64_t a, int64_t b) { return Maybe(a * b); });
    case 3: return combine(FloorDiv(x.value, y.value), [=](int64_t a, int64_t b) { return b == 0 ? Maybe() : Maybe(floor_div(a, b)); });
    case 4:
      return combine(Mod(x.value, y.value), [=](int64_t a, int64_t b) { return b == 0 ? Maybe() : Maybe(a - b * floor_div(a, b)); });
    case 5: return combine(Min(x.value, y.value), [](int64_t a, int64_t b) { return Maybe(std::min(a, b)); });
    default: return combine(Max(x.value, y.value), [](int64_t a, int64_t b) { return Maybe(std::max(a, b)); });
  }
}

TEST(SymInt, SimplificationKeepsTheValue) {
  std::mt19937 random(7);
  int compared = 0;
  for (int i = 0; i < 4000; ++i) {
    const RandomExpression expression = Grow(random, 4);
    const auto read_back = ParseSymInt(expression.value.ToString());
    ASSERT_TRUE(read_back.ok()) << expression.value.ToString();
    EXPECT_TRUE(SymInt::Same(*read_back, expression.value)) << Text(expression.value) << " read back as " << Text(*read_back);
    for (const auto& [a, b] : {std::pair<int64_t, int64_t>{2, 3}, {9, 4}, {1, 7}, {16, 12}, {5, 5}, {31, 2}}) {
      const auto plain = expression.plain(a, b);
      if (!plain) continue;  // a division by zero on the way
      const auto value = expression.value.Evaluate({{"s0", a}, {"s1", b}});
      ASSERT_TRUE(value.ok()) << Text(expression.value) << ": " << value.error().ToString();
      ASSERT_EQ(*value, *plain) << Text(expression.value) << " at " << a << ", " << b;
      ++compared;
    }
  }
  EXPECT_GT(compared, 10000);
}

TEST(Sizes, ListsAreWrittenAndMultiplied) {
  const std::vector<SymInt> sizes = {s0, 9, SymInt(2) * s1};
  EXPECT_EQ(SizesText(sizes), "[s0, 9, 2*s1]");
  EXPECT_EQ(Text(NumElements(sizes)), "18*s0*s1");
  EXPECT_EQ(AsInts(sizes), std::nullopt);
  const std::vector<int64_t> ints = {2, 3};
  EXPECT_EQ(AsInts(ToSymInts(ints)), ints);
}

}  // namespace
}  // namespace conformance
