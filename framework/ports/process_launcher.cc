#include "framework/ports/process_launcher.h"

#include <cstring>

namespace conformance::ports {

std::string ExitStatus::ToString() const {
  if (signal) {
    const char* name = sigabbrev_np(*signal);
    return "signal " + std::to_string(*signal) + (name ? " (SIG" + std::string(name) + ")" : "");
  }
  if (exit_code) return "exit code " + std::to_string(*exit_code);
  return "unknown end";
}

}  // namespace conformance::ports
