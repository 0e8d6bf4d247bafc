#include "tools/conformance/audit_command.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "framework/base/strings.h"
#include "framework/engine/audit.h"
#include "framework/formats/json.h"
#include "tools/conformance/progress.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

using engine::AuditedEntry;
using engine::EntryState;

struct AuditCommandOptions {
  SelectOptions select;
  std::vector<std::string> entries;
  bool write = false;
  int64_t max_age_days = 90;
  bool in_process = false;
  double timeout_seconds = 300;
  uint64_t worker_memory_mib = 0;
  int threads = 0;
  uint64_t seed = 0;
  std::string json;
  bool quiet = false;
};

engine::AuditOptions ToAuditOptions(const AuditCommandOptions& options, const Suite& suite, const Invocation& invocation) {
  engine::AuditOptions audit;
  audit.max_age_days = options.max_age_days;
  engine::SweepOptions& sweep = audit.sweep;
  for (const engine::ListEntry& entry : suite.lists) {
    const auto named = [&](const std::string& pattern) { return GlobMatch(pattern, entry.id); };
    if (options.entries.empty() || std::ranges::any_of(options.entries, named)) sweep.lists.push_back(entry);
  }
  sweep.threads = options.threads;
  sweep.seed = options.seed;
  sweep.isolation.all = !options.in_process;
  sweep.isolation.worker_command = {invocation.program, "worker"};
  sweep.isolation.limits.timeout = std::chrono::milliseconds(static_cast<int64_t>(options.timeout_seconds * 1000));
  if (options.worker_memory_mib > 0) sweep.isolation.limits.address_space_bytes = options.worker_memory_mib << 20;
  sweep.command_line = invocation.command_line;
  sweep.version = kVersion;
  return audit;
}

std::string Advice(const AuditedEntry& row) {
  switch (row.state) {
    case EntryState::kNoLongerHolds: return "it can go: --write removes it";
    case EntryState::kTooWide:
      return std::to_string(row.passing) + " of its " + std::to_string(row.cells) + " cells pass: narrow its pattern";
    case EntryState::kEndsOtherwise: return "the entry is wrong, or there is a new failure behind it";
    case EntryState::kShadowed: return "no cell is left for it: remove it, or the one before it";
    case EntryState::kNotAudited: return row.overdue ? "run the audit where its backend is" : "";
    case EntryState::kHolds: return row.overdue ? "it was not looked at for " + std::to_string(row.age_days) + " days: --write dates it" : "";
  }
  return "";
}

void Print(const std::vector<AuditedEntry>& audited) {
  for (const AuditedEntry& row : audited) {
    std::printf("%-16s %5lld days  %s  (%s, %lld cells)\n", std::string(engine::ToString(row.state)).c_str(), static_cast<long long>(row.age_days),
                row.entry.id.c_str(), row.entry.place.c_str(), static_cast<long long>(row.cells));
    if (!row.text.empty()) std::printf("    %s\n", row.text.c_str());
    if (const std::string advice = Advice(row); !advice.empty()) std::printf("    %s\n", advice.c_str());
  }
  const auto findings = std::ranges::count_if(audited, [](const AuditedEntry& row) { return !row.clean(); });
  std::printf("%zu entries audited: %lld to be looked at\n", audited.size(), static_cast<long long>(findings));
}

Json ToJson(const std::vector<AuditedEntry>& audited) {
  Json rows = Json::MakeArray();
  for (const AuditedEntry& row : audited) {
    Json json = engine::ListedFor(row.entry).ToJson();
    json["state"] = engine::ToString(row.state);
    json["clean"] = row.clean();
    json["overdue"] = row.overdue;
    json["age_days"] = row.age_days;
    json["cells"] = row.cells;
    json["holding"] = row.holding;
    json["passing"] = row.passing;
    json["otherwise"] = row.otherwise;
    json["not_run"] = row.not_run;
    json["text"] = row.text;
    json["advice"] = Advice(row);
    rows.Append(std::move(json));
  }
  return rows;
}

int RunAuditCommand(const engine::Toolbox& toolbox, const AuditCommandOptions& options, const Invocation& invocation) {
  if (const Status status = toolbox.Validate(); !status.ok()) return Complain(status.error());
  const auto suite = OpenSuite(toolbox, options.select, invocation);
  if (!suite.ok()) return Complain(suite.error());
  const engine::AuditOptions audit = ToAuditOptions(options, *suite, invocation);
  if (audit.sweep.lists.empty() && !options.entries.empty()) {
    return Complain(Invalid("no entry of the lists matches --entry").With("found", Join(options.entries, ", ")));
  }
  const bool words = !options.quiet && options.json != "-";
  const auto progress = MakeProgress(Terminal::Detect(), words ? stdout : nullptr);
  const auto audited = engine::RunAudit(toolbox, suite->cases, audit, *progress);
  if (!audited.ok()) return Complain(audited.error());
  if (!options.json.empty()) {
    if (const Status status = WriteOutput(options.json, formats::WriteJson(ToJson(*audited), 1) + "\n"); !status.ok()) return Complain(status.error());
  }
  if (words) Print(*audited);
  const auto findings = [&](const AuditedEntry& row) {
    if (!options.write) return !row.clean();
    // What was written is settled.
    return row.state != EntryState::kNoLongerHolds && row.state != EntryState::kHolds && !row.clean();
  };
  if (options.write) {
    const auto written = engine::WriteAudit(*audited, toolbox.clock->WallTime());
    if (!written.ok()) return Complain(written.error());
    for (const std::string& line : *written) {
      if (words) std::printf("%s\n", line.c_str());
    }
  }
  return std::ranges::any_of(*audited, findings) ? 1 : 0;
}

}  // namespace

std::function<int()> AddAudit(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation) {
  CLI::App* audit = app.add_subcommand("audit", "do the entries of the lists still hold?");
  audit->footer(
      "Runs every cell that an entry names, skips as well, each in a worker, and says which entries no longer hold, are too wide, or\n"
      "were not looked at for 90 days. With --write the lists' files are rewritten in place: what no longer holds goes, what holds\n"
      "gets today's date, and every other byte stays.\n\n"
      "  conformance audit                          the shipped suite's lists\n"
      "  conformance audit ./gpt2 --list skips.json\n"
      "  conformance audit --onnx-tests DIR --list suites/onnx/expectations\n"
      "  conformance audit --write && git diff suites/expectations\n\n"
      "Exit codes: 0 all entries hold (after --write: are settled); 1 some are to be looked at; 2 usage, lists that do not load.");
  const auto options = std::make_shared<AuditCommandOptions>();
  audit->add_option("MODEL", options->select.models, "checkpoint folders; none: the shipped suite");
  audit->add_option("--suite", options->select.suite, "a suite file in place of the shipped one");
  audit->add_option("--onnx-tests", options->select.onnx_tests, "folder of ONNX backend tests, as for run")->expected(1)->take_all();
  audit->add_option("--list", options->select.lists, "file or folder of lists, beside the suite's own");
  audit->add_option("--entry", options->entries, "pattern over entries, KIND:PATTERN as `list expectations` shows them")->expected(1)->take_all();
  audit->add_flag("--write", options->write, "write the shorter lists");
  audit->add_option("--max-age", options->max_age_days, "days after which a skip must be looked at again")->check(CLI::Range(0, 100000));
  audit->add_flag("--in-process", options->in_process, "no workers: a crash ends the audit");
  audit->add_option("--timeout", options->timeout_seconds, "seconds for one request to a worker")->check(CLI::PositiveNumber);
  audit->add_option("--worker-memory", options->worker_memory_mib, "MiB of address space of one worker");
  audit->add_option("--threads,-j", options->threads, "cells at once; 0: one a core")->check(CLI::Range(0, 4096));
  audit->add_option("--seed", options->seed, "seed of generated inputs");
  audit->add_option("--json", options->json, "file; - is standard output");
  audit->add_flag("--quiet,-q", options->quiet, "say nothing but errors");
  return [options, &toolbox, &invocation] { return RunAuditCommand(toolbox, *options, invocation); };
}

}  // namespace conformance::cli
