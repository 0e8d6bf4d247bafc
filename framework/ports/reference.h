#pragma once

#include <memory>
#include <string_view>

#include "framework/base/result.h"
#include "framework/ops/numerics.h"
#include "framework/ports/artifact.h"
#include "framework/ports/exporter.h"

namespace conformance::ports {

/// What a reference evaluates: a model (eager) or a Program; exactly one is set, with its weights.
struct ReferenceRequest {
  const nn::Model* model = nullptr;
  const ir::Program* program = nullptr;
  const weights::Weights* weights = nullptr;
  std::filesystem::path folder;  ///< the checkpoint, for references that are programs of their own
  const ModelInputs* inputs = nullptr;
  ops::Numerics numerics;
  std::vector<std::string> capture;  ///< Program values to append to the outputs
};

/// Module or Program, inputs, Numerics -> outputs by dotted name (under Numerics::Oracle floating outputs are f64).
class Reference {
 public:
  virtual ~Reference() = default;
  virtual std::string_view Name() const = 0;
  virtual Result<NamedTensors> Run(const ReferenceRequest& request) const = 0;
};

}  // namespace conformance::ports
