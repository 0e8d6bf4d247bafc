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
  std::vector<std::string> argv;                   ///< argv[0] is a path or found in PATH
  std::map<std::string, std::string> environment;  ///< added to ours
  std::filesystem::path working_directory;         ///< empty: ours
  std::optional<uint64_t> address_space_bytes;     ///< RLIMIT_AS
  std::optional<uint64_t> resident_bytes;  ///< of it and what it starts together; one that has more is killed
};

/// How a process ended.
struct ExitStatus {
  std::optional<int> exit_code;            ///< set when it exited
  std::optional<int> signal;               ///< set when a signal ended it
  std::optional<uint64_t> resident_bytes;  ///< set when it was killed because it had so much
  std::string ToString() const;            ///< "exit code 3", "signal 11 (SIGSEGV)"
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
  /// Nothing more will be written: the child reads its end.
  virtual void CloseInput() = 0;
  /// True where standard output has bytes that could be read now.
  virtual bool HasOutput() = 0;
  /// Last bytes of its standard error so far (a bounded tail).
  virtual std::string StandardErrorTail() = 0;
  /// From now on it may write so many bytes of standard error: more make Read and Write fail with kInvalid. No bound at first.
  virtual void BoundStandardError(uint64_t bytes) = 0;
  virtual void Kill() = 0;
  /// Waits for its end up to the deadline; nothing if it still runs.
  virtual std::optional<ExitStatus> Wait(std::chrono::steady_clock::time_point deadline) = 0;
};

class ProcessLauncher {
 public:
  virtual ~ProcessLauncher() = default;
  /// Gets ready, if there is something to do that is done better early, while this process is small. Launch does it otherwise.
  virtual Status Start() { return Ok(); }
  virtual Result<std::unique_ptr<Process>> Launch(const LaunchRequest& request) = 0;
};

}  // namespace conformance::ports
