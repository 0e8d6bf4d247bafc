#include "framework/engine/lists.h"

#include <algorithm>
#include <array>
#include <set>

#include "framework/base/date.h"
#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"skip", "expected_fail", "disable_optimize", "tolerance"};

/// Reads one entry's fields; each is taken once, and what is left over is unknown.
class EntryReader {
 public:
  EntryReader(const Json& json, std::string place) : rest_(json), place_(std::move(place)) {}

  Status Text(std::string_view field, std::string& out) {
    const Json* value = rest_.Find(field);
    if (!value) return Wrong(field, "is missing");
    if (!value->IsString()) return Wrong(field, "is no string but " + std::string(Json::KindName(value->kind())));
    if (Trim(value->AsString()).empty()) return Wrong(field, "is empty");
    out = value->AsString();
    rest_.Erase(field);
    return Ok();
  }
  Status OptionalText(std::string_view field, std::string& out) { return rest_.Has(field) ? Text(field, out) : Ok(); }
  Status Bound(std::string_view field, double& out) {
    const Json* value = rest_.Find(field);
    if (!value) return Wrong(field, "is missing");
    if (!value->IsNumber()) return Wrong(field, "is no number but " + std::string(Json::KindName(value->kind())));
    out = value->AsDouble();
    if (!(out >= 0)) return Wrong(field, "is " + DoubleText(out) + ", want ≥ 0");
    rest_.Erase(field);
    return Ok();
  }
  Status NothingLeft() const {
    if (rest_.AsObject().empty()) return Ok();
    return Wrong(rest_.AsObject().front().first, "is unknown for this kind of list");
  }
  Error Wrong(std::string_view field, std::string_view what) const {
    return Invalid(place_ + ": field '" + std::string(field) + "' " + std::string(what));
  }

 private:
  Json rest_;
  std::string place_;
};

Result<ListEntry> ParseEntry(ListKind kind, const Json& json, std::string_view file, size_t index) {
  ListEntry entry;
  entry.kind = kind;
  entry.place = std::string(file) + ", entry " + std::to_string(index);
  if (!json.IsObject()) return Invalid(entry.place + " is no object but " + std::string(Json::KindName(json.kind())));
  EntryReader reader(json, entry.place);
  CONFORMANCE_RETURN_IF_ERROR(reader.Text("pattern", entry.pattern));
  CONFORMANCE_RETURN_IF_ERROR(reader.Text("reason", entry.reason));
  CONFORMANCE_RETURN_IF_ERROR(reader.Text("reference", entry.reference));
  CONFORMANCE_RETURN_IF_ERROR(reader.Text("date", entry.date));
  if (entry.date.size() != 10 || !DayNumber(entry.date)) return reader.Wrong("date", "is '" + entry.date + "', want a day as 2026-08-01");
  switch (kind) {
    case ListKind::kSkip: CONFORMANCE_RETURN_IF_ERROR(reader.Text("model_change_needed", entry.model_change_needed)); break;
    case ListKind::kDisableOptimize: CONFORMANCE_RETURN_IF_ERROR(reader.Text("upstream_bug", entry.upstream_bug)); break;
    case ListKind::kExpectedFail: {
      std::string outcome, stage;
      CONFORMANCE_RETURN_IF_ERROR(reader.OptionalText("outcome", outcome));
      CONFORMANCE_RETURN_IF_ERROR(reader.OptionalText("stage", stage));
      if (!outcome.empty() && !(entry.outcome = record::OutcomeFromString(outcome))) {
        return reader.Wrong("outcome", "is '" + outcome + "', which is no outcome");
      }
      if (entry.outcome == record::Outcome::kPass || entry.outcome == record::Outcome::kSkip ||
          entry.outcome == record::Outcome::kUnavailable) {
        return reader.Wrong("outcome", "is '" + outcome + "', which is no failure");
      }
      if (!stage.empty() && !(entry.stage = record::StageFromString(stage))) {
        return reader.Wrong("stage", "is '" + stage + "', which is no stage");
      }
      break;
    }
    case ListKind::kTolerance:
      CONFORMANCE_RETURN_IF_ERROR(reader.Bound("atol", entry.tolerance.atol));
      CONFORMANCE_RETURN_IF_ERROR(reader.Bound("rtol", entry.tolerance.rtol));
      entry.output = "*";
      CONFORMANCE_RETURN_IF_ERROR(reader.OptionalText("output", entry.output));
      break;
  }
  CONFORMANCE_RETURN_IF_ERROR(reader.NothingLeft());
  entry.id = std::string(ToString(kind)) + ':' + entry.pattern;
  if (kind == ListKind::kTolerance && entry.output != "*") entry.id += ':' + entry.output;
  return entry;
}

}  // namespace

std::string_view ToString(ListKind kind) { return kKinds[static_cast<size_t>(kind)]; }

std::optional<ListKind> ListKindFromString(std::string_view text) {
  const auto found = std::find(kKinds.begin(), kKinds.end(), text);
  return found == kKinds.end() ? std::nullopt : std::optional(static_cast<ListKind>(found - kKinds.begin()));
}

record::ListedEntry ListedFor(const ListEntry& entry) {
  return {.id = entry.id,
          .kind = std::string(ToString(entry.kind)),
          .pattern = entry.pattern,
          .reason = entry.reason,
          .reference = entry.reference,
          .date = entry.date,
          .place = entry.place};
}

Result<std::vector<ListEntry>> ParseList(const Json& json, std::string_view file) {
  const std::string name(file);
  if (!json.IsObject()) return Invalid(name + " is no object but " + std::string(Json::KindName(json.kind())));
  for (const auto& [key, value] : json.AsObject()) {
    if (key != "kind" && key != "entries") return Invalid(name + ": unknown field '" + key + "', want 'kind' and 'entries'");
  }
  const Json* kind_field = json.Find("kind");
  const auto kind = kind_field && kind_field->IsString() ? ListKindFromString(kind_field->AsString()) : std::nullopt;
  if (!kind) return Invalid(name + ": field 'kind' is missing or unknown, want skip, expected_fail, disable_optimize or tolerance");
  const Json* list = json.Find("entries");
  if (!list || !list->IsArray()) return Invalid(name + ": field 'entries' is missing or no array");
  std::vector<ListEntry> entries;
  std::set<std::string> ids;
  for (size_t i = 0; i < list->AsArray().size(); ++i) {
    CONFORMANCE_TRY(auto entry, ParseEntry(*kind, list->AsArray()[i], file, i + 1));
    entry.index = i;
    if (!ids.insert(entry.id).second) return Invalid(entry.place + ": the pattern '" + entry.pattern + "' stands twice");
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<std::vector<ListEntry>> ReadList(const std::filesystem::path& file) {
  CONFORMANCE_TRY(const Json json, formats::ReadJson(file));
  CONFORMANCE_TRY(auto entries, ParseList(json, file.filename().string()));
  for (ListEntry& entry : entries) entry.file = file;
  return entries;
}

Result<std::vector<ListEntry>> ReadLists(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".json") files.push_back(it->path());
  }
  if (error) return IoError("cannot read the folder of lists: " + error.message()).With("folder", folder.string());
  std::sort(files.begin(), files.end());
  std::vector<ListEntry> all;
  for (const auto& file : files) {
    CONFORMANCE_TRY(auto entries, ReadList(file));
    all.insert(all.end(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
  }
  return all;
}

Json ListToJson(ListKind kind, const std::vector<ListEntry>& entries) {
  Json json = Json::MakeObject();
  json["kind"] = ToString(kind);
  Json list = Json::MakeArray();
  for (const ListEntry& entry : entries) {
    if (entry.kind != kind) continue;
    Json out = Json::MakeObject();
    out["pattern"] = entry.pattern;
    out["reason"] = entry.reason;
    out["reference"] = entry.reference;
    out["date"] = entry.date;
    switch (kind) {
      case ListKind::kSkip: out["model_change_needed"] = entry.model_change_needed; break;
      case ListKind::kDisableOptimize: out["upstream_bug"] = entry.upstream_bug; break;
      case ListKind::kExpectedFail:
        if (entry.outcome) out["outcome"] = record::ToString(*entry.outcome);
        if (entry.stage) out["stage"] = record::ToString(*entry.stage);
        break;
      case ListKind::kTolerance:
        out["atol"] = entry.tolerance.atol;
        out["rtol"] = entry.tolerance.rtol;
        if (entry.output != "*") out["output"] = entry.output;
        break;
    }
    list.Append(std::move(out));
  }
  json["entries"] = std::move(list);
  return json;
}

const ListEntry* Lists::Find(ListKind kind, std::string_view cell_id) const {
  for (const ListEntry& entry : entries_) {
    if (entry.kind == kind && GlobMatch(entry.pattern, cell_id)) return &entry;
  }
  return nullptr;
}

std::vector<std::string> Lists::Unmatched(const std::vector<std::string>& catalogue) const {
  std::vector<std::string> texts;
  for (const ListEntry& entry : entries_) {
    const bool matched = std::any_of(catalogue.begin(), catalogue.end(), [&](const auto& id) { return GlobMatch(entry.pattern, id); });
    if (matched) continue;
    std::string text = entry.place + ": the pattern '" + entry.pattern + "' matches no cell of the catalogue";
    const auto near = Nearest(entry.pattern, catalogue, 1);
    if (!near.empty()) text += " (nearest: " + near.front() + ")";
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace conformance::engine
