#pragma once

#include <filesystem>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ports/artifact.h"

namespace conformance::engine {

/// A Program's user inputs and outputs as an artifact's, under their dotted names. Errors: kCorrupt for broken tree specs.
Status DescribeValues(const ir::Program& program, ports::Artifact& artifact);

/// A Program as text (ir::PrintProgram) in a file, so that a backend in another process can open it. Errors: kIo.
Status WriteProgramFile(const ir::Program& program, const std::filesystem::path& path);

}  // namespace conformance::engine
