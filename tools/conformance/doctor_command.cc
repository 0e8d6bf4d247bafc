#include <cstdio>
#include <thread>

#include "framework/formats/json.h"
#include "references/eager/isa.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

// Word, what it is about, and what was found.
struct Finding {
  const char* word;  ///< "ok", "drift", "unavailable"
  std::string subject, text;
};

std::string Qualified(const std::string& version) { return version.empty() ? std::string() : " (qualified: " + version + ")"; }

std::vector<Finding> Examine(const engine::Toolbox& toolbox, const Invocation& invocation) {
  std::vector<Finding> findings;
  findings.push_back({"ok", "conformance", kVersion});
  std::string isas;
  for (const auto* isa : eager::UsableIsas()) isas += (isas.empty() ? "" : ", ") + std::string(eager::IsaName(*isa));
  findings.push_back({"ok", "kernels", std::string(eager::IsaName(eager::ActiveIsa())) + " (usable here: " + isas + ")"});
  findings.push_back({"ok", "cores", std::to_string(std::thread::hardware_concurrency())});
  if (const Status whole = toolbox.Validate(); !whole.ok()) findings.push_back({"drift", "toolbox", whole.error().ToString()});
  for (const auto& backend : toolbox.backends.All()) {
    const std::string subject = "backend " + std::string(backend->Name());
    const auto version = backend->Version();
    if (!version.ok()) {
      findings.push_back({"unavailable", subject, version.error().ToString()});
      continue;
    }
    const std::string qualified = backend->QualifiedVersion();
    findings.push_back({qualified.empty() || qualified == *version ? "ok" : "drift", subject, *version + Qualified(qualified)});
  }
  for (const auto& exporter : toolbox.exporters.All()) {
    std::string text;
    for (const auto& [library, version] : exporter->QualifiedVersions()) text += (text.empty() ? "" : ", ") + library + " " + version;
    findings.push_back({"ok", "exporter " + std::string(exporter->Name()), text.empty() ? "built in" : "qualified against " + text});
  }
  const auto data = DataFolder(invocation);
  findings.push_back({data.ok() ? "ok" : "unavailable", "shipped suite", data.ok() ? data->string() : data.error().ToString()});
  return findings;
}

}  // namespace

int DoctorCommand(const engine::Toolbox& toolbox, bool json, const Invocation& invocation) {
  const std::vector<Finding> findings = Examine(toolbox, invocation);
  if (json) {
    Json all = Json::MakeArray();
    for (const Finding& finding : findings) {
      Json row = Json::MakeObject();
      row["word"] = finding.word;
      row["subject"] = finding.subject;
      row["text"] = finding.text;
      all.Append(std::move(row));
    }
    std::printf("%s\n", formats::WriteJson(all, 1).c_str());
  } else {
    for (const Finding& finding : findings) {
      std::printf("%-12s %-22s %s\n", finding.word, finding.subject.c_str(), finding.text.c_str());
    }
  }
  return 0;
}

}  // namespace conformance::cli
