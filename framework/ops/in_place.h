#pragma once

#include <vector>

#include "framework/ops/op_def.h"

namespace conformance::ops {

/// Ops that are another op of the table with the answer written into the first argument, and nothing else: "aten.tanh_.default" of
/// "aten.tanh.default". Schema, defaults and rule are those of the twin; the answer must fit into the first argument, whose type and
/// sizes stay. Eagerly the twin computes (references/eager). Source: ATen's schemas, whose arguments are the same but for `Tensor(a!)`.
std::vector<OpDef> InPlaceTwins(const OpTable& ops);

/// Ops that are another op of the table with the answer written into one more argument, `out`: "aten.atan2.out". The answer must fit into the
/// type of `out`; where `out` has other sizes it is a tensor of its own, as PyTorch makes `out` one (who holds `out` still sees the old sizes).
std::vector<OpDef> OutTwins(const OpTable& ops);

}  // namespace conformance::ops
