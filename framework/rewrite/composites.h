#pragma once

#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ops/op_context.h"

namespace conformance::rewrite {

/// An op that PyTorch's traces hold and that is nothing but others put together: einsum, meshgrid, … It has no rule, kernel or translation of its
/// own: where a Program is interpreted or exported, it is written out first.
struct Composite {
  std::string_view schema;  ///< ATen's: "aten::ravel(Tensor(a) self) -> Tensor(a)"
  /// By arguments in the schema's order, defaults filled in. What it has no answer for fails the context with kUnsupported.
  std::vector<ops::Value> (*write)(ops::OpContext& context, const std::vector<ops::Argument>& args);
};

/// All of them (composites.cc), in plain order.
const std::vector<Composite>& Composites();
/// Their targets: "aten.ravel.default".
const std::vector<std::string>& CompositeTargets();

/// Whether a node of the Program is one, or holds a graph that takes its place (inline_graphs.h).
bool HasComposites(const ir::Program& program);
/// The Program without either, itself where it has none; values keep their names. Errors: kUnsupported names the node and what of it has no answer.
Result<ir::Program> WriteOutComposites(ir::Program program);

}  // namespace conformance::rewrite
