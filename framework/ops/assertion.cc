#include "framework/ops/assertion.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> AssertTensorMetadataRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (const auto dtype = call.dtype(3)) CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "a", x, *dtype));
  if (!call.IsNone(1)) {
    const Sizes& wanted = call.sym_ints(1);
    CONFORMANCE_TRY(const bool fits, EqualShapes(call, x.sizes(), wanted, "an asserted size"));
    if (!fits) return WantShape(call, "a", x, SizesText(wanted));
  }
  return RuleResult();
}

Result<RuleResult> AssertScalarRule(RuleCall& call) {
  const auto* size = std::get_if<SymInt>(&call.arg(0));
  const bool no_number = size == nullptr && call.number(0) == 0;
  bool holds = !no_number;
  if (size != nullptr) {
    CONFORMANCE_TRY(holds, call.Holds(Ne(*size, 0), call.string(1)));
  }
  if (!holds) return RuleInvalid(call, call.string(1));
  return RuleResult();
}

Result<RuleResult> ConstrainRangeRule(RuleCall& call) {
  const auto* size = std::get_if<SymInt>(&call.arg(0));
  if (size == nullptr) return RuleInvalid(call, "size is a float or bool, want an int");
  SymBool inside = Ge(*size, call.IsNone(1) ? 0 : call.int_value(1));
  if (!call.IsNone(2)) inside = And(inside, Le(*size, call.int_value(2)));
  CONFORMANCE_TRY(const bool holds, call.Holds(inside, "a constrained size"));
  if (!holds) return RuleInvalid(call, "size is " + size->ToString() + ", want " + inside.ToString());
  return RuleResult();
}

}  // namespace

const OpDef& AssertTensorMetadataOp() {
  static const OpDef op = MakeOp(
      "aten::_assert_tensor_metadata(Tensor a, SymInt[]? size=None, SymInt[]? stride=None, "
      "ScalarType? dtype=None, *, Device? device=None, Layout? layout=None) -> ()",
      AssertTensorMetadataRule, {.no_effect = true});
  return op;
}

const OpDef& AssertScalarOp() {
  static const OpDef op = MakeOp("aten::_assert_scalar(Scalar self, str assert_msg) -> ()", AssertScalarRule,
                                 {.no_effect = true});
  return op;
}

const OpDef& SymConstrainRangeForSizeOp() {
  static const OpDef op =
      MakeOp("aten::sym_constrain_range_for_size(Scalar size, *, int? min=None, int? max=None) -> ()",
             ConstrainRangeRule, {.no_effect = true});
  return op;
}

void AssertTensorMetadata(OpContext& context, const Value& x, std::optional<DType> dtype,
                          std::optional<std::vector<SymInt>> sizes) {
  context.CallMulti(AssertTensorMetadataOp(), {x, sizes ? Argument(*std::move(sizes)) : Argument(NoneType{}),
                                               NoneType{}, dtype ? Argument(*dtype) : Argument(NoneType{})});
}
void AssertScalar(OpContext& context, const SymBool& condition, std::string_view message) {
  context.Assert(condition, message);
}

}  // namespace conformance::ops
