#include "framework/ops/cdist.h"

#include "framework/base/strings.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Status WantDistances(RuleCall& call, const Value& x, double p) {
  if (x.dtype() != DType::kF32 && x.dtype() != DType::kF64)
    return WantType(call, call.name(0), x, "f32 or f64");
  if (!(p >= 0)) return RuleInvalid(call, "p is " + DoubleText(p) + ", want one ≥ 0");
  return Ok();
}

Result<RuleResult> CdistRule(RuleCall& call) {
  const Value &a = call.tensor(0), &b = call.tensor(1);
  CONFORMANCE_RETURN_IF_ERROR(WantDistances(call, a, call.number(2)));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "x2", b, a.dtype()));
  for (const size_t i : {0, 1}) {
    if (call.tensor(i).rank() < 2) return WantShape(call, call.name(i), call.tensor(i), "[..., n, d]");
  }
  CONFORMANCE_TRY(const bool fits, call.Equal(a.size(-1), b.size(-1), "cdist: rows of one length"));
  if (!fits) return WantShape(call, "x2", b, "[..., m, " + a.size(-1).ToString() + "]");
  CONFORMANCE_TRY(Sizes sizes, call.Broadcast(std::span(a.sizes()).first(a.sizes().size() - 2),
                                              std::span(b.sizes()).first(b.sizes().size() - 2)));
  sizes.push_back(a.size(-2));
  sizes.push_back(b.size(-2));
  return One(a.dtype(), std::move(sizes));
}

Result<RuleResult> PdistRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantDistances(call, x, call.number(1)));
  if (x.rank() != 2) return WantShape(call, "self", x, "[n, d]");
  const SymInt& n = x.sizes()[0];
  CONFORMANCE_TRY(const bool pairs, call.Holds(Gt(n, 1), "pdist: at least two rows"));
  return One(x.dtype(), {pairs ? FloorDiv(n * (n - 1), 2) : SymInt(0)});
}

}  // namespace

const OpDef& CdistForwardOp() {
  static const OpDef op =
      MakeOp("aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", CdistRule,
             {.reduction_arg = 0});
  return op;
}

const OpDef& CdistOp() {
  static const OpDef op =
      MakeOp("aten::cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor", CdistRule,
             {.reduction_arg = 0});
  return op;
}

const OpDef& PdistForwardOp() {
  static const OpDef op =
      MakeOp("aten::_pdist_forward(Tensor self, float p=2.) -> Tensor", PdistRule, {.reduction_arg = 0});
  return op;
}

Value Cdist(OpContext& context, const Value& a, const Value& b, double p) {
  return context.Call(CdistOp(), {a, b, p});
}

}  // namespace conformance::ops
