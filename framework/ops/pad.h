#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Pads the last axes: `pad` holds before and after of the last axis, then of the one before it, … Negative
/// ones crop. Modes: "constant" (with `value`, default 0), "reflect", "replicate", "circular".
/// Shapes: x [..., n], {before, after} -> y [..., before + n + after].
/// Types:  any.
/// Errors: kShape for an odd count or more pairs than axes, a negative result, or a reflection that is not
///         shorter than its axis; kInvalid for an unknown mode.
/// Source: torch.nn.functional.pad.
Value Pad(OpContext& context, const Value& x, std::vector<SymInt> pad, std::string_view mode = "constant",
          std::optional<double> value = std::nullopt);

const OpDef& PadOp();            ///< aten.pad.default
const OpDef& ConstantPadNdOp();  ///< aten.constant_pad_nd.default

// PadOp with a mode in its name, over as many axes.
const OpDef& ReflectionPad1dOp();  ///< aten.reflection_pad1d.default
const OpDef& ReflectionPad2dOp();  ///< aten.reflection_pad2d.default
const OpDef& ReflectionPad3dOp();  ///< aten.reflection_pad3d.default
const OpDef& ReplicationPad1dOp();  ///< aten.replication_pad1d.default
const OpDef& ReplicationPad2dOp();  ///< aten.replication_pad2d.default
const OpDef& ReplicationPad3dOp();  ///< aten.replication_pad3d.default

}  // namespace conformance::ops
