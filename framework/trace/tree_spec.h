#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::trace {

/// Pytree specs as `torch.utils._pytree.treespec_dumps` writes them, over dicts and lists: what PyTorch needs to give a program its
/// structured inputs, and where the dotted names of a program's inputs and outputs are kept.

/// The spec of a tree with these leaves, which must be in the tree's order: "a.0", "a.1", "b" is {"a": [*, *], "b": *}.
std::string SpecOfLeaves(const std::vector<std::string>& names);
/// The same as a call's inputs: a tuple of no positional arguments and the dict of keyword arguments.
std::string SpecOfInputs(const std::vector<std::string>& names);

/// Dotted names of the leaves of a spec, in order: keys of dicts and dataclasses, positions in lists and tuples, and inside
/// caches the paths that transformers' exporters write into the spec ("past_key_values.layers.0.keys"). A spec that is one leaf
/// has the name "output". Errors: kCorrupt for a text that is no such spec.
Result<std::vector<std::string>> LeavesOfSpec(std::string_view spec);
/// The same for a call's inputs: positional arguments get `positional` names in turn.
Result<std::vector<std::string>> LeavesOfInputs(std::string_view spec, const std::vector<std::string>& positional = {});

/// Dotted names of a program's user inputs and outputs (constants among them left out), from the specs of its module call graph;
/// the graph's own names where there are none. Errors: as above, or where the specs have another number of leaves.
struct LeafNames {
  std::vector<std::string> inputs, outputs;
};
Result<LeafNames> LeafNamesOf(const ir::Program& program);

}  // namespace conformance::trace
