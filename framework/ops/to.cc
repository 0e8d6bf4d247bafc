#include "framework/ops/to.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

// The type is argument 1, or 2 after a device; None keeps that of x.
Result<RuleResult> CastTo(RuleCall& call, size_t index) {
  const Value& x = call.tensor(0);
  return One(call.dtype(index).value_or(x.dtype()), x.sizes());
}
Result<RuleResult> ToRule(RuleCall& call) { return CastTo(call, 1); }
Result<RuleResult> ToDeviceRule(RuleCall& call) { return CastTo(call, 2); }
Result<RuleResult> ToOtherRule(RuleCall& call) { return One(call.tensor(1).dtype(), call.tensor(0).sizes()); }

}  // namespace

const OpDef& ToDtypeOp() {
  static const OpDef op = MakeOp(
      "aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, "
      "MemoryFormat? memory_format=None) -> Tensor(a)",
      ToRule, {.pointwise = true, .view = true});
  return op;
}

const OpDef& ToDeviceOp() {
  static const OpDef op = MakeOp(
      "aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool non_blocking=False, "
      "bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)",
      ToDeviceRule, {.pointwise = true, .view = true});
  return op;
}

const OpDef& ToDtypeLayoutOp() {
  static const OpDef op = MakeOp(
      "aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, "
      "Device? device=None, bool? pin_memory=None, bool non_blocking=False, bool copy=False, "
      "MemoryFormat? memory_format=None) -> Tensor(a)",
      ToRule, {.pointwise = true, .view = true});
  return op;
}

const OpDef& ToOtherOp() {
  static const OpDef op = MakeOp(
      "aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, "
      "MemoryFormat? memory_format=None) -> Tensor(a)",
      ToOtherRule, {.pointwise = true, .view = true});
  return op;
}

const OpDef& ToCopyOp() {
  static const OpDef op = MakeOp(
      "aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None, bool non_blocking=False, MemoryFormat? "
      "memory_format=None) -> Tensor",
      ToRule, {.pointwise = true});
  return op;
}

Value To(OpContext& context, const Value& x, DType dtype) { return context.Call(ToDtypeOp(), {x, dtype}); }

}  // namespace conformance::ops
