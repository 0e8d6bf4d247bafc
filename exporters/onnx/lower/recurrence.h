#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

/// conformance.linear_recurrence: one Scan, whose body is a product and a sum.
Result<Outputs> LowerLinearRecurrence(const Call& call, Graph& g);
/// aten.cumprod: one Scan, whose body is a product.
Result<Outputs> LowerCumprod(const Call& call, Graph& g);

}  // namespace conformance::onnx
