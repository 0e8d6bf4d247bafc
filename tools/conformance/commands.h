#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/plan.h"
#include "framework/engine/toolbox.h"
#include "tools/conformance/report_files.h"

namespace conformance::cli {

/// Which cases and cells: shared by `run` and `list cells`.
struct SelectOptions {
  std::vector<std::string> models;  ///< checkpoint folders, .pt2 and .onnx files; none: the shipped suite
  std::vector<std::string> onnx_tests;  ///< folders of ONNX backend tests
  std::string operator_use;         ///< a file that weighs their operators; empty: the zoo's
  std::vector<std::string> inputs;  ///< of files: FILE, NAME=FILE or a folder
  std::vector<std::string> expected;  ///< outputs of files, likewise
  std::vector<std::string> sizes;   ///< of files: DIMENSION=SIZE
  std::string against;              ///< what the models are held against; empty: their own judge
  std::string reference;            ///< what judges them; empty: by kind
  bool exact = false;               ///< the part of each model that computes exactly, in place of the model
  std::string suite;                ///< a suite file in place of the shipped one
  engine::Selection selection;
  std::vector<std::string> dtypes;  ///< "f32"
  std::vector<std::string> lists;   ///< list files or folders, beside the suite's own
};

struct RunOptions {
  SelectOptions select;
  ReportFiles reports;
  std::string baseline;              ///< an earlier record; empty: none
  std::string run_dir;
  bool resume = false;
  std::string tensors;               ///< folder for what comparisons saw; empty: it is not kept
  std::string shard;                 ///< "2/4"; empty: as the environment says, else everything
  std::vector<std::string> history;  ///< records and run folders of earlier runs
  std::string budget;                ///< "60s"
  int reruns = 1;
  int threads = 0;
  int backend_threads = 1;
  uint64_t memory_mib = 0;
  uint64_t seed = 0;
  bool isolate = false;
  double timeout_seconds = 300;
  std::optional<uint64_t> worker_memory_mib;  ///< none: three quarters of the machine's; 0: no limit
  uint64_t worker_address_space_mib = 0;
  uint64_t worker_output_mib = 8192;
  uint64_t worker_log_mib = 64;
  bool no_optimize = false;
  std::string lanes = "auto";
  int opset = 0;
  std::vector<std::string> export_options;   ///< EXPORTER:FIELD=JSON
  std::vector<std::string> backend_options;  ///< BACKEND:KEY=JSON
  int skip_code = -1;                        ///< exit code where every cell is unavailable or skipped; −1: as usual
  bool quiet = false;
};

struct ListOptions {
  std::string what;
  SelectOptions select;
  bool json = false;
  bool markdown = false;  ///< of ops: docs/operators.md
  std::string data;       ///< of ops: folder with what was measured
};

struct ExportOptions {
  std::string model;
  std::string format;
  bool dynamic = false;
  std::optional<int64_t> opset;
  std::string config;
  std::string entry;
  std::string output;
  uint64_t seed = 0;
};

struct ReportOptions {
  std::string record;  ///< a JSON record, or a run folder
  ReportFiles reports;
};

struct DoctorOptions {
  bool json = false;
  bool strict = false;               ///< whatever drifts or is missing is a failure
  std::vector<std::string> require;  ///< patterns over backends and exporters that must be there
};

/// How this process was called, for messages and for starting workers.
struct Invocation {
  std::string program;       ///< absolute path of the executable
  std::string command_line;  ///< as given, quoted for a shell
};

int RunCommand(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation);
int ListCommand(const engine::Toolbox& toolbox, const ListOptions& options, const Invocation& invocation);
int ExportCommand(const engine::Toolbox& toolbox, const ExportOptions& options, const Invocation& invocation);
int ReportCommand(const engine::Toolbox& toolbox, const ReportOptions& options);
int DoctorCommand(const engine::Toolbox& toolbox, const DoctorOptions& options, const Invocation& invocation);

/// "conformance: message (facts)" on standard error; returns kExitBroken.
int Complain(const Error& error);
/// A text to a file, atomically; "-" is standard output.
Status WriteOutput(const std::string& file, const std::string& text);
/// A word as a POSIX shell reads it back.
std::string ShellQuote(const std::string& word);

}  // namespace conformance::cli
