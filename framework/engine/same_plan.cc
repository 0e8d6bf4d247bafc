#include "framework/engine/same_plan.h"

#include <algorithm>
#include <set>

#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

/// A cell that only one of two plans has, or where their order parts.
std::string CellsText(const std::vector<std::string>& there, const std::vector<std::string>& here) {
  const std::set<std::string> known_there(there.begin(), there.end()), known_here(here.begin(), here.end());
  for (const std::string& id : there) {
    if (!known_here.contains(id)) return "'" + id + "' is there alone";
  }
  for (const std::string& id : here) {
    if (!known_there.contains(id)) return "'" + id + "' is here alone";
  }
  const auto parted = std::mismatch(there.begin(), there.end(), here.begin(), here.end());
  return parted.first == there.end() ? "the plans differ" : "the order differs from '" + *parted.first + "' on";
}

}  // namespace

std::vector<std::string> PlanDifferences(const record::RunPlan& there, const record::RunPlan& here) {
  std::vector<std::string> texts;
  const auto compare = [&](const std::string& name, const std::string& a, const std::string& b) {
    if (a != b) texts.push_back("'" + name + "' is " + a + " there, " + b + " here");
  };
  compare("cells", std::to_string(there.cells.size()), std::to_string(here.cells.size()));
  if (there.config.IsObject() && here.config.IsObject()) {
    const auto text = [](const Json* value) { return value ? formats::WriteJson(*value) : std::string("absent"); };
    for (const auto& [key, value] : here.config.AsObject()) compare(key, text(there.config.Find(key)), text(&value));
    for (const auto& [key, value] : there.config.AsObject()) {
      if (!here.config.Has(key)) compare(key, text(&value), "absent");
    }
  }
  if (there.hash != here.hash) texts.push_back(CellsText(there.cells, here.cells));
  if (there.shards > 1 && there.shards == here.shards && there.division != here.division) {
    texts.push_back("the plan was divided otherwise: all shards need the same history of durations");
  }
  return texts;
}

}  // namespace conformance::engine
