#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/tensor/tensor.h"

namespace conformance::reduce {

/// A Program with all that it needs to be run: parameters and buffers by target, user inputs by the graph's names.
struct Candidate {
  ir::Program program;
  std::map<std::string, Tensor, std::less<>> weights;
  NamedTensors inputs;

  size_t nodes() const { return program.graph.node_count(); }
  int64_t elements() const;  ///< of inputs and weights
};

/// The Program's outputs on the candidate's inputs in the declared types, then the named values. Errors: of the evaluator.
using Evaluate = std::function<Result<NamedTensors>(const Candidate& candidate, const std::vector<std::string>& values)>;

/// Ways to make a candidate smaller. Each gives a Program that the verifier accepts, with a plain signature: user inputs and outputs are
/// tensors under the graph's names, nothing is mutated. Errors: kUnsupported for Programs that write in place or hold subgraphs, and
/// where the edit does not apply.

/// As it is, in that form; mutated buffers and inputs become no outputs.
Result<Candidate> Plain(Candidate candidate);
/// These values are the only outputs; what they do not need goes.
Result<Candidate> KeepOutputs(const Candidate& candidate, const std::vector<std::string>& values);
/// The values become user inputs with these elements where nodes read them; what only that needed goes. Outputs cannot be cut, unless
/// `but_outputs`: then they are made as before and are given as they are made.
Result<Candidate> CutAt(const Candidate& candidate, const NamedTensors& values, bool but_outputs = false);
/// Uses of what the node makes become uses of its operand `operand` (a value's name, of the same type).
Result<Candidate> Bypass(const Candidate& candidate, const std::string& node, const std::string& operand);
/// Every size is the number that it has on the candidate's inputs; symbols, ranges and guards go.
Result<Candidate> Concrete(const Candidate& candidate, const Evaluate& evaluate);
/// Where inputs and weights have `size`, only the first `smaller` are left; literal sizes of nodes follow. Of concrete candidates.
Result<Candidate> Shrink(const Candidate& candidate, int64_t size, int64_t smaller, const Evaluate& evaluate);

/// Tensor values that nodes make and that `value` depends on, itself included, in the Program's order.
std::vector<std::string> Ancestors(const ir::Program& program, const std::string& value);

}  // namespace conformance::reduce
