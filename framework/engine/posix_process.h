#pragma once

#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// Children by fork and exec in a process group of their own, with pipes on their three standard streams. They die with us (Linux:
/// PR_SET_PDEATHSIG) and with their Process, their own children included.
class PosixProcessLauncher : public ports::ProcessLauncher {
 public:
  /// Errors: kNotFound / kIo naming the program, where it cannot be started.
  Result<std::unique_ptr<ports::Process>> Launch(const ports::LaunchRequest& request) override;
};

}  // namespace conformance::engine
