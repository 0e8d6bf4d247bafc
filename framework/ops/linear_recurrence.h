#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// A state that each step scales and adds to: y[i] = gate[i] · y[i − 1] + x[i] along an axis, from y[−1] = initial. PyTorch has no op for
/// it (transformers writes a Python loop, whose length a trace would fix); as one op it keeps the length free.
/// Shapes: gate and x [..., n, ...], initial the same without the axis -> y as x.
/// Types:  f16, bf16, f32, f64, all three the same; y has that type; the state of halves is kept in f32.
/// Errors: kShape for gate and x of different sizes, another initial, or an axis outside the rank; kType for other types.
/// Source: Gu & Dao, arXiv:2312.00752, section 3.3 (the selective scan).
Value LinearRecurrence(OpContext& context, const Value& gate, const Value& x, const Value& initial,
                       int64_t axis);

const OpDef& LinearRecurrenceOp();  ///< conformance.linear_recurrence.default

}  // namespace conformance::ops
