#pragma once

#include <memory>
#include <string_view>

#include "framework/base/result.h"
#include "framework/ops/numerics.h"
#include "framework/ports/artifact.h"
#include "framework/ports/exporter.h"

namespace conformance::ports {

/// What a reference evaluates: one model in every form that the case has it in. A reference takes the form that it knows and refuses
/// (kUnsupported) where that one is missing.
struct ReferenceRequest {
  const nn::Model* model = nullptr;
  const ir::Program* program = nullptr;
  const weights::Weights* weights = nullptr;  ///< of model or program
  const Artifact* artifact = nullptr;         ///< a file, for references that read one
  ModelSource source;                         ///< checkpoint folder or class, for references that are programs of their own
  const ModelInputs* inputs = nullptr;
  ops::Numerics numerics;
  std::vector<std::string> capture;  ///< Program values to append to the outputs
};

/// Model, inputs, Numerics -> outputs by dotted name (under Numerics::Oracle floating outputs are f64).
class Reference {
 public:
  virtual ~Reference() = default;
  virtual std::string_view Name() const = 0;
  /// Version found, or kUnavailable with the command that adds it. Cheap after the first call. Empty: part of this project.
  virtual Result<std::string> Version() const { return std::string(); }
  /// False where it can only compute in the declared type: it is not asked under Numerics::Oracle, and what is judged by it is held to
  /// the plain tolerance of each output's type.
  virtual bool HasOracle() const { return true; }
  /// Whether it can evaluate a file, as far as reading it tells: an error says why not. For references that read files.
  virtual Status Accepts(const Artifact& artifact) const {
    (void)artifact;
    return Ok();
  }
  /// Whether it answers under Numerics::Ensemble; without it its own run is the only legal answer that outputs are held against.
  virtual bool HasEnsemble() const { return HasOracle(); }
  virtual Result<NamedTensors> Run(const ReferenceRequest& request) const = 0;
};

}  // namespace conformance::ports
