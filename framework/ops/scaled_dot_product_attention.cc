#include "framework/ops/scaled_dot_product_attention.h"

#include "framework/base/strings.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Status WantHeads(RuleCall& call, const Value& q, const Value& k, const Value& v) {
  for (const auto& [name, value] : {std::pair("query", &q), std::pair("key", &k), std::pair("value", &v)}) {
    if (value->rank() < 3) return WantShape(call, name, *value, "[..., h, l, d] where enable_gqa");
  }
  const SymInt heads = q.size(-3), kv_heads = k.size(-3);
  CONFORMANCE_TRY(const bool same,
                  call.Equal(v.size(-3), kv_heads, "attention: as many heads of value as of key"));
  if (!same) return WantShape(call, "value", v, "with the " + kv_heads.ToString() + " heads of key");
  CONFORMANCE_TRY(const bool divides,
                  call.Equal(Mod(heads, kv_heads), 0, "attention: heads of key divide those of query"));
  if (!divides)
    return WantShape(call, "query", q, "with a multiple of the " + kv_heads.ToString() + " heads of key");
  return Ok();
}

Status WantMask(RuleCall& call, const Value& q, const Value& mask, Sizes scores) {
  if (call.boolean(5)) return RuleInvalid(call, "is_causal is True and attn_mask given, want one of them");
  if (mask.dtype() != DType::kBool && mask.dtype() != q.dtype() && mask.dtype() != DType::kF32) {
    return WantType(call, "attn_mask", mask, "bool or " + std::string(ToString(q.dtype())));
  }
  return WantBroadcastTo(call, "attn_mask", mask, scores);
}

Result<RuleResult> AttentionRule(RuleCall& call) {
  const Value &q = call.tensor(0), &k = call.tensor(1), &v = call.tensor(2);
  for (const auto& [name, value] : {std::pair("query", &q), std::pair("key", &k), std::pair("value", &v)}) {
    CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, name, *value));
    CONFORMANCE_RETURN_IF_ERROR(WantDType(call, name, *value, q.dtype()));
    if (value->rank() < 2) return WantShape(call, name, *value, "[..., l, d]");
  }
  const double p = call.number(4);
  if (!(p >= 0 && p <= 1)) return RuleInvalid(call, "dropout_p is " + DoubleText(p) + ", want one in [0, 1]");
  if (p > 0)
    return Unsupported(std::string(call.op()) + ": dropout_p is " + DoubleText(p) +
                       ", want 0: attention is not trained here");
  CONFORMANCE_TRY(const bool same_width,
                  call.Equal(k.size(-1), q.size(-1), "attention: query and key are as wide"));
  if (!same_width) return WantShape(call, "key", k, "[..., s, " + q.size(-1).ToString() + "]");
  CONFORMANCE_TRY(const bool same_length,
                  call.Equal(v.size(-2), k.size(-2), "attention: key and value are as long"));
  if (!same_length) return WantShape(call, "value", v, "[..., " + k.size(-2).ToString() + ", dv]");

  // Leading axes broadcast; with grouped queries the heads are those of query.
  const bool grouped = call.boolean(7);
  if (grouped) CONFORMANCE_RETURN_IF_ERROR(WantHeads(call, q, k, v));
  const auto leading = [&](const Value& x, bool with_heads) {
    return std::span<const SymInt>(x.sizes()).first(static_cast<size_t>(x.rank()) - (with_heads ? 2 : 3));
  };
  CONFORMANCE_TRY(Sizes sizes, call.Broadcast(leading(q, !grouped), leading(k, !grouped)));
  CONFORMANCE_TRY(sizes, call.Broadcast(sizes, leading(v, !grouped)));
  if (grouped) sizes.push_back(q.size(-3));
  sizes.push_back(q.size(-2));
  if (!call.IsNone(3)) {
    Sizes scores = sizes;
    scores.push_back(k.size(-2));
    CONFORMANCE_RETURN_IF_ERROR(WantMask(call, q, call.tensor(3), std::move(scores)));
  }
  sizes.push_back(v.size(-1));
  return One(q.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& ScaledDotProductAttentionOp() {
  static const OpDef op = MakeOp(
      "aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? "
      "attn_mask=None, float dropout_p=0., bool is_causal=False, *, float? scale=None, bool "
      "enable_gqa=False) -> Tensor",
      AttentionRule, {.reduction_arg = 0});
  return op;
}

Value ScaledDotProductAttention(OpContext& context, const Value& q, const Value& k, const Value& v,
                                const Value& mask, double dropout_p, bool is_causal,
                                std::optional<double> scale, bool enable_gqa) {
  return context.Call(
      ScaledDotProductAttentionOp(),
      {q, k, v, mask, dropout_p, is_causal, scale ? Argument(*scale) : Argument(NoneType{}), enable_gqa});
}

}  // namespace conformance::ops
