#include "framework/engine/shard.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "framework/base/strings.h"

namespace conformance::engine {
namespace {

constexpr int64_t kMostShards = 1'000'000;

using Variable = std::function<const char*(const char*)>;

bool IsSet(const Variable& variable, const char* name) {
  const char* value = variable(name);
  return value != nullptr && *value != '\0';
}

Result<int64_t> Number(const Variable& variable, const char* name, int64_t least, int64_t most) {
  const char* value = variable(name);
  const auto number = ParseInt(value ? value : "");
  if (!number || *number < least || *number > most) {
    return Invalid("an environment variable is no number of a shard")
        .With("variable", name)
        .With("found", value ? value : "")
        .With("wanted", std::to_string(least) + " to " + std::to_string(most));
  }
  return *number;
}

Error Incomplete(const char* there, const char* missing) {
  return Invalid("the environment names a shard by halves; --shard 1/1 runs everything").With("found", there).With("missing", missing);
}

std::string Setting(const char* name, int64_t value) { return std::string(name) + '=' + std::to_string(value); }

/// Index from 0 and count, in two variables that come together.
Result<std::optional<EnvironmentShard>> FromPair(const Variable& variable, const char* index, const char* count, const char* status) {
  const bool has_index = IsSet(variable, index), has_count = IsSet(variable, count);
  if (!has_index && !has_count) return std::optional<EnvironmentShard>();
  if (!has_index) return Incomplete(count, index);
  if (!has_count) return Incomplete(index, count);
  EnvironmentShard found;
  CONFORMANCE_TRY(found.shard.count, Number(variable, count, 1, kMostShards));
  CONFORMANCE_TRY(found.shard.index, Number(variable, index, 0, found.shard.count - 1));
  found.source = Setting(index, found.shard.index) + ", " + Setting(count, found.shard.count);
  if (status && IsSet(variable, status)) found.status_file = variable(status);
  return std::optional(std::move(found));
}

Result<std::optional<EnvironmentShard>> FromSlurm(const Variable& variable) {
  constexpr const char* kId = "SLURM_ARRAY_TASK_ID";
  constexpr const char* kCount = "SLURM_ARRAY_TASK_COUNT";
  constexpr const char* kMin = "SLURM_ARRAY_TASK_MIN";
  constexpr const char* kMax = "SLURM_ARRAY_TASK_MAX";
  constexpr const char* kStep = "SLURM_ARRAY_TASK_STEP";
  if (!IsSet(variable, kId)) return std::optional<EnvironmentShard>();
  for (const char* other : {kCount, kMin, kMax}) {
    if (!IsSet(variable, other)) return Incomplete(kId, other);
  }
  constexpr int64_t kMost = int64_t{1} << 40;
  CONFORMANCE_TRY(const int64_t count, Number(variable, kCount, 1, kMostShards));
  CONFORMANCE_TRY(const int64_t min, Number(variable, kMin, 0, kMost));
  CONFORMANCE_TRY(const int64_t max, Number(variable, kMax, min, kMost));
  CONFORMANCE_TRY(const int64_t id, Number(variable, kId, min, max));
  int64_t step = 1;
  if (IsSet(variable, kStep)) {
    CONFORMANCE_TRY(step, Number(variable, kStep, 1, kMost));
  }
  // An array of chosen tasks ("1,5,7") does not tell which of them this one is.
  if ((max - min) / step + 1 != count || (id - min) % step != 0) {
    return Invalid("a Slurm array with gaps does not tell a task its place in it: say --shard i/n")
        .With("found", Setting(kMin, min) + ", " + Setting(kMax, max) + ", " + Setting(kStep, step) + ", " + Setting(kCount, count));
  }
  EnvironmentShard found;
  found.shard = {(id - min) / step, count};
  found.source = Setting(kId, id) + ", " + Setting(kCount, count);
  return std::optional(std::move(found));
}

/// Cells that are kept together.
struct Unit {
  double seconds = 0;
  size_t first = 0;
  std::vector<size_t> cells;
};

std::vector<Unit> Units(const std::vector<PlannedCell>& plan, const std::vector<double>& seconds, double part) {
  std::map<std::string, size_t> places;
  std::vector<Unit> together;
  for (size_t i = 0; i < plan.size(); ++i) {
    const auto& id = plan[i].id;
    const std::string key = id.model + '\n' + plan[i].variant.name + '\n' + id.dtype + (plan[i].variant.recording ? "\nrecording" : "");
    const auto [place, fresh] = places.try_emplace(key, together.size());
    if (fresh) together.push_back({0, i, {}});
    together[place->second].seconds += seconds[i];
    together[place->second].cells.push_back(i);
  }
  std::vector<Unit> units;
  for (Unit& unit : together) {
    if (unit.seconds <= part) {
      units.push_back(std::move(unit));
      continue;
    }
    for (const size_t i : unit.cells) units.push_back({seconds[i], i, {i}});
  }
  return units;
}

}  // namespace

std::string Shard::ToString() const { return std::to_string(index + 1) + '/' + std::to_string(count); }

std::string Shard::FileSuffix() const {
  return whole() ? "" : '-' + std::to_string(index + 1) + "-of-" + std::to_string(count);
}

Result<Shard> ParseShard(std::string_view text) {
  const auto words = Split(text, '/');
  const auto index = words.size() == 2 ? ParseInt(words[0]) : std::nullopt, count = words.size() == 2 ? ParseInt(words[1]) : std::nullopt;
  if (!index || !count || *index < 1 || *index > *count || *count > kMostShards) {
    return Invalid("malformed shard").With("found", std::string(text)).With("wanted", "i/n with 1 <= i <= n: 2/4");
  }
  return Shard{*index - 1, *count};
}

Result<std::optional<EnvironmentShard>> ShardFromEnvironment(const Variable& variable) {
  std::optional<EnvironmentShard> chosen;
  const auto add = [&](Result<std::optional<EnvironmentShard>> found) -> Status {
    if (!found.ok()) return std::move(found).error();
    if (!*found) return Ok();
    if (chosen && chosen->shard != (*found)->shard) {
      return Invalid("the environment asks for two different shards: choose with --shard i/n")
          .With("found", chosen->source)
          .With("and", (*found)->source);
    }
    // A runner inside another one wants its file all the same.
    if (!chosen) chosen = std::move(**found);
    else if (chosen->status_file.empty()) chosen->status_file = (*found)->status_file;
    return Ok();
  };
  CONFORMANCE_RETURN_IF_ERROR(add(FromPair(variable, "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", "TEST_SHARD_STATUS_FILE")));
  CONFORMANCE_RETURN_IF_ERROR(add(FromPair(variable, "GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", "GTEST_SHARD_STATUS_FILE")));
  CONFORMANCE_RETURN_IF_ERROR(add(FromSlurm(variable)));
  if (IsSet(variable, "JOB_COMPLETION_INDEX") || IsSet(variable, "CONFORMANCE_SHARDS")) {
    CONFORMANCE_RETURN_IF_ERROR(add(FromPair(variable, "JOB_COMPLETION_INDEX", "CONFORMANCE_SHARDS", nullptr)));
  }
  return chosen;
}

std::vector<int64_t> DividePlan(const std::vector<PlannedCell>& plan, const std::vector<double>& seconds, int64_t shards) {
  std::vector<int64_t> shard_of(plan.size(), 0);
  if (shards <= 1) return shard_of;
  const double part = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(shards);
  std::vector<Unit> units = Units(plan, seconds, part);
  std::stable_sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    return a.seconds != b.seconds ? a.seconds > b.seconds : a.first < b.first;
  });
  using Load = std::pair<double, int64_t>;  // the lightest first, of equal ones the first
  std::vector<Load> loads;
  for (int64_t i = 0; i < shards; ++i) loads.push_back({0, i});  // already a heap
  for (const Unit& unit : units) {
    std::pop_heap(loads.begin(), loads.end(), std::greater<>());
    loads.back().first += unit.seconds;
    for (const size_t cell : unit.cells) shard_of[cell] = loads.back().second;
    std::push_heap(loads.begin(), loads.end(), std::greater<>());
  }
  return shard_of;
}

}  // namespace conformance::engine
