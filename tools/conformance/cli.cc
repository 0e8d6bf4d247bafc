#include "tools/conformance/cli.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

#include <CLI/CLI.hpp>

#include "framework/base/strings.h"
#include "framework/engine/sweep.h"
#include "framework/engine/worker_host.h"
#include "framework/formats/file.h"
#include "tools/conformance/audit_command.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/compare_command.h"
#include "tools/conformance/diff_command.h"
#include "tools/conformance/list_import_command.h"
#include "tools/conformance/merge_command.h"
#include "tools/conformance/run_flags.h"
#include "tools/conformance/selftest_command.h"
#include "tools/conformance/triage_commands.h"
#include "tools/conformance/version.h"
#include "tools/conformance/worker_test_command.h"

namespace conformance::cli {

int Complain(const Error& error) {
  std::fprintf(stderr, "conformance: %s\n", error.ToString().c_str());
  return engine::kExitBroken;
}

Status WriteOutput(const std::string& file, const std::string& text) {
  if (file != "-") return formats::WriteFileAtomic(file, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return ErrnoError("cannot write", "standard output", errno);
  }
  return Ok();
}

std::string ShellQuote(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

namespace {

Invocation Describe(int argc, const char* const* argv) {
  Invocation invocation;
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  invocation.program = error ? (argc > 0 ? argv[0] : "conformance") : self.string();
  invocation.command_line = "conformance";
  for (int i = 1; i < argc; ++i) invocation.command_line += " " + ShellQuote(argv[i]);
  return invocation;
}

void AddRun(CLI::App& app, RunOptions& options) {
  CLI::App* run = app.add_subcommand("run", "sweep models × variants × exporters × backends and judge every cell");
  run->footer(
      "Each cell is judged against the eager reference in f64: its error may be twice (RMS) and three times (largest) that of the worst\n"
      "of nine legal answers in the declared type. Folders laid out like fixtures/golden are judged against what they record as well.\n\n"
      "  conformance run                                    the shipped suite\n"
      "  conformance run ./gpt2 --backend onnxruntime       one checkpoint, one runtime\n"
      "  conformance run ./gpt2 --filter '*/dynamic/*'      dynamic exports at shapes that the trace did not see\n"
      "  conformance run model.pt2 --exporter none,onnx     a program of torch.export, as it is and exported\n"
      "  conformance run model.onnx --against before.onnx   after an optimiser against before it\n"
      "  conformance run --onnx-tests node --backend onnxruntime   ONNX's own backend tests\n"
      "  conformance run --run-dir runs/a --resume          go on where a run stopped\n"
      "  conformance run --run-dir runs/a --shard 2/4       the second of four parts; `conformance merge runs/a` puts them together\n"
      "  conformance run --budget 60s --history runs/last   what tells most in a minute\n\n"
      "Ctrl-C lets running cells finish, twice stops at once; a run with a folder can then be continued.\n"
      "Exit codes: 0 all pass or as expected; 1 any other outcome, or stopped; 2 usage, nothing selected or compared, a broken harness.");
  AddSelection(*run, options.select);
  AddReportOptions(*run, options.reports);
  const char* folder = "Records of a run";
  run->add_option("--run-dir", options.run_dir, "folder of the journal, the artifacts and all reports")->group(folder);
  run->add_flag("--resume", options.resume, "take what the journal in --run-dir has; starts afresh where there is none")->group(folder);
  run->add_option("--tensors", options.tensors, "folder for what every comparison saw; `conformance verify FOLDER` judges it again")->group(folder);
  run->add_option("--baseline", options.baseline, "an earlier record (--json, --run-dir): only what got worse since fails the run")->group(folder);
  run->add_flag("--quiet,-q", options.quiet, "say nothing but errors")->group(folder);
  const char* parts = "Parts of a sweep (docs/running_at_scale.md)";
  run->add_option("--shard", options.shard, "i/n: the i-th of n parts; else what GoogleTest, Bazel, Slurm or Kubernetes say; 1/1: all")
      ->group(parts);
  run->add_option("--history,--durations", options.history, "records or run folders of earlier runs: how long cells take, what failed")
      ->expected(1)
      ->take_all()
      ->group(parts);
  run->add_option("--budget", options.budget, "60s, 10m, 2h: the cells that tell most, as many as the history says fit")->group(parts);
  run->add_option("--threads,-j", options.threads, "cells at once; 0: one a core")->check(CLI::Range(0, 4096))->group(kLimits);
  AddLimits(*run, options);
  run->add_option("--memory", options.memory_mib, "MiB that cells may claim together")->group(kLimits);
  AddHow(*run, options);
  run->add_option("--reruns", options.reruns, "how often a cell that failed is run again alone: a flake is told from a failure (default 1)")
      ->check(CLI::Range(0, 1000))
      ->group(kHow);
  run->add_option("--skip-code", options.skip_code, "exit code where every cell is unavailable or skipped (for CTest)")->group(kHow);
}

std::string CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* other) { return !other->get_group().empty(); })) {
    names.push_back(command->get_name());
  }
  return Join(names, ", ");
}

}  // namespace

int RunCli(int argc, const char* const* argv, const engine::Toolbox& toolbox) {
  const Invocation invocation = Describe(argc, argv);
  CLI::App app("Proves, model class by model class, that an exported model still computes what the eager model computes.", "conformance");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.footer("`conformance COMMAND --help` shows each command's options.");
  app.get_formatter()->column_width(34);

  RunOptions run_options;
  AddRun(app, run_options);

  ListOptions list_options;
  CLI::App* list = app.add_subcommand("list", "print a table: cells, models, exporters, backends, ops, patches, fixes, …");
  list->add_option("TABLE", list_options.what,
                   "cells, relations, expectations, models, exporters, backends, references, ops, onnx-operators, onnx-operator-use, patches, fixes, translations, fusions, "
                   "quantizers, decomposers, reports, libraries");
  list->add_flag("--json", list_options.json, "as JSON");
  list->add_flag("--markdown", list_options.markdown, "of ops: as docs/operators.md; of onnx-operators: as docs/onnx_operators.md");
  list->add_option("--data", list_options.data, "of ops: folder with core_aten.json and op_errors.json, as fixtures/ops; of onnx-operator-use: folder with .onnx files");
  AddSelection(*list, list_options.select);
  list->require_subcommand(0, 1);
  const std::function<int()> import = AddListImport(*list, toolbox, invocation);

  ExportOptions export_options;
  CLI::App* export_command = app.add_subcommand("export", "write one artifact of a checkpoint folder or a .pt2");
  export_command->footer(
      "Traces the folder's inputs.safetensors with case.json's forward_kwargs where it has them, else inputs made by the class's\n"
      "plan. Graph inputs and outputs bear dotted names: input_ids, past_key_values.layers.0.keys, logits.\n\n"
      "  conformance export ./gpt2 --format onnx --dynamic --output gpt2.onnx");
  export_command->add_option("MODEL", export_options.model, "checkpoint folder, or a .pt2 of torch.export")->required();
  export_command->add_option("--format", export_options.format, "export format: onnx")->required();
  export_command->add_flag("--dynamic", export_options.dynamic, "every dimension of every input dynamic");
  export_command->add_option("--opset", export_options.opset, "ONNX opset");
  export_command->add_option("--config", export_options.config, "JSON file of the export config; the flags here win over it");
  export_command->add_option("--entry", export_options.entry, "what to trace: forward (default), prefill, decode, decode_static_cache; of some classes others, as encode");
  export_command->add_option("--output,-o", export_options.output, "file to write")->required();
  export_command->add_option("--seed", export_options.seed, "seed of inputs made by the plan");

  ReportOptions report_options;
  CLI::App* report = app.add_subcommand("report", "render a record again; without a flag as text on standard output");
  report->add_option("RECORD", report_options.record, "what `run --json` wrote, or a run folder")->required();
  AddReportOptions(*report, report_options.reports);

  const std::map<std::string, std::function<int()>> more = {
      {"audit", AddAudit(app, toolbox, invocation)}, {"compare", AddCompare(app, toolbox)}, {"diff", AddDiff(app)},
      {"merge", AddMerge(app, toolbox)},             {"bisect", AddBisect(app, toolbox, invocation)},
      {"reduce", AddReduce(app, toolbox, invocation)}, {"repro", AddRepro(app, toolbox, invocation)},
      {"selftest", AddSelftest(app, toolbox, invocation)},
      {"verify", AddVerify(app, toolbox)},
      {"worker-test", AddWorkerTest(app, toolbox)}};

  DoctorOptions doctor_options;
  CLI::App* doctor = app.add_subcommand("doctor", "versions found and qualified, instruction set, what is missing and how to add it");
  doctor->footer(
      "Exit codes: 0 this program can run its suite; 1 what --require names is missing, or --strict and anything drifts or is missing;\n"
      "2 the program is broken.");
  doctor->add_flag("--json", doctor_options.json, "as JSON");
  doctor->add_flag("--strict", doctor_options.strict, "another version than the qualified one, or something missing, is a failure");
  doctor->add_option("--require", doctor_options.require, "pattern over backends and exporters that must be there (may be repeated)")
      ->expected(1)
      ->take_all();

  CLI::App* worker = app.add_subcommand("worker", "serve backends on standard streams (docs/worker_protocol.md)");
  worker->group("");  // started by `run --isolate`, not by people

  // CLI11 would only say that a command is required.
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands([&](const CLI::App* command) { return command->get_name() == argv[1]; }).empty()) {
    return Complain(Invalid("unknown command").With("found", argv[1]).With("wanted", CommandNames(app)));
  }
  try {
    app.parse(argc, const_cast<char**>(argv));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : engine::kExitBroken;
  }
  // Libraries that we call may throw; nothing may end in std::terminate.
  int code = engine::kExitBroken;
  const std::string chosen = app.get_subcommands().empty() ? "" : app.get_subcommands().front()->get_name();
  try {
    code = more.contains(chosen)                 ? more.at(chosen)()
           : app.got_subcommand("run")           ? RunCommand(toolbox, run_options, invocation)
           : list->got_subcommand("import")      ? import()
           : app.got_subcommand(list)            ? ListCommand(toolbox, list_options, invocation)
           : app.got_subcommand(export_command)  ? ExportCommand(toolbox, export_options, invocation)
           : app.got_subcommand(report)          ? ReportCommand(toolbox, report_options)
           : app.got_subcommand(doctor)          ? DoctorCommand(toolbox, doctor_options, invocation)
                                                 : engine::RunWorkerHost(toolbox);
  } catch (const std::bad_alloc&) {
    return Complain(Error(ErrorKind::kOutOfMemory, "out of memory"));
  } catch (const std::exception& error) {
    return Complain(Internal(error.what()));
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) return Complain(ErrnoError("cannot write", "standard output", errno));
  return code;
}

}  // namespace conformance::cli
