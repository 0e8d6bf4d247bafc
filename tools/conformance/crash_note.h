#pragma once

#include <array>
#include <csignal>
#include <string>

namespace conformance::cli {

/// While it lives, a crash of this process (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT: of a library that a backend runs in process) says a
/// note on standard error, and then takes its course. One at a time.
class CrashNote {
 public:
  explicit CrashNote(std::string note);
  ~CrashNote();
  CrashNote(const CrashNote&) = delete;
  CrashNote& operator=(const CrashNote&) = delete;

 private:
  static constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  const std::string note_;
  std::array<struct sigaction, kSignals.size()> old_ = {};
};

}  // namespace conformance::cli
