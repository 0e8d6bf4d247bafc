#pragma once

#include <optional>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// y = softmax(scale · q · kᵀ + mask) · v. A bool mask keeps where it is true (the rest becomes −inf); a
/// float mask is added; is_causal keeps key j for query i where j ≤ i. A query without any key gives 0. With
/// enable_gqa each head of k and v serves h_q / h_kv neighbouring heads of q.
/// Shapes: q [..., h, l, d], k [..., h or h_kv, s, d], v [..., h or h_kv, s, dv], mask broadcasts to [..., h,
///         l, s] -> y [..., h, l, dv].
/// Types:  q, k, v the same, floats; mask bool or the type of q; y has the type of q; halves are computed in
///         f32, but for eˣ, which is rounded to the type of q before it meets v.
/// Units:  scale multiplies the scores; 1/√d by default.
/// Errors: kShape for sizes that do not fit; kType for mixed types; kInvalid for a mask together with
///         is_causal, or p outside [0, 1]; kUnsupported for p > 0.
/// Source: Vaswani et al., arXiv:1706.03762; torch.nn.functional.scaled_dot_product_attention.
Value ScaledDotProductAttention(OpContext& context, const Value& q, const Value& k, const Value& v,
                                const Value& mask = {}, double dropout_p = 0, bool is_causal = false,
                                std::optional<double> scale = std::nullopt, bool enable_gqa = false);

const OpDef& ScaledDotProductAttentionOp();  ///< aten.scaled_dot_product_attention.default

}  // namespace conformance::ops
