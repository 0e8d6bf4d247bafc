#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::rewrite {

/// aten.einsum: operands one after the other, each joined with what came before by one batched product over the labels that nobody needs any
/// more. kUnsupported: a label twice in one operand.
std::vector<ops::Value> WriteEinsum(ops::OpContext& context, const std::vector<ops::Argument>& args);

}  // namespace conformance::rewrite
