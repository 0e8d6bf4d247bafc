#include "framework/engine/budget.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace conformance::engine {
namespace {

enum class Worth : uint8_t { kUnknown, kFailed, kOrdinary };

Worth WorthOf(const History::Entry* entry, const std::string& fingerprint) {
  if (!entry || entry->fingerprint != fingerprint) return Worth::kUnknown;
  return entry->good ? Worth::kOrdinary : Worth::kFailed;
}

std::string Combination(const PlannedCell& cell) {
  const auto& id = cell.id;
  return cell.model_class + '\n' + id.exporter + '\n' + id.backend + '\n' + id.variant + (cell.variant.recording ? "\nrecording" : "");
}

}  // namespace

std::vector<size_t> ByInformation(const std::vector<PlannedCell>& plan, const std::vector<double>& seconds, const History& history,
                                  const std::vector<std::string>& fingerprints) {
  std::vector<Worth> worth;
  for (size_t i = 0; i < plan.size(); ++i) worth.push_back(WorthOf(history.Find(plan[i].id.ToString()), fingerprints[i]));
  std::vector<size_t> sorted(plan.size());
  std::iota(sorted.begin(), sorted.end(), size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](size_t a, size_t b) {
    return worth[a] != worth[b] ? worth[a] < worth[b] : seconds[a] < seconds[b];
  });
  std::set<std::string> covered;
  std::vector<bool> is_new(plan.size());
  for (const size_t i : sorted) is_new[i] = covered.insert(Combination(plan[i])).second;
  std::stable_sort(sorted.begin(), sorted.end(), [&](size_t a, size_t b) {
    return worth[a] != worth[b] ? worth[a] < worth[b] : is_new[a] && !is_new[b];
  });
  return sorted;
}

size_t WithinBudget(const std::vector<size_t>& order, const std::vector<double>& seconds, double budget_seconds, int threads) {
  double sum = 0;
  size_t count = 0;
  for (const size_t i : order) {
    sum += seconds[i];
    if (count > 0 && sum > budget_seconds * threads) break;
    ++count;
  }
  return count;
}

}  // namespace conformance::engine
