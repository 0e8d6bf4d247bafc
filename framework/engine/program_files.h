#pragma once

#include <filesystem>
#include <memory>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::engine {

/// A Program as text (ir::PrintProgram) in a file, so that a backend in another process can open it. Errors: kIo.
Status WriteProgramFile(const ir::Program& program, const std::filesystem::path& path);
/// Errors: kNotFound, kIo; kCorrupt with the file's name for a text that is no program.
Result<std::shared_ptr<const ir::Program>> ReadProgramFile(const std::filesystem::path& path);

}  // namespace conformance::engine
