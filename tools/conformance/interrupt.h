#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "framework/engine/sweep.h"

namespace conformance::cli {

/// While it lives, SIGINT and SIGTERM stop a sweep: the first lets running cells finish, the second ends workers at once. What then still
/// runs in this process cannot be taken back, so that a little later the process itself ends, with exit code 1; the journal has all that
/// was finished. One at a time.
class InterruptScope {
 public:
  /// `farewell`: said on standard error when the process ends so: how to go on.
  InterruptScope(std::shared_ptr<engine::Cancellation> cancellation, std::string farewell);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  class Watch;
  std::unique_ptr<Watch> watch_;
  struct sigaction old_int_ = {}, old_term_ = {}, old_size_ = {};
};

}  // namespace conformance::cli
