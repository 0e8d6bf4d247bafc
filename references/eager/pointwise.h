#pragma once

#include <span>
#include <vector>

#include "references/eager/isa/isa_kernels.h"
#include "references/eager/kernel.h"

namespace conformance::eager {

/// Argument i as a tensor; a number becomes one without axes, of i64, bool or f64.
Tensor TensorOrNumber(const KernelCall& call, size_t i);
Tensor NumberTensor(const ops::Argument& number);

/// PyTorch's result type of tensors and numbers: tensors with axes, else tensors without, else numbers, where a higher
/// category (bool < integers < floats) always wins.
DType ResultType(const KernelCall& call, std::span<const size_t> arguments);

/// `x` as an operand of a calculation in `type`: an integer that is wider than `type` wraps first, as a tensor without axes beside
/// narrower ones does; a number beside halves is rounded to a half, unless the run keeps values wide.
Tensor AsOperand(const KernelCall& call, const Tensor& x, DType type);

/// fn over up to three operands, broadcast to `shape`, computed in `compute` (float, double, or int64_t for integers and
/// bool), stored as `store`. `parameters` are those of Fn. A transcendental fn gets the noise of the call's Numerics.
Tensor Pointwise(const KernelCall& call, Fn fn, std::span<const Tensor> operands, const Shape& shape, DType compute, DType store,
                 std::span<const double> parameters = {});
/// The usual case: shape and types of output 0.
Result<std::vector<Tensor>> PointwiseOutput(const KernelCall& call, Fn fn, std::span<const Tensor> operands,
                                            std::span<const double> parameters = {});

/// Multiplies each element by 1 + up to ±noise_ulp units of the last place of T, by the call's seed and `start` (the place of
/// the first in the whole); nothing where noise_ulp is 0.
template <typename T>
void AddNoise(const KernelCall& call, T* values, int64_t n, int64_t start);

}  // namespace conformance::eager
