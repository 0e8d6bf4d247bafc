#include "tools/conformance/diff_command.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "reports/diff/diff.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/record_file.h"

namespace conformance::cli {
namespace {

struct DiffOptions {
  std::string earlier, later;
  std::string json;
  bool partial = false;
  bool slower_fails = false;
};

int RunDiff(const DiffOptions& options) {
  const auto earlier = ReadRecord(options.earlier);
  if (!earlier.ok()) return Complain(earlier.error());
  const auto later = ReadRecord(options.later);
  if (!later.ok()) return Complain(later.error());
  if (later->cells.empty()) return Complain(Invalid("the later run has no cells: nothing is compared").With("file", options.later));
  const reports::Difference difference = reports::Compare(*earlier, *later, !options.partial);
  if (!options.json.empty()) {
    const std::string text = formats::WriteJson(reports::DifferenceJson(difference), 1) + "\n";
    if (const Status status = WriteOutput(options.json, text); !status.ok()) return Complain(status.error());
  }
  if (options.json != "-") std::fputs(reports::DifferenceText(difference).c_str(), stdout);
  const bool slower = options.slower_fails && difference.Count(reports::Change::kSlower) > 0;
  return difference.worse() || slower ? 1 : 0;
}

}  // namespace

std::function<int()> AddDiff(CLI::App& app) {
  CLI::App* diff = app.add_subcommand("diff", "what changed from one run to a later one");
  diff->footer(
      "new            not as expected now, and as expected or not there before\n"
      "flaky          a flake now, and none before\n"
      "not run, gone  as expected before; now unavailable or skipped, or no cell any more\n"
      "still failing, fixed, added (as expected, and not there before), dropped (failed before, and no cell any more)\n"
      "slower         by five times the spread of all cells' ratios of times, half as long again and 0.1 s at least\n\n"
      "  conformance diff runs/monday runs/tuesday\n"
      "  conformance diff before.json after.json --json changes.json\n\n"
      "Exit codes: 0 nothing got worse (new, flaky, not run, gone); 1 something did; 2 usage, records that cannot be read.");
  const auto options = std::make_shared<DiffOptions>();
  diff->add_option("A", options->earlier, "the earlier run: a record that `run --json` wrote, or a run folder")->required();
  diff->add_option("B", options->later, "the later run")->required();
  diff->add_option("--json", options->json, "file; - is standard output");
  diff->add_flag("--partial", options->partial, "B is a selection: cells that it does not have are not gone");
  diff->add_flag("--slower-fails", options->slower_fails, "a slower cell is for the worse, too");
  return [options] { return RunDiff(*options); };
}

int JudgeByBaseline(const record::RunRecord& baseline, const record::RunRecord& run, bool whole, int plain, std::FILE* words) {
  const reports::Difference difference = reports::Compare(baseline, run, whole);
  if (words != nullptr) {
    std::fprintf(words, "\nsince the baseline of %s:\n%s", baseline.started.c_str(), reports::DifferenceText(difference).c_str());
    const int64_t smaller = difference.Count(reports::Change::kFixed) + difference.Count(reports::Change::kDropped);
    if (smaller > 0) {
      std::fprintf(words, "the baseline can shrink: %lld of its failures are no more (--json FILE writes the next one)\n", static_cast<long long>(smaller));
    }
  }
  if (plain == engine::kExitBroken) return plain;
  const bool unfinished = static_cast<size_t>(run.planned) > run.cells.size() || !run.stopped.empty();
  return difference.worse() || unfinished ? 1 : 0;
}

}  // namespace conformance::cli
