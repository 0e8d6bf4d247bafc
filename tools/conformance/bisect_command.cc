#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>

#include "framework/base/strings.h"
#include "framework/compare/local_lane.h"
#include "framework/engine/look_inside.h"
#include "framework/formats/npy.h"
#include "framework/ir/text.h"
#include "tools/conformance/one_cell.h"
#include "tools/conformance/run_flags.h"
#include "tools/conformance/triage_commands.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;

struct BisectOptions {
  RunOptions run;
  std::string folder;
};

/// "f32[2, 7]: 14 elements from -0.5 to 2, 1 not finite".
std::string Figures(const Tensor& tensor) {
  std::string text = Describe(tensor) + ": ";
  double low = std::numeric_limits<double>::infinity(), high = -low;
  size_t odd = 0;
  const std::vector<double> values = ViewAsReal(tensor).ToDoubles();
  for (const double value : values) {
    if (!std::isfinite(value)) {
      ++odd;
      continue;
    }
    low = std::min(low, value);
    high = std::max(high, value);
  }
  text += std::to_string(tensor.num_elements()) + " elements";
  char range[80];
  std::snprintf(range, sizeof range, " from %.6g to %.6g", low, high);
  if (odd < values.size()) text += range;
  if (odd > 0) text += ", " + std::to_string(odd) + " not finite";
  return text;
}

class Bisecting {
 public:
  Bisecting(const engine::Toolbox& toolbox, const BisectOptions& options, const Invocation& invocation)
      : toolbox_(toolbox), options_(options), invocation_(invocation) {}

  /// True where something diverges.
  Result<bool> Go() {
    RunOptions run = options_.run;
    run.lanes = "outputs";  // the lane runs below, on a session of our own
    CONFORMANCE_TRY(const OneCell one, RunOneCell(toolbox_, run, invocation_));
    std::printf("%s  %s\n", one.record.shown_word().c_str(), one.record.id.ToString().c_str());
    if (!one.record.reason.empty()) std::printf("    %s\n", one.record.reason.c_str());
    const fs::path folder = options_.folder.empty() ? fs::temp_directory_path() / ("conformance.bisect." + std::to_string(::getpid())) : fs::path(options_.folder);
    const Scope scope(options_.folder.empty() ? folder : fs::path());
    if (!options_.folder.empty()) CONFORMANCE_RETURN_IF_ERROR(MakeFolder(folder));
    CONFORMANCE_TRY(const engine::Dissection open, engine::Dissect(toolbox_, one.cell, one.sweep, folder, engine::FailedAt(one.record)));
    return Look(open, one, folder);
  }

 private:
  struct Scope {
    explicit Scope(fs::path gone) : folder(std::move(gone)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      std::error_code ignored;
      if (!folder.empty()) fs::remove_all(folder, ignored);
    }
    fs::path folder;
  };

  Result<bool> Look(const engine::Dissection& open, const OneCell& one, const fs::path& folder) {
    if (!open.cell.backend->Capabilities().intermediates) {
      return Unsupported("the backend shows no intermediates; `conformance reduce` finds the operator by its outputs").With("backend", open.cell.id.backend);
    }
    ports::SessionOptions how;
    how.threads = one.sweep.backend_threads;
    how.optimize = one.sweep.optimize;
    how.seed = open.call.seed;
    if (const auto extra = one.sweep.backend_options.find(open.cell.id.backend); extra != one.sweep.backend_options.end()) how.extra = extra->second;
    CONFORMANCE_TRY(const auto session, open.cell.backend->Prepare(open.made->artifact, how));
    CONFORMANCE_TRY(const NamedTensors outputs, session->Run(open.bound));
    CONFORMANCE_TRY(const compare::LocalReport report,
                    engine::LookInside(toolbox_, *open.cell.backend, open.loaded->weights(), *open.made, *session, open.prepared.tensors, open.bound, outputs,
                                       open.call.seed));
    if (!report.unavailable.empty()) return Unsupported(report.unavailable).With("cell", open.cell.id.ToString());
    if (!report.observation.empty()) std::printf("note: %s\n", report.observation.c_str());
    std::printf("%lld operators judged on the backend's own inputs, %lld not shown, %lld without a bound\n", static_cast<long long>(report.judged),
                static_cast<long long>(report.unseen), static_cast<long long>(report.undecided));
    if (!report.diverges()) {
      std::printf("no operator is over its bound\n");
      return false;
    }
    CONFORMANCE_RETURN_IF_ERROR(Tell(report.over.front(), *session, open, folder));
    if (report.over.size() > 1) std::printf("%zu more are over their bounds after it\n", report.over.size() - 1);
    return true;
  }

  Status Tell(const compare::Divergence& first, ports::Session& session, const engine::Dissection& open, const fs::path& folder) {
    std::printf("first divergence: %s\n", first.reason.c_str());
    const auto program = open.made->program ? open.made->program : open.made->artifact.program;
    const ir::Node* node = program ? program->graph.FindNode(first.node) : nullptr;
    if (node != nullptr) std::printf("    %s\n", ir::PrintNode(program->graph, *node).c_str());
    if (!first.module.empty()) std::printf("    module: %s\n", first.module.c_str());
    if (!first.artifact_node.empty()) std::printf("    in the artifact: node %s, value %s\n", first.artifact_node.c_str(), first.artifact_value.c_str());
    std::printf("    patches and fixes: %s\n", first.touched_by.empty() ? "none touched it" : first.touched_by.c_str());
    std::printf("    wrong: %lld of %lld elements\n", static_cast<long long>(first.wrong), static_cast<long long>(first.elements));
    NamedTensors inputs = first.inputs;
    if (node != nullptr && inputs.empty()) {
      const ports::ValueMap map = open.made->artifact.value_map.entries.empty() ? compare::IdentityMap(*program) : open.made->artifact.value_map;
      CONFORMANCE_TRY(inputs, InputsOf(*node, *program, map, session, open));
    }
    for (const auto& [name, tensor] : inputs) std::printf("    input %s = %s\n", name.c_str(), Figures(tensor).c_str());
    std::printf("    found  %s\n    wanted %s\n", Figures(first.found).c_str(), Figures(first.wanted).c_str());
    if (options_.folder.empty()) return Ok();
    const auto write = [&](const std::string& name, const Tensor& tensor) { return formats::WriteNpy(folder / (name + ".npy"), tensor); };
    for (size_t i = 0; i < inputs.size(); ++i) CONFORMANCE_RETURN_IF_ERROR(write("input" + std::to_string(i), inputs[i].second));
    CONFORMANCE_RETURN_IF_ERROR(write("found", first.found));
    CONFORMANCE_RETURN_IF_ERROR(write("wanted", first.wanted));
    std::printf("wrote %s: the artifact, the operator's inputs, what was found and what is wanted\n", folder.c_str());
    return Ok();
  }

  /// Tensors that the node reads, as the backend had them; weights and what the backend does not show are left out.
  Result<NamedTensors> InputsOf(const ir::Node& node, const ir::Program& program, const ports::ValueMap& map, ports::Session& session,
                                const engine::Dissection& open) {
    std::vector<std::string> artifact_names, shown;
    for (const ir::NamedArgument& input : node.inputs) {
      ir::VisitValues(input.arg, [&](ir::ValueId id) {
        const std::string& name = program.graph.value(id).name;
        for (const ports::ValueMap::Entry& entry : map.entries) {
          if (entry.program_value != name || static_cast<int32_t>(program.graph.value(id).producer) < 0) continue;
          artifact_names.push_back(entry.artifact_value);
          shown.push_back(name);
          break;
        }
      });
    }
    NamedTensors inputs;
    if (shown.empty()) return inputs;
    CONFORMANCE_TRY(const NamedTensors all, session.RunCapturing(open.bound, artifact_names));
    for (size_t i = 0; i < shown.size() && i < all.size(); ++i) inputs.emplace_back(shown[i], all[all.size() - shown.size() + i].second);
    return inputs;
  }

  const engine::Toolbox& toolbox_;
  const BisectOptions& options_;
  const Invocation& invocation_;
};

}  // namespace

std::function<int()> AddBisect(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation) {
  CLI::App* command = app.add_subcommand("bisect", "the operator in which a cell diverges first, and what it read");
  auto options = std::make_shared<BisectOptions>();
  command->footer(
      "Takes the options of a `run`, for one cell. Every operator that the backend shows is evaluated in f64 on the backend's own inputs\n"
      "(docs/verdicts.md, the local lane); the first one over its bound is the first divergence. A cell that passes may be asked too.\n\n"
      "  conformance bisect ./gpt2 --variant static --exporter onnx --backend onnxruntime\n\n"
      "Exit codes: 0 no operator diverges; 1 one does; 2 usage, or nothing to see.");
  AddSelection(*command, options->run.select);
  AddLimits(*command, options->run);
  AddHow(*command, options->run);
  command->add_option("--to", options->folder, "folder for the artifact and the operator's tensors: a new one");
  return [options, &toolbox, &invocation] {
    const auto diverges = Bisecting(toolbox, *options, invocation).Go();
    return diverges.ok() ? (*diverges ? 1 : 0) : Complain(diverges.error());
  };
}

}  // namespace conformance::cli
