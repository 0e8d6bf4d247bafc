#include "framework/engine/program_files.h"

#include <system_error>

#include "framework/engine/artifact_maker.h"
#include "framework/engine/cell.h"
#include "framework/formats/file.h"
#include "framework/ir/text.h"

namespace conformance::engine {

Status WriteProgramFile(const ir::Program& program, const std::filesystem::path& path) {
  return formats::WriteFileAtomic(path, ir::PrintProgram(program));
}

Status SweepContext::WriteProgram(const PlannedCell& cell, ports::Artifact& artifact) const {
  const auto folder = artifacts / PlainName(cell.id.model) / PlainName(cell.id.variant) / ("none-" + cell.id.dtype);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return IoError("cannot make a folder for artifacts: " + error.message()).With("folder", folder.string());
  artifact.path = folder / "model.program";
  artifact.files = {artifact.path};
  return WriteProgramFile(*artifact.program, artifact.path);
}

}  // namespace conformance::engine
