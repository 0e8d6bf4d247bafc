#pragma once

#include <string>
#include <vector>

#include "framework/ir/program.h"
#include "framework/symbolic/shape_env.h"

namespace conformance::trace {

/// What a trace relied on as Python conditions over the inputs, the way PyTorch's programs carry it:
/// "L['attention_mask'].size()[1] <= L['input_ids'].size()[1]". Bounds of single symbols are left to the range constraints, and
/// equalities to the symbols that inputs share. `input_names` are the user inputs in order.
std::vector<std::string> GuardsCode(const ShapeEnv& env, const std::vector<std::string>& input_names, const ir::Program& program);

/// "L['past_key_values']['layers'][0]['keys']": an input's leaf by its dotted name.
std::string LeafCode(std::string_view name);

}  // namespace conformance::trace
