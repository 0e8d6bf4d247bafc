#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "framework/ops/op_def.h"

namespace conformance::ops {

/// What an operator does with complex numbers. Rules and kernels are written for real ones: an operator takes complex ones only where the
/// table says so, and every other call is refused before its rule is asked.
enum class ComplexUse : uint8_t {
  kNone,
  kMoves,     ///< elements move, whatever they are: the kernel of real ones serves
  kComputes,  ///< has a kernel of its own for them
};
/// Of a target, or of the twin of one that works in place.
ComplexUse ComplexUseOf(const OpDef& op);
/// Sorted by target.
struct ComplexOp {
  std::string_view target;
  ComplexUse use;
};
std::span<const ComplexOp> ComplexOps();

/// Whether an argument is a complex tensor or number, or a list with one.
bool HasComplex(std::span<const Argument> args);
/// Ok where no argument is complex or the operator takes them. Error kUnsupported, naming operator, argument and dtype; so are f16 tensors
/// beside complex ones, whose result would be PyTorch's complex32.
Status CheckComplexArguments(const OpDef& op, std::span<const Argument> args);

}  // namespace conformance::ops
