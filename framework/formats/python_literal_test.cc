#include "framework/formats/python_literal.h"

#include <gmock/gmock.h>

#include <string>

#include "framework/formats/json.h"
#include "framework/testing/matchers.h"

namespace conformance::formats {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// What is assigned to X, as JSON text.
std::string X(std::string_view source) {
  const auto value = ReadPythonAssignment(source, "X", "x.py");
  return value.ok() ? WriteJson(*value) : value.error().ToString();
}

TEST(PythonLiteral, Values) {
  EXPECT_EQ(X("X = 3"), "3");
  EXPECT_EQ(X("X = -1_000"), "-1000");
  EXPECT_EQ(X("X = 1e-3"), "0.001");
  EXPECT_EQ(X("X = None"), "null");
  EXPECT_EQ(X("X = (True, False,)"), "[true,false]");
  EXPECT_EQ(X("X = (1)"), "1");
  EXPECT_EQ(X("X = (1,)"), "[1]");
  EXPECT_EQ(X("X = ()"), "[]");
  EXPECT_EQ(X("X = {}"), "{}");
  EXPECT_EQ(X("X = {'a', 'b'}"), R"(["a","b"])");
  EXPECT_EQ(X("X = {'b': 1, 'a': [2, {'c': None}], 'b': 3}"), R"({"b":3,"a":[2,{"c":null}]})");
}

TEST(PythonLiteral, Strings) {
  EXPECT_EQ(X(R"(X = "a" 'b' "c")"), R"("abc")");
  EXPECT_EQ(X("X = (\n    \"first \"\n    # a comment between\n    'second'  # and behind\n)"), R"("first second")");
  EXPECT_EQ(X(R"(X = "it's \"so\" \\ \n \x41\u00e9\U0001F600 \d")"), "\"it's \\\"so\\\" \\\\ \\n A\u00e9\U0001F600 \\\\d\"");
  EXPECT_EQ(X("X = r'\\d+\\n'"), R"("\\d+\\n")");
  EXPECT_EQ(X("X = '''a\n'b' \"c\"'''"), "\"a\\n'b' \\\"c\\\"\"");
  EXPECT_EQ(X("X = 'a\\\nb'"), R"("ab")");
}

TEST(PythonLiteral, FindsTheAssignmentAmongOtherSource) {
  const char* source =
      "\"\"\"A module.\nX = 'in a docstring'\n\"\"\"\n"
      "import os  # X = 1\n"
      "XY = 2\n"
      "f(\nX = 3)\n"
      "if X == 4:\n    X = 5\n"
      "X: dict[str, dict[str, str]] = {\n    # why\n    \"all\": {\"A\": \"r\"},\n}\n"
      "X = 6\n";
  EXPECT_EQ(X(source), R"({"all":{"A":"r"}})");
  EXPECT_EQ(X("x = 1\nX == 2\nX += 3\nX(4)\n X = 5\nX=6"), "6");
}

TEST(PythonLiteral, WhatIsNoLiteralIsRefusedWithItsPlace) {
  const auto refused = [](std::string_view source) { return ReadPythonAssignment(source, "X", "x.py"); };
  EXPECT_THAT(refused("X = {\n  'a': f(1),\n}"),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("no literal"))));
  EXPECT_THAT(X("X = {\n  'a': f(1),\n}"), AllOf(HasSubstr("line 2, column 8"), HasSubstr("f(1)"), HasSubstr("x.py")));
  for (const char* source : {"X = f'{a}'", "X = b'a'", "X = {**Y}", "X = [1 for x in y]", "X = {1: 2}", "X = 1 + 2", "X = lambda: 1", "X = 0x",
                             "X = '\\N{DASH}'"}) {
    EXPECT_THAT(refused(source), IsError(ErrorKind::kUnsupported, ::testing::_)) << source;
  }
  for (const char* source : {"X = {'a': 1", "X = 'a", "X = 'a\n'", "X = '\\x4", "X = [", "X = '''a''"}) {
    EXPECT_THAT(refused(source), IsError(ErrorKind::kCorrupt, ::testing::_)) << source;
  }
  EXPECT_THAT(refused(std::string("X = ") + std::string(100, '[')), IsError(ErrorKind::kInvalid, HasSubstr("levels")));
  EXPECT_THAT(refused(std::string("X = ") + std::string(100000, '(')), IsError(ErrorKind::kInvalid, HasSubstr("levels")));
}

TEST(PythonLiteral, AMissingNameIsAnswered) {
  EXPECT_THAT(ReadPythonAssignment("EXPORT_SKIPS = {}\n", "EXPORT_SKIP", "x.py"), IsError(ErrorKind::kNotFound, HasSubstr("'EXPORT_SKIP'")));
  EXPECT_THAT(ReadPythonAssignment("EXPORT_SKIPS = {}\n", "EXPORT_SKIP", "x.py").error().ToString(), HasSubstr("nearest: EXPORT_SKIPS"));
  EXPECT_THAT(ReadPythonAssignment("", "X"), IsError(ErrorKind::kNotFound, ::testing::_));
}

}  // namespace
}  // namespace conformance::formats
