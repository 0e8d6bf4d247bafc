#include "framework/engine/lists_edit.h"

#include <gmock/gmock.h>

#include "framework/engine/lists.h"
#include "framework/formats/json.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::HasSubstr;

// Formatted by hand, as people do it: one entry on one line, one with its date first, one with escapes and brackets in strings.
constexpr const char* kList = R"({
  "kind": "expected_fail",
  "entries": [
    {"pattern": "a/*", "reason": "first, ] } \" in words", "reference": "x#1", "date": "2026-01-01"},
    {
      "date" : "2026-01-02",
      "pattern": "b/*",
        "reason":   "second",
      "reference": "x#2"
    },

    {"pattern": "c/*", "reason": "third", "reference": "x#3", "da\u0074e": "2026-01-03" }
  ]
}
)";

std::string Edited(const ListEdit& edit, std::string_view text = kList) {
  auto result = EditList(text, edit, "list.json");
  EXPECT_THAT(result, IsOk());
  return result.ok() ? *result : "";
}
std::string Without(std::string text, const std::string& part) {
  const size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos);
  return text.erase(at, part.size());
}

TEST(ListsEdit, NothingChangesNothing) { EXPECT_EQ(Edited({}), kList); }

TEST(ListsEdit, ADateIsReplacedInPlace) {
  std::string want = kList;
  want.replace(want.find("2026-01-02"), 10, "2026-11-27");
  want.replace(want.find("2026-01-03"), 10, "2026-11-28");
  EXPECT_EQ(Edited({.removed = {}, .dates = {{1, "2026-11-27"}, {2, "2026-11-28"}}}), want);
}

TEST(ListsEdit, RemovalTakesTheEntryAndItsCommaAlone) {
  const std::string first = R"({"pattern": "a/*", "reason": "first, ] } \" in words", "reference": "x#1", "date": "2026-01-01"},
    )";
  EXPECT_EQ(Edited({.removed = {0}, .dates = {}}), Without(kList, first));
  const std::string last = R"(,

    {"pattern": "c/*", "reason": "third", "reference": "x#3", "da\u0074e": "2026-01-03" })";
  EXPECT_EQ(Edited({.removed = {2}, .dates = {}}), Without(kList, last));
  EXPECT_EQ(Edited({.removed = {0, 2}, .dates = {}}), Without(Without(kList, first), last));
  EXPECT_EQ(Edited({.removed = {0, 1, 2}, .dates = {}}), "{\n  \"kind\": \"expected_fail\",\n  \"entries\": []\n}\n");
}

TEST(ListsEdit, WhatStaysReadsTheSame) {
  const auto before = ParseList(*formats::ParseJson(kList), "list.json");
  ASSERT_THAT(before, IsOk());
  for (size_t mask = 0; mask < 8; ++mask) {
    ListEdit edit;
    std::vector<std::string> want, got;
    for (size_t i = 0; i < 3; ++i) {
      if (mask >> i & 1) edit.removed.insert(i);
      else want.push_back((*before)[i].id);
    }
    const auto after = ParseList(*formats::ParseJson(Edited(edit)), "list.json");
    ASSERT_THAT(after, IsOk()) << mask;
    for (const auto& entry : *after) got.push_back(entry.id);
    EXPECT_EQ(got, want) << mask;
  }
}

TEST(ListsEdit, OneLine) {
  const std::string text = R"({"entries":[{"pattern":"a","reason":"r","reference":"l","date":"2026-01-01"},{"pattern":"b","reason":"r","reference":"l","date":"2026-01-01"}],"kind":"expected_fail"})";
  EXPECT_EQ(Edited({.removed = {0}, .dates = {}}, text),
            R"({"entries":[{"pattern":"b","reason":"r","reference":"l","date":"2026-01-01"}],"kind":"expected_fail"})");
  EXPECT_EQ(Edited({.removed = {1}, .dates = {}}, text),
            R"({"entries":[{"pattern":"a","reason":"r","reference":"l","date":"2026-01-01"}],"kind":"expected_fail"})");
}

TEST(ListsEdit, WhatIsNoListIsRefused) {
  EXPECT_THAT(EditList("{", {}, "list.json"), IsError(ErrorKind::kCorrupt, ::testing::_));
  EXPECT_THAT(EditList("[]", {}, "list.json"), IsError(ErrorKind::kInvalid, HasSubstr("list.json")));
  EXPECT_THAT(EditList(kList, {.removed = {3}, .dates = {}}, "list.json"), IsError(ErrorKind::kInvalid, HasSubstr("no entry 4")));
}

}  // namespace
}  // namespace conformance::engine
