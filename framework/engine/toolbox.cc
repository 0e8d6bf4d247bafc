#include "framework/engine/toolbox.h"

#include <ctime>

#include "framework/base/strings.h"
#include "framework/engine/posix_process.h"
#include "framework/engine/system_clock.h"
#include "framework/trace/trace.h"

namespace conformance::engine {

std::string SystemClock::WallTime() const {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

bool SameVersion(std::string_view a, std::string_view b) {
  const auto plain = [](std::string_view version) {
    while (version.ends_with(".0")) version.remove_suffix(2);
    return version;
  };
  return plain(a) == plain(b);
}

Status Toolbox::Validate() const {
  std::vector<std::string> problems;
  const auto check = [&](const char* table, const auto& entries) {
    for (const std::string& problem : entries.problems()) problems.push_back(std::string(table) + ": " + problem);
  };
  check("exporters", exporters);
  check("decomposers", decomposers);
  check("fusions", fusions);
  check("quantizers", quantizers);
  check("references", references);
  check("relations", relations);
  check("backends", backends);
  check("report writers", report_writers);
  if (exporters.Find("none")) problems.push_back("exporters: 'none' stands for no exporter and is no name for one");
  if (!comparator) problems.push_back("there is no comparator");
  if (!process_launcher) problems.push_back("there is no process launcher");
  if (!clock) problems.push_back("there is no clock");
  if (!tracer) problems.push_back("there is no tracer");
  if (problems.empty()) return Ok();
  return Invalid("the toolbox is not whole: " + Join(problems, "; "));
}

Toolbox BareToolbox() {
  Toolbox toolbox;
  toolbox.process_launcher = MakePosixLauncher();
  toolbox.clock = std::make_shared<SystemClock>();
  toolbox.tracer = [](const nn::Model& model, const ports::TraceRequest& request) -> Result<Traced> {
    CONFORMANCE_TRY(trace::TracedProgram traced, trace::Trace(model, request));
    Traced result;
    result.program = std::make_shared<const ir::Program>(std::move(traced.program));
    result.specialisations = std::move(traced.report.specialisations);
    return result;
  };
  return toolbox;
}

}  // namespace conformance::engine
