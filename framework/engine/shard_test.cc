#include "framework/engine/shard.h"

#include <gmock/gmock.h>

#include <map>
#include <numeric>
#include <set>

#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::optional<EnvironmentShard>> Found(const std::map<std::string, std::string>& variables) {
  return ShardFromEnvironment([&](const char* name) {
    const auto entry = variables.find(name);
    return entry == variables.end() ? nullptr : entry->second.c_str();
  });
}
std::string Text(const std::map<std::string, std::string>& variables) {
  const auto found = Found(variables);
  if (!found.ok()) return found.error().ToString();
  return *found ? (*found)->shard.ToString() : "none";
}

TEST(Shard, ReadsAndWrites) {
  EXPECT_EQ(ParseShard("2/4")->ToString(), "2/4");
  EXPECT_EQ(ParseShard("2/4")->index, 1);
  EXPECT_EQ(ParseShard("2/4")->FileSuffix(), "-2-of-4");
  EXPECT_EQ(ParseShard("1/1")->FileSuffix(), "");
  for (const char* text : {"", "2", "0/4", "5/4", "-1/4", "a/b", "1/2/3", "1/0", "1/99999999999", "1 /4"}) {
    EXPECT_THAT(ParseShard(text), IsError(ErrorKind::kInvalid, HasSubstr("i/n"))) << text;
  }
}

TEST(Shard, NothingIsSaidWithoutVariables) {
  EXPECT_EQ(Text({}), "none");
  EXPECT_EQ(Text({{"TEST_SHARD_INDEX", ""}, {"TEST_TOTAL_SHARDS", ""}}), "none");
}

TEST(Shard, RunnersAreUnderstood) {
  EXPECT_EQ(Text({{"GTEST_SHARD_INDEX", "1"}, {"GTEST_TOTAL_SHARDS", "4"}}), "2/4");
  EXPECT_EQ(Text({{"TEST_SHARD_INDEX", "0"}, {"TEST_TOTAL_SHARDS", "3"}}), "1/3");
  EXPECT_EQ(Text({{"JOB_COMPLETION_INDEX", "4"}, {"CONFORMANCE_SHARDS", "5"}}), "5/5");
  const auto found = Found({{"TEST_SHARD_INDEX", "0"}, {"TEST_TOTAL_SHARDS", "3"}, {"TEST_SHARD_STATUS_FILE", "/tmp/status"}});
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ((*found)->status_file, "/tmp/status");
}

std::map<std::string, std::string> Slurm(int id, int min, int max, int step, int count) {
  return {{"SLURM_ARRAY_TASK_ID", std::to_string(id)},
          {"SLURM_ARRAY_TASK_MIN", std::to_string(min)},
          {"SLURM_ARRAY_TASK_MAX", std::to_string(max)},
          {"SLURM_ARRAY_TASK_STEP", std::to_string(step)},
          {"SLURM_ARRAY_TASK_COUNT", std::to_string(count)}};
}

TEST(Shard, ArraysOfSlurmBeginAnywhere) {
  EXPECT_EQ(Text(Slurm(0, 0, 3, 1, 4)), "1/4");
  EXPECT_EQ(Text(Slurm(4, 1, 4, 1, 4)), "4/4");
  EXPECT_EQ(Text(Slurm(14, 10, 18, 4, 3)), "2/3");
  EXPECT_EQ(Text(Slurm(10, 10, 17, 4, 2)), "1/2");
}

TEST(Shard, AnArrayWithGapsDoesNotTell) {
  EXPECT_THAT(Text(Slurm(5, 1, 7, 1, 3)), AllOf(HasSubstr("gaps"), HasSubstr("--shard")));
}

TEST(Shard, HalvesAndNonsenseAreNamed) {
  EXPECT_THAT(Text({{"GTEST_SHARD_INDEX", "1"}}), AllOf(HasSubstr("found: GTEST_SHARD_INDEX"), HasSubstr("missing: GTEST_TOTAL_SHARDS")));
  EXPECT_THAT(Text({{"JOB_COMPLETION_INDEX", "1"}}), HasSubstr("missing: CONFORMANCE_SHARDS"));
  EXPECT_THAT(Text({{"SLURM_ARRAY_TASK_ID", "1"}}), HasSubstr("missing: SLURM_ARRAY_TASK_COUNT"));
  EXPECT_THAT(Text({{"TEST_SHARD_INDEX", "3"}, {"TEST_TOTAL_SHARDS", "3"}}),
              AllOf(HasSubstr("variable: TEST_SHARD_INDEX"), HasSubstr("found: 3"), HasSubstr("0 to 2")));
  EXPECT_THAT(Text({{"TEST_SHARD_INDEX", "0"}, {"TEST_TOTAL_SHARDS", "many"}}), HasSubstr("variable: TEST_TOTAL_SHARDS"));
}

TEST(Shard, TwoThatDisagreeAreBothNamed) {
  std::map<std::string, std::string> both = Slurm(1, 0, 3, 1, 4);
  both["TEST_SHARD_INDEX"] = "0";
  both["TEST_TOTAL_SHARDS"] = "2";
  EXPECT_THAT(Text(both), AllOf(HasSubstr("TEST_SHARD_INDEX=0, TEST_TOTAL_SHARDS=2"), HasSubstr("SLURM_ARRAY_TASK_ID=1")));
  both["TEST_SHARD_INDEX"] = "1";
  both["TEST_TOTAL_SHARDS"] = "4";
  EXPECT_EQ(Text(both), "2/4");  // they agree
}

std::vector<PlannedCell> Plan(int models, int variants) {
  std::vector<PlannedCell> plan;
  for (int m = 0; m < models; ++m) {
    const auto model = std::make_shared<FakeCase>("model" + std::to_string(m));
    for (int v = 0; v < variants; ++v) {
      for (const char* backend : {"a", "b"}) {
        PlannedCell cell;
        cell.id = {model->info.name, "v" + std::to_string(v), "fake", backend, "f32"};
        cell.model = model;
        plan.push_back(std::move(cell));
      }
    }
  }
  return plan;
}

TEST(Shard, DividesEveryCellOnceAndEvenly) {
  const auto plan = Plan(10, 3);
  std::vector<double> seconds;
  for (size_t i = 0; i < plan.size(); ++i) seconds.push_back(1 + static_cast<double>(i * 37 % 11));
  const double all = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  for (const int64_t shards : {1, 2, 3, 7}) {
    const auto shard_of = DividePlan(plan, seconds, shards);
    std::map<int64_t, double> load;
    for (size_t i = 0; i < plan.size(); ++i) load[shard_of[i]] += seconds[i];
    EXPECT_EQ(static_cast<int64_t>(load.size()), shards);
    for (const auto& [shard, sum] : load) EXPECT_NEAR(sum, all / static_cast<double>(shards), all * 0.06) << shard << " of " << shards;
    EXPECT_EQ(DividePlan(plan, seconds, shards), shard_of);
  }
}

TEST(Shard, WhatIsSharedStaysTogether) {
  const auto plan = Plan(4, 2);
  const auto shard_of = DividePlan(plan, std::vector<double>(plan.size(), 1.0), 4);
  for (size_t i = 0; i < plan.size(); i += 2) EXPECT_EQ(shard_of[i], shard_of[i + 1]);
}

TEST(Shard, UnlessItWeighsMoreThanAPart) {
  const auto plan = Plan(1, 1);  // two cells that share everything
  EXPECT_THAT(DividePlan(plan, {5, 5}, 2), ElementsAre(0, 1));
}

TEST(Shard, ThereMayBeMoreShardsThanCells) {
  const auto shard_of = DividePlan(Plan(1, 1), {1, 1}, 5);
  EXPECT_THAT(shard_of, ElementsAre(0, 1));
}

}  // namespace
}  // namespace conformance::engine
