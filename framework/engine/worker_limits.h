#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace conformance::engine {

/// What one worker process may use.
struct WorkerLimits {
  std::chrono::milliseconds timeout{300'000};       ///< of one request: prepare, run, export
  std::chrono::milliseconds start_timeout{60'000};  ///< until it has said hello
  std::optional<uint64_t> address_space_bytes;      ///< what it may map; what it asks for beyond fails in it
};

}  // namespace conformance::engine
