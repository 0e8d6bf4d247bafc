#include "framework/engine/lists.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "framework/formats/json.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<ListEntry>> Parse(std::string_view text) {
  CONFORMANCE_TRY(const Json json, formats::ParseJson(text));
  return ParseList(json, "list.json");
}
/// A list of one entry: the fields that every kind needs, then `more`.
Result<std::vector<ListEntry>> One(std::string kind, std::string more, std::string date = "2026-08-01") {
  return Parse(R"({"kind": ")" + kind + R"(", "entries": [{"pattern": "gpt2/*", "reason": "r", "reference": "l", "date": ")" + date + "\"" +
               more + "}]}");
}

TEST(Lists, EachKindHasItsOwnFields) {
  const auto skip = One("skip", R"(, "model_change_needed": "m")");
  ASSERT_THAT(skip, IsOk());
  EXPECT_EQ((*skip)[0].model_change_needed, "m");
  EXPECT_EQ((*skip)[0].id, "skip:gpt2/*");
  EXPECT_EQ((*skip)[0].place, "list.json, entry 1");
  EXPECT_THAT(One("disable_optimize", R"(, "upstream_bug": "u")"), IsOk());
  const auto fail = One("expected_fail", R"(, "outcome": "crash", "stage": "run")");
  ASSERT_THAT(fail, IsOk());
  EXPECT_EQ((*fail)[0].outcome, record::Outcome::kCrash);
  EXPECT_EQ((*fail)[0].stage, record::Stage::kRun);
  const auto plain = One("expected_fail", "");
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ((*plain)[0].outcome, std::nullopt);
  const auto tolerance = One("tolerance", R"(, "atol": 1e-3, "rtol": 0, "output": "logits")");
  ASSERT_THAT(tolerance, IsOk());
  EXPECT_EQ((*tolerance)[0].tolerance.atol, 1e-3);
  EXPECT_EQ((*tolerance)[0].output, "logits");
  EXPECT_EQ((*One("tolerance", R"(, "atol": 1, "rtol": 0)"))[0].output, "*");
}

TEST(Lists, AMissingFieldIsNamedWithFileAndEntry) {
  EXPECT_THAT(One("skip", ""), IsError(ErrorKind::kInvalid, AllOf(HasSubstr("list.json, entry 1"), HasSubstr("'model_change_needed' is missing"))));
  EXPECT_THAT(One("disable_optimize", ""), IsError(ErrorKind::kInvalid, HasSubstr("'upstream_bug' is missing")));
  EXPECT_THAT(One("tolerance", R"(, "atol": 1)"), IsError(ErrorKind::kInvalid, HasSubstr("'rtol' is missing")));
  EXPECT_THAT(Parse(R"({"kind": "expected_fail", "entries": [{"pattern": "a", "reason": "r", "date": "2026-08-01"}]})"),
              IsError(ErrorKind::kInvalid, HasSubstr("'reference' is missing")));
  EXPECT_THAT(Parse(R"({"kind": "expected_fail", "entries": [{"pattern": "a", "reason": " ", "reference": "l", "date": "2026-08-01"}]})"),
              IsError(ErrorKind::kInvalid, HasSubstr("'reason' is empty")));
  EXPECT_THAT(Parse(R"({"kind": "expected_fail", "entries": [{"pattern": 3, "reason": "r", "reference": "l", "date": "2026-08-01"}]})"),
              IsError(ErrorKind::kInvalid, HasSubstr("'pattern' is no string but int")));
}

TEST(Lists, WrongValuesAreNamed) {
  EXPECT_THAT(One("expected_fail", "", "2026-02-30"), IsError(ErrorKind::kInvalid, HasSubstr("'2026-02-30'")));
  EXPECT_THAT(One("expected_fail", "", "01.08.2026"), IsError(ErrorKind::kInvalid, HasSubstr("'date'")));
  EXPECT_THAT(One("expected_fail", "", "2024-02-29"), IsOk());
  EXPECT_THAT(One("expected_fail", R"(, "outcome": "boom")"), IsError(ErrorKind::kInvalid, HasSubstr("no outcome")));
  EXPECT_THAT(One("expected_fail", R"(, "outcome": "pass")"), IsError(ErrorKind::kInvalid, HasSubstr("no failure")));
  EXPECT_THAT(One("expected_fail", R"(, "stage": "later")"), IsError(ErrorKind::kInvalid, HasSubstr("no stage")));
  EXPECT_THAT(One("tolerance", R"(, "atol": -1, "rtol": 0)"), IsError(ErrorKind::kInvalid, HasSubstr("want ≥ 0")));
  EXPECT_THAT(One("expected_fail", R"(, "atol": 1)"), IsError(ErrorKind::kInvalid, HasSubstr("'atol' is unknown")));
  EXPECT_THAT(One("waive", ""), IsError(ErrorKind::kInvalid, HasSubstr("'kind'")));
  EXPECT_THAT(Parse(R"({"kind": "skip", "entries": 3})"), IsError(ErrorKind::kInvalid, HasSubstr("'entries'")));
  EXPECT_THAT(Parse(R"({"kind": "skip", "entries": [], "more": 1})"), IsError(ErrorKind::kInvalid, HasSubstr("'more'")));
  EXPECT_THAT(Parse(R"({"kind": "skip", "entries": [7]})"), IsError(ErrorKind::kInvalid, HasSubstr("entry 1 is no object")));
  EXPECT_THAT(Parse("[]"), IsError(ErrorKind::kInvalid, HasSubstr("no object")));
  const std::string entry = R"({"pattern": "a", "reason": "r", "reference": "l", "date": "2026-08-01"})";
  EXPECT_THAT(Parse(R"({"kind": "expected_fail", "entries": [)" + entry + "," + entry + "]}"),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("entry 2"), HasSubstr("stands twice"))));
}

TEST(Lists, WrittenAndReadAgain) {
  for (const auto& [kind, more] : {std::pair<std::string, std::string>{"skip", R"(, "model_change_needed": "m")"},
                                   {"disable_optimize", R"(, "upstream_bug": "u")"},
                                   {"expected_fail", R"(, "outcome": "crash", "stage": "run")"},
                                   {"tolerance", R"(, "atol": 0.5, "rtol": 0.25, "output": "logits")"}}) {
    const auto entries = One(kind, more);
    ASSERT_THAT(entries, IsOk());
    const Json json = ListToJson((*entries)[0].kind, *entries);
    const auto again = ParseList(json, "list.json");
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(ListToJson((*again)[0].kind, *again), json);
    EXPECT_EQ(json.Find("entries")->AsArray()[0], formats::ParseJson(R"({"pattern": "gpt2/*", "reason": "r", "reference": "l", "date": "2026-08-01")" + more + "}").value());
  }
}

TEST(Lists, FirstMatchingEntryOfAKind) {
  auto entries = One("expected_fail", "").value();
  entries.push_back(One("skip", R"(, "model_change_needed": "m")").value()[0]);
  entries.push_back(entries[0]);
  entries[2].pattern = "gpt2/static/*";
  const Lists lists(entries);
  EXPECT_EQ(lists.Find(ListKind::kExpectedFail, "gpt2/static/onnx/onnxruntime/f32"), &lists.entries()[0]);
  EXPECT_EQ(lists.Find(ListKind::kSkip, "gpt2/static/onnx/onnxruntime/f32"), &lists.entries()[1]);
  EXPECT_EQ(lists.Find(ListKind::kTolerance, "gpt2/static/onnx/onnxruntime/f32"), nullptr);
  EXPECT_EQ(lists.Find(ListKind::kSkip, "bert/static/onnx/onnxruntime/f32"), nullptr);
}

TEST(Lists, PatternsThatMatchNothingAreTold) {
  auto entries = One("expected_fail", "").value();
  entries[0].pattern = "gpt2/dynamc/onnx/onnxruntime/f32";
  const Lists lists(entries);
  EXPECT_THAT(lists.Unmatched({"gpt2/dynamic/onnx/onnxruntime/f32", "bert/static/onnx/onnxruntime/f32"}),
              ElementsAre(AllOf(HasSubstr("list.json, entry 1"), HasSubstr("dynamc"), HasSubstr("nearest: gpt2/dynamic"))));
  entries[0].pattern = "*/onnxruntime/*";
  EXPECT_THAT(Lists(entries).Unmatched({"bert/static/onnx/onnxruntime/f32"}), ElementsAre());
}

TEST(Lists, AFolderIsReadByName) {
  const auto folder = std::filesystem::temp_directory_path() / ("lists_test." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "b.json") << R"({"kind": "skip", "entries": []})";
  std::ofstream(folder / "a.json") << R"({"kind": "expected_fail", "entries": [{"pattern": "p", "reason": "r", "reference": "l", "date": "2026-08-01"}]})";
  std::ofstream(folder / "notes.txt") << "no list";
  const auto lists = ReadLists(folder);
  ASSERT_THAT(lists, IsOk());
  ASSERT_EQ(lists->size(), 1u);
  EXPECT_EQ((*lists)[0].place, "a.json, entry 1");
  std::ofstream(folder / "b.json") << "{";
  EXPECT_THAT(ReadLists(folder), IsError(ErrorKind::kCorrupt, HasSubstr("b.json")));
  std::filesystem::remove_all(folder);
  EXPECT_THAT(ReadLists(folder), IsError(ErrorKind::kIo));
}

}  // namespace
}  // namespace conformance::engine
