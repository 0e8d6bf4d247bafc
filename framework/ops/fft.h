#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// PyTorch's numbers of a transform's factor: of n, the product of the transformed sizes.
enum class FftNorm : uint8_t { kNone = 0, kByRootN = 1, kByN = 2 };

/// Discrete Fourier transforms over `axes`: X[k] = Σₙ x[n]·e^(-2πi·kn/N), times the factor of `norm`; with e^(+…) where `forward` is false.
/// Shapes: x [...] -> y [...].
/// Types:  complex; y has the type of x.
/// Errors: kType if x is real; kShape for an axis given twice or of size 0.
/// Source: torch.ops.aten._fft_c2c.
Value FftC2c(OpContext& context, const Value& x, std::vector<int64_t> axes, FftNorm norm, bool forward);
/// Of a real x, forward. `onesided`: of the last axis that is named only the first n/2 + 1 numbers, which the others are conjugates of.
/// Types: f32 or f64 to complex64 or complex128.
Value FftR2c(OpContext& context, const Value& x, std::vector<int64_t> axes, FftNorm norm, bool onesided);
/// Backward from one half to real numbers: the last axis that is named holds last_size/2 + 1 numbers and becomes `last_size` ones. Imaginary
/// parts of the first, and of the middle where `last_size` is even, do not count.
/// Types: complex to the type of the parts.
Value FftC2r(OpContext& context, const Value& x, std::vector<int64_t> axes, FftNorm norm, SymInt last_size);

const OpDef& FftC2cOp();  ///< aten._fft_c2c.default
const OpDef& FftR2cOp();  ///< aten._fft_r2c.default
const OpDef& FftC2rOp();  ///< aten._fft_c2r.default

}  // namespace conformance::ops
