#include "framework/ops/pad.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<Sizes> Padded(RuleCall& call, const Value& x, const Sizes& pad) {
  if (pad.size() % 2 != 0)
    return ShapeError(std::string(call.op()) + ": pad is " + SizesText(pad) +
                      ", want pairs of before and after");
  const size_t pairs = pad.size() / 2;
  const size_t rank = static_cast<size_t>(x.rank());
  if (pairs > rank)
    return WantShape(call, "self", x,
                     "of at least " + std::to_string(pairs) + " axes, as pad " + SizesText(pad));
  Sizes sizes = x.sizes();
  for (size_t i = 0; i < pairs; ++i) {
    SymInt& size = sizes[rank - 1 - i];
    SymInt kept = size;  // what cropping leaves, before anything is added
    for (const size_t side : {2 * i, 2 * i + 1}) {
      if (pad[side].AsInt().value_or(0) < 0) kept += pad[side];
    }
    CONFORMANCE_TRY(const bool enough, call.Holds(Ge(kept, 0), "pad: cropping finds enough elements"));
    if (!enough) return WantShape(call, "self", x, "that can be cropped by pad " + SizesText(pad));
    size += pad[2 * i] + pad[2 * i + 1];
    CONFORMANCE_TRY(const bool fits, call.Holds(Ge(size, 0), "pad: a size is not negative"));
    if (!fits) return WantShape(call, "self", x, "that can be cropped by pad " + SizesText(pad));
  }
  return sizes;
}

// What reflects or wraps around must find enough elements on the other side.
Status WantSource(RuleCall& call, const Value& x, const Sizes& pad, const std::string& mode) {
  const size_t pairs = pad.size() / 2;
  const size_t rank = static_cast<size_t>(x.rank());
  if (pad.size() % 2 != 0 || pairs == 0 || pairs > 3 || rank < pairs + 1 || rank > pairs + 2) {
    return WantShape(call, "self", x, "of one or two axes more than the pairs of pad " + SizesText(pad));
  }
  for (size_t i = 0; i < pad.size(); ++i) {
    const SymInt& size = x.sizes()[rank - 1 - i / 2];
    const SymBool enough = mode == "reflect"    ? Lt(pad[i], size)
                           : mode == "circular" ? Le(pad[i], size)
                                                : Gt(size, 0);
    CONFORMANCE_TRY(const bool fits, call.Holds(enough, "pad: the axis is long enough"));
    if (!fits) return WantShape(call, "self", x, "with longer axes for " + mode + " pad " + SizesText(pad));
  }
  return Ok();
}

Result<RuleResult> PadRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Sizes& pad = call.sym_ints(1);
  const std::string& mode = call.string(2);
  if (mode != "constant" && mode != "reflect" && mode != "replicate" && mode != "circular") {
    return RuleInvalid(call, "mode is '" + mode + "', want 'constant', 'reflect', 'replicate' or 'circular'");
  }
  if (mode != "constant") {
    if (!call.IsNone(3)) return RuleInvalid(call, "value is given, want none for mode '" + mode + "'");
    CONFORMANCE_RETURN_IF_ERROR(WantSource(call, x, pad, mode));
  }
  CONFORMANCE_TRY(Sizes sizes, Padded(call, x, pad));
  return One(x.dtype(), std::move(sizes));
}

Result<RuleResult> ConstantPadRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, Padded(call, call.tensor(0), call.sym_ints(1)));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

template <size_t kAxes>
Result<RuleResult> NamedPadRule(RuleCall& call, const std::string& mode) {
  const Sizes& pad = call.sym_ints(1);
  if (pad.size() != 2 * kAxes)
    return RuleInvalid(call,
                       "padding is " + SizesText(pad) + ", want " + std::to_string(2 * kAxes) + " numbers");
  CONFORMANCE_RETURN_IF_ERROR(WantSource(call, call.tensor(0), pad, mode));
  CONFORMANCE_TRY(Sizes sizes, Padded(call, call.tensor(0), pad));
  return One(call.tensor(0).dtype(), std::move(sizes));
}
template <size_t kAxes>
Result<RuleResult> ReflectionPadRule(RuleCall& call) {
  return NamedPadRule<kAxes>(call, "reflect");
}
template <size_t kAxes>
Result<RuleResult> ReplicationPadRule(RuleCall& call) {
  return NamedPadRule<kAxes>(call, "replicate");
}

}  // namespace

const OpDef& PadOp() {
  static const OpDef op = MakeOp(
      "aten::pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? value=None) -> Tensor", PadRule);
  return op;
}

const OpDef& ConstantPadNdOp() {
  static const OpDef op =
      MakeOp("aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor", ConstantPadRule);
  return op;
}

const OpDef& ReflectionPad1dOp() {
  static const OpDef op =
      MakeOp("aten::reflection_pad1d(Tensor self, SymInt[2] padding) -> Tensor", ReflectionPadRule<1>);
  return op;
}

const OpDef& ReflectionPad2dOp() {
  static const OpDef op =
      MakeOp("aten::reflection_pad2d(Tensor self, SymInt[4] padding) -> Tensor", ReflectionPadRule<2>);
  return op;
}

const OpDef& ReflectionPad3dOp() {
  static const OpDef op =
      MakeOp("aten::reflection_pad3d(Tensor self, SymInt[6] padding) -> Tensor", ReflectionPadRule<3>);
  return op;
}

const OpDef& ReplicationPad1dOp() {
  static const OpDef op =
      MakeOp("aten::replication_pad1d(Tensor self, SymInt[2] padding) -> Tensor", ReplicationPadRule<1>);
  return op;
}

const OpDef& ReplicationPad2dOp() {
  static const OpDef op =
      MakeOp("aten::replication_pad2d(Tensor self, SymInt[4] padding) -> Tensor", ReplicationPadRule<2>);
  return op;
}

const OpDef& ReplicationPad3dOp() {
  static const OpDef op =
      MakeOp("aten::replication_pad3d(Tensor self, SymInt[6] padding) -> Tensor", ReplicationPadRule<3>);
  return op;
}

Value Pad(OpContext& context, const Value& x, std::vector<SymInt> pad, std::string_view mode,
          std::optional<double> value) {
  return context.Call(
      PadOp(), {x, std::move(pad), std::string(mode), value ? Argument(*value) : Argument(NoneType{})});
}

}  // namespace conformance::ops
