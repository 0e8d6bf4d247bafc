#include "framework/ops/in_place.h"

#include <string>
#include <string_view>
#include <utility>

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

constexpr std::string_view kTwins[] = {
    "aten.abs.default", "aten.acos.default", "aten.acosh.default", "aten.add.Scalar", "aten.addcdiv.default", "aten.addcmul.default",
    "aten.addmm.default", "aten.asin.default", "aten.asinh.default", "aten.atan.default", "aten.atan2.default", "aten.atanh.default",
    "aten.baddbmm.default", "aten.bernoulli.Tensor", "aten.bitwise_and.Scalar", "aten.bitwise_and.Tensor", "aten.bitwise_not.default", "aten.bitwise_or.Scalar",
    "aten.bitwise_or.Tensor", "aten.bitwise_xor.Scalar", "aten.bitwise_xor.Tensor", "aten.ceil.default", "aten.celu.default",
    "aten.clamp.Tensor", "aten.clamp_max.default", "aten.clamp_min.default", "aten.cos.default", "aten.cosh.default",
    "aten.cumprod.default", "aten.cumsum.default", "aten.div.Scalar", "aten.div.Scalar_mode", "aten.div.Tensor_mode",
    "aten.dropout.default", "aten.elu.default", "aten.eq.Scalar", "aten.eq.Tensor", "aten.erf.default", "aten.erfc.default",
    "aten.exp2.default", "aten.expm1.default", "aten.exponential.default", "aten.fill.Tensor", "aten.floor.default", "aten.fmod.Scalar", "aten.fmod.Tensor",
    "aten.ge.Scalar", "aten.ge.Tensor", "aten.gelu.default", "aten.gt.Scalar", "aten.gt.Tensor", "aten.hardsigmoid.default",
    "aten.hardswish.default", "aten.hardtanh.default", "aten.index_add.default", "aten.index_copy.default", "aten.le.Scalar",
    "aten.le.Tensor", "aten.leaky_relu.default", "aten.lerp.Scalar", "aten.lerp.Tensor", "aten.log.default", "aten.log10.default",
    "aten.log1p.default", "aten.log2.default", "aten.logical_and.default", "aten.logical_not.default", "aten.logical_or.default",
    "aten.logical_xor.default", "aten.lt.Scalar", "aten.lt.Tensor", "aten.masked_fill.Tensor", "aten.masked_scatter.default",
    "aten.mish.default", "aten.mul.Scalar", "aten.nan_to_num.default", "aten.ne.Scalar", "aten.ne.Tensor", "aten.pow.Tensor_Scalar",
    "aten.pow.Tensor_Tensor", "aten.reciprocal.default", "aten.relu6.default", "aten.remainder.Scalar", "aten.remainder.Tensor",
    "aten.round.default", "aten.rsqrt.default", "aten.scatter.src", "aten.scatter.value", "aten.scatter_add.default",
    "aten.scatter_reduce.two", "aten.selu.default", "aten.sign.default", "aten.sin.default", "aten.sinh.default", "aten.sqrt.default",
    "aten.square.default", "aten.sub.Scalar", "aten.tan.default", "aten.threshold.default", "aten.tril.default", "aten.triu.default",
    "aten.trunc.default", "aten.uniform.default", "aten.zero.default",
};

// Of core ATen there is this one. Another is one more line.
constexpr std::string_view kOutTwins[] = {"aten.atan2.default"};

// "aten.tanh.default" -> "aten.tanh_.default"; powers are told apart by their base, which in place is always a tensor.
std::string InPlaceTarget(std::string_view twin) {
  if (twin == "aten.pow.Tensor_Scalar") return "aten.pow_.Scalar";
  if (twin == "aten.pow.Tensor_Tensor") return "aten.pow_.Tensor";
  const size_t dot = twin.rfind('.');
  return std::string(twin.substr(0, dot)) + "_" + std::string(twin.substr(dot));
}

Result<RuleResult> TwinRule(RuleCall& call) {
  const OpTable& table = DefaultOps();
  const OpDef& twin = *table.Find(table.Find(call.op())->traits.in_place_of);
  return InPlace(call, call.tensor(0), twin.rule(call));
}

Result<RuleResult> OutRule(RuleCall& call) {
  const OpTable& table = DefaultOps();
  const OpDef& twin = *table.Find(table.Find(call.op())->traits.in_place_of);
  CONFORMANCE_TRY(RuleResult result, twin.rule(call));
  const Value& out = call.tensor(twin.args.size());
  CONFORMANCE_RETURN_IF_ERROR(WantCastable(call, "out", out, result.tensors.front()));
  return One(out.dtype(), std::move(result.tensors.front().sizes));
}

}  // namespace

std::vector<OpDef> OutTwins(const OpTable& ops) {
  std::vector<OpDef> made;
  for (const std::string_view target : kOutTwins) {
    const OpDef* twin = ops.Find(target);
    CONFORMANCE_CHECK(twin != nullptr, std::string(target) + " is no op of the table");
    OpDef op = *twin;
    op.target = std::string(target.substr(0, target.rfind('.'))) + ".out";
    ArgSchema out;
    out.name = "out";
    out.keyword_only = out.written = out.aliased = true;
    op.args.push_back(std::move(out));
    op.returns = {{.kind = ArgKind::kTensor, .aliased = true}};
    op.rule = OutRule;
    op.traits.in_place_of = target;
    made.push_back(std::move(op));
  }
  return made;
}

std::vector<OpDef> InPlaceTwins(const OpTable& ops) {
  std::vector<OpDef> made;
  for (const std::string_view target : kTwins) {
    const OpDef* twin = ops.Find(target);
    CONFORMANCE_CHECK(twin != nullptr && !twin->args.empty(), std::string(target) + " is no op of the table");
    OpDef op = *twin;
    op.target = InPlaceTarget(target);
    op.args[0].written = op.args[0].aliased = true;
    op.returns = {{.kind = ArgKind::kTensor, .aliased = true}};
    op.rule = TwinRule;
    op.traits.in_place_of = target;
    op.traits.reduction_arg = -1;
    made.push_back(std::move(op));
  }
  return made;
}

}  // namespace conformance::ops
