#pragma once

#include <chrono>

#include "framework/engine/worker_protocol.h"
#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// A process's standard streams under one deadline.
class ProcessStream : public ByteStream {
 public:
  ProcessStream(ports::Process& process, std::chrono::steady_clock::time_point deadline)
      : process_(process), deadline_(deadline) {}
  Status Write(std::span<const std::byte> bytes) override { return process_.Write(bytes, deadline_); }
  Status Read(std::span<std::byte> bytes) override { return process_.Read(bytes, deadline_); }

 private:
  ports::Process& process_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace conformance::engine
