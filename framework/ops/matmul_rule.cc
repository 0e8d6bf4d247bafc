#include "framework/ops/matmul_rule.h"

#include "framework/ops/pointwise_rule.h"

namespace conformance::ops {

Status WantFactors(const RuleCall& call, std::string_view name_a, const Value& a, std::string_view name_b,
                   const Value& b) {
  CONFORMANCE_RETURN_IF_ERROR(WantNotBool(call, name_a, a));
  return WantDType(call, name_b, b, a.dtype());
}

Result<RuleResult> MatmulRule(RuleCall& call) {
  const Value &a = call.tensor(0), &b = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantFactors(call, "self", a, "other", b));
  if (a.rank() == 0) return WantShape(call, "self", a, "of at least one axis");
  if (b.rank() == 0) return WantShape(call, "other", b, "of at least one axis");
  const SymInt& inner = a.sizes().back();
  const bool b_is_vector = b.rank() == 1, a_is_vector = a.rank() == 1;
  CONFORMANCE_TRY(const bool fits,
                  call.Equal(b_is_vector ? b.sizes()[0] : b.size(-2), inner, "matmul: inner sizes"));
  if (!fits)
    return WantShape(call, "other", b,
                     (b_is_vector ? "[" : "[..., ") + inner.ToString() + (b_is_vector ? "]" : ", n]"));
  const std::span<const SymInt> all_a(a.sizes()), all_b(b.sizes());
  CONFORMANCE_TRY(Sizes sizes,
                  call.Broadcast(a_is_vector ? std::span<const SymInt>() : all_a.first(all_a.size() - 2),
                                 b_is_vector ? std::span<const SymInt>() : all_b.first(all_b.size() - 2)));
  if (!a_is_vector) sizes.push_back(a.size(-2));
  if (!b_is_vector) sizes.push_back(b.size(-1));
  return One(a.dtype(), std::move(sizes));
}

namespace {

// a and b at `first` and behind it: [m, k] · [k, n], with equal batches where `batched`.
Result<Sizes> Product(RuleCall& call, size_t first, bool batched) {
  const Value &a = call.tensor(first), &b = call.tensor(first + 1);
  const std::string_view name_a = call.name(first), name_b = call.name(first + 1);
  CONFORMANCE_RETURN_IF_ERROR(WantFactors(call, name_a, a, name_b, b));
  const int64_t rank = batched ? 3 : 2;
  if (a.rank() != rank) return WantShape(call, name_a, a, batched ? "[b, m, k]" : "[m, k]");
  CONFORMANCE_TRY(bool fits, b.rank() == rank
                                 ? call.Equal(b.size(-2), a.size(-1), "matrix product: inner sizes")
                                 : Result<bool>(false));
  if (fits && batched) {
    CONFORMANCE_TRY(fits, call.Equal(b.sizes()[0], a.sizes()[0], "matrix product: batches"));
  }
  if (!fits)
    return WantShape(call, name_b, b,
                     (batched ? "[" + a.sizes()[0].ToString() + ", " : "[") + a.size(-1).ToString() + ", n]");
  Sizes sizes = a.sizes();
  sizes.back() = b.size(-1);
  return sizes;
}

Result<RuleResult> AddedProduct(RuleCall& call, bool batched) {
  CONFORMANCE_TRY(Sizes sizes, Product(call, 1, batched));
  const Value& bias = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "self", bias, call.tensor(1).dtype()));
  CONFORMANCE_RETURN_IF_ERROR(WantAlpha(call, 3, bias.dtype()));
  CONFORMANCE_RETURN_IF_ERROR(WantAlpha(call, 4, bias.dtype()));
  CONFORMANCE_RETURN_IF_ERROR(WantBroadcastTo(call, "self", bias, sizes));
  return One(bias.dtype(), std::move(sizes));
}

Result<RuleResult> PlainProduct(RuleCall& call, bool batched) {
  CONFORMANCE_TRY(Sizes sizes, Product(call, 0, batched));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

}  // namespace

Result<RuleResult> MmRule(RuleCall& call) { return PlainProduct(call, false); }
Result<RuleResult> BmmRule(RuleCall& call) { return PlainProduct(call, true); }
Result<RuleResult> AddmmRule(RuleCall& call) { return AddedProduct(call, false); }
Result<RuleResult> BaddbmmRule(RuleCall& call) { return AddedProduct(call, true); }

}  // namespace conformance::ops
