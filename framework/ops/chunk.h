#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// At most `chunks` pieces of ceil(n / chunks) along an axis, the last one shorter; they share storage. The
/// count is guarded where it is symbolic. After an error: `chunks` poisoned values.
/// Shapes: x [..., n, ...] -> up to `chunks` of [..., ceil(n / chunks), ...].
/// Types:  any.
/// Errors: kShape for an axis outside the rank; kInvalid unless chunks > 0.
/// Source: torch.chunk.
std::vector<Value> Chunk(OpContext& context, const Value& x, int64_t chunks, int64_t axis = 0);

const OpDef& ChunkOp();  ///< aten.chunk.default

}  // namespace conformance::ops
