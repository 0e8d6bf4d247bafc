#include "framework/engine/program_files.h"

#include "framework/engine/artifact_maker.h"
#include "framework/engine/cell.h"
#include "framework/formats/file.h"
#include "framework/ir/text.h"

namespace conformance::engine {

Status WriteProgramFile(const ir::Program& program, const std::filesystem::path& path) {
  return formats::WriteFileAtomic(path, ir::PrintProgram(program));
}

Status SweepContext::WriteProgram(const PlannedCell& cell, ports::Artifact& artifact) const {
  artifact.path = ArtifactPath(*this, cell, true);
  artifact.path += ".program";
  artifact.files = {artifact.path};
  return WriteProgramFile(*artifact.program, artifact.path);
}

}  // namespace conformance::engine
