#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ports/artifact.h"
#include "framework/ports/export_config.h"
#include "framework/tensor/tensor.h"

namespace conformance::ports {

/// Inputs of one forward: tensors by dotted name and the keyword arguments that are no tensors ({"use_cache": true}).
struct ModelInputs {
  NamedTensors tensors;
  Json kwargs;
};

/// Where a program of its own (a worker) finds the model: a checkpoint folder, or a class with what it takes to build one.
struct ModelSource {
  std::filesystem::path folder;  ///< empty: by `spec`
  /// {"class": "LlamaForCausalLM", "config": {…}, "seed": 0, …}; null: by `folder`. Its fields are a matter between the case and the
  /// worker that serves it.
  Json spec;
  bool empty() const { return folder.empty() && spec.IsNull(); }
  friend bool operator==(const ModelSource&, const ModelSource&) = default;
};

/// A patch of a model class's method or an operator for one export (SPEC E5): data, shown by `conformance list patches`.
struct PatchInfo {
  std::string backend;   ///< export format
  std::string target;    ///< "MistralModel::make_mask", "aten.where.self"
  std::string kind;      ///< "method", "operator", "by construction"
  std::string reason;
  std::string upstream;  ///< link
  std::string versions;  ///< seen with
};

/// What to trace.
struct TraceRequest {
  ModelInputs inputs;            ///< prepared: labels stripped, flags applied, cast
  DynamicShapes dynamic_shapes;  ///< empty: static
  bool strict = false;
  bool defer_runtime_asserts = false;
  const void* method_patches = nullptr;  ///< ops::PatchTable*, or null; lives as long as the exporter
  std::string cache_key;         ///< variant and method patches: equal keys share one trace of a model
};

/// Which of the entries below an exporter implements.
struct ExporterCapabilities {
  std::string format;            ///< of its artifacts: "onnx"
  bool lowers_programs = false;  ///< Prepare and Lower; a case that is a Program already enters at Lower
  bool exports_checkpoints = false;  ///< ExportCheckpoint: another program, usually in a worker
  bool dynamic = true;
  bool optimises = false;        ///< has an optimiser that a disable_optimize entry switches off
  bool isolated = false;         ///< must run in a worker
  /// The suite of the classes that it can be given by name, below the data folder ("suites/catalogue/….json"): what a run of this
  /// exporter is about where neither models nor a suite are named. Empty: none of its own.
  std::string suite;
};

/// Module -> artifact. One for each format; stateless and usable from several threads at once.
class Exporter {
 public:
  virtual ~Exporter() = default;
  virtual std::string_view Name() const = 0;  ///< "onnx"
  virtual ExporterCapabilities Capabilities() const = 0;
  /// Its config with defaults.
  virtual std::unique_ptr<ExportConfig> DefaultConfig() const = 0;
  /// Versions it was qualified against, by library.
  virtual std::vector<std::pair<std::string, std::string>> QualifiedVersions() const { return {}; }

  /// What to trace: inputs prepared, dimensions, method patches. `model` and `inputs` are left as found.
  virtual Result<TraceRequest> Prepare(const nn::Model& model, const ModelInputs& inputs, const ExportConfig& config) const;
  /// Program -> artifact; a `.pt2` that was read enters here. Errors: kUnsupported names the first op without a translation.
  virtual Result<Artifact> Lower(const ir::Program& program, const weights::Weights& weights, const ExportConfig& config) const;
  /// The format's own checker on what was written. An error is the artifact's failure, not the harness's. Nothing by default.
  virtual Status Check(const Artifact& artifact) const;
  /// Checkpoint folder, or a class with its config -> artifact in the folder config.output_path. For exporters that are programs of
  /// their own.
  virtual Result<Artifact> ExportCheckpoint(const ModelSource& source, const ModelInputs& inputs, const ExportConfig& config) const;
  /// For those as well: what its artifact takes where that is more than the model's own inputs (sizes that it computed beforehand). As
  /// they are by default.
  virtual Result<ModelInputs> PrepareInputs(const ModelSource& source, const ModelInputs& inputs, const ExportConfig& config) const;
};

}  // namespace conformance::ports
