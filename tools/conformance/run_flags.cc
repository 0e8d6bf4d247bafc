#include "tools/conformance/run_flags.h"

namespace conformance::cli {

void AddSelection(CLI::App& command, SelectOptions& select) {
  command.add_option("MODEL", select.models, "checkpoint folders (config.json and *.safetensors), .pt2, .onnx and .pte files; none: the shipped suite");
  command.add_option("--suite", select.suite, "a suite file in place of the shipped one");
  command.add_flag("--exact", select.exact,
                   "in place of each model the part of it that computes without rounding, with small integers for weights and inputs: outputs are "
                   "equal or wrong (variant exact)");
  const auto patterns = [&](const char* flag, std::vector<std::string>& values, const char* text) {
    command.add_option(flag, values, text)->delimiter(',')->group("Selection (may be repeated; NAME[,NAME]; * and ? match)");
  };
  patterns("--class", select.selection.classes, "model classes: LlamaForCausalLM, 'Llama*'");
  patterns("--variant", select.selection.variants,
           "static, dynamic, prefill, decode, decode_static_cache; recordings: forward, hidden, generate, …; relations, which run where they are "
           "named: '*+rows', '*+*' (list relations)");
  patterns("--exporter", select.selection.exporters, "none, onnx, …");
  patterns("--backend", select.selection.backends, "eager, program, onnxruntime, …; one named so and unavailable fails the run");
  patterns("--dtype", select.dtypes, "f32 (default; files have their own), f64, f16, bf16");
  command.add_option("--filter", select.selection.filters, "pattern over the cell id MODEL/VARIANT/EXPORTER/BACKEND/DTYPE")
      ->group("Selection (may be repeated; NAME[,NAME]; * and ? match)")
      ->expected(1)
      ->take_all();
  const char* files = "Files that you bring";
  const auto repeated = [&](const char* flag, std::vector<std::string>& values, const char* text) {
    command.add_option(flag, values, text)->allow_extra_args(false)->group(files);  // what follows is a model again
  };
  repeated("--inputs", select.inputs, "of .pt2, .onnx, .pte: FILE.safetensors, NAME=FILE (.npy, .pb, .safetensors) or a folder");
  repeated("--expected", select.expected, "their outputs, likewise: what was recorded judges, and no reference");
  repeated("--size", select.sizes, "DIMENSION=SIZE that a .pt2 or .onnx leaves open, in place of a small one");
  command.add_option("--against", select.against, "hold the models against this one: a .pt2, an .onnx or a checkpoint folder")->group(files);
  command.add_option("--reference", select.reference, "what judges: a reference (eager, program, …) or a backend, then without f64")->group(files);
  repeated("--onnx-tests", select.onnx_tests, "folder of ONNX backend tests, at any depth (model.onnx, test_data_set_*)");
  command.add_option("--operator-use", select.operator_use, "what weighs the tests' operators, made by `list onnx-operator-use --json`; default: the zoo's")
      ->group(files);
  command.add_option("--list", select.lists, "file or folder of expectations (skip, expected_fail, disable_optimize, tolerance)");
}

void AddLimits(CLI::App& command, RunOptions& options) {
  command.add_option("--backend-threads", options.backend_threads, "threads inside one session")->check(CLI::Range(1, 4096))->group(kLimits);
  command.add_flag("--isolate", options.isolate, "run every backend in a worker process: a crash costs its cell alone")->group(kLimits);
  command.add_option("--timeout", options.timeout_seconds, "seconds for one request to a worker")->check(CLI::PositiveNumber)->group(kLimits);
  command.add_option("--worker-memory", options.worker_memory_mib,
                  "MiB that one worker may have in memory; default: three quarters of the machine's, 0: any")
      ->group(kLimits);
  command.add_option("--worker-address-space", options.worker_address_space_mib, "MiB that one worker may map; 0: any")->group(kLimits);
  command.add_option("--worker-output", options.worker_output_mib, "MiB of tensors in one answer of a worker")
      ->check(CLI::Range(1, 1 << 20))
      ->group(kLimits);
  command.add_option("--worker-log", options.worker_log_mib, "MiB that a worker may print on standard error during one request")
      ->check(CLI::Range(1, 1 << 20))
      ->group(kLimits);
}

void AddHow(CLI::App& command, RunOptions& options) {
  command.add_option("--seed", options.seed, "seed of generated inputs, and of the generator that a program draws from")->group(kHow);
  command.add_option("--lanes", options.lanes,
                  "outputs: judge outputs alone; auto: where they fail, find the operator that diverges first; local: judge every operator "
                  "that the backend shows as well (docs/verdicts.md)")
      ->check(CLI::IsMember({"outputs", "auto", "local"}))
      ->capture_default_str()
      ->group(kHow);
  command.add_option("--opset", options.opset, "ONNX opset")->check(CLI::PositiveNumber)->group(kHow);
  command.add_flag("--no-optimize", options.no_optimize, "exporters and runtimes without their optimisers")->group(kHow);
  command.add_option("--export-option", options.export_options, "EXPORTER:FIELD=JSON over the exporter's defaults")->group(kHow);
  command.add_option("--backend-option", options.backend_options, "BACKEND:KEY=JSON for the backend's sessions")->group(kHow);
}

}  // namespace conformance::cli
