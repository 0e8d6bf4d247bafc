#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace conformance::engine {

/// What one worker process may use.
struct WorkerLimits {
  std::chrono::milliseconds timeout{300'000};       ///< of one request: prepare, run, export
  std::chrono::milliseconds start_timeout{60'000};  ///< until it has said hello
  std::optional<uint64_t> resident_bytes;           ///< of it and what it starts; beyond, they are killed
  std::optional<uint64_t> address_space_bytes;      ///< what it may map; what it asks for beyond fails in it
  uint64_t answer_bytes = uint64_t{8} << 30;        ///< tensors of one answer
  uint64_t log_bytes = uint64_t{64} << 20;          ///< standard error during one request
};

}  // namespace conformance::engine
