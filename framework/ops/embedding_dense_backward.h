#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Gradient of a table whose rows were picked: each row the sum of the gradients where it was, those of padding_idx left out; with
/// scale_grad_by_freq divided by how often it was.
/// Shapes: grad_output [..., d], indices [...] (as many rows as indices count) -> [num_weights, d].
/// Types:  grad_output floating; indices i64 or i32; the answer has the type of grad_output.
/// Errors: kShape for other numbers of rows; kType for other indices; kInvalid from kernels for an index outside the table.
/// Source: torch.ops.aten.embedding_dense_backward.
const OpDef& EmbeddingDenseBackwardOp();  ///< aten.embedding_dense_backward.default

}  // namespace conformance::ops
