// The commands that read what others wrote, as a shell calls them: output, files and exit codes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "framework/compare/lanes_comparator.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "reports/render/html.h"
#include "reports/render/json.h"
#include "reports/render/junit.h"
#include "reports/render/markdown.h"
#include "reports/render/sarif.h"
#include "tools/conformance/cli.h"
#include "tools/conformance/diff_command.h"
#include "tools/conformance/report_files.h"

namespace conformance::cli {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using record::CellRecord;
using record::Outcome;
using record::RunRecord;

class Commands : public ::testing::Test {
 protected:
  Commands() {
    toolbox_.comparator = std::make_shared<compare::LanesComparator>();
    toolbox_.backends.Add(std::make_shared<FakeBackend>("double"));
    toolbox_.report_writers.Add(std::make_unique<reports::JsonWriter>());
    toolbox_.report_writers.Add(std::make_unique<reports::HtmlWriter>());
    toolbox_.report_writers.Add(std::make_unique<reports::JunitWriter>());
    toolbox_.report_writers.Add(std::make_unique<reports::MarkdownWriter>());
    toolbox_.report_writers.Add(std::make_unique<reports::SarifWriter>());
    toolbox_.libraries = {{"eigen", "3.4.0", "3.4.0"}};
  }
  /// The exit code; what was said is in `out_` and `err_`.
  int Call(std::vector<std::string> words) {
    std::vector<const char*> argv = {"conformance"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data(), toolbox_);
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }
  std::string File(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string Record(const std::string& name, const std::vector<std::pair<std::string, Outcome>>& cells) {
    RunRecord run;
    for (const auto& [model, outcome] : cells) {
      CellRecord cell;
      cell.id = {model, "static", "fake", "double", "f32"};
      cell.outcome = outcome;
      cell.stage = record::Stage::kCompare;
      if (outcome != Outcome::kPass) cell.reason = "is off";
      run.cells.push_back(cell);
    }
    run.planned = static_cast<int64_t>(cells.size());
    std::ofstream(File(name)) << formats::WriteJson(run.ToJson());
    return File(name);
  }
  std::string Tensors(const std::string& name, const NamedTensors& tensors) {
    EXPECT_THAT(formats::WriteSafetensors(File(name), tensors), IsOk());
    return File(name);
  }

  TempFolder folder_;
  engine::Toolbox toolbox_ = FakeToolbox();
  std::string out_, err_;
};

TEST_F(Commands, DiffEndsWithOneWhereSomethingGotWorse) {
  const std::string a = Record("a.json", {{"m", Outcome::kPass}, {"n", Outcome::kFail}});
  const std::string b = Record("b.json", {{"m", Outcome::kFail}, {"n", Outcome::kPass}});
  EXPECT_EQ(Call({"diff", a, b}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("new: 1\n  m/static/fake/double/f32  pass → fail"), HasSubstr("fixed: 1")));
  EXPECT_EQ(Call({"diff", a, a}), 0);
  EXPECT_EQ(out_, "still failing: 1\n  n/static/fake/double/f32  fail\n      is off\n1 still failing, 1 unchanged\n");
  EXPECT_EQ(Call({"diff", a, b, "--json", "-"}), 1);
  EXPECT_TRUE(formats::ParseJson(out_).ok());
  EXPECT_EQ(Call({"diff", a, File("none.json")}), 2);
  EXPECT_THAT(err_, HasSubstr("none.json"));
  EXPECT_EQ(Call({"diff", a, Record("empty.json", {})}), 2);
  const std::string part = Record("part.json", {{"n", Outcome::kFail}});
  EXPECT_EQ(Call({"diff", a, part}), 1);  // m is gone
  EXPECT_EQ(Call({"diff", a, part, "--partial"}), 0);
}

TEST_F(Commands, ABaselineFailsOnWhatGotWorseAlone) {
  const auto baseline = *RunRecord::FromJson(
      *formats::ReadJson(Record("baseline.json", {{"m", Outcome::kFail}, {"n", Outcome::kFail}, {"o", Outcome::kPass}})));
  const auto judged = [&](const std::vector<std::pair<std::string, Outcome>>& cells, int plain, bool whole = true) {
    const auto run = RunRecord::FromJson(*formats::ReadJson(Record("now.json", cells)));
    ::testing::internal::CaptureStdout();
    const int code = JudgeByBaseline(baseline, *run, whole, plain, stdout);
    std::fflush(stdout);
    out_ = ::testing::internal::GetCapturedStdout();
    return code;
  };
  EXPECT_EQ(judged({{"m", Outcome::kFail}, {"n", Outcome::kPass}, {"o", Outcome::kPass}}, 1), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("fixed: 1"), HasSubstr("the baseline can shrink: 1 of its failures are no more")));
  EXPECT_EQ(judged({{"m", Outcome::kFail}, {"n", Outcome::kFail}, {"o", Outcome::kFail}}, 1), 1);
  EXPECT_EQ(judged({{"m", Outcome::kFail}, {"n", Outcome::kFail}}, 1), 1);         // o is gone
  EXPECT_EQ(judged({{"m", Outcome::kFail}, {"n", Outcome::kFail}}, 1, false), 0);  // o was not asked for
  EXPECT_EQ(judged({{"o", Outcome::kUnavailable}}, 2), 2);                         // nothing was compared
}

TEST_F(Commands, CompareNamesWhatDiffers) {
  const std::string a = Tensors("a.safetensors", {{"logits", F32({{1, 2}, {3, 4}})}, {"ids", Tensor::Of<int64_t>({2}, {5, 6})}});
  EXPECT_EQ(Call({"compare", a, a}), 0);
  EXPECT_THAT(out_, HasSubstr("pass: 2 tensors compared, 0 differ"));
  const std::string b = Tensors("b.safetensors", {{"logits", F32({{1, 2}, {3, 4.5}})}, {"ids", Tensor::Of<int64_t>({2}, {5, 7})}});
  EXPECT_EQ(Call({"compare", a, b}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("fail  \"logits\"") , HasSubstr("up to 1048576 ULP"), HasSubstr("found 7, wanted 6"), HasSubstr("2 differ")));
  EXPECT_EQ(Call({"compare", a, b, "--tensor", "logits", "--atol", "0.5"}), 0);
  EXPECT_EQ(Call({"compare", a, b, "--tensor", "nothing*"}), 2);
  EXPECT_THAT(err_, HasSubstr("nothing is compared"));
  const std::string c = Tensors("c.safetensors", {{"logits", F32({{1, 2, 3, 4}})}, {"more", F32Of({1, 1}, {1})}});
  EXPECT_EQ(Call({"compare", a, c}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("only in B"), HasSubstr("only in A"), HasSubstr("shape [1, 4], wanted [2, 2]")));
  EXPECT_EQ(Call({"compare", a, b, "--json", "-"}), 1);
  const auto json = formats::ParseJson(out_);
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(json->GetString("outcome").value(), "fail");
}

TEST_F(Commands, CompareByTheErrorBudgetOfF64) {
  // A is off by 1e-3 itself: B may be by ten times that.
  const std::string a = Tensors("a.safetensors", {{"y", F32({{1.001f, 2, 3, 4}})}});
  const std::string b = Tensors("b.safetensors", {{"y", F32({{1, 2, 3.0015f, 4}})}});
  const std::string c = Tensors("c.safetensors", {{"y", Tensor::Of<double>({1, 4}, {1, 2, 3, 4})}});
  EXPECT_EQ(Call({"compare", a, b}), 1);
  EXPECT_EQ(Call({"compare", a, b, "--expected-f64", c}), 0) << out_;
  EXPECT_EQ(Call({"compare", c, c, "--expected-f64", a}), 2);
  EXPECT_THAT(err_, HasSubstr("wanted: f64"));
}

TEST_F(Commands, ListImportIsBelowList) {
  const std::string list = std::string(CONFORMANCE_FIXTURES_DIR) + "/lists/hf_skips.py";
  EXPECT_EQ(Call({"list", "import", list, "--format", "hf-skips", "--kind", "skip", "--reference", "https://example.org", "--date", "2026-08-01",
                  "--model-change-needed", "not said there", "--output", File("skips.json")}), 0)
      << err_;
  EXPECT_THAT(err_, HasSubstr("7 entries of kind skip"));
  EXPECT_THAT(*formats::ReadFileText(File("skips.json")), HasSubstr("\"pattern\": \"*/Sam2Model/dynamic/transformers:*/*\""));
  EXPECT_EQ(Call({"list", "import", list, "--format", "hf-skips", "--kind", "skip", "--output", "-"}), 2);
  EXPECT_THAT(err_, HasSubstr("--reference"));
  EXPECT_EQ(Call({"list", "backends"}), 0);
  EXPECT_THAT(out_, HasSubstr("double"));
  EXPECT_EQ(Call({"list"}), 2);
  EXPECT_THAT(err_, HasSubstr("expectations"));
}

TEST_F(Commands, ReportWritesEachFormat) {
  const std::string record = Record("a.json", {{"m", Outcome::kFail}});
  EXPECT_EQ(Call({"report", record}), 0);
  EXPECT_THAT(out_, HasSubstr("fail  m/static/fake/double/f32"));
  EXPECT_EQ(Call({"report", record, "--junit", File("j.xml"), "--sarif", File("s.sarif"), "--markdown", "-", "--report", "html=" + File("h.html")}), 0);
  EXPECT_THAT(out_, StartsWith("## Conformance: not as expected"));
  EXPECT_THAT(*formats::ReadFileText(File("j.xml")), StartsWith("<?xml"));
  EXPECT_THAT(*formats::ReadFileText(File("s.sarif")), HasSubstr("\"2.1.0\""));
  EXPECT_THAT(*formats::ReadFileText(File("h.html")), StartsWith("<!doctype html>"));
  EXPECT_EQ(Call({"report", record, "--report", "pdf=x"}), 2);
  EXPECT_THAT(err_, HasSubstr("json, html, junit, markdown, sarif"));
  EXPECT_EQ(Call({"report", record, "--report", "html"}), 2);
  EXPECT_THAT(err_, HasSubstr("NAME=FILE"));
}

TEST_F(Commands, TheStepsSummaryGrows) {
  const std::string file = File("summary.md");
  std::ofstream(file) << "before\n";
  RunRecord run;
  ASSERT_EQ(::setenv("GITHUB_STEP_SUMMARY", file.c_str(), 1), 0);
  EXPECT_THAT(AppendStepSummary(toolbox_, run), IsOk());
  ASSERT_EQ(::setenv("GITHUB_STEP_SUMMARY", File("no/such/folder").c_str(), 1), 0);
  EXPECT_THAT(AppendStepSummary(toolbox_, run), Not(IsOk()));
  ASSERT_EQ(::unsetenv("GITHUB_STEP_SUMMARY"), 0);
  EXPECT_THAT(AppendStepSummary(toolbox_, run), IsOk());
  EXPECT_THAT(*formats::ReadFileText(file), StartsWith("before\n## Conformance: nothing was run\n"));
}

TEST_F(Commands, DoctorsExitCode) {
  EXPECT_EQ(Call({"doctor"}), 0) << out_;
  EXPECT_THAT(out_, AllOf(HasSubstr("library eigen"), HasSubstr("backend double"), HasSubstr("kernels")));
  toolbox_.libraries[0].found = "3.4.90";
  EXPECT_EQ(Call({"doctor"}), 0);
  EXPECT_THAT(out_, HasSubstr("drift"));
  EXPECT_THAT(out_, HasSubstr("3.4.90  qualified: 3.4.0"));
  EXPECT_EQ(Call({"doctor", "--strict"}), 1);
  auto missing = std::make_shared<::testing::NiceMock<MockBackend>>("openvino", "fake");
  ON_CALL(*missing, Version).WillByDefault([]() -> Result<std::string> { return Unavailable("run tools/setup --with openvino"); });
  toolbox_.backends.Add(std::shared_ptr<const ports::Backend>(missing));
  EXPECT_EQ(Call({"doctor"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("unavailable"), HasSubstr("tools/setup --with openvino")));
  EXPECT_EQ(Call({"doctor", "--require", "double"}), 0);
  EXPECT_EQ(Call({"doctor", "--require", "open*"}), 1);
  EXPECT_EQ(Call({"doctor", "--require", "onyx"}), 2);
  EXPECT_EQ(Call({"doctor", "--json"}), 0);
  EXPECT_TRUE(formats::ParseJson(out_).ok());
  toolbox_.clock = nullptr;
  EXPECT_EQ(Call({"doctor"}), 2);
  EXPECT_THAT(out_, HasSubstr("broken"));
}

TEST_F(Commands, UnknownCommandsAreAnsweredWithTheKnown) {
  EXPECT_EQ(Call({"dif"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("audit"), HasSubstr("compare"), HasSubstr("diff"), Not(HasSubstr("worker,"))));
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace
}  // namespace conformance::cli
