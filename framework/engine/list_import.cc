#include "framework/engine/list_import.h"

#include <algorithm>
#include <array>
#include <set>

#include "framework/base/date.h"
#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/formats/python_literal.h"

namespace conformance::engine {
namespace {

constexpr std::array<std::string_view, 3> kFormats = {"hf-skips", "pytest", "json"};
/// What Hugging Face writes before the change that a model needs.
constexpr std::string_view kToDo = "TO" "DO:";

Error AtPlace(const ForeignEntry& entry, const std::string& file, std::string message) {
  return Invalid(std::move(message)).With("file", file).With("place", entry.place).With("entry", formats::Quoted(entry.name));
}

// --- readers -----------------------------------------------------------------------------------------------------------------

Result<std::vector<ForeignEntry>> ReadHf(std::string_view text, std::string_view variable, std::string_view file) {
  CONFORMANCE_TRY(const Json json, formats::ReadPythonAssignment(text, variable, file));
  const auto wrong = [&](std::string what) {
    return Invalid(std::move(what)).With("file", std::string(file)).With("wanted", std::string(variable) + " = {scope: {class: reason}}");
  };
  if (!json.IsObject()) return wrong("'" + std::string(variable) + "' is no dict but " + std::string(Json::KindName(json.kind())));
  std::vector<ForeignEntry> entries;
  for (const auto& [scope, classes] : json.AsObject()) {
    if (!classes.IsObject()) return wrong("scope '" + scope + "' is no dict but " + std::string(Json::KindName(classes.kind())));
    for (const auto& [name, reason] : classes.AsObject()) {
      if (!reason.IsString()) return wrong("the reason of '" + name + "' is no string but " + std::string(Json::KindName(reason.kind())));
      entries.push_back({scope, name, reason.AsString(), scope + ", " + name});
    }
  }
  return entries;
}

/// "XFAIL" in "XFAIL tests/a.py::test - reason", or nothing.
std::string_view LeadingWord(std::string_view line) {
  const size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end == std::string_view::npos ? 0 : end);
  const bool upper = std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
  return upper ? word : std::string_view();
}

Result<std::vector<ForeignEntry>> ReadPytest(std::string_view text, std::string_view file) {
  std::vector<ForeignEntry> entries;
  std::string block;      // the comment above
  bool fresh = true;      // the next comment begins another
  size_t number = 0;
  for (const std::string& whole : Split(text, '\n')) {
    ++number;
    std::string_view line = Trim(whole);
    if (line.empty()) {
      block.clear();
      continue;
    }
    if (line.front() == '#') {
      if (fresh) block.clear();
      fresh = false;
      line = Trim(line.substr(line.find_first_not_of('#') == std::string_view::npos ? line.size() : line.find_first_not_of('#')));
      block += (block.empty() || line.empty() ? "" : " ") + std::string(line);
      continue;
    }
    fresh = true;
    ForeignEntry entry;
    entry.place = "line " + std::to_string(number);
    entry.reason = block;
    if (line.starts_with("SKIPPED [")) {
      return Unsupported("pytest's summary names no test for what it skipped; run it with --no-fold-skipped")
          .With("file", std::string(file))
          .With("place", entry.place);
    }
    entry.scope = LeadingWord(line);
    if (!entry.scope.empty()) line = Trim(line.substr(entry.scope.size()));
    if (const size_t hash = line.find(" #"); hash != std::string_view::npos) {
      entry.reason = Trim(line.substr(hash + 2));
      line = Trim(line.substr(0, hash));
    } else if (const size_t dash = line.find(" - "); dash != std::string_view::npos) {
      entry.reason = Trim(line.substr(dash + 3));
      line = Trim(line.substr(0, dash));
    }
    entry.name = line;
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool IsOutcomeWord(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  static const std::set<std::string, std::less<>> words = {"pass", "fail", "skip", "xfail", "xpass", "crash", "timeout", "error", "notrun"};
  return words.contains(text.substr(0, text.find('-')));
}

void WalkJson(const Json& json, const std::string& scope, std::vector<ForeignEntry>& entries) {
  const auto inner = [&](const std::string& key) { return scope.empty() ? key : scope + "." + key; };
  if (json.IsArray()) {
    size_t number = 0;
    for (const Json& element : json.AsArray()) {
      ++number;
      if (element.IsString()) entries.push_back({scope, element.AsString(), "", scope + ", entry " + std::to_string(number)});
    }
    return;
  }
  if (!json.IsObject()) return;
  for (const auto& [key, value] : json.AsObject()) {
    if (!value.IsString()) WalkJson(value, inner(key), entries);
    else if (IsOutcomeWord(value.AsString())) entries.push_back({inner(value.AsString()), key, "", inner(key)});
    else entries.push_back({scope, key, value.AsString(), inner(key)});
  }
}

// --- into our words ----------------------------------------------------------------------------------------------------------

/// `text` as a pattern that matches nothing else.
std::string Literal(std::string_view text) {
  std::string pattern;
  for (const char c : text) pattern += c == '*' || c == '?' || c == '[' ? std::string{'[', c, ']'} : std::string(1, c);
  return pattern;
}

/// {name}, {scope}, {file}, {class}, {test}, {param} of an entry.
std::optional<std::string> Placeholder(std::string_view name, const ForeignEntry& entry) {
  if (name == "name") return entry.name;
  if (name == "scope") return entry.scope;
  const std::string_view id = entry.name;
  const size_t bracket = id.ends_with(']') ? id.find('[') : std::string_view::npos;
  if (name == "param") return bracket == std::string_view::npos ? "" : std::string(id.substr(bracket + 1, id.size() - bracket - 2));
  const std::string_view plain = id.substr(0, bracket);
  const size_t first = plain.find("::"), last = plain.rfind("::");
  if (name == "file") return first == std::string_view::npos ? "" : std::string(plain.substr(0, first));
  if (name == "test") return std::string(last == std::string_view::npos ? plain : plain.substr(last + 2));
  if (name == "class") return first == last ? "" : std::string(plain.substr(first + 2, last - first - 2));
  return std::nullopt;
}

Result<std::string> Fill(const std::string& pattern, const ForeignEntry& entry, const std::string& file) {
  std::string filled;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const size_t close = pattern[at] == '{' ? pattern.find('}', at) : std::string::npos;
    if (close == std::string::npos) {
      filled += pattern[at];
      continue;
    }
    const std::string name = pattern.substr(at + 1, close - at - 1);
    const auto value = Placeholder(name, entry);
    if (!value) return Invalid("no such placeholder").With("found", "{" + name + "}").With("wanted", "{name}, {scope}, {file}, {class}, {test}, {param}");
    if (value->empty()) return AtPlace(entry, file, "the entry has no {" + name + "}");
    filled += Literal(*value);
    at = close;
  }
  return filled;
}

Result<std::vector<std::string>> PatternsFor(const ForeignEntry& entry, const ImportOptions& options, const std::string& file) {
  std::vector<std::string> templates;
  if (const auto mapped = options.map.find(entry.scope); mapped != options.map.end()) templates = {mapped->second};
  else if (!options.pattern.empty()) templates = {options.pattern};
  else if (options.format == "hf-skips") templates = HfPatterns(entry.scope);
  if (templates.empty()) {
    return AtPlace(entry, file, "no pattern over our cells for scope '" + entry.scope + "': give --pattern, or --map '" + entry.scope + "=PATTERN'");
  }
  std::vector<std::string> patterns;
  for (const std::string& text : templates) {
    CONFORMANCE_TRY(std::string pattern, Fill(text, entry, file));
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

/// One entry of ours but for its pattern.
Result<ListEntry> EntryFor(const ForeignEntry& foreign, const ImportOptions& options, const std::string& variable, const std::string& file) {
  ListEntry entry;
  entry.kind = options.kind;
  entry.reason = foreign.reason.empty() ? options.reason : foreign.reason;
  if (entry.reason.empty()) return AtPlace(foreign, file, "the entry has no reason: give --reason for those without one");
  entry.reference = options.reference;
  if (options.format == "hf-skips") entry.reference += " " + variable + "[" + foreign.scope + "]";  // where in their file it stands
  entry.date = options.date;
  entry.upstream_bug = options.upstream_bug;
  entry.output = "*";
  if (entry.kind == ListKind::kSkip) {
    entry.model_change_needed = options.model_change_needed;
    const size_t at = entry.reason.find(kToDo);
    if (at != std::string::npos) entry.model_change_needed = Trim(std::string_view(entry.reason).substr(at + kToDo.size()));
    if (entry.model_change_needed.empty()) {
      return AtPlace(foreign, file, "the entry does not say what to change in the model: give --model-change-needed for those without it");
    }
  }
  if (options.atol) entry.tolerance.atol = *options.atol;
  if (options.rtol) entry.tolerance.rtol = *options.rtol;
  entry.outcome = record::OutcomeFromString(options.outcome);
  entry.stage = record::StageFromString(options.stage);
  return entry;
}

Status CheckOptions(const ImportOptions& options) {
  const auto wanted = [](const char* field, const char* flag) {
    return Invalid(std::string("the field '") + field + "', which their list does not have, must be given").With("wanted", flag);
  };
  if (options.reference.empty()) return wanted("reference", "--reference URL, where their list is kept");
  if (options.date.size() != 10 || !DayNumber(options.date)) return wanted("date", "--date 2026-08-01, when it was last looked at");
  if (options.kind == ListKind::kDisableOptimize && options.upstream_bug.empty()) return wanted("upstream_bug", "--upstream-bug URL");
  if (options.kind == ListKind::kTolerance && (!options.atol || !options.rtol)) return wanted("atol' and 'rtol", "--atol X --rtol X");
  if (!options.outcome.empty() && !record::OutcomeFromString(options.outcome)) return Invalid("no outcome").With("found", options.outcome);
  if (!options.stage.empty() && !record::StageFromString(options.stage)) return Invalid("no stage").With("found", options.stage);
  return Ok();
}

bool Wanted(const ForeignEntry& entry, const std::vector<std::string>& scopes) {
  return scopes.empty() || std::ranges::any_of(scopes, [&](const std::string& pattern) { return GlobMatch(pattern, entry.scope); });
}

std::string ScopesText(const std::vector<ForeignEntry>& entries) {
  std::vector<std::string> scopes;
  for (const ForeignEntry& entry : entries) {
    if (std::ranges::find(scopes, entry.scope) == scopes.end()) scopes.push_back(entry.scope);
  }
  return Join(scopes, ", ");
}

}  // namespace

std::vector<std::string> ForeignFormats() { return {kFormats.begin(), kFormats.end()}; }

Result<std::vector<ForeignEntry>> ReadForeignList(std::string_view format, std::string_view variable, std::string_view text,
                                                  std::string_view file) {
  if (format == "hf-skips") return ReadHf(text, variable, file);
  if (format == "pytest") return ReadPytest(text, file);
  if (format == "json") {
    CONFORMANCE_TRY(const Json json, formats::ParseJson(text, {}, file));
    std::vector<ForeignEntry> entries;
    WalkJson(json, "", entries);
    return entries;
  }
  return Invalid("unknown format of a list").With("found", std::string(format)).With("wanted", Join(ForeignFormats(), ", "));
}

std::vector<std::string> HfPatterns(std::string_view scope) {
  static const std::set<std::string, std::less<>> backends = {"dynamo", "onnx", "executorch", "openvino", "aoti", "tensorrt"};
  std::string exporter = "transformers:*";
  std::vector<std::string> variants = {"*"};
  bool generates = false;
  for (const std::string& part : Split(scope, '.')) {
    if (part == "all") continue;
    if (backends.contains(part)) exporter = "transformers:" + part;
    else if (part == "generate") generates = true;
    else if (part == "static" || part == "dynamic") variants = {part};
    else return {};  // "runtime" and "multi_token" are ways to drive generation that are no variants of ours
  }
  if (generates) variants = {"prefill", "decode"};
  std::vector<std::string> patterns;
  for (const std::string& variant : variants) patterns.push_back("*/{name}/" + variant + "/" + exporter + "/*");
  return patterns;
}

void DropUnmatched(const std::vector<std::string>& catalogue, ImportedList& list) {
  const auto unmatched = [&](const ListEntry& entry) {
    return std::ranges::none_of(catalogue, [&](const std::string& id) { return GlobMatch(entry.pattern, id); });
  };
  const size_t dropped = std::erase_if(list.entries, unmatched);
  if (dropped > 0) list.notes.push_back(std::to_string(dropped) + " entries match no cell of the suite and were left out");
}

Result<ImportedList> ImportList(const std::filesystem::path& path, const ImportOptions& options) {
  const std::string file = path.string();
  CONFORMANCE_RETURN_IF_ERROR(CheckOptions(options));
  CONFORMANCE_TRY(const std::string text, formats::ReadFileText(path, uint64_t{64} << 20));
  const std::string variable = !options.variable.empty()                       ? options.variable
                               : options.kind == ListKind::kDisableOptimize ? "ONNX_DISABLE_OPTIMIZE"
                                                                               : "EXPORT_SKIPS";
  CONFORMANCE_TRY(const auto foreign, ReadForeignList(options.format, variable, text, file));
  // JSON files hold settings beside their lists; which are lists only their reader knows.
  const std::string found = ScopesText(foreign);
  if (options.format == "json" && options.scopes.empty() && found.find(", ") != std::string::npos) {
    return Invalid("the file has several lists: choose with --scope").With("file", file).With("found", found);
  }
  ImportedList list;
  size_t left_out = 0;
  for (const ForeignEntry& entry : foreign) {
    if (!Wanted(entry, options.scopes)) {
      ++left_out;
      continue;
    }
    CONFORMANCE_TRY(const ListEntry ours, EntryFor(entry, options, variable, file));
    CONFORMANCE_TRY(const auto patterns, PatternsFor(entry, options, file));
    for (const std::string& pattern : patterns) {
      const auto twin = std::ranges::find(list.entries, pattern, &ListEntry::pattern);
      if (twin != list.entries.end()) {
        if (twin->reason.find(ours.reason) == std::string::npos) twin->reason += " (" + entry.scope + ": " + ours.reason + ")";
        list.notes.push_back(entry.place + ": '" + pattern + "' stood there already; the reasons were put together");
        continue;
      }
      list.entries.push_back(ours);
      list.entries.back().pattern = pattern;
    }
  }
  if (left_out > 0) list.notes.push_back(std::to_string(left_out) + " entries of other scopes were left out");
  if (list.entries.empty()) return Invalid("nothing to import").With("file", file).With("found", found.empty() ? "no entries" : "scopes " + found);
  // What we write must be what we read.
  CONFORMANCE_TRY(list.entries, ParseList(ListToJson(options.kind, list.entries), file));
  return list;
}

}  // namespace conformance::engine
