#include "framework/engine/audit.h"

#include <gmock/gmock.h>

#include <fstream>

#include "framework/formats/file.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using record::Outcome;

/// Two models whose dynamic variant is wrong; what is listed is up to the test.
class Audit : public ::testing::Test {
 protected:
  Audit() {
    toolbox_.backends.Add(std::make_shared<FakeBackend>(
        "double", std::vector<std::string>{"fake"},
        [this](const ports::Artifact& artifact, const ports::SessionOptions& options, const NamedTensors& inputs) -> Result<NamedTensors> {
          return behaviour_(artifact, options, inputs);
        }));
    options_.sweep.threads = 1;
    for (const char* name : {"a", "b"}) cases_.push_back(std::make_shared<FakeCase>(name));
  }
  static Result<NamedTensors> WrongWhereDynamic(const ports::Artifact& artifact, const ports::SessionOptions&, const NamedTensors& inputs) {
    if (artifact.inputs[0].dims[0] == "batch") return Invalid("refused");
    return DoubledAll(inputs);
  }
  /// A list file of the test's folder, added to what is audited.
  std::filesystem::path List(const std::string& kind, const std::vector<std::pair<std::string, std::string>>& patterns_and_dates,
                             const std::string& more = "") {
    std::string text = "{\n \"kind\": \"" + kind + "\",\n \"entries\": [\n";
    for (size_t i = 0; i < patterns_and_dates.size(); ++i) {
      text += "  {\"pattern\": \"" + patterns_and_dates[i].first + "\", \"reason\": \"r\", \"reference\": \"l\", \"date\": \"" +
              patterns_and_dates[i].second + "\"" + more + "}" + (i + 1 < patterns_and_dates.size() ? ",\n" : "\n");
    }
    const auto file = folder_.path() / (kind + ".json");
    std::ofstream(file) << text + " ]\n}\n";
    const auto entries = ReadList(file);
    EXPECT_THAT(entries, IsOk());
    if (entries.ok()) options_.sweep.lists.insert(options_.sweep.lists.end(), entries->begin(), entries->end());
    return file;
  }
  std::vector<AuditedEntry> Run() {
    ProgressSink nobody;
    auto audited = RunAudit(toolbox_, cases_, options_, nobody);
    EXPECT_THAT(audited, IsOk());
    return audited.ok() ? *std::move(audited) : std::vector<AuditedEntry>();
  }
  static std::vector<EntryState> States(const std::vector<AuditedEntry>& audited) {
    std::vector<EntryState> states;
    for (const auto& row : audited) states.push_back(row.state);
    return states;
  }

  static constexpr const char* kChange = R"(, "model_change_needed": "m")";
  TempFolder folder_;
  Toolbox toolbox_ = FakeToolbox();  // its clock says 2026-08-01
  FakeBackend::Behaviour behaviour_ = WrongWhereDynamic;
  std::vector<std::shared_ptr<const Case>> cases_;
  AuditOptions options_;
};

TEST_F(Audit, SkipsAreRun) {
  List("skip", {{"a/dynamic/*", "2026-07-01"}, {"a/static/*", "2026-07-01"}, {"b/*", "2026-07-01"}}, kChange);
  const auto audited = Run();
  ASSERT_THAT(States(audited), ElementsAre(EntryState::kHolds, EntryState::kNoLongerHolds, EntryState::kTooWide));
  EXPECT_TRUE(audited[0].clean());
  EXPECT_EQ(audited[0].age_days, 31);
  EXPECT_FALSE(audited[1].clean());
  EXPECT_THAT(audited[1].text, HasSubstr("a/static/fake/double/f32: pass"));
  EXPECT_FALSE(audited[2].clean());
  EXPECT_EQ(audited[2].holding, 1);
  EXPECT_EQ(audited[2].passing, 1);
}

TEST_F(Audit, ASkipThatNobodyLookedAtForNinetyDaysIsOverdue) {
  List("skip", {{"a/dynamic/*", "2026-05-03"}, {"b/dynamic/*", "2026-05-02"}}, kChange);
  const auto audited = Run();
  EXPECT_EQ(audited[0].age_days, 90);
  EXPECT_TRUE(audited[0].clean());
  EXPECT_EQ(audited[1].age_days, 91);
  EXPECT_TRUE(audited[1].overdue);
  EXPECT_FALSE(audited[1].clean());
}

TEST_F(Audit, TheOtherListsToo) {
  List("expected_fail", {{"a/dynamic/*", "2025-01-01"}, {"b/static/*", "2026-07-01"}, {"*/dynamic/*", "2026-07-01"}});
  List("tolerance", {{"a/static/*", "2026-07-01"}}, R"(, "atol": 1, "rtol": 0)");
  const auto audited = Run();
  EXPECT_THAT(States(audited), ElementsAre(EntryState::kHolds, EntryState::kNoLongerHolds, EntryState::kHolds, EntryState::kNoLongerHolds));
  EXPECT_FALSE(audited[0].overdue);  // it runs in each sweep
  EXPECT_EQ(audited[2].cells, 1);    // the other is the first entry's
}

TEST_F(Audit, DisableOptimizeIsRunBothWays) {
  behaviour_ = [](const auto&, const ports::SessionOptions& options, const NamedTensors& inputs) -> Result<NamedTensors> {
    if (options.optimize) return Invalid("wrong fusion");
    return DoubledAll(inputs);
  };
  const auto file = List("disable_optimize", {{"a/static/*", "2026-07-01"}}, R"(, "upstream_bug": "u")");
  EXPECT_THAT(States(Run()), ElementsAre(EntryState::kHolds));
  behaviour_ = [](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> { return DoubledAll(inputs); };
  EXPECT_THAT(States(Run()), ElementsAre(EntryState::kNoLongerHolds));
  behaviour_ = [](const auto&, const auto&, const NamedTensors&) -> Result<NamedTensors> { return Invalid("fails both ways"); };
  const auto audited = Run();
  EXPECT_THAT(States(audited), ElementsAre(EntryState::kEndsOtherwise));
  EXPECT_THAT(audited[0].text, HasSubstr("wrong list"));
}

TEST_F(Audit, AnEntryThatNamesAnotherOutcomeEndsOtherwise) {
  List("expected_fail", {{"a/dynamic/*", "2026-07-01"}}, R"(, "outcome": "crash")");
  EXPECT_THAT(States(Run()), ElementsAre(EntryState::kEndsOtherwise));
}

TEST_F(Audit, ShadowedEntriesAndMissingBackends) {
  List("expected_fail", {{"*/dynamic/*", "2026-07-01"}, {"a/dynamic/*", "2026-07-01"}});
  EXPECT_THAT(States(Run()), ElementsAre(EntryState::kHolds, EntryState::kShadowed));
  behaviour_ = [](const auto&, const auto&, const auto&) -> Result<NamedTensors> { return Unavailable("no library"); };
  const auto audited = Run();
  EXPECT_EQ(audited[0].state, EntryState::kNotAudited);
  EXPECT_THAT(audited[0].text, HasSubstr("no library"));
}

TEST_F(Audit, WriteTakesWhatNoLongerHoldsAndDatesWhatDoes) {
  const auto skips = List("skip", {{"a/dynamic/*", "2025-01-01"}, {"a/static/*", "2026-07-01"}, {"b/*", "2026-07-01"}}, kChange);
  const auto fails = List("expected_fail", {{"b/dynamic/*", "2026-08-01"}});
  const std::string before = *formats::ReadFileText(skips), fails_before = *formats::ReadFileText(fails);
  auto audited = Run();
  const auto written = WriteAudit(audited, "2026-08-01T00:00:00Z");
  ASSERT_THAT(written, IsOk());
  EXPECT_THAT(*written, ElementsAre(AllOf(HasSubstr("skip.json"), HasSubstr("1 removed, 1 dated 2026-08-01"))));
  std::string want = before;
  want.replace(want.find("2025-01-01"), 10, "2026-08-01");
  const std::string line = "  {\"pattern\": \"a/static/*\", \"reason\": \"r\", \"reference\": \"l\", \"date\": \"2026-07-01\", \"model_change_needed\": \"m\"},\n";
  ASSERT_NE(want.find(line), std::string::npos);
  want.erase(want.find(line), line.size());
  EXPECT_EQ(*formats::ReadFileText(skips), want);
  EXPECT_EQ(*formats::ReadFileText(fails), fails_before);
  // The same audit cannot be written twice: the file is another now.
  EXPECT_THAT(WriteAudit(audited, "2026-08-01T00:00:00Z"), IsError(ErrorKind::kInvalid, HasSubstr("has changed")));
  EXPECT_EQ(*formats::ReadFileText(skips), want);
}

TEST_F(Audit, NothingListedRunsNothing) {
  int runs = 0;
  behaviour_ = [&](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
    ++runs;
    return DoubledAll(inputs);
  };
  EXPECT_TRUE(Run().empty());
  List("skip", {{"a/static/*", "2026-07-01"}}, kChange);
  Run();
  EXPECT_EQ(runs, 1);  // the cells of entries alone
}

}  // namespace
}  // namespace conformance::engine
