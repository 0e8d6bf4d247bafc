#pragma once

#include <functional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ops/op_context.h"

namespace conformance::rewrite {

/// A user input of a program that is written by hand: its graph name, dtype and sizes (numbers, or one symbol each).
struct ProgramInput {
  std::string name;
  ops::TensorMeta meta;
};

/// The program of a function over values: for tests, reductions and tools that need a few nodes without a module. `hints` are the
/// symbols' values. Errors: the function's, through its context; of the verifier.
Result<ir::Program> RecordProgram(const std::vector<ProgramInput>& inputs, const SymbolValues& hints,
                                  const std::function<std::vector<ops::Value>(ops::OpContext&, const std::vector<ops::Value>&)>& body);

}  // namespace conformance::rewrite
