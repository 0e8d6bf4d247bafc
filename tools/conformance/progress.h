#pragma once

#include <cstdio>
#include <memory>

#include "framework/engine/sweep.h"

namespace conformance::cli {

/// Where standard output and error go, as far as it shows.
struct Terminal {
  bool out = false;    ///< standard output is a terminal
  bool err = false;    ///< standard error is one
  bool colour = false; ///< of standard output: a terminal, and NO_COLOR is not set
  static Terminal Detect();
};

/// A bar on standard error where that is a terminal; elsewhere one plain line for each cell, in the plan's order. `lines` is the
/// stream of the lines (null: none).
std::unique_ptr<engine::ProgressSink> MakeProgress(const Terminal& terminal, std::FILE* lines);

}  // namespace conformance::cli
