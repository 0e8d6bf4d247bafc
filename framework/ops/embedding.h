#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Rows of a table. `padding_idx` only matters for gradients, and is kept for the record.
/// Shapes: weight [n, d], ids [...] -> y [..., d].
/// Types:  weight floating; ids i64 or i32; y has the type of weight.
/// Errors: kShape unless weight has two axes; kType for other ids.
/// Source: torch.nn.functional.embedding.
Value Embedding(OpContext& context, const Value& weight, const Value& ids, int64_t padding_idx = -1);

const OpDef& EmbeddingOp();  ///< aten.embedding.default

}  // namespace conformance::ops
