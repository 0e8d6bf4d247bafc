#include <cstdio>
#include <filesystem>
#include <memory>

#include "tools/conformance/one_cell.h"
#include "tools/conformance/run_flags.h"
#include "tools/conformance/triage_commands.h"

namespace conformance::cli {
namespace {

struct ReproOptions {
  RunOptions run;
  std::string folder;
};

Status Repro(const engine::Toolbox& toolbox, const ReproOptions& options, const Invocation& invocation) {
  const std::filesystem::path folder = options.folder;
  CONFORMANCE_RETURN_IF_ERROR(MakeFolder(folder));
  CONFORMANCE_TRY(const OneCell one, RunOneCell(toolbox, options.run, invocation));
  CONFORMANCE_RETURN_IF_ERROR(CheckFailed(one.record));
  std::printf("%s  %s\n    %s\n", one.record.shown_word().c_str(), one.record.id.ToString().c_str(), one.record.reason.c_str());
  CONFORMANCE_TRY(const engine::Dissection open, engine::Dissect(toolbox, one.cell, one.sweep, folder, engine::FailedAt(one.record)));
  CONFORMANCE_RETURN_IF_ERROR(WriteBundleOf(folder, open, one.record, one));
  std::printf("wrote %s; it shows the failure with NumPy and the runtime alone:\n    python %s\n", folder.c_str(), (folder / "repro.py").c_str());
  return Ok();
}

}  // namespace

std::function<int()> AddRepro(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation) {
  CLI::App* command = app.add_subcommand("repro", "a folder that repeats a failure with public tools only");
  auto options = std::make_shared<ReproOptions>();
  command->footer(
      "Takes the options of the `run` that failed, for one cell: the model, its inputs, what is wanted and how far off it may be, and a script\n"
      "of NumPy and the runtime.\n\n"
      "  conformance repro ./gpt2 --variant dynamic --exporter onnx --backend onnxruntime --to bug\n"
      "  python bug/repro.py                                exit 1 while it fails\n\n"
      "Exit codes: 0 written; 2 usage, a cell that passes, or that no public tool runs.");
  AddSelection(*command, options->run.select);
  AddLimits(*command, options->run);
  AddHow(*command, options->run);
  command->add_option("--to", options->folder, "folder to write: a new one")->required();
  return [options, &toolbox, &invocation] {
    const Status status = Repro(toolbox, *options, invocation);
    return status.ok() ? 0 : Complain(status.error());
  };
}

}  // namespace conformance::cli
