#pragma once

#include <filesystem>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::engine {

/// A Program as text (ir::PrintProgram) in a file, so that a backend in another process can open it. Errors: kIo.
Status WriteProgramFile(const ir::Program& program, const std::filesystem::path& path);

}  // namespace conformance::engine
