#include <algorithm>
#include <cstdio>
#include <map>
#include <thread>

#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "references/eager/isa.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

// What was found, beside what the project is tested with.
struct Finding {
  const char* word;  ///< "ok", "drift" (another version), "unavailable", "broken"
  std::string subject;
  std::string found;
  std::string qualified;  ///< empty: no version in particular
  std::string text;       ///< what is wrong, and the command that mends it
};

const char* Word(const std::string& found, const std::string& qualified) {
  return qualified.empty() || engine::SameVersion(found, qualified) ? "ok" : "drift";
}

void ExamineProgram(const engine::Toolbox& toolbox, const Invocation& invocation, std::vector<Finding>& findings) {
  findings.push_back({"ok", "conformance", kVersion, "", ""});
  std::string isas;
  for (const auto* isa : eager::UsableIsas()) isas += (isas.empty() ? "" : ", ") + std::string(eager::IsaName(*isa));
  findings.push_back({"ok", "kernels", std::string(eager::IsaName(eager::ActiveIsa())), "", "usable here: " + isas + " (CONFORMANCE_ISA chooses)"});
  findings.push_back({"ok", "cores", std::to_string(std::thread::hardware_concurrency()), "", ""});
  if (const Status whole = toolbox.Validate(); !whole.ok()) findings.push_back({"broken", "toolbox", "", "", whole.error().ToString()});
  const auto data = DataFolder(invocation);
  if (data.ok()) findings.push_back({"ok", "shipped suite", data->string(), "", ""});
  else findings.push_back({"unavailable", "shipped suite", "", "", data.error().ToString()});
  for (const engine::LibraryInfo& library : toolbox.libraries) {
    findings.push_back({Word(library.found, library.qualified), "library " + library.name, library.found, library.qualified, ""});
  }
}

// Versions of everything met so far, for exporters that are qualified against them.
std::map<std::string, std::string> ExamineBackends(const engine::Toolbox& toolbox, std::vector<Finding>& findings) {
  std::map<std::string, std::string> versions;
  for (const engine::LibraryInfo& library : toolbox.libraries) versions[library.name] = library.found;
  for (const auto& backend : toolbox.backends.All()) {
    const std::string subject = "backend " + std::string(backend->Name());
    const auto version = backend->Version();
    const std::string qualified = backend->QualifiedVersion();
    if (!version.ok()) {
      findings.push_back({"unavailable", subject, "", qualified, version.error().ToString()});
      continue;
    }
    versions[std::string(backend->Name())] = *version;
    findings.push_back({Word(*version, qualified), subject, *version, qualified, ""});
  }
  return versions;
}

void ExamineExporters(const engine::Toolbox& toolbox, const std::map<std::string, std::string>& versions, std::vector<Finding>& findings) {
  for (const auto& exporter : toolbox.exporters.All()) {
    Finding finding{"ok", "exporter " + std::string(exporter->Name()), "", "", ""};
    for (const auto& [library, qualified] : exporter->QualifiedVersions()) {
      finding.qualified += (finding.qualified.empty() ? "" : ", ") + library + " " + qualified;
      const auto found = versions.find(library);
      if (found == versions.end()) continue;
      finding.found += (finding.found.empty() ? "" : ", ") + library + " " + found->second;
      if (!engine::SameVersion(found->second, qualified)) finding.word = "drift";
    }
    findings.push_back(std::move(finding));
  }
}

Json ToJson(const std::vector<Finding>& findings) {
  Json all = Json::MakeArray();
  for (const Finding& finding : findings) {
    Json row = Json::MakeObject();
    row["word"] = finding.word;
    row["subject"] = finding.subject;
    row["found"] = finding.found;
    row["qualified"] = finding.qualified;
    row["text"] = finding.text;
    all.Append(std::move(row));
  }
  return all;
}

void Print(const std::vector<Finding>& findings) {
  size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.subject.size());
  for (const Finding& finding : findings) {
    std::string line = finding.found;
    if (!finding.qualified.empty() && !engine::SameVersion(finding.found, finding.qualified)) {
      line += (line.empty() ? "" : "  ") + ("qualified: " + finding.qualified);
    }
    if (!finding.text.empty()) line += (line.empty() ? "" : "  ") + finding.text;
    std::printf("%-12s %-*s  %s\n", finding.word, static_cast<int>(width), finding.subject.c_str(), line.c_str());
  }
}

int CodeOf(const std::vector<Finding>& findings, const DoctorOptions& options) {
  bool missing = false, amiss = false, broken = false;
  for (const Finding& finding : findings) {
    const std::string_view word = finding.word;
    broken |= word == "broken";
    amiss |= word != "ok";
    if (word != "unavailable") continue;
    const std::string name = finding.subject.substr(finding.subject.find(' ') + 1);
    missing |= std::ranges::any_of(options.require, [&](const std::string& pattern) { return GlobMatch(pattern, name); });
  }
  return broken ? 2 : missing || (options.strict && amiss) ? 1 : 0;
}

// A slip in --require must not require nothing.
Status CheckRequired(const engine::Toolbox& toolbox, const std::vector<std::string>& required) {
  std::vector<std::string> known = toolbox.backends.Names();
  for (const std::string& name : toolbox.exporters.Names()) known.push_back(name);
  for (const std::string& pattern : required) {
    if (std::ranges::any_of(known, [&](const std::string& name) { return GlobMatch(pattern, name); })) continue;
    return Invalid("unknown --require").With("found", pattern).With("wanted", Join(known, ", "));
  }
  return Ok();
}

}  // namespace

int DoctorCommand(const engine::Toolbox& toolbox, const DoctorOptions& options, const Invocation& invocation) {
  if (const Status known = CheckRequired(toolbox, options.require); !known.ok()) return Complain(known.error());
  std::vector<Finding> findings;
  ExamineProgram(toolbox, invocation, findings);
  ExamineExporters(toolbox, ExamineBackends(toolbox, findings), findings);
  if (options.json) std::printf("%s\n", formats::WriteJson(ToJson(findings), 1).c_str());
  else Print(findings);
  return CodeOf(findings, options);
}

}  // namespace conformance::cli
