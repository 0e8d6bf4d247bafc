#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::ir {

/// Dotted names of what a caller passes and gets ("input_ids", "past_key_values.layers.0.keys"), one for each user input (constant
/// ones included) and user output, in order. They come from the root's in_spec and out_spec; where a Program has none, or one that
/// does not fit, the values' own names stand for them.
struct LeafNames {
  std::vector<std::string> inputs, outputs;
};
LeafNames NamesOf(const Program& program);

/// Leaves of a pytree spec as torch.utils._pytree.treespec_dumps writes it, by dotted path: dict keys, fields, positions; caches by
/// the attributes that lead to each tensor. Of a call's in_spec (a pair of arguments and keyword arguments), `forward_arg_names`
/// names the positional ones. Errors: kCorrupt for text that is no spec.
Result<std::vector<std::string>> LeavesOfSpec(std::string_view spec, const std::vector<std::string>* forward_arg_names = nullptr);

/// A spec that has these leaves in this order, of dicts and lists. `call`: wrapped as keyword arguments of a call.
std::string SpecOfLeaves(const std::vector<std::string>& names, bool call);

}  // namespace conformance::ir
