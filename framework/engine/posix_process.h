#pragma once

#include <memory>

#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// Starts children by fork and exec, each in a process group of its own, with the three standard streams as pipes and every other
/// descriptor closed. A child dies with this process however that ends (Linux: a parent-death signal); destroying its Process kills
/// its whole group. Launching is done by one thread that lives as long as the launcher.
/// Launch errors: kUnavailable where argv[0] cannot be run, kIo otherwise.
std::shared_ptr<ports::ProcessLauncher> MakePosixLauncher();

}  // namespace conformance::engine
