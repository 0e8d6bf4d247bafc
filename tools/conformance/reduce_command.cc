#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/ir/text.h"
#include "framework/record/clusters.h"
#include "framework/reduce/reducer.h"
#include "framework/reduce/tries.h"
#include "framework/weights/tensor_weights.h"
#include "tools/conformance/interrupt.h"
#include "tools/conformance/one_cell.h"
#include "tools/conformance/run_flags.h"
#include "tools/conformance/triage_commands.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTries = "tries";

struct ReduceCommandOptions {
  RunOptions run;
  std::string folder;
  size_t max_tries = 2000;
};

/// Whether two records tell of one failure.
bool SameFailure(const record::CellRecord& now, const record::CellRecord& first) {
  if (now.outcome != first.outcome || now.stage != first.stage) return false;
  return first.stage == record::Stage::kCompare || first.outcome == record::Outcome::kCrash || first.outcome == record::Outcome::kTimeout ||
         record::ReasonShape(now.reason) == record::ReasonShape(first.reason);
}

/// Values that the local lane found over their bounds, the first one first.
std::vector<std::string> SuspectsOf(const record::CellRecord& record) {
  std::vector<std::string> values;
  for (const Json& entry : record::DivergencesOf(record)) {
    if (const auto value = entry.GetString("value"); value.ok()) values.push_back(*value);
  }
  return values;
}

class Reducing {
 public:
  Reducing(const engine::Toolbox& toolbox, const ReduceCommandOptions& options, const Invocation& invocation)
      : toolbox_(toolbox), options_(options), invocation_(invocation), folder_(options.folder) {}

  Status Go() {
    CONFORMANCE_RETURN_IF_ERROR(MakeFolder(folder_, kTries));
    CONFORMANCE_TRY(one_, RunOneCell(toolbox_, options_.run, invocation_));
    CONFORMANCE_RETURN_IF_ERROR(CheckFailed(one_.record));
    std::printf("%s  %s\n    %s\n", one_.record.shown_word().c_str(), one_.record.id.ToString().c_str(), one_.record.reason.c_str());
    CONFORMANCE_TRY(const engine::Dissection open,
                    engine::Dissect(toolbox_, one_.cell, one_.sweep, folder_ / "whole", engine::FailedAt(one_.record)));
    CONFORMANCE_TRY(reduce::Candidate start, CandidateOf(open));
    std::printf("reducing %zu nodes, %lld elements\n", start.nodes(), static_cast<long long>(start.elements()));
    CONFORMANCE_TRY(tries_, reduce::Tries::Open(folder_ / kTries, one_.record.id.ToString()));
    if (tries_->size() > 0) std::printf("%zu answers of an earlier reduction are kept\n", tries_->size());

    reduce::ReduceOptions how;
    how.suspects = SuspectsOf(one_.record);
    how.max_tries = options_.max_tries;
    how.progress = [](const std::string& step, const reduce::Candidate&) { std::printf("  %s\n", step.c_str()); };
    how.stopping = [&] { return one_.sweep.cancellation->stopping(); };
    auto reduction = [&] {
      const InterruptScope interrupts(one_.sweep.cancellation, "conformance: the same command goes on where it stopped\n");
      return reduce::Reduce(std::move(start), [&](const reduce::Candidate& c) { return StillFails(c); },
                            [&](const reduce::Candidate& c, const std::vector<std::string>& values) { return Evaluate(c, values); }, how);
    }();
    if (!reduction.ok()) {
      if (reduction.error().kind() != ErrorKind::kInvalid) return reduction.error();
      return Invalid("the Program alone does not fail so: the fault lies before it, in the tracing or in how inputs are prepared")
          .With("cell", one_.record.id.ToString());
    }
    return Write(*reduction);
  }

 private:
  Result<NamedTensors> Evaluate(const reduce::Candidate& candidate, const std::vector<std::string>& values) const {
    const auto reference = toolbox_.references.Share("program");
    if (!reference) return Invalid("the toolbox has no reference 'program'");
    const weights::TensorWeights weights(candidate.weights);
    const ports::ModelInputs inputs{.tensors = candidate.inputs, .kwargs = {}};
    ports::ReferenceRequest request;
    request.program = &candidate.program;
    request.weights = &weights;
    request.inputs = &inputs;
    request.capture = values;
    return reference->Run(request);
  }

  Result<bool> StillFails(const reduce::Candidate& candidate) {
    const std::string key = reduce::Tries::KeyOf(candidate);
    if (const auto known = tries_->Find(key)) return *known;
    CONFORMANCE_TRY(const record::CellRecord record, RunAgain(toolbox_, one_, CaseOf(candidate, one_)));
    const bool fails = SameFailure(record, one_.record);
    CONFORMANCE_RETURN_IF_ERROR(tries_->Add(key, fails));
    return fails;
  }

  Status Write(const reduce::Reduction& reduction) {
    const reduce::Candidate& smallest = reduction.smallest;
    const auto model = CaseOf(smallest, one_);
    CONFORMANCE_TRY(const record::CellRecord record, RunAgain(toolbox_, one_, model));
    const engine::SweepOptions sweep = SweepLike(one_);
    CONFORMANCE_TRY(const engine::PlannedCell cell, engine::OnlyCell(toolbox_, {model}, sweep));
    CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(folder_ / "reduced.program", ir::PrintProgram(smallest.program)));
    std::string text = "# " + one_.record.id.ToString() + "\n\n" + one_.record.reason + "\n\n`" + one_.record.command + "`\n\n";
    text += "Reduced to " + std::to_string(smallest.nodes()) + " nodes in " + std::to_string(reduction.tries) + " tries" +
            (reduction.finished ? "" : ", not to the end") + ": " + record.reason + "\n\n```\n" + ir::PrintGraph(smallest.program.graph) + "```\n\n";
    for (const std::string& step : reduction.steps) text += "- " + step + "\n";
    CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(folder_ / "README.md", text));
    std::printf("%s after %zu tries: %zu nodes, %lld elements\n%s", reduction.finished ? "done" : "stopped", reduction.tries, smallest.nodes(),
                static_cast<long long>(smallest.elements()), ir::PrintGraph(smallest.program.graph).c_str());
    std::printf("    %s\n", record.reason.c_str());
    // The bundle: what cannot be exported at all has none.
    const auto open = engine::Dissect(toolbox_, cell, sweep, folder_, "");
    if (!open.ok()) {
      std::printf("wrote %s; there is no artifact: %s\n", (folder_ / "README.md").c_str(), open.error().ToString().c_str());
      return Ok();
    }
    if (const Status status = WriteBundleOf(folder_, *open, record, one_); !status.ok()) {
      std::printf("wrote %s; there is no script: %s\n", (folder_ / "README.md").c_str(), status.error().ToString().c_str());
      return Ok();
    }
    std::printf("wrote %s; it shows the failure with NumPy and the runtime alone:\n    python %s\n", folder_.c_str(), (folder_ / "repro.py").c_str());
    return Ok();
  }

  const engine::Toolbox& toolbox_;
  const ReduceCommandOptions& options_;
  const Invocation& invocation_;
  const fs::path folder_;
  OneCell one_;
  std::optional<reduce::Tries> tries_;
};

}  // namespace

std::function<int()> AddReduce(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation) {
  CLI::App* command = app.add_subcommand("reduce", "a smaller model that fails in the same way");
  auto options = std::make_shared<ReduceCommandOptions>();
  command->footer(
      "Takes the options of the `run` that failed, for one cell whose artifact is made of a Program here. Delta debugging over the Program, then over\n"
      "its sizes; each try exports, runs and judges. Stopped (Ctrl-C) or killed, the same command goes on where it was.\n\n"
      "  conformance reduce ./gpt2 --variant static --exporter onnx --backend onnxruntime --to small\n"
      "  python small/repro.py                              the smaller model with NumPy and the runtime alone\n\n"
      "Exit codes: 0 written; 2 usage, a cell that passes, or has no Program.");
  AddSelection(*command, options->run.select);
  AddLimits(*command, options->run);
  AddHow(*command, options->run);
  command->add_option("--to", options->folder, "folder to write: a new one, or that of the same reduction")->required();
  command->add_option("--max-tries", options->max_tries, "end after so many tries")->check(CLI::Range(1, 1000000))->capture_default_str();
  return [options, &toolbox, &invocation] {
    const Status status = Reducing(toolbox, *options, invocation).Go();
    return status.ok() ? 0 : Complain(status.error());
  };
}

}  // namespace conformance::cli
