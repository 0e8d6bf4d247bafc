#include "framework/engine/program_files.h"

#include "framework/engine/artifact_maker.h"
#include "framework/engine/cell.h"
#include "framework/formats/file.h"
#include "framework/ir/text.h"
#include "framework/trace/tree_spec.h"

namespace conformance::engine {
namespace {

/// Value infos of a program's inputs or outputs, under their dotted names.
std::vector<ports::ValueInfo> Infos(const ir::Program& program, const std::vector<std::string>& graph_names,
                                    const std::vector<std::string>& dotted) {
  std::vector<ports::ValueInfo> infos;
  for (size_t i = 0; i < dotted.size() && i < graph_names.size(); ++i) {
    ports::ValueInfo info;
    info.name = dotted[i];
    const ir::ValueId id = program.graph.FindValue(graph_names[i]);
    if (id != ir::ValueId::kNone) {
      if (const ir::TensorMeta* meta = program.graph.value(id).tensor()) {
        if (const auto dtype = ir::ToDType(meta->dtype)) info.dtype = *dtype;
        for (const SymInt& size : meta->sizes) info.dims.push_back(size.ToString());
      }
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

}  // namespace

Status DescribeValues(const ir::Program& program, ports::Artifact& artifact) {
  CONFORMANCE_TRY(const trace::LeafNames names, trace::LeafNamesOf(program));
  artifact.inputs = Infos(program, program.UserInputs(), names.inputs);
  artifact.outputs = Infos(program, program.UserOutputs(), names.outputs);
  return Ok();
}

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
