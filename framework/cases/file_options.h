#pragma once

#include <string>
#include <vector>

#include "framework/load/input_plan.h"

namespace conformance::cases {

/// What a command line says about an artifact that a user brings.
struct FileOptions {
  std::vector<std::string> inputs;  ///< --inputs, as ReadInputs takes them; none: made by seed
  std::vector<std::string>
      expected;            ///< --expected, likewise: recorded outputs that judge it; none: a reference does
  load::Assignment sizes;  ///< --size: of dimensions that the file leaves open, for the first call
  std::string judge;       ///< --reference; empty: the format's own
};

/// The same words again, for the command that repeats a cell.
std::vector<std::string> WordsOf(const std::string& path, const FileOptions& options);

}  // namespace conformance::cases
