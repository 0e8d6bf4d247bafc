#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// Requires that x has the given type, and sizes where they are given.
/// Errors: kType or kShape with found and wanted.
/// Source: torch.ops.aten._assert_tensor_metadata.
void AssertTensorMetadata(OpContext& context, const Value& x, std::optional<DType> dtype,
                          std::optional<std::vector<SymInt>> sizes = std::nullopt);
/// Requires a condition over sizes: checked now where it is known, else when the program runs.
/// Errors: kInvalid with `message`.
/// Source: torch.ops.aten._assert_scalar.
void AssertScalar(OpContext& context, const SymBool& condition, std::string_view message);

const OpDef& AssertTensorMetadataOp();      ///< aten._assert_tensor_metadata.default
const OpDef& AssertScalarOp();              ///< aten._assert_scalar.default
const OpDef& SymConstrainRangeForSizeOp();  ///< aten.sym_constrain_range_for_size.default

}  // namespace conformance::ops
