#pragma once

#include <string>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/tensor/tensor.h"

namespace conformance::program {

/// A user input of a Program: its dotted name and its value, a tensor or a size.
struct UserInput {
  std::string name;
  ir::ValueId value;
};

/// The tensor of each user input, and in `symbols` what they say about the Program's symbols: tensors by their sizes, a size by its one
/// element, an integer of any type. Tensors are found by dotted name, else by the graph's own. Errors: kInvalid for an input that is missing or that the Program doesn't have; kType, kShape name
/// input, dimension, found and wanted: a rank, a fixed size, two dimensions that must be equal, a symbol outside its range.
Result<std::vector<std::pair<ir::ValueId, Tensor>>> BindUserInputs(const ir::Program& program, const std::vector<UserInput>& wanted,
                                                                   const NamedTensors& given, SymbolValues& symbols);

}  // namespace conformance::program
