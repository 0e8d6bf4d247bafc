#pragma once

#include <map>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::compare {

/// A Program in which every observed value is taken from outside where it is read, and still made where it was made: one run evaluates each
/// operator on the inputs that a backend had itself. Values that were not observed are evaluated from those that were.
struct CutProgram {
  ir::Program program;
  /// Value -> the value that holds the same operator over absolute inputs, M of the local bound; for rows of kReduced and kAttention.
  std::map<std::string, std::string, std::less<>> magnitudes;
};

/// `observed` are values of nodes by name; their tensors become constants of the new Program. Errors: kUnsupported where the Program writes
/// in place, so that a value may change after it was seen.
Result<CutProgram> Cut(const ir::Program& program, const NamedTensors& observed);

}  // namespace conformance::compare
