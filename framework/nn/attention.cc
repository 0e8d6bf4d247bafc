#include "framework/nn/attention.h"

#include <limits>
#include <optional>
#include <string>

#include "framework/ops/abs.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/bitwise_and.h"
#include "framework/ops/clamp.h"
#include "framework/ops/contiguous.h"
#include "framework/ops/cumsum.h"
#include "framework/ops/diff.h"
#include "framework/ops/div.h"
#include "framework/ops/equal.h"
#include "framework/ops/expand.h"
#include "framework/ops/greater.h"
#include "framework/ops/index_select.h"
#include "framework/ops/less.h"
#include "framework/ops/less_equal.h"
#include "framework/ops/matmul.h"
#include "framework/ops/mul.h"
#include "framework/ops/not_equal.h"
#include "framework/ops/pad.h"
#include "framework/ops/reshape.h"
#include "framework/ops/scaled_dot_product_attention.h"
#include "framework/ops/slice.h"
#include "framework/ops/softmax.h"
#include "framework/ops/sub.h"
#include "framework/ops/tanh.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"
#include "framework/ops/where.h"

namespace conformance::nn {
namespace {

using ops::OpContext;
using ops::Value;

std::optional<int64_t> Difference(const SymInt& a, const SymInt& b) { return (a - b).AsInt(); }

/// The padding mask over the keys at hand, bool [batch, 1, 1, key].
Value PaddingOverKeys(OpContext& context, const MaskRequest& request, const SymInt& keys, bool has_past) {
  Value padding = request.attention_mask;
  const SymInt length = padding.size(1);
  const std::optional<int64_t> longer = Difference(length, keys);
  if (longer != 0) {
    if (request.cache == nullptr && longer) {
      context.Fail(ShapeError("attention_mask does not fit the tokens")
                       .With("found", ops::Describe(request.attention_mask.meta()))
                       .With("wanted", "time " + keys.ToString()));
      return Value::Poisoned();
    }
    if (request.sliding_window && has_past && !(longer && *longer < 0)) {
      // A window keeps the last keys; the mask tells of all that were seen.
      padding = ops::Slice(context, padding, 1, length - keys);
    } else if (longer && *longer > 0) {
      padding = ops::Slice(context, padding, 1, 0, keys);
    } else if (longer && *longer < 0) {
      padding = ops::Pad(context, ops::To(context, padding, DType::kBool), {0, -*longer});
    }
    // Else both lengths are symbols: joining the mask with the keys' own asks for their equality.
  }
  padding = ops::To(context, padding, DType::kBool);
  return ops::Unsqueeze(context, ops::Unsqueeze(context, padding, 1), 1);
}

/// Number of the sequence that each token of a row belongs to: a new one starts where positions do not go on by one.
Value SequenceNumbers(OpContext& context, const Value& positions) {
  const Value before = ops::Sub(context, ops::Slice(context, positions, 1, 0, 1), 1);
  const Value steps = ops::Diff(context, positions, 1, -1, before);
  return ops::Cumsum(context, ops::NotEqual(context, steps, 1), -1);
}

Value AsQuery(OpContext& context, const Value& x) { return ops::Unsqueeze(context, ops::Unsqueeze(context, x, 1), -1); }
Value AsKey(OpContext& context, const Value& x) { return ops::Unsqueeze(context, ops::Unsqueeze(context, x, 1), 1); }

/// Which keys the positions alone allow, bool [batch or 1, 1, query, key]. `query` and `key` are positions [batch or 1, n].
Value AllowedByPosition(OpContext& context, const MaskRequest& request, const Value& query, const Value& key) {
  const Value q = AsQuery(context, query);
  const Value k = AsKey(context, key);
  if (!request.causal)
    return ops::LessEqual(context, ops::Abs(context, ops::Sub(context, q, k)), *request.sliding_window);
  Value allowed = ops::LessEqual(context, k, q);
  if (request.sliding_window)
    allowed = ops::BitwiseAnd(context, ops::Greater(context, k, ops::Sub(context, q, *request.sliding_window)), allowed);
  return allowed;
}

/// What a mask over buffers of fixed length leaves to be seen, bool [batch or 1, 1, query, key]: what is written, by position, and of
/// that what the padding mask counts. A buffer that has forgotten its first entries takes those of the mask that its own stand for.
Value AllowedInBuffer(OpContext& context, const MaskRequest& request, const SymInt& queries) {
  const Value key = request.cache->KeyPositions(context, queries, request.layer);
  const Value query = request.cache->Positions(context, queries, request.layer);
  Value allowed = AllowedByPosition(context, request, ops::Unsqueeze(context, query, 0), ops::Unsqueeze(context, key, 0));
  if (!request.attention_mask.defined()) return allowed;
  Value padding = ops::To(context, request.attention_mask, DType::kBool);
  const SymInt told = padding.size(1), keys = key.size(0);
  const bool in_place = Difference(request.cache->Length(request.layer), keys) == 0;
  const std::optional<int64_t> longer = Difference(told, keys);
  if (in_place && longer && *longer >= 0) {
    padding = AsKey(context, ops::Slice(context, padding, 1, 0, keys));
  } else {
    const Value told_of = ops::Less(context, key, told);
    padding = ops::IndexSelect(context, padding, 1, ops::ClampMax(context, key, told - 1));
    padding = ops::BitwiseAnd(context, AsKey(context, padding), AsKey(context, ops::Unsqueeze(context, told_of, 0)));
  }
  return ops::BitwiseAnd(context, allowed, padding);
}

double LowestOf(DType dtype) {
  switch (dtype) {
    case DType::kF16: return -65504.0;
    case DType::kBF16: return -3.3895313892515355e38;
    case DType::kF64: return std::numeric_limits<double>::lowest();
    default: return std::numeric_limits<float>::lowest();
  }
}

/// Each key head once for every query head that it serves: [batch, kv_heads, key, d] -> [batch, kv_heads · groups, key, d].
Value RepeatHeads(OpContext& context, const Value& x, int64_t groups) {
  if (groups == 1) return x;
  const Value repeated =
      ops::Expand(context, ops::Unsqueeze(context, x, 2), {x.size(0), x.size(1), groups, x.size(2), x.size(3)});
  return ops::Reshape(context, repeated, {x.size(0), x.size(1) * groups, x.size(2), x.size(3)});
}

Value AttendInSteps(OpContext& context, const Value& q, const Value& k, const Value& v, const Value& mask, double scale, int64_t groups,
                    const EagerPrecision& eager) {
  const auto wide = [&](const Value& x) { return eager.scores ? ops::To(context, x, DType::kF32) : x; };
  const Value keys = RepeatHeads(context, k, groups);
  Value scores = ops::Mul(context, ops::Matmul(context, wide(q), ops::Transpose(context, wide(keys), 2, 3)), scale);
  if (eager.softcap) scores = ops::Mul(context, ops::Tanh(context, ops::Div(context, scores, *eager.softcap)), *eager.softcap);
  if (mask.defined()) scores = ops::Add(context, scores, mask);
  const Value weights = ops::Softmax(context, scores, -1, eager.softmax ? std::optional(DType::kF32) : std::nullopt);
  return ops::Matmul(context, ops::To(context, weights, v.dtype()), RepeatHeads(context, v, groups));
}

/// A cache that holds more than its window keeps cannot have come from this model.
bool CheckKept(OpContext& context, const MaskRequest& request, const SymInt& past) {
  if (!request.sliding_window || *request.sliding_window == 1 || !past.IsConstant()) return true;
  if (past.constant() <= *request.sliding_window - 1) return true;
  context.Fail(ShapeError("past_key_values holds more entries than the sliding window keeps")
                   .With("found", std::to_string(past.constant()))
                   .With("wanted", "at most " + std::to_string(*request.sliding_window - 1)));
  return false;
}

}  // namespace

Value MaskAsAddend(OpContext& context, const Value& mask, DType dtype) {
  const Value zero = context.Constant(Cast(Tensor::Of<float>({}, {0.0f}), dtype));
  return ops::Where(context, mask, zero, LowestOf(dtype));
}

AttentionMask WithBias(OpContext& context, const AttentionMask& mask, const Value& bias) {
  AttentionMask joined{bias, false, mask.kind};
  if (mask.mask.defined()) {
    const bool addend = mask.mask.dtype() != DType::kBool;
    joined.mask = addend ? ops::Add(context, bias, mask.mask) : ops::Where(context, mask.mask, bias, LowestOf(bias.dtype()));
  } else if (mask.is_causal) {
    const Value query = ops::Unsqueeze(context, ops::Arange(context, bias.size(2)), 1);
    const Value key = ops::Unsqueeze(context, ops::Arange(context, bias.size(3)), 0);
    joined.mask = ops::Where(context, ops::LessEqual(context, key, query), bias, LowestOf(bias.dtype()));
  }
  return joined;
}

AttentionMask MakeAttentionMask(OpContext& context, const MaskRequest& request) {
  const Value& given = request.attention_mask;
  if (given.defined() && given.rank() == 4) return {given, false, request.kind};
  if (given.defined() && given.rank() != 2) {
    context.Fail(ShapeError("attention_mask has neither 2 nor 4 axes").With("found", ops::Describe(given.meta())));
    return {Value::Poisoned(), false};
  }
  const SymInt batch = request.embeds.size(0);
  const SymInt queries = request.embeds.size(1);
  if (request.cache != nullptr && request.cache->IsStatic(request.layer)) {
    if (!request.causal) {
      context.Fail(Unsupported("a static cache is for attention that looks back"));
      return {Value::Poisoned(), false};
    }
    const Value allowed = AllowedInBuffer(context, request, queries);
    const Value mask = ops::Expand(context, allowed, {batch, -1, queries, allowed.size(3)});
    return {request.kind == AttentionKind::kEager ? MaskAsAddend(context, mask, request.embeds.dtype()) : mask, false, request.kind};
  }
  const bool has_past = request.cache != nullptr && !request.cache->IsEmpty(request.layer);
  const SymInt past = has_past ? request.cache->Length(request.layer) : SymInt(0);
  const SymInt keys = past + queries;
  if (!CheckKept(context, request, past)) return {Value::Poisoned(), false};

  const bool packed = request.position_ids.defined() && !given.defined() && request.cache == nullptr && request.causal;
  const bool one_query = queries.AsInt() == 1;
  // A cache of window 1 keeps everything (see Cache::Update), and transformers' mask of the one key in the window then stands for
  // all of them.
  if (request.sliding_window == 1 && has_past && one_query) return {Value(), false, request.kind};
  // No window is in the way of a single query: what is kept beside it is at most window − 1 keys.
  const bool window_matters = request.sliding_window && !one_query &&
                              !(keys.AsInt() && *keys.AsInt() < *request.sliding_window);
  // Only sdpa knows causality by itself, and only without a past.
  const bool in_order = has_past || request.kind == AttentionKind::kEager;
  const bool positions_matter = packed || window_matters || (request.causal && in_order && !one_query);

  Value mask;
  if (given.defined()) mask = PaddingOverKeys(context, request, keys, has_past);
  if (packed) {
    Value positions = request.position_ids;
    const Value numbers = SequenceNumbers(context, positions);
    mask = ops::BitwiseAnd(context, ops::Equal(context, AsQuery(context, numbers), AsKey(context, numbers)),
                           AllowedByPosition(context, request, positions, positions));
  } else if (positions_matter || (request.causal && given.defined() && !one_query)) {
    Value query = ops::Arange(context, queries);
    if (has_past) query = ops::Add(context, query, past);
    query = ops::Unsqueeze(context, query, 0);
    const Value key = ops::Unsqueeze(context, ops::Arange(context, keys), 0);
    const Value allowed = AllowedByPosition(context, request, query, key);
    mask = mask.defined() ? ops::BitwiseAnd(context, allowed, mask) : allowed;
  }
  if (!mask.defined()) return {Value(), request.causal && !in_order && !one_query, request.kind};
  mask = ops::Expand(context, mask, {batch, -1, queries, keys});
  if (request.kind == AttentionKind::kEager) mask = MaskAsAddend(context, mask, request.embeds.dtype());
  return {mask, false, request.kind};
}

Value SplitHeads(OpContext& context, const Value& x, int64_t heads, int64_t head_dim) {
  return ops::Transpose(context, ops::View(context, x, {x.size(0), x.size(1), heads, head_dim}), 1, 2);
}

Value Attend(OpContext& context, const Value& q, const Value& k, const Value& v, const AttentionMask& mask, double scale,
             int64_t heads, int64_t kv_heads, const EagerPrecision& eager) {
  const Value heads_out =
      mask.kind == AttentionKind::kEager
          ? AttendInSteps(context, q, k, v, mask.mask, scale, heads / kv_heads, eager)
          : ops::ScaledDotProductAttention(context, q, k, v, mask.mask, 0.0, mask.is_causal, scale, heads != kv_heads);
  const Value rows = ops::Contiguous(context, ops::Transpose(context, heads_out, 1, 2));
  return ops::Reshape(context, rows, {q.size(0), q.size(2), -1});
}

}  // namespace conformance::nn
