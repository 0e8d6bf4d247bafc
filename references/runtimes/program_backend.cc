#include "references/runtimes/program_backend.h"

#include <string>
#include <utility>

#include "framework/formats/file.h"
#include "framework/ir/pt2.h"
#include "framework/ir/text.h"
#include "framework/load/load.h"
#include "framework/weights/tensor_weights.h"
#include "references/eager/isa.h"
#include "references/program/interpreter.h"

namespace conformance::runtimes {
namespace {

class ProgramSession : public ports::Session {
 public:
  ProgramSession(program::Interpreter interpreter, std::shared_ptr<const weights::Weights> weights, uint64_t seed)
      : interpreter_(std::move(interpreter)), weights_(std::move(weights)), numerics_{.draw_seed = seed} {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return interpreter_.Run(*weights_, inputs, numerics_); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    return interpreter_.Run(*weights_, inputs, numerics_, values);
  }

 private:
  const program::Interpreter interpreter_;
  const std::shared_ptr<const weights::Weights> weights_;
  const ops::Numerics numerics_;
};

Result<std::shared_ptr<const ir::Program>> ReadProgram(const std::filesystem::path& path) {
  CONFORMANCE_TRY(const std::string text, formats::ReadFileText(path));
  auto program = ir::ParseProgram(text);
  if (!program.ok()) return std::move(program).error().With("file", path.string());
  return std::make_shared<const ir::Program>(std::move(program).value());
}

/// A file that torch.export.save wrote, or an exporter in its place.
Result<std::unique_ptr<ports::Session>> PreparePt2(const std::filesystem::path& path, uint64_t seed) {
  CONFORMANCE_TRY(ir::Pt2Program read, ir::ReadPt2(path));
  CONFORMANCE_TRY(auto tensors, read.Weights());
  CONFORMANCE_TRY(program::Interpreter interpreter, program::Interpreter::Make(std::make_shared<const ir::Program>(std::move(read.program))));
  return std::unique_ptr<ports::Session>(
      std::make_unique<ProgramSession>(std::move(interpreter), std::make_shared<const weights::TensorWeights>(std::move(tensors)), seed));
}

}  // namespace

ports::BackendCapabilities ProgramBackend::Capabilities() const {
  ports::BackendCapabilities capabilities;
  capabilities.formats = {"program", "pt2"};
  capabilities.intermediates = true;
  return capabilities;
}

Result<std::string> ProgramBackend::Version() const { return "kernels for " + std::string(eager::IsaName(eager::ActiveIsa())); }

Result<std::unique_ptr<ports::Session>> ProgramBackend::Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const {
  if (artifact.format == "pt2" && !(artifact.program && artifact.weights)) return PreparePt2(artifact.path, options.seed);
  if (artifact.format != "program" && artifact.format != "pt2") {
    return Invalid("program takes formats 'program' and 'pt2', found '" + artifact.format + "'");
  }
  std::shared_ptr<const ir::Program> program = artifact.program;
  if (!program) {
    CONFORMANCE_TRY(program, ReadProgram(artifact.path));
  }
  std::shared_ptr<const weights::Weights> weights = artifact.weights;
  if (!weights) {
    CONFORMANCE_TRY(const std::string folder, artifact.options.GetString("checkpoint"));
    load::LoadOptions load_options;
    if (artifact.options.Has("dtype")) {
      CONFORMANCE_TRY(const std::string name, artifact.options.GetString("dtype"));
      load_options.dtype = DTypeFromString(name);
      if (!load_options.dtype) return Invalid("unknown dtype in a program's options").With("found", name);
    }
    CONFORMANCE_TRY(const load::LoadedModel loaded, load::LoadModel(folder, models_, load_options));
    weights = loaded.weights;
  }
  CONFORMANCE_TRY(program::Interpreter interpreter, program::Interpreter::Make(std::move(program)));
  return std::unique_ptr<ports::Session>(std::make_unique<ProgramSession>(std::move(interpreter), std::move(weights), options.seed));
}

}  // namespace conformance::runtimes
