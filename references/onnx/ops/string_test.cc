#include <gmock/gmock.h>

#include <cmath>

#include "framework/testing/matchers.h"
#include "references/onnx/ops/one_node.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::Evaluate;
using ::testing::HasSubstr;
using testing::Kind;
using testing::Numbers;
using ::testing::Pointwise;
using testing::Texts;

Array Words(Shape dims, std::vector<std::string> words) {
  return Array::Of<std::string>(std::move(dims), words);
}

TEST(String, ConcatBroadcasts) {
  const auto out = Evaluate({"StringConcat"}, {Words({2, 1}, {"a", "b"}), Words({2}, {"x", ""})});
  EXPECT_EQ(Kind(out), "string[2, 2]");
  EXPECT_THAT(Texts(out), ElementsAre("ax", "a", "bx", "b"));
  EXPECT_THAT(Evaluate({"StringConcat"}, {Words({2}, {"a", "b"}), Words({3}, {"", "", ""})}),
              IsError(ErrorKind::kShape, HasSubstr("broadcast")));
  // 8 texts of 64 bytes that the run's limit does not hold.
  EXPECT_THAT(Evaluate({"StringConcat"},
                       {Words({8}, std::vector<std::string>(8, std::string(32, 'a'))),
                        Words({}, {std::string(32, 'b')})},
                       {.max_tensor_bytes = 256}),
              IsError(ErrorKind::kOutOfMemory));
}

TEST(String, SplitsAtBlanksOrAtADelimiter) {
  const auto blanks = Evaluate({"StringSplit", {}, 2}, {Words({2}, {"  a  b c ", ""})});
  EXPECT_EQ(Kind(blanks), "string[2, 3]");
  EXPECT_THAT(Texts(blanks), ElementsAre("a", "b", "c", "", "", ""));
  EXPECT_THAT(Numbers(blanks, 1), ElementsAre(3, 0));
  const auto limited =
      Evaluate({"StringSplit", {OnnxAttribute::Int("maxsplit", 1)}, 2}, {Words({1}, {" a  b c "})});
  EXPECT_THAT(Texts(limited), ElementsAre("a", "b c"));
  // Delimiters side by side have an empty text between them.
  const auto dashes =
      Evaluate({"StringSplit", {OnnxAttribute::String("delimiter", "--")}, 2}, {Words({1}, {"a----b-"})});
  EXPECT_THAT(Texts(dashes), ElementsAre("a", "", "b-"));
  EXPECT_EQ(Kind(Evaluate({"StringSplit", {}, 2}, {Words({0}, {})})), "string[0, 0]");
}

TEST(String, NormalizesBeyondAscii) {
  const auto upper = Evaluate(
      {"StringNormalizer",
       {OnnxAttribute::String("case_change_action", "UPPER"), OnnxAttribute::Strings("stopwords", {"DER"})}},
      {Words({1, 3}, {"der", "übel", "ляля\xFF"})});
  EXPECT_EQ(Kind(upper), "string[1, 2]");
  EXPECT_THAT(Texts(upper), ElementsAre("ÜBEL", "ЛЯЛЯ\xFF"));
  const auto none =
      Evaluate({"StringNormalizer",
                {OnnxAttribute::Strings("stopwords", {"a"}), OnnxAttribute::Int("is_case_sensitive", 1)}},
               {Words({1}, {"a"})});
  EXPECT_EQ(Kind(none), "string[1]");
  EXPECT_THAT(Texts(none), ElementsAre(""));
  EXPECT_THAT(Evaluate({"StringNormalizer"}, {Words({2, 1}, {"a", "b"})}),
              IsError(ErrorKind::kShape, HasSubstr("string[1, c]")));
  EXPECT_THAT(Evaluate({"StringNormalizer", {OnnxAttribute::String("case_change_action", "TITLE")}},
                       {Words({1}, {"a"})}),
              IsError(ErrorKind::kInvalid, HasSubstr("\"TITLE\"")));
}

TEST(RegexFullMatch, WantsTheWholeText) {
  const auto out = Evaluate({"RegexFullMatch", {OnnxAttribute::String("pattern", "(a|b)+c?")}},
                            {Words({3}, {"abac", "abx", ""})});
  EXPECT_EQ(Kind(out), "bool[3]");
  EXPECT_THAT(Numbers(out), ElementsAre(1, 0, 0));
  EXPECT_THAT(Evaluate({"RegexFullMatch", {OnnxAttribute::String("pattern", "(a")}}, {Words({1}, {"a"})}),
              IsError(ErrorKind::kInvalid, HasSubstr("missing )")));
  EXPECT_THAT(Evaluate({"RegexFullMatch"}, {Words({1}, {"a"})}),
              IsError(ErrorKind::kInvalid, HasSubstr("pattern")));
  // Nested repetition, on which engines that go back never end.
  EXPECT_THAT(Numbers(Evaluate({"RegexFullMatch", {OnnxAttribute::String("pattern", "(a+)+b")}},
                               {Words({1}, {std::string(100000, 'a')})})),
              ElementsAre(0));
}

std::vector<OnnxAttribute> Grams(std::string mode, int64_t skips) {
  // The text's example: the 2-grams [94, 17] and [17, 36] count in columns 1 and 0.
  return {OnnxAttribute::String("mode", std::move(mode)),
          OnnxAttribute::Int("min_gram_length", 2),
          OnnxAttribute::Int("max_gram_length", 2),
          OnnxAttribute::Int("max_skip_count", skips),
          OnnxAttribute::Ints("ngram_counts", {0, 0}),
          OnnxAttribute::Ints("ngram_indexes", {1, 0}),
          OnnxAttribute::Ints("pool_int64s", {94, 17, 17, 36}),
          OnnxAttribute::Floats("weights", {0.5F, 3})};
}

TEST(TfIdfVectorizer, CountsGramsOverSkips) {
  const Array row = Array::Of<int64_t>({5}, {94, 17, 36, 17, 36});
  EXPECT_THAT(Numbers(Evaluate({"TfIdfVectorizer", Grams("TF", 0)}, {row})), ElementsAre(2, 1));
  // With one skip [17, 36] is found nowhere else, [94, 17] neither; with two, [94, 17] is.
  EXPECT_THAT(Numbers(Evaluate({"TfIdfVectorizer", Grams("TF", 2)}, {row})), ElementsAre(3, 2));
  EXPECT_THAT(Numbers(Evaluate({"TfIdfVectorizer", Grams("IDF", 0)}, {row})), ElementsAre(3, 0.5));
  EXPECT_THAT(Numbers(Evaluate({"TfIdfVectorizer", Grams("TFIDF", 0)}, {row})), ElementsAre(6, 0.5));
  EXPECT_EQ(Kind(Evaluate({"TfIdfVectorizer", Grams("TF", 0)}, {Array::Of<int64_t>({0, 3}, {})})),
            "float[0, 2]");
}

TEST(TfIdfVectorizer, RefusesAttributesThatDoNotFit) {
  const Array row = Array::Of<int64_t>({2}, {1, 2});
  auto grams = Grams("TF", 0);
  grams[4] = OnnxAttribute::Ints("ngram_counts", {0, 3});
  EXPECT_THAT(Evaluate({"TfIdfVectorizer", grams}, {row}),
              IsError(ErrorKind::kInvalid, HasSubstr("places in a pool of 4")));
  grams = Grams("TF", 0);
  grams[5] = OnnxAttribute::Ints("ngram_indexes", {1LL << 40, 0});
  EXPECT_THAT(Evaluate({"TfIdfVectorizer", grams}, {row}), IsError(ErrorKind::kOutOfMemory));
  grams[5] = OnnxAttribute::Ints("ngram_indexes", {-1, 0});
  EXPECT_THAT(Evaluate({"TfIdfVectorizer", grams}, {row}),
              IsError(ErrorKind::kInvalid, HasSubstr("ngram index")));
  EXPECT_THAT(Evaluate({"TfIdfVectorizer", Grams("TF", 0)}, {Words({1}, {"a"})}),
              IsError(ErrorKind::kType, HasSubstr("int32 or int64")));
}

}  // namespace
}  // namespace conformance::onnx_reference
