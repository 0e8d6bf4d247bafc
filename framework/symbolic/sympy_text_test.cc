#include "framework/symbolic/sympy_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance {
namespace {

using ::testing::HasSubstr;

const SymInt s0 = SymInt::Symbol("s0"), s1 = SymInt::Symbol("s1");

// Texts as sympy 1.14 writes them for PyTorch 2.13's functions.
TEST(Sympy, ReadsWhatPyTorchWrites) {
  const std::string a = "Symbol('s0', positive=True, integer=True)", b = "Symbol('s1', integer=True)";
  const std::pair<std::string, std::string> cases[] = {
      {"Integer(7)", "7"},
      {"Mul(Integer(32), " + a + ")", "32*s0"},
      {"Add(Mul(Integer(2), " + a + "), Integer(-1))", "2*s0 - 1"},
      {"Pow(" + a + ", Integer(2))", "s0**2"},
      {"FloorDiv(Add(" + a + ", Integer(-1)), Integer(8))", "floor_div(s0 + 7, 8) - 1"},
      {"Max(Integer(1), Add(FloorDiv(" + a + ", Integer(10)), Integer(-1)))", "max(floor_div(s0, 10) - 1, 1)"},
      {"Min(Integer(32), Mul(Integer(32), " + a + "))", "32*min(s0, 1)"},
      {"Mod(" + a + ", Integer(3))", "mod(s0, 3)"},
      {"PythonMod(" + b + ", Integer(3))", "mod(s1, 3)"},
      {"CleanDiv(" + a + ", Integer(2))", "floor_div(s0, 2)"},
      {"CeilToInt(IntTrueDiv(" + a + ", Integer(2)))", "floor_div(s0 + 1, 2)"},
      {"TruncToInt(IntTrueDiv(" + a + ", Integer(2)))", "floor_div(s0, 2)"},
      {"floor(Mul(Rational(1, 2), " + a + "))", "floor_div(s0, 2)"},
      {"Mul(Rational(1, 2), " + a + ")", "floor_div(s0, 2)"},
      {"ModularIndexing(" + a + ", Integer(2), Integer(3))", "mod(floor_div(s0, 2), 3)"},
      {"PowByNatural(" + a + ", Integer(3))", "s0**3"},
      {"LShift(" + a + ", Integer(2))", "4*s0"},
      {"Identity(" + a + ")", "s0"},
      {"Mul(Symbol('s99', positive=True, integer=True), " + a + ")", "s0*s99"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto value = ParseSympy(text);
    ASSERT_TRUE(value.ok()) << text << ": " << value.error().ToString();
    EXPECT_EQ(value->ToString(), wanted) << text;
  }
}

TEST(Sympy, ReadsConditions) {
  const std::string a = "Symbol('s0', positive=True, integer=True)", b = "Symbol('u0', integer=True)";
  const SymInt u0 = SymInt::Symbol("u0");
  EXPECT_TRUE(SymBool::Same(*ParseSympyBool("Equality(" + a + ", " + b + ")"), Eq(s0, u0)));
  EXPECT_TRUE(SymBool::Same(*ParseSympyBool("Unequality(" + a + ", Integer(1))"), Ne(s0, 1)));
  EXPECT_TRUE(SymBool::Same(*ParseSympyBool("And(StrictGreaterThan(" + b + ", Integer(2)), StrictLessThan(" + a + ", Integer(3)))"),
                            And(Gt(u0, 2), Lt(s0, 3))));
  EXPECT_TRUE(SymBool::Same(*ParseSympyBool("Not(Or(LessThan(" + a + ", Integer(3)), GreaterThan(" + b + ", Integer(2))))"),
                            And(Gt(s0, 3), Lt(u0, 2))));
  EXPECT_EQ(ParseSympyBool("true")->AsBool(), true);
}

TEST(Sympy, CollectsSymbolsWithTheirAssumption) {
  SympySymbols symbols;
  ASSERT_TRUE(ParseSympy("Mul(Symbol('s70', positive=True, integer=True), Symbol('u0', integer=True))", &symbols).ok());
  EXPECT_EQ(symbols, (SympySymbols{{"s70", true}, {"u0", false}}));
}

TEST(Sympy, WritesWhatItReads) {
  for (const SymInt& value : {SymInt(5), s0, SymInt(32) * s0, s0 * s0 * s1 - SymInt(3), FloorDiv(s0, s1), Mod(s0, 5), Max(s0, 3), Min(s0, s1),
                              FloorDiv(s0 - SymInt(1), 2) + SymInt(1)}) {
    const std::string text = ToSympy(value);
    const auto back = ParseSympy(text);
    ASSERT_TRUE(back.ok()) << text << ": " << back.error().ToString();
    EXPECT_TRUE(SymInt::Same(*back, value)) << text;
  }
  EXPECT_EQ(ToSympy(SymInt(32) * s0), "Mul(Integer(32), Symbol('s0', positive=True, integer=True))");
  EXPECT_EQ(ToSympy(SymInt::Symbol("u3")), "Symbol('u3', integer=True)");
  const SymBool condition = And(Le(s0, 40), Ne(s1, 2));
  EXPECT_TRUE(SymBool::Same(*ParseSympyBool(ToSympy(condition)), condition));
}

TEST(Sympy, RefusesByName) {
  const auto unknown = ParseSympy("Where(true, Integer(1), Integer(2))");
  ASSERT_FALSE(unknown.ok());
  const auto no_counterpart = ParseSympy("FloatPow(Integer(2), Integer(3))");
  ASSERT_FALSE(no_counterpart.ok());
  EXPECT_EQ(no_counterpart.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(no_counterpart.error().message(), HasSubstr("FloatPow"));
  EXPECT_EQ(ParseSympy("Symbol('zf0', real=True)").error().kind(), ErrorKind::kUnsupported);
  for (const char* text : {"", "Integer()", "Integer(7", "Integer(7))", "Symbol(s0)", "Symbol('s0", "Symbol('a b', integer=True)", "Add()", "7",
                           "Integer(99999999999999999999)", "Rational(1, 0)", "Mul(Integer(1),)"}) {
    const auto parsed = ParseSympy(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalid) << text;
  }
  std::string deep;
  for (int i = 0; i < 10000; ++i) deep += "Add(";
  EXPECT_FALSE(ParseSympy(deep).ok());
}

}  // namespace
}  // namespace conformance
