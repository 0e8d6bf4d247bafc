#pragma once

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {

/// Strides in elements: those of the tensor where there is one; a value without elements (in a trace, or a shape alone) is recorded row-major.
Sizes StridesOf(const Value& x);

/// Where the elements of a tensor lie: an axis' stride, the first element's place in its storage, whether they lie row-major (or
/// channels_last). Of a Program that was read, the answers that it recorded hold (references/program, exporters): they are the traced layout.
/// Errors: kShape for an axis that x does not have.
/// Source: torch.ops.aten.sym_stride, sym_storage_offset, sym_is_contiguous.
const OpDef& SymIsContiguousOp();    ///< aten.sym_is_contiguous.default
const OpDef& SymStorageOffsetOp();   ///< aten.sym_storage_offset.default
const OpDef& SymStrideOp();          ///< aten.sym_stride.int

}  // namespace conformance::ops
