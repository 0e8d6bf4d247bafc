#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/graph.h"

namespace conformance::program {

/// Floats that a Program computes from sizes (`x.shape[0] / 3`): values without a tensor, whose numbers are known once it runs.

/// Whether the node gives one.
bool GivesFloat(const ir::Graph& graph, const ir::Node& node);
/// Whether an argument of the node is one.
bool TakesFloats(const ir::Node& node);
/// The node with numbers in place of the floats that it takes; `floats` is indexed by value.
ir::Node WithFloats(ir::Node node, std::span<const double> floats);

/// Whether FloatOf knows the operator.
bool IsFloatOperator(std::string_view op);
/// What Python gives: "torch.sym_float", "_operator.add", "sub", "mul", "truediv", "floordiv", "mod", "neg", "pow".
/// Errors: kUnsupported for another operator; kInvalid for another number of arguments, or a division by 0.
Result<double> FloatOf(std::string_view op, std::span<const double> args);

}  // namespace conformance::program
