#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/base/result.h"

namespace conformance::ports {

struct LaunchRequest {
  std::vector<std::string> argv;                ///< argv[0] is a path or found in PATH
  std::map<std::string, std::string> environment;  ///< added to ours
  std::filesystem::path working_directory;      ///< empty: ours
  std::optional<uint64_t> address_space_bytes;  ///< RLIMIT_AS
};

/// How a process ended.
struct ExitStatus {
  std::optional<int> exit_code;  ///< set when it exited
  std::optional<int> signal;     ///< set when a signal ended it
  std::string ToString() const;  ///< "exit code 3", "signal 11 (SIGSEGV)"
};

/// A child with pipes on its standard streams. Destroying it kills the child and waits.
class Process {
 public:
  virtual ~Process() = default;
  virtual int64_t pid() const = 0;
  /// All bytes to its standard input. Errors: kCrash if it has closed it; kTimeout at the deadline.
  virtual Status Write(std::span<const std::byte> bytes, std::chrono::steady_clock::time_point deadline) = 0;
  /// Exactly that many bytes of its standard output. Errors: kCrash at its end, kTimeout at the deadline.
  virtual Status Read(std::span<std::byte> bytes, std::chrono::steady_clock::time_point deadline) = 0;
  /// Last bytes of its standard error so far (a bounded tail).
  virtual std::string StandardErrorTail() = 0;
  virtual void Kill() = 0;
  /// Waits for its end up to the deadline; nothing if it still runs.
  virtual std::optional<ExitStatus> Wait(std::chrono::steady_clock::time_point deadline) = 0;
};

class ProcessLauncher {
 public:
  virtual ~ProcessLauncher() = default;
  virtual Result<std::unique_ptr<Process>> Launch(const LaunchRequest& request) = 0;
};

}  // namespace conformance::ports
