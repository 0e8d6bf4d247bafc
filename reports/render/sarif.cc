#include "reports/render/sarif.h"

#include <algorithm>
#include <array>
#include <string>

#include "framework/base/hash.h"
#include "framework/formats/json.h"
#include "reports/render/clean_text.h"
#include "reports/render/failure.h"

namespace conformance::reports {
namespace {

using record::CellRecord;

struct Rule {
  const char* id;
  const char* text;
};
/// One rule for each way in which a cell can be other than a pass.
constexpr std::array<Rule, 12> kRules = {{
    {"fail", "The output is wrong, or the artifact's own runtime refuses to check, load or run it at a legal input."},
    {"error", "The exporter or the harness raised an error."},
    {"crash", "The worker that ran the cell was ended by a signal or an exit."},
    {"timeout", "The cell did not answer in time."},
    {"out-of-memory", "The cell met a limit on memory."},
    {"unsupported", "The model, the operator or the dtype is refused by name."},
    {"mistrusted", "The output does not depend on what it should depend on."},
    {"flake", "The same cell with the same seed ends in different ways."},
    {"skip", "The cell was not run, and no list says that it should not be."},
    {"expected-fail", "The cell fails as an entry of a list says."},
    {"unexpected-pass", "The cell passes though an entry of a list says that it fails."},
    {"not-run", "Cells of the plan were not run, or nothing was compared."},
}};

int64_t RuleIndex(const std::string& id) {
  const auto at = std::ranges::find_if(kRules, [&](const Rule& rule) { return id == rule.id; });
  return at - kRules.begin();
}

Json Message(const std::string& text) {
  Json message = Json::MakeObject();
  message["text"] = CleanText(text);
  return message;
}

/// A path as a URI reference: bytes beyond the unreserved ones and the slash are escaped.
std::string UriOf(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      uri += {'%', kHex[static_cast<unsigned char>(c) >> 4], kHex[static_cast<unsigned char>(c) & 15]};
    }
  }
  return uri;
}

Json LocationOf(const CellRecord& cell) {
  Json location = Json::MakeObject();
  if (!cell.source.empty()) {
    // A result's place is a file; of a checkpoint folder it is the config.
    const std::string name = cell.source.substr(cell.source.find_last_of('/') + 1);
    const bool file = name.find('.') != std::string::npos && name != "." && name != "..";
    const std::string separator = cell.source.ends_with('/') ? "" : "/";
    location["physicalLocation"]["artifactLocation"]["uri"] = UriOf(file ? cell.source : cell.source + separator + "config.json");
    location["physicalLocation"]["region"]["startLine"] = 1;
  }
  Json logical = Json::MakeObject();
  logical["name"] = CleanLine(cell.id.model);
  logical["fullyQualifiedName"] = CleanLine(cell.id.ToString());
  logical["kind"] = "module";
  location["logicalLocations"].Append(std::move(logical));
  return location;
}

Json ResultOf(const CellRecord& cell) {
  const Failure failure = FailureOf(cell);
  Json result = Json::MakeObject();
  result["ruleId"] = failure.word;
  result["ruleIndex"] = RuleIndex(failure.word);
  const bool red = cell.red();
  result["level"] = red ? "error" : "note";
  result["message"] = Message(failure.Text());
  result["locations"].Append(LocationOf(cell));
  result["partialFingerprints"]["conformanceCell/v1"] = Hex64(Hash64(std::string_view(failure.cell + '\n' + failure.stage)));
  if (!red) {
    Json suppression = Json::MakeObject();
    suppression["kind"] = "external";
    suppression["justification"] = CleanText("list entry " + cell.expected);
    result["suppressions"].Append(std::move(suppression));
  }
  result["properties"]["stage"] = failure.stage;
  if (!cell.model_class.empty()) result["properties"]["class"] = CleanLine(cell.model_class);
  if (!failure.command.empty()) result["properties"]["command"] = CleanText(failure.command);
  return result;
}

Json DriverOf(const record::RunRecord& run) {
  Json driver = Json::MakeObject();
  driver["name"] = "Conformance";
  if (!run.version.empty()) driver["version"] = CleanLine(run.version);
  Json rules = Json::MakeArray();
  for (const Rule& rule : kRules) {
    Json row = Json::MakeObject();
    row["id"] = rule.id;
    row["shortDescription"] = Message(rule.text);
    rules.Append(std::move(row));
  }
  driver["rules"] = std::move(rules);
  return driver;
}

Json InvocationOf(const record::RunRecord& run) {
  Json invocation = Json::MakeObject();
  const std::string lack = NotRun(run);
  invocation["executionSuccessful"] = lack.empty();
  if (!run.command_line.empty()) invocation["commandLine"] = CleanText(run.command_line);
  if (!run.started.empty()) invocation["startTimeUtc"] = CleanLine(run.started);
  Json notifications = Json::MakeArray();
  const auto notify = [&](const char* level, const std::string& text) {
    Json notification = Json::MakeObject();
    notification["level"] = level;
    notification["message"] = Message(text);
    notifications.Append(std::move(notification));
  };
  if (!lack.empty()) notify("error", lack);
  for (const std::string& warning : run.Remarks()) notify("warning", warning);
  invocation["toolExecutionNotifications"] = std::move(notifications);
  return invocation;
}

}  // namespace

Result<std::string> SarifWriter::Render(const record::RunRecord& run) const {
  Json sweep = Json::MakeObject();
  sweep["tool"]["driver"] = DriverOf(run);
  sweep["invocations"].Append(InvocationOf(run));
  Json results = Json::MakeArray();
  for (const CellRecord& cell : run.cells) {
    if (cell.red() || cell.shown_word() == "expected-fail") results.Append(ResultOf(cell));
  }
  if (const std::string lack = NotRun(run); !lack.empty()) {
    Json result = Json::MakeObject();
    result["ruleId"] = "not-run";
    result["ruleIndex"] = RuleIndex("not-run");
    result["level"] = "error";
    result["message"] = Message(lack);
    results.Append(std::move(result));
  }
  sweep["results"] = std::move(results);
  sweep["columnKind"] = "unicodeCodePoints";
  Json log = Json::MakeObject();
  log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  log["version"] = "2.1.0";
  log["runs"].Append(std::move(sweep));
  return formats::WriteJson(log, 1) + "\n";
}

}  // namespace conformance::reports
