#include "references/runtimes/program_backend.h"

#include <utility>

#include "framework/engine/program_files.h"
#include "framework/nn/model.h"
#include "references/eager/isa.h"
#include "references/program/interpreter.h"
#include "references/runtimes/eager_backend.h"

namespace conformance::runtimes {
namespace {

class ProgramSession : public ports::Session {
 public:
  ProgramSession(program::Interpreter interpreter, std::shared_ptr<const weights::Weights> weights)
      : interpreter_(std::move(interpreter)), weights_(std::move(weights)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return interpreter_.Run(*weights_, inputs); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    return interpreter_.Run(*weights_, inputs, {}, values);
  }

 private:
  program::Interpreter interpreter_;
  std::shared_ptr<const weights::Weights> weights_;
};

}  // namespace

ports::BackendCapabilities ProgramBackend::Capabilities() const {
  return {.formats = {"program"}, .dtypes = {}, .in_process = true, .intermediates = true};
}

Result<std::string> ProgramBackend::Version() const { return std::string("built in, ") + std::string(eager::IsaName(eager::ActiveIsa())); }

Result<std::unique_ptr<ports::Session>> ProgramBackend::Prepare(const ports::Artifact& artifact, const ports::SessionOptions&) const {
  if (artifact.format != "program") {
    return Unsupported("backend program runs Programs").With("found", artifact.format).With("wanted", "program");
  }
  std::shared_ptr<const ir::Program> program = artifact.program;
  if (!program) {
    CONFORMANCE_TRY(program, engine::ReadProgramFile(artifact.path));
  }
  std::shared_ptr<const weights::Weights> weights = artifact.weights;
  if (!weights) {
    CONFORMANCE_TRY(const std::string folder, artifact.options.GetString("checkpoint"));
    CONFORMANCE_TRY(OpenedCheckpoint opened, OpenCheckpoint(artifact, folder, models_));
    weights = std::move(opened.weights);
  }
  CONFORMANCE_TRY(program::Interpreter interpreter, program::Interpreter::Make(std::move(program)));
  return std::unique_ptr<ports::Session>(std::make_unique<ProgramSession>(std::move(interpreter), std::move(weights)));
}

}  // namespace conformance::runtimes
