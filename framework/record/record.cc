#include "framework/record/record.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/record/clusters.h"
#include "framework/record/operators.h"

namespace conformance::record {
namespace {

/// JSON has no word for numbers that are not finite.
Json Number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

Json StringArray(const std::vector<std::string>& texts) {
  Json array = Json::MakeArray();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

/// Reads members; keeps the first error.
class Reader {
 public:
  Reader(const Json& json, std::string_view what) : json_(json), what_(what) {
    if (!json.IsObject()) Fail(Corrupt(what_ + " is no object but " + std::string(Json::KindName(json.kind()))));
  }
  void Read(std::string_view key, std::string& out) { Take(json_.GetString(key), out); }
  void Read(std::string_view key, int64_t& out) { Take(json_.GetInt(key), out); }
  void Read(std::string_view key, bool& out) { Take(json_.GetBool(key), out); }
  void Read(std::string_view key, std::vector<int64_t>& out) { Take(json_.GetInts(key), out); }
  void Read(std::string_view key, std::vector<std::string>& out) { Take(json_.GetStrings(key), out); }
  /// Members that older records do not have.
  template <typename T>
  void ReadIfThere(std::string_view key, T& out) {
    if (json_.Has(key)) Read(key, out);
  }
  void Read(std::string_view key, double& out) {
    const Json* value = json_.Find(key);
    if (value && value->IsString()) {
      const std::string& text = value->AsString();
      if (text == "nan") out = std::numeric_limits<double>::quiet_NaN();
      else if (text == "inf" || text == "-inf") out = (text == "inf" ? 1 : -1) * std::numeric_limits<double>::infinity();
      else Fail(Corrupt("'" + std::string(key) + "' is the string '" + text + "', want a number, \"inf\", \"-inf\" or \"nan\""));
      return;
    }
    Take(json_.GetDouble(key), out);
  }
  /// A string, or null for an empty one.
  void ReadOptional(std::string_view key, std::string& out) {
    const Json* value = json_.Find(key);
    if (value && value->IsNull()) out.clear();
    else Read(key, out);
  }
  template <typename Function>
  void ReadEach(std::string_view key, Function function) {
    const Json* value = json_.Find(key);
    if (!value || !value->IsArray()) return Fail(Corrupt("'" + std::string(key) + "' is missing or no array"));
    for (const Json& entry : value->AsArray()) {
      if (failed()) return;
      function(entry);
    }
  }
  template <typename T>
  void Take(Result<T> found, T& out) {
    if (!found.ok()) Fail(std::move(found).error());
    else out = std::move(found).value();
  }
  void Fail(Error error) {
    if (status_.ok()) status_ = std::move(error.Trail("in " + what_));
  }
  bool failed() const { return !status_.ok(); }
  Error error() && { return std::move(status_).error(); }

 private:
  const Json& json_;
  std::string what_;
  Status status_;
};

}  // namespace

Json OutputFigures::ToJson() const {
  Json json = Json::MakeObject();
  json["output"] = output;
  json["dtype"] = dtype;
  Json sizes = Json::MakeArray();
  for (const int64_t size : shape) sizes.Append(size);
  json["shape"] = std::move(sizes);
  json["assignment"] = assignment;
  json["outcome"] = outcome;
  json["reason"] = reason;
  json["max_abs"] = Number(max_abs);
  json["max_rel"] = Number(max_rel);
  json["rms"] = Number(rms);
  json["reference_max_abs"] = Number(reference_max_abs);
  json["reference_rms"] = Number(reference_rms);
  json["lane"] = lane;
  if (!warning.empty()) json["warning"] = warning;
  if (members > 0) {
    json["members"] = members;
    json["worst_max_abs"] = Number(worst_max_abs);
    json["worst_rms"] = Number(worst_rms);
  }
  if (zero_signs > 0) json["zero_signs"] = zero_signs;
  if (legal_choices > 0) json["legal_choices"] = legal_choices;
  json["budget_max_abs"] = Number(budget_max_abs);
  json["budget_rms"] = Number(budget_rms);
  json["cosine"] = Number(cosine);
  json["max_ulp"] = Number(max_ulp);
  json["close_rtol"] = Number(close_rtol);
  json["close_atol"] = Number(close_atol);
  json["close_mismatched"] = close_mismatched;
  json["elements"] = elements;
  json["worst_index"] = worst_index;
  return json;
}

Result<OutputFigures> OutputFigures::FromJson(const Json& json) {
  OutputFigures figures;
  Reader reader(json, "an output's figures");
  reader.Read("output", figures.output);
  reader.Read("dtype", figures.dtype);
  reader.Read("shape", figures.shape);
  reader.Read("assignment", figures.assignment);
  reader.Read("outcome", figures.outcome);
  reader.Read("reason", figures.reason);
  reader.Read("max_abs", figures.max_abs);
  reader.Read("max_rel", figures.max_rel);
  reader.Read("rms", figures.rms);
  reader.Read("reference_max_abs", figures.reference_max_abs);
  reader.Read("reference_rms", figures.reference_rms);
  reader.ReadIfThere("lane", figures.lane);
  reader.ReadIfThere("warning", figures.warning);
  reader.ReadIfThere("members", figures.members);
  reader.ReadIfThere("worst_max_abs", figures.worst_max_abs);
  reader.ReadIfThere("worst_rms", figures.worst_rms);
  reader.ReadIfThere("zero_signs", figures.zero_signs);
  reader.ReadIfThere("legal_choices", figures.legal_choices);
  reader.Read("budget_max_abs", figures.budget_max_abs);
  reader.Read("budget_rms", figures.budget_rms);
  reader.Read("cosine", figures.cosine);
  reader.Read("max_ulp", figures.max_ulp);
  reader.Read("close_rtol", figures.close_rtol);
  reader.Read("close_atol", figures.close_atol);
  reader.Read("close_mismatched", figures.close_mismatched);
  reader.Read("elements", figures.elements);
  reader.Read("worst_index", figures.worst_index);
  if (reader.failed()) return std::move(reader).error();
  return figures;
}

Json CellRecord::ToJson() const {
  Json json = Json::MakeObject();
  json["id"] = id.ToString();
  json["model"] = id.model;
  json["class"] = model_class;
  json["variant"] = id.variant;
  json["exporter"] = id.exporter;
  json["backend"] = id.backend;
  json["dtype"] = id.dtype;
  json["verdict"] = shown_word();
  json["outcome"] = record::ToString(outcome);
  json["expected"] = expected.empty() ? Json() : Json(expected);
  json["expected_kind"] = expected_kind.empty() ? Json() : Json(expected_kind);
  json["unexpected"] = unexpected;
  json["stage"] = record::ToString(stage);
  json["reason"] = reason;
  json["detail"] = detail;
  json["seconds"] = seconds;
  Json stages = Json::MakeObject();
  for (const auto& [name, value] : stage_seconds) stages[name] = value;
  json["stage_seconds"] = std::move(stages);
  Json outputs = Json::MakeArray();
  for (const OutputFigures& entry : figures) outputs.Append(entry.ToJson());
  json["figures"] = std::move(outputs);
  json["notes"] = StringArray(notes);
  json["facts"] = facts;
  json["source"] = source;
  json["command"] = command;
  return json;
}

Result<CellRecord> CellRecord::FromJson(const Json& json) {
  CellRecord cell;
  Reader reader(json, "a cell's record");
  std::string id, outcome, stage;
  reader.Read("id", id);
  reader.Read("class", cell.model_class);
  reader.Read("outcome", outcome);
  reader.ReadOptional("expected", cell.expected);
  reader.ReadOptional("expected_kind", cell.expected_kind);
  reader.Read("unexpected", cell.unexpected);
  reader.Read("stage", stage);
  reader.Read("reason", cell.reason);
  reader.Read("detail", cell.detail);
  reader.Read("seconds", cell.seconds);
  reader.Read("notes", cell.notes);
  reader.Read("source", cell.source);
  reader.Read("command", cell.command);
  reader.ReadEach("figures", [&](const Json& entry) {
    OutputFigures figures;
    reader.Take(OutputFigures::FromJson(entry), figures);
    cell.figures.push_back(std::move(figures));
  });
  if (reader.failed()) return std::move(reader).error();

  CONFORMANCE_TRY(cell.id, ParseCellId(id));
  const auto known_outcome = OutcomeFromString(outcome);
  if (!known_outcome) return Corrupt("unknown outcome '" + outcome + "'").With("cell", id);
  cell.outcome = *known_outcome;
  const auto known_stage = StageFromString(stage);
  if (!known_stage) return Corrupt("unknown stage '" + stage + "'").With("cell", id);
  cell.stage = *known_stage;
  const Json* stages = json.Find("stage_seconds");
  if (!stages || !stages->IsObject()) return Corrupt("'stage_seconds' is missing or no object").With("cell", id);
  for (const auto& [name, value] : stages->AsObject()) {
    if (!StageFromString(name) || !value.IsNumber()) return Corrupt("'stage_seconds' has no stage '" + name + "'").With("cell", id);
    cell.stage_seconds[name] = value.AsDouble();
  }
  if (const Json* facts = json.Find("facts")) cell.facts = *facts;
  return cell;
}

Json ListedEntry::ToJson() const {
  Json json = Json::MakeObject();
  json["id"] = id;
  json["kind"] = kind;
  json["pattern"] = pattern;
  json["reason"] = reason;
  json["reference"] = reference;
  json["date"] = date;
  json["place"] = place;
  return json;
}

Result<ListedEntry> ListedEntry::FromJson(const Json& json) {
  ListedEntry entry;
  Reader reader(json, "a list's entry");
  reader.Read("id", entry.id);
  reader.Read("kind", entry.kind);
  reader.Read("pattern", entry.pattern);
  reader.Read("reason", entry.reason);
  reader.Read("reference", entry.reference);
  reader.Read("date", entry.date);
  reader.Read("place", entry.place);
  if (reader.failed()) return std::move(reader).error();
  return entry;
}

std::string RunPlan::Part() const { return std::to_string(shard + 1) + '/' + std::to_string(shards); }

void RunPlan::SetCells(std::vector<std::string> ids) {
  cells = std::move(ids);
  uint64_t value = 0;
  for (const std::string& id : cells) value = Hash64(std::string_view(id), value);
  hash = Hex64(value);
}

Json RunPlan::ToJson() const {
  Json json = Json::MakeObject();
  json["hash"] = hash;
  json["part"] = Part();
  json["division"] = division;
  json["config"] = config.IsObject() ? config : Json::MakeObject();
  json["cells"] = StringArray(cells);
  return json;
}

Result<RunPlan> RunPlan::FromJson(const Json& json) {
  RunPlan plan;
  Reader reader(json, "a plan");
  std::string hash, part;
  reader.Read("hash", hash);
  reader.Read("part", part);
  reader.Read("division", plan.division);
  std::vector<std::string> cells;
  reader.Read("cells", cells);
  if (reader.failed()) return std::move(reader).error();
  plan.SetCells(std::move(cells));
  if (plan.hash != hash) return Corrupt("a plan's hash is not that of its cells").With("found", hash).With("wanted", plan.hash);
  const auto words = Split(part, '/');
  const auto shard = words.size() == 2 ? ParseInt(words[0]) : std::nullopt, shards = words.size() == 2 ? ParseInt(words[1]) : std::nullopt;
  if (!shard || !shards || *shard < 1 || *shard > *shards) {
    return Corrupt("a plan's part is none").With("found", part).With("wanted", "i/n with 1 <= i <= n");
  }
  plan.shard = *shard - 1;
  plan.shards = *shards;
  const Json* config = json.Find("config");
  if (!config || !config->IsObject()) return Corrupt("a plan's 'config' is missing or no object");
  plan.config = *config;
  return plan;
}

std::vector<std::string> RunRecord::Missing() const {
  std::set<std::string> known(left_out.begin(), left_out.end());
  for (const CellRecord& cell : cells) known.insert(cell.id.ToString());
  std::vector<std::string> missing;
  for (const std::string& id : plan.cells) {
    if (!known.contains(id)) missing.push_back(id);
  }
  return missing;
}

std::vector<std::string> RunRecord::Gaps() const {
  static constexpr size_t kShown = 5;
  const auto named = [](const std::vector<std::string>& ids) {
    const std::vector<std::string> first(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), kShown)));
    return Join(first, ", ") + (ids.size() > kShown ? " and " + std::to_string(ids.size() - kShown) + " more" : "");
  };
  std::vector<std::string> texts;
  if (!broken.empty()) texts.push_back("the harness broke: " + broken);
  if (!stopped.empty()) texts.push_back(stopped);
  // Of a shard the plan does not tell which cells are its own.
  if (static_cast<size_t>(planned) > cells.size() && plan.shards == 1 && !plan.cells.empty()) {
    const auto missing = Missing();
    texts.push_back(std::to_string(missing.size()) + " of " + std::to_string(planned) + " cells were not run: " + named(missing));
  }
  if (!left_out.empty()) {
    texts.push_back("the budget of " + DoubleText(budget_seconds) + " s left out " + std::to_string(left_out.size()) + " of " +
                    std::to_string(static_cast<size_t>(planned) + left_out.size()) + " cells, which were not run: " + named(left_out));
  }
  return texts;
}

std::vector<std::string> RunRecord::Remarks() const {
  std::vector<std::string> texts = Gaps();
  texts.insert(texts.end(), warnings.begin(), warnings.end());
  return texts;
}

Json RunRecord::ToJson() const {
  Json json = Json::MakeObject();
  json["schema"] = schema;
  json["version"] = version;
  Json found = Json::MakeObject();
  for (const auto& [name, value] : versions) found[name] = value;
  json["versions"] = std::move(found);
  json["seed"] = static_cast<int64_t>(seed);
  json["started"] = started;
  json["seconds"] = seconds;
  json["command_line"] = command_line;
  json["planned"] = planned;
  if (!plan.hash.empty()) json["plan"] = plan.ToJson();
  if (budget_seconds > 0) json["budget_seconds"] = budget_seconds;
  if (!left_out.empty()) json["left_out"] = StringArray(left_out);
  if (!stopped.empty()) json["stopped"] = stopped;
  if (!broken.empty()) json["broken"] = broken;
  Json summary = Json::MakeObject();
  for (const auto& [word, count] : Summary()) summary[word] = count;
  json["summary"] = std::move(summary);
  Json causes = Json::MakeArray();
  for (const Cluster& cluster : Clusters(*this)) {
    Json entry = Json::MakeObject();
    entry["cause"] = cluster.cause;
    entry["cells"] = Json::MakeArray();
    for (const size_t cell : cluster.cells) entry["cells"].Append(cells[cell].id.ToString());
    causes.Append(std::move(entry));
  }
  json["causes"] = std::move(causes);
  if (const OperatorTable operators = OperatorsOf(*this); !operators.empty()) json["operators"] = record::ToJson(operators);
  json["warnings"] = StringArray(warnings);
  Json listed = Json::MakeArray();
  for (const ListedEntry& entry : lists) listed.Append(entry.ToJson());
  json["lists"] = std::move(listed);
  Json all = Json::MakeArray();
  for (const CellRecord& cell : cells) all.Append(cell.ToJson());
  json["cells"] = std::move(all);
  return json;
}

Result<RunRecord> RunRecord::FromJson(const Json& json) {
  RunRecord run;
  Reader reader(json, "a run's record");
  int64_t seed = 0;
  reader.Read("schema", run.schema);
  if (!reader.failed() && run.schema != 1) {
    reader.Fail(Unsupported("a record of schema " + std::to_string(run.schema) + ", this version reads 1"));
  }
  reader.Read("version", run.version);
  reader.Read("seed", seed);
  reader.Read("started", run.started);
  reader.Read("seconds", run.seconds);
  reader.Read("command_line", run.command_line);
  reader.Read("planned", run.planned);
  reader.ReadIfThere("budget_seconds", run.budget_seconds);
  reader.ReadIfThere("left_out", run.left_out);
  reader.ReadIfThere("stopped", run.stopped);
  reader.ReadIfThere("broken", run.broken);
  if (const Json* plan = json.Find("plan")) reader.Take(RunPlan::FromJson(*plan), run.plan);
  reader.Read("warnings", run.warnings);
  // Absent in records of earlier versions.
  if (json.Has("lists")) {
    reader.ReadEach("lists", [&](const Json& entry) {
      ListedEntry listed;
      reader.Take(ListedEntry::FromJson(entry), listed);
      run.lists.push_back(std::move(listed));
    });
  }
  reader.ReadEach("cells", [&](const Json& entry) {
    CellRecord cell;
    reader.Take(CellRecord::FromJson(entry), cell);
    run.cells.push_back(std::move(cell));
  });
  if (reader.failed()) return std::move(reader).error();
  run.seed = static_cast<uint64_t>(seed);
  const Json* versions = json.Find("versions");
  if (!versions || !versions->IsObject()) return Corrupt("'versions' is missing or no object");
  for (const auto& [name, value] : versions->AsObject()) {
    if (!value.IsString()) return Corrupt("the version of '" + name + "' is no string");
    run.versions[name] = value.AsString();
  }
  return run;
}

}  // namespace conformance::record
