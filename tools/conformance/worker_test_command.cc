#include "tools/conformance/worker_test_command.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "framework/engine/worker_kit.h"
#include "framework/formats/safetensors.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {
namespace {

struct WorkerTestOptions {
  std::vector<std::string> command;
  double timeout_seconds = 10;
  std::string backend, format, artifact, inputs;  ///< something of the user's that the worker can run
};

Result<engine::WorkerKitOptions> ToKitOptions(const WorkerTestOptions& options) {
  engine::WorkerKitOptions kit;
  kit.command = options.command;
  kit.timeout = std::chrono::milliseconds(static_cast<int64_t>(options.timeout_seconds * 1000));
  if (options.artifact.empty()) return kit;
  engine::WorkerKitArtifact given;
  given.backend = options.backend;
  given.artifact.format = options.format;
  given.artifact.path = std::filesystem::absolute(options.artifact);
  given.artifact.files = {given.artifact.path};
  CONFORMANCE_TRY(given.inputs, formats::ReadNamedTensors(options.inputs));
  kit.artifact = std::move(given);
  return kit;
}

int RunWorkerTest(const engine::Toolbox& toolbox, const WorkerTestOptions& options) {
  if (!toolbox.process_launcher) return Complain(Invalid("the toolbox has no process launcher"));
  const auto kit = ToKitOptions(options);
  if (!kit.ok()) return Complain(kit.error());
  int failed = 0, skipped = 0;
  const auto show = [&](const engine::WorkerCheck& check) {
    std::printf("%s  %s%s%s\n", engine::ToString(check.word).data(), check.name.c_str(),
                check.why.empty() ? "" : ": ", check.why.c_str());
    std::fflush(stdout);
    failed += check.word == engine::WorkerCheck::Word::kFail ? 1 : 0;
    skipped += check.word == engine::WorkerCheck::Word::kSkip ? 1 : 0;
  };
  const auto checks = engine::CheckWorker(*toolbox.process_launcher, *kit, show);
  std::printf("\n%zu checks, %d failed, %d skipped\n", checks.size(), failed, skipped);
  return engine::WorkerPasses(checks) ? 0 : 1;
}

}  // namespace

std::function<int()> AddWorkerTest(CLI::App& app, const engine::Toolbox& toolbox) {
  CLI::App* command = app.add_subcommand(
      "worker-test", "run a worker's command against the protocol (docs/worker_protocol.md)");
  command->footer(
      "A line for each check, with what was found and wanted where it fails. A backend that takes the format "
      "\"identity\" is tried\n"
      "with tensors of every kind, one that takes \"onnx\" with a graph of one node; --artifact names "
      "something else to run.\n\n"
      "  conformance worker-test -- python3 my_worker.py\n\n"
      "Exit codes: 0 no check failed; 1 some did; 2 usage.");
  const auto options = std::make_shared<WorkerTestOptions>();
  command->add_option("COMMAND", options->command, "the worker and its arguments, after --")->required();
  command->add_option("--timeout", options->timeout_seconds, "seconds for one answer")
      ->check(CLI::PositiveNumber);
  CLI::Option* artifact = command->add_option("--artifact", options->artifact,
                                              "file that --backend can run, with the same outputs each time");
  CLI::Option* backend =
      command->add_option("--backend", options->backend, "backend of the worker for --artifact");
  CLI::Option* format = command->add_option("--format", options->format, "format of --artifact");
  CLI::Option* inputs =
      command->add_option("--inputs", options->inputs, "safetensors file with the inputs of --artifact");
  artifact->needs(backend)->needs(format)->needs(inputs);
  for (CLI::Option* option : {backend, format, inputs}) option->needs(artifact);
  return [options, &toolbox] { return RunWorkerTest(toolbox, *options); };
}

}  // namespace conformance::cli
