#include "framework/engine/part.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <thread>
#include <tuple>
#include <utility>

#include "framework/base/hash.h"
#include "framework/engine/budget.h"
#include "framework/engine/shard.h"
#include "framework/formats/json.h"

namespace conformance::engine {

Json ConfigOf(const std::vector<PlannedCell>& plan, const SweepOptions& options) {
  Json config = Json::MakeObject();
  config["seed"] = static_cast<int64_t>(options.seed);
  config["optimize"] = options.optimize;
  config["lanes"] = std::string(ToString(options.local));
  config["backend_threads"] = options.backend_threads;
  config["isolate"] = options.isolation.all;
  config["reruns"] = options.reruns;
  Json exporters = Json::MakeObject(), backends = Json::MakeObject();
  for (const auto& [name, json] : options.export_configs) exporters[name] = json;
  for (const auto& [name, json] : options.backend_options) backends[name] = json;
  config["export_configs"] = std::move(exporters);
  config["backend_options"] = std::move(backends);
  uint64_t lists = 0;
  for (const ListEntry& entry : options.lists) {
    lists = Hash64(std::string_view(formats::WriteJson(ListToJson(entry.kind, {entry}))), lists);
  }
  config["lists"] = Hex64(lists);
  // Other inputs, or another measure: another plan. Where the model lies says nothing.
  uint64_t words = 0;
  for (const PlannedCell& cell : plan) {
    const CaseInfo& info = cell.model->Info();
    for (const std::string& word : info.words) {
      if (word != info.source.string()) words = Hash64(std::string_view(word), words);
    }
  }
  config["words"] = Hex64(words);
  return config;
}

int Threads(const SweepOptions& options) {
  return options.threads > 0 ? options.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

Part PartOf(const std::vector<PlannedCell>& plan, const SweepOptions& options, Fingerprints fingerprints) {
  Part part;
  const auto shard_of = DividePlan(plan, options.history.Seconds(plan), options.shard.count);
  if (!options.shard.whole()) {
    part.division = Hex64(Hash64(shard_of.data(), shard_of.size() * sizeof(int64_t)));
  }
  std::vector<PlannedCell> cells;
  std::vector<std::string> prints;
  for (size_t i = 0; i < plan.size(); ++i) {
    if (shard_of[i] != options.shard.index) continue;
    cells.push_back(plan[i]);
    prints.push_back(fingerprints.Of(plan[i]));
  }
  if (options.budget_seconds <= 0) {
    part.cells = std::move(cells);
    part.fingerprints = std::move(prints);
    return part;
  }
  const auto seconds = options.history.Seconds(cells);
  const auto order = ByInformation(cells, seconds, options.history, prints);
  const size_t count = WithinBudget(order, seconds, options.budget_seconds, Threads(options));
  std::vector<size_t> rank(cells.size());
  for (size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  std::vector<size_t> ranks;  // of the cells that are taken
  for (size_t i = 0; i < cells.size(); ++i) {
    if (rank[i] >= count) {
      part.left_out.push_back(cells[i].id.ToString());
      continue;
    }
    ranks.push_back(rank[i]);
    part.cells.push_back(std::move(cells[i]));
    part.fingerprints.push_back(std::move(prints[i]));
  }
  part.order.resize(ranks.size());
  std::iota(part.order.begin(), part.order.end(), size_t{0});
  std::sort(part.order.begin(), part.order.end(), [&](size_t a, size_t b) { return ranks[a] < ranks[b]; });
  return part;
}

void Order(const Part& part, const History& history, std::vector<size_t>& left) {
  if (!part.order.empty()) {
    std::vector<size_t> rank(part.order.size());
    for (size_t i = 0; i < part.order.size(); ++i) rank[part.order[i]] = i;
    std::sort(left.begin(), left.end(), [&](size_t a, size_t b) { return rank[a] < rank[b]; });
    return;
  }
  if (history.empty()) return;
  const auto seconds = history.Seconds(part.cells);
  std::map<std::pair<std::string, std::string>, std::pair<double, size_t>> cases;  // longest cell and first place
  const auto key = [&](size_t i) { return std::pair(part.cells[i].id.model, part.cells[i].id.dtype); };
  for (const size_t i : left) {
    const auto [entry, fresh] = cases.try_emplace(key(i), 0, i);
    entry->second.first = std::max(entry->second.first, seconds[i]);
  }
  std::vector<std::tuple<double, size_t, double, size_t>> keyed;  // ascending order is the one that is wanted
  for (const size_t i : left) {
    const auto& [longest, first] = cases.at(key(i));
    keyed.emplace_back(-longest, first, -seconds[i], i);
  }
  std::sort(keyed.begin(), keyed.end());
  std::transform(keyed.begin(), keyed.end(), left.begin(), [](const auto& entry) { return std::get<3>(entry); });
}

}  // namespace conformance::engine
