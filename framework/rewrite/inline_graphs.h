#pragma once

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::rewrite {

/// Whether a node of the Program holds a graph that InlineGraphs puts in its place.
bool HasInlineGraphs(const ir::Program& program);

/// The Program without higher-order nodes that only wrap a graph (torch.no_grad, torch.autocast that is off), or that choose between two by
/// a tensor (torch.cond: both are computed, each element is chosen by aten.where). What they hold takes their place; values keep their names.
/// Errors: kUnsupported, with the node, for autocast that is on, a choice by sizes, and operands that are no values.
Result<ir::Program> InlineGraphs(ir::Program program);

}  // namespace conformance::rewrite
