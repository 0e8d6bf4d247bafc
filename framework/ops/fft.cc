#include "framework/ops/fft.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

/// Checks axes and factor; answers the last axis that is named, the one that is halved, or -1 where none is.
Result<int64_t> CheckTransform(RuleCall& call) {
  const Value& x = call.tensor(0);
  const auto& axes = call.sym_ints(1);
  for (const SymInt& axis : axes) {
    if (!axis.IsConstant()) return RuleInvalid(call, "an axis is " + axis.ToString() + ", want a number");
  }
  CONFORMANCE_RETURN_IF_ERROR(DistinctAxes(call, axes, x.rank()).status());
  if (call.int_value(2) < 0 || call.int_value(2) > 2) {
    return RuleInvalid(call, "normalization is " + std::to_string(call.int_value(2)) + ", want 0 (none), 1 (by √n) or 2 (by n)");
  }
  int64_t last = -1;
  for (const SymInt& axis : axes) {
    CONFORMANCE_TRY(last, call.Axis(axis.constant(), x.rank()));
    if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
    CONFORMANCE_TRY(const bool some, call.Holds(Gt(x.sizes()[static_cast<size_t>(last)], 0), "a Fourier transform of at least one element"));
    if (!some) return WantShape(call, "self", x, "with at least one element along axis " + std::to_string(last));
  }
  return last;
}

Result<RuleResult> C2cRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (!IsComplex(x.dtype())) return WantType(call, "self", x, "complex64 or complex128");
  CONFORMANCE_RETURN_IF_ERROR(CheckTransform(call).status());
  return Same(x);
}

Result<RuleResult> R2cRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.dtype() != DType::kF32 && x.dtype() != DType::kF64) return WantType(call, "self", x, "f32 or f64");
  CONFORMANCE_TRY(const int64_t last, CheckTransform(call));
  Sizes sizes = x.sizes();
  if (call.boolean(3) && last >= 0) {
    SymInt& size = sizes[static_cast<size_t>(last)];
    size = FloorDiv(size, 2) + SymInt(1);
  }
  return One(*ComplexOf(x.dtype()), std::move(sizes));
}

Result<RuleResult> C2rRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (!IsComplex(x.dtype())) return WantType(call, "self", x, "complex64 or complex128");
  CONFORMANCE_TRY(const int64_t last, CheckTransform(call));
  if (last < 0) return RuleInvalid(call, "found no axis, want at least one");
  const SymInt& wanted = call.sym_int(3);
  CONFORMANCE_TRY(const bool some, call.Holds(Gt(wanted, 0), "a Fourier transform to at least one element"));
  if (!some) return RuleInvalid(call, "last_dim_size is " + wanted.ToString() + ", want at least 1");
  Sizes sizes = x.sizes();
  SymInt& size = sizes[static_cast<size_t>(last)];
  CONFORMANCE_TRY(const bool fits, call.Equal(size, FloorDiv(wanted, 2) + SymInt(1), "_fft_c2r: one half of the numbers"));
  if (!fits) return WantShape(call, "self", x, "with last_dim_size / 2 + 1 elements along axis " + std::to_string(last) + ", for " + wanted.ToString());
  size = wanted;
  return One(RealOf(x.dtype()), std::move(sizes));
}

}  // namespace

const OpDef& FftC2cOp() {
  static const OpDef op = MakeOp("aten::_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor", C2cRule);
  return op;
}
const OpDef& FftR2cOp() {
  static const OpDef op = MakeOp("aten::_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor", R2cRule);
  return op;
}
const OpDef& FftC2rOp() {
  static const OpDef op = MakeOp("aten::_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor", C2rRule);
  return op;
}

Value FftC2c(OpContext& context, const Value& x, std::vector<int64_t> axes, FftNorm norm, bool forward) {
  return context.Call(FftC2cOp(), {x, ToSymInts(axes), SymInt(static_cast<int64_t>(norm)), forward});
}
Value FftR2c(OpContext& context, const Value& x, std::vector<int64_t> axes, FftNorm norm, bool onesided) {
  return context.Call(FftR2cOp(), {x, ToSymInts(axes), SymInt(static_cast<int64_t>(norm)), onesided});
}
Value FftC2r(OpContext& context, const Value& x, std::vector<int64_t> axes, FftNorm norm, SymInt last_size) {
  return context.Call(FftC2rOp(), {x, ToSymInts(axes), SymInt(static_cast<int64_t>(norm)), std::move(last_size)});
}

}  // namespace conformance::ops
