#include "framework/ops/arange.h"

#include <cmath>

#include "framework/base/strings.h"
#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

// Kinds of numbers decide the type: a float anywhere gives f32.
Result<RuleResult> Ranged(RuleCall& call, const Argument& start, const Argument& end, const Argument& step,
                          std::optional<DType> dtype) {
  bool ints = true;
  for (const Argument* number : {&start, &end, &step})
    ints = ints && !std::holds_alternative<double>(*number);
  const DType type = dtype.value_or(ints ? DType::kI64 : DType::kF32);
  if (type == DType::kBool)
    return TypeError(std::string(call.op()) + ": dtype is bool, want an integer or a float");
  const auto size_of = [](const Argument& number) {
    const auto* size = std::get_if<SymInt>(&number);
    return size != nullptr ? *size : SymInt(std::get<bool>(number) ? 1 : 0);
  };
  if (ints) {
    const SymInt by = size_of(step), from = size_of(start), to = size_of(end);
    CONFORMANCE_TRY(const bool forward, call.Holds(Gt(by, 0), "arange: step > 0"));
    if (!forward) {
      CONFORMANCE_TRY(const bool backward, call.Holds(Lt(by, 0), "arange: step < 0"));
      if (!backward) return RuleInvalid(call, "step is 0, want another");
    }
    const SymInt way = forward ? to - from : from - to;
    CONFORMANCE_TRY(const bool fits, call.Holds(Ge(way, 0), "arange: the end is not before the start"));
    if (!fits) {
      return RuleInvalid(call, "start is " + from.ToString() + " and end " + to.ToString() +
                                   ", want a step that leads to the end");
    }
    return One(type, {by.AsInt() == 1 ? way : CeilDiv(way, forward ? by : -by)});
  }
  double numbers[3];
  size_t k = 0;
  for (const Argument* number : {&start, &end, &step}) {
    if (const auto* value = std::get_if<double>(number)) {
      numbers[k++] = *value;
      continue;
    }
    CONFORMANCE_TRY(const int64_t value, call.Specialise(size_of(*number), "an end of a range of floats"));
    numbers[k++] = static_cast<double>(value);
  }
  if (type == DType::kI64) {  // PyTorch counts the others in doubles
    for (double& number : numbers) number = std::trunc(number);
  }
  const double length = std::ceil((numbers[1] - numbers[0]) / numbers[2]);
  if (numbers[2] == 0 || !(length >= 0 && length < 9e18)) {
    return RuleInvalid(call, "start is " + DoubleText(numbers[0]) + ", end " + DoubleText(numbers[1]) +
                                 ", step " + DoubleText(numbers[2]) + ", want a step that leads to the end");
  }
  return One(type, {static_cast<int64_t>(length)});
}

Result<RuleResult> ArangeRule(RuleCall& call) {
  return Ranged(call, SymInt(0), call.arg(0), SymInt(1), call.dtype(1));
}
Result<RuleResult> ArangeStartRule(RuleCall& call) {
  return Ranged(call, call.arg(0), call.arg(1), SymInt(1), call.dtype(2));
}
Result<RuleResult> ArangeStartStepRule(RuleCall& call) {
  return Ranged(call, call.arg(0), call.arg(1), call.arg(2), call.dtype(3));
}

// PyTorch's own choice is not written down, as in its traces.
Argument TypeOf(DType dtype, bool ints) {
  return ints && dtype == DType::kI64 ? Argument(NoneType{}) : Argument(dtype);
}
bool IsInt(const Scalar& number) { return std::holds_alternative<SymInt>(number.argument()); }

}  // namespace

const OpDef& ArangeOp() {
  static const OpDef op = MakeOp(
      "aten::arange(Scalar end, *, ScalarType? dtype=None, Layout? layout=None, Device? "
      "device=None, bool? pin_memory=None) -> Tensor",
      ArangeRule);
  return op;
}

const OpDef& ArangeStartOp() {
  static const OpDef op = MakeOp(
      "aten::arange.start(Scalar start, Scalar end, *, ScalarType? dtype=None, Layout? "
      "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
      ArangeStartRule);
  return op;
}

const OpDef& ArangeStartStepOp() {
  static const OpDef op = MakeOp(
      "aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, "
      "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
      ArangeStartStepRule);
  return op;
}

Value Arange(OpContext& context, SymInt end, DType dtype) {
  return context.Call(ArangeOp(), {std::move(end), TypeOf(dtype, true)});
}
Value Arange(OpContext& context, Scalar start, Scalar end, DType dtype) {
  return context.Call(ArangeStartOp(),
                      {start.argument(), end.argument(), TypeOf(dtype, IsInt(start) && IsInt(end))});
}
Value Arange(OpContext& context, Scalar start, Scalar end, Scalar step, DType dtype) {
  const bool ints = IsInt(start) && IsInt(end) && IsInt(step);
  return context.Call(ArangeStartStepOp(),
                      {start.argument(), end.argument(), step.argument(), TypeOf(dtype, ints)});
}

}  // namespace conformance::ops
