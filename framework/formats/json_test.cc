#include "framework/formats/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::HasSubstr;

std::string Fixture(const std::string& name) {
  return std::string(CONFORMANCE_FIXTURES_DIR) + "/formats/json/" + name;
}

TEST(ParseJson, ReadsEveryKind) {
  const Json json = *ParseJson(R"( {"n": null, "b": [true, false], "i": -3, "d": 2.5, "s": "x", "o": {}} )");
  EXPECT_TRUE(json.Find("n")->IsNull());
  EXPECT_TRUE(json.Find("b")->AsArray()[0].AsBool());
  EXPECT_EQ(json.Find("i")->AsInt(), -3);
  EXPECT_DOUBLE_EQ(json.Find("d")->AsDouble(), 2.5);
  EXPECT_EQ(json.Find("s")->AsString(), "x");
  EXPECT_TRUE(json.Find("o")->AsObject().empty());
  EXPECT_EQ(ParseJson("7")->AsInt(), 7) << "a bare value is a text too";
}

TEST(ParseJson, KeepsIntegersAndFloatsApart) {
  EXPECT_TRUE(ParseJson("1")->IsInt());
  EXPECT_EQ(ParseJson("1.0")->kind(), Json::Kind::kDouble);
  EXPECT_EQ(ParseJson("1e0")->kind(), Json::Kind::kDouble);
  EXPECT_EQ(ParseJson("9223372036854775807")->AsInt(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ParseJson("-9223372036854775808")->AsInt(), std::numeric_limits<int64_t>::min());
}

TEST(ParseJson, IntegersBeyondInt64BecomeDoubles) {
  EXPECT_EQ(*ParseJson("9223372036854775808"), Json(9223372036854775808.0));
  EXPECT_EQ(*ParseJson("-9223372036854775809"), Json(-9223372036854775808.0));
  EXPECT_EQ(*ParseJson("1000000000000000019884624838656"), Json(1e30));  // what tokenizers call "no limit"
}

TEST(ParseJson, ReadsWhatPythonWrites) {
  const Json json = *ReadJson(Fixture("values.json"));
  const auto& integers = json.Find("integers")->AsArray();
  EXPECT_EQ(integers[2].AsInt(), 9007199254740993);
  EXPECT_EQ(integers[3].AsInt(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(integers[4].AsInt(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(json.Find("too_large_for_int64")->AsDouble(), 0x1p63);
  const auto& floats = json.Find("floats")->AsArray();
  const double wanted[] = {1.0, 0.1, 1e-5, 1e22, 1e-7, 5e-324, std::numeric_limits<double>::max(), -0.0};
  ASSERT_EQ(floats.size(), std::size(wanted));
  for (size_t i = 0; i < floats.size(); ++i) {
    EXPECT_EQ(floats[i].kind(), Json::Kind::kDouble) << i;
    EXPECT_EQ(floats[i].AsDouble(), wanted[i]) << i;
  }
  EXPECT_TRUE(std::signbit(floats[7].AsDouble()));
  const auto& strings = json.Find("strings")->AsArray();
  EXPECT_EQ(strings[2].AsString(), "quote \" and \\ and /");
  EXPECT_EQ(strings[4].AsString(), "\x01\x1F");
  EXPECT_EQ(strings[5].AsString(), "h\xC3\xA9llo");
  EXPECT_EQ(strings[7].AsString(), "\xF0\x9F\x99\x82") << "a pair of surrogates";
  EXPECT_EQ(*ReadJson(Fixture("values_indented.json")), json);
}

TEST(ParseJson, NonfiniteNumbersOnlyOnRequest) {
  EXPECT_THAT(ReadJson(Fixture("nonfinite.json")), IsError(ErrorKind::kCorrupt));
  const Json json = *ReadJson(Fixture("nonfinite.json"), {.allow_nonfinite = true});
  const auto& numbers = json.Find("a")->AsArray();
  EXPECT_TRUE(std::isnan(numbers[0].AsDouble()));
  EXPECT_EQ(numbers[1].AsDouble(), HUGE_VAL);
  EXPECT_EQ(numbers[2].AsDouble(), -HUGE_VAL);
  EXPECT_EQ(json.Find("NaN")->AsString(), "NaN") << "a string stays a string";
}

TEST(ParseJson, StringsThatLookLikeReplacedWordsStayStrings) {
  // The reader turns NaN into the string "a" before the library sees it.
  const Json json =
      *ParseJson(R"(["a", NaN, "nfinit", Infinity, "x\"NaN\"", {"a": "a"}])", {.allow_nonfinite = true});
  const auto& array = json.AsArray();
  EXPECT_EQ(array[0].AsString(), "a");
  EXPECT_TRUE(std::isnan(array[1].AsDouble()));
  EXPECT_EQ(array[2].AsString(), "nfinit");
  EXPECT_EQ(array[3].AsDouble(), HUGE_VAL);
  EXPECT_EQ(array[4].AsString(), "x\"NaN\"");
  EXPECT_EQ(array[5].Find("a")->AsString(), "a");
  EXPECT_THAT(ParseJson("{NaN: 1}", {.allow_nonfinite = true}),
              IsError(ErrorKind::kCorrupt, HasSubstr("a number as a key")));
  EXPECT_THAT(ParseJson("[-NaN]", {.allow_nonfinite = true}), IsError(ErrorKind::kCorrupt));
}

TEST(ParseJson, ErrorsNameLineAndColumn) {
  const auto error = ParseJson("{\n  \"a\": 1,\n  \"b\" 2\n}", {}, "config.json");
  ASSERT_THAT(error, IsError(ErrorKind::kCorrupt));
  EXPECT_EQ(error.error().Fact("file"), "config.json");
  EXPECT_EQ(error.error().Fact("place"), "line 3, column 7");
  EXPECT_EQ(error.error().Fact("wanted"), "':'");
  EXPECT_EQ(ParseJson("[1").error().Fact("file"), "") << "no name, no fact";
}

TEST(ParseJson, HasLimits) {
  EXPECT_THAT(ParseJson("[[1]]", {.max_depth = 2}), IsOk());
  EXPECT_THAT(ParseJson("[[1]]", {.max_depth = 1}), IsError(ErrorKind::kInvalid, HasSubstr("depth 2")));
  EXPECT_THAT(ParseJson("12345", {.max_bytes = 4}), IsError(ErrorKind::kInvalid, HasSubstr("5 bytes")));
  const TempFolder folder;
  EXPECT_THAT(ReadJson(folder.path() / "absent.json"),
              IsError(ErrorKind::kNotFound, HasSubstr("absent.json")));
}

TEST(ParseJson, ManyKeysAreCheckedForDuplicatesInReasonableTime) {
  std::string text = "{";
  for (int i = 0; i < 50000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  EXPECT_THAT(ParseJson(text + "\"last\":0}"), IsOk());
  EXPECT_THAT(ParseJson(text + "\"key25000\":0}"), IsError(ErrorKind::kCorrupt, HasSubstr("key25000")));
}

TEST(WriteJson, OneLineOrIndented) {
  Json json;
  json["a"] = 1;
  json["b"].Append(Json());
  json["b"].Append(true);
  json["e"] = Json::MakeObject();
  json["f"] = Json::MakeArray();
  EXPECT_EQ(WriteJson(json), R"({"a":1,"b":[null,true],"e":{},"f":[]})");
  EXPECT_EQ(WriteJson(json, 2),
            "{\n  \"a\": 1,\n  \"b\": [\n    null,\n    true\n  ],\n  \"e\": {},\n  \"f\": []\n}");
}

TEST(WriteJson, NumbersReadBackTheSame) {
  EXPECT_EQ(WriteJson(Json(1.0)), "1.0");
  EXPECT_EQ(WriteJson(Json(1)), "1");
  EXPECT_EQ(WriteJson(Json(-0.0)), "-0.0");
  EXPECT_EQ(WriteJson(Json(1e300)), "1e+300");
  EXPECT_EQ(WriteJson(Json(std::nan(""))), "null") << "JSON has no word for it";
  EXPECT_EQ(WriteJson(Json(-HUGE_VAL)), "null");
  for (const double x : {1.0 / 3, 5e-324, 0.1, 1e21, 123456789012345680.0}) {
    EXPECT_EQ(*ParseJson(WriteJson(Json(x))), Json(x)) << x;
  }
}

TEST(WriteJson, StringsAreAlwaysUtf8) {
  EXPECT_EQ(JsonQuoted("a\"\\/\b\f\n\r\t\x01\x7F"), "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7F\"");
  EXPECT_EQ(JsonQuoted("h\xC3\xA9\xF0\x9F\x99\x82"), "\"h\xC3\xA9\xF0\x9F\x99\x82\"");
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(JsonQuoted("\xFFx"), "\"" + replacement + "x\"");
  EXPECT_EQ(JsonQuoted("\xC0\x80"), "\"" + replacement + replacement + "\"") << "not the shortest form";
  EXPECT_EQ(JsonQuoted("\xED\xA0\x80").find("\xED"), std::string::npos) << "a surrogate";
  EXPECT_EQ(JsonQuoted("\xF0\x9F\x99"), "\"" + replacement + replacement + replacement + "\"") << "cut";
  for (int c = 0; c < 256; ++c) {
    const Json one(std::string(1, static_cast<char>(c)));
    EXPECT_THAT(ParseJson(WriteJson(one)), IsOk()) << c;
  }
}

TEST(WriteJson, WhatPythonWroteSurvivesARoundTrip) {
  for (const char* name : {"values.json", "values_indented.json"}) {
    const Json json = *ReadJson(Fixture(name));
    EXPECT_EQ(*ParseJson(WriteJson(json)), json);
    EXPECT_EQ(*ParseJson(WriteJson(json, 4)), json);
  }
}

}  // namespace
}  // namespace conformance::formats
