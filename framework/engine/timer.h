#pragma once

#include <chrono>
#include <map>
#include <string>

#include "framework/ports/clock.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// Seconds by stage of one cell. Time spent waiting for another cell's work is left out.
class StageTimer {
 public:
  explicit StageTimer(const ports::Clock& clock) : clock_(clock), since_(clock.Now()) {}

  record::Stage stage() const { return stage_; }
  /// What follows belongs to `stage`.
  void Enter(record::Stage stage) {
    Book();
    stage_ = stage;
  }
  /// Runs `wait`, whose time counts for no stage.
  template <typename Function>
  void Excluding(Function wait) {
    Book();
    wait();
    since_ = clock_.Now();
  }
  /// By stage name; those without any time are left out.
  std::map<std::string, double> Finish() {
    Book();
    std::map<std::string, double> result;
    for (const auto& [stage, seconds] : seconds_) result[std::string(record::ToString(stage))] = seconds;
    return result;
  }

 private:
  void Book() {
    const auto now = clock_.Now();
    const double seconds = std::chrono::duration<double>(now - since_).count();
    if (seconds > 0) seconds_[stage_] += seconds;
    since_ = now;
  }

  const ports::Clock& clock_;
  record::Stage stage_ = record::Stage::kLoad;
  std::chrono::steady_clock::time_point since_;
  std::map<record::Stage, double> seconds_;
};

}  // namespace conformance::engine
