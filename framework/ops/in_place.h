#pragma once

#include <vector>

#include "framework/ops/op_def.h"

namespace conformance::ops {

/// Ops that are another op of the table with the answer written into the first argument, and nothing else: "aten.tanh_.default" of
/// "aten.tanh.default". Schema, defaults and rule are those of the twin; the answer must fit into the first argument, whose type and
/// sizes stay. Eagerly the twin computes (references/eager). Source: ATen's schemas, whose arguments are the same but for `Tensor(a!)`.
std::vector<OpDef> InPlaceTwins(const OpTable& ops);

}  // namespace conformance::ops
