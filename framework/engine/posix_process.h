#pragma once

#include <memory>

#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// Starts children, each in a process group of its own, with the three standard streams as pipes and every other descriptor closed.
/// They are children of a small process (process_keeper.h) that this one forks when it launches first, or is told to Start: it watches
/// their memory, and kills them and all that they have started when a child ends, its Process is destroyed, or this process is gone,
/// however it ended.
/// Launch errors: kUnavailable where argv[0] cannot be run, kIo otherwise.
std::shared_ptr<ports::ProcessLauncher> MakePosixLauncher();

}  // namespace conformance::engine
