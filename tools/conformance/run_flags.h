#pragma once

#include <CLI/CLI.hpp>

#include "tools/conformance/commands.h"

namespace conformance::cli {

inline constexpr const char* kLimits = "Limits";
inline constexpr const char* kHow = "How cells run";

/// Options that `run` shares with the commands that look into one of its cells.
void AddSelection(CLI::App& command, SelectOptions& select);
void AddLimits(CLI::App& command, RunOptions& options);
void AddHow(CLI::App& command, RunOptions& options);

}  // namespace conformance::cli
