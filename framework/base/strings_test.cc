#include "framework/base/strings.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Split, KeepsEmptyParts) {
  EXPECT_THAT(Split("a.b.c", '.'), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Split("", '.'), ElementsAre(""));
  EXPECT_THAT(Split(".a.", '.'), ElementsAre("", "a", ""));
}

TEST(Join, IsTheInverseOfSplit) {
  const std::vector<std::string> parts = {"a", "", "c"};
  EXPECT_EQ(Join(parts, "::"), "a::::c");
  EXPECT_EQ(Join({}, ","), "");
}

TEST(Prefixes, AreWholeTextsToo) {
  EXPECT_TRUE(StartsWith("model.bin", "model"));
  EXPECT_FALSE(StartsWith("mo", "model"));
  EXPECT_TRUE(EndsWith("model.bin", ".bin"));
  EXPECT_TRUE(EndsWith("x", ""));
}

TEST(Trim, TakesBlanksFromBothEndsOnly) {
  EXPECT_EQ(Trim("  a b\t\r\n"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_EQ(Trim(""), "");
}

TEST(ParseInt, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(ParseInt("-12"), -12);
  EXPECT_EQ(ParseInt("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ParseInt("9223372036854775808"), std::nullopt);
  EXPECT_EQ(ParseInt(""), std::nullopt);
  EXPECT_EQ(ParseInt(" 1"), std::nullopt);
  EXPECT_EQ(ParseInt("1x"), std::nullopt);
  EXPECT_EQ(ParseInt("-"), std::nullopt);
}

TEST(ParseDouble, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(ParseDouble("1e-5"), 1e-5);
  EXPECT_EQ(ParseDouble("-2"), -2.0);
  EXPECT_EQ(ParseDouble("1e999"), std::nullopt);
  EXPECT_EQ(ParseDouble("1.5 "), std::nullopt);
  EXPECT_EQ(ParseDouble(""), std::nullopt);
}

struct GlobCase {
  const char* pattern;
  const char* text;
  bool matches;
};

class Glob : public ::testing::TestWithParam<GlobCase> {};
TEST_P(Glob, MatchesAWholeName) {
  const GlobCase& c = GetParam();
  EXPECT_EQ(GlobMatch(c.pattern, c.text), c.matches) << c.pattern << " against " << c.text;
}
INSTANTIATE_TEST_SUITE_P(Literals, Glob,
                         ::testing::Values(GlobCase{"", "", true}, GlobCase{"", "a", false},
                                           GlobCase{"a", "", false}, GlobCase{"abc", "abc", true},
                                           GlobCase{"abc", "abcd", false}, GlobCase{"abc", "Abc", false}));
INSTANTIATE_TEST_SUITE_P(
    Stars, Glob,
    ::testing::Values(GlobCase{"*", "", true}, GlobCase{"*", "a/b/c", true}, GlobCase{"a*", "a", true},
                      GlobCase{"gpt2/*/onnx/*", "gpt2/prefill/onnx/onnxruntime/f32", true},
                      GlobCase{"gpt2/*/onnx", "gpt2/prefill/onnx/x", false}, GlobCase{"*b*", "aabaa", true},
                      GlobCase{"*b*c", "abxbc", true}, GlobCase{"*b*c", "acb", false},
                      GlobCase{"**", "x", true}, GlobCase{"a*b*c*", "abc", true},
                      GlobCase{"*.weight", "h.0.weight", true}, GlobCase{"*ab", "aab", true}));
INSTANTIATE_TEST_SUITE_P(SingleCharacters, Glob,
                         ::testing::Values(GlobCase{"?", "a", true}, GlobCase{"?", "", false},
                                           GlobCase{"?", "ab", false}, GlobCase{"a?c", "a/c", true},
                                           GlobCase{"*?", "", false}, GlobCase{"?*", "x", true}));
INSTANTIATE_TEST_SUITE_P(
    Sets, Glob,
    ::testing::Values(GlobCase{"[ab]", "a", true}, GlobCase{"[ab]", "c", false},
                      GlobCase{"f[13][62]", "f32", true}, GlobCase{"f[13][62]", "f64", false},
                      GlobCase{"h.[0-9].w", "h.7.w", true}, GlobCase{"h.[0-9].w", "h.x.w", false},
                      GlobCase{"[!a]", "b", true}, GlobCase{"[!a]", "a", false}, GlobCase{"[^a]", "b", true},
                      GlobCase{"[]]", "]", true}, GlobCase{"[a-]", "-", true}, GlobCase{"[", "[", true},
                      GlobCase{"[a", "[a", true}, GlobCase{"[a", "a", false}, GlobCase{"*[0-9]", "ab3", true},
                      GlobCase{"[ab]*[cd]", "axxd", true}, GlobCase{"[ab]", "", false}));

TEST(GlobMatch, ManyStarsStayLinear) {
  // A backtracking matcher with one level per star would never come back.
  const std::string text(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "*a";
  EXPECT_TRUE(GlobMatch(pattern, text));
  EXPECT_FALSE(GlobMatch(pattern + "b", text));
}

TEST(Nearest, SortsByEditDistanceAndKeepsTheOrderOfEquals) {
  const std::vector<std::string> names = {"onnx", "none", "executorch", "dynamo"};
  EXPECT_THAT(Nearest("onx", names, 2), ElementsAre("onnx", "none"));  // distances 1, 3, …
  EXPECT_THAT(Nearest("anything", {}, 3), IsEmpty());
  EXPECT_EQ(Nearest("x", names, 9).size(), 4U);
}

TEST(ShapeText, LooksLikeAList) {
  EXPECT_EQ(ShapeText(std::vector<int64_t>{2, 9, 96}), "[2, 9, 96]");
  EXPECT_EQ(ShapeText({}), "[]");
}

TEST(DoubleText, ReadsBackTheSameAndLooksLikeAFloat) {
  EXPECT_EQ(DoubleText(1.0), "1.0");
  EXPECT_EQ(DoubleText(-0.0), "-0.0");
  EXPECT_EQ(DoubleText(1e-5), "1e-05");
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(1e22), "1e+22");
  EXPECT_EQ(DoubleText(std::nan("")), "nan");
  EXPECT_EQ(DoubleText(-HUGE_VAL), "-inf");
  for (const double x : {1.0 / 3, 5e-324, std::numeric_limits<double>::max(), 123456789.123}) {
    EXPECT_EQ(ParseDouble(DoubleText(x)), x);
  }
}

}  // namespace
}  // namespace conformance
