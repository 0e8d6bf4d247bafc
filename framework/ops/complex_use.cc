#include "framework/ops/complex_use.h"

#include <algorithm>
#include <complex>

#include "framework/base/strings.h"

namespace conformance::ops {
namespace {

using enum ComplexUse;

constexpr ComplexOp kOps[] = {
    {"aten._assert_tensor_metadata.default", kMoves},
    {"aten._conj.default", kComputes},
    {"aten._fft_c2c.default", kComputes},
    {"aten._fft_c2r.default", kComputes},
    {"aten._fft_r2c.default", kComputes},
    {"aten._neg_view.default", kComputes},
    {"aten._to_copy.default", kMoves},
    {"aten.abs.default", kComputes},
    {"aten.add.Scalar", kComputes},
    {"aten.add.Tensor", kComputes},
    {"aten.alias.default", kMoves},
    {"aten.angle.default", kComputes},
    {"aten.as_strided.default", kMoves},
    {"aten.bmm.default", kComputes},
    {"aten.cat.default", kMoves},
    {"aten.chunk.default", kMoves},
    {"aten.clone.default", kMoves},
    {"aten.complex.default", kComputes},
    {"aten.conj.default", kComputes},
    {"aten.conj_physical.default", kComputes},
    {"aten.contiguous.default", kMoves},
    {"aten.copy.default", kMoves},
    {"aten.copy_.default", kMoves},
    {"aten.detach.default", kMoves},
    {"aten.detach_.default", kMoves},
    {"aten.diagonal.default", kMoves},
    {"aten.div.Scalar", kComputes},
    {"aten.div.Tensor", kComputes},
    {"aten.dropout.default", kMoves},
    {"aten.empty.memory_format", kMoves},
    {"aten.empty_like.default", kMoves},
    {"aten.eq.Scalar", kComputes},
    {"aten.eq.Tensor", kComputes},
    {"aten.exp.default", kComputes},
    {"aten.expand.default", kMoves},
    {"aten.expand_as.default", kMoves},
    {"aten.flatten.using_ints", kMoves},
    {"aten.flip.default", kMoves},
    {"aten.full.default", kMoves},
    {"aten.full_like.default", kMoves},
    {"aten.gather.default", kMoves},
    {"aten.imag.default", kComputes},
    {"aten.index.Tensor", kMoves},
    {"aten.index_select.default", kMoves},
    {"aten.lift_fresh_copy.default", kMoves},
    {"aten.matmul.default", kComputes},
    {"aten.mean.default", kComputes},
    {"aten.mean.dim", kComputes},
    {"aten.mm.default", kComputes},
    {"aten.movedim.int", kMoves},
    {"aten.movedim.intlist", kMoves},
    {"aten.mul.Scalar", kComputes},
    {"aten.mul.Tensor", kComputes},
    {"aten.narrow.default", kMoves},
    {"aten.ne.Scalar", kComputes},
    {"aten.ne.Tensor", kComputes},
    {"aten.neg.default", kComputes},
    {"aten.new_full.default", kMoves},
    {"aten.new_ones.default", kMoves},
    {"aten.new_zeros.default", kMoves},
    {"aten.ones.default", kMoves},
    {"aten.ones_like.default", kMoves},
    {"aten.permute.default", kMoves},
    {"aten.polar.default", kComputes},
    {"aten.real.default", kComputes},
    {"aten.reciprocal.default", kComputes},
    {"aten.repeat.default", kMoves},
    {"aten.reshape.default", kMoves},
    {"aten.resolve_conj.default", kMoves},
    {"aten.resolve_neg.default", kMoves},
    {"aten.roll.default", kMoves},
    {"aten.rsub.Scalar", kComputes},
    {"aten.rsub.Tensor", kComputes},
    {"aten.scalar_tensor.default", kMoves},
    {"aten.select.int", kMoves},
    {"aten.slice.Tensor", kMoves},
    {"aten.split.Tensor", kMoves},
    {"aten.split.sizes", kMoves},
    {"aten.split_with_sizes.default", kMoves},
    {"aten.square.default", kComputes},
    {"aten.squeeze.default", kMoves},
    {"aten.squeeze.dim", kMoves},
    {"aten.squeeze.dims", kMoves},
    {"aten.stack.default", kMoves},
    {"aten.sub.Scalar", kComputes},
    {"aten.sub.Tensor", kComputes},
    {"aten.sum.default", kComputes},
    {"aten.sum.dim_IntList", kComputes},
    {"aten.sym_numel.default", kMoves},
    {"aten.sym_size.int", kMoves},
    {"aten.t.default", kMoves},
    {"aten.tile.default", kMoves},
    {"aten.to.device", kMoves},
    {"aten.to.dtype", kMoves},
    {"aten.to.dtype_layout", kMoves},
    {"aten.to.other", kMoves},
    {"aten.transpose.int", kMoves},
    {"aten.type_as.default", kMoves},
    {"aten.unbind.int", kMoves},
    {"aten.unflatten.int", kMoves},
    {"aten.unfold.default", kMoves},
    {"aten.unsqueeze.default", kMoves},
    {"aten.view.default", kMoves},
    {"aten.view_as.default", kMoves},
    {"aten.view_as_complex.default", kComputes},
    {"aten.view_as_real.default", kComputes},
    {"aten.where.self", kComputes},
    {"aten.zero.default", kMoves},
    {"aten.zeros.default", kMoves},
    {"aten.zeros_like.default", kMoves},
};

ComplexUse UseOf(std::string_view target) {
  const auto* found = std::ranges::lower_bound(kOps, target, {}, &ComplexOp::target);
  return found != std::end(kOps) && found->target == target ? found->use : kNone;
}

/// What of an argument is complex, in words; empty where nothing is.
std::string ComplexIn(const Argument& argument) {
  const auto of_value = [](const Value& value) {
    return value.defined() && !value.poisoned() && IsComplex(value.dtype()) ? Describe(value.meta()) : std::string();
  };
  if (const auto* value = std::get_if<Value>(&argument)) return of_value(*value);
  if (const auto* number = std::get_if<ComplexNumber>(&argument)) {
    return "the complex number (" + DoubleText(number->value.real()) + ", " + DoubleText(number->value.imag()) + ")";
  }
  if (const auto* dtype = std::get_if<DType>(&argument)) return IsComplex(*dtype) ? std::string(ToString(*dtype)) : std::string();
  if (const auto* values = std::get_if<std::vector<Value>>(&argument)) {
    for (const Value& value : *values) {
      if (std::string found = of_value(value); !found.empty()) return found;
    }
  }
  return {};
}

bool IsHalf(const Argument& argument) {
  const auto half = [](const Value& value) { return value.defined() && value.dtype() == DType::kF16; };
  if (const auto* value = std::get_if<Value>(&argument)) return half(*value);
  const auto* values = std::get_if<std::vector<Value>>(&argument);
  return values != nullptr && std::ranges::any_of(*values, half);
}

}  // namespace

std::span<const ComplexOp> ComplexOps() { return kOps; }

ComplexUse ComplexUseOf(const OpDef& op) {
  const ComplexUse own = UseOf(op.target);
  return own != kNone || op.traits.in_place_of.empty() ? own : UseOf(op.traits.in_place_of);
}

bool HasComplex(std::span<const Argument> args) {
  return std::ranges::any_of(args, [](const Argument& argument) { return !ComplexIn(argument).empty(); });
}

Status CheckComplexArguments(const OpDef& op, std::span<const Argument> args) {
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string found = ComplexIn(args[i]);
    if (found.empty()) continue;
    const ComplexUse use = ComplexUseOf(op);
    if (use == kNone) {
      return Unsupported(op.target + ": '" + op.args[i].name + "' is " + found + ", want real numbers: it isn't computed with complex ones");
    }
    const auto half = std::ranges::find_if(args, IsHalf);
    if (half != args.end() && use == kComputes) {
      return Unsupported(op.target + ": '" + op.args[i].name + "' is " + found + " beside f16, want f32 or f64: complex32 is not computed with");
    }
    return Ok();
  }
  return Ok();
}

}  // namespace conformance::ops
