#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Rows of a table, joined in bags: bag b takes the rows of indices [offsets[b], offsets[b + 1]), the last one those up to the end. Beside the
/// answer three notes that PyTorch keeps for the gradient: the bag of each index (empty where rows are summed by its fast path), how many rows
/// each bag has (0 for sums), and as many numbers, or which row gave each largest element.
/// Shapes: weight [n, d], indices [k], offsets [bags] (bags + 1 with include_last_offset), per_sample_weights [k] -> [bags, d], [k] or [0],
///         [bags], [bags] or (mode 2) [bags, d].
/// Types:  weight floating; indices and offsets i64 or i32; per_sample_weights as weight. The answer has the type of weight, the notes that of
///         indices and offsets, i64 where they differ.
/// Modes:  0 sum, 1 mean, 2 max; padding_idx ≥ 0: rows of it count nowhere. scale_grad_by_freq and sparse are of the gradient.
/// Errors: kShape and kType for others; kInvalid for another mode, per_sample_weights beside mean or max, and from kernels for an index outside
///         the table or offsets that do not start at 0, fall, or pass the end.
/// Source: torch.nn.functional.embedding_bag, torch.ops.aten._embedding_bag.
const OpDef& EmbeddingBagOp();  ///< aten._embedding_bag.default

}  // namespace conformance::ops
