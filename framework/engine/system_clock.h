#pragma once

#include "framework/ports/clock.h"

namespace conformance::engine {

/// The machine's clocks.
class SystemClock : public ports::Clock {
 public:
  std::chrono::steady_clock::time_point Now() const override { return std::chrono::steady_clock::now(); }
  std::string WallTime() const override;
};

}  // namespace conformance::engine
