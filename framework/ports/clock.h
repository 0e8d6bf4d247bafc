#pragma once

#include <chrono>
#include <string>

namespace conformance::ports {

/// Time, as far as results show it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::steady_clock::time_point Now() const = 0;
  /// UTC, "2026-01-31T12:00:00Z".
  virtual std::string WallTime() const = 0;
};

}  // namespace conformance::ports
