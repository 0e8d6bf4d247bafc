#include "tools/conformance/sweep_options.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "framework/base/strings.h"
#include "framework/engine/history.h"
#include "framework/engine/process_memory.h"
#include "framework/formats/json.h"
#include "tools/conformance/version.h"

namespace conformance::cli {
namespace {

// "60s", "10m", "2h", "1.5h"; a plain number is seconds.
Result<double> ReadBudget(const std::string& text) {
  const size_t end = text.find_last_of("0123456789.");
  const std::string unit = end == std::string::npos ? text : text.substr(end + 1);
  const auto number = ParseDouble(std::string_view(text).substr(0, end == std::string::npos ? 0 : end + 1));
  const double scale = unit == "h" ? 3600 : unit == "m" ? 60 : unit.empty() || unit == "s" ? 1 : 0;
  if (!number || !(*number > 0) || scale == 0 || *number > 1e9) {
    return Invalid("malformed --budget").With("found", text).With("wanted", "a time above zero: 60s, 10m, 2h");
  }
  return *number * scale;
}

// "NAME:FIELD=JSON" into tables by name; a text that is no JSON is taken as a string.
Status ReadOptions(const std::vector<std::string>& texts, const char* flag, const std::vector<std::string>& names,
                   std::map<std::string, Json, std::less<>>& tables) {
  for (const std::string& text : texts) {
    const size_t colon = text.find(':');
    const size_t equals = text.find('=', colon == std::string::npos ? 0 : colon);
    if (colon == std::string::npos || equals == std::string::npos) {
      return Invalid(std::string("malformed ") + flag).With("found", text).With("wanted", "NAME:FIELD=VALUE");
    }
    const std::string name = text.substr(0, colon);
    if (std::ranges::find(names, name) == names.end()) {
      return Invalid(std::string("unknown name in ") + flag).With("found", name).With("wanted", Join(names, ", "));
    }
    const std::string value = text.substr(equals + 1);
    auto json = formats::ParseJson(value);
    tables[name][text.substr(colon + 1, equals - colon - 1)] = json.ok() ? *json : Json(value);
  }
  return Ok();
}

engine::WorkerLimits LimitsOf(const RunOptions& options) {
  engine::WorkerLimits limits;
  limits.timeout = std::chrono::milliseconds(static_cast<int64_t>(options.timeout_seconds * 1000));
  const uint64_t memory = options.worker_memory_mib ? *options.worker_memory_mib << 20 : engine::MachineBytes() / 4 * 3;
  if (memory > 0) limits.resident_bytes = memory;
  if (options.worker_address_space_mib > 0) limits.address_space_bytes = options.worker_address_space_mib << 20;
  limits.answer_bytes = options.worker_output_mib << 20;
  limits.log_bytes = options.worker_log_mib << 20;
  return limits;
}

Status CheckNames(const std::vector<std::string>& given, std::vector<std::string> known, const std::string& flag) {
  for (const std::string& name : given) {
    if (std::ranges::any_of(known, [&](const std::string& other) { return GlobMatch(name, other); })) continue;
    return Invalid("unknown " + flag).With("found", name).With("wanted", Join(known, ", "));
  }
  return Ok();
}

}  // namespace

Status CheckSelection(const engine::Toolbox& toolbox, const engine::Selection& selection) {
  std::vector<std::string> exporters = toolbox.exporters.Names();
  exporters.insert(exporters.begin(), "none");
  CONFORMANCE_RETURN_IF_ERROR(CheckNames(selection.backends, toolbox.backends.Names(), "--backend"));
  return CheckNames(selection.exporters, exporters, "--exporter");
}

Result<engine::SweepOptions> ToSweepOptions(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation) {
  engine::SweepOptions sweep;
  sweep.selection = options.select.selection;
  for (const std::string& text : options.select.dtypes) {
    const auto dtype = DTypeFromString(text);
    if (!dtype || !IsFloating(*dtype)) return Invalid("unknown --dtype").With("found", text).With("wanted", "f32, f64, f16, bf16");
    sweep.dtypes.push_back(*dtype);
  }
  sweep.threads = options.threads;
  sweep.memory_bytes = options.memory_mib << 20;
  sweep.seed = options.seed;
  sweep.backend_threads = options.backend_threads;
  sweep.optimize = !options.no_optimize;
  for (const auto lane : {engine::LocalLane::kNever, engine::LocalLane::kOnFailure, engine::LocalLane::kAlways}) {
    if (ToString(lane) == options.lanes) sweep.local = lane;
  }
  if (options.opset > 0) sweep.export_configs["onnx"]["opset_version"] = options.opset;
  CONFORMANCE_RETURN_IF_ERROR(ReadOptions(options.export_options, "--export-option", toolbox.exporters.Names(), sweep.export_configs));
  CONFORMANCE_RETURN_IF_ERROR(ReadOptions(options.backend_options, "--backend-option", toolbox.backends.Names(), sweep.backend_options));
  sweep.isolation.all = options.isolate;
  sweep.isolation.worker_command = {invocation.program, "worker"};
  sweep.isolation.limits = LimitsOf(options);
  sweep.run_dir = options.run_dir;
  sweep.resume = options.resume;
  sweep.tensors = options.tensors;
  sweep.reruns = options.reruns;
  if (!options.budget.empty()) {
    CONFORMANCE_TRY(sweep.budget_seconds, ReadBudget(options.budget));
  }
  CONFORMANCE_TRY(sweep.history, engine::ReadHistory({options.history.begin(), options.history.end()}));
  sweep.command_line = invocation.command_line;
  sweep.version = kVersion;
  sweep.cancellation = std::make_shared<engine::Cancellation>();
  return sweep;
}

}  // namespace conformance::cli
