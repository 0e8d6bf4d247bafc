// `conformance audit` on a real checkpoint, from the list's file to the shorter one.

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

}  // namespace
}  // namespace conformance::cli
