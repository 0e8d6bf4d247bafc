// Commands that run a real checkpoint: `audit`, from a list's file to the shorter one, and `run` against a baseline.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "tools/conformance/cli.h"
#include "tools/conformance/default_toolbox.h"

namespace conformance::cli {
namespace {

using conformance::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kDay = "2020-01-01";  // long ago

class AuditCommand : public ::testing::Test {
 protected:
  AuditCommand() : list_(folder_.path() / "skip.json") {}
  void List(const std::string& first, const std::string& second) {
    const auto entry = [](const std::string& pattern) {
      return "    {\"pattern\": \"" + pattern + "\", \"reason\": \"r\", \"reference\": \"l\", \"date\": \"" + kDay + "\", \"model_change_needed\": \"m\"}";
    };
    std::ofstream(list_) << "{\n  \"kind\": \"skip\",\n  \"entries\": [\n" << entry(first) << ",\n" << entry(second) << "\n  ]\n}\n";
  }
  int Call(std::vector<std::string> more) {
    const std::string model = std::string(CONFORMANCE_FIXTURES_DIR) + "/golden/bert", list = list_.string();
    std::vector<const char*> argv = {"conformance", "audit", model.c_str(), "--list", list.c_str(), "--in-process"};
    for (const std::string& word : more) argv.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data(), DefaultToolbox());
    out_ = ::testing::internal::GetCapturedStdout();
    return code;
  }

  conformance::testing::TempFolder folder_;
  std::filesystem::path list_;
  std::string out_;
};

TEST_F(AuditCommand, WhatPassesGoesAndTheRestStays) {
  List("bert/static/none/program/f32", "bert/dynamic/none/program/f32");
  const std::string before = *formats::ReadFileText(list_);
  EXPECT_EQ(Call({}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("no longer holds"), HasSubstr("skip:bert/static/none/program/f32"), HasSubstr("2 entries audited: 2 to be looked at")));
  EXPECT_EQ(*formats::ReadFileText(list_), before);  // nothing is written unasked
  EXPECT_EQ(Call({"--entry", "skip:bert/static/*", "--write"}), 0);
  const auto json = formats::ReadJson(list_);
  ASSERT_THAT(json, IsOk());
  ASSERT_EQ(json->Find("entries")->AsArray().size(), 1u);
  EXPECT_EQ(json->Find("entries")->AsArray()[0].GetString("pattern").value(), "bert/dynamic/none/program/f32");
  EXPECT_EQ(json->Find("entries")->AsArray()[0].GetString("date").value(), kDay);  // was not audited this time
}

TEST_F(AuditCommand, JsonAndWrongUse) {
  List("bert/static/none/program/f32", "bert/dynamic/none/program/f32");
  EXPECT_EQ(Call({"--json", "-"}), 1);
  const auto json = formats::ParseJson(out_);
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->AsArray()[0].GetString("state").value(), "no longer holds");
  EXPECT_EQ(json->AsArray()[0].GetBool("overdue").value(), true);
  EXPECT_EQ(Call({"--entry", "nothing"}), 2);
  List("bert/static/none/program/f32", "nobody/*");
  EXPECT_EQ(Call({}), 2);  // a pattern that meets nothing
}

// The record of one run is the next one's baseline, in the same file too.
TEST(RunCommand, ABaselineIsReadBeforeItIsWritten) {
  const conformance::testing::TempFolder folder;
  const std::string model = std::string(CONFORMANCE_FIXTURES_DIR) + "/golden/bert", file = (folder.path() / "baseline.json").string();
  const auto call = [&](std::vector<const char*> more) {
    std::vector<const char*> argv = {"conformance", "run", model.c_str(), "--exporter", "none", "--backend", "program", "-q"};
    argv.insert(argv.end(), more.begin(), more.end());
    return RunCli(static_cast<int>(argv.size()), argv.data(), DefaultToolbox());
  };
  EXPECT_EQ(call({"--baseline", file.c_str()}), 2);  // and nothing runs
  EXPECT_EQ(call({"--json", file.c_str()}), 0);
  // A failure that the baseline does not have, and one that it has.
  std::string text = *formats::ReadFileText(file);
  const std::string outcome = "\"outcome\": \"pass\"";
  ASSERT_NE(text.find(outcome), std::string::npos);
  text.replace(text.find(outcome), outcome.size(), "\"outcome\": \"fail\"");
  ASSERT_THAT(formats::WriteFileAtomic(file, text), IsOk());
  EXPECT_EQ(call({"--baseline", file.c_str(), "--json", file.c_str()}), 0);
  EXPECT_EQ((*formats::ReadFileText(file)).find("\"outcome\": \"fail\""), std::string::npos);  // the next one is shorter
}

TEST(RunCommand, RelationsAndExactPartsRunWhereTheyAreAskedFor) {
  const conformance::testing::TempFolder folder;
  const std::string model = std::string(CONFORMANCE_FIXTURES_DIR) + "/checkpoints/bloom_three", file = (folder.path() / "record.json").string();
  const auto call = [&](std::vector<const char*> words) {
    words.insert(words.begin(), "conformance");
    ::testing::internal::CaptureStdout();
    const int code = RunCli(static_cast<int>(words.size()), words.data(), DefaultToolbox());
    return std::pair(code, ::testing::internal::GetCapturedStdout());
  };
  const auto [listed, table] = call({"list", "relations", model.c_str()});
  EXPECT_EQ(listed, 0);
  EXPECT_THAT(table, AllOf(HasSubstr("dynamic+rows"), HasSubstr("prefill+steps"), HasSubstr("not applicable: its forward takes no positions")));
  EXPECT_EQ(call({"run", model.c_str(), "--exporter", "onnx", "--backend", "onnx-reference", "--variant", "*+*", "-q", "--json", file.c_str()}).first, 0);
  const auto related = formats::ReadJson(file);
  ASSERT_THAT(related, IsOk());
  for (const Json& cell : related->Find("cells")->AsArray()) EXPECT_THAT(*cell.GetString("variant"), HasSubstr("+"));
  EXPECT_THAT(*formats::ReadFileText(file), HasSubstr("bloom_three/prefill+padded-left is not applicable"));
  EXPECT_EQ(call({"run", model.c_str(), "--exporter", "onnx", "--backend", "onnx-reference", "--exact", "-q", "--json", file.c_str()}).first, 0);
  const auto exact = formats::ReadJson(file);
  ASSERT_THAT(exact, IsOk());
  ASSERT_EQ(exact->Find("cells")->AsArray().size(), 1u);
  EXPECT_EQ(*exact->Find("cells")->AsArray()[0].GetString("variant"), "exact");
}

}  // namespace
}  // namespace conformance::cli
