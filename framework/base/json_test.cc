#include "framework/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace conformance {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Json, KeepsKindsApart) {
  EXPECT_TRUE(Json().IsNull());
  EXPECT_TRUE(Json(nullptr).IsNull());
  EXPECT_TRUE(Json(true).IsBool());
  EXPECT_TRUE(Json(1).IsInt());
  EXPECT_TRUE(Json(1U).IsInt());
  EXPECT_EQ(Json(1.0).kind(), Json::Kind::kDouble);
  EXPECT_FALSE(Json(1) == Json(1.0)) << "1 is not 1.0";
  EXPECT_TRUE(Json("text").IsString()) << "a pointer must not become a bool";
  EXPECT_TRUE(Json::MakeArray().IsArray());
  EXPECT_TRUE(Json::MakeObject().IsObject());
  EXPECT_EQ(Json(int64_t{-7}).AsInt(), -7);
  EXPECT_DOUBLE_EQ(Json(3).AsDouble(), 3.0);
  EXPECT_TRUE(Json(3).IsNumber());
  EXPECT_TRUE(Json(3.5).IsNumber());
  EXPECT_FALSE(Json("3").IsNumber());
}

TEST(Json, NamesItsKinds) {
  EXPECT_EQ(Json::KindName(Json().kind()), "null");
  EXPECT_EQ(Json::KindName(Json(false).kind()), "bool");
  EXPECT_EQ(Json::KindName(Json(1).kind()), "int");
  EXPECT_EQ(Json::KindName(Json(1.5).kind()), "float");
  EXPECT_EQ(Json::KindName(Json("").kind()), "string");
  EXPECT_EQ(Json::KindName(Json::MakeArray().kind()), "array");
  EXPECT_EQ(Json::KindName(Json::MakeObject().kind()), "object");
}

TEST(Json, ObjectsKeepTheOrderOfTheirKeys) {
  Json object;
  object["b"] = 1;
  object["a"] = 2;
  object["c"]["inner"] = "x";
  object["b"] = 3;
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.AsObject()) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("b", "a", "c"));
  EXPECT_EQ(object.Find("b")->AsInt(), 3);
  EXPECT_EQ(object.Find("c")->Find("inner")->AsString(), "x");
  object.Erase("b");
  EXPECT_FALSE(object.Has("b"));
  EXPECT_TRUE(object.Has("a"));
  EXPECT_EQ(object.Find("absent"), nullptr);
  EXPECT_EQ(Json(3).Find("a"), nullptr) << "no object, no member";
}

TEST(Json, AppendMakesAnArrayOfNull) {
  Json array;
  array.Append(1);
  array.Append("two");
  EXPECT_EQ(array.AsArray().size(), 2U);
  EXPECT_EQ(array.AsArray()[1].AsString(), "two");
}

TEST(Json, EqualityIsDeepAndCopiesShareNothing) {
  Json a;
  a["x"].Append(1);
  Json b = a;
  EXPECT_EQ(a, b);
  b["x"].Append(2);
  EXPECT_FALSE(a == b);
}

TEST(Json, ATemporaryGivesItsContentAway) {
  const auto make = [] {
    Json array = Json::MakeArray();
    array.Append("a string that is too long for the small buffer of std::string");
    return array;
  };
  static_assert(!std::is_reference_v<decltype(make().AsArray())>);
  static_assert(!std::is_reference_v<decltype(make().AsObject())>);
  static_assert(!std::is_reference_v<decltype(make().AsString())>);
  size_t seen = 0;
  for (const Json& element : make().AsArray()) seen += element.AsString().size();
  EXPECT_EQ(seen, 61u);
}

TEST(Json, CheckedReadsNameKeyFoundAndWanted) {
  Json object;
  object["i"] = 3;
  object["d"] = 2.5;
  object["s"] = "text";
  object["t"] = true;
  object["ints"].Append(1);
  object["ints"].Append(2);
  object["words"].Append("a");
  object["mixed"].Append(1);
  object["mixed"].Append("b");
  object["none"] = Json::MakeArray();

  EXPECT_EQ(*object.GetInt("i"), 3);
  EXPECT_DOUBLE_EQ(*object.GetDouble("d"), 2.5);
  EXPECT_DOUBLE_EQ(*object.GetDouble("i"), 3.0);
  EXPECT_EQ(*object.GetString("s"), "text");
  EXPECT_TRUE(*object.GetBool("t"));
  EXPECT_THAT(*object.GetInts("ints"), ElementsAre(1, 2));
  EXPECT_THAT(*object.GetStrings("words"), ElementsAre("a"));
  EXPECT_THAT(*object.GetInts("none"), IsEmpty());

  EXPECT_EQ(object.GetInt("absent").error().ToString(), "missing key \"absent\" (wanted: int)");
  EXPECT_EQ(object.GetInt("d").error().ToString(),
            "key \"d\" has the wrong type (found: float, wanted: int)");
  EXPECT_EQ(object.GetDouble("s").error().Fact("found"), "string");
  EXPECT_EQ(object.GetBool("i").error().Fact("found"), "int");
  EXPECT_EQ(object.GetString("i").error().Fact("wanted"), "string");
  EXPECT_EQ(object.GetInts("i").error().Fact("wanted"), "array of int");
  EXPECT_EQ(object.GetInts("mixed").error().Fact("found"), "string");
  EXPECT_EQ(object.GetStrings("mixed").error().Fact("found"), "int");
  EXPECT_EQ(object.GetStrings("absent").error().kind(), ErrorKind::kInvalid);
}

TEST(JsonDeathTest, ATypedReadOfAnotherKindAborts) {
  EXPECT_DEATH({ (void)Json("x").AsInt(); }, "string");
  EXPECT_DEATH({ (void)Json(1).AsObject(); }, "int");
}

}  // namespace
}  // namespace conformance
