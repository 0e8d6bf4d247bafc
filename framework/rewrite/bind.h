#pragma once

#include <vector>

#include "framework/base/result.h"
#include "framework/ir/graph.h"
#include "framework/ops/op_def.h"

namespace conformance::rewrite {

/// A value of a graph as ops see it: traced under its id. Errors: kUnsupported for a dtype without kernels, kInvalid for a value that
/// is no tensor.
Result<ops::Value> ValueOf(const ir::Graph& graph, ir::ValueId id);

/// A node's argument as ops see it: values as traced ones, sizes as the expressions that they stand for. Errors: kUnsupported for
/// kinds that no op of ours takes (graphs, custom objects, tokens).
Result<ops::Argument> ToOps(const ir::Graph& graph, const ir::Argument& argument);

/// All arguments of a node in the order of the op's schema, defaults filled in. Errors: as above and of ops::BindArguments, with the
/// node's name.
Result<std::vector<ops::Argument>> BindNode(const ir::Graph& graph, const ir::Node& node, const ops::OpDef& op);

/// Equal values; tensors by identity.
bool Same(const ops::Argument& a, const ops::Argument& b);

}  // namespace conformance::rewrite
