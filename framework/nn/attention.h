#pragma once

#include <cstdint>
#include <optional>

#include "framework/nn/cache.h"
#include "framework/ops/op_context.h"

namespace conformance::nn {

/// How attention is composed (transformers' attn_implementation). They differ for queries that may look at nothing: sdpa gives 0, eager
/// the mean of all values.
enum class AttentionKind : uint8_t {
  kSdpa,   ///< one op
  kEager,  ///< products, a float mask that is added, softmax
};

/// What attention may look at.
struct AttentionMask {
  ops::Value mask;         ///< true where a key counts, or a float that is added; broadcasts to [batch, heads, query, key]; may be absent
  bool is_causal = false;  ///< without a mask: key j counts for query i where j ≤ i
  AttentionKind kind = AttentionKind::kSdpa;
};

/// What a mask is made from.
struct MaskRequest {
  ops::Value embeds = {};           ///< [batch, query, …]: sizes only
  ops::Value attention_mask = {};   ///< [batch, key] of any type, not 0 where a token counts; or 4 axes, used as it is; may be absent
  ops::Value position_ids = {};     ///< given by the caller: several sequences in one row where they start anew; may be absent
  const Cache* cache = nullptr;
  size_t layer = 0;  ///< of the cache, whose entries the mask is for
  std::optional<int64_t> sliding_window = {};
  bool causal = true;
  AttentionKind kind = AttentionKind::kSdpa;
};

/// The mask that transformers' masking_utils makes (for kEager: 0 where a key counts, the type's lowest number elsewhere). Where a padding mask is all ones, or a single query sees
/// every key, no mask is needed and none is made if that shows without looking at elements; so a trace holds for every mask and
/// length. Rows that may look at nothing stay in the mask (attention gives 0 there, as in PyTorch). Over a static cache the mask is as long
/// as what attention sees of its buffers, and always made.
/// Errors: kShape (kept by the context) for masks that do not fit the keys; kUnsupported for a static cache where attention looks ahead.
AttentionMask MakeAttentionMask(ops::OpContext& context, const MaskRequest& request);

/// What classes do differently under kEager.
struct EagerPrecision {
  bool softmax = false;  ///< halves: the softmax alone is computed in f32
  bool scores = false;   ///< halves: products, mask and softmax are (GPT-2's reorder_and_upcast_attn)
  std::optional<double> softcap = {};  ///< scores become cap · tanh(scores / cap) before the mask
};

/// True and false as 0 and the lowest number of a type, to be added to scores.
ops::Value MaskAsAddend(ops::OpContext& context, const ops::Value& mask, DType dtype);

/// The mask with a bias of the scores [1 or batch, heads, query, key] in it, as the library joins them: hidden positions have the lowest
/// number in place of the bias (kSdpa), or both are added (kEager).
AttentionMask WithBias(ops::OpContext& context, const AttentionMask& mask, const ops::Value& bias);

/// Scaled dot product attention over heads: q [batch, heads, query, d], k and v [batch, kv_heads, key, d] -> [batch, query, heads · d].
/// Groups of heads / kv_heads neighbouring query heads share keys and values.
ops::Value Attend(ops::OpContext& context, const ops::Value& q, const ops::Value& k, const ops::Value& v,
                  const AttentionMask& mask, double scale, int64_t heads, int64_t kv_heads, const EagerPrecision& eager = {});

/// [batch, time, heads · d] -> [batch, heads, time, d].
ops::Value SplitHeads(ops::OpContext& context, const ops::Value& x, int64_t heads, int64_t head_dim);

}  // namespace conformance::nn
