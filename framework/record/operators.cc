#include "framework/record/operators.h"

#include <algorithm>

namespace conformance::record {

double OperatorRow::Rate(const std::string& backend) const {
  const auto it = backends.find(backend);
  return it == backends.end() || it->second.all() == 0 ? 1 : static_cast<double>(it->second.pass) / static_cast<double>(it->second.all());
}

double OperatorTable::Weighted(const std::string& backend) const {
  double passed = 0, used = 0;
  for (const OperatorRow& row : rows) {
    if (!row.backends.contains(backend)) continue;
    passed += static_cast<double>(row.use) * row.Rate(backend);
    used += static_cast<double>(row.use);
  }
  return used == 0 ? 1 : passed / used;
}

int64_t OperatorTable::Used() const {
  int64_t used = 0;
  for (const OperatorRow& row : rows) used += row.use;
  return used;
}

OperatorTable OperatorsOf(const RunRecord& run) {
  OperatorTable table;
  std::map<std::string, OperatorRow> rows;
  for (const CellRecord& cell : run.cells) {
    const Json* operators = cell.facts.IsObject() ? cell.facts.Find("operators") : nullptr;
    if (operators == nullptr || !operators->IsObject()) continue;
    if (cell.outcome == Outcome::kUnavailable || cell.outcome == Outcome::kSkip) continue;
    const std::string& backend = cell.id.backend;
    if (std::ranges::find(table.backends, backend) == table.backends.end()) table.backends.push_back(backend);
    for (const auto& [name, use] : operators->AsObject()) {
      OperatorRow& row = rows[name];
      row.name = name;
      if (use.IsInt()) row.use = use.AsInt();
      OperatorCounts& counts = row.backends[backend];
      switch (cell.outcome) {
        case Outcome::kPass: ++counts.pass; break;
        case Outcome::kFail: ++counts.fail; break;
        case Outcome::kUnsupported: ++counts.unsupported; break;
        default: ++counts.other;
      }
    }
  }
  struct Loss {
    double used = 0;
    int64_t cells = 0;
  };
  std::map<std::string, Loss> losses;
  for (auto& [name, row] : rows) {
    Loss& loss = losses[name];
    for (const auto& [backend, counts] : row.backends) {
      loss.used += static_cast<double>(row.use) * (1 - row.Rate(backend));
      loss.cells += counts.all() - counts.pass;
    }
    table.rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(table.rows, [&](const OperatorRow& a, const OperatorRow& b) {
    const Loss &x = losses[a.name], &y = losses[b.name];
    return x.used != y.used ? x.used > y.used : x.cells > y.cells;
  });
  return table;
}

Json ToJson(const OperatorTable& table) {
  Json json = Json::MakeObject();
  Json& backends = json["backends"] = Json::MakeObject();
  for (const std::string& backend : table.backends) backends[backend]["weighted"] = table.Weighted(backend);
  Json& rows = json["rows"] = Json::MakeArray();
  for (const OperatorRow& row : table.rows) {
    Json entry = Json::MakeObject();
    entry["operator"] = row.name;
    entry["use"] = row.use;
    for (const auto& [backend, counts] : row.backends) {
      Json& of = entry["backends"][backend];
      of["pass"] = counts.pass;
      of["fail"] = counts.fail;
      of["unsupported"] = counts.unsupported;
      of["other"] = counts.other;
    }
    rows.Append(std::move(entry));
  }
  return json;
}

}  // namespace conformance::record
