#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/plan.h"

namespace conformance::engine {

/// One of `count` parts of a plan. The first is index 0, and is written 1/count.
struct Shard {
  int64_t index = 0, count = 1;
  bool whole() const { return count == 1; }
  std::string ToString() const;    ///< "2/4"
  std::string FileSuffix() const;  ///< "-2-of-4"; empty for the whole
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// Reads "i/n" with 1 <= i <= n. Errors: kInvalid.
Result<Shard> ParseShard(std::string_view text);

/// A shard as the environment asks for it.
struct EnvironmentShard {
  Shard shard;
  std::string source;                 ///< "TEST_SHARD_INDEX=1, TEST_TOTAL_SHARDS=4"
  std::filesystem::path status_file;  ///< to be made where shards are understood; may be empty
};

/// What the environment says of shards; nothing where it says nothing. Understood are GoogleTest (GTEST_SHARD_INDEX, GTEST_TOTAL_SHARDS,
/// GTEST_SHARD_STATUS_FILE), Bazel (TEST_SHARD_INDEX, TEST_TOTAL_SHARDS, TEST_SHARD_STATUS_FILE), arrays of Slurm
/// (SLURM_ARRAY_TASK_ID, _MIN, _MAX, _STEP, _COUNT) and indexed jobs of Kubernetes (JOB_COMPLETION_INDEX, with CONFORMANCE_SHARDS, as
/// the job does not tell its size). `variable` is getenv as a rule.
/// Errors: kInvalid naming the variable for one that is missing, no number or out of range, and both where two disagree.
Result<std::optional<EnvironmentShard>> ShardFromEnvironment(const std::function<const char*(const char*)>& variable);

/// Divides a plan: which shard each cell is in. Cells of one case and variant stay together, for what they share is made once, unless
/// they weigh more than a shard's part. The heaviest first, each to the lightest shard. Depends on nothing but its arguments.
/// `seconds`: of each cell.
std::vector<int64_t> DividePlan(const std::vector<PlannedCell>& plan, const std::vector<double>& seconds, int64_t shards);

}  // namespace conformance::engine
