#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/worker_program.h"
#include "framework/ports/reference.h"

namespace conformance::engine {

/// A reference in another process: a checkpoint folder, or a class with its config -> the outputs of its own forward, in f32 and f64.
class WorkerReference : public LivesInWorker<ports::Reference> {
 public:
  WorkerReference(std::string name, std::shared_ptr<WorkerProgram> program);
  std::string_view Name() const override { return name_; }
  /// As hello tells it; the first call starts a worker.
  Result<std::string> Version() const override { return program_->ReferenceVersion(name_); }
  /// Errors: kUnsupported for a request without a folder or a class, or with values to capture; of the worker.
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override;

  /// What the worker finds of a forward: blocks of weights that the model reads and that move none of its outputs when they are perturbed, and
  /// inputs that no output is made of. Nothing where it cannot tell. Errors: of the worker.
  struct Sensitivity {
    std::vector<std::string> unmoved, unread;
  };
  Result<Sensitivity> SensitivityOf(const ports::ModelSource& source, const ports::ModelInputs& inputs) const;

  std::shared_ptr<WorkerProgram> program() const override { return program_; }
  std::shared_ptr<const ports::Reference> In(std::shared_ptr<WorkerProgram> program) const override;

 private:
  const std::string name_;
  const std::shared_ptr<WorkerProgram> program_;
};

}  // namespace conformance::engine
