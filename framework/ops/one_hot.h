#pragma once

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// 1 at the class of each element, else 0.
/// Shapes: ids [...] -> y [..., classes].
/// Types:  ids i64; y i64.
/// Errors: kType for other ids; kInvalid unless classes > 0 (a count that depends on data is refused:
///         kUnsupported).
/// Source: torch.nn.functional.one_hot.
Value OneHot(OpContext& context, const Value& ids, int64_t classes);

const OpDef& OneHotOp();  ///< aten.one_hot.default

}  // namespace conformance::ops
