#pragma once

#include <cstdint>
#include <string>

#include "framework/base/result.h"
#include "framework/ports/reference.h"
#include "framework/reduce/candidate.h"

namespace conformance::reduce {

/// Whether a node computes integers from integers without rounding: what only moves elements, products, sums, and what is about integers
/// anyway. Scalars that are no small integers make it a node that rounds.
bool IsExactNode(const ir::Graph& graph, const ir::Node& node);

/// The part of a Program that computes exactly, with numbers at which it does: nodes that round (norms, exponentials, divisions, …) are
/// cut out, what the others read of them becomes an input, and what they read of the others an output. Weights, floating inputs and cut
/// values are small seeded integers; ids, masks and other integers stay as they are. All integers on the way, absolute sums of the
/// products among them, are below what the type holds exactly, so that every order of summation and every fusion gives the same bits.
/// `program` evaluates Programs. Errors: kUnsupported where nothing is left, the Program cannot be taken apart, or its numbers grow too
/// large whatever the weights; of the evaluator.
Result<Candidate> ExactPart(const Candidate& whole, DType dtype, uint64_t seed, const ports::Reference& program);

}  // namespace conformance::reduce
